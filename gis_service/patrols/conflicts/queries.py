"""Reads of conflicts: both values, what was there before, the photos of the record and the place."""

import json
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.parcels.facilities.queries import TABLES
from gis_service.parcels.models import Parcel
from gis_service.patrols.conflicts.models import FieldConflict
from gis_service.patrols.conflicts.rules import plain
from gis_service.patrols.models import FieldPhoto, Observation
from gis_service.patrols.rules import ConflictState


def table_of(noun: str) -> type[Any]:
    return Observation if noun == "observation" else TABLES[noun][0]


def column_of(noun: str, field: str) -> str:
    return "item_code" if (noun, field) == ("observation", "item") else field


def conflicts(session: Session, state: ConflictState, *, before: int | None, limit: int) -> list[dict[str, Any]]:
    """Conflicts of a state, newest first, those before an id."""
    wanted = (
        select(FieldConflict, Parcel.parcel_no)
        .outerjoin(Parcel, Parcel.id == FieldConflict.parcel_id)
        .where(FieldConflict.state == state)
    )
    if before is not None:
        wanted = wanted.where(FieldConflict.id < before)
    return [_out(session, *row) for row in session.execute(wanted.order_by(FieldConflict.id.desc()).limit(limit))]


def one(session: Session, conflict_id: int) -> dict[str, Any] | None:
    row = session.execute(
        select(FieldConflict, Parcel.parcel_no)
        .outerjoin(Parcel, Parcel.id == FieldConflict.parcel_id)
        .where(FieldConflict.id == conflict_id)
    ).first()
    return _out(session, *row) if row else None


def _out(session: Session, found: FieldConflict, parcel_no: str | None) -> dict[str, Any]:
    table = table_of(found.noun)
    present, place = session.execute(
        select(getattr(table, column_of(found.noun, found.field)), func.st_asgeojson(table.geom, 7)).where(
            table.id == found.subject_id
        )
    ).first() or (None, None)
    photos = session.execute(
        select(FieldPhoto.id, FieldPhoto.patrol_id, FieldPhoto.sha256, FieldPhoto.kind, FieldPhoto.thumbnail_sha256)
        .where(FieldPhoto.record_uuid == found.record_uuid)
        .order_by(FieldPhoto.id)
    )
    return {
        "id": found.id, "noun": found.noun, "subject_id": found.subject_id, "parcel_id": found.parcel_id, "parcel_no": parcel_no,
        "field": found.field, "was": found.was, "present": plain(present),
        "theirs": {"value": found.theirs, "by": found.theirs_by, "at": found.theirs_at},
        "mine": {"value": found.mine, "by": found.mine_by, "at": found.mine_at, "record": found.record_uuid},
        "place": json.loads(place) if place else None, "photos": [dict(each) for each in photos.mappings()],
        "state": found.state, "chosen": found.chosen, "reason": found.reason, "settled_by": found.settled_by,
        "settled_at": found.settled_at, "created_at": found.created_at,
    }  # fmt: skip
