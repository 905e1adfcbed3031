/* What the folium page does beyond folium: one copy of the parcels, drawn by as many layers as there are status axes.
   Values reach the page as text nodes only, so a name can never become markup. */
(function () {
  'use strict';

  var SVG = 'http://www.w3.org/2000/svg';
  var LINES = {
    diagonal: ['M-2 10L10 -2M-2 2L2 -2M6 10L10 6'],
    'back-diagonal': ['M-2 -2L10 10M6 -2L10 2M-2 6L2 10'],
    cross: ['M-2 10L10 -2M-2 2L2 -2M6 10L10 6', 'M-2 -2L10 10M6 -2L10 2M-2 6L2 10'],
    horizontal: ['M0 4L8 4'],
    vertical: ['M4 0L4 8'],
  };

  function element(name, attributes, children) {
    var made = document.createElementNS(SVG, name);
    Object.keys(attributes).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    (children || []).forEach(function (child) { made.appendChild(child); });
    return made;
  }

  function html(name, text, className) {
    var made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  /* The fill of a look: its colour, or a pattern made once for each colour and hatch. */
  var patterns = {};
  var defs = element('defs', {});
  document.addEventListener('DOMContentLoaded', function () {
    document.body.appendChild(element('svg', { width: 0, height: 0, style: 'position:absolute', 'aria-hidden': 'true' }, [defs]));
  });

  function fillOf(look) {
    if (!look.hatch) return look.fill;
    var id = 'hatch-' + look.fill.slice(1) + '-' + look.hatch;
    if (!patterns[id]) {
      var marks = (LINES[look.hatch] || []).map(function (d) {
        return element('path', { d: d, stroke: look.fill, 'stroke-width': 1.6, fill: 'none' });
      });
      if (look.hatch === 'dots') {
        marks = [[2, 2], [6, 6]].map(function (at) { return element('circle', { cx: at[0], cy: at[1], r: 1.3, fill: look.fill }); });
      }
      var ground = element('rect', { width: 8, height: 8, fill: look.fill, 'fill-opacity': 0.22 });
      defs.appendChild(element('pattern', { id: id, width: 8, height: 8, patternUnits: 'userSpaceOnUse' }, [ground].concat(marks)));
      patterns[id] = true;
    }
    return 'url(#' + id + ')';
  }

  /* The same on a canvas, which takes a pattern where it takes a colour. */
  var brushes = {};
  function brushOf(look) {
    if (!look.hatch) return look.fill;
    var name = look.fill + look.hatch;
    if (!brushes[name]) {
      var tile = html('canvas');
      tile.width = tile.height = 8;
      var pen = tile.getContext('2d');
      pen.fillStyle = pen.strokeStyle = look.fill;
      pen.lineWidth = 1.6;
      pen.globalAlpha = 0.22;
      pen.fillRect(0, 0, 8, 8);
      pen.globalAlpha = 1;
      (LINES[look.hatch] || []).forEach(function (d) { pen.stroke(new Path2D(d)); });
      if (look.hatch === 'dots') {
        [[2, 2], [6, 6]].forEach(function (at) { pen.beginPath(); pen.arc(at[0], at[1], 1.3, 0, 7); pen.fill(); });
      }
      brushes[name] = pen.createPattern(tile, 'repeat');
    }
    return brushes[name];
  }

  function styleOf(look, canvas) {
    return { fillColor: canvas ? brushOf(look) : fillOf(look), fillOpacity: look.hatch ? 1 : 0.6, color: '#3C4043', weight: 1 };
  }

  function shown(column, value) {
    if (value === null || value === undefined || value === '') return '—';
    if (Array.isArray(value)) return value.map(function (one) { return shown(column, one); }).join('、') || '—';
    if (value === true) return '是';
    if (value === false) return '否';
    if (column.words) return column.words[value] || String(value);
    if (typeof value === 'number' && column.type === 'number') {
      value = value.toLocaleString('zh-CN', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    }
    return String(value) + (column.unit ? ' ' + column.unit : '');
  }

  function place(columns, name) {
    return columns.findIndex(function (column) { return column.name === name; });
  }

  function table(rows) {
    var made = html('table', undefined, 'gis-card');
    rows.forEach(function (pair) {
      var row = html('tr');
      row.appendChild(html('th', pair[0]));
      row.appendChild(html('td', pair[1]));
      made.appendChild(row);
    });
    return made;
  }

  function tipOf(head, line) {
    var box = html('div');
    box.appendChild(html('strong', head));
    box.appendChild(html('div', line));
    return box;
  }

  /* What is drawn: parcels, or squares with their number. Each kind knows the value that a feature has on an axis, and tells of it. */
  var KINDS = {
    parcels: function (data) {
      var columns = data.columns;
      var number = place(columns, 'parcel_no');
      return {
        value: function (row, axis) { return row[place(columns, axis.property)]; },
        tip: function (row, axis) {
          var by = place(columns, axis.property);
          return tipOf(shown(columns[number], row[number]), axis.title + ':' + shown(columns[by], row[by]));
        },
        card: function (row) {
          return table(columns.map(function (column, at) { return [column.zh, shown(column, row[at])]; }));
        },
      };
    },
    squares: function () {
      function word(axis, value) {
        var look = axis.categories.filter(function (one) { return one.value === value; })[0];
        return look ? look.label_zh : '—';
      }
      return {
        value: function (square, axis, at) { return square.of[at][0][0]; },
        tip: function (square, axis, at) {
          var most = square.of[at][0];
          return tipOf(square.n + ' 宗', axis.title + ':' + word(axis, most[0]) + ' ' + most[1] + ' 宗');
        },
        card: function (square, axis, at) {
          return table(square.of[at].map(function (one) { return [word(axis, one[0]), one[1] + ' 宗']; }));
        },
      };
    },
  };

  /* The outlines are made once; a status axis, as a layer of the map, is the way they are coloured and what they say. */
  var shared;
  function outlines(data) {
    return L.geoJSON(data.features, data.canvas ? { renderer: L.canvas({ padding: 0.3 }) } : {});
  }

  window.gisAxis = function (data, axes, at) {
    shared = shared || outlines(data);
    var axis = axes[at];
    var kind = KINDS[data.kind](data);
    var looks = {};
    axis.categories.forEach(function (look) { looks[look.value] = styleOf(look, data.canvas); });
    var otherwise = styleOf(axis.otherwise, data.canvas);
    var layer = new L.Layer();
    layer.onAdd = function (map) {
      shared.unbindTooltip().unbindPopup();
      shared.setStyle(function (feature) { return looks[kind.value(feature.properties, axis, at)] || otherwise; });
      shared.bindTooltip(function (one) { return kind.tip(one.feature.properties, axis, at); }, { sticky: true });
      shared.bindPopup(function (one) { return kind.card(one.feature.properties, axis, at); }, { maxWidth: 360, maxHeight: 320 });
      if (!map.hasLayer(shared)) shared.addTo(map);
    };
    layer.onRemove = function () {};
    return layer;
  };

  window.gisGround = function (map) {
    map.createPane('gisGround').style.zIndex = 350;
    map.createPane('gisOver').style.zIndex = 450;
  };

  /* Areas, roads, water: each feature carries its own look; nothing of it can be clicked. */
  window.gisBackground = function (features) {
    return L.geoJSON(features, {
      interactive: false,
      pane: 'gisGround',
      style: function (feature) {
        var look = feature.properties;
        return {
          fillColor: look.fill, fillOpacity: look.opacity === undefined ? 1 : look.opacity,
          color: look.stroke || look.fill, weight: look.stroke_width || 1, dashArray: look.dash ? look.dash.join(' ') : null,
        };
      },
    });
  };

  /* What lies over the parcels, such as faults: points are circles, and each says what it is. */
  window.gisOverlay = function (features) {
    return L.geoJSON(features, {
      pane: 'gisOver',
      style: function (feature) {
        var look = feature.properties;
        return { fillColor: fillOf(look), fillOpacity: look.hatch ? 1 : 0.9, color: look.stroke || look.fill, weight: look.stroke_width || 1 };
      },
      pointToLayer: function (feature, at) {
        return L.circleMarker(at, { radius: feature.properties.radius || 4, pane: 'gisOver' });
      },
      onEachFeature: function (feature, layer) {
        layer.bindTooltip(function () { return html('div', feature.properties.tip); }, { sticky: true });
      },
    });
  };

  /* The legend of the axis that is shown, with the number of parcels of each value. */
  window.gisLegend = function (map, axes) {
    var box = html('div', undefined, 'gis-panel gis-legend');
    var control = L.control({ position: 'bottomright' });
    control.onAdd = function () { L.DomEvent.disableScrollPropagation(box); return box; };
    control.addTo(map);

    function show(axis) {
      box.textContent = '';
      box.appendChild(html('h2', '图例:' + axis.title));
      axis.categories.forEach(function (look) {
        var row = html('div', undefined, 'gis-row');
        var swatch = element('rect', { x: 0.5, y: 0.5, width: 27, height: 15, fill: fillOf(look), 'fill-opacity': look.hatch ? 1 : 0.6, stroke: '#3C4043' });
        row.appendChild(element('svg', { width: 28, height: 16, 'aria-hidden': 'true' }, [swatch]));
        row.appendChild(html('span', look.sign, 'gis-sign'));
        row.appendChild(html('span', look.label_zh));
        row.appendChild(html('span', (axis.counts[look.value] || 0) + ' 宗', 'gis-count'));
        box.appendChild(row);
      });
    }

    map.on('baselayerchange', function (event) {
      axes.forEach(function (axis) { if (axis.title === event.name) show(axis); });
    });
    show(axes[0]);
  };

  /* Title, cut-off, notes; and no flag or outside link in the corner. */
  window.gisFrame = function (map, lines) {
    var box = html('div', undefined, 'gis-panel gis-title');
    box.appendChild(html('h1', lines.title));
    if (lines.sample) box.appendChild(html('div', '示例数据', 'gis-sample'));
    lines.notes.forEach(function (line) { box.appendChild(html('div', line)); });
    var control = L.control({ position: 'topleft' });
    control.onAdd = function () { return box; };
    control.addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    if (map.attributionControl) map.attributionControl.setPrefix(false);
    document.documentElement.lang = 'zh-CN';
  };
})();
