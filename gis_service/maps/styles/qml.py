"""A layer's style as QML, the way QGIS keeps it (read by QGIS 3.16 and later). Sizes in millimetres, so that print agrees."""

import math
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from gis_service.maps.catalogue import Attribute
from gis_service.maps.styles.drawing import (
    DOT_RADIUS,
    HALO,
    HALO_OPACITY,
    HALO_WIDTH,
    HATCH_WIDTH,
    HATCHES,
    TILE_PX,
    Drawn,
    Lettering,
    Paint,
    Rule,
)
from gis_service.maps.styles.scales import mm
from gis_service.maps.styles.xml import element, written
from gis_service.parcels.vocabulary import vocabulary

VERSION = "3.22.0"
HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
SYMBOLS = {"polygon": "fill", "line": "line", "point": "marker"}
GEOMETRY_TYPES = {"point": "0", "line": "1", "polygon": "2"}
PLACEMENTS = {"polygon": "4", "line": "2", "point": "1"}
"""Of labels: level inside an area, along a line, over a point."""
FONT = "Microsoft YaHei"


def qml(drawn: Drawn) -> str:
    """The style as QGIS keeps it: categories, hatches, labels, scale range; the words of served columns too."""
    return written(style(drawn, "qgis"), HEAD)


def style(drawn: Drawn, tag: str) -> Element:
    """The style as the element of that name: the root of a QML file, or the `maplayer` of a project."""
    scale = drawn.scale
    parts = ["Symbology", "Labeling", "Rendering"]
    children = [_renderer(drawn), *_labels(drawn), element("layerOpacity", text="1")]
    if drawn.said == "values":
        parts += ["Fields", "Forms"]
        children += _fields(drawn)
    children.append(element("layerGeometryType", text=GEOMETRY_TYPES[drawn.layer.geometry]))
    attributes = {
        "version": VERSION,
        "styleCategories": "|".join(parts),
        "labelsEnabled": str(int(drawn.lettering is not None)),
        "hasScaleBasedVisibilityFlag": str(int(scale is not None)),
        "minScale": f"{scale or 100_000_000:.0f}",
        "maxScale": "0",
    }
    return element(tag, attributes, children)


# --- what is drawn ---------------------------------------------------------------------------------------------------


def _renderer(drawn: Drawn) -> Element:
    rules = drawn.rules
    symbols = element(
        "symbols", children=[_symbol(str(n), drawn.layer.geometry, rule.paint) for n, rule in enumerate(rules)]
    )
    common = {"symbollevels": "0", "forceraster": "0", "enableorderby": "0"}
    if drawn.column is None:
        return element("renderer-v2", {"type": "singleSymbol", **common}, [symbols])
    column = _quoted(drawn.column)
    wanted = f"regexp_substr({column},'^([^、,]+)')" if drawn.many else drawn.column
    categories = element("categories", children=[_category(n, rule) for n, rule in enumerate(rules)])
    return element("renderer-v2", {"type": "categorizedSymbol", "attr": wanted, **common}, [categories, symbols])


def _category(place: int, rule: Rule) -> Element:
    """A category without a value is QGIS's own “all other values”."""
    words = {"value": rule.value or "", "symbol": str(place), "label": rule.label, "type": "string", "render": "true"}
    return element("category", words)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _symbol(name: str, geometry: str, paint: Paint) -> Element:
    layers = {"polygon": _area, "line": _line, "point": _point}[geometry](name, paint)
    return _plain_symbol(name, SYMBOLS[geometry], layers)


def _plain_symbol(name: str, kind: str, layers: Iterable[Element]) -> Element:
    facts = {"type": kind, "name": name, "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"}
    return element("symbol", facts, layers)


def _area(name: str, paint: Paint) -> Iterator[Element]:
    """Tint, hatch, edge: the lowest first."""
    yield _layer("SimpleFill", color=_rgba(paint.fill, paint.opacity), style="solid", outline_style="no")
    for place, angle in enumerate(HATCHES[paint.hatch] if paint.hatch else (), start=1):
        yield _lines(f"@{name}@{place}", paint.fill, angle)
    if paint.hatch == "dots":
        yield _dots(f"@{name}@1", paint.fill)
    yield from _line(name, paint)


def _lines(name: str, colour: str, angle: int) -> Element:
    """Lines across an area, as far apart as in the square of the web map's hatch."""
    apart = TILE_PX / math.sqrt(2) if angle % 90 else TILE_PX
    line = _layer("SimpleLine", line_color=_rgba(colour, 1), line_width=mm(HATCH_WIDTH), line_width_unit="MM")
    return _layer(
        "LinePatternFill",
        _plain_symbol(name, "line", [line]),
        angle=str(angle),
        color=_rgba(colour, 1),
        distance=mm(apart),
        distance_unit="MM",
        line_width=mm(HATCH_WIDTH),
        line_width_unit="MM",
        offset="0",
        offset_unit="MM",
    )


def _dots(name: str, colour: str) -> Element:
    dot = _layer(
        "SimpleMarker",
        name="circle",
        color=_rgba(colour, 1),
        outline_style="no",
        size=mm(2 * DOT_RADIUS),
        size_unit="MM",
    )
    return _layer(
        "PointPatternFill",
        _plain_symbol(name, "marker", [dot]),
        distance_x=mm(TILE_PX), distance_x_unit="MM", distance_y=mm(TILE_PX / 2), distance_y_unit="MM",
        displacement_x=mm(TILE_PX / 2), displacement_x_unit="MM", displacement_y="0", displacement_y_unit="MM",
    )  # fmt: skip


def _line(_name: str, paint: Paint) -> Iterator[Element]:
    yield _layer(
        "SimpleLine",
        line_color=_rgba(paint.stroke, 1),
        line_style="solid",
        line_width=mm(paint.width),
        line_width_unit="MM",
        capstyle="round",
        joinstyle="round",
        use_custom_dash=str(int(bool(paint.dash))),
        customdash=";".join(map(mm, paint.dash or (5, 2))),
        customdash_unit="MM",
    )


MARKERS = {"circle": ("circle", 2.0), "square": ("square", 1.2 * math.sqrt(2)), "diamond": ("diamond", 2.4),
           "triangle": ("equilateral_triangle", 2.4)}  # fmt: skip
"""Form → QGIS's name and its size in radii: corners lie 1.2 radii from the middle, as on sheets."""


def _point(_name: str, paint: Paint) -> Iterator[Element]:
    form, radii = MARKERS[paint.form]
    yield _layer(
        "SimpleMarker",
        name=form,
        color=_rgba(paint.fill, 1),
        outline_color=_rgba(paint.stroke, 1),
        outline_style="solid",
        outline_width=mm(paint.width),
        outline_width_unit="MM",
        size=mm(radii * paint.radius),
        size_unit="MM",
    )


def _layer(kind: str, inner: Element | None = None, **options: str) -> Element:
    named = [element("Option", {"type": "QString", "name": name, "value": value}) for name, value in options.items()]
    children = [element("Option", {"type": "Map"}, named), *([] if inner is None else [inner])]
    return element("layer", {"class": kind, "enabled": "1", "pass": "0", "locked": "0"}, children)


def _rgba(rgb: str, opacity: float) -> str:
    """
    >>> _rgba("#2E9E5B", 0.5)
    '46,158,91,128'
    """
    return ",".join(str(int(rgb[at : at + 2], 16)) for at in (1, 3, 5)) + f",{round(opacity * 255)}"


# --- labels ----------------------------------------------------------------------------------------------------------


def _labels(drawn: Drawn) -> Iterator[Element]:
    lettering = drawn.lettering
    if lettering is None:
        return
    settings = [_text(lettering), *_place(drawn.layer.geometry, lettering), _when(lettering)]
    yield element("labeling", {"type": "simple"}, [element("settings", {"calloutType": "simple"}, settings)])


def _text(lettering: Lettering) -> Element:
    halo = {
        "bufferDraw": "1", "bufferSize": mm(HALO_WIDTH), "bufferSizeUnits": "MM", "bufferColor": _rgba(HALO, 1),
        "bufferOpacity": f"{HALO_OPACITY:g}", "bufferJoinStyle": "128",
    }  # fmt: skip
    facts = {
        "fieldName": lettering.column, "isExpression": "0", "fontFamily": FONT, "namedStyle": "Regular", "fontWeight": "50",
        "fontSize": mm(lettering.size), "fontSizeUnit": "MM", "textColor": _rgba(lettering.colour, 1), "textOpacity": "1",
    }  # fmt: skip
    return element("text-style", facts, [element("text-buffer", halo)])


def _place(geometry: str, lettering: Lettering) -> Iterator[Element]:
    facts = {"placement": PLACEMENTS[geometry], "placementFlags": "10", "quadOffset": "4", "centroidInside": "1"}
    if lettering.above:
        facts |= {"xOffset": "0", "yOffset": mm(-lettering.above), "offsetUnits": "MM", "offsetType": "0"}
    yield element("placement", facts)


def _when(lettering: Lettering) -> Element:
    # QGIS writes the numbers of the scales here: the largest of 1 : n, its smallest scale, as scaleMax
    facts = {
        "scaleVisibility": "1", "scaleMin": "0", "scaleMax": f"{lettering.scale:.0f}", "drawLabels": "1", "obstacle": "1",
    }  # fmt: skip
    return element("rendering", facts)


# --- columns ---------------------------------------------------------------------------------------------------------


def _fields(drawn: Drawn) -> Iterator[Element]:
    """What columns are called, and the words of their values, as attribute tables and forms show them."""
    attributes = drawn.layer.attributes
    zh = drawn.lang != "en"
    aliases = [
        element("alias", {"field": each.name, "index": str(n), "name": _called(each, zh=zh)})
        for n, each in enumerate(attributes)
    ]
    yield element("aliases", children=aliases)
    yield element(
        "fieldConfiguration",
        children=[_field(each, zh=zh) for each in attributes if each.vocabulary and each.type != "texts"],
    )


def _called(attribute: Attribute, *, zh: bool) -> str:
    unit = f" ({attribute.unit})" if attribute.unit else ""
    return (attribute.zh if zh else attribute.en) + unit


def _field(attribute: Attribute, *, zh: bool) -> Element:
    axis = vocabulary()[attribute.vocabulary or ""]
    options = [
        element(
            "Option", {"type": "Map"}, [element("Option", {"type": "QString", "name": said[not zh], "value": value})]
        )
        for value, said in axis.items()
        if value != "title"
    ]
    table = element("Option", {"type": "List", "name": "map"}, options)
    config = element("config", children=[element("Option", {"type": "Map"}, [table])])
    return element("field", {"name": attribute.name}, [element("editWidget", {"type": "ValueMap"}, [config])])
