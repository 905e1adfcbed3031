"""A parcel with a survey: holes with and without waste, one that did not go through, and a waste body."""

from decimal import Decimal

import shapely
from geoalchemy2.shape import from_shape, to_shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs
from gis_service.parcels.models import Parcel
from gis_service.surveys.bodies.models import WasteBody, WasteBodyParcel
from tests.surveys.making import a_log, a_survey, holes, officer


def surveyed(session: Session, parcel_no: str | None = None, step_m: float = 24.0) -> str:
    """Sixteen holes on a parcel (a new square, or one of the register); returns its number."""
    actor = officer(session)
    parcel = session.scalar(select(Parcel).where(Parcel.parcel_no == parcel_no)) if parcel_no else None
    survey = a_survey(session, actor, parcel)
    parcel = parcel or session.scalars(select(Parcel).order_by(Parcel.id.desc())).first()
    assert parcel is not None
    shape = crs.transform(to_shape(parcel.geom), STORAGE_SRID, METRIC_SRID)
    middle = shapely.point_on_surface(shape)
    logs = []
    for n in range(16):
        x, y = middle.x + (n % 4 - 1.5) * step_m, middle.y + (n // 4 - 1.5) * step_m
        if not shape.contains(shapely.Point(x, y)):
            continue
        waste = "2.4" if n in (5, 6, 9, 10) else "0"
        place = {"easting": Decimal(f"{x:.3f}"), "northing": Decimal(f"{y:.3f}")}
        logs.append(a_log(n, waste_m=waste, open_ended=n == 10, **place))
    holes(session, actor, survey, logs)
    _body(session, survey.id, parcel, shapely.Point(middle.x, middle.y).buffer(step_m * 1.1))
    session.flush()
    return parcel.parcel_no


def _body(session: Session, survey_id: int, parcel: Parcel, outline: shapely.Polygon) -> None:
    degrees = crs.transform(shapely.MultiPolygon([outline]), METRIC_SRID, STORAGE_SRID)
    made = WasteBody(
        district_code=parcel.district_code, survey_id=survey_id, body_no="T01", waste_class="mixed", geom=from_shape(degrees, srid=STORAGE_SRID),
        volume_low_m3=3_900, volume_best_m3=5_200, volume_high_m3=7_100,
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.add(WasteBodyParcel(waste_body_id=made.id, parcel_id=parcel.id, share=1))
