"""HTTP doors of layouts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Header
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core.errors import Stale
from gis_service.core.etags import version_seen
from gis_service.core.http import language
from gis_service.maps.asked import day
from gis_service.maps.catalogue import Catalogue
from gis_service.sheets.layouts import operations, queries
from gis_service.sheets.layouts.arranging import composed
from gis_service.sheets.layouts.models import SheetLayout
from gis_service.sheets.layouts.schemas import LayoutIn, PreviewIn, choices_out, layout_out, preview_out
from gis_service.sheets.printing.output import chosen, to_svg
from gis_service.sheets.routes import desk_of

PREFIX = "/api/v1/sheet-layouts"
router = APIRouter(prefix=PREFIX, route_class=Route, tags=["sheet"])
previews = APIRouter(prefix=PREFIX, tags=["sheet"])
"""Answers to previews are not kept: a picture is as good the second time."""

PREVIEW_DPI = 110
"""Of pictures under the map on the screen; all else is the print."""

Read = Annotated[Work, doing("map.read")]
Look = Annotated[Work, doing("map.read", trace=False)]
Change = Annotated[Work, doing("layout.change")]
IfMatch = Annotated[str | None, Header()]


def _layers(work: Work) -> Catalogue:
    catalogue: Catalogue = work.request.app.state.layers
    return catalogue


def _answer(work: Work, layout: SheetLayout, status: int = 200) -> JSONResponse:
    body = layout_out(*queries.layout(work.session, layout.id), work.actor)
    return JSONResponse(jsonable_encoder(body), status, headers={"ETag": f'"sl{layout.id}.{layout.row_version}"'})


@router.get("")
def layouts(work: Read, kind: str | None = None, archived: bool = False) -> dict[str, Any]:
    """Layouts of all units, by unit and name; with `archived` those that were put away too."""
    rows = queries.layouts(work.session, kind=kind, archived=archived)
    return {"items": [layout_out(layout, unit, work.actor) for layout, unit in rows]}


@router.get("/choices")
def choices(work: Read) -> dict[str, Any]:
    """What a layout may choose from: kinds and sizes, scales, layers, and how small boxes may be."""
    return choices_out(_layers(work))


@previews.post("/preview")
def preview(work: Look, body: PreviewIn) -> dict[str, Any]:
    """The page a layout makes of a subject, as the same SVG that is printed, and where everything stands on it."""
    request = work.request
    desk = desk_of(request, work.session, work.scope, as_of=day(body.as_of), lang=language(request), dpi=PREVIEW_DPI)
    sheet = composed(desk, body.definition, body.subject)
    pages = sheet.pages()
    return preview_out(sheet, pages, to_svg(chosen(pages, body.page)), body.page)


@router.post("", status_code=201)
def make(work: Change, body: LayoutIn) -> JSONResponse:
    """A new layout of the unit one belongs to."""
    layout = operations.make(work.session, work.actor, _layers(work), body.name, body.definition)
    work.note(
        "layout.change", f"sheet_layout/{layout.id}", act="create", name=layout.name, definition=layout.definition
    )
    return _answer(work, layout, 201)


@router.get("/{layout_id}")
def one(work: Read, layout_id: int) -> JSONResponse:
    """A layout, archived or not."""
    return _answer(work, queries.layout(work.session, layout_id)[0])


@router.put("/{layout_id}")
def change(work: Change, layout_id: int, body: LayoutIn, if_match: IfMatch = None) -> JSONResponse:
    """Another name or definition (If-Match). One that was changed meanwhile is refused with 412 and what it is now."""
    seen = version_seen(if_match, f"sl{layout_id}")
    with _with_current(work, layout_id):
        layout = operations.change(
            work.session, work.actor, _layers(work), layout_id, seen=seen, name=body.name, wanted=body.definition
        )
    work.note(
        "layout.change", f"sheet_layout/{layout.id}", act="change", name=layout.name, definition=layout.definition
    )
    return _answer(work, layout)


@router.post("/{layout_id}/archive")
def archive(work: Change, layout_id: int, if_match: IfMatch = None) -> JSONResponse:
    """Put a layout away (If-Match)."""
    layout = operations.archive(work.session, work.actor, layout_id, seen=version_seen(if_match, f"sl{layout_id}"))
    work.note("layout.change", f"sheet_layout/{layout.id}", act="archive")
    return _answer(work, layout)


@router.post("/{layout_id}/restore")
def restore(work: Change, layout_id: int, if_match: IfMatch = None) -> JSONResponse:
    """Take a layout out again (If-Match)."""
    layout = operations.restore(work.session, work.actor, layout_id, seen=version_seen(if_match, f"sl{layout_id}"))
    work.note("layout.change", f"sheet_layout/{layout.id}", act="restore")
    return _answer(work, layout)


@contextmanager
def _with_current(work: Work, layout_id: int) -> Iterator[None]:
    """A refusal of a stale change carries the layout as it is now, so that both can be compared."""
    try:
        yield
    except Stale as stale:
        layout, unit = queries.layout(work.session, layout_id)
        current = jsonable_encoder(layout_out(layout, unit, work.actor))
        etag = f'"sl{layout.id}.{layout.row_version}"'
        raise Stale(what="版式", key=stale.facts["key"], current=current, etag=etag) from None
