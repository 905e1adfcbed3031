"""HTTP doors of exports: at once for some thousand parcels, as a job above."""

import tempfile
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import FileResponse, JSONResponse
from starlette.types import Receive, Scope, Send

from gis_service.access.edge import Route, Work, doing
from gis_service.core import clock
from gis_service.core.described import sends
from gis_service.core.http import language
from gis_service.core.paging import cursor, place
from gis_service.exports import operations, queries
from gis_service.exports.asked import Said, understood
from gis_service.exports.errors import TooManyAtOnce
from gis_service.exports.handing import handed
from gis_service.exports.jobs import TASK
from gis_service.exports.models import Export
from gis_service.exports.rules import AXIS, FORMATS
from gis_service.exports.schemas import ExportIn, export_out
from gis_service.exports.source import House
from gis_service.exports.writing import count, write
from gis_service.parcels.filters import filters_from

router = APIRouter(prefix="/api/v1", route_class=Route)

Exporter = Annotated[Work, doing(operations.PERMISSION)]
MOST_TOLD = 5
"""Sentences that travel in a header, percent-encoded, one a line."""

OPTIONS = ("format", "as_of", "crs", "encoding", "lang", "layers", "axis", "history", "contacts")


@router.get("/parcels/export", **sends(*(each.media_type for each in FORMATS.values())))
def export_parcels(
    work: Exporter,
    request: Request,
    format_: Annotated[str, Query(alias="format")] = "gpkg",
    as_of: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    lang: str | None = None,
    layers: str = "",
    axis: str = AXIS,
    history: bool = False,
    contacts: bool = False,
) -> FileResponse:
    """The parcels that match as a file, written while you wait; the filters are those of the list."""
    said = Said(format_, as_of, crs, encoding, lang or language(request), _listed(layers), axis, history, contacts)
    filters = filters_from(request.query_params.multi_items(), beside=OPTIONS)
    wish = understood(said, filters, catalogue=request.app.state.layers, actor=work.actor)
    most = request.app.state.settings.export_at_once
    if (found := count(work.session, wish)) > most:
        raise TooManyAtOnce(count=found, most=most)
    path = _aside(wish.format.suffix)
    try:
        written = write(work.session, wish, path, house(work))
        work.note(operations.PERMISSION, wish.format.name, **operations.detail(wish.described(), written))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    told = quote("\n".join(note[wish.lang] for note in written.notes[:MOST_TOLD]))
    headers = {"X-Export-Rows": str(written.rows), "X-Export-Notes": told}
    return HandedOver(path, media_type=written.media_type, filename=written.name, headers=headers)


class HandedOver(FileResponse):
    """A file that is gone once it is sent, or once nobody listens any more."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            Path(self.path).unlink(missing_ok=True)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def _aside(suffix: str) -> Path:
    with tempfile.NamedTemporaryFile(prefix="export-", suffix=f".{suffix}", delete=False) as file:
        return Path(file.name)


def house(work: Work) -> House:
    state = work.request.app.state
    return House(
        layers=state.layers,
        originals=state.store,
        producer=state.settings.producer,
        sample=queries.is_sample(work.session),
        now=clock.now(),
    )


@router.get("/exports/formats")
def list_formats(work: Exporter) -> dict[str, Any]:
    """The formats, what each may be asked for, and how many parcels are written at once."""
    settings = work.request.app.state.settings
    formats = [
        {
            "format": each.name,
            "zh": each.zh,
            "en": each.en,
            "systems": each.systems,
            "crs": each.crs,
            "encodings": each.encodings,
        }
        for each in FORMATS.values()
    ]
    return {"items": formats, "at_once": settings.export_at_once, "keep_days": settings.export_keep_days}


@router.post("/exports", status_code=202)
def ask(work: Exporter, body: ExportIn) -> JSONResponse:
    """Have a file of any size made in the background."""
    state = work.request.app.state
    filters = filters_from(body.filters.items()) | ({"ids": body.ids} if body.ids else {})
    wish = understood(body.said, filters, catalogue=state.layers, actor=work.actor)
    export = operations.ask(work.session, work.actor, work.scope, wish, body.said)
    state.enqueue(work.session, TASK, export_id=export.id)
    work.session.refresh(export)
    return _answer(work, export, 202, {"Location": f"/api/v1/exports/{export.id}"})


def _answer(work: Work, export: Export, status: int = 200, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(jsonable_encoder(export_out(export, language(work.request))), status, headers=headers)


@router.get("/exports")
def list_exports(
    work: Exporter, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> JSONResponse:
    """What one has asked for, newest first."""
    last = place(after, 1)[0] if after else None
    found = list(work.session.scalars(queries.exports(last, limit + 1)))
    items = [export_out(export, language(work.request)) for export in found[:limit]]
    follows = cursor([found[limit - 1].id]) if len(found) > limit else None
    return JSONResponse(jsonable_encoder({"items": items, "next": follows}))


@router.get("/exports/{export_id}")
def read_export(work: Exporter, export_id: int) -> JSONResponse:
    """How far an export is."""
    return _answer(work, queries.one(work.session, export_id))


@router.get("/exports/{export_id}/file", **sends(*(each.media_type for each in FORMATS.values())))
def fetch(work: Exporter, export_id: int) -> Response:
    """The file, for who asked for it, as long as it is kept."""
    keep_days = work.request.app.state.settings.export_keep_days
    export = operations.ready(work.session, export_id, keep_days=keep_days)
    return handed(work, export, operations.PERMISSION, FORMATS[export.asked["said"]["format"]].media_type)
