"""The lines of the 调度表: each parcel of the register as it was at the cut-off, with what went on there in the month."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.access.models import Area
from gis_service.core.clock import BEIJING
from gis_service.core.versioning import held_at
from gis_service.disposal import quantities
from gis_service.disposal import queries as disposals
from gis_service.disposal.manifests.queries import loads_of
from gis_service.disposal.models import Disposal
from gis_service.geo import measure
from gis_service.parcels import queries as register
from gis_service.parcels.vocabulary import words
from gis_service.patrols.models import Visit
from gis_service.procedures.clocks import Reading
from gis_service.rectification.models import Rectification
from gis_service.reports import notes, rules
from gis_service.reports.freezing.standings import Standing
from gis_service.surveys.bodies.models import WasteBodyParcel, WasteBodyVersion
from gis_service.surveys.programmes.models import SurveyProgramme, SurveyTarget

MOST_SAID = 3
"""Sentences of difficulties a cell holds; the rest is counted."""
SURVEYED = frozenset({"approved", "not_required"})


@dataclass(frozen=True)
class Waste:
    """m³ in place known in a parcel, with the spread; `open_ended` where a borehole stopped inside it."""

    low: Decimal
    best: Decimal
    high: Decimal
    open_ended: bool


@dataclass(frozen=True)
class Known:
    """What is looked up once for all lines."""

    at: datetime
    month: date
    by_parcel: Mapping[int, list[Standing]]
    waste: Mapping[int, Waste]
    visits: Mapping[int, int]
    notes: Mapping[int, notes.Note]
    survey_due: Mapping[int, date]
    removal: Mapping[int, tuple[Decimal, Decimal | None]]
    """Of a disposal project: m³ in place removed by then, and estimated."""
    found_on: Mapping[int, date]
    """Of a rectification: the day the problem was found."""


def lines(session: Session, month: date, at: datetime, found: Sequence[Standing]) -> list[dict[str, Any]]:
    """Every parcel in sight, by area and number, as JSON can hold it."""
    table = register.register(at)
    asked = register.joined(
        table,
        select(
            table.c.id, table.c.parcel_no, table.c.parcel_name, table.c.area_computed_m2, table.c.survey_status, table.c.disposal_status,
            table.c.handover_status, table.c.fence_status, table.c.waste_found, Area.name.label("area"),
            register.RightHolder.name.label("right_holder"), register.Managing.name.label("managing"),
            register.Custodian.name.label("custodian"),
        ),
    ).where(table.c.retired_on.is_(None))  # fmt: skip
    rows = session.execute(asked.order_by(Area.code.nulls_last(), table.c.parcel_no)).mappings().all()
    known = _known(session, month, at, found)
    return [_line(seq, dict(row), known) for seq, row in enumerate(rows, 1)]


def _known(session: Session, month: date, at: datetime, found: Sequence[Standing]) -> Known:
    by_parcel: dict[int, list[Standing]] = defaultdict(list)
    for each in found:
        for parcel in each.parcels:
            by_parcel[parcel].append(each)
    visits = select(Visit.parcel_id, func.count()).where(Visit.came_at >= rules.begins(month), Visit.came_at <= at)
    problems = [each.proceeding.id for each in found if each.noun == "rectification"]
    days = select(Rectification.proceeding_id, Rectification.found_on).where(Rectification.proceeding_id.in_(problems))
    return Known(
        at, month, by_parcel, _waste(session, at), dict(session.execute(visits.group_by(Visit.parcel_id)).all()),
        notes.of_month(session, month), _survey_due(session, at), _removal(session, at, found), dict(session.execute(days).all()),
    )  # fmt: skip


def _waste(session: Session, at: datetime) -> dict[int, Waste]:
    """Volumes of bodies by the share of them that lies in a parcel; of bodies that were not withdrawn."""
    body, part = WasteBodyVersion.c, WasteBodyParcel
    volumes = [func.sum(body[f"volume_{each}_m3"] * part.share) for each in ("low", "best", "high")]
    asked = (
        select(part.parcel_id, *volumes, func.bool_or(body.is_lower_bound))
        .join(WasteBodyVersion, body.id == part.waste_body_id)
        .where(held_at(WasteBodyVersion, at), body.state != "withdrawn", body.volume_best_m3.is_not(None))
        .group_by(part.parcel_id)
    )
    return {row[0]: Waste(*row[1:]) for row in session.execute(asked)}


def _survey_due(session: Session, at: datetime) -> dict[int, date]:
    """By when the programmes that were frozen by then want each parcel searched; the earliest day."""
    asked = (
        select(SurveyTarget.parcel_id, func.min(SurveyProgramme.due_on))
        .join(SurveyProgramme, SurveyProgramme.id == SurveyTarget.programme_id)
        .where(SurveyProgramme.frozen_on <= at.astimezone(BEIJING).date(), SurveyProgramme.due_on.is_not(None))
    )
    rows = session.execute(asked.group_by(SurveyTarget.parcel_id))
    return {parcel: due for parcel, due in rows if due is not None}


def _removal(
    session: Session, at: datetime, found: Iterable[Standing]
) -> dict[int, tuple[Decimal, Decimal | None]]:  # fmt: skip
    ids = [each.proceeding.id for each in found if each.noun == "disposal" and each.counts]
    loads, day = loads_of(session, ids), at.astimezone(BEIJING).date()
    factors = disposals.factors(session, on=day)
    asked = select(Disposal.proceeding_id, Disposal.estimate_best_m3).where(Disposal.proceeding_id.in_(ids))
    estimates = dict(session.execute(asked).all())
    return {
        id_: (
            quantities.total([load for load in loads[id_] if load.on <= day], factors).in_place_m3,
            estimates.get(id_),
        )
        for id_ in ids
    }


def _line(seq: int, row: Mapping[str, Any], known: Known) -> dict[str, Any]:
    mine = [each for each in known.by_parcel.get(row["id"], []) if each.counts]
    pressing = _pressing(mine)
    note = known.notes.get(row["id"])
    waste = known.waste.get(row["id"])
    standing = pressing[0] if pressing else None
    due = _due(row, pressing, known)
    by_register = {
        "difficulty": _difficulty(row, mine, known),
        "next_step": _next_step(pressing),
        "person": (standing.person if standing else None) or "",
        "due_on": due.isoformat() if due else None,
    }
    return {
        "id": row["id"], "seq": seq, "area": row["area"] or "", "parcel_no": row["parcel_no"], "parcel_name": row["parcel_name"] or "",
        "area_mu": f"{measure.mu(float(row['area_computed_m2'])):.2f}", "area_m2": str(row["area_computed_m2"]),
        "right_holder": row["right_holder"] or "", "custodian": row["custodian"] or "",
        **{axis: words(f"{axis}_status", row[f"{axis}_status"]) for axis in ("survey", "handover", "fence")},
        "disposal": _disposal(row, mine, known),
        "codes": {axis: row[f"{axis}_status"] for axis in ("survey", "disposal", "handover", "fence")},
        "waste_m3": waste and {"low": _m3(waste.low), "best": _m3(waste.best), "high": _m3(waste.high), "open_ended": waste.open_ended},
        "patrols": known.visits.get(row["id"], 0),
        "problems": problems(mine, known),
        "unit": (standing.unit if standing else None) or row["custodian"] or row["managing"] or row["right_holder"] or "",
        **by_register, **_noted(note), "by_register": by_register,
    }  # fmt: skip


def _noted(note: notes.Note | None) -> dict[str, Any]:
    """What an officer wrote stands before what the register knows; what was left empty does not."""
    if note is None:
        return {}
    kept = note.note
    said = {
        "difficulty": kept.difficulty, "next_step": kept.next_step, "person": kept.responsible,
        "due_on": kept.due_on.isoformat() if kept.due_on else None,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value}


def _m3(value: Decimal) -> str:
    return f"{value:.1f}"


def _pressing(mine: Sequence[Standing]) -> tuple[Standing, Reading] | None:
    """What must be done first on a parcel: late things before others, then by the day they are due."""
    waiting = [(each, each.late or each.pressing) for each in mine if each.is_open]
    with_clock = [(each, clock) for each, clock in waiting if clock]
    return min(with_clock, key=lambda pair: (pair[1].due_at, pair[0].no), default=None)


def _due(row: Mapping[str, Any], pressing: tuple[Standing, Reading] | None, known: Known) -> date | None:
    if pressing:
        return pressing[1].due_on
    return None if row["survey_status"] in SURVEYED else known.survey_due.get(row["id"])


def problems(mine: Iterable[Standing], known: Known) -> dict[str, int]:
    """New: found in the month. Corrected: struck off in it. Late: open at the cut-off with a clock that ran out."""
    counted: Counter[str] = Counter()
    for each in mine:
        if each.noun != "rectification":
            continue
        counted["found"] += known.month <= known.found_on[each.proceeding.id] <= rules.last_day(known.month)
        counted["corrected"] += each.ended_on is not None and each.ended_on >= known.month
        counted["late"] += each.late is not None
    return {name: counted[name] for name in ("found", "corrected", "late")}


def _disposal(row: Mapping[str, Any], mine: Iterable[Standing], known: Known) -> str:
    """The status, and of a project that digs or carries what was removed against the estimate."""
    said = words("disposal_status", row["disposal_status"])
    for each in mine:
        removed, estimate = known.removal.get(each.proceeding.id, (Decimal(0), None))
        if each.noun == "disposal" and removed:
            of = f"/{estimate:,.0f} m³" if estimate else " m³"
            return f"{said} {removed:,.0f}{of}"
    return said


def _difficulty(row: Mapping[str, Any], mine: Sequence[Standing], known: Known) -> str:
    """What stands in the way by the register, where no officer wrote anything."""
    said = [
        f"{each.procedure.zh} {each.no}“{each.late.clock.zh}”超期 {each.days_late(known.at)} 天"
        for each in sorted(mine, key=lambda each: -each.days_late(known.at))
        if each.late
    ]
    said += [f"有未结案件 {each.no}" for each in mine if each.noun == "case" and each.is_open and not each.late]
    if row["waste_found"] and row["disposal_status"] == "not_listed":
        said.append("含固废,未列入处置")
    if row["fence_status"] == "damaged":
        said.append("围蔽破损")
    more = f"等 {len(said)} 项" if len(said) > MOST_SAID else ""
    return ";".join(said[:MOST_SAID]) + more


def _next_step(pressing: tuple[Standing, Reading] | None) -> str:
    """What the clock that ends first asks for."""
    return f"{pressing[0].procedure.zh} {pressing[0].no}:{pressing[1].clock.zh}" if pressing else ""
