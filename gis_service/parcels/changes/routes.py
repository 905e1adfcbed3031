"""HTTP doors of what changed."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core.described import sends
from gis_service.core.errors import BadRequest
from gis_service.core.media import GEOJSON
from gis_service.core.paging import cursor, place
from gis_service.parcels.changes import queries
from gis_service.parcels.changes.memory import memory_of
from gis_service.parcels.changes.queries import Span
from gis_service.parcels.changes.rules import Kind
from gis_service.parcels.filters import filters_of, moment

router = APIRouter(prefix="/api/v1/parcels/changes", route_class=Route)

Read = Annotated[Work, doing("parcel.read")]
From = Annotated[str, Query(alias="from", description="the day (its end) or moment compared from")]
To = Annotated[str | None, Query(alias="to", description="the day (its end) or moment compared with; now if left out")]
Limit = Annotated[int, Query(ge=1, le=1000)]
OWN = ("from", "to", "kind", "limit", "after", "document", "actor")


@router.get("/days")
def days(work: Read) -> dict[str, Any]:
    """Every day with changes, with how many; the ticks of a time slider."""
    return {"items": memory_of(work.request.app.state).days(work.session, work.scope)}


@router.get("")
def difference(
    work: Read,
    request: Request,
    since: From,
    until: To = None,
    kind: str | None = None,
    limit: Limit = 200,
    after: str | None = None,
) -> JSONResponse:
    """What differs between two days, parcel by parcel; the first page carries the totals of the whole."""
    span, filters = _span(since, until), filters_of(request, OWN)
    rows, ended = queries.difference(
        work.session, span, filters=filters, kinds=_kinds(kind), limit=limit, after=place(after, 2) if after else None
    )
    answer: dict[str, Any] = {"items": rows, "next": cursor(ended) if ended else None}
    if after is None:
        answer["totals"] = queries.totals(work.session, span, filters)
    return JSONResponse(jsonable_encoder(answer))


@router.get("/geojson", **sends(GEOJSON))
def shapes(
    work: Read,
    request: Request,
    since: From,
    until: To = None,
    kind: str | None = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
    after: str | None = None,
) -> Response:
    """Ground gained and lost, and outlines that stayed while something else changed."""
    features, ended = queries.geojson(
        work.session,
        _span(since, until),
        filters=filters_of(request, OWN),
        kinds=_kinds(kind),
        limit=limit,
        after=place(after, 2) if after else None,
    )
    follows = json.dumps(cursor(ended) if ended else None)
    text = f'{{"type":"FeatureCollection","features":[{features}],"next":{follows}}}'
    return Response(text, media_type=GEOJSON)


@router.get("/feed")
def feed(
    work: Read,
    request: Request,
    since: Annotated[str | None, Query(alias="from")] = None,
    until: Annotated[str | None, Query(alias="to")] = None,
    document: int | None = None,
    actor: str | None = None,
    limit: Limit = 100,
    after: str | None = None,
) -> JSONResponse:
    """Every change of every parcel, newest first: who, what, why, on which paper."""
    rows, ended = queries.feed(
        work.session,
        filters=filters_of(request, OWN),
        since=moment(since),
        until=moment(until),
        document_id=document,
        actor=actor,
        limit=limit,
        after=place(after, 2) if after else None,
    )
    return JSONResponse(jsonable_encoder({"items": rows, "next": cursor(ended) if ended else None}))


def _span(since: str, until: str | None) -> Span:
    first, last = moment(since), moment(until or "9999-12-31")
    if first is None or last is None or first > last:
        raise BadRequest(parameter="from", value=since)
    return Span(first, last)


def _kinds(text: str | None) -> list[str]:
    wanted = [part for part in (text or "").split(",") if part]
    if unknown := set(wanted) - set(Kind):
        raise BadRequest(parameter="kind", value=",".join(sorted(unknown)))
    return wanted
