"""What lies at a place, in several layers at once, and which parcels a drawn shape touches.

Asked through the reader, so a layer tells here what it tells as items and tiles to the same person, and no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, LiteralString

import numpy as np
import shapely
from psycopg import sql
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from gis_service.core.db import Scope
from gis_service.core.errors import BadRequest
from gis_service.core.reader import Reader
from gis_service.core.srid import STORAGE_SRID
from gis_service.geo.measure import CGCS2000_ELLIPSOID
from gis_service.maps.asked import Asked, Shape, conditions, source
from gis_service.maps.catalogue import Attribute, Layer
from gis_service.maps.crs import STORED
from gis_service.parcels.vocabulary import vocabulary

MOST = 20
"""Features of one layer at one place; more are told as “and others”."""
LARGEST_M = 5_000.0
"""A place is not wider than this to either side."""
MOST_CORNERS = 400
MOST_PARCELS = 20_000
CORNERS = 32
"""Of the polygon that stands for the circle around a place."""

PAGES = {
    "layer.parcel": "/desk/parcels/{id}",
    "layer.patrol_coverage": "/desk/parcels/{id}",
    "layer.patrol_overdue": "/desk/parcels/{id}",
    "layer.risk": "/desk/parcels/{id}",
    "layer.topology_fault": "/desk/checks/{id}",
    "layer.topology_fault_area": "/desk/checks/{id}",
}
"""Where a feature has a page of its own, by the source of its layer; others lead to the parcel they name, if any."""


@dataclass(frozen=True)
class Found:
    """What one layer has at a place."""

    layer: Layer
    features: Sequence[tuple[int, dict[str, Any]]]
    more: bool
    dated: bool
    """Whether it is as it was on the day asked for; False where the layer has no past."""

    def said(self) -> dict[str, Any]:
        """The same in words."""
        return {
            "layer": self.layer.id,
            "title": self.layer.title,
            "title_en": self.layer.title_en,
            "dated": self.dated,
            "more": self.more,
            "features": [_said(self.layer, key, values) for key, values in self.features],
        }


def at_place(
    reader: Reader, scope: Scope, layers: Sequence[Layer], lon: float, lat: float, tolerance_m: float, asked: Asked
) -> list[Found]:
    """What lies within `tolerance_m` metres of a place (CGCS2000 degrees), nearest first, layer by layer; layers that
    have nothing there are left out."""
    around = replace(asked, window=_hex(circle(lon, lat, tolerance_m)))
    values = around.values() | {"spot": _hex(shapely.Point(lon, lat)), "most": MOST + 1}
    found = []
    for layer in layers:
        rows = reader.rows(scope, _statement(layer, around.shape), values)
        if rows:
            dated = around.as_of is None or layer.history is not None
            found.append(Found(layer, [(row[0], row[1]) for row in rows[:MOST]], len(rows) > MOST, dated))
    return found


def parcels_in(reader: Reader, scope: Scope, layer: Layer, shape: BaseGeometry, asked: Asked) -> tuple[list[int], bool]:
    """Ids of the parcels that a shape (CGCS2000 degrees) touches, and whether there are more than are told."""
    there = replace(asked, window=_hex(shape))
    rows = reader.rows(scope, _ids(layer, there.shape), there.values() | {"most": MOST_PARCELS + 1})
    return [int(row[0]) for row in rows[:MOST_PARCELS]], len(rows) > MOST_PARCELS


def circle(lon: float, lat: float, radius_m: float) -> BaseGeometry:
    """The ground within so many metres of a place, in degrees, as a polygon on the ellipsoid.

    >>> west, south, east, north = circle(113.5, 22.4, 1000).bounds
    >>> round((north - south) * 110_700), round((east - west) * 102_900)
    (2000, 2000)
    """
    if radius_m <= 0:
        return shapely.Point(lon, lat)
    turns = np.linspace(0.0, 360.0, CORNERS, endpoint=False)
    x, y, _ = CGCS2000_ELLIPSOID.fwd(
        np.full(CORNERS, lon), np.full(CORNERS, lat), turns, np.full(CORNERS, float(radius_m))
    )
    return shapely.Polygon(np.column_stack([x, y]))


def ring(text: str) -> BaseGeometry:
    """A drawn ring `lon,lat;lon,lat;…` as a valid shape; raises `BadRequest`.

    >>> round(ring("113.5,22.4;113.6,22.4;113.6,22.5").area, 4)
    0.005
    """
    try:
        corners = [tuple(map(float, corner.split(","))) for corner in text.split(";")]
    except ValueError:
        raise BadRequest(parameter="ring", value=text[:60]) from None
    fits = all(len(one) == 2 and abs(one[0]) <= 180 and abs(one[1]) <= 90 for one in corners)
    if not fits or not 3 <= len(corners) <= MOST_CORNERS:
        raise BadRequest(parameter="ring", value=text[:60])
    shape = shapely.make_valid(shapely.Polygon(corners))
    if shape.area == 0:
        raise BadRequest(parameter="ring", value=text[:60])
    return shape


def _hex(shape: BaseGeometry) -> str:
    """EWKB in hex in the storage CRS, of a shape in degrees."""
    if not STORED.is_stored:
        shape = shapely.transform(shape, _to_storage().transform, interleaved=False)
    return str(shapely.to_wkb(shapely.set_srid(shape, STORAGE_SRID), hex=True, include_srid=True))


@lru_cache(maxsize=1)
def _to_storage() -> Transformer:
    return Transformer.from_crs(4490, STORAGE_SRID, always_xy=True)


@lru_cache(maxsize=256)
def _statement(layer: Layer, shape: Shape) -> bytes:
    return _bytes(
        """
        select id, to_jsonb(said)
          from (select {id} as id, geom, {columns} from {source} where {conditions}
                 order by st_distance(geom, %(spot)s::geometry), st_area(geom), 1 limit %(most)s) q,
               lateral (select {columns}) said""",
        layer,
        shape,
    )


@lru_cache(maxsize=16)
def _ids(layer: Layer, shape: Shape) -> bytes:
    return _bytes("select {id} from {source} where {conditions} order by 1 limit %(most)s", layer, shape)


def _bytes(statement: LiteralString, layer: Layer, shape: Shape) -> bytes:
    composed = sql.SQL(statement).format(
        id=sql.Identifier(layer.id_column),
        columns=sql.SQL(", ").join(sql.Identifier(attribute.name) for attribute in layer.attributes),
        source=source(layer, shape),
        conditions=conditions(layer, shape, of_few=True),
    )
    return composed.as_bytes(None)


def _said(layer: Layer, key: int, values: dict[str, Any]) -> dict[str, Any]:
    named = layer.label or next(iter(layer.by_name))
    title = _words(layer, layer.by_name[named], values[named]) if values.get(named) else (str(key), str(key))
    return {
        "id": key,
        "title": title[0],
        "title_en": title[1],
        "page": _page(layer, key, values),
        "facts": [
            _fact(layer, attribute, values[attribute.name])
            for attribute in layer.attributes
            if _told(attribute, values)
        ],
    }


def _told(attribute: Attribute, values: dict[str, Any]) -> bool:
    """Numbers that only machines use (which parcel, in the list of another) are not told."""
    is_key = attribute.name.endswith("_id") and attribute.type == "integer"
    return not is_key and values.get(attribute.name) not in (None, "", [])


def _fact(layer: Layer, attribute: Attribute, value: Any) -> dict[str, Any]:
    zh, en = _words(layer, attribute, value)
    told = {"name": attribute.name, "zh": attribute.zh, "en": attribute.en, "type": attribute.type}
    return told | {"value_zh": zh, "value_en": en} | ({"unit": attribute.unit} if attribute.unit else {})


def _words(layer: Layer, attribute: Attribute, value: Any) -> tuple[str, str]:
    """A value as it is read: words of the vocabulary, one after the other in an array; yes and no; else as it is."""
    if isinstance(value, list):
        told = [_words(layer, attribute, one) for one in value]
        return "、".join(zh for zh, _ in told), ", ".join(en for _, en in told)
    if isinstance(value, bool):
        return ("是", "yes") if value else ("否", "no")
    plain = (str(value), str(value))
    return vocabulary()[attribute.vocabulary].get(str(value), plain) if attribute.vocabulary else plain


def _page(layer: Layer, key: int, values: dict[str, Any]) -> str | None:
    if page := PAGES.get(layer.source):
        return page.format(id=key)
    parcel = values.get("parcel_id")
    return PAGES["layer.parcel"].format(id=parcel) if isinstance(parcel, int) else None
