"""What is late at a moment, with the unit and the person: rows of the figures themselves whose day has passed, and the cases and claims
with a legal time limit that has run out."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gis_service.access.models import User
from gis_service.cases.rules import DUMPING_CASE
from gis_service.claims.rules import PROCEDURE as CLAIM
from gis_service.core import db
from gis_service.core.clock import BEIJING
from gis_service.kpi.catalogue import CATALOGUE
from gis_service.kpi.figures import late_rows
from gis_service.kpi.telling import Sight
from gis_service.procedures import queries as engine
from gis_service.procedures.clocks import Reading, Stand, most_pressing, readings
from gis_service.procedures.models import Proceeding, ProceedingParcel
from gis_service.procedures.rules import Procedure

SOURCES = {
    "rectification.late": ("整改超期", "rectification late"),
    "survey.done": ("摸排逾期未完成", "survey not done in time"),
    "disposal.projects": ("处置超过计划日期", "disposal past its planned day"),
    "patrol.done": ("巡查任务逾期", "patrol task missed"),
}
"""Figures whose rows have a day, and what it means that it has passed."""
CLOCKED: dict[str, Procedure] = {"case.open": DUMPING_CASE, "claim.started": CLAIM}
"""Figures of proceedings with time limits by law; who may see the figure may see those."""


def late(session: Session, seen: list[Sight], as_of: datetime, most: int) -> tuple[int, list[dict[str, Any]]]:
    """How much is not done though its day lies before the moment's, and what of it is overdue the longest."""
    today = as_of.astimezone(BEIJING).date()
    total, found = 0, []
    for scope, codes in seen:
        db.enter(session, scope)
        for code in sorted(SOURCES.keys() & set(codes)):
            count, rows = late_rows(session, code, as_of, most)
            total += count
            found += [_told(row, code, SOURCES[code], today) for row in rows]
        for code in sorted(CLOCKED.keys() & set(codes)):
            behind = _out_of_time(session, CLOCKED[code], as_of)
            total += len(behind)
            found += [_told(row, code, why, today) for row, why in behind]
    return total, sorted(found, key=lambda row: (row["due_on"], row["code"], row["no"]))[:most]


def _told(row: dict[str, Any], code: str, why: tuple[str, str], today: date) -> dict[str, Any]:
    days = (today - row["due_on"]).days
    return {**row, "code": code, "group": CATALOGUE[code].group, "why_zh": why[0], "why_en": why[1], "days": days}


# --- by law -----------------------------------------------------------------------------------------------------------

Behind = tuple[dict[str, Any], tuple[str, str]]


def _out_of_time(session: Session, procedure: Procedure, as_of: datetime) -> list[Behind]:
    """The proceedings that were open at the moment with a clock that had run out, by the log as it was then; and which clock."""
    asked = select(Proceeding).where(
        Proceeding.noun == procedure.noun,
        Proceeding.opened_at <= as_of,
        or_(~Proceeding.is_closed, Proceeding.closed_at > as_of),
    )
    found = list(session.scalars(asked))
    logs, calendar = engine.logs_of(session, [each.id for each in found]), engine.workdays(session)
    behind: list[tuple[Proceeding, Reading]] = []
    for each in found:
        log = [entry for entry in logs[each.id] if entry.at <= as_of]
        clocks = readings(procedure, log, calendar, as_of) if log and not procedure.by_code[log[-1].after].final else []
        pressing = most_pressing([clock for clock in clocks if clock.stand is Stand.LATE])
        # a clock that ran out in the course of this day is late from tomorrow on, as everything else here
        if pressing and pressing.due_on < as_of.astimezone(BEIJING).date():
            behind.append((each, pressing))
    return _rows(session, procedure, behind)


def _rows(session: Session, procedure: Procedure, behind: list[tuple[Proceeding, Reading]]) -> list[Behind]:
    """As the rows of a figure are told."""
    those = [each for each, _ in behind]
    units = engine.names_of_units(session, [each.unit_id for each in those])
    areas = engine.names_of_areas(session, [each.area_id for each in those])
    people = _people(session, [each.officer_id for each in those])
    land = _land(session, [each.id for each in those])
    return [
        (
            {
                "id": each.id, "kind": procedure.noun, "no": each.proceeding_no, "name": each.title, "parcels": land.get(each.id, []),
                "area": areas.get(each.area_id or 0), "unit": units.get(each.unit_id or 0), "person": people.get(each.officer_id or 0),
                "due_on": pressing.due_on, "amount": None, "weight": None, "low": None, "high": None, "counted": True,
            },
            (f"{pressing.clock.zh}超期", f"{pressing.clock.en} late"),
        )
        for each, pressing in behind
    ]  # fmt: skip


def _people(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    return dict(session.execute(select(User.id, User.display_name).where(User.id.in_(list(ids)))).all())


def _land(session: Session, ids: Iterable[int]) -> dict[int, list[int]]:
    asked = select(ProceedingParcel.proceeding_id, ProceedingParcel.parcel_id).where(
        ProceedingParcel.proceeding_id.in_(list(ids))
    )
    found: dict[int, list[int]] = {}
    for proceeding_id, parcel_id in session.execute(asked.order_by(ProceedingParcel.parcel_id)):
        found.setdefault(proceeding_id, []).append(parcel_id)
    return found
