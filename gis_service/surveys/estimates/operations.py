"""Verbs on estimates: ask for one from the points of a survey, find one, take its outline. Nothing here commits."""

import hashlib
import json
from typing import Any

import shapely
from shapely import MultiPolygon, Polygon
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core.errors import NotFound
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs as systems
from gis_service.jobs import queue
from gis_service.procedures.models import Proceeding
from gis_service.surveys import queries
from gis_service.surveys.errors import NoHoles
from gis_service.surveys.estimates.models import VolumeEstimate
from gis_service.surveys.models import Survey, SurveyPoint
from gis_service.surveys.points import placing

TASK = "surveys.estimate"


def ask(session: Session, actor: Actor, survey: Survey, options: dict[str, Any]) -> VolumeEstimate:
    """An estimate from the points as they stand, put into the queue; raises `NoHoles`."""
    inputs = inputs_of(session, survey, options)
    if not inputs["holes"]:
        raise NoHoles(no=session.get_one(Proceeding, survey.proceeding_id).proceeding_no)
    made = VolumeEstimate(
        survey_id=survey.proceeding_id, inputs=inputs, inputs_sha256=fingerprint(inputs), made_by=actor.id, made_by_name=actor.name
    )  # fmt: skip
    session.add(made)
    session.flush()
    queue.enqueue(session, TASK, estimate_id=made.id)
    return made


def inputs_of(session: Session, survey: Survey, options: dict[str, Any]) -> dict[str, Any]:
    """All that an estimate depends on, as plain JSON, in metres of the metric system."""
    return {
        "crs": METRIC_SRID,
        "parcel": shapely.to_wkt(placing.outline_of(session, survey), rounding_precision=3),
        "holes": [_hole(point) for point in queries.points(session, survey.proceeding_id)],
        "options": options,
    }


def _hole(point: SurveyPoint) -> dict[str, Any]:
    """A hole as the library takes it, in metres of the metric system, to the millimetre."""
    place = placing.metric_place(point)
    return {
        "name": point.point_no, "x_m": round(place.x, 3), "y_m": round(place.y, 3), "thickness_m": float(point.waste_thickness_m),
        "open_ended": point.waste_thickness_m > 0 and not point.bottom_reached,
        "top_m": None if point.waste_top_m is None else float(point.waste_top_m),
        "bottom_m": None if point.waste_bottom_m is None else float(point.waste_bottom_m),
    }  # fmt: skip


def fingerprint(inputs: dict[str, Any]) -> str:
    """SHA-256 of the inputs, so that two estimates from the same can be told at once."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def listed(session: Session, survey_id: int) -> list[VolumeEstimate]:
    asked = select(VolumeEstimate).where(VolumeEstimate.survey_id == survey_id)
    return list(session.scalars(asked.order_by(VolumeEstimate.id.desc())))


def done_in(session: Session, survey_id: int, estimate_id: int) -> VolumeEstimate:
    """A finished estimate of the survey; raises `NotFound`."""
    found = session.get(VolumeEstimate, estimate_id)
    if found is None or found.survey_id != survey_id or found.state != "done":
        raise NotFound(what="估算", key=estimate_id)
    return found


def outline_of(estimate: VolumeEstimate) -> MultiPolygon:
    """Where the estimate says waste lies, in the storage system."""
    outline = shapely.from_wkt((estimate.result or {})["outline"])
    moved = shapely.make_valid(systems.transform(outline, METRIC_SRID, STORAGE_SRID))
    parts = [part for part in shapely.get_parts(moved) if isinstance(part, Polygon) and part.area > 0]
    return MultiPolygon(parts)
