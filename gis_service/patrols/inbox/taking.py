"""The way of a batch: kept and committed, judged and committed, answered. Each step is a transaction of its own, so that what is
kept stays kept whatever the judges meet."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import SERVICE, Actor
from gis_service.core import clock, db
from gis_service.core.db import Scope
from gis_service.files.store import FileStore
from gis_service.patrols.inbox import judging, keeping, reading
from gis_service.patrols.inbox.errors import BadBatch, OtherPerson
from gis_service.patrols.inbox.keeping import Came, Kept
from gis_service.patrols.inbox.models import InboxRecord
from gis_service.patrols.inbox.recorder import World
from gis_service.patrols.inbox.verdicts import Held, sentence
from gis_service.patrols.inbox.wire import Device, Reason, Receipt, Sent
from gis_service.patrols.rules import Verdict

log = structlog.get_logger("gis_service.patrols.inbox")
MOST_RECORDS = 200


@dataclass(frozen=True)
class House:
    """What the inbox needs of its process."""

    sessions: sessionmaker[Session]
    store: FileStore
    district_code: str

    @contextmanager
    def transaction(self, actor: Actor | None, request_id: str = "") -> Iterator[Session]:
        """A transaction that sees all land: what a phone sent is kept and judged whatever its sender may see. What it may become is
        asked of its recorder's rights, record by record."""
        who = actor or SERVICE
        scope = Scope(see_all=True, actor_id=who.id, actor_name=who.name, request_id=request_id)
        with self.sessions.begin() as session:
            db.enter(session, scope)
            yield session

    def world(self, *actors: Actor) -> World:
        return World(self.store, self.district_code, {actor.id: actor for actor in actors if actor.id is not None})


@dataclass(frozen=True)
class Taken:
    """A batch as it came in, before anything is believed of it."""

    device: Device
    sent_at: int
    came: list[Came]
    odd: list[tuple[UUID, str]]
    """Items with a uuid that are no proper records otherwise, as text."""
    person: int | None = None
    """Whose queue it comes from, where the app says so."""


def taken(body: Any) -> Taken:
    """Read a batch leniently: one item that is no record must not keep the others from being taken. Raises `BadBatch`."""
    if not isinstance(body, dict) or not isinstance(body.get("records"), list):
        raise BadBatch(reason="records")
    if len(body["records"]) > MOST_RECORDS:
        raise BadBatch(reason=f"> {MOST_RECORDS} records")
    try:
        device = Device.model_validate(body.get("device"))
        sent_at = int(body["sent_at"])
        datetime.fromtimestamp(sent_at / 1000)  # noqa: DTZ006  (only whether it is a time)
    except (ValidationError, ValueError, TypeError, KeyError, OverflowError, OSError) as fault:
        raise BadBatch(reason=str(fault).splitlines()[0][:120]) from None
    came: list[Came] = []
    odd: list[tuple[UUID, str]] = []
    for item in body["records"]:
        try:
            sent = Sent.model_validate(item)
            came.append(Came(sent.uuid, sent.text, sent.sha256))
        except ValidationError:
            odd.extend(_odd(item))
    person = body.get("person")
    return Taken(device, sent_at, came, odd, person if isinstance(person, int) else None)


def _odd(item: Any) -> Iterable[tuple[UUID, str]]:
    uuid = reading.uuid_of(item.get("uuid")) if isinstance(item, dict) else None
    if uuid is not None:
        words = item.get("text")
        yield uuid, words if isinstance(words, str) else repr(item)


def take(house: House, actor: Actor, batch: Taken, *, lang: str, request_id: str = "") -> list[Receipt]:
    """Keep, judge, answer. Only when keeping failed, or the queue is somebody else's, does this raise; then the phone has everything."""
    assert actor.id is not None  # noqa: S101  (somebody signed in)
    if batch.person not in (None, actor.id):
        raise OtherPerson()
    now = clock.now()
    odd = [Came(uuid, words, "") for uuid, words in batch.odd]
    with house.transaction(actor, request_id) as session:
        keeping.note_device(session, actor.id, batch.device, sent_at=batch.sent_at, now=now)
        kept = keeping.keep(session, actor.id, [*batch.came, *odd])
        keeping.prove(session, [each.uuid for each in kept if each.stray is None], by_id=actor.id)
    return judged(house, actor, kept, lang=lang, request_id=request_id)


def judged(
    house: House, actor: Actor, kept: list[Kept], *, lang: str, request_id: str = ""
) -> list[Receipt]:  # fmt: skip
    """Judge what was kept and answer each; trouble with the whole of it leaves the records held, to be judged by the sweep."""
    uuids = [each.uuid for each in kept if each.stray is None]

    def work(session: Session) -> None:
        world = house.world(actor) if actor.id is not None else house.world()
        judging.judge(session, world, uuids)

    if uuids:
        _bravely(house, actor, request_id, work)
    with house.transaction(actor, request_id) as session:
        found = {row.uuid: row for row in session.scalars(select(InboxRecord).where(InboxRecord.uuid.in_(uuids)))}
        return [_receipt(each, found.get(each.uuid), lang) for each in kept]


def file_arrived(house: House, actor: Actor, sha256: str, *, request_id: str = "") -> None:
    """Judge what waited for this file."""
    _bravely(house, actor, request_id, lambda session: judging.judge_waiting_for(session, house.world(actor), [sha256]))


def _bravely(house: House, actor: Actor | None, request_id: str, work: Callable[[Session], None]) -> None:
    """Do it in a transaction; when the database does not let us, say so in the log. What is kept is kept."""
    try:
        with house.transaction(actor, request_id) as session:
            work(session)
    except Exception as trouble:
        log.error("field records not judged", alarm=True, trace=judging.trace_of(trouble))


def _receipt(kept: Kept, record: InboxRecord | None, lang: str) -> Receipt:
    if kept.stray is not None or record is None:
        reason = kept.stray or Held("field.not_judged").kept()
        at = record.received_at if record else clock.now()
        return Receipt(
            uuid=kept.uuid, verdict=Verdict.REFUSED, sha256=kept.sha256, received_at=at, reason=_reason(reason, lang)
        )
    return receipt(record, lang, again=not kept.new)


def receipt(record: InboxRecord, lang: str, *, again: bool) -> Receipt:
    """The verdict on a record that is kept. What made rows at an earlier time is a duplicate; `row` says which rows."""
    stored = record.verdict == Verdict.STORED
    return Receipt(
        uuid=record.uuid,
        verdict=Verdict.DUPLICATE if stored and again else Verdict(record.verdict),
        sha256=record.sha256,
        received_at=record.received_at,
        reason=_reason(record.reason, lang) if record.reason else None,
        row={"noun": record.row_noun, "id": record.row_id, "verdict": record.verdict} if record.row_noun else None,
    )


def _reason(reason: dict[str, Any], lang: str) -> Reason:
    return Reason(code=reason["code"], text=sentence(reason, lang), waits_for=reason.get("waits_for") or [])
