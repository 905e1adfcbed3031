"""Reads of programmes: which land a rule means on a day, and how its targets stand."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, Select, func, select
from sqlalchemy.orm import Session

from gis_service.access.models import Area, Unit
from gis_service.core import clock
from gis_service.core.errors import NotFound
from gis_service.parcels.models import Parcel
from gis_service.parcels.queries import register
from gis_service.procedures.models import Proceeding, ProceedingStep
from gis_service.surveys.models import Survey
from gis_service.surveys.programmes.models import SurveyProgramme, SurveyTarget
from gis_service.surveys.programmes.rules import Rule, stand


def one(session: Session, programme_id: int) -> SurveyProgramme:
    found = session.get(SurveyProgramme, programme_id)
    if found is None:
        raise NotFound(what="摸排方案", key=programme_id)
    return found


def listed(session: Session) -> list[SurveyProgramme]:
    return list(session.scalars(select(SurveyProgramme).order_by(SurveyProgramme.id.desc())))


def end_of(day: date | None) -> datetime | None:
    """The moment a day is over in Beijing, which is what "on that day" means; None for now."""
    return None if day is None else clock.as_instant(day.isoformat())


def meant_by(session: Session, rule: Rule, district_code: str, on: date | None) -> list[tuple[RowMapping, list[str]]]:
    """Land of the register that a rule means, as it was at the end of a day, with the conditions that hold for it."""
    table = register(end_of(on)).c
    asked: Select[Any] = select(
        table.id, table.parcel_no, table.area_computed_m2, table.is_undeveloped, table.planned_supply_year, table.survey_status
    ).where(table.district_code == district_code, table.retired_on.is_(None))  # fmt: skip
    if rule.area_ids:
        asked = asked.where(table.area_id.in_(rule.area_ids))
    rows = session.execute(asked.order_by(table.parcel_no)).mappings().all()
    told = [
        (row, rule.because(is_undeveloped=row["is_undeveloped"], planned_supply_year=row["planned_supply_year"]))
        for row in rows
    ]
    return [(row, because) for row, because in told if because]


def targets(session: Session, programme_id: int, on: date | None = None) -> list[dict[str, Any]]:
    """Targets with their state at the end of a day: status, whose they are, and the survey that runs.

    Land that was retired since (divided, merged) stays a target, with the state it had last.
    """
    table = register(end_of(on)).c
    asked = (
        select(
            SurveyTarget.parcel_id, SurveyTarget.parcel_no, SurveyTarget.area_m2, SurveyTarget.because, table.survey_status, table.waste_found,
            table.retired_on, Area.name.label("area"), Unit.name.label("unit"),
        )
        .join(table.id.table, table.id == SurveyTarget.parcel_id, isouter=True)
        .join(Area, Area.id == table.area_id, isouter=True)
        .join(Unit, Unit.id == _answers(table), isouter=True)
        .where(SurveyTarget.programme_id == programme_id)
        .order_by(SurveyTarget.parcel_no)
    )  # fmt: skip
    rows = [dict(row) for row in session.execute(asked).mappings()]
    runs = _surveys(session, [row["parcel_id"] for row in rows], on)
    return [_standing(row, runs.get(row["parcel_id"])) for row in rows]


def _standing(row: dict[str, Any], survey: dict[str, Any] | None) -> dict[str, Any]:
    return {**row, "survey": survey, "stand": stand(row["survey_status"], survey["state"] if survey else None)}


def _answers(table: Any) -> Any:
    """Whose it is that is missing: the managing unit, else the right holder."""
    return func.coalesce(table.managing_unit_id, table.right_holder_unit_id)


def _surveys(session: Session, parcel_ids: list[int], on: date | None) -> dict[int, dict[str, Any]]:
    """The newest survey of each parcel, with the state it had at the end of a day."""
    step = ProceedingStep
    asked = (
        select(Survey.parcel_id, Proceeding.id, Proceeding.proceeding_no, step.after)
        .join(Proceeding, Proceeding.id == Survey.proceeding_id)
        .join(step, step.proceeding_id == Proceeding.id)
        .where(Survey.parcel_id.in_(parcel_ids))
        .order_by(Proceeding.id, step.seq)
    )
    if on is not None:
        asked = asked.where(step.at <= end_of(on))
    return {parcel_id: {"id": id_, "no": no, "state": state} for parcel_id, id_, no, state in session.execute(asked)}


def outlines(session: Session, parcel_ids: Iterable[int], on: date | None = None) -> dict[int, str]:
    """Land as it lay at the end of a day, as far as one may see it: GeoJSON by parcel."""
    table = register(end_of(on)).c
    asked = select(table.id, func.st_asgeojson(table.geom, 7, 0)).where(table.id.in_(list(parcel_ids)))
    return {row[0]: row[1] for row in session.execute(asked)}


def target_ids(session: Session, programme_id: int) -> list[int]:
    asked = select(SurveyTarget.parcel_id).where(SurveyTarget.programme_id == programme_id)
    return list(session.scalars(asked.order_by(SurveyTarget.parcel_id)))


def parcels_still_there(session: Session, ids: list[int]) -> set[int]:
    return set(session.scalars(select(Parcel.id).where(Parcel.id.in_(ids), Parcel.retired_on.is_(None))))
