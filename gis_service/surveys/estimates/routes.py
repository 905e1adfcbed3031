"""HTTP doors of estimates, of what they come to in tonnes and truckloads, and of the laboratory's screening."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from gis_service.access.edge import Route, Work, doing
from gis_service.core.errors import NotFound
from gis_service.core.srid import METRIC_SRID
from gis_service.procedures.schemas import Sent
from gis_service.surveys.estimates import library, operations
from gis_service.surveys.estimates.models import VolumeEstimate
from gis_service.surveys.laboratory import screening
from gis_service.surveys.points.routes import answer, survey_of
from gis_service.surveys.rules import WasteClass

router = APIRouter(prefix="/api/v1/surveys", route_class=Route, tags=["survey"])

Read = Annotated[Work, doing("survey.read")]
Record = Annotated[Work, doing("survey.record")]


class EstimateIn(Sent):
    """How to estimate; the defaults are those of the library."""

    simulations: Annotated[int, Field(ge=50, le=2_000)] = 500
    seed: Annotated[int, Field(ge=0, le=2**31)] = 1
    methods: list[Literal["thiessen", "tin", "idw", "kriging", "sections"]] | None = None
    azimuth_deg: Annotated[float | None, Field(ge=0, lt=360)] = None
    reach_m: Annotated[float | None, Field(gt=0, le=1_000)] = None


def estimate_out(found: VolumeEstimate, *, whole: bool = False) -> dict[str, Any]:
    names = (
        "id",
        "survey_id",
        "state",
        "low_m3",
        "best_m3",
        "high_m3",
        "failure",
        "made_at",
        "made_by_name",
        "inputs_sha256",
        "versions",
    )
    result = dict(found.result or {})
    if not whole:
        result.pop("outline", None)
    more = {"inputs": found.inputs} if whole else {}
    return {
        **{name: getattr(found, name) for name in names},
        "result": result or None,
        "metric_srid": METRIC_SRID,
        **more,
    }


@router.get("/{survey_id}/estimates")
def listed(work: Read, survey_id: int) -> JSONResponse:
    """Estimates of a survey, newest first."""
    survey_of(work, survey_id)
    return answer({"items": [estimate_out(each) for each in operations.listed(work.session, survey_id)]})


@router.post("/{survey_id}/estimates", status_code=202)
def ask(work: Record, survey_id: int, body: EstimateIn) -> JSONResponse:
    """Ask for an estimate from the points as they stand; the worker works it out."""
    proceeding, survey = survey_of(work, survey_id)
    made = operations.ask(work.session, work.actor, survey, body.model_dump(exclude_none=True))
    work.note("survey.record", f"survey/{proceeding.proceeding_no}", act="estimate", seed=body.seed)
    return answer(estimate_out(made), 202)


@router.get("/{survey_id}/estimates/{estimate_id}")
def one(
    work: Read, survey_id: int, estimate_id: int, waste_class: Annotated[WasteClass, Query()] = WasteClass.MIXED
) -> JSONResponse:
    """An estimate with its inputs, its outline, and what it comes to as waste of a class."""
    survey_of(work, survey_id)
    found = work.session.get(VolumeEstimate, estimate_id)
    if found is None or found.survey_id != survey_id:
        raise NotFound(what="估算", key=estimate_id)
    body = estimate_out(found, whole=True)
    if found.state == "done":
        low, best, high = (float(getattr(found, f"{name}_m3")) for name in ("low", "best", "high"))
        body["quantities"] = library.four_quantities(
            low, best, high, waste_class, work.request.app.state.weighed(work.session)
        )
        body["outline"] = operations.outline_of(found).__geo_interface__
    return answer(body)


@router.get("/{survey_id}/laboratory")
def laboratory(work: Read, survey_id: int) -> JSONResponse:
    """Every value beside the limits that held on its day, and the screening for hazard."""
    _, survey = survey_of(work, survey_id)
    return answer(screening.of_survey(work.session, survey))
