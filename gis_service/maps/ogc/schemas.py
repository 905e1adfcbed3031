"""JSON schemas of a layer (OGC API Features Part 5): what its features hold, and what may be asked of them.

A value that is absent is `null` in GeoJSON; the logical schema speaks of values only.
"""

from typing import Any

from gis_service.maps.asked import askable
from gis_service.maps.catalogue import Attribute, Layer
from gis_service.maps.ogc.edits import Edits
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
    "texts": {"type": "array", "items": {"type": "string"}},
}
SHAPES = {
    "polygon": "geometry-polygon-or-multipolygon",
    "line": "geometry-linestring-or-multilinestring",
    "point": "geometry-point",
}
ONCE = "仅新建时填写,以后不变。 Said when the feature is created, and not changed afterwards."
UCUM = {"天": "d", "d": "d", "%": "%", "°": "deg", "㎡": "m2", "m²": "m2", "m³": "m3", "m": "m"}
"""Units that the Unified Code for Units of Measure has; 亩 and cases are said in the title."""


def schema(site: Site, layer: Layer, edits: Edits | None) -> Schema:
    """What a feature holds, and of a layer that is edited what is received: `GET …/schema`."""
    own = _properties(layer)
    own[layer.id_column]["readOnly"] = True
    found = _schema(site, layer, "schema", own, f"{layer.title}:要素的字段 · Properties of {layer.title_en}")
    return _received(found, edits) if edits else found


def _received(schema: Schema, edits: Edits) -> Schema:
    """The schema with what may be written: all else is `readOnly`, and what is never given back `writeOnly`."""
    properties = schema["properties"]
    for name, one in properties.items():
        if name in edits.once:
            one["description"] = f"{one.get('description', '')} {ONCE}".strip()
        elif name not in edits.writable and name != GEOMETRY:
            one["readOnly"] = True
    for name, one in edits.received.items():
        properties[name] = {**one, "writeOnly": True, "x-ogc-propertySeq": len(properties) + 1}
    return {**schema, "required": list(edits.required)}


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
        if attribute.type == "texts":
            found["items"] = {**found["items"], "enum": list(words)}
        else:
            found["enum"] = list(words)
        found["description"] = "; ".join(f"{code}: {zh} {en}" for code, (zh, en) in words.items())
    if unit and attribute.type in ("number", "integer"):
        found["x-ogc-unit"] = unit
    return found
