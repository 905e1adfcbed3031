"""Verbs of imports: take a file in, stage it, check it, accept it, refuse it, take it back. Nothing here commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.access.operations import note
from gis_service.core import clock, db
from gis_service.core.db import Scope
from gis_service.core.errors import NotFound, Refusal
from gis_service.files.models import StoredFile
from gis_service.parcels.errors import NoReason
from gis_service.parcels.imports import catalogue, checks, errors, landing, queries, staging  # noqa: F401  (checks enter the catalogue)
from gis_service.parcels.imports.catalogue import Frame
from gis_service.parcels.imports.mapping import GIVEN_BY_TXT, mapper_for
from gis_service.parcels.imports.notes import Level
from gis_service.parcels.imports.rules import WORDS, State, may
from gis_service.parcels.imports.schemas import issue_out
from gis_service.parcels.models import Document, ImportBatch, ImportIssue
from gis_service.parcels.reading.land_txt import FORMAT as TXT
from gis_service.parcels.reading.result import ReadResult
from gis_service.parcels.search import operations as search

PATIENCE = {"statement_timeout": "600s", "idle_in_transaction_session_timeout": "600s"}
"""An import may take longer than a page; these hold for its own transaction."""

MOST_SHOWN = 100
"""Errors told in one answer."""

MOST_NAMED = 20
"""Parcels named in one sentence."""


@dataclass(frozen=True)
class Options:
    """What the person said of the file; nothing said means: find out."""

    crs: str | None = None
    encoding: str | None = None
    layer: str | None = None
    number_field: str | None = None
    class_system: str | None = None


@dataclass(frozen=True)
class District:
    """Where this deployment's land lies: its code, and the box around it in degrees (west, south, east, north)."""

    code: str
    box: tuple[float, float, float, float]


def take_in(
    session: Session, actor: Actor, scope: Scope, *, district_code: str, file: StoredFile, options: Options
) -> ImportBatch:
    """A batch for a stored file, to be read by a job. The importer's scope is kept: the checks ask for it."""
    session.execute(
        insert(StoredFile)
        .values(sha256=file.sha256, name=file.name, size_bytes=file.size_bytes, stored_by=actor.id)
        .on_conflict_do_nothing()
    )
    batch = ImportBatch(
        district_code=district_code,
        file_sha256=file.sha256,
        file_name=file.name,
        options={**asdict(options), "scope": _kept(scope)},
        state=State.QUEUED,
        created_by=actor.id,
        created_by_name=actor.name,
    )
    session.add(batch)
    session.flush()
    detail = {"act": "take_in", "file": file.name, "sha256": file.sha256}
    note(session, actor, "parcel.import", batch.id, detail=detail, request_id=scope.request_id)
    return batch


def _kept(scope: Scope) -> dict[str, Any]:
    return {"see_all": scope.see_all, "area_ids": sorted(scope.area_ids), "unit_ids": sorted(scope.unit_ids)}


def importer_scope(batch: ImportBatch) -> Scope:
    kept = batch.options["scope"]
    return Scope(see_all=kept["see_all"], area_ids=frozenset(kept["area_ids"]), unit_ids=frozenset(kept["unit_ids"]))


def options_of(batch: ImportBatch) -> Options:
    return Options(**{name: batch.options.get(name) for name in Options.__dataclass_fields__})


def begin_reading(session: Session, batch_id: int) -> ImportBatch:
    batch = locked(session, batch_id, "process")
    batch.state = State.READING
    return batch


def begin_checking(session: Session, batch_id: int) -> None:
    locked(session, batch_id, "process").state = State.CHECKING


def stage(session: Session, batch: ImportBatch, result: ReadResult) -> None:
    """Write what was read of the file, with its columns recognised, beside the register."""
    db.setting(session, **PATIENCE)
    options = options_of(batch)
    given = GIVEN_BY_TXT - ({"parcel_no"} if options.number_field else set()) if result.format == TXT else frozenset()
    mapper, notes = mapper_for(
        lambda: (row.attributes for row in result.rows),
        queries.known(session, batch.district_code),
        temporary=f"IMP-{batch.id}-",
        number_field=options.number_field,
        class_system=options.class_system,
        given=given,
    )
    staging.stage(session, batch.id, result, mapper, notes)
    batch.format = result.format
    batch.crs, batch.encoding = asdict(result.crs), asdict(result.encoding)
    batch.layers = [asdict(layer) for layer in result.layers]


def check(session: Session, batch: ImportBatch, district: District) -> None:
    """Ask the whole catalogue, judge every row, count."""
    found = _checked(session, _frame(batch, district, importer_scope(batch)))
    catalogue.judge(session, batch.id)
    batch.state = State.STAGED
    batch.counts = _counts(session, batch) | {"checks": found | queries.issue_counts(session, batch.id)}


def _frame(batch: ImportBatch, district: District, scope: Scope) -> Frame:
    return Frame(batch.id, batch.district_code, district.box, scope)


def _checked(session: Session, frame: Frame, *, again: bool = False) -> dict[str, int]:
    db.setting(session, **PATIENCE)
    with _seeing_all(session):
        return catalogue.run(session, frame, again=again)


@contextmanager
def _seeing_all(session: Session) -> Iterator[None]:
    """Checks compare with the whole register: a number is taken even where the importer may not look."""
    before = session.scalar(text("select current_setting('app.see_all', true)")) or ""
    db.setting(session, app_see_all="on")
    yield
    db.setting(session, app_see_all=before)


def _counts(session: Session, batch: ImportBatch) -> dict[str, Any]:
    verdicts = queries.verdicts(session, batch.id)
    refused, warnings = verdicts.get("error", 0), verdicts.get("warning", 0)
    rows = sum(verdicts.values())
    return {"rows": rows, "acceptable": rows - refused, "refused": refused, "warnings": warnings, "landed": 0}


def fail(session: Session, batch_id: int, problem: Refusal) -> None:
    """Keep why a file could not be taken in; nothing of it is staged."""
    batch = locked(session, batch_id, "process")
    batch.state, batch.error, batch.decided_at = State.FAILED, problem.problem("zh"), clock.now()


def accept(
    session: Session,
    actor: Actor,
    scope: Scope,
    batch_id: int,
    *,
    district: District,
    good_rows: bool = False,
    reason: str | None = None,
    document_id: int | None = None,
) -> ImportBatch:
    """Make the rows parcels, all of them or (`good_rows`) those without an error, in one transaction.

    What may have changed since the check (numbers taken meanwhile, the scope of who accepts) is asked again first.
    """
    batch = locked(session, batch_id, "accept")
    if document_id is not None and session.get(Document, document_id) is None:
        raise NotFound(what="文件", key=document_id)
    _check_again(session, batch, _frame(batch, district, scope))
    counts = _counts(session, batch)
    _require_acceptable(session, batch, counts, good_rows)
    db.because(session, reason or f"导入 {batch.file_name}(批次 {batch.id})", document_id)
    landing.revive(session, batch)
    landing.create(session, batch)
    landed = landing.attach(session, batch, document_id)
    if landed != counts["acceptable"]:
        raise RuntimeError(f"import {batch.id}: {landed} of {counts['acceptable']} rows landed")
    accepted = {"accepted_tx": landing.transaction_id(session), "document_id": document_id}
    batch.options = {**batch.options, **accepted}
    batch.counts = {**batch.counts, **counts, "landed": landed}
    search.fill_or_enqueue(session)
    _decide(session, actor, scope, batch, State.ACCEPTED, act="accept", landed=landed, reason=reason)
    return batch


def _check_again(session: Session, batch: ImportBatch, frame: Frame) -> None:
    codes = [entry.code for entry in catalogue.CATALOGUE.values() if entry.again]
    session.execute(delete(ImportIssue).where(ImportIssue.batch_id == batch.id, ImportIssue.code.in_(codes)))
    _checked(session, frame, again=True)
    catalogue.judge(session, batch.id)


def _require_acceptable(session: Session, batch: ImportBatch, counts: dict[str, Any], good_rows: bool) -> None:
    if queries.errors_without_row(session, batch.id):
        raise errors.FileRefused(errors=first_errors(session, batch))
    if not counts["acceptable"]:
        raise errors.NothingToLand(rows=counts["rows"], errors=first_errors(session, batch))
    if counts["refused"] and not good_rows:
        told = {name: counts[name] for name in ("rows", "refused", "acceptable")}
        raise errors.RowsRefused(**told, errors=first_errors(session, batch))


def first_errors(session: Session, batch: ImportBatch) -> list[dict[str, Any]]:
    """The errors of a batch for a problem document; a page shows the rest."""
    found = session.execute(queries.issues(batch.id, level=Level.ERROR, limit=MOST_SHOWN)).mappings()
    return [issue_out(row, batch.file_name, "zh") for row in found]


def refuse(session: Session, actor: Actor, scope: Scope, batch_id: int, *, reason: str | None = None) -> ImportBatch:
    """Decide that nothing of the file is taken; the file and what was found stay as a record."""
    batch = locked(session, batch_id, "refuse")
    _decide(session, actor, scope, batch, State.REFUSED, act="refuse", reason=reason)
    return batch


def undo(session: Session, actor: Actor, scope: Scope, batch_id: int, *, reason: str) -> ImportBatch:
    """Take an accepted batch back as one act: its parcels are struck off, with the reason, in a new version each.

    Nothing is deleted and no number is freed; a corrected file with the same numbers brings the parcels back. Refused
    as soon as somebody changed or used one of them.
    """
    batch = locked(session, batch_id, "undo")
    if not reason.strip():
        raise NoReason()
    db.setting(session, **PATIENCE)
    _require_untouched(session, batch)
    db.because(session, reason)
    struck = landing.retire(session, batch, clock.now().astimezone(clock.BEIJING).date())
    if struck != batch.counts["landed"]:
        raise errors.OutsideScope(count=batch.counts["landed"] - struck)
    batch.options = {**batch.options, "undone_tx": landing.transaction_id(session)}
    _decide(session, actor, scope, batch, State.UNDONE, act="undo", struck=struck, reason=reason)
    return batch


def _require_untouched(session: Session, batch: ImportBatch) -> None:
    with _seeing_all(session):
        touched = list(session.scalars(queries.built_on(batch)))
    if touched:
        more = "…" if len(touched) > MOST_NAMED else ""
        raise errors.BuiltOn(count=len(touched), parcels="、".join(touched[:MOST_NAMED]) + more)


def locked(session: Session, batch_id: int, act: str) -> ImportBatch:
    """The batch, held until the end of the transaction, in a state that allows the act."""
    batch = session.get(ImportBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch is None:
        raise NotFound(what="导入批次", key=batch_id)
    if not may(act, batch.state):
        (state_zh, state), (act_zh, act_en) = WORDS[batch.state], WORDS[act]
        raise errors.WrongState(batch_id=batch_id, state=state, state_zh=state_zh, act=act_en, act_zh=act_zh)
    return batch


def _decide(session: Session, actor: Actor, scope: Scope, batch: ImportBatch, state: State, **detail: Any) -> None:
    batch.state, batch.decided_at = state, clock.now()
    note(session, actor, "parcel.import", batch.id, detail=detail, request_id=scope.request_id)
    session.flush()
