"""The HTTP door by which a heap is sent to be looked at."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.cases.clues.rules import WasteKind
from gis_service.core.described import answers
from gis_service.following import heaps
from gis_service.procedures.schemas import Why
from gis_service.surveys.heaps import queries
from gis_service.surveys.heaps.models import Heap
from gis_service.surveys.points.routes import answer

router = APIRouter(prefix="/api/v1/heaps", route_class=Route, tags=["survey"])

Record = Annotated[Work, doing("survey.record")]


class FollowIn(Why):
    """What it may be, and what is to be looked at."""

    waste_kind: WasteKind = WasteKind.OTHER


@router.post("/{heap_id}/follow", status_code=201, **answers(200))
def follow(work: Record, heap_id: int, body: FollowIn) -> JSONResponse:
    """Send a heap to be looked at: it becomes a clue, once. Where it is one already, that is told (200)."""
    district = work.request.app.state.settings.district_code
    clue, made = heaps.follow(
        work.session, work.actor, district, heap_id, waste_kind=body.waste_kind, reason=body.reason
    )
    if made:
        work.note("survey.record", f"heap/{heap_id}", act="heap_taken", reason=body.reason, clue=clue.tracking_no)
        work.note("clue.create", f"clue/{clue.tracking_no}", heap=heap_id)
    (heap,) = queries.heaps_out(work.session, Heap.id == heap_id)
    return answer({"heap": heap, "clue_id": clue.id, "tracking_no": clue.tracking_no}, 201 if made else 200)
