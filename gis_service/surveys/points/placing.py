"""Whether points lie where they should: in the parcel that is searched."""

from collections.abc import Sequence

import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy.orm import Session

from gis_service.core import db
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs as systems
from gis_service.parcels.models import Parcel
from gis_service.surveys.logs import Fault, Log
from gis_service.surveys.models import Survey, SurveyPoint

OUTSIDE_M = 50.0
"""Points may lie so far outside, to find the edge of what is buried; farther off the coordinates are wrong (product default)."""


def outline_of(session: Session, survey: Survey) -> shapely.Geometry:
    """The parcel's outline in the metric system."""
    with db.seeing_all(session):
        parcel = session.get_one(Parcel, survey.parcel_id)
    return systems.transform(to_shape(parcel.geom), STORAGE_SRID, METRIC_SRID)


def metric_place(log: Log | SurveyPoint) -> shapely.Point:
    """Where a log or a point lies, in the metric system."""
    return systems.transform(shapely.Point(float(log.easting), float(log.northing)), log.crs, METRIC_SRID)


def faults(outline: shapely.Geometry, logs: Sequence[Log]) -> list[tuple[str, Log, Fault]]:
    """Level, log and fault of every point outside: near the edge it is told, farther off refused."""
    found = []
    for log in logs:
        off_m = outline.distance(metric_place(log))
        if off_m == 0:
            continue
        level = "warning" if off_m <= OUTSIDE_M else "error"
        remedy_zh = "请确认是边界加密点" if level == "warning" else "请核对坐标、带号和坐标系"
        remedy_en = (
            "see that it is meant to find the edge" if level == "warning" else "check coordinates, zone and system"
        )
        said = Fault(
            "outside_parcel", "easting", log.row, f"点 {log.point_no} 在地块界线外 {off_m:,.1f} m,{remedy_zh}",
            f"point {log.point_no} lies {off_m:,.1f} m outside the parcel; {remedy_en}",
        )  # fmt: skip
        found.append((level, log, said))
    return found
