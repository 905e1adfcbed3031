"""Reads of surveys: one, what it showed, what lies in a parcel."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.parcels import queries as register
from gis_service.parcels.models import Parcel
from gis_service.procedures.models import Proceeding
from gis_service.surveys.bodies.models import WasteBody, WasteBodyParcel
from gis_service.surveys.bodies.rules import BodyState
from gis_service.surveys.models import (
    GeophysicsLine,
    PointPhoto,
    SampleResult,
    Stratum,
    Survey,
    SurveyPoint,
    SurveySample,
)
from gis_service.surveys.programmes.models import SurveyProgramme, SurveyTarget
from gis_service.surveys.programmes.rules import ProgrammeState


def one(session: Session, proceeding_id: int) -> Survey:
    return session.get_one(Survey, proceeding_id)


def newest_of(session: Session, district_code: str, parcel_no: str) -> Survey | None:
    """The newest survey of a parcel by its number."""
    parcel_id = register.numbered(session, district_code, parcel_no)
    asked = select(Survey).where(Survey.parcel_id == parcel_id).order_by(Survey.proceeding_id.desc()).limit(1)
    return session.scalar(asked) if parcel_id is not None else None


def under_way(session: Session, parcel_id: int, *, but: int) -> str | None:
    """The number of another survey of the parcel that is not ended."""
    asked = (
        select(Proceeding.proceeding_no)
        .join(Survey, Survey.proceeding_id == Proceeding.id)
        .where(Survey.parcel_id == parcel_id, ~Proceeding.is_closed, Proceeding.id != but)
    )
    return session.scalar(asked.limit(1))


def was_approved(session: Session, parcel_id: int) -> bool:
    """Whether any survey of the parcel was ever approved."""
    return (
        session.scalar(select(func.count()).where(Survey.parcel_id == parcel_id, Survey.approved_on.is_not(None))) != 0
    )


def programme_for(session: Session, parcel_id: int) -> int | None:
    """The running programme the parcel is a target of; the newest where there are several."""
    asked = (
        select(SurveyProgramme.id)
        .join(SurveyTarget, SurveyTarget.programme_id == SurveyProgramme.id)
        .where(SurveyTarget.parcel_id == parcel_id, SurveyProgramme.state == ProgrammeState.FROZEN)
    )
    return session.scalar(asked.order_by(SurveyProgramme.id.desc()).limit(1))


def programme_title(session: Session, programme_id: int | None) -> str | None:
    found = session.get(SurveyProgramme, programme_id) if programme_id else None
    return found.title if found else None


@dataclass(frozen=True)
class Evidence:
    """What a survey rests on."""

    area_m2: float
    points: int
    with_waste: int
    open_ended: int
    samples: int
    geophysics_lines: int
    bodies: int
    bodies_without_volume: int


def evidence(session: Session, survey_id: int) -> Evidence:
    area_m2 = session.scalar(
        select(Parcel.area_computed_m2)
        .join(Survey, Survey.parcel_id == Parcel.id)
        .where(Survey.proceeding_id == survey_id)
    )
    point, body = SurveyPoint, WasteBody
    shows = point.waste_thickness_m > 0
    points, with_waste, open_ended = session.execute(
        select(func.count(), func.count().filter(shows), func.count().filter(shows & ~point.bottom_reached)).where(
            point.survey_id == survey_id, point.removed_at.is_(None)
        )
    ).one()
    bodies, without = session.execute(
        select(func.count(), func.count().filter(body.volume_best_m3.is_(None))).where(
            body.survey_id == survey_id, body.state != BodyState.WITHDRAWN
        )
    ).one()
    samples = select(func.count(SurveySample.id)).join(point, point.id == SurveySample.point_id)
    lines = select(func.count()).where(GeophysicsLine.survey_id == survey_id, GeophysicsLine.removed_at.is_(None))
    return Evidence(
        area_m2=float(area_m2 or 0), points=points, with_waste=with_waste, open_ended=open_ended,
        samples=session.scalar(samples.where(point.survey_id == survey_id, point.removed_at.is_(None))) or 0,
        geophysics_lines=session.scalar(lines) or 0, bodies=bodies, bodies_without_volume=without,
    )  # fmt: skip


def samples_without_results(session: Session, survey_id: int) -> list[str]:
    """Numbers of samples that wait for the laboratory."""
    asked = (
        select(SurveySample.sample_no)
        .join(SurveyPoint, SurveyPoint.id == SurveySample.point_id)
        .where(SurveyPoint.survey_id == survey_id, SurveyPoint.removed_at.is_(None))
        .where(~select(SampleResult.id).where(SampleResult.sample_id == SurveySample.id).exists())
    )
    return list(session.scalars(asked.order_by(SurveySample.sample_no)))


def buried_in(session: Session, parcel_id: int) -> tuple[Decimal | None, str | None]:
    """What lies in a parcel, in place: the parcel's share of every body that is there, and the class of the largest part.

    None where there is no body. Surveys that were only approved on their points have bodies by then.
    """
    part = WasteBody.volume_best_m3 * WasteBodyParcel.share
    asked = (
        select(WasteBody.waste_class, func.sum(part))
        .join(WasteBodyParcel, WasteBodyParcel.waste_body_id == WasteBody.id)
        .where(WasteBodyParcel.parcel_id == parcel_id, WasteBody.state == BodyState.PRESENT)
        .group_by(WasteBody.waste_class)
    )
    found = {waste_class: volume or Decimal(0) for waste_class, volume in session.execute(asked)}
    if not found:
        return None, None
    return round(sum(found.values(), Decimal(0)), 1), max(found, key=lambda each: (found[each], each))


def points(session: Session, survey_id: int, *, removed: bool = False) -> list[SurveyPoint]:
    """Points of a survey by number; with `removed` those withdrawn too."""
    asked = select(SurveyPoint).where(SurveyPoint.survey_id == survey_id)
    if not removed:
        asked = asked.where(SurveyPoint.removed_at.is_(None))
    return list(session.scalars(asked.order_by(SurveyPoint.point_no, SurveyPoint.id)))


def strata_of(session: Session, point_ids: Iterable[int]) -> dict[int, list[Stratum]]:
    found: dict[int, list[Stratum]] = defaultdict(list)
    asked = select(Stratum).where(Stratum.point_id.in_(list(point_ids))).order_by(Stratum.point_id, Stratum.seq)
    for each in session.scalars(asked):
        found[each.point_id].append(each)
    return found


def samples_of(session: Session, point_ids: Iterable[int]) -> dict[int, list[SurveySample]]:
    found: dict[int, list[SurveySample]] = defaultdict(list)
    asked = select(SurveySample).where(SurveySample.point_id.in_(list(point_ids)))
    for each in session.scalars(asked.order_by(SurveySample.point_id, SurveySample.from_m, SurveySample.sample_no)):
        found[each.point_id].append(each)
    return found


def results_of(session: Session, sample_ids: Sequence[int]) -> dict[int, list[SampleResult]]:
    found: dict[int, list[SampleResult]] = defaultdict(list)
    asked = select(SampleResult).where(SampleResult.sample_id.in_(sample_ids))
    for each in session.scalars(asked.order_by(SampleResult.sample_id, SampleResult.analyte, SampleResult.method)):
        found[each.sample_id].append(each)
    return found


def geophysics(session: Session, survey_id: int) -> list[GeophysicsLine]:
    asked = select(GeophysicsLine).where(GeophysicsLine.survey_id == survey_id, GeophysicsLine.removed_at.is_(None))
    return list(session.scalars(asked.order_by(GeophysicsLine.line_no)))


def photos_of(session: Session, point_id: int) -> list[PointPhoto]:
    asked = select(PointPhoto).where(PointPhoto.point_id == point_id, PointPhoto.removed_at.is_(None))
    return list(session.scalars(asked.order_by(PointPhoto.id)))
