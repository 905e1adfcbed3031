"""Verbs: attach a file to a parcel, take it off, share out a ZIP. Nothing here commits."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import clock
from gis_service.core.errors import NotFound
from gis_service.files.noting import note_file
from gis_service.files.store import FileStore
from gis_service.parcels.attachments import queries, rules
from gis_service.parcels.attachments.errors import EmptyFile, FileRemoved, NotAllowed
from gis_service.parcels.attachments.models import ParcelFile
from gis_service.parcels.attachments.picture import small_copy
from gis_service.parcels.errors import NoReason
from gis_service.parcels.models import Parcel

THUMBNAIL_BYTES = 4 << 20


@dataclass(frozen=True)
class Kept:
    """A file whose bytes are in the store already; `small_sha256` where its small copy is too."""

    sha256: str
    size_bytes: int
    name: str
    small_sha256: str | None = None


def attach(
    session: Session, store: FileStore, actor: Actor, parcel_id: int, file: Kept, *,
    kind: rules.FileKind | None = None, caption: str | None = None, batch_id: int | None = None,
) -> tuple[ParcelFile, bool]:  # fmt: skip
    """The file as an attachment of the parcel, and whether it is new there; the same bytes are attached once.

    Raises `NotAllowed` where name and content disagree, `BadPicture` where a picture cannot be decoded.
    """
    if session.get(Parcel, parcel_id) is None:
        raise NotFound(what="地块", key=parcel_id)
    known = queries.present(session, parcel_id, file.sha256)
    if known:
        return known, False
    found = checked(store.path(file.sha256), file)
    small = small_of(store, file, found)
    note_file(session, file.sha256, file.name, file.size_bytes, actor.id)
    made = ParcelFile(
        parcel_id=parcel_id,
        sha256=file.sha256,
        name=file.name,
        kind=kind or rules.kind_of(file.name, found),
        media_type=found.media_type,
        size_bytes=file.size_bytes,
        caption=caption,
        thumbnail_sha256=small,
        import_batch_id=batch_id,
        added_by=actor.id,
        added_by_name=actor.name,
    )
    session.add(made)
    session.flush()
    return made, True


def checked(path: Path, file: Kept) -> rules.Format:
    """The format of a file, by its name and first bytes."""
    if file.size_bytes == 0:
        raise EmptyFile(name=file.name)
    with path.open("rb") as source:
        found = rules.format_of(file.name, source.read(rules.HEAD_BYTES))
    if found is None:
        raise NotAllowed(name=file.name, allowed=" ".join(rules.ALLOWED))
    return found


def small_of(store: FileStore, file: Kept, found: rules.Format) -> str | None:
    """The small copy of a picture: the one that is there, or one decoded now, in its cell. Nothing for what is no picture."""
    if not found.picture or file.small_sha256:
        return file.small_sha256
    sha256, _ = store.put(small_copy(store.path(file.sha256), name=file.name), limit_bytes=THUMBNAIL_BYTES)
    return sha256


def describe(session: Session, file_id: int, facts: dict[str, str | None]) -> ParcelFile:
    """Correct what is said of a file: its kind and caption."""
    found = _held(session, file_id)
    for name, value in facts.items():
        setattr(found, name, value)
    session.flush()
    return found


def remove(session: Session, actor: Actor, file_id: int, *, reason: str) -> ParcelFile:
    """Take a file off its parcel from now on. The bytes stay, and the past keeps showing it."""
    found = _held(session, file_id)
    if not reason.strip():
        raise NoReason()
    if found.removed_at:
        raise FileRemoved(name=found.name)
    found.removed_at, found.removed_by_name, found.removed_reason = clock.now(), actor.name, reason.strip()
    session.flush()
    return found


def remove_batch(session: Session, actor: Actor, batch_id: int, *, reason: str) -> int:
    """Take off what came with an import; returns how many files."""
    gone = {"removed_at": clock.now(), "removed_by_name": actor.name, "removed_reason": reason.strip()}
    theirs = ParcelFile.import_batch_id == batch_id, ParcelFile.removed_at.is_(None)
    done: Any = session.execute(update(ParcelFile).where(*theirs).values(**gone))
    return int(done.rowcount)


def restore(session: Session, file_id: int) -> ParcelFile:
    """Undo a removal."""
    found = _held(session, file_id)
    found.removed_at = found.removed_by_name = found.removed_reason = None
    session.flush()
    return found


def _held(session: Session, file_id: int) -> ParcelFile:
    found = session.get(ParcelFile, file_id, with_for_update=True)
    if found is None:
        raise NotFound(what="附件", key=file_id)
    return found
