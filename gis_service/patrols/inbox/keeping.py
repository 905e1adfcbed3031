"""Keep what came, before anything judges it. Nothing here reads a body, and nothing here commits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gis_service.access.models import User
from gis_service.core import clock
from gis_service.patrols.inbox import reading
from gis_service.patrols.inbox.models import FieldDevice, InboxRecord, InboxStray
from gis_service.patrols.inbox.verdicts import Held, Refused
from gis_service.patrols.inbox.wire import Device
from gis_service.patrols.rules import Verdict

NOT_JUDGED = Held("field.not_judged").kept()


@dataclass(frozen=True)
class Came:
    """One text under the uuid and the hash it was sent with."""

    uuid: UUID
    text: str
    sha256: str


@dataclass(frozen=True)
class Kept:
    """What was done with one that came: new here, here before, or astray with a reason."""

    uuid: UUID
    sha256: str
    new: bool = False
    stray: dict[str, Any] | None = None


def keep(
    session: Session, sender_id: int, came: Iterable[Came], *, by_rescue: bool = False, doubt: str | None = None
) -> list[Kept]:  # fmt: skip
    """Every text is in the database after this: under its uuid, or among the strays where that place is not for it.

    `doubt`: the code of why it is held until somebody vouches for it.
    """
    found: list[Kept] = []
    rows: dict[UUID, dict[str, Any]] = {}
    people = _people(session, came := list(came))
    for each in came:
        sha256 = reading.sha256(each.text)
        if sha256 != each.sha256:
            found.append(_astray(session, sender_id, each, sha256, "field.hash_differs"))
        elif _unstorable(each.text):
            found.append(_astray(session, sender_id, each, sha256, "field.unreadable", reason="NUL"))
        else:
            rows.setdefault(each.uuid, _row(each, sender_id, people, by_rescue=by_rescue, doubt=doubt))
            found.append(Kept(each.uuid, sha256))
    new = _insert(session, rows)
    held = session.execute(select(InboxRecord.uuid, InboxRecord.sha256).where(InboxRecord.uuid.in_(rows)))
    first = dict(held.all())
    return [_placed(session, sender_id, each, kept, first, new) for each, kept in zip(came, found, strict=True)]


def prove(session: Session, uuids: Iterable[UUID], *, by_id: int) -> None:
    """Their recorder vouches for these records: by sending them in a session of their own, or by the signature of their phone."""
    session.execute(
        update(InboxRecord)
        .where(InboxRecord.uuid.in_(list(uuids)), InboxRecord.by_id == by_id, InboxRecord.proved_at.is_(None))
        .values(proved_at=clock.now())
    )


def _placed(
    session: Session, sender_id: int, each: Came, kept: Kept, first: dict[UUID, str], new: set[UUID]
) -> Kept:  # fmt: skip
    if kept.stray is not None:
        return kept
    if first[kept.uuid] != kept.sha256:
        _astray(session, sender_id, each, kept.sha256, "field.other_text")
        return Kept(kept.uuid, first[kept.uuid], stray=Refused("field.other_text").kept())
    is_new = kept.uuid in new
    new.discard(kept.uuid)  # the same once more in one batch is a duplicate
    return Kept(kept.uuid, kept.sha256, new=is_new)


def _people(session: Session, came: list[Came]) -> set[int]:
    named = {by for each in came if (by := reading.glimpse(each.text, each.uuid).by) is not None}
    return set(session.scalars(select(User.id).where(User.id.in_(named))))


def _row(each: Came, sender_id: int, people: set[int], *, by_rescue: bool, doubt: str | None) -> dict[str, Any]:
    seen = reading.glimpse(each.text, each.uuid)
    return {
        "uuid": each.uuid, "body_text": each.text, "sha256": each.sha256, "kind": seen.kind, "seq": seen.seq,
        "by_id": seen.by if seen.by in people else None, "sent_by_id": sender_id, "device_id": seen.device,
        "patrol_uuid": seen.patrol, "files": list(seen.files), "app_version": seen.app, "made_at": seen.made_at,
        "by_rescue": by_rescue, "verdict": Verdict.HELD, "reason": Held(doubt).kept() if doubt else NOT_JUDGED, "received_at": clock.now(),
    }  # fmt: skip


def _insert(session: Session, rows: dict[UUID, dict[str, Any]]) -> set[UUID]:
    """In the order of their uuids, so that parallel copies of a batch wait for each other and never in a ring."""
    if not rows:
        return set()
    made = insert(InboxRecord).on_conflict_do_nothing().returning(InboxRecord.uuid)
    return set(session.scalars(made, [rows[uuid] for uuid in sorted(rows)]))


def _unstorable(text: str) -> bool:
    return "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text)


def _astray(session: Session, sender_id: int, each: Came, sha256: str, code: str, **facts: Any) -> Kept:
    """Keep a text that may not take its uuid's place: it was damaged on the way, or another came first."""
    reason = Refused(code, **facts).kept()
    text = each.text.replace("\x00", "␀").encode("utf-8", "replace").decode()
    row = {"uuid": each.uuid, "sha256": sha256, "said_sha256": each.sha256, "body_text": text, "reason": reason,
           "sent_by_id": sender_id}  # fmt: skip
    session.execute(insert(InboxStray).values(row).on_conflict_do_nothing())
    return Kept(each.uuid, sha256, stray=reason)


def note_device(session: Session, user_id: int, device: Device, *, sent_at: int | None, now: datetime) -> float | None:
    """Remember the phone, what it holds and how far its clock is off (server minus phone, seconds). A key once said stays."""
    offset_s = None if sent_at is None else now.timestamp() - sent_at / 1000
    said = {
        "name": device.name, "app_version": device.app, "last_user_id": user_id, "last_seen_at": now,
        "holds": device.holds.model_dump(), "storage": device.storage.model_dump(), "clock_offset_s": offset_s,
    }  # fmt: skip
    made = insert(FieldDevice).values(id=device.id, public_key=device.public_key, **said)
    # a key that is known is never replaced: whoever knows only the phone's id must not sign in its name
    key = func.coalesce(FieldDevice.public_key, made.excluded.public_key)
    session.execute(made.on_conflict_do_update(index_elements=[FieldDevice.id], set_={**said, "public_key": key}))
    return offset_s
