"""A map of an area as one file: opens from a disk, with the network unplugged.

Folium makes the page; its scripts and styles are taken from the product's own files and written into it. Whatever has
no local copy is an error here, not a blank page at the customer's. The parcels are written once, and every status
axis is a layer over them: six copies would make the file six times as large.
"""

import base64
import html
import json
import mimetypes
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import folium
import numpy as np
import shapely
from branca.element import CssLink, Element, Figure, JavascriptLink, MacroElement
from folium.template import Template
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from pandas import Series

from gis_service.core.clock import BEIJING
from gis_service.maps.catalogue import Attribute, Categories, Layer, Look
from gis_service.maps.errors import EmptyMap, NoLocalCopy
from gis_service.parcels.vocabulary import vocabulary

VENDOR = Path(__file__).parents[1] / "web" / "dist" / "vendor"
PAGE = Path(__file__).with_name("page")

ELEMENTS = 500
"""So many parcels are elements of the page, which print sharply; more are painted on a canvas, a fifth of the work
(`tests/benchmarks/folium.py`)."""
FULL_DETAIL = 3000
"""So many parcels a browser draws in about a second as they are; with more, outlines are simplified."""
EACH = 20_000
"""With more than these, no parcel is drawn: squares say how many there are of each value."""
MOST = 100_000
"""With more there is no map at all: reading them takes the memory of the service."""
DIGITS, FEWER_DIGITS = 7, 6  # about a centimetre, a decimetre
STEPS = 8000
"""The outline of a parcel among many may be off by this part of the map: a sixth of a pixel before zooming in."""
FINEST_DEG, COARSEST_DEG = 2e-5, 1e-4  # two and ten metres
SQUARES = 64  # along the longer side of the map
M_PER_DEG = 111_320.0  # of latitude

LOCAL: dict[str, str | None] = {
    "leaflet.js": "leaflet.js",
    "leaflet.css": "leaflet.css",
    "jquery-3.7.1.min.js": "jquery.min.js",
    # used by marker icons and pop-up markers only, which these maps do not have
    "bootstrap.bundle.min.js": None,
    "bootstrap.min.css": None,
    "bootstrap-glyphicons.css": None,
    "all.min.css": None,
    "leaflet.awesome-markers.js": None,
    "leaflet.awesome-markers.css": None,
    "leaflet.awesome.rotate.min.css": None,
}
"""The file that a link of folium stands for; None where it can be left out."""


class LocalFigure(Figure):
    """A page whose links are replaced by the content of local files when it is written."""

    def render(self, **kwargs: Any) -> str:
        for child in list(self._children.values()):
            child.render(**kwargs)  # children add their links to the header now
        for name, linked in list(self.header._children.items()):
            if isinstance(linked, JavascriptLink | CssLink):
                self._replace(name, linked)
        return str(self._template.render(this=self, kwargs=kwargs))

    def _replace(self, name: str, linked: JavascriptLink | CssLink) -> None:
        content = _local(linked.url)
        if content is None:
            del self.header._children[name]
            return
        inline = _Verbatim(_style(content) if isinstance(linked, CssLink) else _script(content))
        inline._parent = self.header
        self.header._children[name] = inline


def _local(url: str) -> str | None:
    """The content of the local copy; None where the page does without; raises `NoLocalCopy`."""
    name = url.split("?", 1)[0].rsplit("/", 1)[-1]
    if name not in LOCAL:
        raise NoLocalCopy(url=url)
    file = LOCAL[name]
    if file is None:
        return None
    if not (VENDOR / file).is_file():
        raise NoLocalCopy(url=url)
    return (VENDOR / file).read_text("utf-8")


def _script(text: str) -> str:
    text = re.sub(r"(?m)^//# sourceMappingURL.*$", "", text)
    return "<script>" + text.replace("</script", "<\\/script") + "</script>"


def _style(text: str) -> str:
    """Pictures that a style sheet names go in as data."""
    return "<style>" + re.sub(r"url\(([^)]+)\)", _picture, text) + "</style>"


def _picture(found: re.Match[str]) -> str:
    name = found[1].strip("'\"")
    path = VENDOR / name
    if name.startswith(("data:", "#")) or not path.is_file():
        return found[0] if name.startswith(("data:", "#")) else "none"
    kind = mimetypes.guess_type(path.name)[0]
    return f"url(data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()})"


class _Verbatim(Element):
    """Text that goes into the page as it is. It is handed to the template as a value, never as template text: a name
    that contains template marks stays a name."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str):
        super().__init__()
        self.text = text


class _Script(MacroElement):
    """A line of script after the map is made. Folium reads it as a template once more: no data may stand in it."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.line }}{% endmacro %}")

    def __init__(self, line: str):
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self.line = "gis", line


class _DataLayer(folium.map.Layer):
    """A layer that `page/map.js` makes by the call `made_by`."""

    _template = Template(
        "{% macro script(this, kwargs) %}var {{ this.get_name() }} = {{ this.made_by }};{% endmacro %}"
    )

    def __init__(self, name: str, made_by: str, *, overlay: bool, show: bool):
        super().__init__(name=name, overlay=overlay, show=show)
        self._name, self.made_by = "gis_layer", made_by


def area_map(
    parcels: GeoDataFrame,
    layers: Sequence[Layer],
    *,
    title: str,
    as_of: datetime,
    background: Sequence[tuple[Layer, GeoDataFrame]] = (),
    overlays: Sequence[tuple[Layer, GeoDataFrame]] = (),
    sample: bool = False,
) -> str:
    """The page. `parcels` has the attributes of the layers as columns, in any CRS; `layers` are coloured by category.

    The map shows them in turn, each with its legend, over the layers of `background` (areas, roads and water)
    and, once they are switched on, under those of `overlays`;
    `as_of` is the cut-off that the page states.
    """
    if parcels.empty:
        raise EmptyMap(what=title)
    drawn = parcels.to_crs(4326)
    axes = [axis for layer in layers if (axis := _axis(layer, drawn))]
    data, said = _shown(drawn, layers[0].attributes, axes)
    figure, page = _empty_map(drawn.total_bounds, title)
    figure.header.add_child(_Verbatim(_style((PAGE / "map.css").read_text("utf-8"))))
    figure.header.add_child(_Verbatim(_script((PAGE / "map.js").read_text("utf-8"))))
    ground = [_outlines(layer, rows, drawn.total_bounds) for layer, rows in background]
    over = [_outlines(layer, rows, drawn.total_bounds, told=True) for layer, rows in overlays]
    frame = {"title": title, "sample": sample, "notes": [*_notes(as_of, len(drawn)), *said]}
    facts = f"GIS_DATA = {data}, GIS_GROUND = [{','.join(ground)}], GIS_OVER = [{','.join(over)}], GIS_AXES = {_json(axes)}, GIS_FRAME = {_json(frame)}"
    figure.header.add_child(_Verbatim(f"<script>var {facts};</script>"))
    name = page.get_name()
    page.add_child(_Script(f"gisGround({name});"))
    for number, axis in enumerate(axes):
        page.add_child(
            _DataLayer(axis["title"], f"gisAxis(GIS_DATA, GIS_AXES, {number})", overlay=False, show=number == 0)
        )
    for number, (layer, _) in enumerate(background):
        page.add_child(_DataLayer(layer.title, f"gisBackground(GIS_GROUND[{number}])", overlay=True, show=True))
    for number, (layer, _) in enumerate(overlays):
        page.add_child(_DataLayer(layer.title, f"gisOverlay(GIS_OVER[{number}])", overlay=True, show=False))
    page.add_child(folium.LayerControl(collapsed=False))
    page.add_child(_Script(f"gisLegend({name}, GIS_AXES); gisFrame({name}, GIS_FRAME);"))
    return figure.render()


def _empty_map(bounds: Any, title: str) -> tuple[LocalFigure, folium.Map]:
    """A page with a map that has no background (there is none offline)."""
    west, south, east, north = map(float, bounds)
    made = folium.Map(tiles=None, control_scale=False, zoom_control="topright")
    made.options["maxZoom"] = 22
    figure = LocalFigure(title=html.escape(title))
    figure.add_child(made)
    made.fit_bounds([[south, west], [north, east]])
    return figure, made


def _axis(layer: Layer, parcels: GeoDataFrame) -> dict[str, Any] | None:
    """What the page must know of a layer that is coloured by category, and how many parcels have each value."""
    if not isinstance(layer.style, Categories):
        return None
    return {
        "title": layer.title.split("·")[-1].strip(),
        "property": layer.style.property,
        "categories": layer.legend(),
        "otherwise": layer.style.default.model_dump(exclude_none=True),
        "counts": {str(value): int(n) for value, n in parcels[layer.style.property].value_counts().items()},
    }


def _outlines(layer: Layer, rows: GeoDataFrame, window: Any, *, told: bool = False) -> str:
    """What of a layer lies in the window and a bit around it, each piece with its look and, if wished, what it is."""
    west, south, east, north = window
    more = max(east - west, north - south) / 2
    seen = rows.to_crs(4326).clip((west - more, south - more, east + more, north + more), sort=True)
    looks = [_look(layer, value) for value in (seen[layer.category] if layer.category else [None] * len(seen))]
    if told:
        looks = [{**look, "tip": _tip(layer, row)} for look, (_, row) in zip(looks, seen.iterrows(), strict=True)]
    pieces = shapely.transform(seen.geometry.to_numpy(), lambda lonlat: np.round(lonlat, DIGITS))
    features = [
        f'{{"type":"Feature","geometry":{piece},"properties":{_json(look)}}}'
        for piece, look in zip(shapely.to_geojson(pieces), looks, strict=True)
    ]
    return f"[{','.join(features)}]"


def _tip(layer: Layer, row: Any) -> str:
    """What a feature is, in the words of the attributes that tiles carry from the start, and its parcels."""
    names = [name for name in layer.tile_attributes(layer.maxzoom) if isinstance(row[name], str)]
    words = [(layer.by_name[name].vocabulary, row[name]) for name in names]
    return " · ".join(vocabulary()[axis][value][0] if axis else str(value) for axis, value in words)


def _look(layer: Layer, value: Any) -> dict[str, Any]:
    look: Look = layer.style.default
    if isinstance(layer.style, Categories):
        look = next((one for one in layer.style.categories if one.value == value), look)
    return look.model_dump(exclude_none=True)


def _notes(as_of: datetime, count: int) -> list[str]:
    return [
        f"数据截止 {as_of.astimezone(BEIJING):%Y-%m-%d %H:%M}(北京时间) · 共 {count} 宗",
        "坐标:2000 国家大地坐标系(CGCS2000)经纬度,按网络墨卡托显示,上北下南",
        "位置示意图,边界以界址点成果为准;面积不得在图上量取 · 内部使用",
    ]


def _shown(
    parcels: GeoDataFrame, attributes: Sequence[Attribute], axes: Sequence[Mapping[str, Any]]
) -> tuple[str, list[str]]:
    """What is drawn, and the notes that say what of it is not as it is: parcels, parcels with plainer outlines, squares."""
    if len(parcels) <= FULL_DETAIL:
        return _each(parcels, attributes), []
    if len(parcels) <= EACH:
        west, south, east, north = map(float, parcels.total_bounds)
        tolerance = min(max(max(east - west, north - south) / STEPS, FINEST_DEG), COARSEST_DEG)
        metres = round(tolerance * M_PER_DEG)
        return _each(parcels, attributes, tolerance), [f"超过 {FULL_DETAIL} 宗,边界已简化约 {metres} 米"]
    squares, side = _squares(parcels, axes)
    return squares, [
        f"超过 {EACH} 宗,按约 {side * M_PER_DEG:.0f} 米的方格汇总,每格着色为宗数最多的取值;点方格看各取值的宗数。要看每一宗,请按片区生成"
    ]


def _each(parcels: GeoDataFrame, attributes: Sequence[Attribute], tolerance: float = 0.0) -> str:
    """Columns once, then per parcel its outline and a row of values. With a tolerance (degrees) neighbours are simplified
    together, so that a boundary they share stays one."""
    shown = [attribute for attribute in attributes if attribute.name in parcels.columns]
    outlines, digits = parcels.geometry.to_numpy(), FEWER_DIGITS if tolerance else DIGITS
    if tolerance:
        outlines = shapely.coverage_simplify(outlines, tolerance)
    outlines = shapely.transform(outlines, lambda lonlat: np.round(lonlat, digits))
    rows = parcels[[attribute.name for attribute in shown]].astype(object).to_numpy()
    values = (_json([_value(cell) for cell in row]) for row in rows)
    return _drawing("parcels", [_column(a) for a in shown], outlines, values, canvas=len(parcels) > ELEMENTS)


def _squares(parcels: GeoDataFrame, axes: Sequence[Mapping[str, Any]]) -> tuple[str, float]:
    """Squares of so many degrees with the number of the parcels whose middle they hold, and of each value on each axis."""
    west, south, east, north = map(float, parcels.total_bounds)
    side = max(east - west, north - south, FINEST_DEG) / SQUARES
    boxes = shapely.bounds(parcels.geometry.to_numpy())
    i = ((boxes[:, 0] + boxes[:, 2]) / 2 - west) // side
    j = ((boxes[:, 1] + boxes[:, 3]) / 2 - south) // side
    cell = i.astype(int) * (SQUARES + 1) + j.astype(int)
    places, numbers = np.unique(cell, return_counts=True)
    of = [_counted(parcels[axis["property"]], cell) for axis in axes]
    values = (
        _json({"n": int(n), "of": [counts[place] for counts in of]}) for place, n in zip(places, numbers, strict=True)
    )
    x, y = west + places // (SQUARES + 1) * side, south + places % (SQUARES + 1) * side
    outlines = shapely.transform(shapely.box(x, y, x + side, y + side), lambda lonlat: np.round(lonlat, FEWER_DIGITS))
    return _drawing("squares", [], outlines, values, canvas=True), side


def _counted(values: Series, cell: NDArray[np.int_]) -> dict[int, list[tuple[Any, int]]]:
    """By square, each value and how often, the most frequent first."""
    found: dict[int, list[tuple[Any, int]]] = {}
    counts = values.groupby([cell, values], dropna=False).size().sort_values(ascending=False, kind="stable")
    for place, value, n in zip(*(counts.index.get_level_values(level) for level in (0, 1)), counts, strict=True):
        found.setdefault(place, []).append((_value(value), int(n)))
    return found


def _drawing(
    kind: str, columns: Sequence[Mapping[str, Any]], outlines: Any, values: Iterable[str], *, canvas: bool
) -> str:
    """What the page draws, as script; `values` are of each outline."""
    features = [
        f'{{"type":"Feature","geometry":{outline},"properties":{value}}}'
        for outline, value in zip(shapely.to_geojson(outlines), values, strict=True)
    ]
    facts = _json({"kind": kind, "canvas": canvas, "columns": columns})
    return f'{facts[:-1]},"features":[{",".join(features)}]}}'


def _column(attribute: Attribute) -> dict[str, Any]:
    column: dict[str, Any] = {"name": attribute.name, "zh": attribute.zh, "type": attribute.type}
    if attribute.unit:
        column["unit"] = attribute.unit
    if attribute.vocabulary:
        column["words"] = {
            value: zh for value, (zh, _) in vocabulary()[attribute.vocabulary].items() if value != "title"
        }
    return column


def _value(cell: Any) -> Any:
    """A cell as JSON has it: missing values of a frame are null, times are Beijing time."""
    if cell is None or cell != cell:  # noqa: PLR0124  (NaN and NaT differ from themselves)
        return None
    if isinstance(cell, datetime):
        return f"{cell.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    return cell.item() if isinstance(cell, np.generic) else cell


def _json(value: Any) -> str:
    """JSON that may stand inside a script: no character of it can end the script or begin markup."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
