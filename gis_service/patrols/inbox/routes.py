"""HTTP doors of the inbox: what the phone needs before it leaves, files, records, rescue files."""

import gzip
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote
from uuid import UUID

from fastapi import APIRouter, Body, Depends, File, Header, Query, Request, Response, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from gis_service.access.actor import Actor
from gis_service.access.edge import Look, Work, doing
from gis_service.core import clock
from gis_service.core.db import Scope
from gis_service.core.http import language
from gis_service.patrols.inbox import pack as packing
from gis_service.patrols.inbox import queries, rescue, taking, uploads
from gis_service.patrols.inbox.doors import FieldRoute
from gis_service.patrols.inbox.taking import House
from gis_service.patrols.inbox.uploads import Piece, Uploads
from gis_service.patrols.inbox.wire import Answer, FileState
from gis_service.patrols.rules import TRACK_BATCH

router = APIRouter(prefix="/api/v1/field", route_class=FieldRoute)

Read = Annotated[Work, doing("patrol.record")]
Recording = Annotated[Scope, Depends(Look("patrol.record"))]

OLDEST_APP = "0"
"""Apps older than this are asked to update; none is yet."""
CHUNK_BYTES = 256 * 1024
GZIP_FROM = 4096


def house_of(request: Request) -> House:
    state = request.app.state
    return House(state.sessions, state.store, state.settings.district_code)


def uploads_of(request: Request) -> Uploads:
    settings = request.app.state.settings
    return Uploads.under(settings.var_dir, request.app.state.store, settings.max_photo_mb)


def _actor(request: Request) -> Actor:
    actor: Actor = request.state.actor
    return actor


@router.get("/pack")
def pack(
    work: Read, area: Annotated[list[int] | None, Query()] = None, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """All that is needed offline, for this person; `area` (may be repeated) keeps it to some areas."""
    settings = work.request.app.state.settings
    bounds = packing.Bounds(settings.patrol_view_m, TRACK_BATCH, CHUNK_BYTES, settings.max_photo_mb)
    made = packing.pack(work.session, work.actor, work.scope, bounds, areas=area or [], now=clock.now())
    headers = {"ETag": made.etag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding, Cookie"}
    if if_none_match and made.etag in if_none_match:
        return Response(status_code=304, headers=headers)
    content = made.content
    if len(content) > GZIP_FROM and "gzip" in work.request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = gzip.compress(content, 5), "gzip"
    return Response(content, media_type="application/json", headers=headers)


@router.get("/files/{sha256}")
def file_state(scope: Recording, request: Request, sha256: str, size: int = 0) -> FileState:
    """How much of a file is here."""
    return _state(scope, request, sha256, size)


@router.head("/files/{sha256}", response_class=Response)
def file_offset(scope: Recording, request: Request, sha256: str, size: int = 0) -> Response:
    found = _state(scope, request, sha256, size)
    return Response(headers={"Upload-Offset": str(found.offset), "Upload-Length": str(found.size_bytes)})


def _state(scope: Scope, request: Request, sha256: str, size: int) -> FileState:
    actor = _actor(request)
    with house_of(request).transaction(actor, scope.request_id) as session:
        return uploads.state(session, uploads_of(request), actor.id or 0, sha256, size)


async def _content(request: Request) -> bytes:
    return await request.body()


@router.put("/files/{sha256}")
def put_piece(
    scope: Recording,
    request: Request,
    sha256: str,
    content: Annotated[bytes, Depends(_content)],
    upload_offset: Annotated[int, Header()],
    upload_length: Annotated[int, Header()],
    x_file_name: Annotated[str, Header()] = "",
) -> JSONResponse:
    """A piece of a file. 409 tells the right offset; what is whole is checked and kept for good."""
    house, place, actor = house_of(request), uploads_of(request), _actor(request)
    name = unquote(x_file_name).replace("\\", "/").rpartition("/")[2].replace("\x00", "")[:200]
    piece = Piece(sha256, upload_offset, upload_length, name, content)
    with house.transaction(actor, scope.request_id) as session:
        found, expected = uploads.put(session, place, actor.id or 0, piece)
    if found.stored:
        place.partial(actor.id or 0, sha256).unlink(missing_ok=True)
        taking.file_arrived(house, actor, sha256, request_id=scope.request_id)
    return JSONResponse(found.model_dump(), 200 if expected else 409)


@router.post("/inbox")
def inbox(scope: Recording, request: Request, body: Annotated[Any, Body()]) -> JSONResponse:
    """Records: each is kept as it came, and answered with a verdict. Harmless to repeat. An empty batch is a heartbeat."""
    lang = language(request)
    receipts = taking.take(
        house_of(request), _actor(request), taking.taken(body), lang=lang, request_id=scope.request_id
    )
    return _answer(receipts)


class Question(BaseModel):
    """What a phone asks about: records by uuid, files by hash."""

    uuids: list[UUID] = Field([], max_length=1000)
    files: list[str] = Field([], max_length=1000)


@router.post("/ask")
def ask(scope: Recording, request: Request, body: Question) -> JSONResponse:
    """What became of records, and how much of files is here. A record that is not here, or somebody else's, has no verdict."""
    actor, lang, place = _actor(request), language(request), uploads_of(request)
    with house_of(request).transaction(actor, scope.request_id) as session:
        found = queries.own(session, actor.id or 0, body.uuids)
        files = [uploads.state(session, place, actor.id or 0, sha256, 0).model_dump() for sha256 in body.files]
        verdicts = [taking.receipt(record, lang, again=False).model_dump(mode="json") for record in found]
    return JSONResponse({"verdicts": verdicts, "files": files})


@router.post("/rescue")
def bring_rescue(scope: Recording, request: Request, file: Annotated[UploadFile, File()]) -> JSONResponse:
    """A rescue file, carried by anybody who records: one verdict for each record in it."""
    with tempfile.NamedTemporaryFile() as aside:
        shutil.copyfileobj(file.file, aside)
        aside.flush()
        receipts = rescue.bring(
            house_of(request),
            uploads_of(request),
            _actor(request),
            Path(aside.name),
            name=(file.filename or "rescue.zip")[:200],
            lang=language(request),
            request_id=scope.request_id,
        )
    return _answer(receipts)


def _answer(receipts: list[Any], status: int = 200) -> JSONResponse:
    answer = Answer(server_time=clock.now(), verdicts=receipts, oldest_app=OLDEST_APP)
    return JSONResponse(answer.model_dump(mode="json"), status)
