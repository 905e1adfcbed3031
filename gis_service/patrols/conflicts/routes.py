"""HTTP doors of conflicts."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from gis_service.access.edge import Route, Work, doing
from gis_service.core.errors import NotFound
from gis_service.patrols.conflicts import operations, queries
from gis_service.patrols.rules import ConflictState

router = APIRouter(prefix="/api/v1", route_class=Route)

Settle = Annotated[Work, doing("patrol.settle")]


class Decision(BaseModel):
    """Which value holds. `present` is the value that stood there when the person decided."""

    model_config = ConfigDict(extra="forbid")
    value: Any
    present: Any
    reason: str = Field("", max_length=500)


@router.get("/patrols/conflicts")
def list_conflicts(
    work: Settle,
    state: ConflictState = ConflictState.OPEN,
    before: int | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> JSONResponse:
    """Conflicts, newest first: both values with who and when, what was there before, the photos of the record, the place."""
    found = queries.conflicts(work.session, state, before=before, limit=limit + 1)
    more = found[limit - 1]["id"] if len(found) > limit else None
    return JSONResponse(jsonable_encoder({"items": found[:limit], "next": more}))


@router.get("/patrols/conflicts/{conflict_id}")
def one_conflict(work: Settle, conflict_id: int) -> JSONResponse:
    found = queries.one(work.session, conflict_id)
    if found is None:
        raise NotFound(what="冲突", key=conflict_id)
    return JSONResponse(jsonable_encoder(found))


@router.post("/patrols/conflicts/{conflict_id}/settle")
def settle(work: Settle, conflict_id: int, body: Decision) -> JSONResponse:
    """A person decides; every superseded value stays retrievable."""
    found = operations.settle(
        work.session, work.actor, conflict_id, value=body.value, present=body.present, reason=body.reason
    )
    work.note("patrol.settle", f"conflict/{found.id}", noun=found.noun, subject_id=found.subject_id, field=found.field)
    return JSONResponse(jsonable_encoder(queries.one(work.session, conflict_id)))
