"""A layer's style as MapLibre (Mapbox) style JSON, version 8, over the vector tiles of the same layer.

Colours, tints, dashes, radii, labels and zooms are all there. A hatch is a picture in that format: `fill-pattern` names
`hatch-<hatch>-<colour>`. The page adds them (`map.addImage`) from the style's own metadata, where each stands as an SVG of eight
pixels; until then the tint alone is seen.
"""

from typing import Any

from gis_service.maps.styles.drawing import HALO, HALO_OPACITY, HALO_WIDTH, Drawn, Paint, Rule
from gis_service.maps.styles.tile import encoded

FONTS = ["Noto Sans CJK SC Regular"]
GEOMETRY = {"polygon": "fill", "line": "line", "point": "circle"}


def maplibre(drawn: Drawn, *, tiles: str, tilejson: str | None = None) -> dict[str, Any]:
    """The style document over tiles at an address with {z}, {y}, {x}, or over what a TileJSON document at `tilejson` says."""
    layer, rules = drawn.layer, drawn.rules
    make = {"polygon": _area, "line": _line, "point": _point}[layer.geometry]
    layers = [*make(drawn, rules), *_labels(drawn)]
    common = {"source": layer.id, "source-layer": layer.id} | ({"minzoom": layer.minzoom} if layer.minzoom else {})
    template = {"tiles": [tiles], "minzoom": layer.minzoom, "maxzoom": layer.maxzoom}
    return {
        "version": 8,
        "name": drawn.title,
        "metadata": {
            "gis-service:layer": layer.id,
            "gis-service:images": {_picture(r.paint): _url(r.paint) for r in rules if r.paint.hatch},
            "gis-service:legend": [{"value": r.value, "label": r.label, "fill": r.paint.fill} for r in rules],
        },
        "sources": {layer.id: {"type": "vector"} | ({"url": tilejson} if tilejson else template)},
        "layers": [
            {**each, **common, **({"minzoom": each["minzoom"]} if "minzoom" in each else {})} for each in layers
        ],
    }


def _chosen(drawn: Drawn, rules: list[Rule], what: Any) -> Any:
    """A value for each rule, chosen by the property; the value alone where all agree."""
    values = [what(rule.paint) for rule in rules]
    if drawn.column is None or all(value == values[0] for value in values):
        return values[-1]
    pairs = [part for rule, value in zip(rules[:-1], values[:-1], strict=True) for part in (rule.value, value)]
    return ["match", ["to-string", ["get", drawn.column]], *pairs, values[-1]]


def _area(drawn: Drawn, rules: list[Rule]) -> list[dict[str, Any]]:
    name = drawn.layer.id
    paint = {
        "fill-color": _chosen(drawn, rules, lambda p: p.fill),
        "fill-opacity": _chosen(drawn, rules, lambda p: p.opacity),
    }
    made: list[dict[str, Any]] = [{"id": f"{name}-fill", "type": "fill", "paint": paint}]
    if any(rule.paint.hatch for rule in rules):
        hatched = [rule for rule in rules if rule.paint.hatch]
        pattern = {"fill-pattern": ["image", _chosen(drawn, rules, _picture)]}
        made.append({"id": f"{name}-hatch", "type": "fill", "paint": pattern} | _only(drawn, rules, hatched))
    return [*made, *_line(drawn, rules)]


def _picture(paint: Paint) -> str:
    """The name of a hatch's picture; empty where there is none to draw."""
    return f"hatch-{paint.hatch}-{paint.fill[1:].upper()}" if paint.hatch else ""


def _url(paint: Paint) -> str:
    return f"data:image/svg+xml;base64,{encoded(paint)}"


def _line(drawn: Drawn, rules: list[Rule]) -> list[dict[str, Any]]:
    """Dashes cannot be chosen by a property: a layer for each, the lines of which it draws picked out by a filter."""
    dashes = dict.fromkeys((rule.paint.dash, rule.paint.width) if rule.paint.dash else ((), 0.0) for rule in rules)
    made = []
    for place, (dash, width) in enumerate(dashes):
        mine = [rule for rule in rules if rule.paint.dash == dash and (not dash or rule.paint.width == width)]
        paint = {
            "line-color": _chosen(drawn, rules, lambda p: p.stroke),
            "line-width": _chosen(drawn, rules, lambda p: p.width),
        }
        if dash:
            paint["line-dasharray"] = [round(part / width, 4) for part in dash]
        layout = {"line-cap": "round", "line-join": "round"}
        one = {"id": f"{drawn.layer.id}-line-{place}", "type": "line", "layout": layout, "paint": paint}
        made.append(one | _only(drawn, rules, mine))
    return made


def _only(drawn: Drawn, rules: list[Rule], mine: list[Rule]) -> dict[str, Any]:
    """The filter for these rules; the last is for whatever has no rule of its own."""
    if len(mine) == len(rules):
        return {}
    value = ["to-string", ["get", drawn.column]]
    values = [rule.value for rule in mine if rule.value is not None]
    if rules[-1] not in mine:
        return {"filter": ["in", value, ["literal", values]]}
    others = [rule.value for rule in rules if rule not in mine]
    return {"filter": ["!", ["in", value, ["literal", others]]]}


def _point(drawn: Drawn, rules: list[Rule]) -> list[dict[str, Any]]:
    paint = {
        "circle-color": _chosen(drawn, rules, lambda p: p.fill),
        "circle-radius": _chosen(drawn, rules, lambda p: p.radius - p.width / 2),  # its stroke lies outside of it
        "circle-stroke-color": _chosen(drawn, rules, lambda p: p.stroke),
        "circle-stroke-width": _chosen(drawn, rules, lambda p: p.width),
    }
    return [{"id": f"{drawn.layer.id}-point", "type": "circle", "paint": paint}]


def _labels(drawn: Drawn) -> list[dict[str, Any]]:
    lettering = drawn.lettering
    if lettering is None:
        return []
    layout: dict[str, Any] = {
        "text-field": ["to-string", ["get", lettering.column]],
        "text-font": FONTS,
        "text-size": lettering.size,
        "symbol-placement": "line" if drawn.layer.geometry == "line" else "point",
    }
    if lettering.above:
        layout["text-offset"] = [0, round(-lettering.above / lettering.size, 4)]
    red, green, blue = (int(HALO[at : at + 2], 16) for at in (1, 3, 5))
    paint = {
        "text-color": lettering.colour,
        "text-halo-color": f"rgba({red},{green},{blue},{HALO_OPACITY:g})",
        "text-halo-width": HALO_WIDTH,
    }
    zoom = max(lettering.zoom, drawn.layer.minzoom)
    return [{"id": f"{drawn.layer.id}-label", "type": "symbol", "minzoom": zoom, "layout": layout, "paint": paint}]
