"""Files of the field: they come in pieces, each on the disk before it is acknowledged, and are whole or not there.

Each person has a partial file of their own under `uploads/`, so that nobody can spoil what another sends. The hash is checked when
all bytes are here; then the file goes into the one store of files, and only then is it a `stored_file`.
"""

import errno
import os
import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gis_service.core import clock
from gis_service.files.models import StoredFile
from gis_service.files.noting import note_file
from gis_service.files.store import FileStore, TooLarge, sha256_of
from gis_service.patrols.inbox.errors import BadUpload, DiskFull, HashDiffers, PieceTooLarge
from gis_service.patrols.inbox.models import FieldUpload
from gis_service.patrols.inbox.wire import FileState

HASH = re.compile(r"[0-9a-f]{64}")
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Uploads:
    """Where partial files lie, and the bounds on them. `reserve_bytes` stay free, so that the database beside can go on."""

    folder: Path
    store: FileStore
    most_bytes: int
    reserve_bytes: int = 64 * MEGABYTE

    @classmethod
    def under(cls, var_dir: Path, store: FileStore, max_photo_mb: int) -> "Uploads":
        """In the folder of the deployment, beside the store."""
        return cls(var_dir / "uploads", store, max_photo_mb * MEGABYTE)

    def partial(self, user_id: int, sha256: str) -> Path:
        return self.folder / f"{user_id}-{sha256}"


@dataclass(frozen=True)
class Piece:
    sha256: str
    offset: int
    size_bytes: int
    name: str
    content: bytes


def require_hash(sha256: str) -> str:
    if not HASH.fullmatch(sha256):
        raise BadUpload(reason="sha256")
    return sha256


def state(session: Session, uploads: Uploads, user_id: int, sha256: str, size_bytes: int) -> FileState:
    """How much of a file is here."""
    stored = session.get(StoredFile, require_hash(sha256))
    if stored:
        return FileState(sha256=sha256, size_bytes=stored.size_bytes, offset=stored.size_bytes, stored=True)
    row = session.get(FieldUpload, (sha256, user_id))
    offset = _offset(uploads, row) if row and size_bytes in (0, row.size_bytes) else 0
    return FileState(
        sha256=sha256, size_bytes=size_bytes or (row.size_bytes if row else 0), offset=offset, stored=False
    )


def put(session: Session, uploads: Uploads, user_id: int, piece: Piece) -> tuple[FileState, bool]:
    """Add a piece. Returns what is here then, and whether the piece was the one expected (else the right offset is told).

    Raises `BadUpload`, `PieceTooLarge`, `DiskFull` (nothing was written), `HashDiffers` (the upload begins anew).
    """
    _require_bounds(uploads, piece)
    here = state(session, uploads, user_id, piece.sha256, piece.size_bytes)
    if here.stored:
        return here, True
    row = _row(session, user_id, piece)
    offset = _offset(uploads, row)
    if piece.offset != offset:
        return _told(piece, offset, stored=False), False
    place = uploads.partial(user_id, piece.sha256)
    _append(uploads, place, offset, piece.content)
    row.received_bytes, row.updated_at = offset + len(piece.content), clock.now()
    session.flush()
    if row.received_bytes < piece.size_bytes:
        return _told(piece, row.received_bytes, stored=False), True
    _keep_whole(session, uploads, user_id, piece, place)
    return _told(piece, piece.size_bytes, stored=True), True


def _told(piece: Piece, offset: int, *, stored: bool) -> FileState:
    return FileState(sha256=piece.sha256, size_bytes=piece.size_bytes, offset=offset, stored=stored)


def _require_bounds(uploads: Uploads, piece: Piece) -> None:
    require_hash(piece.sha256)
    if piece.size_bytes < 1 or piece.offset < 0 or piece.offset + len(piece.content) > piece.size_bytes:
        raise BadUpload(reason="Upload-Offset, Upload-Length")
    if piece.size_bytes > uploads.most_bytes:
        raise PieceTooLarge(limit_mb=uploads.most_bytes // MEGABYTE)


def _row(session: Session, user_id: int, piece: Piece) -> FieldUpload:
    """The row of the upload, held: two pieces of one person come one after the other."""
    values = {"sha256": piece.sha256, "user_id": user_id, "size_bytes": piece.size_bytes}
    session.execute(insert(FieldUpload).values(values).on_conflict_do_nothing())
    row = session.get_one(FieldUpload, (piece.sha256, user_id), with_for_update=True, populate_existing=True)
    if row.size_bytes != piece.size_bytes:  # one of the two lengths was wrong, and nobody knows which
        row.size_bytes, row.received_bytes = piece.size_bytes, 0
    return row


def _offset(uploads: Uploads, row: FieldUpload) -> int:
    """What is on the disk and acknowledged; what was written and never acknowledged is written again."""
    try:
        return min(row.received_bytes, uploads.partial(row.user_id, row.sha256).stat().st_size)
    except FileNotFoundError:
        return 0


def _append(uploads: Uploads, place: Path, offset: int, content: bytes) -> None:
    try:
        uploads.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if shutil.disk_usage(uploads.folder).free < uploads.reserve_bytes + 2 * len(content):
            raise DiskFull()
        with place.open("r+b" if place.exists() else "xb") as file:
            file.truncate(offset)
            file.seek(offset)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        raise _as_full(fault) from None


def _as_full(fault: OSError) -> Exception:
    return DiskFull() if fault.errno in FULL else fault


def _keep_whole(session: Session, uploads: Uploads, user_id: int, piece: Piece, place: Path) -> None:
    if sha256_of(place) != piece.sha256:
        place.unlink()
        raise HashDiffers()
    with place.open("rb") as source:
        into_store(uploads, source)
    keep_stored(session, user_id, piece.sha256, piece.name, piece.size_bytes)
    session.execute(delete(FieldUpload).where(FieldUpload.sha256 == piece.sha256, FieldUpload.user_id == user_id))


def into_store(uploads: Uploads, source: BinaryIO, *, most_bytes: int | None = None) -> tuple[str, int]:
    """Put bytes into the store; returns hash and size. Raises `DiskFull` or `PieceTooLarge`, keeping nothing."""
    most_bytes = most_bytes or uploads.most_bytes
    try:
        return uploads.store.put(source, limit_bytes=most_bytes)
    except OSError as fault:
        raise _as_full(fault) from None
    except TooLarge:
        raise PieceTooLarge(limit_mb=most_bytes // MEGABYTE) from None


def keep_stored(session: Session, user_id: int, sha256: str, name: str, size_bytes: int) -> None:
    """Bytes that lie in the store are a stored file from now on; by whom, who was first says."""
    note_file(session, sha256, name or sha256[:12], size_bytes, user_id)


def sweep(session: Session, uploads: Uploads, before: datetime) -> int:
    """Forget partial files that nobody has added to since; returns how many. Whole files are never touched."""
    old = list(session.scalars(select(FieldUpload).where(FieldUpload.updated_at < before)))
    for row in old:
        uploads.partial(row.user_id, row.sha256).unlink(missing_ok=True)
        session.delete(row)
    session.flush()
    _sweep_orphans(session, uploads, before)
    return len(old)


def _sweep_orphans(session: Session, uploads: Uploads, before: datetime) -> None:
    """Files whose row is gone: the process was killed between the end of the transaction and the removal."""
    if not uploads.folder.is_dir():
        return
    known = {f"{row.user_id}-{row.sha256}" for row in session.scalars(select(FieldUpload))}
    for place in uploads.folder.iterdir():
        if place.name not in known and place.stat().st_mtime < before.timestamp():
            place.unlink(missing_ok=True)
