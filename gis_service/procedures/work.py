"""我的工作: what waits for a person, what is late there, and what they wait for. Over all procedures, each in its own scope."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import db
from gis_service.procedures import queries
from gis_service.procedures.clocks import Reading, Stand, most_pressing, readings
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.models import Proceeding, ProceedingStep
from gis_service.procedures.rules import Step, may_not_be
from gis_service.procedures.schemas import brief_out

MOST = 2_000
"""Open proceedings of one procedure that are looked through; far beyond what a district has."""


def of(
    session: Session, conducts: Sequence[Conduct], actor: Actor, now: datetime, request_id: str
) -> dict[str, list[dict[str, Any]]]:
    """`waiting`: open proceedings in which this person may take a step that moves on. `waited_for`: those in which they acted
    last or in some step, and others must move. Both with what is late first."""
    waiting: list[dict[str, Any]] = []
    waited: list[dict[str, Any]] = []
    for conduct in conducts:
        noun = conduct.procedure.noun
        if not actor.may(f"{noun}.read"):
            continue
        db.enter(session, actor.scope(f"{noun}.read", request_id))
        found = queries.listed(session, conduct.procedure, queries.Wanted(is_closed=False, size=MOST))
        logs = queries.logs_of(session, [each.id for each in found])
        acting = _acting_ids(session, conduct, actor, request_id)
        mine = [each for each in found if _turns(conduct, each, logs[each.id], actor, acting)]
        taken = {each.id for each in mine}
        others = [
            each
            for each in found
            if each.id not in taken and any(entry.actor_id == actor.id for entry in logs[each.id])
        ]
        db.enter(session, actor.scope(f"{noun}.read", request_id))
        waiting += _told(session, conduct, mine, now, actor, logs)
        waited += _told(session, conduct, others, now, actor, logs)
    return {"waiting": sorted(waiting, key=_urgency), "waited_for": sorted(waited, key=_urgency)}


def _acting_ids(session: Session, conduct: Conduct, actor: Actor, request_id: str) -> dict[str, set[int]]:
    """For each permission of the procedure that this person holds: the open proceedings in its scope."""
    found: dict[str, set[int]] = {}
    for permission in sorted(conduct.procedure.permissions):
        if actor.may(permission):
            db.enter(session, actor.scope(permission, request_id))
            asked = select(Proceeding.id).where(Proceeding.noun == conduct.procedure.noun, ~Proceeding.is_closed)
            found[permission] = set(session.scalars(asked))
    return found


def _turns(
    conduct: Conduct, proceeding: Proceeding, log: Sequence[ProceedingStep], actor: Actor, acting: dict[str, set[int]]
) -> list[Step]:  # fmt: skip
    """The steps that move it on and that this person may take; none where another officer is in charge."""
    if proceeding.officer_id not in (None, actor.id):
        return []
    return [
        step
        for step in conduct.procedure.offered(proceeding.state)
        if conduct.procedure.target(proceeding.state, step) != proceeding.state
        and proceeding.id in acting.get(step.permission, ())
        and may_not_be(step, log, actor.id) is None
    ]


def _told(
    session: Session, conduct: Conduct, found: Sequence[Proceeding], now: datetime, actor: Actor,
    logs: dict[int, list[ProceedingStep]],
) -> list[dict[str, Any]]:  # fmt: skip
    calendar = queries.workdays(session)
    clocks = {each.id: readings(conduct.procedure, logs[each.id], calendar, now) for each in found}
    units = queries.names_of_units(session, [id_ for each in found for id_ in (each.unit_id, each.counterpart_unit_id)])
    areas = queries.names_of_areas(session, [each.area_id for each in found])
    return [
        {
            **brief_out(conduct.procedure, each, clocks[each.id], units=units, areas=areas),
            "procedure_zh": conduct.procedure.zh, "procedure_en": conduct.procedure.en, "plural": conduct.procedure.plural,
            "last_at": logs[each.id][-1].at, "last_actor": logs[each.id][-1].actor_name, "last_is_mine": logs[each.id][-1].actor_id == actor.id,
            "is_late": is_late(clocks[each.id]),
        }
        for each in found
    ]  # fmt: skip


def is_late(clocks: Sequence[Reading]) -> bool:
    return any(reading.stand is Stand.LATE for reading in clocks)


def _urgency(item: dict[str, Any]) -> tuple[bool, str, str]:
    """Late first, then what ends first, then what lies longest."""
    pressing = item["pressing"]
    return (not item["is_late"], pressing["due_at"].isoformat() if pressing else "9999", item["last_at"].isoformat())


def late(
    session: Session, conducts: Sequence[Conduct], actor: Actor, now: datetime, request_id: str
) -> list[dict[str, Any]]:  # fmt: skip
    """督办清单: what this person may see and whose clock ran out, the longest ago first."""
    found: list[dict[str, Any]] = []
    for conduct in conducts:
        if actor.may(f"{conduct.procedure.noun}.read"):
            db.enter(session, actor.scope(f"{conduct.procedure.noun}.read", request_id))
            rows = queries.listed(session, conduct.procedure, queries.Wanted(is_closed=False, size=MOST))
            logs = queries.logs_of(session, [each.id for each in rows])
            found += [item for item in _told(session, conduct, rows, now, actor, logs) if item["is_late"]]
    return sorted(found, key=_urgency)


def of_parcel(
    session: Session, conducts: Sequence[Conduct], actor: Actor, parcel_id: int, now: datetime, request_id: str
) -> list[dict[str, Any]]:  # fmt: skip
    """Every proceeding about a parcel that this person may see, open ones first, the newest first."""
    found: list[dict[str, Any]] = []
    for conduct in conducts:
        if actor.may(f"{conduct.procedure.noun}.read"):
            db.enter(session, actor.scope(f"{conduct.procedure.noun}.read", request_id))
            rows = queries.listed(session, conduct.procedure, queries.Wanted(parcel_id=parcel_id, size=MOST))
            logs = queries.logs_of(session, [each.id for each in rows])
            found += _told(session, conduct, rows, now, actor, logs)
    return sorted(found, key=lambda item: (item["state"]["final"], -item["id"]))


def overdue(session: Session, conducts: Sequence[Conduct], now: datetime) -> list[tuple[Conduct, Proceeding, Reading]]:
    """Every open proceeding in the scope of the transaction with a clock that ran out, the longest ago first; for agendas."""
    found = []
    for conduct in conducts:
        rows = queries.listed(session, conduct.procedure, queries.Wanted(is_closed=False, size=MOST))
        clocks = queries.clocks_of(session, conduct.procedure, rows, now)
        for row in rows:
            pressing = most_pressing([each for each in clocks[row.id] if each.stand is Stand.LATE])
            if pressing:
                found.append((conduct, row, pressing))
    return sorted(found, key=lambda each: each[2].due_at)
