"""Positions and drawings of a record as geometries (EPSG:4490, degrees)."""

import math
from typing import Any

import shapely
from geoalchemy2 import WKBElement, WKTElement
from geoalchemy2.shape import from_shape
from shapely.geometry import Point, shape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.models import Parcel
from gis_service.patrols.inbox.verdicts import Refused
from gis_service.patrols.inbox.wire import Position

DRAWN = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}


def point(position: Position | None) -> WKBElement | None:
    return from_shape(Point(position.lon, position.lat), srid=STORAGE_SRID) if position else None


def drawing(geometry: dict[str, Any] | None) -> WKBElement | None:
    """A GeoJSON geometry as drawn; raises `Refused` where it is none, or not on the earth."""
    if geometry is None:
        return None
    try:
        drawn = shapely.force_2d(shape(geometry))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError) as fault:
        raise Refused("field.shape", reason=f"geometry: {fault}"[:120]) from None
    if drawn.geom_type not in DRAWN or drawn.is_empty or not _on_earth(drawn.bounds):
        raise Refused("field.shape", reason=f"geometry: {drawn.geom_type}")
    return from_shape(drawn, srid=STORAGE_SRID)


def _on_earth(bounds: tuple[float, float, float, float]) -> bool:
    west, south, east, north = bounds
    return all(map(math.isfinite, bounds)) and -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def distance_m(session: Session, parcel_id: int, place: WKBElement | None) -> float | None:
    """From the parcel's outline, in metres on the ellipsoid; 0 inside. None without a place."""
    if place is None:
        return None
    far = func.st_distance(func.geography(Parcel.geom), func.geography(func.st_makevalid(place)))
    found = session.scalar(select(far).where(Parcel.id == parcel_id))
    return None if found is None else round(float(found), 2)


def parcel_at(session: Session, place: WKBElement | None) -> Parcel | None:
    """The parcel a place lies on; where it lies on several, the one that has most of it."""
    if place is None:
        return None
    whole = func.st_makevalid(place)
    shared = func.st_intersection(Parcel.geom, whole)
    most: list[Any] = [func.st_area(shared).desc(), func.st_length(shared).desc(), Parcel.id]
    return session.scalar(
        select(Parcel)
        .where(Parcel.retired_on.is_(None), func.st_intersects(Parcel.geom, whole))
        .order_by(*most)
        .limit(1)
    )


Fix = list[Any]


def is_good(fix: Fix) -> bool:
    """Whether a fix is a place at a time; what is not stays in the raw fixes and never in the geometry.

    >>> is_good([113.5, 22.4, 1_700_000_000_000, 8.0]), is_good([113.5, None, 1_700_000_000_000, 8.0]), is_good([0.0, 0.0, 1, 5])
    (True, False, False)
    """
    if len(fix) < 3 or not all(_is_number(value) for value in fix[:3]):
        return False
    lon, lat, ms = fix[:3]
    return abs(lon) <= 180 and abs(lat) <= 90 and (lon, lat) != (0, 0) and 0 < ms < 1e14


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def track(fixes: list[Fix]) -> WKTElement:
    """The good fixes in their order, with seconds since 1970 as measure."""
    points = ", ".join(f"({fix[0]!r} {fix[1]!r} {fix[2] / 1000!r})" for fix in fixes if is_good(fix))
    return WKTElement(f"MULTIPOINT M ({points})" if points else "MULTIPOINT M EMPTY", srid=STORAGE_SRID)
