"""Reads of fences, signs and cameras: as they stand, as they stood, and what became of each."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import FromClause, Select, cast, func, select
from sqlalchemy.orm import Session

from gis_service.core.srid import METRIC_SRID
from gis_service.core.versioning import VERSION_ONLY, held_at
from gis_service.parcels.facilities.models import (
    Camera,
    CameraVersion,
    FenceSegment,
    FenceSegmentVersion,
    Sign,
    SignVersion,
)
from gis_service.parcels.models import BoundaryPoint, Document, Parcel

TABLES: dict[str, tuple[type[Any], FromClause]] = {
    "fences": (FenceSegment, FenceSegmentVersion),
    "signs": (Sign, SignVersion),
    "cameras": (Camera, CameraVersion),
}
"""Kind → its table, and the table of its past."""

GONE = {"fences": "removed", "signs": "missing", "cameras": "removed"}


def of_parcel(session: Session, parcel_id: int, as_of: datetime | None) -> dict[str, list[dict[str, Any]]]:
    """What stands on a parcel, now or at a moment; what was gone by then is left out."""
    return {kind: _standing(session, kind, parcel_id, as_of) for kind in TABLES}


def _standing(session: Session, kind: str, parcel_id: int, as_of: datetime | None) -> list[dict[str, Any]]:
    model, past = TABLES[kind]
    table: FromClause = model.__table__ if as_of is None else past
    found = _shown(table).where(table.c.parcel_id == parcel_id, table.c.condition != GONE[kind]).order_by(table.c.id)
    if as_of is not None:
        found = found.where(held_at(past, as_of, of_few=True))
    return [_plain(row) for row in session.execute(found).mappings()]


def one(session: Session, kind: str, facility_id: int) -> dict[str, Any] | None:
    table = TABLES[kind][0].__table__
    row = session.execute(_shown(table).where(table.c.id == facility_id)).mappings().first()
    return _plain(row) if row else None


def history(session: Session, kind: str, facility_id: int) -> list[dict[str, Any]]:
    """Every state of a fence, sign or camera, newest first: from when until when, who saw or changed it, and why."""
    past = TABLES[kind][1]
    said: list[Any] = [
        past.c.version_no,
        func.lower(past.c.valid).label("valid_from"),
        func.upper(past.c.valid).label("valid_to"),
        past.c.actor_name.label("actor"),
        past.c.reason,
        Document.doc_no,
    ]
    found = (
        _shown(past, *said)
        .outerjoin(Document, Document.id == past.c.version_document_id)
        .where(past.c.id == facility_id)
        .order_by(past.c.version_no.desc())
    )
    return [_plain(row) for row in session.execute(found).mappings()]


def _shown(table: FromClause, *more: Any) -> Select[Any]:
    plain = [column for column in table.c if column.name not in VERSION_ONLY | {"geom"}]
    return select(*plain, func.st_asgeojson(table.c.geom, 9, 0).label("geojson"), *more).select_from(table)


def _plain(row: Any) -> dict[str, Any]:
    found = dict(row)
    found["geometry"] = json.loads(found.pop("geojson"))
    return found


def fence_summary(session: Session, parcel_id: int) -> dict[str, Any]:
    """What follows from the fence lines of a parcel now, with the perimeter it is measured against (m, in the plane)."""
    perimeter = func.round(
        cast(func.st_perimeter(func.st_transform(Parcel.geom, METRIC_SRID)), Parcel.area_computed_m2.type), 2
    )
    columns: list[Any] = [
        Parcel.fence_status, Parcel.fence_ratio, Parcel.fence_length_m, Parcel.sign_count, Parcel.camera_count,
        perimeter.label("perimeter_m"),
    ]  # fmt: skip
    return dict(session.execute(select(*columns).where(Parcel.id == parcel_id)).mappings().one())


def distance_m(session: Session, parcel_id: int, place: Any) -> float:
    """How far a place is from a parcel, in metres of the plane."""
    far = func.st_distance(func.st_transform(Parcel.geom, METRIC_SRID), func.st_transform(place, METRIC_SRID))
    return float(session.scalar(select(far).where(Parcel.id == parcel_id)) or 0.0)


def ring_points(session: Session, parcel_id: int, point_no: str) -> list[Any]:
    """The boundary points of the ring that has a point of this number, in order, with lon and lat."""
    named: list[Any] = [BoundaryPoint.part_no, BoundaryPoint.ring_no]
    ring = session.execute(
        select(*named)
        .where(BoundaryPoint.parcel_id == parcel_id, BoundaryPoint.point_no == point_no)
        .order_by(BoundaryPoint.part_no, BoundaryPoint.ring_no)
        .limit(1)
    ).first()
    if ring is None:
        return []
    columns: list[Any] = [BoundaryPoint.point_no, func.st_x(BoundaryPoint.geom), func.st_y(BoundaryPoint.geom)]
    return list(
        session.execute(
            select(*columns)
            .where(
                BoundaryPoint.parcel_id == parcel_id, BoundaryPoint.part_no == ring[0], BoundaryPoint.ring_no == ring[1]
            )
            .order_by(BoundaryPoint.seq)
        )
    )
