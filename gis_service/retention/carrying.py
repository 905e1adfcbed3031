"""What is past its time: counted, and removed; each run is in the audit trail with its counts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.models import UserSession
from gis_service.access.operations import note
from gis_service.cases.clues import forgetting
from gis_service.core import clock, db
from gis_service.core.requests import IdempotencyKey
from gis_service.exports import jobs as exports
from gis_service.exports import queries as exported
from gis_service.patrols.inbox import uploads
from gis_service.patrols.inbox.models import FieldUpload
from gis_service.patrols.models import Patrol
from gis_service.patrols.walks import jobs as walks
from gis_service.retention.facts import RULES, Rule
from gis_service.services import Services

log = structlog.get_logger("gis_service.retention")
NIGHTLY = "10 19 * * *"
"""03:10 in Beijing, after the copy of the night."""


@dataclass(frozen=True)
class Done:
    """What a run did by one rule; `count` is None where it met trouble, told in the log."""

    rule: Rule
    days: int
    before: datetime
    count: int | None


def run(services: Services, *, dry: bool = False, now: datetime | None = None) -> list[Done]:
    """Every rule in turn; what one of them meets does not stop the others. With `dry` nothing is removed or written."""
    at = now or clock.now()
    done = [_one(services, rule, at, dry=dry) for rule in RULES]
    if not dry:
        counts = {each.rule.code: each.count for each in done}
        with services.sessions.begin() as session:
            note(session, SERVICE, "retention.run", "retention", detail=counts)
    return done


def _one(services: Services, rule: Rule, at: datetime, *, dry: bool) -> Done:
    days = rule.keep_days(services.settings)
    before = at - timedelta(days=days)
    count: int | None = None
    try:
        if dry:
            with services.sessions() as session:
                db.enter(session, EVERYTHING)
                count = DUE[rule.code](session, before, at)
        else:
            count = REMOVE[rule.code](services, before, at)
    except Exception:
        log.exception("not removed", rule=rule.code)
    return Done(rule, days, before, count)


def _count(session: Session, asked: Select[*tuple[object, ...]]) -> int:
    return session.scalar(select(func.count()).select_from(asked.subquery())) or 0


def _over(before: datetime) -> ColumnElement[bool]:
    """Sign-ins that ended before then, or, where nobody ended them, were last used before: they end of themselves within a day."""
    return func.coalesce(UserSession.ended_at, UserSession.last_seen_at) < before


def _tracks_due(session: Session, before: datetime, _at: datetime) -> int:
    return _count(session, select(Patrol.id).where(Patrol.thinned_at.is_(None), Patrol.started_at < before))


DUE: dict[str, Callable[[Session, datetime, datetime], int]] = {
    "reporters": lambda session, before, _at: forgetting.due(session, before),
    "tracks": _tracks_due,
    "sessions": lambda session, before, _at: _count(session, select(UserSession.user_id).where(_over(before))),
    "answers": lambda session, before, _at: _count(
        session, select(IdempotencyKey.user_id).where(IdempotencyKey.at < before)
    ),
    "exports": lambda session, _before, at: _count(session, exported.outdated(at)),
    "uploads": lambda session, before, _at: _count(
        session, select(FieldUpload.user_id).where(FieldUpload.updated_at < before)
    ),
}
"""How much a run would remove."""


def _reporters(services: Services, before: datetime, _at: datetime) -> int:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return forgetting.forget(session, before)


def _tracks(services: Services, _before: datetime, at: datetime) -> int:
    settings = services.settings
    return walks.thin_all(services.sessions, keep_days=settings.track_keep_days, view_m=settings.patrol_view_m, now=at)


def _sessions(services: Services, before: datetime, _at: datetime) -> int:
    return _deleted(services, UserSession, _over(before))


def _answers(services: Services, before: datetime, _at: datetime) -> int:
    return _deleted(services, IdempotencyKey, IdempotencyKey.at < before)


def _deleted(services: Services, table: type[db.Base], which: ColumnElement[bool]) -> int:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        gone = session.execute(
            delete(table).where(which).returning(1), execution_options={"synchronize_session": False}
        )
        return len(gone.all())


def _exports(services: Services, _before: datetime, at: datetime) -> int:
    return exports.purge(services.sessions, services.exports, now=at)


def _uploads(services: Services, before: datetime, _at: datetime) -> int:
    settings = services.settings
    place = uploads.Uploads.under(settings.var_dir, services.store, settings.max_photo_mb)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return uploads.sweep(session, place, before)


REMOVE: dict[str, Callable[[Services, datetime, datetime], int]] = {
    "reporters": _reporters,
    "tracks": _tracks,
    "sessions": _sessions,
    "answers": _answers,
    "exports": _exports,
    "uploads": _uploads,
}
"""How it is removed, each in transactions of its own."""
