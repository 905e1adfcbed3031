"""HTTP doors of the search."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core.errors import BadRequest
from gis_service.parcels import queries as register
from gis_service.parcels.filters import filters_of, moment
from gis_service.parcels.search import queries
from gis_service.parcels.search.models import KINDS

router = APIRouter(prefix="/api/v1/search", route_class=Route)

Read = Annotated[Work, doing("parcel.read")]
MOST_IDS = 50_000


@router.get("")
def search(
    work: Read,
    q: Annotated[str, Query(max_length=200)],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
    kinds: str | None = None,
) -> dict[str, Any]:
    """Parcels, areas, units, places and documents by what people type: numbers, names, pinyin, initials, mistyped."""
    wanted = set(kinds.split(",")) if kinds else set(KINDS)
    if unknown := wanted - set(KINDS):
        raise BadRequest(parameter="kinds", value=",".join(sorted(unknown)))
    if not work.actor.may("document.read"):
        wanted.discard("document")
    return {"q": q, "items": queries.find(work.session, q, limit=limit, kinds=wanted)}


@router.get("/parcels")
def matching_parcels(work: Read, request: Request, as_of: str | None = None) -> JSONResponse:
    """The ids of all parcels that the filters of the list let through."""
    ids = register.matching_ids(work.session, filters=filters_of(request), as_of=moment(as_of), most=MOST_IDS + 1)
    return JSONResponse({"ids": ids[:MOST_IDS], "more": len(ids) > MOST_IDS})
