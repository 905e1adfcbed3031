"""One style in three languages: every layer, every look, and the words and numbers that belong to it."""

import base64
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree

from gis_service.maps.catalogue import Catalogue, Categories, Layer
from gis_service.maps.styles import drawing, tile
from gis_service.maps.styles.drawing import Drawn
from gis_service.maps.styles.maplibre import maplibre
from gis_service.maps.styles.qml import qml
from gis_service.maps.styles.scales import denominator
from gis_service.maps.styles.sld import sld
from gis_service.parcels.vocabulary import vocabulary

CATALOGUE = Catalogue.load()
LAYERS = [pytest.param(layer, id=name) for name, layer in CATALOGUE.items()]
SLD, OGC = "{http://www.opengis.net/sld}", "{http://www.opengis.net/ogc}"
WEB = Path(__file__).parents[3] / "gis_service" / "web" / "src"


def test_scales_are_those_of_the_standard() -> None:
    """OGC 17-083r4, table of WebMercatorQuad: scale denominators of zooms 0, 10 and 18."""
    assert denominator(0) == pytest.approx(559_082_264.028_717_9, rel=1e-9)
    assert denominator(10) == pytest.approx(545_978.773_465_544, rel=1e-9)
    assert denominator(18) == pytest.approx(2_132.729_583_849_784, rel=1e-9)


@pytest.mark.parametrize("layer", LAYERS)
def test_rules_are_the_values_and_the_rest(layer: Layer) -> None:
    rules = Drawn.served(layer).rules
    if not isinstance(layer.style, Categories):
        assert [rule.value for rule in rules] == [None]
        return
    assert [rule.value for rule in rules] == [*(c.value for c in layer.style.categories), None]
    axis = vocabulary()[layer.by_name[layer.style.property].vocabulary or ""]
    for rule in rules[:-1]:
        zh, en = axis[rule.value or ""]
        assert rule.label == f"{zh} · {en}"
    assert rules[-1].label == "其他 · Other"


@pytest.mark.parametrize("layer", LAYERS)
def test_qml_says_every_look(layer: Layer) -> None:
    drawn = Drawn.served(layer)
    root = ElementTree.fromstring(qml(drawn))
    if drawn.column:
        assert root.find("renderer-v2").get("attr") == drawn.column
        assert [(c.get("value"), c.get("label")) for c in root.iter("category")] == [
            (rule.value or "", rule.label) for rule in drawn.rules
        ]
    symbols = root.findall("renderer-v2/symbols/symbol")
    assert [symbol.get("name") for symbol in symbols] == [str(n) for n in range(len(drawn.rules))]
    for symbol, rule in zip(symbols, drawn.rules, strict=True):
        kinds = [each.get("class") for each in symbol.findall("layer")]
        hatches = {None: 0, "cross": 2}.get(rule.paint.hatch, 1)
        if layer.geometry == "polygon":
            patterns = ["PointPatternFill"] if rule.paint.hatch == "dots" else ["LinePatternFill"] * hatches
            assert kinds == ["SimpleFill", *patterns, "SimpleLine"]
        edge = {o.get("name"): o.get("value") for o in symbol.findall("layer")[-1].iter("Option")}
        if layer.geometry != "point":
            assert edge["use_custom_dash"] == str(int(bool(rule.paint.dash)))
    assert root.get("hasScaleBasedVisibilityFlag") == str(int(layer.minzoom > 0))
    if layer.minzoom:
        assert float(root.get("minScale")) == pytest.approx(denominator(layer.minzoom), abs=1)
    assert root.get("maxScale") == "0"  # tiles of the last zoom are enlarged; nothing vanishes when one goes nearer


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("marks", ["qgis", "geoserver"])
def test_sld_says_every_look(layer: Layer, marks: Any) -> None:
    drawn = Drawn.served(layer)
    root = ElementTree.fromstring(sld(drawn, marks))
    rules = [rule for rule in root.iter(f"{SLD}Rule") if rule.find(f"{SLD}TextSymbolizer") is None]
    assert [rule.findtext(f"{SLD}Title") for rule in rules] == [rule.label for rule in drawn.rules]
    for element, rule in zip(rules, drawn.rules, strict=True):
        assert bool(element.findall(f".//{SLD}GraphicFill")) == bool(layer.geometry == "polygon" and rule.paint.hatch)
        said = [css.text for css in element.iter(f"{SLD}CssParameter") if css.get("name") == "stroke-dasharray"]
        wanted = " ".join(f"{part:g}" for part in rule.paint.dash)
        assert said == ([wanted] if rule.paint.dash and layer.geometry != "point" else [])
        if drawn.column and rule.value:
            assert [each.text for each in element.iter(f"{OGC}Literal")] == [rule.value]
        scale = element.findtext(f"{SLD}MaxScaleDenominator")
        assert (scale is None) == (layer.minzoom == 0)
    last = {each.text for each in rules[-1].iter(f"{OGC}Literal")}
    assert last == {rule.value for rule in drawn.rules if rule.value}
    texts = root.findall(f".//{SLD}TextSymbolizer")
    assert len(texts) == int(layer.style.label is not None)
    if layer.style.label:
        assert [name.text for name in texts[0].iter(f"{OGC}PropertyName")] == [layer.style.label.property]


def picked(expression: Any, value: str | None) -> Any:
    """What a `match` of the style says for a value."""
    if not (isinstance(expression, list) and expression[0] == "match"):
        return expression
    *pairs, otherwise = expression[2:]
    return dict(zip(pairs[::2], pairs[1::2], strict=True)).get(value, otherwise)


def shown(layer: dict[str, Any], value: str | None) -> bool:
    """Whether a filter of the style lets a value through."""
    match layer.get("filter"):
        case None:
            return True
        case ["in", _, ["literal", values]]:
            return value in values
        case ["!", ["in", _, ["literal", values]]]:
            return value not in values
        case other:
            raise AssertionError(other)


@pytest.mark.parametrize("layer", LAYERS)
def test_maplibre_says_every_look(layer: Layer) -> None:
    drawn = Drawn.served(layer)
    document = maplibre(drawn, tiles="https://maps.example/{z}/{y}/{x}")
    assert json.loads(json.dumps(document)) == document
    assert document["sources"][layer.id]["maxzoom"] == layer.maxzoom
    hatched = {rule.paint.hatch for rule in drawn.rules} if layer.geometry == "polygon" else set()
    images = document["metadata"]["gis-service:images"]
    assert {name.removeprefix("hatch-").rsplit("-", 1)[0] for name in images} >= hatched - {None}
    for address in images.values():
        ElementTree.fromstring(base64.b64decode(address.removeprefix("data:image/svg+xml;base64,")))
    ids = [each["id"] for each in document["layers"]]
    assert len(set(ids)) == len(ids)
    assert {each["source-layer"] for each in document["layers"]} == {layer.id}
    for rule in drawn.rules:
        value, paint = rule.value, rule.paint
        drawing_it = [each for each in document["layers"] if shown(each, value)]
        lines = [each for each in drawing_it if each["type"] == "line"]
        if layer.geometry == "point":
            (point,) = (each for each in drawing_it if each["type"] == "circle")
            assert picked(point["paint"]["circle-color"], value) == paint.fill
            continue
        (line,) = lines
        assert picked(line["paint"]["line-color"], value) == paint.stroke
        assert picked(line["paint"]["line-width"], value) == paint.width
        dashes = [part * paint.width for part in line["paint"].get("line-dasharray", ())]
        assert dashes == pytest.approx(list(paint.dash), abs=1e-3)
        if layer.geometry == "polygon":
            fills = [each["paint"] for each in drawing_it if each["type"] == "fill"]
            assert picked(fills[0]["fill-color"], value) == paint.fill
            assert picked(fills[0]["fill-opacity"], value) == paint.opacity
            patterns = [picked(each["fill-pattern"][1], value) for each in fills[1:]]
            assert patterns == ([f"hatch-{paint.hatch}-{paint.fill[1:].upper()}"] if paint.hatch else [])


def test_tiles_may_lie_elsewhere() -> None:
    drawn = Drawn.served(CATALOGUE["parcel-supply"])
    document = maplibre(drawn, tiles="unused", tilejson="https://tiles.example/parcel-supply.json")
    assert document["sources"]["parcel-supply"] == {"type": "vector", "url": "https://tiles.example/parcel-supply.json"}


def test_a_look_without_a_fill_is_not_tinted() -> None:
    layer = CATALOGUE["area"]
    bare = layer.style.default.model_copy(update={"fill": None})
    assert drawing.paint(layer, bare).opacity == 0


# --- the same numbers as on the web map -------------------------------------------------------------------------------


def test_tints_and_widths_are_those_of_the_web_map() -> None:
    source = (WEB / "shared" / "symbols.ts").read_text("utf-8")
    assert f"PLAIN_TINT = {drawing.PLAIN_OPACITY}" in source
    assert f"HATCHED_TINT = {drawing.HATCHED_OPACITY}" in source
    assert f"?? '{drawing.DARK.lower()}'" in source
    assert f"stroke_width ?? {drawing.WIDTH}" in source
    assert f"radius ?? {drawing.RADIUS:g}" in source
    assert f"lineWidth = {drawing.HATCH_WIDTH}" in source
    assert f"pen.arc(x!, y!, {drawing.DOT_RADIUS}" in source


def test_labels_are_those_of_the_web_map() -> None:
    source = (WEB / "desk" / "map" / "symbols.ts").read_text("utf-8")
    found = {
        key: (float(size), colour.upper())
        for key, size, colour in re.findall(r"'?([\w.]+)'?: \[(\d+), '(#\w+)'\]", source)
    }
    assert found.pop("other") == drawing.OTHER_LABEL
    assert found == drawing.LABELS


@pytest.mark.parametrize("hatch", [name for name in drawing.HATCHES if name not in ("cross", "dots")])
def test_hatches_are_those_of_the_web_map(hatch: str) -> None:
    source = (WEB / "shared" / "hatch.ts").read_text("utf-8")
    found = re.search(rf"'?{hatch}'?: (\[\[.*\]\])", source)
    assert found
    wanted = [tuple(line) for line in json.loads(found[1])]
    numbers = [float(number) for number in re.findall(r"-?\d+", tile.LINES[hatch])]
    assert [tuple(numbers[at : at + 4]) for at in range(0, len(numbers), 4)] == wanted
    rises = {(-round(y2 - y1) // 12 if x2 != x1 else 9) for x1, y1, x2, y2 in wanted if abs(y2 - y1) in (0, 12)}
    assert rises <= {{45: 1, 135: -1, 0: 0, 90: 9}[angle] for angle in drawing.HATCHES[hatch]}


def test_looks_stay_apart_whatever_the_format() -> None:
    """No two values of a layer share a fill and a hatch after defaults are filled in."""
    for layer in CATALOGUE.values():
        looks = sorted((rule.paint.fill, rule.paint.hatch or "") for rule in Drawn.served(layer).rules[:-1])
        assert all(one != other for one, other in pairwise(looks)), layer.id
