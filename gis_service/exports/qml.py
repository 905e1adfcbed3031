"""A layer's style as QML, the way QGIS keeps it: categories, hatches, labels."""

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from gis_service.exports.styles import DARK, RADIUS, WIDTH, Drawn, Rule, opacity
from gis_service.maps.catalogue import Look

HATCHES = {"diagonal": (45,), "back-diagonal": (135,), "horizontal": (0,), "vertical": (90,), "cross": (45, 135)}
"""The angles of the lines of a hatch; dots are points."""

SYMBOLS = {"polygon": "fill", "line": "line", "point": "marker"}


def qml(drawn: Drawn) -> str:
    """The style as QGIS keeps it: categories, hatches, labels."""
    rules = drawn.rules
    symbols = "".join(_symbol(str(place), drawn.layer.geometry, rule.look) for place, rule in enumerate(rules))
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM">\n'
        '<qgis version="3.28.0" styleCategories="Symbology|Labeling" '
        f'labelsEnabled="{int(drawn.label is not None)}">\n{_renderer(drawn, rules, symbols)}{_labels(drawn)}</qgis>\n'
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _renderer(drawn: Drawn, rules: list[Rule], symbols: str) -> str:
    if drawn.column is None:
        return f'<renderer-v2 type="singleSymbol" symbollevels="0"><symbols>{symbols}</symbols></renderer-v2>\n'
    column = _quoted(drawn.column)
    wanted = f"regexp_substr({column},'^([^、,]+)')" if drawn.many else column
    categories = "".join(
        f'<category value={quoteattr(rule.word or "")} symbol="{place}" label={quoteattr(rule.label)} render="true"/>'
        for place, rule in enumerate(rules)
    )
    return (
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(wanted)} symbollevels="0">'
        f"<categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>\n"
    )


def _symbol(name: str, geometry: str, look: Look) -> str:
    layers = "".join({"polygon": _fills, "line": _lines, "point": _points}[geometry](name, look))
    return f'<symbol type="{SYMBOLS[geometry]}" name="{name}" alpha="1" clip_to_extent="1">{layers}</symbol>\n'


def _fills(name: str, look: Look) -> Iterator[str]:
    colour = look.fill or "#9AA0A6"
    yield _layer(
        "SimpleFill",
        color=_rgba(colour, opacity(look)),
        style="solid",
        outline_color=_rgba(look.stroke or look.fill or DARK, 1),
        outline_style="dash" if look.dash else "solid",
        outline_width=f"{(look.stroke_width or WIDTH) * 0.26:.2f}",
        outline_width_unit="MM",
    )
    for place, angle in enumerate(HATCHES.get(look.hatch or "", ()), start=1):
        line = _layer("SimpleLine", line_color=_rgba(colour, 1), line_width="0.3", line_width_unit="MM")
        yield _layer(
            "LinePatternFill",
            f'<symbol type="line" name="@{name}@{place}" alpha="1">{line}</symbol>',
            angle=str(angle),
            distance="2",
            distance_unit="MM",
            line_width="0.3",
        )
    if look.hatch == "dots":
        dot = _layer(
            "SimpleMarker", name="circle", color=_rgba(colour, 1), outline_style="no", size="0.8", size_unit="MM"
        )
        yield _layer(
            "PointPatternFill",
            f'<symbol type="marker" name="@{name}@1" alpha="1">{dot}</symbol>',
            distance_x="2", distance_y="2", distance_x_unit="MM", distance_y_unit="MM", displacement_x="1",
        )  # fmt: skip


def _lines(_name: str, look: Look) -> Iterator[str]:
    width = f"{(look.stroke_width or WIDTH) * 0.26:.2f}"
    dashed = "dash" if look.dash else "solid"
    colour = _rgba(look.stroke or look.fill or DARK, 1)
    yield _layer("SimpleLine", line_color=colour, line_style=dashed, line_width=width, line_width_unit="MM")


def _points(_name: str, look: Look) -> Iterator[str]:
    yield _layer(
        "SimpleMarker",
        name="circle",
        color=_rgba(look.fill or "#9AA0A6", 1),
        outline_color=_rgba(look.stroke or DARK, 1),
        outline_width=f"{(look.stroke_width or WIDTH) * 0.26:.2f}",
        size=f"{(look.radius or RADIUS) * 0.53:.2f}",
        size_unit="MM",
    )


def _layer(kind: str, inner: str = "", **options: str) -> str:
    named = "".join(f'<Option type="QString" name="{name}" value={quoteattr(v)}/>' for name, v in options.items())
    return f'<layer class="{kind}" enabled="1" pass="0" locked="0"><Option type="Map">{named}</Option>{inner}</layer>'


def _rgba(rgb: str, opacity: float) -> str:
    """
    >>> _rgba("#2E9E5B", 0.5)
    '46,158,91,128'
    """
    return ",".join(str(int(rgb[at : at + 2], 16)) for at in (1, 3, 5)) + f",{round(opacity * 255)}"


def _labels(drawn: Drawn) -> str:
    if drawn.label is None:
        return ""
    return (
        f'<labeling type="simple"><settings><text-style fieldName={quoteattr(drawn.label)} isExpression="0" '
        'fontFamily="Microsoft YaHei" fontSize="9" fontSizeUnit="Point" textColor="31,35,40,255">'
        '<text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,255"/></text-style>'
        f'<rendering scaleVisibility="1" scaleMin="{drawn.scale}" scaleMax="0" drawLabels="1"/>'
        "</settings></labeling>\n"
    )
