"""A layer's style as SLD 1.0, for servers and programs other than QGIS. Hatches use the marks of GeoServer."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from gis_service.exports.styles import DARK, RADIUS, WIDTH, Drawn, Rule, opacity
from gis_service.maps.catalogue import Look

MARKS = {
    "diagonal": "shape://slash", "back-diagonal": "shape://backslash", "horizontal": "shape://horline",
    "vertical": "shape://vertline", "cross": "shape://times", "dots": "shape://dot",
}  # fmt: skip


def sld(drawn: Drawn) -> str:
    """The style as servers and other programs take it."""
    rules = "".join(_rule(drawn, rule) for rule in drawn.rules)
    name = escape(drawn.layer.id)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink"><NamedLayer><Name>{name}</Name><UserStyle>'
        f"<Title>{escape(drawn.title)}</Title><FeatureTypeStyle>{rules}{_sld_label(drawn)}</FeatureTypeStyle>"
        "</UserStyle></NamedLayer></StyledLayerDescriptor>\n"
    )


def _rule(drawn: Drawn, rule: Rule) -> str:
    symbolizers = "".join(
        {"polygon": _sld_fill, "line": _sld_line, "point": _sld_point}[drawn.layer.geometry](rule.look)
    )
    return f"<Rule><Title>{escape(rule.label)}</Title>{_filter(drawn, rule)}{symbolizers}</Rule>"


def _filter(drawn: Drawn, rule: Rule) -> str:
    if drawn.column is None or rule.word is None:
        return ""
    named = f"<ogc:PropertyName>{escape(drawn.column)}</ogc:PropertyName>"
    if drawn.many:
        like = '<ogc:PropertyIsLike wildCard="*" singleChar="?" escapeChar="\\">'
        return f"<ogc:Filter>{like}{named}<ogc:Literal>{escape(rule.word)}*</ogc:Literal></ogc:PropertyIsLike></ogc:Filter>"
    equal = f"{named}<ogc:Literal>{escape(rule.word)}</ogc:Literal>"
    return f"<ogc:Filter><ogc:PropertyIsEqualTo>{equal}</ogc:PropertyIsEqualTo></ogc:Filter>"


def _sld_fill(look: Look) -> Iterator[str]:
    colour = look.fill or "#9AA0A6"
    strength = _css("fill-opacity", f"{opacity(look):.2f}")
    edge = _stroke(look.stroke or look.fill or DARK, look.stroke_width or WIDTH, look)
    yield f"<PolygonSymbolizer><Fill>{_css('fill', colour)}{strength}</Fill>{edge}</PolygonSymbolizer>"
    if look.hatch:
        mark = f"<Mark><WellKnownName>{MARKS[look.hatch]}</WellKnownName>{_stroke(colour, 1, None)}</Mark>"
        graphic = f"<GraphicFill><Graphic>{mark}<Size>8</Size></Graphic></GraphicFill>"
        yield f"<PolygonSymbolizer><Fill>{graphic}</Fill></PolygonSymbolizer>"


def _sld_line(look: Look) -> Iterator[str]:
    stroke = _stroke(look.stroke or look.fill or DARK, look.stroke_width or WIDTH, look)
    yield f"<LineSymbolizer>{stroke}</LineSymbolizer>"


def _sld_point(look: Look) -> Iterator[str]:
    fill = f"<Fill>{_css('fill', look.fill or '#9AA0A6')}</Fill>"
    mark = f"<Mark><WellKnownName>circle</WellKnownName>{fill}{_stroke(look.stroke or DARK, look.stroke_width or WIDTH, None)}</Mark>"
    yield f"<PointSymbolizer><Graphic>{mark}<Size>{2 * (look.radius or RADIUS):g}</Size></Graphic></PointSymbolizer>"


def _stroke(colour: str, width: float, look: Look | None) -> str:
    dash = _css("stroke-dasharray", " ".join(f"{part:g}" for part in look.dash)) if look and look.dash else ""
    return f"<Stroke>{_css('stroke', colour)}{_css('stroke-width', f'{width:g}')}{dash}</Stroke>"


def _css(name: str, value: str) -> str:
    return f'<CssParameter name="{name}">{value}</CssParameter>'


def _sld_label(drawn: Drawn) -> str:
    if drawn.label is None:
        return ""
    return (
        f"<Rule><MaxScaleDenominator>{drawn.scale}</MaxScaleDenominator><TextSymbolizer>"
        f"<Label><ogc:PropertyName>{escape(drawn.label)}</ogc:PropertyName></Label>"
        f"<Font>{_css('font-size', '12')}</Font><Halo><Radius>2</Radius><Fill>{_css('fill', '#FFFFFF')}</Fill></Halo>"
        f"<Fill>{_css('fill', '#1F2328')}</Fill></TextSymbolizer></Rule>"
    )
