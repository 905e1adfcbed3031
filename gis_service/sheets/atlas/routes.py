"""HTTP doors of atlases: order one, see how far it is, cancel it, fetch it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core import clock
from gis_service.core.described import sends
from gis_service.core.http import language
from gis_service.core.media import PDF
from gis_service.core.paging import cursor, place
from gis_service.exports import operations as exports
from gis_service.exports import queries
from gis_service.exports.handing import handed
from gis_service.exports.models import Export
from gis_service.parcels.filters import filters_from
from gis_service.sheets.atlas import operations
from gis_service.sheets.atlas.asked import understood
from gis_service.sheets.atlas.jobs import TASK
from gis_service.sheets.atlas.local import PERMISSION
from gis_service.sheets.atlas.rules import MOST_PAGES
from gis_service.sheets.atlas.schemas import AtlasIn, atlas_out
from gis_service.sheets.gather import Desk
from gis_service.sheets.printing.formats import MEDIA

router = APIRouter(prefix="/api/v1/atlases", route_class=Route, tags=["sheet"])

Binder = Annotated[Work, doing(PERMISSION)]


@router.post("", status_code=202)
def ask(work: Binder, body: AtlasIn) -> JSONResponse:
    """Have an atlas made in the background."""
    state = work.request.app.state
    filters = filters_from(body.filters.items()) | ({"ids": body.ids} if body.ids else {})
    wish = understood(body.said, filters)
    desk = Desk(state.reader, work.session, work.scope, state.layers, clock.now(), wish.as_of)
    atlas = operations.ask(desk, work.actor, work.scope, wish, body.said)
    state.enqueue(work.session, TASK, atlas_id=atlas.id)
    work.session.refresh(atlas)
    return _answer(work, atlas, 202, {"Location": f"/api/v1/atlases/{atlas.id}"})


def _answer(work: Work, atlas: Export, status: int = 200, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(jsonable_encoder(atlas_out(atlas, language(work.request))), status, headers=headers)


@router.get("")
def list_atlases(
    work: Binder, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> dict[str, Any]:
    """What one has ordered, newest first; and how many pages a volume takes, how many days it is kept."""
    last = place(after, 1)[0] if after else None
    found = list(work.session.scalars(queries.exports(last, limit + 1, operations.FORMATS)))
    items = [atlas_out(each, language(work.request)) for each in found[:limit]]
    follows = cursor([found[limit - 1].id]) if len(found) > limit else None
    keep_days = work.request.app.state.settings.export_keep_days
    return {"items": jsonable_encoder(items), "next": follows, "most_pages": MOST_PAGES, "keep_days": keep_days}


@router.get("/{atlas_id}")
def read_atlas(work: Binder, atlas_id: int) -> JSONResponse:
    """How far an atlas is."""
    return _answer(work, queries.one(work.session, atlas_id, operations.FORMATS))


@router.post("/{atlas_id}/cancel")
def cancel(work: Binder, atlas_id: int) -> JSONResponse:
    """Stop an atlas that waits or is being made."""
    atlas = operations.cancel(work.session, atlas_id)
    work.note(PERMISSION, atlas.id, act="cancel")
    return _answer(work, atlas)


@router.get("/{atlas_id}/file", **sends(PDF))
def fetch(work: Binder, atlas_id: int) -> Response:
    """The document, for who ordered it, as long as it is kept."""
    keep_days = work.request.app.state.settings.export_keep_days
    atlas = exports.ready(work.session, atlas_id, keep_days=keep_days, formats=operations.FORMATS)
    return handed(work, atlas, PERMISSION, MEDIA["pdf"])
