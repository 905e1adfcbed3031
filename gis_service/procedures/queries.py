"""Reads of proceedings: one, its log and what lies in its file, lists with their clocks, what a person must do."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from geoalchemy2.shape import to_shape
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from gis_service.access.models import Area, Unit
from gis_service.core import chain, db
from gis_service.core.errors import NotFound
from gis_service.parcels.models import Parcel
from gis_service.procedures.clocks import Reading, readings
from gis_service.procedures.models import (
    AmountItem,
    CalendarDay,
    Proceeding,
    ProceedingFile,
    ProceedingPaper,
    ProceedingParcel,
    ProceedingSignature,
    ProceedingStep,
)
from gis_service.procedures.rules import Procedure, replayed
from gis_service.procedures.workdays import Workdays


def one(session: Session, procedure: Procedure, proceeding_id: int) -> Proceeding:
    """The proceeding; raises `NotFound` where there is none of this procedure that one may see."""
    found = session.get(Proceeding, proceeding_id)
    if found is None or found.noun != procedure.noun:
        raise NotFound(what=procedure.zh, key=proceeding_id)
    return found


def is_seen(session: Session, proceeding_id: int) -> bool:
    """Whether the scope of the transaction shows it."""
    return session.scalar(select(Proceeding.id).where(Proceeding.id == proceeding_id)) is not None


def log_of(session: Session, proceeding_id: int) -> list[ProceedingStep]:
    asked = select(ProceedingStep).where(ProceedingStep.proceeding_id == proceeding_id).order_by(ProceedingStep.seq)
    return list(session.scalars(asked))


def logs_of(session: Session, ids: Iterable[int]) -> dict[int, list[ProceedingStep]]:
    """The logs of several proceedings, each in its order."""
    asked = select(ProceedingStep).where(ProceedingStep.proceeding_id.in_(list(ids)))
    found: dict[int, list[ProceedingStep]] = defaultdict(list)
    for entry in session.scalars(asked.order_by(ProceedingStep.proceeding_id, ProceedingStep.seq)):
        found[entry.proceeding_id].append(entry)
    return found


def line(entry: ProceedingStep, proceeding_no: str) -> dict[str, Any]:
    """A line of a log as it is hashed and as an evidence pack holds it."""
    return {
        "proceeding_no": proceeding_no,
        "seq": entry.seq,
        "action": entry.action,
        "before": entry.before,
        "after": entry.after,
        "actor_id": entry.actor_id,
        "actor": entry.actor_name,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "happened_on": entry.happened_on.isoformat(),
        "reason": entry.reason,
        "facts": entry.facts,
        "papers": entry.papers,
    }


def faults_of(session: Session, procedure: Procedure, proceeding: Proceeding) -> list[str]:
    """What does not fit in a log: a hash, an order, a state or a fact that playing it again does not give."""
    log, found, previous = log_of(session, proceeding.id), [], chain.START
    for seq, entry in enumerate(log, 1):
        expected = chain.link(previous, line(entry, proceeding.proceeding_no))
        if entry.seq != seq or entry.previous_hash != previous or entry.hash != expected:
            found.append(f"{proceeding.proceeding_no} step {entry.seq}: hash")
        previous = entry.hash
    state, facts = replayed(procedure, log)
    if state != proceeding.state:
        found.append(f"{proceeding.proceeding_no}: state {proceeding.state}, played {state}")
    if facts != proceeding.facts:
        found.append(f"{proceeding.proceeding_no}: facts")
    if proceeding.row_version != len(log):
        found.append(f"{proceeding.proceeding_no}: {proceeding.row_version} steps, {len(log)} in the log")
    return found


def papers_of(session: Session, proceeding_id: int) -> list[ProceedingPaper]:
    asked = select(ProceedingPaper).where(ProceedingPaper.proceeding_id == proceeding_id)
    return list(session.scalars(asked.order_by(ProceedingPaper.id)))


def files_of(session: Session, proceeding_id: int) -> list[ProceedingFile]:
    asked = select(ProceedingFile).where(ProceedingFile.proceeding_id == proceeding_id)
    return list(session.scalars(asked.where(ProceedingFile.removed_at.is_(None)).order_by(ProceedingFile.id)))


def signatures_of(session: Session, proceeding_id: int) -> list[ProceedingSignature]:
    asked = select(ProceedingSignature).where(ProceedingSignature.proceeding_id == proceeding_id)
    return list(session.scalars(asked.order_by(ProceedingSignature.id)))


def to_be_signed(session: Session, proceeding: Proceeding) -> str:
    """The hash of what a signature stands under: the head of the log and the papers that wait for the next step."""
    head = log_of(session, proceeding.id)[-1].hash
    waiting = [paper for paper in papers_of(session, proceeding.id) if paper.step_id is None and not paper.withdrawn_at]
    return chain.link(head, {"papers": [paper.pdf_sha256 or paper.file_sha256 for paper in waiting]})


def amounts_of(session: Session, proceeding_id: int) -> list[AmountItem]:
    asked = select(AmountItem).where(AmountItem.proceeding_id == proceeding_id, AmountItem.removed_at.is_(None))
    return list(session.scalars(asked.order_by(AmountItem.id)))


def parcels_of(session: Session, proceeding_id: int) -> list[dict[str, Any]]:
    """What whoever sees a proceeding sees of its land: number, name, place, areas, outline (degrees)."""
    with db.seeing_all(session):
        rows = session.execute(
            select(
                Parcel.id, Parcel.parcel_no, Parcel.parcel_name, Parcel.location_text, Parcel.area_registered_m2,
                Parcel.area_computed_m2, Area.name.label("area_name"), Parcel.retired_on,
                func.st_asgeojson(Parcel.geom, 7).label("outline"),
            )
            .join(ProceedingParcel, ProceedingParcel.parcel_id == Parcel.id)
            .outerjoin(Area, Area.id == Parcel.area_id)
            .where(ProceedingParcel.proceeding_id == proceeding_id)
            .order_by(Parcel.parcel_no)
        ).mappings().all()  # fmt: skip
    return [dict(row) for row in rows]


def workdays(session: Session) -> Workdays:
    """The working-day calendar as it was imported."""
    rows = session.execute(select(CalendarDay.day, CalendarDay.is_working)).all()
    return Workdays(dict(rows))


@dataclass(frozen=True)
class Wanted:
    """Which proceedings of a procedure: by state, open or closed, area, unit, parcel, words; from which number on."""

    states: Sequence[str] = ()
    is_closed: bool | None = None
    area_id: int | None = None
    unit_id: int | None = None
    parcel_id: int | None = None
    words: str = ""
    before_id: int | None = None
    size: int = 100


def listed(session: Session, procedure: Procedure, wanted: Wanted) -> list[Proceeding]:
    """Newest first."""
    asked = (
        select(Proceeding).where(Proceeding.noun == procedure.noun).order_by(Proceeding.id.desc()).limit(wanted.size)
    )
    return list(session.scalars(_narrowed(asked, wanted)))


def _narrowed(asked: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.states:
        asked = asked.where(Proceeding.state.in_(wanted.states))
    if wanted.is_closed is not None:
        asked = asked.where(Proceeding.is_closed == wanted.is_closed)
    if wanted.area_id is not None:
        asked = asked.where(Proceeding.area_id == wanted.area_id)
    if wanted.unit_id is not None:
        asked = asked.where(or_(Proceeding.unit_id == wanted.unit_id, Proceeding.counterpart_unit_id == wanted.unit_id))
    if wanted.parcel_id is not None:
        there = select(ProceedingParcel.proceeding_id).where(ProceedingParcel.parcel_id == wanted.parcel_id)
        asked = asked.where(Proceeding.id.in_(there))
    if wanted.words:
        like = f"%{wanted.words.replace('%', '').replace('_', '')}%"
        asked = asked.where(
            or_(*(column.ilike(like) for column in (Proceeding.proceeding_no, Proceeding.title, Proceeding.place_text)))
        )
    return asked if wanted.before_id is None else asked.where(Proceeding.id < wanted.before_id)


def clocks_of(
    session: Session, procedure: Procedure, found: Sequence[Proceeding], now: datetime
) -> dict[int, list[Reading]]:
    """The clocks of several proceedings of one procedure, from their logs and the calendar."""
    calendar, logs = workdays(session), logs_of(session, [each.id for each in found])
    return {each.id: readings(procedure, logs[each.id], calendar, now) for each in found}


def names_of_units(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {each for each in ids if each is not None}
    rows = session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(wanted))).all() if wanted else []
    return dict(rows)


def names_of_areas(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {each for each in ids if each is not None}
    rows = session.execute(select(Area.id, Area.name).where(Area.id.in_(wanted))).all() if wanted else []
    return dict(rows)


def lonlat(proceeding: Proceeding) -> list[float] | None:
    """Longitude and latitude of its place."""
    if proceeding.place is None:
        return None
    point = to_shape(proceeding.place)
    return [round(point.x, 7), round(point.y, 7)]


def children_of(session: Session, proceeding_id: int) -> list[Proceeding]:
    return list(
        session.scalars(select(Proceeding).where(Proceeding.parent_id == proceeding_id).order_by(Proceeding.id))
    )


def calendar(session: Session, year: int) -> list[CalendarDay]:
    asked = select(CalendarDay).where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))
    return list(session.scalars(asked.order_by(CalendarDay.day)))
