"""HTTP doors of lineage. A preview shows what an act would do; the act itself names every version it was shown."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core.described import sends
from gis_service.core.errors import BadRequest, NotFound, Stale
from gis_service.core.etags import version_seen
from gis_service.core.http import language
from gis_service.core.media import GEOJSON
from gis_service.parcels import queries as register
from gis_service.parcels.filters import box_of, moment
from gis_service.parcels.lineage import operations, queries
from gis_service.parcels.lineage.models import ParcelEvent
from gis_service.parcels.lineage.operations import Act
from gis_service.parcels.lineage.plan import Plan
from gis_service.parcels.lineage.schemas import (
    AdjustIn,
    AdjustLook,
    Because,
    MergeIn,
    MergeLook,
    RetireIn,
    SplitIn,
    SplitLook,
    UndoIn,
    plan_out,
)
from gis_service.parcels.operations import Why
from gis_service.parcels.routes import with_current

router = APIRouter(prefix="/api/v1", route_class=Route)
previews = APIRouter(prefix="/api/v1")
"""Asked at every line that is drawn, and changing nothing: no answer is kept for a repeated request."""

Split = Annotated[Work, doing("parcel.split")]
Merge = Annotated[Work, doing("parcel.merge")]
Adjust = Annotated[Work, doing("parcel.adjust")]
Retire = Annotated[Work, doing("parcel.retire")]
LookAtSplit = Annotated[Work, doing("parcel.split", trace=False)]
LookAtMerge = Annotated[Work, doing("parcel.merge", trace=False)]
LookAtAdjust = Annotated[Work, doing("parcel.adjust", trace=False)]
Undo = Annotated[Work, doing("parcel.undo")]
Read = Annotated[Work, doing("parcel.read")]
Seen = Annotated[str | None, Header(alias="If-Match")]

MOST_OUTLINES = 3000


def _district(work: Work) -> str:
    return str(work.request.app.state.settings.district_code)


def _shown(work: Work, plan: Plan) -> JSONResponse:
    return JSONResponse(jsonable_encoder(plan_out(plan, language(work.request))))


def _act(work: Work, body: Because) -> Act:
    return Act(work.actor, _district(work), Why(body.reason, body.document_id), body.on)


def _done(work: Work, parcel_ids: Sequence[int], if_match: str | None, act: Callable[[dict[int, int]], ParcelEvent]) -> JSONResponse:  # fmt: skip
    """Carry an act out on the versions that were seen; the answer is the act with its parcels."""
    seen = {parcel_id: version_seen(if_match, f"p{parcel_id}") for parcel_id in parcel_ids}
    try:
        event = act(seen)
    except Stale as stale:
        raise with_current(work, stale) from None
    answer = _event(work, event)
    parcels = {side: [p["parcel_no"] for p in answer["parcels"] if p["side"] == side] for side in ("before", "after")}
    work.note(f"parcel.{event.kind}", "、".join(parcels["before"]), event=event.id, after=parcels["after"])
    return JSONResponse(jsonable_encoder(answer), 201)


def _event(work: Work, event: ParcelEvent) -> dict[str, Any]:
    some = queries.sides(work.session, event.id)[0].parcel_id
    graph = queries.graph(work.session, some, None)
    return dict(next(each for each in graph["events"] if each["id"] == event.id))


@previews.post("/parcels/{parcel_id}/split/preview")
def preview_split(work: LookAtSplit, parcel_id: int, body: SplitLook) -> JSONResponse:
    (parcel,) = operations.found(work.session, [parcel_id])
    return _shown(work, operations.plan_split(work.session, _district(work), parcel, body.drawing(), body.wishes()))


@router.post("/parcels/{parcel_id}/split", status_code=201)
def split(work: Split, parcel_id: int, body: SplitIn, if_match: Seen = None) -> JSONResponse:
    return _done(
        work, [parcel_id], if_match,
        lambda seen: operations.split(work.session, _act(work, body), seen, body.drawing(), body.wishes()),
    )  # fmt: skip


@previews.post("/parcels/merge/preview")
def preview_merge(work: LookAtMerge, body: MergeLook) -> JSONResponse:
    parcels = operations.found(work.session, body.parcels)
    return _shown(work, operations.plan_merge(work.session, _district(work), parcels, body.child.wish()))


@router.post("/parcels/merge", status_code=201)
def merge(work: Merge, body: MergeIn, if_match: Seen = None) -> JSONResponse:
    return _done(
        work, body.parcels, if_match,
        lambda seen: operations.merge(work.session, _act(work, body), seen, body.child.wish()),
    )  # fmt: skip


@previews.post("/parcels/adjust/preview")
def preview_adjust(work: LookAtAdjust, body: AdjustLook) -> JSONResponse:
    parcels = operations.found(work.session, body.parcels)
    return _shown(work, operations.plan_adjust(work.session, parcels, body.drawing(), body.wishes()))


@router.post("/parcels/adjust", status_code=201)
def adjust(work: Adjust, body: AdjustIn, if_match: Seen = None) -> JSONResponse:
    return _done(
        work, body.parcels, if_match,
        lambda seen: operations.adjust(work.session, _act(work, body), seen, body.drawing(), body.wishes()),
    )  # fmt: skip


@router.post("/parcels/{parcel_id}/retire", status_code=201)
def retire(work: Retire, parcel_id: int, body: RetireIn, if_match: Seen = None) -> JSONResponse:
    return _done(
        work, [parcel_id], if_match, lambda seen: operations.retire(work.session, _act(work, body), seen)
    )  # fmt: skip


@router.post("/events/{event_id}/undo")
def undo(work: Undo, event_id: int, body: UndoIn) -> JSONResponse:
    event = operations.undo(work.session, work.actor, event_id, reason=body.reason)
    answer = _event(work, event)
    work.note("parcel.undo", "、".join(p["parcel_no"] for p in answer["parcels"]), event=event.id, kind=event.kind)
    return JSONResponse(jsonable_encoder(answer))


@router.get("/parcels/{parcel_id}/lineage")
def lineage(work: Read, parcel_id: int, as_of: str | None = None) -> JSONResponse:
    """The graph around a parcel, walked both ways: parcels, links, acts with their papers and areas."""
    at = moment(as_of)
    if register.version_at(work.session, parcel_id, at) is None:
        raise NotFound(what="地块", key=parcel_id)
    return JSONResponse(jsonable_encoder(queries.graph(work.session, parcel_id, at)))


@router.get("/outlines", **sends(GEOJSON))
def outlines(work: Read, bbox: Annotated[str, Query()]) -> Response:
    """Outlines in a box with all their digits, for what is drawn to snap to."""
    west, south, east, north = box = box_of(bbox)
    if not (west < east and south < north):
        raise BadRequest(parameter="bbox", value=bbox)
    return Response(queries.outlines(work.session, box, MOST_OUTLINES), media_type=GEOJSON)
