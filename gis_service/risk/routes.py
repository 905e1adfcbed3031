"""HTTP doors of the risk ranking and of hotspots."""

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core import clock
from gis_service.risk import operations, queries, rules
from gis_service.risk.rules import RunKind
from gis_service.risk.schemas import Level, RunIn, features_out, model_out, run_out

router = APIRouter(prefix="/api/v1/risk", route_class=Route, tags=["risk"])

Read = Annotated[Work, doing("risk.read")]
Run = Annotated[Work, doing("risk.run")]


def _answer(body: Any, status: int = 200) -> JSONResponse:
    return JSONResponse(jsonable_encoder(body), status)


@router.get("/ranking")
def ranking(
    work: Read,
    as_of: str | None = None,
    run_id: int | None = None,
    area_id: int | None = None,
    level: Level | None = None,
) -> JSONResponse:
    """Parcels by risk with what made each score, by the last run of what was known at `as_of` (none: now), or by one run."""
    moment = clock.as_instant(as_of) if as_of else clock.now()
    run = (
        queries.newest(work.session, RunKind.RANKING, moment)
        if run_id is None
        else queries.one_run(work.session, run_id)
    )
    items = queries.scores(work.session, run.id, area_id=area_id, level=level) if run else []
    return _answer({"run": run_out(run), "items": items})


@router.get("/suggestions")
def suggestions(work: Read) -> JSONResponse:
    """Risky land that was not walked for long and that no task beside the regular rounds is over, for whoever plans patrols. Nothing is planned by it."""
    run, items = queries.suggestions(work.session, clock.now())
    return _answer({"run": run_out(run), "items": items, "after": rules.data()["suggest"]})


@router.get("/parcels/{parcel_id}")
def of_parcel(work: Read, parcel_id: int) -> JSONResponse:
    """The scores of a parcel over the nights."""
    return _answer({"items": queries.of_parcel(work.session, parcel_id)})


@router.get("/model")
def model(work: Read) -> JSONResponse:  # noqa: ARG001  (the door asks who comes)
    """Factors, weights with their sources, thresholds, and what the back-test said."""
    return _answer(model_out())


@router.get("/runs")
def runs(work: Read, kind: RunKind = RunKind.HOTSPOT) -> JSONResponse:
    """The runs of a kind, the newest first."""
    return _answer({"items": [run_out(run) for run in queries.runs(work.session, kind)]})


@router.post("/runs", status_code=202)
def ask(work: Run, body: RunIn) -> JSONResponse:
    """Have a ranking or hotspots worked out; the worker does it."""
    as_of = body.moment(clock.now())
    period = body.period(as_of) if body.kind == RunKind.HOTSPOT else None
    district = str(work.request.app.state.settings.district_code)
    run = operations.ask(work.session, work.actor, district, body.kind, as_of=as_of, period=period)
    work.note("risk.run", f"risk_run/{run.id}", **body.model_dump(mode="json"))
    return _answer(run_out(run), 202)


@router.get("/runs/{run_id}")
def one(work: Read, run_id: int) -> JSONResponse:
    """A run: its moment, parameters and counts, and whether it is done."""
    return _answer(run_out(queries.one_run(work.session, run_id)))


@router.get("/runs/{run_id}/cells")
def cells(work: Read, run_id: int) -> JSONResponse:
    """The cells of a run of hotspots as GeoJSON, the surest gathering first."""
    run = queries.one_run(work.session, run_id)
    return _answer(features_out(queries.cells(work.session, run.id)))
