"""Records that change what is there: corrections of an observation, and the condition of fences, signs and cameras.

Fields are merged one by one (`conflicts.rules`). Where somebody else was faster with another value, that value stays and a
conflict keeps both. Before a conflict is declared, earlier records of the same phone are waited for: its own second change must
not meet the absence of its first.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from sqlalchemy import FromClause, func, select
from sqlalchemy.orm import Session

from gis_service.core import clock
from gis_service.core.clock import BEIJING
from gis_service.core.versioning import VERSION_ONLY
from gis_service.parcels.facilities import operations as facilities
from gis_service.parcels.facilities.queries import TABLES
from gis_service.parcels.facilities.schemas import Act, CameraChange, FenceChange, SignChange
from gis_service.parcels.models import Parcel
from gis_service.parcels.operations import Why
from gis_service.patrols import items
from gis_service.patrols.conflicts.models import FieldConflict
from gis_service.patrols.conflicts.rules import ABSENT, Merge, merge, plain
from gis_service.patrols.inbox import photos, rows, wire
from gis_service.patrols.inbox.models import InboxRecord
from gis_service.patrols.inbox.reading import Said
from gis_service.patrols.inbox.recorder import Recorder, World, may_on
from gis_service.patrols.inbox.verdicts import Held, Refused
from gis_service.patrols.models import Observation, ObservationChange, Patrol

EDIT = "facility.edit"
FACTS: dict[str, type[Act]] = {"fences": FenceChange, "signs": SignChange, "cameras": CameraChange}
SAID_APART = {"reason", "document_id", "geometry"}
"""What a record cannot change: the reason is the walk itself, and things are moved at the desk."""
PATIENCE = timedelta(days=3)
"""How long earlier records of a phone are waited for before a conflict is declared (product default)."""


def correction(session: Session, _world: World, record: InboxRecord, said: Said, who: Recorder) -> rows.Row:
    body = said.body
    assert isinstance(body, wire.Correction)  # noqa: S101
    found = session.scalar(
        select(Observation)
        .where(Observation.client_uuid == body.of)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise Held("field.waits_for_record", waits_for=[str(body.of)])
    _require_own_or_land(session, found, who)
    changed = {
        field: SETTERS[field](change.now) if field in SETTERS else _unknown(field)
        for field, change in body.changes.items()
    }
    decided = {
        field: _decide(session, record, said, change, seen=ABSENT, theirs=getattr(found, _column(field)))
        for field, change in body.changes.items()
    }
    for field, change in body.changes.items():
        theirs = plain(getattr(found, _column(field)))
        if decided[field] is Merge.CONFLICT:
            by, at = _last_change(session, found, field)
            session.add(
                _conflict(record, said, who, "observation", found.id, found.parcel_id, field, change, theirs, by, at)
            )
        if decided[field] is Merge.APPLY:
            session.add(
                ObservationChange(
                    client_uuid=record.uuid, observation_id=found.id, field=field, was=theirs, now=change.now,
                    reason=body.reason, made_at=said.made_at, by_id=who.actor.id, by_name=who.actor.name,
                )
            )  # fmt: skip
            setattr(found, _column(field), changed[field])
    if Merge.APPLY in decided.values():
        found.row_version += 1
    session.flush()
    return "observation", found.id


def _require_own_or_land(session: Session, found: Observation, who: Recorder) -> None:
    """One's own, or one on land that is the person's."""
    own = session.get_one(Patrol, found.patrol_id).inspector_id == who.actor.id
    if not own and not who.released and not may_on(who.actor, rows.RIGHT, found.area_id, found.unit_id):
        raise Refused("field.no_right", permission=rows.RIGHT)


def _column(field: str) -> str:
    return "item_code" if field == "item" else field


def _unknown(field: str) -> Any:
    raise Refused("field.unknown_field", field=field[:40])


def _severity(value: Any) -> str:
    if value not in ("low", "medium", "high"):
        raise Refused("field.shape", reason=f"severity {value!r}"[:60])
    return str(value)


def _item(value: Any) -> str:
    if value not in items.ITEMS:
        raise Held("field.unknown_item", item=str(value)[:40])
    return str(value)


def _quantity(value: Any) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e9:
        raise Refused("field.shape", reason=f"quantity {value!r}"[:60])
    return Decimal(str(value)).quantize(Decimal("0.01"))


def _words(most: int) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        if value is not None and (not isinstance(value, str) or len(value) > most):
            raise Refused("field.shape", reason="text")
        return value

    return check


def _answers(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused("field.shape", reason="answers")
    return value


SETTERS: dict[str, Callable[[Any], Any]] = {
    "severity": _severity,
    "item": _item,
    "quantity": _quantity,
    "quantity_unit": _words(20),
    "description": _words(4000),
    "answers": _answers,
}
"""What of an observation may be corrected, and how a value is checked."""


def facility(session: Session, world: World, record: InboxRecord, said: Said, who: Recorder) -> rows.Row:
    body = said.body
    assert isinstance(body, wire.FacilityEdit)  # noqa: S101
    patrol = rows.patrol_of(session, said, who) if said.envelope.patrol or body.photos else None
    photos.require_files(session, [*said.envelope.files, *(photo.sha256 for photo in body.photos)])
    model, past = TABLES[body.noun]
    found = session.get(model, body.id, with_for_update=True, populate_existing=True)
    if found is None:
        raise Refused("field.no_such_thing", noun=facilities.WORDS[body.noun][0], id=body.id)
    who.require(EDIT, session.get_one(Parcel, found.parcel_id))
    facts = _facts(body)
    seen = _version(session, past, body.id, body.seen)
    decided = {
        field: _decide(session, record, said, change, seen=seen.get(field, ABSENT), theirs=getattr(found, field))
        for field, change in body.changes.items()
    }
    for field, change in body.changes.items():
        if decided[field] is Merge.CONFLICT:
            theirs = plain(getattr(found, field))
            by, at = _changed_by(session, past, body.id, field, getattr(found, field))
            session.add(
                _conflict(record, said, who, body.noun, body.id, found.parcel_id, field, change, theirs, by, at)
            )
    applied = {field: facts[field] for field, merged in decided.items() if merged is Merge.APPLY}
    _say_when(found, applied, said.made_at)
    if applied:
        day = said.made_at.astimezone(BEIJING).date()
        # versions are by transaction: two changes in one batch make one, and the value between them stays here
        changed = {field: [plain(getattr(found, field)), plain(value)] for field, value in applied.items()}
        why = Why(f"巡查现场更新({who.actor.name},{day})", None)
        facilities.change(session, body.noun, body.id, seen=found.row_version, facts=applied, geometry=None, why=why)
        detail = {"act": "change", "changed": changed, "record": str(record.uuid)}
        world.notes.append((EDIT, f"{body.noun}/{body.id}", detail, who.actor))
    if patrol:
        photos.add(session, world.store, record, patrol.id, body.photos)
    session.flush()
    return body.noun, body.id


def _facts(body: wire.FacilityEdit) -> dict[str, Any]:
    """The new values, checked as the register checks them."""
    shape = FACTS[body.noun]
    for field in body.changes:
        if field not in shape.model_fields or field in SAID_APART:
            _unknown(field)
    try:
        sent = shape.model_validate({field: change.now for field, change in body.changes.items()})
    except ValidationError as fault:
        raise Refused("field.shape", reason=fault.errors(include_url=False)[0]["msg"][:120]) from None
    return sent.model_dump(exclude_unset=True)


def _version(session: Session, past: FromClause, facility_id: int, row_version: int) -> dict[str, Any]:
    """The state the phone had seen, from the version table."""
    known = [column for column in past.c if column.name not in VERSION_ONLY | {"geom"}]
    found = select(*known).where(past.c.id == facility_id, past.c.row_version == row_version)
    row = session.execute(found.order_by(past.c.version_no.desc()).limit(1)).mappings().first()
    return dict(row) if row else {}


def _say_when(found: Any, applied: dict[str, Any], made_at: datetime) -> None:
    """The day its condition was seen, where that is later than the day known."""
    day = made_at.astimezone(BEIJING).date()
    if applied and "inspected_on" not in applied and (found.inspected_on is None or day > found.inspected_on):
        applied["inspected_on"] = day


def _changed_by(
    session: Session, past: FromClause, facility_id: int, field: str, value: Any
) -> tuple[str | None, datetime | None]:
    """Who gave the field the value it has, and when."""
    column = past.c[field]
    found = session.execute(
        select(past.c.actor_name, past.c.valid_from, column)
        .where(past.c.id == facility_id)
        .order_by(past.c.version_no.desc())
    )
    by, at = None, None
    for name, since, then in found:
        if plain(then) != plain(value):
            break
        by, at = name, since
    return by, at


def _last_change(session: Session, found: Observation, field: str) -> tuple[str | None, datetime | None]:
    last = session.execute(
        select(ObservationChange.by_name, ObservationChange.made_at)
        .where(ObservationChange.observation_id == found.id, ObservationChange.field == field)
        .order_by(ObservationChange.id.desc())
        .limit(1)
    ).first()
    return (last[0], last[1]) if last else (None, None)


def _decide(session: Session, record: InboxRecord, said: Said, change: wire.Change, *, seen: Any, theirs: Any) -> Merge:
    was = change.was if "was" in change.model_fields_set else ABSENT
    merged = merge(was=was, seen=seen, theirs=theirs, mine=change.now)
    odd = merged is Merge.CONFLICT or (merged is Merge.APPLY and was is not ABSENT and plain(was) != plain(theirs))
    if odd and _earlier_missing(session, record, said):
        raise Held("field.earlier_missing", waits_for=[str(said.envelope.device)])
    return merged


def _earlier_missing(session: Session, record: InboxRecord, said: Said) -> bool:
    """Whether the phone wrote earlier records that are not here: it counts them from one."""
    if clock.now() - record.received_at > PATIENCE:
        return False
    seq, earlier = InboxRecord.seq, said.envelope.seq - 1
    of_phone = InboxRecord.device_id == said.envelope.device, InboxRecord.by_id == record.by_id
    here = session.scalar(select(func.count(seq.distinct())).where(*of_phone, seq < said.envelope.seq, seq > 0))
    waiting = session.scalar(
        select(func.count()).where(
            *of_phone, seq < said.envelope.seq, InboxRecord.verdict == "held", InboxRecord.kind.in_(CHANGES)
        )
    )
    return (here or 0) < earlier or bool(waiting)


CHANGES = ("correction", "facility.edit")


def _conflict(
    record: InboxRecord, said: Said, who: Recorder, noun: str, subject_id: int, parcel_id: int | None, field: str,
    change: wire.Change, theirs: Any, theirs_by: str | None, theirs_at: datetime | None,
) -> FieldConflict:  # fmt: skip
    return FieldConflict(
        record_uuid=record.uuid, noun=noun, subject_id=subject_id, parcel_id=parcel_id, field=field, was=change.was,
        theirs=theirs, theirs_by=theirs_by, theirs_at=theirs_at, mine=change.now, mine_by=who.actor.name, mine_at=said.made_at,
    )  # fmt: skip


def reason_of(session: Session, record: InboxRecord) -> dict[str, Any] | None:
    """What is to be told of a stored record all the same: that some of its values wait for a decision."""
    if record.kind not in CHANGES:
        return None
    count = session.scalar(select(func.count()).where(FieldConflict.record_uuid == record.uuid))
    return {"code": "field.conflict", "facts": {"count": count}, "waits_for": []} if count else None
