"""HTTP doors of attachments."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Response, UploadFile
from fastapi.encoders import jsonable_encoder
from fastapi.responses import FileResponse, JSONResponse

from gis_service.access.edge import Work, doing
from gis_service.core.described import answers, sends
from gis_service.core.errors import NotFound
from gis_service.core.http import language, thumbnail_of, to_be_saved
from gis_service.core.media import BYTES, JPEG
from gis_service.files.store import TooLarge
from gis_service.parcels import queries as register
from gis_service.parcels.attachments import bundle, operations, queries
from gis_service.parcels.attachments.errors import FileTooLarge
from gis_service.parcels.attachments.models import ParcelFile
from gis_service.parcels.attachments.operations import Kept
from gis_service.parcels.attachments.rules import FileKind
from gis_service.parcels.attachments.schemas import FileChange, Removal, file_out, share_out
from gis_service.parcels.filters import moment
from gis_service.parcels.imports.routes import MEGABYTE, UploadRoute

router = APIRouter(prefix="/api/v1", route_class=UploadRoute)

Read = Annotated[Work, doing("file.read")]
Change = Annotated[Work, doing("file.change")]
Upload = Annotated[UploadFile, File()]


@router.get("/parcels/{parcel_id}/files")
def of_parcel(work: Read, parcel_id: int, as_of: str | None = None) -> dict[str, Any]:
    at = moment(as_of)
    if register.version_at(work.session, parcel_id, at) is None:
        raise NotFound(what="地块", key=parcel_id)
    return {"items": [jsonable_encoder(file_out(file)) for file in queries.of_parcel(work.session, parcel_id, at)]}


@router.post("/parcels/{parcel_id}/files", status_code=201, **answers(200))
def attach(
    work: Change,
    parcel_id: int,
    file: Upload,
    kind: Annotated[FileKind | None, Form()] = None,
    caption: Annotated[str | None, Form(max_length=500)] = None,
) -> JSONResponse:
    """One file for one parcel. The same bytes again answer 200 with the attachment that is there."""
    stored = kept(work, file)
    made, new = operations.attach(
        work.session, work.request.app.state.store, work.actor, parcel_id, stored, kind=kind, caption=caption or None
    )
    work.note("file.change", made.name, act="attach", parcel_id=parcel_id, sha256=made.sha256)
    return JSONResponse(jsonable_encoder(file_out(made)), 201 if new else 200)


def kept(work: Work, file: UploadFile, *, limit_mb: int | None = None) -> Kept:
    """An upload, put into the store; no larger than the settings allow, or than `limit_mb`."""
    limit_mb = limit_mb or work.request.app.state.settings.max_upload_mb
    name = (file.filename or "upload").replace("\\", "/").rpartition("/")[2][:200]
    try:
        sha256, size = work.request.app.state.store.put(file.file, limit_bytes=limit_mb * MEGABYTE)
    except TooLarge:
        raise FileTooLarge(name=name, limit_mb=limit_mb) from None
    return Kept(sha256, size, name)


@router.post("/files/bundle")
def share(work: Change, file: Upload, apply: Annotated[bool, Form()] = False) -> JSONResponse:
    """A ZIP of files whose names carry parcel numbers: whose each is, and (`apply`) attaching them."""
    stored = kept(work, file)
    store = work.request.app.state.store
    numbers = queries.numbers(work.session, work.request.app.state.settings.district_code)
    path = store.path(stored.sha256)
    if apply:
        shares = bundle.share_out(work.session, store, work.actor, path, numbers)
        work.note(
            "file.change", stored.name, act="share_out", attached=sum(each.state == "attached" for each in shares)
        )
    else:
        shares = bundle.shares(path, numbers)
    lang = language(work.request)
    return JSONResponse({"items": [share_out(each, lang) for each in shares], "applied": apply})


@router.get("/files/{file_id}/content", **sends(BYTES))
def content(work: Read, file_id: int) -> Response:
    """The original, byte for byte, to be saved: never shown as a page of ours."""
    file = _file(work, file_id)
    work.note("file.read", file.name, sha256=file.sha256)
    path = work.request.app.state.store.path(file.sha256)
    return FileResponse(path, media_type=BYTES, headers=to_be_saved(file.name, keep="private, max-age=86400"))


@router.get("/files/{file_id}/thumbnail", **sends(JPEG))
def thumbnail(work: Read, file_id: int) -> Response:
    """The small copy of a picture, made by us."""
    file = _file(work, file_id)
    if file.thumbnail_sha256 is None:
        raise NotFound(what="缩略图", key=file_id)
    path = work.request.app.state.store.path(file.thumbnail_sha256)
    return thumbnail_of(path)


@router.patch("/files/{file_id}")
def describe(work: Change, file_id: int, body: FileChange) -> JSONResponse:
    found = operations.describe(work.session, file_id, body.model_dump(exclude_unset=True))
    work.note("file.change", found.name, act="describe")
    return JSONResponse(jsonable_encoder(file_out(found)))


@router.post("/files/{file_id}/remove")
def remove(work: Change, file_id: int, body: Removal) -> JSONResponse:
    found = operations.remove(work.session, work.actor, file_id, reason=body.reason)
    work.note("file.change", found.name, act="remove", reason=body.reason)
    return JSONResponse(jsonable_encoder(file_out(found)))


@router.post("/files/{file_id}/restore")
def restore(work: Change, file_id: int) -> JSONResponse:
    found = operations.restore(work.session, file_id)
    work.note("file.change", found.name, act="restore")
    return JSONResponse(jsonable_encoder(file_out(found)))


def _file(work: Work, file_id: int) -> ParcelFile:
    found = work.session.get(ParcelFile, file_id)
    if found is None:
        raise NotFound(what="附件", key=file_id)
    return found
