"""Tiny pieces of land in metres, and the short way of them into the register."""

from typing import Any

from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.core.srid import STORAGE_SRID
from gis_service.geo import crs
from gis_service.parcels.models import Parcel
from gis_service.parcels.topology import operations
from tests.factories import a_parcel

PLANE = 4547
EAST, NORTH = 452_000.0, 2_478_000.0
"""A corner of 北围, in the plane."""

Fault = tuple[str, str, str | None]


def square(column: float = 0, row: float = 0, side: float = 100.0) -> Polygon:
    """A square of land in metres from the corner."""
    west, south = EAST + column * side, NORTH + row * side
    return box(west, south, west + side, south + side)


def around(*points: tuple[float, float], holes: list[list[tuple[float, float]]] | None = None) -> Polygon:
    """A polygon through points in metres from the corner."""

    def moved(ring: Any) -> list[tuple[float, float]]:
        return [(EAST + x, NORTH + y) for x, y in ring]

    return Polygon(moved(points), [moved(hole) for hole in holes or []])


def stored(shape: BaseGeometry) -> Any:
    several = shape if isinstance(shape, MultiPolygon) else MultiPolygon([shape])
    return from_shape(crs.transform(several, PLANE, STORAGE_SRID), srid=STORAGE_SRID)


def registered(session: Session, number: str, shape: BaseGeometry, **facts: Any) -> Parcel:
    """A parcel with this outline, whose registered area is that of the outline unless something else is said."""
    area = round(shape.area, 2)
    known = {"parcel_no": number, "area_computed_m2": area, "area_registered_m2": area, **facts}
    parcel = a_parcel(session, **known)
    return redrawn(session, parcel, shape)


def redrawn(session: Session, parcel: Parcel, shape: BaseGeometry) -> Parcel:
    parcel.geom = stored(shape)
    session.flush()
    return parcel


def checked(session: Session, *, full: bool = False) -> set[Fault]:
    """What is wrong today after a check, by the parcels' numbers."""
    session.flush()
    operations.check(session, full=full)
    return faults(session)


def faults(session: Session, state: str | None = None) -> set[Fault]:
    rows = session.execute(
        text(
            """select f.rule, p.parcel_no, o.parcel_no from topology_fault f join parcel p on p.id = f.parcel_id
                 left join parcel o on o.id = f.other_parcel_id
                where f.state = coalesce(:state, f.state) and (:state is not null or f.state <> 'resolved')"""
        ),
        {"state": state},
    )
    session.expire_all()
    return {(rule, number, other) for rule, number, other in rows}


def one(session: Session, rule: str) -> Any:
    """The only fault of a rule, with its measures, facts, and its geometry in the plane."""
    row = session.execute(
        text(
            "select *, st_transform(geom, 4547) as plane, st_geometrytype(geom) as kind from topology_fault where rule = :r"
        ),
        {"r": rule},
    )
    return row.mappings().one()
