"""Taking one change of a parcel back, by a new version. Nothing here commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from fastapi.encoders import jsonable_encoder
from geoalchemy2 import WKBElement
from sqlalchemy import delete, func, select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from gis_service.core import db
from gis_service.core.errors import NotFound, Stale
from gis_service.core.versioning import held_at
from gis_service.parcels.changes import errors, queries, rules
from gis_service.parcels.errors import Retired
from gis_service.parcels.models import BoundaryPoint, BoundaryPointVersion, Parcel, ParcelDocument, ParcelVersion
from gis_service.parcels.operations import Why

COLUMNS = tuple(column.name for column in Parcel.__table__.columns if column.name not in rules.STAMPS)
POINT = ("part_no", "ring_no", "seq", "point_no", "northing_text", "easting_text", "source_crs", "geom")
POINTS = "boundary_points"


def undo(session: Session, parcel_id: int, version_no: int, *, seen: int, why: Why, anyway: bool = False) -> list[str]:
    """Give the fields that a version changed the values they had before it; returns the fields restored.

    Refused when later versions changed some of them again, unless `anyway`. The row is locked while this is decided.
    """
    parcel = session.get(Parcel, parcel_id, with_for_update=True)
    if parcel is None:
        raise NotFound(what="地块", key=parcel_id)
    if parcel.row_version != seen:
        raise Stale(what="地块", key=parcel.parcel_no, parcel_id=parcel.id)
    why.require()
    history = _history(session, parcel_id, version_no)
    undoing = rules.undoing(history)
    if "retired_on" in undoing.restore:
        raise errors.NotAlone(version_no=version_no)
    if parcel.retired_on:
        raise Retired(parcel_no=parcel.parcel_no)
    now = history[-1]
    restored = {name: value for name, value in undoing.restore.items() if now[name] != value}
    if not restored:
        raise errors.NothingToUndo(version_no=version_no)
    if undoing.clashes and not anyway:
        fields = queries.told(session, parcel_id, version_no, undoing.clashes)
        raise errors.ChangedSince(version_no=version_no, count=len(fields), fields=jsonable_encoder(fields))
    db.because(session, f"撤销第 {version_no} 版:{(why.reason or '').strip()}".rstrip(":"), why.document_id)
    if why.document_id is not None:
        session.merge(ParcelDocument(parcel_id=parcel_id, document_id=why.document_id))
    with _within_scope():
        _restore(session, parcel, restored)
    return sorted(restored)


def _history(session: Session, parcel_id: int, version_no: int) -> list[dict[str, Any]]:
    """The state before a version, the one it made, and all later ones: raw columns and boundary points."""
    v = ParcelVersion.c
    columns = [func.st_asewkb(v.geom).label("geom") if name == "geom" else v[name] for name in COLUMNS]
    statement = select(*columns, v.version_no, func.lower(v.valid).label("_at"))
    found = session.execute(
        statement.where(v.id == parcel_id, v.version_no >= version_no - 1).order_by(v.version_no)
    ).mappings()
    rows = [dict(row) for row in found]
    numbers = [row.pop("version_no") for row in rows]
    if version_no == 1 and numbers[:1] == [1]:
        raise errors.NothingBefore(version_no=version_no)
    if numbers[:2] != [version_no - 1, version_no]:
        raise NotFound(what="版本", key=f"{parcel_id}/{version_no}")
    moments = [row.pop("_at") for row in rows]
    return [{**row, POINTS: _points(session, parcel_id, at)} for row, at in zip(rows, moments, strict=True)]


def _points(session: Session, parcel_id: int, at: datetime) -> list[tuple[Any, ...]]:
    b = BoundaryPointVersion.c
    columns = [func.st_asewkb(b.geom) if name == "geom" else b[name] for name in POINT]
    statement = select(*columns).where(b.parcel_id == parcel_id, held_at(BoundaryPointVersion, at, of_few=True))
    rows = session.execute(statement.order_by(b.part_no, b.ring_no, b.seq))
    return [tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in rows]


def _restore(session: Session, parcel: Parcel, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name == "geom":
            parcel.geom = WKBElement(bytes(value), extended=True)
        elif name != POINTS:
            setattr(parcel, name, value)
    session.flush()
    if POINTS in values:
        session.execute(delete(BoundaryPoint).where(BoundaryPoint.parcel_id == parcel.id))
        for *facts, place in values[POINTS]:
            named = dict(zip(POINT, [*facts, WKBElement(place, extended=True)], strict=True))
            session.add(BoundaryPoint(parcel_id=parcel.id, **named))
        session.flush()
    session.refresh(parcel)


@contextmanager
def _within_scope() -> Iterator[None]:
    """The row policy refuses what would lie outside; say so in a sentence."""
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) == "42501":
            raise errors.OutOfScope() from None
        raise
