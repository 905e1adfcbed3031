"""HTTP door to the photos and voice notes of a record that did not become rows: the desk looks at them before it decides."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core.errors import NotFound
from gis_service.core.http import to_be_saved
from gis_service.files.models import StoredFile
from gis_service.patrols.inbox.models import InboxRecord

router = APIRouter(prefix="/api/v1/patrols/inbox", route_class=Route)
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp"}


@router.get("/{uuid}/files/{sha256}")
def file(work: Annotated[Work, doing("patrol.settle")], uuid: UUID, sha256: str) -> Response:
    """A file the record names: a picture to be seen, anything else to be saved."""
    record = work.session.get(InboxRecord, uuid)
    stored = work.session.get(StoredFile, sha256) if record is not None and sha256 in record.files else None
    if stored is None:
        raise NotFound(what="附件", key=sha256)
    work.note("patrol.settle", f"inbox/{uuid}", act="read_file", sha256=sha256)
    path = work.request.app.state.store.path(sha256)
    with path.open("rb") as source:
        head = source.read(4)
    kind = next((kind for magic, kind in PICTURES.items() if head.startswith(magic)), None)
    if kind is None:
        return FileResponse(path, media_type="application/octet-stream", headers=to_be_saved(stored.name))
    headers = {"Cache-Control": "private, max-age=86400", "Content-Security-Policy": "sandbox; default-src 'none'"}
    return FileResponse(path, media_type=kind, headers=headers)
