"""Reads of conflicts: both values, what was there before, the photos of both records and the place."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from gis_service.parcels.facilities.queries import TABLES
from gis_service.parcels.models import Parcel
from gis_service.patrols.conflicts.models import FieldConflict
from gis_service.patrols.conflicts.rules import plain
from gis_service.patrols.inbox.models import InboxRecord
from gis_service.patrols.models import FieldPhoto, Observation, Patrol
from gis_service.patrols.rules import ConflictState, RecordKind


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
    return {
        "id": found.id, "noun": found.noun, "subject_id": found.subject_id, "parcel_id": found.parcel_id, "parcel_no": parcel_no,
        "field": found.field, "was": found.was, "present": plain(present),
        "theirs": {"value": found.theirs, "by": found.theirs_by, "at": found.theirs_at},
        "mine": {"value": found.mine, "by": found.mine_by, "at": found.mine_at, "record": found.record_uuid},
        "place": json.loads(place) if place else None, "photos": _photos(session, found.record_uuid),
        "their_photos": _photos(session, _their_record(session, found)),
        "state": found.state, "chosen": found.chosen, "reason": found.reason, "settled_by": found.settled_by,
        "settled_at": found.settled_at, "created_at": found.created_at,
    }  # fmt: skip


def _photos(session: Session, record: UUID | None) -> list[dict[str, Any]]:
    asked = (
        select(FieldPhoto.id, FieldPhoto.patrol_id, FieldPhoto.sha256, FieldPhoto.kind, FieldPhoto.thumbnail_sha256)
        .where(FieldPhoto.record_uuid == record)
        .order_by(FieldPhoto.id)
    )
    return [dict(each) for each in session.execute(asked).mappings()] if record else []


def _their_record(session: Session, found: FieldConflict) -> UUID | None:
    """The phone's record by which the other value came: the last one of that person that changed this field before. None where it
    came from the desk."""
    changes = cast(InboxRecord.body_text, JSONB)["body"]["changes"]
    asked = (
        select(InboxRecord.uuid)
        .join(Patrol, Patrol.client_uuid == InboxRecord.patrol_uuid)
        .where(
            InboxRecord.row_noun == found.noun, InboxRecord.row_id == found.subject_id, InboxRecord.uuid != found.record_uuid,
            InboxRecord.kind.in_((RecordKind.FACILITY, RecordKind.CORRECTION)), InboxRecord.received_at <= found.created_at,
            Patrol.inspector_name == found.theirs_by, changes.has_key(found.field),
        )
        .order_by(InboxRecord.received_at.desc(), InboxRecord.seq.desc())
        .limit(1)
    )  # fmt: skip
    return session.scalar(asked)
