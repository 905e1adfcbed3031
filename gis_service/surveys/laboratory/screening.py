"""What the laboratory found in a survey, beside the limits."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from gis_service.core import clock, db
from gis_service.geo.volumes.quantities import usual_densities
from gis_service.parcels.models import Parcel
from gis_service.surveys import queries
from gis_service.surveys.bodies import operations as bodies
from gis_service.surveys.bodies.rules import HAZARD_WORDS
from gis_service.surveys.laboratory.rules import Compared, Measured, analytes, compared, land_class_of, screened
from gis_service.surveys.models import SampleResult, Survey, SurveySample
from gis_service.surveys.points.schemas import sample_out
from gis_service.surveys.rules import MEDIUM_WORDS, Medium


def of_survey(session: Session, survey: Survey) -> dict[str, Any]:
    """Values and limits of a survey; the mass the screening goes by is that of its bodies at usual densities."""
    points = queries.points(session, survey.proceeding_id)
    numbers = {point.id: point.point_no for point in points}
    samples = [each for found in queries.samples_of(session, [p.id for p in points]).values() for each in found]
    results = queries.results_of(session, [sample.id for sample in samples])
    with db.seeing_all(session):
        parcel = session.get_one(Parcel, survey.parcel_id)
    land_class = land_class_of(parcel.planned_class_code)
    values = [_measured(sample, each) for sample in samples for each in results[sample.id]]
    found = compared(values, land_class)
    tonnes = _tonnes(session, survey)
    told = screened(found, tonnes)
    zh, en = HAZARD_WORDS[told.hazard]
    return {
        "land_class": land_class, "values": len(values), "samples": len(samples), "tonnes": round(tonnes, 1),
        "screening": {**vars(told), "hazard_zh": zh, "hazard_en": en}, "compared": [_out(each) for each in found],
        "items": [_sample_out(sample, numbers[sample.point_id], results[sample.id], land_class) for sample in samples],
        "analytes": analytes(),
    }  # fmt: skip


def _sample_out(
    sample: SurveySample, point_no: str, results: Sequence[SampleResult], land_class: str
) -> dict[str, Any]:
    """A sample with each value beside the limits that held on its day."""
    told = sample_out(sample, results)
    limits = [[_limit_out(each) for each in compared([_measured(sample, one)], land_class)] for one in results]
    said = [{**one, "limits": beside} for one, beside in zip(told["results"], limits, strict=True)]
    zh, en = MEDIUM_WORDS[Medium(sample.medium)]
    return {**told, "point_no": point_no, "medium_zh": zh, "medium_en": en, "results": said}


def _limit_out(each: Compared) -> dict[str, Any]:
    standard = each.standard
    return {
        "standard": standard.code, "title": standard.title, "title_en": standard.title_en, "kind": standard.kind,
        "holds_from": standard.holds_from, "limit": each.limit, "unit": standard.unit, "exceeds": each.exceeds,
        "confirmed": standard.confirmed, "source": standard.source,
    }  # fmt: skip


def _measured(sample: SurveySample, result: SampleResult) -> Measured:
    on: date = sample.received_on or sample.taken_on or clock.today()
    return Measured(
        sample.sample_no, Medium(sample.medium), result.analyte, result.value, result.unit, result.qualifier, on
    )


def _tonnes(session: Session, survey: Survey) -> float:
    t_per_m3 = usual_densities()
    return sum(
        float(body.volume_best_m3 or 0) * t_per_m3[body.waste_class]
        for body in bodies.bodies_of(session, survey.proceeding_id)
    )


def _out(each: Compared) -> dict[str, Any]:
    value, standard = each.measured, each.standard
    return {
        "sample_no": value.sample_no, "medium": value.medium, "analyte": value.analyte, "value": value.value, "unit": value.unit,
        "qualifier": value.qualifier, "standard": standard.code, "title": standard.title, "title_en": standard.title_en,
        "kind": standard.kind, "limit": each.limit, "limit_unit": standard.unit, "exceeds": each.exceeds, "confirmed": standard.confirmed,
        "source": standard.source,
    }  # fmt: skip
