"""Layers as GeoDataFrames, for the folium map and for notebooks."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

import shapely
from geopandas import GeoDataFrame
from psycopg import sql

from gis_service.core.db import Scope
from gis_service.core.reader import Reader
from gis_service.core.srid import STORAGE_SRID
from gis_service.maps.asked import Asked, Shape, conditions, source
from gis_service.maps.catalogue import Layer


def frame(reader: Reader, scope: Scope, layer: Layer, asked: Asked | None = None) -> GeoDataFrame:
    """The rows of a layer that the scope sees, in the storage CRS, with the declared attributes as columns."""
    asked = asked or Asked()
    rows = reader.rows(scope, _statement(layer, asked.shape), asked.values())
    names = ["id", *layer.by_name]
    columns = {name: [_plain(row[place]) for row in rows] for place, name in enumerate(names)}
    geometry = shapely.from_wkb([row[-1] for row in rows])
    return GeoDataFrame(columns, geometry=geometry, crs=STORAGE_SRID)


def count(reader: Reader, scope: Scope, layer: Layer, asked: Asked) -> int:
    """How many rows `frame` would give."""
    statement = sql.SQL("select count(*) from {} where {}").format(
        source(layer, asked.shape), conditions(layer, asked.shape)
    )
    row = reader.row(scope, statement, asked.values())
    return int(row[0]) if row else 0


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


@lru_cache(maxsize=128)
def _statement(layer: Layer, shape: Shape) -> bytes:
    return (
        sql.SQL("select {id} as id, {columns}, st_asbinary(geom) from {source} where {conditions} order by {id}")
        .format(
            id=sql.Identifier(layer.id_column),
            columns=sql.SQL(", ").join(sql.Identifier(name) for name in layer.by_name),
            source=source(layer, shape),
            conditions=conditions(layer, shape),
        )
        .as_bytes(None)
    )
