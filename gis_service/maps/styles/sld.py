"""A layer's style as SLD 1.0.0 (OGC 02-070), for servers and programs other than QGIS; QGIS reads it too.

The standard knows no hatches. For QGIS they are a picture that repeats, carried in the file; GeoServer has marks of its own
(`shape://slash` …). `Marks` says for whom a file is. Sizes are pixels, as the standard has them. “All others” is written as a
condition, since QGIS reads an `ElseFilter` as no condition at all.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Literal
from xml.etree.ElementTree import Element

from gis_service.maps.styles.drawing import (
    HALO,
    HALO_OPACITY,
    HALO_WIDTH,
    HATCH_WIDTH,
    TILE_PX,
    Drawn,
    Paint,
    Rule,
)
from gis_service.maps.styles.tile import encoded
from gis_service.maps.styles.xml import element, written

Marks = Literal["qgis", "geoserver"]

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
NAMESPACES = {
    "version": "1.0.0", "xmlns": "http://www.opengis.net/sld", "xmlns:ogc": "http://www.opengis.net/ogc",
    "xmlns:xlink": "http://www.w3.org/1999/xlink",
}  # fmt: skip
GEOSERVER = {
    "diagonal": "shape://slash", "back-diagonal": "shape://backslash", "horizontal": "shape://horline",
    "vertical": "shape://vertline", "cross": "shape://times", "dots": "shape://dot",
}  # fmt: skip
FORMS = {"circle": ("circle", 2.0, 0), "square": ("square", 1.2 * math.sqrt(2), 0),
         "diamond": ("square", 1.2 * math.sqrt(2), 45), "triangle": ("triangle", 2.1, 0)}  # fmt: skip
"""Form → well-known name, its size in radii, and how far it is turned."""


def sld(drawn: Drawn, marks: Marks = "qgis") -> str:
    """The style as servers and other programs take it."""
    layer = drawn.layer
    rules = [*(_rule(drawn, rule, marks) for rule in drawn.rules), *_label(drawn)]
    features = element("FeatureTypeStyle", children=rules)
    user = element("UserStyle", children=[*_named(layer.id, drawn.title, layer.description), features])
    named = element("NamedLayer", children=[element("Name", text=layer.id), user])
    return written(element("StyledLayerDescriptor", NAMESPACES, [named]), HEAD)


def _named(name: str, title: str, abstract: str | None = None) -> Iterator[Element]:
    yield element("Name", text=name)
    yield element("Title", text=title)
    if abstract:
        yield element("Abstract", text=abstract)


def _rule(drawn: Drawn, rule: Rule, marks: Marks) -> Element:
    draw = {"polygon": _area, "line": _line, "point": _point}[drawn.layer.geometry]
    children = [
        *_named(rule.value or "others", rule.label),
        *_which(drawn, rule),
        *_from(drawn.scale),
        *draw(rule.paint, marks),
    ]
    return element("Rule", children=children)


def _from(scale: float | None) -> Iterator[Element]:
    if scale is not None:
        yield element("MaxScaleDenominator", text=f"{scale:.2f}")


def _which(drawn: Drawn, rule: Rule) -> Iterator[Element]:
    if drawn.column is None:
        return
    if rule.value is not None:
        yield element("ogc:Filter", children=[_has(drawn, rule.value)])
        return
    values = [_has(drawn, each.value) for each in drawn.rules if each.value is not None]
    some = values[0] if len(values) == 1 else element("ogc:Or", children=values)
    none = element("ogc:PropertyIsNull", children=[element("ogc:PropertyName", text=drawn.column)])
    yield element("ogc:Filter", children=[element("ogc:Or", children=[none, element("ogc:Not", children=[some])])])


def _has(drawn: Drawn, value: str) -> Element:
    """The column says this value; among several, first."""
    name = element("ogc:PropertyName", text=drawn.column)
    if drawn.many:
        wild = {"wildCard": "*", "singleChar": "?", "escapeChar": "\\"}
        return element("ogc:PropertyIsLike", wild, [name, element("ogc:Literal", text=f"{value}*")])
    return element("ogc:PropertyIsEqualTo", children=[name, element("ogc:Literal", text=value)])


def _area(paint: Paint, marks: Marks) -> Iterator[Element]:
    fill = _fill(paint.fill, paint.opacity)
    if not paint.hatch:
        yield element("PolygonSymbolizer", children=[fill, _stroke(paint.stroke, paint.width, paint.dash)])
        return
    yield element("PolygonSymbolizer", children=[fill])
    pattern = element("GraphicFill", children=[_hatch(paint, marks)])
    yield element("PolygonSymbolizer", children=[element("Fill", children=[pattern])])
    yield element("LineSymbolizer", children=[_stroke(paint.stroke, paint.width, paint.dash)])


def _hatch(paint: Paint, marks: Marks) -> Element:
    """What repeats inside a hatched area."""
    if marks == "geoserver":
        return _graphic(GEOSERVER[paint.hatch or ""], [_stroke(paint.fill, HATCH_WIDTH)], TILE_PX)
    picture = {"xlink:type": "simple", "xlink:href": f"base64:{encoded(paint)}"}
    outside = [element("OnlineResource", picture), element("Format", text="image/svg+xml")]
    return element(
        "Graphic", children=[element("ExternalGraphic", children=outside), element("Size", text=_number(TILE_PX))]
    )


def _line(paint: Paint, _marks: Marks) -> Iterator[Element]:
    yield element("LineSymbolizer", children=[_stroke(paint.stroke, paint.width, paint.dash)])


def _point(paint: Paint, _marks: Marks) -> Iterator[Element]:
    name, radii, turn = FORMS[paint.form]
    drawing = [_fill(paint.fill, 1), _stroke(paint.stroke, paint.width)]
    yield element("PointSymbolizer", children=[_graphic(name, drawing, radii * paint.radius, turn)])


def _graphic(name: str, drawing: Iterable[Element], size: float, turn: int = 0) -> Element:
    mark = element("Mark", children=[element("WellKnownName", text=name), *drawing])
    turned = [element("Rotation", text=str(turn))] if turn else []
    return element("Graphic", children=[mark, element("Size", text=_number(size)), *turned])


def _fill(colour: str, opacity: float) -> Element:
    return element(
        "Fill", children=[_css("fill", colour), *([] if opacity == 1 else [_css("fill-opacity", f"{opacity:g}")])]
    )


def _stroke(colour: str, width: float, dash: tuple[float, ...] = ()) -> Element:
    said = [_css("stroke", colour), _css("stroke-width", _number(width))]
    if dash:
        said += [_css("stroke-linecap", "round"), _css("stroke-dasharray", " ".join(map(_number, dash)))]
    return element("Stroke", children=said)


def _css(name: str, value: str) -> Element:
    return element("CssParameter", {"name": name}, text=value)


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _label(drawn: Drawn) -> Iterator[Element]:
    lettering = drawn.lettering
    if lettering is None:
        return
    zero, half = element("DisplacementX", text="0"), "0.5"
    anchor = element("AnchorPoint", children=[element("AnchorPointX", text=half), element("AnchorPointY", text=half)])
    shift = element("Displacement", children=[zero, element("DisplacementY", text=_number(lettering.above))])
    place = element("LabelPlacement", children=[element("PointPlacement", children=[anchor, shift])])
    halo = element("Halo", children=[element("Radius", text=_number(HALO_WIDTH)), _fill(HALO, HALO_OPACITY)])
    text = [
        element("Label", children=[element("ogc:PropertyName", text=lettering.column)]),
        element("Font", children=[_css("font-family", "Microsoft YaHei"), _css("font-size", _number(lettering.size))]),
        place,
        halo,
        _fill(lettering.colour, 1),
    ]
    yield element(
        "Rule",
        children=[*_named("label", "标注 · Labels"), *_from(lettering.scale), element("TextSymbolizer", children=text)],
    )
