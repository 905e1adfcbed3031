"""Files that came in one zip with the sheet: whose they are, and attaching them once the rows are parcels."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.files.store import FileStore
from gis_service.parcels.attachments import bundle
from gis_service.parcels.attachments.matching import number_in
from gis_service.parcels.imports.notes import Note
from gis_service.parcels.models import ImportBatch, StagedRow

TASK = "parcels.import.files"
"""The name of the job that attaches them."""

MOST_NAMED = 10


def keep(batch: ImportBatch, files: list[str]) -> None:
    """Remember with the batch which members of its zip are attachments."""
    kept = {name: value for name, value in batch.options.items() if name != "files"}
    batch.options = kept | ({"files": files} if files else {})


def files_of(batch: ImportBatch) -> list[str]:
    return list(batch.options.get("files", []))


def notes(files: Iterable[str], numbers: Iterable[str]) -> list[Note]:
    """What is said of the files before anybody decides: how many belong to rows of the sheet, and which to none."""
    known = list(numbers)
    found = {path: number_in(path, known) for path in files}
    matched = [number for number in found.values() if number]
    lost = [path for path, number in found.items() if not number]
    said = []
    if matched:
        said.append(Note("files.matched", facts={"count": len(matched), "parcels": len(set(matched))}))
    if lost:
        names = "、".join(path[-60:] for path in lost[:MOST_NAMED]) + ("…" if len(lost) > MOST_NAMED else "")
        said.append(Note("files.unmatched", facts={"count": len(lost), "names": names}))
    return said


def numbers(session: Session, batch: ImportBatch, *, landed: bool = False) -> dict[str, int | None]:
    """Number → parcel of the rows of a batch; of those alone that are parcels now, where that is asked."""
    rows = select(StagedRow.parcel_no, StagedRow.parcel_id).where(StagedRow.batch_id == batch.id)
    if landed:
        rows = rows.where(StagedRow.parcel_id.is_not(None))
    return {row.parcel_no: row.parcel_id for row in session.execute(rows) if row.parcel_no}


def attach(session: Session, store: FileStore, batch: ImportBatch) -> dict[str, int]:
    """Attach the files of an accepted batch to its parcels, in the name of who sent it. A second call changes nothing.

    The batch keeps how many were attached, were there already, belong to nobody, or were refused and why.
    """
    theirs = {number: parcel for number, parcel in numbers(session, batch, landed=True).items() if parcel}
    actor = Actor(id=batch.created_by, name=batch.created_by_name)
    path, members = store.path(batch.file_sha256), frozenset(files_of(batch))
    shares = bundle.share_out(session, store, actor, path, theirs, only=members, batch_id=batch.id)
    told: dict[str, Any] = {state: sum(share.state == state for share in shares) for state in bundle.STATES}
    told["reasons"] = [f"{share.path}:{share.refusal.sentence('zh')}" for share in shares if share.refusal]
    batch.counts = {**batch.counts, "files": told}
    return told
