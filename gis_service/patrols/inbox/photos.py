"""Photos and voice notes of a record: that they are here, their rows, and the small copies."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.media import BYTES, PHOTOS
from gis_service.files.models import StoredFile
from gis_service.files.store import FileStore
from gis_service.jobs import queue
from gis_service.parcels.attachments.errors import BadPicture
from gis_service.parcels.attachments.operations import THUMBNAIL_BYTES
from gis_service.parcels.attachments.picture import small_copy
from gis_service.patrols.inbox import places, reading
from gis_service.patrols.inbox.models import InboxRecord
from gis_service.patrols.inbox.verdicts import Held
from gis_service.patrols.inbox.wire import Photo
from gis_service.patrols.models import FieldPhoto
from gis_service.patrols.rules import PhotoKind

log = structlog.get_logger("gis_service.patrols.inbox")

TASK = "patrols.thumbnails"
HEAD_BYTES = 64
PICTURES = {*PHOTOS, "image/heic"}

MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftypmsf1", "image/heic"),
    (4, b"ftyphevc", "image/heic"),
    (4, b"ftyp", "audio/mp4"),
    (0, b"\x1aE\xdf\xa3", "audio/webm"),
    (0, b"OggS", "audio/ogg"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
)


def media_type_of(head: bytes) -> str:
    """What the first bytes say; what the phone says is never believed.

    >>> media_type_of(b"\\xff\\xd8\\xff\\xe0"), media_type_of(b"<svg onload=alert(1)>"), media_type_of(b"0000ftypheic")
    ('image/jpeg', 'application/octet-stream', 'image/heic')
    """
    return next((kind for at, magic, kind in MAGIC if head[at : at + len(magic)] == magic), BYTES)


def media_type_at(path: Path) -> str:
    with path.open("rb") as source:
        return media_type_of(source.read(HEAD_BYTES))


def require_files(session: Session, hashes: Iterable[str]) -> None:
    """Raises `Held` where files that a record names are not here whole."""
    named = set(hashes)
    if named and (
        missing := named - set(session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(named))))
    ):
        raise Held("field.waits_for_file", waits_for=sorted(missing))


def add(session: Session, store: FileStore, record: InboxRecord, patrol_id: int, photos: list[Photo]) -> None:
    """A row for each, and the job that makes the small copies."""
    for photo in photos:
        session.add(_row(store, record.uuid, patrol_id, photo))
    if any(photo.kind != PhotoKind.VOICE for photo in photos):
        queue.enqueue(session, TASK, priority=queue.BEHIND, record_uuid=str(record.uuid))


def _row(store: FileStore, record_uuid: UUID, patrol_id: int, photo: Photo) -> FieldPhoto:
    return FieldPhoto(
        record_uuid=record_uuid,
        patrol_id=patrol_id,
        kind=photo.kind,
        sha256=photo.sha256,
        of_sha256=photo.of,
        media_type=media_type_at(store.path(photo.sha256)),
        taken_at=_moment(photo.taken_at),
        place=places.point(photo.position),
        accuracy_m=photo.position.accuracy_m if photo.position else None,
        bearing_deg=photo.bearing_deg,
        from_album=photo.from_album,
        exif=photo.exif,
        caption=photo.caption,
    )


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else reading.moment(ms)


def make_small(sessions: sessionmaker[Session], store: FileStore, record_uuid: str) -> int:
    """The small copies of a record's pictures; a picture that cannot be decoded has none, its original stays. Returns how many."""
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        wanted = session.scalars(select(FieldPhoto).where(FieldPhoto.record_uuid == UUID(record_uuid)))
        todo = [
            (photo.id, photo.sha256)
            for photo in wanted
            if photo.thumbnail_sha256 is None and photo.media_type in PICTURES
        ]
    made: dict[int, str] = {}
    for photo_id, sha256 in todo:
        try:
            made[photo_id] = store.put(small_copy(store.path(sha256), name=sha256), limit_bytes=THUMBNAIL_BYTES)[0]
        except BadPicture as fault:
            log.warning("no small copy", sha256=sha256, reason=fault.facts.get("reason"))
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        for photo_id, small in made.items():
            session.get_one(FieldPhoto, photo_id).thumbnail_sha256 = small
    return len(made)


def photos_of(body: Any) -> list[Photo]:
    return list(getattr(body, "photos", ()))
