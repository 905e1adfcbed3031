"""What of a layer a filter may name: its id, its geometry and its attributes, each with its kind and column."""

from functools import lru_cache

from gis_service.maps.asked import askable
from gis_service.maps.catalogue import Attribute, Layer
from gis_service.maps.cql2.terms import Kind, Queryable

GEOMETRY, COLUMN = "geometry", "geom"
KINDS = {
    "text": Kind.TEXT,
    "integer": Kind.NUMBER,
    "number": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
    "date": Kind.DATE,
    "datetime": Kind.INSTANT,
    "texts": Kind.ARRAY,
}


@lru_cache(maxsize=256)
def queryables(layer: Layer) -> dict[str, Queryable]:
    """By name; names are those of the layer's definition, which start-up has checked."""
    plain = {a.name: _queryable(a) for a in askable(layer).values()}
    return {**plain, GEOMETRY: Queryable(GEOMETRY, Kind.SHAPE, COLUMN)}


def _queryable(attribute: Attribute) -> Queryable:
    kind = KINDS[attribute.type]
    return Queryable(attribute.name, kind, attribute.name, of=Kind.TEXT if kind is Kind.ARRAY else None)
