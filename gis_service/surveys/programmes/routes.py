"""HTTP doors of survey programmes."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core import clock
from gis_service.core.described import sends
from gis_service.core.etags import version_seen
from gis_service.core.http import to_be_saved
from gis_service.core.media import XLSX
from gis_service.procedures.queries import names_of_areas
from gis_service.surveys.programmes import listing, operations, queries
from gis_service.surveys.programmes.models import SurveyProgramme
from gis_service.surveys.programmes.rules import Completion, ProgrammeState, Target, completion
from gis_service.surveys.programmes.schemas import (
    FreezeIn,
    ProgrammeChange,
    ProgrammeIn,
    RuleIn,
    programme_out,
    target_out,
)

router = APIRouter(prefix="/api/v1/survey-programmes", route_class=Route, tags=["survey"])

Read = Annotated[Work, doing("survey.read")]
Plan = Annotated[Work, doing("survey.plan")]
Look = Annotated[Work, doing("survey.plan", trace=False)]
IfMatch = Annotated[str | None, Header()]
OnDay = Annotated[date | None, Query(description="the day whose end is asked about; now if left out")]


def _seen(programme_id: int, if_match: str | None) -> int:
    return version_seen(if_match, f"survey_programme{programme_id}")


Rows = list[dict[str, Any]]


def _answer(
    work: Work, programme: SurveyProgramme, status: int = 200, rows: Rows | None = None, **more: Any
) -> JSONResponse:
    """A programme with its completion; `rows` are its targets where they were read already."""
    work.session.flush()
    areas = names_of_areas(work.session, programme.rule.get("area_ids", []))
    body = {**programme_out(programme, _done(work, programme, rows), areas), **more}
    etag = f'"survey_programme{programme.id}.{programme.row_version}"'
    return JSONResponse(jsonable_encoder(body), status, headers={"ETag": etag})


def _done(work: Work, programme: SurveyProgramme, rows: Rows | None = None) -> Completion | None:
    if programme.state == ProgrammeState.DRAFT:
        return None
    return completion(_targets(queries.targets(work.session, programme.id) if rows is None else rows))


def _targets(rows: Rows) -> list[Target]:
    return [Target(row["area_m2"], row["survey_status"] or "pending", row["waste_found"]) for row in rows]


@router.get("")
def listed(work: Read) -> JSONResponse:
    """Programmes, newest first, each with its completion by count and by area."""
    found = queries.listed(work.session)
    areas = names_of_areas(work.session, [id_ for each in found for id_ in each.rule.get("area_ids", [])])
    return JSONResponse(jsonable_encoder({"items": [programme_out(each, _done(work, each), areas) for each in found]}))


@router.post("", status_code=201)
def make(work: Plan, body: ProgrammeIn) -> JSONResponse:
    district = work.request.app.state.settings.district_code
    made = operations.make(
        work.session, work.actor, district, title=body.title, rule=body.rule.rule(), due_on=body.due_on, note=body.note
    )
    work.note("survey.plan", f"survey_programme/{made.id}", act="make", rule=made.rule)
    return _answer(work, made, 201)


@router.post("/preview")
def preview(work: Look, body: RuleIn) -> JSONResponse:
    """The land a rule means today: count, area, and how much of it is surveyed already."""
    rule = body.rule()
    operations.require_condition(rule)
    found = queries.meant_by(work.session, rule, work.request.app.state.settings.district_code, None)
    lies = queries.outlines(work.session, [row["id"] for row, _ in found])
    rows = [
        {"outline": lies.get(row["id"]), "parcel_id": row["id"], "parcel_no": row["parcel_no"], "area_m2": row["area_computed_m2"], "survey_status": row["survey_status"]}
        for row, _ in found
    ]  # fmt: skip
    done = completion(Target(each["area_m2"], each["survey_status"]) for each in rows)
    return JSONResponse(
        jsonable_encoder({"targets": done.targets, "area_m2": done.area_m2, "done": done.done, "items": rows})
    )


@router.get("/{programme_id}")
def one(work: Read, programme_id: int, on: OnDay = None) -> JSONResponse:
    """A programme with its targets as they stood at the end of a day: what is missing and whose it is."""
    programme = queries.one(work.session, programme_id)
    rows = queries.targets(work.session, programme.id, on)
    return _answer(work, programme, rows=rows, on_day=on, targets=[target_out(row) for row in rows])


@router.get("/{programme_id}/outlines")
def outlines(work: Read, programme_id: int, on: OnDay = None) -> JSONResponse:
    """The land of the targets, for the map: GeoJSON as text for each parcel."""
    programme = queries.one(work.session, programme_id)
    found = queries.outlines(work.session, queries.target_ids(work.session, programme.id), on)
    return JSONResponse({"items": [{"parcel_id": id_, "outline": outline} for id_, outline in found.items()]})


@router.get("/{programme_id}/missing.xlsx", **sends(XLSX))
def missing(work: Read, programme_id: int, on: OnDay = None) -> Response:
    """What is missing at the end of a day, with whose it is and the survey it waits for, as a workbook."""
    programme = queries.one(work.session, programme_id)
    rows = queries.targets(work.session, programme.id, on)
    day = on or clock.today()
    content = listing.workbook(programme.title, completion(_targets(rows)), listing.missing(rows), day)
    work.note("survey.read", f"survey_programme/{programme.id}", act="missing", on=str(day))
    return Response(content, media_type=XLSX, headers=to_be_saved(f"{programme.title} 未完成 {day}.xlsx"))


@router.patch("/{programme_id}")
def change(work: Plan, programme_id: int, body: ProgrammeChange, if_match: IfMatch = None) -> JSONResponse:
    programme = queries.one(work.session, programme_id)
    facts = body.model_dump(exclude_unset=True)
    if body.rule is not None:
        facts["rule"] = body.rule.rule()
    operations.change(work.session, programme, _seen(programme_id, if_match), facts)
    work.note("survey.plan", f"survey_programme/{programme.id}", act="change")
    return _answer(work, programme)


@router.post("/{programme_id}/freeze")
def freeze(work: Plan, programme_id: int, body: FreezeIn, if_match: IfMatch = None) -> JSONResponse:
    """Fix the targets as the register had them at the end of a day."""
    programme = queries.one(work.session, programme_id)
    count = operations.freeze(work.session, work.actor, programme, _seen(programme_id, if_match), body.on)
    work.note(
        "survey.plan", f"survey_programme/{programme.id}", act="freeze", targets=count, on=str(programme.frozen_on)
    )
    return _answer(work, programme)


@router.post("/{programme_id}/close")
def close(work: Plan, programme_id: int, if_match: IfMatch = None) -> JSONResponse:
    programme = queries.one(work.session, programme_id)
    operations.close(work.session, programme, _seen(programme_id, if_match))
    work.note("survey.plan", f"survey_programme/{programme.id}", act="close")
    return _answer(work, programme)


@router.post("/{programme_id}/surveys", status_code=201)
def open_wanting(work: Annotated[Work, doing("survey.open")], programme_id: int) -> JSONResponse:
    """Open a survey for every target that is not done and has none under way."""
    programme = queries.one(work.session, programme_id)
    made = operations.open_wanting(work.session, work.actor, programme)
    work.note("survey.open", f"survey_programme/{programme.id}", act="open_wanting", opened=len(made))
    return JSONResponse({"opened": [{"id": each.id, "no": each.proceeding_no} for each in made]}, 201)
