"""JSON schemas of a layer (OGC API Features Part 5): what its features hold, and what may be asked of them.

A value that is absent is `null` in GeoJSON; the logical schema speaks of values only.
"""

from typing import Any

from gis_service.maps.asked import askable
from gis_service.maps.catalogue import Attribute, Layer
from gis_service.maps.ogc.links import Site
from gis_service.maps.queryables import GEOMETRY
from gis_service.parcels.vocabulary import vocabulary

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPES: dict[str, Schema] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
}
SHAPES = {
    "polygon": "geometry-polygon-or-multipolygon",
    "line": "geometry-linestring-or-multilinestring",
    "point": "geometry-point",
}
UCUM = {"天": "d", "d": "d", "%": "%", "°": "deg", "㎡": "m2", "m²": "m2", "m³": "m3", "m": "m"}
"""Units that the Unified Code for Units of Measure has; 亩 and cases are said in the title."""


def schema(site: Site, layer: Layer) -> Schema:
    """What a feature holds: `GET …/schema`."""
    own = _properties(layer)
    own[layer.id_column]["readOnly"] = True
    return _schema(site, layer, "schema", own, f"{layer.title}:要素的字段 · Properties of {layer.title_en}")


def queryables(site: Site, layer: Layer) -> Schema:
    """What may be asked: `GET …/queryables`; nothing else may."""
    return _schema(
        site, layer, "queryables", _properties(layer), f"{layer.title}:可查询的字段 · Queryables of {layer.title_en}"
    )


def _schema(site: Site, layer: Layer, name: str, properties: dict[str, Schema], title: str) -> Schema:
    return {
        "$schema": DIALECT,
        "$id": site.to(f"/collections/{layer.id}/{name}"),
        "type": "object",
        "title": title,
        "description": f"{layer.description} {layer.description_en}",
        "properties": properties,
        "additionalProperties": False,
    }


def _properties(layer: Layer) -> dict[str, Schema]:
    found = {name: of_attribute(attribute) for name, attribute in askable(layer).items()}
    found[layer.id_column]["x-ogc-role"] = "id"
    if layer.time_column:
        found[layer.time_column]["x-ogc-role"] = "primary-instant"
    found[GEOMETRY] = {
        "title": "图形 · Geometry",
        "format": SHAPES[layer.geometry],
        "x-ogc-role": "primary-geometry",
    }
    for n, one in enumerate(found.values(), 1):
        one["x-ogc-propertySeq"] = n
    return found


def of_attribute(attribute: Attribute) -> Schema:
    """One attribute: titles, type, unit; of a vocabulary its codes, and their words."""
    unit = UCUM.get(attribute.unit or "")
    title = f"{attribute.zh} · {attribute.en}" + (f"({attribute.unit})" if attribute.unit and not unit else "")
    found: Schema = {"title": title, **TYPES[attribute.type]}
    if attribute.vocabulary:
        words = {code: both for code, both in vocabulary()[attribute.vocabulary].items() if code != "title"}
        found["enum"] = list(words)
        found["description"] = "; ".join(f"{code}: {zh} {en}" for code, (zh, en) in words.items())
    if unit and attribute.type in ("number", "integer"):
        found["x-ogc-unit"] = unit
    return found
