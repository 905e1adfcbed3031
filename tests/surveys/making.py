"""Surveys for tests: land, a survey on it, logs of holes."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.access.rules import Role
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs
from gis_service.parcels.models import Parcel
from gis_service.procedures.models import Proceeding
from gis_service.procedures.operations import Opening, open_proceeding
from gis_service.surveys import queries
from gis_service.surveys.conduct import SURVEYS
from gis_service.surveys.logs import Layer, Log, Result, Sample
from gis_service.surveys.models import SurveyPoint
from gis_service.surveys.points import operations as points
from gis_service.surveys.points.operations import Source
from gis_service.surveys.rules import Medium, PointKind, WasteClass
from tests.factories import a_parcel, land
from tests.filing import somebody

SQUARE = land(0, 0)
"""About 102 m × 111 m, 11,400 ㎡."""


def officer(session: Session) -> Actor:
    return somebody(session, Role.WASTE_OFFICER)


def leader(session: Session) -> Actor:
    return somebody(session, Role.LEADER)


def a_survey(session: Session, actor: Actor, parcel: Parcel | None = None) -> Proceeding:
    parcel = parcel or a_parcel(session, shape=SQUARE)
    return open_proceeding(
        session, SURVEYS, actor, "440402", Opening(f"{parcel.parcel_no} 摸排", parcel_ids=[parcel.id])
    )


def a_log(
    number: int, *, waste_m: str = "2", open_ended: bool = False, samples: tuple[Sample, ...] = (), **facts: Any
) -> Log:
    """A hole on the square, with cover, waste and mud below; without waste where `waste_m` is 0."""
    column, row = number % 4, number // 4 % 4
    corner = crs.transform(SQUARE.centroid, STORAGE_SRID, METRIC_SRID)
    thick = Decimal(waste_m)
    bottom = Decimal("0.5") + thick
    layers = [Layer(Decimal(0), Decimal("0.5"), "素填土", is_waste=False)]
    if thick:
        layers.append(Layer(Decimal("0.5"), bottom, "建筑垃圾", is_waste=True, waste_class=WasteClass.DEMOLITION_WASTE))
    if not open_ended:
        layers.append(Layer(bottom, bottom + 2, "淤泥", is_waste=False))
    said = {
        "point_no": f"ZK{number:02}", "kind": PointKind.BOREHOLE, "crs": METRIC_SRID, "total_depth_m": layers[-1].to_m,
        "easting": Decimal(f"{corner.x - 36 + 24 * column:.3f}"), "northing": Decimal(f"{corner.y - 36 + 24 * row:.3f}"),
        "bottom_reached": not open_ended, "ground_elev_m": Decimal("3.20"), "made_on": date(2026, 3, 1 + number % 28),
    }  # fmt: skip
    return Log(**{**said, **facts}, layers=layers, samples=samples)


def a_sample(number: str, *results: tuple[str, str, str], medium: Medium = Medium.LEACHATE_TEST) -> Sample:
    """A sample with results as (analyte, value, unit)."""
    found = [Result(analyte, Decimal(value), unit) for analyte, value, unit in results]
    return Sample(number, Decimal(1), Decimal("1.5"), medium, taken_on=date(2026, 3, 2), results=found)


def holes(session: Session, actor: Actor, survey: Proceeding, logs: list[Log]) -> list[SurveyPoint]:
    return points.keep(session, actor, queries.one(session, survey.id), logs, Source())
