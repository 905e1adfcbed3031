"""A file of this machine imported without a worker: the same way as an upload's, in one go. For commands and notebooks."""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.core import db
from gis_service.core.errors import Refusal
from gis_service.core.http import conflict
from gis_service.files.models import StoredFile
from gis_service.files.store import FileStore, sha256_of
from gis_service.parcels.imports import bundled, jobs, operations, queries, report
from gis_service.parcels.imports.operations import District, Options
from gis_service.parcels.imports.rules import State
from gis_service.parcels.imports.schemas import issue_out
from gis_service.parcels.models import ImportBatch
from gis_service.parcels.reading.reader import PARTS
from gis_service.parcels.reading.result import ReadResult

NOTHING = {"rows": 0, "accepted": 0, "refused": 0, "landed": 0}


class Deployment(Protocol):
    """What of a process' services an import needs; `settings` has district_code and plausible_box."""

    settings: Any

    @property
    def sessions(self) -> sessionmaker[Session]: ...

    @property
    def store(self) -> FileStore: ...


@dataclass(frozen=True)
class Wish:
    """What is to become of the file once it is checked. A dry run leaves nothing behind, whatever else is wished."""

    dry_run: bool = False
    accept: bool = False
    good_rows: bool = False
    reason: str | None = None
    report: Path | None = None
    """Where a report (.xlsx, .csv) is to be written."""
    previous_batch_id: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of it; `refusal` says why nothing was read or accepted."""

    file_name: str
    batch_id: int | None
    state: str
    format: str | None
    crs: dict[str, Any] | None
    encoding: dict[str, Any] | None
    counts: dict[str, int]
    rows: list[dict[str, Any]]
    issues: list[dict[str, Any]]
    refusal: Refusal | None = None

    @property
    def good(self) -> bool:
        """Whether everything could be accepted."""
        return not any(issue["level"] == "error" for issue in self.issues)

    def as_json(self) -> dict[str, Any]:
        """The shape other people's scripts rely on."""
        shown = ("crs", "encoding", "counts", "rows", "issues", "format", "state", "batch_id")
        return {name: getattr(self, name) for name in shown}


def import_file(
    deployment: Deployment, path: Path, options: Options | None = None, wish: Wish | None = None
) -> Outcome:
    """Read, check and stage a file, and accept it where that is wished. Refusals are outcomes, not exceptions."""
    options, wish = options or Options(), wish or Wish()
    file = _kept(deployment, path, dry_run=wish.dry_run)
    try:
        with jobs.read(path, path.name, options) as result, _transaction(deployment, wish) as session:
            return _imported(deployment, session, file, options, wish, result)
    except Refusal as refusal:
        return _failed(deployment, file, options, wish, refusal)


def _imported(
    deployment: Deployment, session: Session, file: StoredFile, options: Options, wish: Wish, result: ReadResult
) -> Outcome:
    district = District(deployment.settings.district_code, deployment.settings.plausible_box)
    batch = _batch(session, district, file, options, wish.previous_batch_id)
    operations.stage(session, batch, result)
    operations.check(session, batch, district)
    refusal = _accept(session, batch, district, wish) if wish.accept else None
    if batch.state == State.ACCEPTED and bundled.files_of(batch):
        bundled.attach(session, deployment.store, batch)
    if wish.report:
        session.flush()
        wish.report.write_bytes(report.written(session, batch, wish.report.suffix.lower().lstrip("."))[0])
    return _outcome(session, batch, refusal)


def _batch(
    session: Session, district: District, file: StoredFile, options: Options, previous: int | None = None
) -> ImportBatch:
    who = (session, SERVICE, EVERYTHING)
    return operations.take_in(*who, district_code=district.code, file=file, options=options, previous_batch_id=previous)


def _accept(session: Session, batch: ImportBatch, district: District, wish: Wish) -> Refusal | None:
    """Accept within a savepoint: a refusal leaves the batch staged."""
    try:
        with session.begin_nested():
            operations.accept(
                session, SERVICE, EVERYTHING, batch.id, district=district, good_rows=wish.good_rows, reason=wish.reason
            )
    except Refusal as refusal:
        return refusal
    except IntegrityError as clash:  # somebody took a number between the last look and the writing
        return conflict(clash)
    return None


def _outcome(session: Session, batch: ImportBatch, refusal: Refusal | None) -> Outcome:
    session.flush()
    counts = batch.counts
    rows = session.execute(queries.rows(batch.id)).mappings()
    issues = session.execute(queries.issues(batch.id)).mappings()
    return Outcome(
        file_name=batch.file_name,
        batch_id=batch.id,
        state=batch.state,
        format=batch.format,
        crs=batch.crs,
        encoding=batch.encoding,
        counts={
            "rows": counts["rows"],
            "accepted": counts["acceptable"],
            "refused": counts["refused"],
            "landed": counts["landed"],
        },
        rows=[_row(row) for row in rows],
        issues=[{**issue_out(row, batch.file_name, "zh"), "message_en": row["en"]} for row in issues],
        refusal=refusal,
    )


def _row(row: Any) -> dict[str, Any]:
    numbers = ("area_registered_m2", "area_computed_m2")
    plain = {name: value for name, value in row.items() if name not in ("row_no", "attributes", "known_id", *numbers)}
    areas = {name: None if row[name] is None else float(row[name]) for name in numbers}
    return {"row": row["row_no"], **plain, **areas}


def _failed(deployment: Deployment, file: StoredFile, options: Options, wish: Wish, refusal: Refusal) -> Outcome:
    """The outcome of a file that could not be taken in; the attempt is kept as a failed batch."""
    batch_id = None
    if not wish.dry_run:
        with _transaction(deployment, wish) as session:
            district = District(deployment.settings.district_code, deployment.settings.plausible_box)
            batch_id = _batch(session, district, file, options).id
            operations.fail(session, batch_id, refusal)
    issue = {
        "level": "error",
        "code": refusal.code,
        "layer": None,
        "row": refusal.facts.get("row"),
        "field": None,
        **(refusal.errors[0] if refusal.errors else {}),
        "file": file.name,
        "message": refusal.sentence("zh"),
        "message_en": refusal.sentence("en"),
    }
    return Outcome(file.name, batch_id, State.FAILED, None, None, None, dict(NOTHING), [], [issue], refusal)


@contextmanager
def _transaction(deployment: Deployment, wish: Wish) -> Iterator[Session]:
    """One transaction; a dry run takes it back at the end."""
    with deployment.sessions() as session, session.begin() as running:
        db.enter(session, EVERYTHING)
        yield session
        if wish.dry_run:
            running.rollback()


# --- keeping the original ----------------------------------------------------------------------------------------


def _kept(deployment: Deployment, path: Path, *, dry_run: bool) -> StoredFile:
    """The file in the store, byte for byte; the parts of a Shapefile or MapInfo table as one zip. A dry run only computes the hash."""
    with _original(path) as (name, original):
        if dry_run:
            sha256, size = sha256_of(original), original.stat().st_size
        else:
            with original.open("rb") as source:
                sha256, size = deployment.store.put(source, limit_bytes=1 << 40)
    return StoredFile(sha256=sha256, name=name, size_bytes=size)


@contextmanager
def _original(path: Path) -> Iterator[tuple[str, Path]]:
    kind = path.suffix.lower().removeprefix(".")
    if kind not in PARTS:
        yield path.name, path
        return
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / f"{path.stem}.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(path.parent.glob("*")):
                if part.stem == path.stem and part.suffix.lower() in PARTS[kind]:
                    archive.write(part, part.name)
        yield path.name, packed
