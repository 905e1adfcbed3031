"""A ZIP of many files: which parcel each belongs to, and attaching those that belong to one.

The ZIP is judged from its directory before a byte is unpacked (`reading.archive`): no unsafe names, bombs, archives within.
"""

import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core.errors import Refusal
from gis_service.files.store import FileStore
from gis_service.parcels.attachments import operations
from gis_service.parcels.attachments.errors import NotABundle
from gis_service.parcels.attachments.matching import number_in
from gis_service.parcels.attachments.operations import Kept
from gis_service.parcels.reading import archive
from gis_service.parcels.reading.result import Limits, Unreadable

FILES = Limits(unpacked_bytes=2 << 30, zip_members=2000)
"""A bundle holds photos: more bytes than a file of parcels, and hardly compressed."""

MEMBER_BYTES = 200 << 20


@dataclass
class Share:
    """One file of a bundle: whose it is, and what became of it.

    `state`: matched (would be attached), attached, present (the parcel had it), no_match, refused.
    """

    path: str
    parcel_no: str | None = None
    parcel_id: int | None = None
    state: str = "no_match"
    file_id: int | None = None
    refusal: Refusal | None = None


STATES = ("attached", "present", "no_match", "refused")
"""What can become of a file that was to be attached."""


def shares(path: Path, numbers: dict[str, int]) -> list[Share]:
    """What a ZIP holds and whose it is by the numbers in its names; raises `NotABundle`."""
    with _opened(path) as zipped:
        return [_share(str(member.path), numbers) for member in _members(zipped)]


def share_out(
    session: Session, store: FileStore, actor: Actor, path: Path, numbers: dict[str, int], *,
    only: frozenset[str] | None = None, batch_id: int | None = None,
) -> list[Share]:  # fmt: skip
    """Attach every file of a ZIP (`only`: those) to the parcel its name speaks of. What cannot be used is told, the rest goes on."""
    done: list[Share] = []
    with _opened(path) as zipped:
        for member in _members(zipped):
            if only is not None and str(member.path) not in only:
                continue
            share = _share(str(member.path), numbers)
            if share.parcel_id is not None:
                _attach(session, store, actor, zipped, member, share, batch_id)
            done.append(share)
    return done


def _share(path: str, numbers: dict[str, int]) -> Share:
    number = number_in(path, numbers)
    if number is None:
        return Share(path)
    return Share(path, number, numbers[number], "matched")


def _attach(
    session: Session, store: FileStore, actor: Actor, zipped: zipfile.ZipFile, member: archive.Member, share: Share,
    batch_id: int | None,
) -> None:  # fmt: skip
    assert share.parcel_id is not None  # noqa: S101  (told by the caller)
    try:
        with tempfile.NamedTemporaryFile() as unpacked:
            archive.unpack(zipped, member, Path(unpacked.name))
            with Path(unpacked.name).open("rb") as source:
                sha256, size = store.put(source, limit_bytes=MEMBER_BYTES)
        kept = Kept(sha256, size, member.path.name)
        made, new = operations.attach(session, store, actor, share.parcel_id, kept, batch_id=batch_id)
    except Unreadable as fault:
        share.state, share.refusal = "refused", NotABundle(reason_zh=fault.zh, reason=fault.en)
    except Refusal as refusal:
        share.state, share.refusal = "refused", refusal
    else:
        share.state, share.file_id = ("attached" if new else "present"), made.id


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError) as fault:
        raise NotABundle(reason_zh=f"已损坏({fault})", reason=f"it is damaged ({fault})") from None


def _members(zipped: zipfile.ZipFile) -> Iterator[archive.Member]:
    try:
        yield from archive.members(zipped, FILES)
    except Unreadable as fault:
        raise NotABundle(reason_zh=fault.zh, reason=fault.en) from None
