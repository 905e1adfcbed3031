"""Verbs of exports that are made as jobs: ask for one, note how it went, remove what is too old. Nothing here commits."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.audit import operations as audit
from gis_service.core import clock
from gis_service.core.db import Scope
from gis_service.core.errors import Refusal
from gis_service.exports import queries
from gis_service.exports.asked import Said, Wish, words_of
from gis_service.exports.errors import Expired, NotReady
from gis_service.exports.models import Export
from gis_service.exports.rules import FORMATS, State
from gis_service.exports.writing import Written, count

PERMISSION = "parcel.export"


def ask(session: Session, actor: Actor, scope: Scope, wish: Wish, said: Said) -> Export:
    """A job for a wish. The scope it was asked in is kept: the file holds what the person could see."""
    export = Export(
        asked={"said": words_of(said), "filters": dict(wish.filters), "scope": kept(scope)},
        state=State.QUEUED,
        rows=count(session, wish),
        created_by=actor.id,
        created_by_name=actor.name,
    )
    session.add(export)
    session.flush()
    return export


def kept(scope: Scope) -> dict[str, Any]:
    """The scope a job was asked in, as `scope_of` reads it."""
    more = ("see_published", "see_contacts", "request_id")
    return {**scope.kept(), **{name: getattr(scope, name) for name in more}}


def scope_of(export: Export) -> Scope:
    return Scope.of(export.asked["scope"], actor_id=export.created_by, actor_name=export.created_by_name)


def said_of(export: Export) -> Said:
    return Said(**export.asked["said"])


def filters_of(export: Export) -> Mapping[str, Any]:
    filters: Mapping[str, Any] = export.asked["filters"]
    return filters


def begin(session: Session, export_id: int) -> Export | None:
    """The job, taken up; None where it is done already or was never there."""
    export = session.get(Export, export_id, with_for_update=True)
    if export is None or export.state not in (State.QUEUED, State.WRITING):
        return None
    export.state, export.written = State.WRITING, 0
    return export


def progress(session: Session, export_id: int, written: int) -> None:
    session.get_one(Export, export_id).written = written


def finish(
    session: Session,
    export_id: int,
    written: Written,
    *,
    keep: timedelta,
    asked: Mapping[str, Any],
    action: str = PERMISSION,
) -> None:
    """The file is made and kept; it goes into the audit trail with its hash. `asked` says what was wanted of it."""
    export = session.get_one(Export, export_id)
    at = clock.now()
    export.state, export.done_at, export.expires_at = State.DONE, at, at + keep
    export.rows = export.written = written.rows
    export.file_name, export.file_sha256, export.size_bytes = written.name, written.sha256, written.size_bytes
    export.notes = written.notes
    audit.record(
        session,
        action,
        export_id,
        actor_id=export.created_by,
        actor_name=export.created_by_name,
        detail=detail(asked, written),
        request_id=export.asked["scope"]["request_id"],
    )


def cancel(session: Session, export_id: int, formats: Collection[str], *, over: Refusal, cancelled: Refusal) -> Export:
    """End a job that waits or runs with `cancelled`; the worker sees that it is ended, and stops. Raises `over` where it is over."""
    queries.one(session, export_id, formats)
    export = _locked(session, export_id)
    if export.state not in (State.QUEUED, State.WRITING):
        raise over
    fail(session, export_id, cancelled)
    session.flush()
    return export


def still_wanted(session: Session, export_id: int, cancelled: Refusal) -> Export:
    """The record of a job that is being worked on, locked; raises `cancelled` where somebody ended it."""
    export = _locked(session, export_id)
    if export.state != State.WRITING:
        raise cancelled
    return export


def ended_with(export: Export, refusal: type[Refusal]) -> bool:
    """Whether this refusal is what ended it."""
    return export.state == State.FAILED and (export.error or {}).get("code") == refusal.code


def _locked(session: Session, export_id: int) -> Export:
    return session.get_one(Export, export_id, with_for_update=True, populate_existing=True)


def detail(asked: Mapping[str, Any], written: Written) -> dict[str, Any]:
    """What the audit trail keeps of a file that left: what was asked, how many, the hash."""
    return {**asked, **written.described(), "file": written.name}


def fail(session: Session, export_id: int, refusal: Refusal) -> None:
    export = session.get_one(Export, export_id)
    export.state, export.error, export.done_at = State.FAILED, refusal.problem("zh"), clock.now()


def ready(session: Session, export_id: int, *, keep_days: int, formats: Collection[str] = FORMATS) -> Export:
    """The export whose file may be fetched; raises a refusal that says why not."""
    export = queries.one(session, export_id, formats)
    if export.state == State.EXPIRED or (export.expires_at and export.expires_at < clock.now()):
        gone = (export.expires_at or clock.now()).astimezone(clock.BEIJING).date().isoformat()
        raise Expired(days=keep_days, day=gone)
    if export.state != State.DONE:
        raise NotReady(export_id=export_id, state=export.state)
    return export


def expire(session: Session, at: datetime) -> list[str]:
    """Mark what is too old; returns the hashes whose bytes nothing else needs."""
    free = []
    for export in session.scalars(queries.outdated(at)):
        export.state = State.EXPIRED
        session.flush()
        if export.file_sha256 and session.scalar(queries.in_use(export.file_sha256, export.id)) is None:
            free.append(export.file_sha256)
    return free
