"""Verbs of monthly reports: ask for a pack, note how far it is, keep a snapshot, cancel. Nothing here commits."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.audit import operations as audit
from gis_service.core import clock
from gis_service.core.db import Scope
from gis_service.core.errors import Refusal
from gis_service.files.noting import note_file
from gis_service.jobs import queue
from gis_service.reports import queries, rules
from gis_service.reports.errors import (
    AlreadyMaking,
    Cancelled,
    MonthAhead,
    NoMonth,
    NothingToCorrect,
    NotUnderWay,
    ReasonTooLong,
)
from gis_service.reports.models import MonthlyPack, MonthlyReport
from gis_service.reports.rules import UNDER_WAY, PackState, ReportState

TASK = "reports.pack"
"""The name the job is enqueued under."""
MAKE, READ = "report.make", "report.read"
REASON_CHARACTERS = 200


def month_in(said: str) -> date:
    """Raises `NoMonth`."""
    try:
        return rules.month_of(said)
    except ValueError:
        raise NoMonth(value=said[:20]) from None


def ask(session: Session, actor: Actor, scope: Scope, district: str, month: date, reason: str) -> MonthlyPack:
    """A pack put into the queue. A reason asks for a new edition of a month that has one.

    Raises `MonthAhead`, `NothingToCorrect`, `AlreadyMaking`.
    """
    now = clock.now()
    require(session, district, month, scope, reason, now)
    running = queries.under_way(session, district, month, scope)
    if running is not None:
        raise AlreadyMaking(month=rules.said(month), who=running.made_by_name)
    made = MonthlyPack(
        district_code=district, month=month, **queries.sight(scope), reason=reason, is_draft=not rules.is_over(month, now),
        made_by=actor.id, made_by_name=actor.name,
    )  # fmt: skip
    session.add(made)
    session.flush()
    queue.enqueue(session, TASK, pack_id=made.id)
    return made


def require(session: Session, district: str, month: date, scope: Scope, reason: str, now: datetime) -> None:
    """What must hold before a pack is made; raises the refusals of `ask`."""
    if not rules.has_begun(month, now):
        raise MonthAhead(month=rules.said(month))
    if len(reason) > REASON_CHARACTERS:
        raise ReasonTooLong(limit=REASON_CHARACTERS)
    if reason and queries.latest(session, district, month, scope) is None:
        raise NothingToCorrect(month=rules.said(month))


def cancel(session: Session, made: MonthlyPack) -> None:
    """Raises `NotUnderWay`."""
    session.refresh(made, with_for_update=True)
    if made.state not in UNDER_WAY:
        raise NotUnderWay(state=made.state)
    made.state, made.ended_at = PackState.CANCELLED, clock.now()
    session.flush()


# --- what the worker notes --------------------------------------------------------------------------------------------


def begin(session: Session, pack_id: int, steps: int) -> MonthlyPack | None:
    """The pack, taken up; None where it has ended already."""
    made = session.get(MonthlyPack, pack_id, with_for_update=True)
    if made is None or made.state not in UNDER_WAY:
        return None
    made.state, made.steps_done, made.steps = PackState.MAKING, 0, steps
    return made


def at_stage(session: Session, pack_id: int, stage: str, done: int) -> None:
    """How far it is; raises `Cancelled`."""
    made = session.get_one(MonthlyPack, pack_id, with_for_update=True)
    if made.state != PackState.MAKING:
        raise Cancelled
    made.stage, made.steps_done, made.steps = stage, done, max(made.steps, done + 1)


def close_month(
    session: Session, actor: Actor, scope: Scope, district: str, month: date, snapshot: tuple[str, int], reason: str
) -> MonthlyReport:  # fmt: skip
    """Keep a snapshot (its hash and size) as the next edition of a month; the one before is marked as corrected."""
    before = queries.latest(session, district, month, scope)
    number = before.edition + 1 if before else 1
    note_file(session, snapshot[0], f"月度快照_{rules.said(month)}_v{number}.json", snapshot[1], actor.id)
    made = MonthlyReport(
        district_code=district, month=month, edition=number, as_of=rules.ends(month), **queries.sight(scope),
        snapshot_sha256=snapshot[0], reason=reason, made_by=actor.id, made_by_name=actor.name,
    )  # fmt: skip
    session.add(made)
    if before:
        before.state, before.row_version = ReportState.CORRECTED, before.row_version + 1
    session.flush()
    audit.record(
        session, MAKE, f"monthly_report/{made.id}", actor_id=actor.id, actor_name=actor.name, request_id=scope.request_id,
        detail={"act": "close_month", "month": rules.said(month), "edition": number, "snapshot": snapshot[0], "reason": reason},
    )  # fmt: skip
    return made


def finish(
    session: Session, pack_id: int, files: Sequence[dict[str, Any]], report_id: int | None, as_of: datetime
) -> None:
    """The files are in the store; raises `Cancelled`."""
    made = session.get_one(MonthlyPack, pack_id, with_for_update=True)
    if made.state != PackState.MAKING:
        raise Cancelled
    for each in files:
        note_file(session, each["sha256"], each["name"], each["size_bytes"], made.made_by)
    made.files, made.report_id, made.as_of = list(files), report_id, as_of
    made.state, made.stage, made.steps_done, made.ended_at = PackState.DONE, "", made.steps, clock.now()


def fail(session: Session, pack_id: int, refusal: Refusal) -> None:
    made = session.get_one(MonthlyPack, pack_id, with_for_update=True)
    if made.state in UNDER_WAY:
        made.state, made.stage, made.error, made.ended_at = PackState.FAILED, "", refusal.problem("zh"), clock.now()
