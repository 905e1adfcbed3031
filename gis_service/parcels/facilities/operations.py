"""Verbs: put up a fence, sign or camera, say in what condition it is. What follows for the parcel the database sees to."""

from typing import Any

import shapely
from geoalchemy2.shape import from_shape
from shapely.geometry import LineString, Point, shape
from sqlalchemy.orm import Session

from gis_service.core import db
from gis_service.core.errors import NotFound, Stale
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.errors import Retired
from gis_service.parcels.facilities import queries
from gis_service.parcels.facilities.errors import FarAway, NoSuchPoint, PlaceRefused
from gis_service.parcels.models import Parcel
from gis_service.parcels.operations import Why

NEAR_M = {"fences": 50.0, "signs": 200.0, "cameras": 1000.0}
"""How far from its parcel a thing may stand: a fence runs along it, a camera may watch from a roof (product defaults)."""

SHAPES: dict[str, type[LineString] | type[Point]] = {"fences": LineString, "signs": Point, "cameras": Point}

WORDS = {"fences": ("围蔽", "fence"), "signs": ("警示牌", "sign"), "cameras": ("监控", "camera")}


def put_up(
    session: Session, kind: str, parcel_id: int, *, facts: dict[str, Any], geometry: dict[str, Any] | None,
    along: tuple[str, str] | None = None, why: Why,
) -> int:  # fmt: skip
    """A new fence, sign or camera of a parcel; returns its id. A fence may be told as a stretch of the boundary."""
    parcel = _parcel(session, parcel_id)
    place = _along(session, parcel, *along) if along else _place(kind, geometry)
    _near(session, kind, parcel, place)
    _because(session, kind, why, "登记")
    made = queries.TABLES[kind][0](parcel_id=parcel_id, geom=from_shape(place, srid=STORAGE_SRID), **facts)
    session.add(made)
    session.flush()
    return int(made.id)


def change(
    session: Session, kind: str, facility_id: int, *, seen: int, facts: dict[str, Any], geometry: dict[str, Any] | None,
    why: Why,
) -> Any:  # fmt: skip
    """Change its facts, condition or place as the version `seen`; raises `Stale` when somebody was faster."""
    found = session.get(queries.TABLES[kind][0], facility_id, with_for_update=True)
    if found is None:
        raise NotFound(what=WORDS[kind][0], key=facility_id)
    if found.row_version != seen:
        raise Stale(what=WORDS[kind][0], key=facility_id)
    parcel = _parcel(session, found.parcel_id)
    _because(session, kind, why, "更新")
    for name, value in facts.items():
        setattr(found, name, value)
    if geometry is not None:
        place = _place(kind, geometry)
        _near(session, kind, parcel, place)
        found.geom = from_shape(place, srid=STORAGE_SRID)
    session.flush()
    return found


def _parcel(session: Session, parcel_id: int) -> Parcel:
    """The parcel, held: what follows for it is worked out from all its fences at once."""
    parcel = session.get(Parcel, parcel_id, with_for_update=True)
    if parcel is None:
        raise NotFound(what="地块", key=parcel_id)
    if parcel.retired_on:
        raise Retired(parcel_no=parcel.parcel_no)
    return parcel


def _because(session: Session, kind: str, why: Why, act: str) -> None:
    db.because(session, (why.reason or "").strip() or f"{act}{WORDS[kind][0]}", why.document_id)


def _place(kind: str, geometry: dict[str, Any] | None) -> LineString | Point:
    """The GeoJSON geometry (degrees in the storage system) as a line or a point."""
    try:
        place = shape(geometry or {})
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError) as error:
        raise PlaceRefused(reason=str(error)) from None
    if not isinstance(place, SHAPES[kind]) or place.is_empty or not shapely.is_valid(place):
        raise PlaceRefused(reason=place.geom_type)
    return shapely.force_2d(place)


def _along(session: Session, parcel: Parcel, first: str, last: str) -> LineString:
    """The boundary from one point on to another, in the order the points are numbered; one point twice is the whole ring."""
    ring = queries.ring_points(session, parcel.id, first)
    numbers = [point_no for point_no, _, _ in ring]
    for wanted in (first, last):
        if wanted not in numbers:
            raise NoSuchPoint(parcel_no=parcel.parcel_no, point_no=wanted)
    start = numbers.index(first)
    steps = (numbers.index(last) - start) % len(ring) or len(ring)
    return LineString([ring[(start + step) % len(ring)][1:] for step in range(steps + 1)])


def _near(session: Session, kind: str, parcel: Parcel, place: LineString | Point) -> None:
    distance_m = queries.distance_m(session, parcel.id, from_shape(place, srid=STORAGE_SRID))
    if distance_m > NEAR_M[kind]:
        raise FarAway(parcel_no=parcel.parcel_no, distance_m=round(distance_m), limit_m=round(NEAR_M[kind]))
