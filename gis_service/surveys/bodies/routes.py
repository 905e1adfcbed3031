"""HTTP doors of waste bodies."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core.errors import NotFound
from gis_service.core.etags import version_seen
from gis_service.parcels.operations import outline_from
from gis_service.procedures.schemas import Why
from gis_service.surveys.bodies import operations
from gis_service.surveys.bodies.models import WasteBody
from gis_service.surveys.bodies.rules import HAZARD_WORDS, BodyState
from gis_service.surveys.bodies.schemas import BodyChange, BodyIn, body_out
from gis_service.surveys.errors import NoOutline
from gis_service.surveys.estimates import operations as estimates
from gis_service.surveys.points.routes import answer, survey_of
from gis_service.surveys.rules import (
    GEOPHYSICS_WORDS,
    MEDIUM_WORDS,
    ODOUR_WORDS,
    POINT_WORDS,
    POSITION_WORDS,
    WASTE_WORDS,
)
from gis_service.surveys.words import components, soils

router = APIRouter(prefix="/api/v1", route_class=Route, tags=["survey"])

Read = Annotated[Work, doing("survey.read")]
Record = Annotated[Work, doing("survey.record")]
IfMatch = Annotated[str | None, Header()]


def _out(work: Work, bodies: list[WasteBody]) -> list[dict[str, Any]]:
    lies = operations.parcels_of(work.session, [body.id for body in bodies])
    return [body_out(body, [row[1:] for row in lies if row[0] == body.id]) for body in bodies]


def _answer(work: Work, body: WasteBody, status: int = 200) -> JSONResponse:
    made = answer(_out(work, [body])[0], status)
    made.headers["ETag"] = f'"waste_body{body.id}.{body.row_version}"'
    return made


@router.get("/survey-words")
def words(work: Read) -> JSONResponse:  # noqa: ARG001  (the permission is asked for)
    """The words that logs, samples and bodies are written in, in both languages, in the order they are offered."""
    lists: dict[str, Mapping[Any, tuple[str, ...]]] = {
        "point_kinds": POINT_WORDS, "position_methods": POSITION_WORDS, "odours": ODOUR_WORDS, "media": MEDIUM_WORDS,
        "waste_classes": WASTE_WORDS, "hazards": HAZARD_WORDS, "geophysics": GEOPHYSICS_WORDS,
    }  # fmt: skip
    told = {
        name: [{"code": code, "zh": said[0], "en": said[1]} for code, said in pairs.items()]
        for name, pairs in lists.items()
    }
    named = [{"code": each.code, "zh": each.zh, "en": each.en} for each in components().values()]
    ground = [{"zh": each.zh, "en": each.en, "is_waste": each.is_waste, "waste_class": each.waste_class} for each in soils().values()]  # fmt: skip
    return answer({**told, "components": named, "soils": ground})


@router.get("/surveys/{survey_id}/bodies")
def of_survey(work: Read, survey_id: int) -> JSONResponse:
    survey_of(work, survey_id)
    return answer({"items": _out(work, operations.bodies_of(work.session, survey_id))})


@router.post("/surveys/{survey_id}/bodies", status_code=201)
def draw(work: Record, survey_id: int, body: BodyIn) -> JSONResponse:
    """A body with its outline drawn, or taken from an estimate, whose quantity it then has."""
    proceeding, survey = survey_of(work, survey_id)
    estimate = None if body.estimate_id is None else estimates.done_in(work.session, survey_id, body.estimate_id)
    if body.geometry is not None:
        outline = outline_from(body.geometry)
    elif estimate is not None:
        outline = estimates.outline_of(estimate)
    else:
        raise NoOutline()
    facts = body.model_dump(include={"name", "waste_class", "note"})
    facts["composition_pct"] = {name: str(share) for name, share in body.composition_pct.items()}
    made = operations.draw(work.session, survey, outline, facts, estimate=estimate)
    work.note("survey.record", f"survey/{proceeding.proceeding_no}", act="draw_body", body_no=made.body_no)
    return _answer(work, made, 201)


def _one(work: Work, body_id: int) -> WasteBody:
    found = work.session.get(WasteBody, body_id)
    if found is None:
        raise NotFound(what="填埋体", key=body_id)
    return found


@router.get("/waste-bodies/{body_id}")
def one(work: Read, body_id: int) -> JSONResponse:
    return _answer(work, _one(work, body_id))


@router.patch("/waste-bodies/{body_id}")
def change(work: Record, body_id: int, body: BodyChange, if_match: IfMatch = None) -> JSONResponse:
    """Change a body as it was seen (`If-Match`); what it was before stays in its versions."""
    facts = body.model_dump(exclude_unset=True, exclude={"reason", "geometry", "estimate_id"})
    if body.composition_pct is not None:
        facts["composition_pct"] = {name: str(share) for name, share in body.composition_pct.items()}
    if body.estimate_id is not None:
        estimate = estimates.done_in(work.session, _one(work, body_id).survey_id, body.estimate_id)
        facts |= operations.quantity(estimate)
    seen = version_seen(if_match, f"waste_body{body_id}")
    made = operations.change(work.session, body_id, seen=seen, facts=facts, geometry=body.geometry, reason=body.reason)
    work.note("survey.record", f"waste_body/{made.body_no}", act="change_body", reason=body.reason)
    return _answer(work, made)


@router.post("/waste-bodies/{body_id}/withdraw")
def withdraw(work: Record, body_id: int, body: Why, if_match: IfMatch = None) -> JSONResponse:
    """A body that was drawn by mistake; it stays in the versions."""
    seen = version_seen(if_match, f"waste_body{body_id}")
    facts = {"state": BodyState.WITHDRAWN}
    made = operations.change(work.session, body_id, seen=seen, facts=facts, geometry=None, reason=body.reason)
    work.note("survey.record", f"waste_body/{made.body_no}", act="withdraw_body", reason=body.reason)
    return _answer(work, made)


@router.get("/parcels/{parcel_id}/waste-bodies")
def in_parcel(work: Read, parcel_id: int, withdrawn: Annotated[bool, Query()] = False) -> JSONResponse:
    """What lies, or lay, in a parcel."""
    found = operations.in_parcel(work.session, parcel_id)
    return answer({"items": _out(work, [each for each in found if withdrawn or each.state != BodyState.WITHDRAWN])})
