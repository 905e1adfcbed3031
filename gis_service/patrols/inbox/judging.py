"""Judge records that are kept: each in its own savepoint, one verdict each. Nothing here commits.

A record that waits for another is judged again as soon as that one has become rows. Records of one walk are judged one
transaction after the other (an advisory lock), so that none can slip between looking for its walk and being put aside.
"""

import traceback
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Select, Text, cast, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.audit import operations as audit
from gis_service.core import clock, db
from gis_service.core.errors import Refusal
from gis_service.patrols.inbox import changes, reading, rows
from gis_service.patrols.inbox.models import InboxRecord
from gis_service.patrols.inbox.recorder import Recorder, World
from gis_service.patrols.inbox.verdicts import WAITS_FOR_PERSON, Held, Judgement, Refused
from gis_service.patrols.rules import RecordKind, Verdict

log = structlog.get_logger("gis_service.patrols.inbox")

MAKERS: dict[RecordKind, rows.Maker] = {
    RecordKind.START: rows.start,
    RecordKind.TRACK: rows.track,
    RecordKind.VISIT: rows.visit,
    RecordKind.OBSERVATION: rows.observation,
    RecordKind.CORRECTION: changes.correction,
    RecordKind.FACILITY: changes.facility,
    RecordKind.END: rows.end,
}

LOCK = text(
    """select pg_advisory_xact_lock(h) from (select distinct hashtextextended(k, 7) h
                                                from unnest(cast(:keys as text[])) k order by 1) s"""
)
PATIENCE = "15s"


def judge(session: Session, world: World, uuids: Iterable[UUID], *, anew: bool = False) -> None:
    """Judge the records named, and then those that waited for them, until nothing more comes of it.

    `anew`: a person asks, so that what was refused is judged once more too.
    """
    named = sorted(set(uuids))
    session.execute(text(f"set local lock_timeout = '{PATIENCE}'"))
    _lock(session, named)
    todo = list(session.scalars(_asked(named).where(InboxRecord.verdict != Verdict.STORED)))
    world.walks |= _walks_of(todo)
    todo = [record for record in todo if _may_be_judged(record) or (anew and record.verdict == Verdict.REFUSED)]
    came = {str(record.device_id) for record in todo if record.device_id}
    while todo:
        known = {str(record.uuid) for record in sorted(todo, key=_order) if _judge_one(session, world, record)}
        todo = _waiting_for(session, sorted(known | came))
        world.walks |= _walks_of(todo)
        came = set()
    rows.settle(session, world)
    for action, subject, detail, actor in world.notes:
        audit.record(session, action, subject, actor_id=actor.id, actor_name=actor.name, detail=detail)
    world.notes.clear()


def _walks_of(records: Iterable[InboxRecord]) -> set[UUID]:
    return {record.patrol_uuid for record in records if record.patrol_uuid}


def judge_waiting_for(session: Session, world: World, keys: list[str]) -> None:
    """Judge again what waits for these uuids or hashes."""
    if found := _waiting_for(session, keys, lock=False):
        judge(session, world, [record.uuid for record in found])


def _asked(uuids: list[UUID]) -> Select[Any]:
    return (
        select(InboxRecord)
        .where(InboxRecord.uuid.in_(uuids))
        .order_by(InboxRecord.uuid)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _lock(session: Session, uuids: list[UUID]) -> None:
    of_walks = session.execute(select(InboxRecord.uuid, InboxRecord.patrol_uuid).where(InboxRecord.uuid.in_(uuids)))
    session.execute(LOCK, {"keys": [str(patrol or uuid) for uuid, patrol in of_walks]})


def _may_be_judged(record: InboxRecord) -> bool:
    """Held ones; what waits for a person only when released, or when its recorder vouched for it after all."""
    code = (record.reason or {}).get("code")
    if record.verdict == Verdict.REFUSED:
        return record.released_at is not None or (record.proved_at is not None and code == "field.other_person")
    return (
        record.released_at is not None
        or code not in WAITS_FOR_PERSON
        or (record.proved_at is not None and code != NO_ACCOUNT)
    )


NO_ACCOUNT = "field.no_account"


def _order(record: InboxRecord) -> tuple[bool, int, UUID]:
    return record.kind != RecordKind.START, record.seq or 0, record.uuid


def _waiting_for(session: Session, keys: list[str], *, lock: bool = True) -> list[InboxRecord]:
    """Held records that name one of these as missing, and those that wait for an earlier one of their phone."""
    if not keys:
        return []
    found = (
        select(InboxRecord)
        .where(InboxRecord.verdict == Verdict.HELD, InboxRecord.reason["waits_for"].op("?|")(cast(keys, ARRAY(Text))))
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(found.with_for_update(skip_locked=True) if lock else found))


def _judge_one(session: Session, world: World, record: InboxRecord) -> bool:
    """Whether rows were made."""
    verdict, reason, row = Verdict.STORED, None, None
    try:
        with session.begin_nested():
            row, reason = _rows_of(session, world, record)
    except Judgement as said:
        verdict, reason = said.verdict, said.kept()
    except Refusal as refusal:
        facts = {"zh": refusal.sentence("zh"), "en": refusal.sentence("en")}
        verdict, reason = Verdict.REFUSED, {"code": refusal.code, "facts": facts, "waits_for": []}
    except Exception as trouble:
        if isinstance(trouble, DBAPIError) and trouble.connection_invalidated:
            raise
        log.error("field record in trouble", alarm=True, uuid=str(record.uuid), trace=trace_of(trouble))
        verdict, reason = Verdict.HELD, Held("field.server_trouble").kept()
    record.verdict, record.reason, record.judged_at = verdict, reason, clock.now()
    record.row_noun, record.row_id = row or (None, None)
    session.flush()
    return verdict is Verdict.STORED


def trace_of(trouble: BaseException) -> str:
    """The end of the traceback as text: a pretty one takes seconds, and this one is written within a transaction."""
    return "".join(traceback.format_exception(trouble))[-3000:]


def _rows_of(session: Session, world: World, record: InboxRecord) -> tuple[rows.Row, dict[str, Any] | None]:
    said = reading.read(record.body_text, record.uuid)
    if record.by_id is None:
        raise Refused("field.shape", reason=f"by {said.envelope.by}")
    released = record.released_at is not None
    if record.proved_at is None and not released:
        raise Refused("field.other_person")
    who = Recorder(world.actor(session, record.by_id, released=released), released)
    if not released and not who.actor.may(rows.RIGHT):
        raise Refused("field.no_right", permission=rows.RIGHT)
    _act_as(session, who.actor)
    row = MAKERS[said.envelope.kind](session, world, record, said, who)
    return row, changes.reason_of(session, record)


def _act_as(session: Session, actor: Actor) -> None:
    """What is written is written in the name of the recorder; which land they may write on the makers ask."""
    db.setting(session, app_actor=str(actor.id), app_actor_name=actor.name)
