"""HTTP doors of imports."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Form, Query, Request, Response, UploadFile
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Handler, Permit, Route, Work, before_the_body
from gis_service.core.described import answers, sends
from gis_service.core.errors import NotFound
from gis_service.core.http import language
from gis_service.core.media import GEOJSON
from gis_service.core.paging import cursor, place
from gis_service.files.models import StoredFile
from gis_service.files.store import TooLarge
from gis_service.parcels.imports import operations, points, queries
from gis_service.parcels.imports.errors import LengthRequired, UploadTooLarge
from gis_service.parcels.imports.jobs import ACCEPT, TASK
from gis_service.parcels.imports.notes import Level
from gis_service.parcels.imports.operations import District, Options
from gis_service.parcels.imports.schemas import (
    Acceptance,
    Decision,
    Undoing,
    batch_out,
    checks_out,
    columns_of,
    issue_out,
    row_out,
)
from gis_service.parcels.models import ImportBatch

MEGABYTE = 1024 * 1024
FORM_BYTES = 64 * 1024
"""What a form may be larger than the file in it."""


class UploadRoute(Route):
    """A route that knows who uploads, and how much, before it takes the first byte of the body."""

    def get_route_handler(self) -> Handler:
        return before_the_body(super().get_route_handler(), _require_size)


def _require_size(request: Request) -> None:
    require_size(request, request.app.state.settings.max_upload_mb)


def require_size(request: Request, limit_mb: int) -> None:
    """Raises `LengthRequired`, `UploadTooLarge`."""
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise LengthRequired()
    if int(length) > limit_mb * MEGABYTE + FORM_BYTES:
        raise UploadTooLarge(limit_mb=limit_mb)


router = APIRouter(prefix="/api/v1/imports", route_class=UploadRoute)

Importer = Annotated[Work, Depends(Permit("parcel.import"), scope="function")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Verdict = Literal["ok", "warning", "error"]


@router.post("", status_code=202)
def take_in(
    work: Importer,
    file: Annotated[UploadFile, File()],
    crs: Annotated[str | None, Form()] = None,
    encoding: Annotated[str | None, Form()] = None,
    layer: Annotated[str | None, Form()] = None,
    number_field: Annotated[str | None, Form()] = None,
    class_system: Annotated[str | None, Form()] = None,
    shift: Annotated[Literal["gcj02", "bd09", ""] | None, Form()] = None,
    control_points: Annotated[str | None, Form(max_length=50_000)] = None,
    affine: Annotated[bool, Form()] = False,
    columns: Annotated[str | None, Form(max_length=50_000)] = None,
    sender: Annotated[str | None, Form(max_length=100)] = None,
    mode: Annotated[Literal["new", "update", ""] | None, Form()] = None,
    previous_batch_id: Annotated[int | None, Form()] = None,
) -> Response:
    """Keep a file and queue its reading."""
    state = work.request.app.state
    said = Options(
        crs=crs or None,
        encoding=encoding or None,
        layer=layer or None,
        number_field=number_field or None,
        class_system=class_system or None,
        shift=shift or None,
        control_points=points.from_json(control_points),
        affine=affine,
        columns=columns_of(columns),
        sender=(sender or "").strip() or None,
        mode=mode or None,
    )
    try:
        sha256, size = state.store.put(file.file, limit_bytes=state.settings.max_upload_mb * MEGABYTE)
    except TooLarge:
        raise UploadTooLarge(limit_mb=state.settings.max_upload_mb) from None
    batch = operations.take_in(
        work.session,
        work.actor,
        work.scope,
        district_code=state.settings.district_code,
        file=StoredFile(sha256=sha256, name=file.filename or "upload", size_bytes=size),
        options=said,
        previous_batch_id=previous_batch_id,
    )
    state.enqueue(work.session, TASK, batch_id=batch.id)
    work.session.refresh(batch)
    return answer(work, batch, 202, {"Location": f"/api/v1/imports/{batch.id}"})


def answer(work: Work, batch: ImportBatch, status: int = 200, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(jsonable_encoder(batch_out(batch, language(work.request))), status, headers=headers)


@router.get("")
def list_batches(work: Importer, after: str | None = None, limit: Limit = 100) -> JSONResponse:
    """Imports the reader may see, newest first."""
    last = place(after, 1)[0] if after else None
    found = list(work.session.scalars(queries.batches(last, limit + 1)))
    items = [batch_out(batch, language(work.request)) for batch in found[:limit]]
    return JSONResponse(jsonable_encoder({"items": items, "next": _next(found, limit, lambda batch: batch.id)}))


@router.get("/{batch_id}")
def read_batch(work: Importer, batch_id: int) -> JSONResponse:
    """One import, with what was said of the file as a whole."""
    batch = found_batch(work, batch_id)
    lang = language(work.request)
    said = work.session.execute(queries.issues(batch_id, of_file=True)).mappings()
    issues = [issue_out(row, batch.file_name, lang) for row in said]
    told = {"issues": issues, "checks": checks_out(batch, lang)}
    return JSONResponse(jsonable_encoder({**batch_out(batch, lang), **told}))


@router.get("/{batch_id}/rows")
def list_rows(
    work: Importer, batch_id: int, after: str | None = None, limit: Limit = 100, verdict: Verdict | None = None
) -> JSONResponse:
    """Rows in the order of the file, each with its issues."""
    batch = found_batch(work, batch_id)
    last = place(after, 1)[0] if after else 0
    wanted = queries.rows(batch_id, after=last, limit=limit + 1, verdict=verdict)
    found = list(work.session.execute(wanted).mappings())
    issues = issues_by_row(work, batch, [row["row_no"] for row in found[:limit]])
    items = [row_out(row, issues.get(row["row_no"], [])) for row in found[:limit]]
    return JSONResponse(jsonable_encoder({"items": items, "next": _next(found, limit, lambda row: row["row_no"])}))


def issues_by_row(work: Work, batch: ImportBatch, row_nos: list[int]) -> dict[int, list[dict[str, Any]]]:
    by_row: dict[int, list[dict[str, Any]]] = {}
    for row in work.session.execute(queries.issues(batch.id, row_nos=row_nos)).mappings():
        by_row.setdefault(row["row_no"], []).append(issue_out(row, batch.file_name, language(work.request)))
    return by_row


@router.get("/{batch_id}/issues")
def list_issues(
    work: Importer,
    batch_id: int,
    after: str | None = None,
    limit: Limit = 100,
    level: Level | None = None,
    code: str | None = None,
) -> JSONResponse:
    batch = found_batch(work, batch_id)
    last = place(after, 1)[0] if after else 0
    wanted = queries.issues(batch_id, after=last, limit=limit + 1, level=level, code=code)
    found = list(work.session.execute(wanted).mappings())
    items = [issue_out(row, batch.file_name, language(work.request)) for row in found[:limit]]
    return JSONResponse(jsonable_encoder({"items": items, "next": _next(found, limit, lambda row: row["id"])}))


@router.get("/{batch_id}/geojson", **sends(GEOJSON))
def outlines(
    work: Importer, batch_id: int, after: int = 0, limit: Annotated[int, Query(ge=1, le=50_000)] = 20_000
) -> Response:
    """The outlines of the rows, to be drawn over the register before anybody decides."""
    found_batch(work, batch_id)
    body = queries.geojson(work.session, batch_id, after=after, limit=limit)
    return Response(body, media_type=GEOJSON)


@router.post("/{batch_id}/accept", **answers(202))
def accept(work: Importer, batch_id: int, body: Acceptance) -> JSONResponse:
    """Take the rows into the register; a long batch is handed to a job and answers 202."""
    settings = work.request.app.state.settings
    district = District(settings.district_code, settings.plausible_box)
    said = (work.session, work.actor, work.scope, batch_id)
    if not operations.is_long(work.session, batch_id):
        return answer(work, operations.accept(*said, district=district, **body.model_dump()))
    batch = operations.begin_accepting(*said, operations.Acceptance(**body.model_dump()))
    work.request.app.state.enqueue(work.session, ACCEPT, batch_id=batch.id)
    return answer(work, batch, 202)


@router.post("/{batch_id}/refuse")
def refuse(work: Importer, batch_id: int, body: Decision) -> JSONResponse:
    return answer(work, operations.refuse(work.session, work.actor, work.scope, batch_id, reason=body.reason))


@router.post("/{batch_id}/undo")
def undo(work: Importer, batch_id: int, body: Undoing) -> JSONResponse:
    return answer(work, operations.undo(work.session, work.actor, work.scope, batch_id, reason=body.reason))


def found_batch(work: Work, batch_id: int) -> ImportBatch:
    batch = work.session.get(ImportBatch, batch_id)
    if batch is None:
        raise NotFound(what="导入批次", key=batch_id)
    return batch


def _next(found: list[Any], limit: int, key: Callable[[Any], int]) -> str | None:
    """The cursor after the last row shown, where one more was found."""
    return cursor([key(found[limit - 1])]) if len(found) > limit else None
