"""Verbs of imports: take a file in, stage it, check it, accept it, refuse it, take it back. Nothing here commits.

Mapping a file again is in `remapping`, mending its outlines in `fixes`.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.access.operations import note
from gis_service.core import clock, db
from gis_service.core.db import Scope
from gis_service.core.errors import NotFound, Refusal
from gis_service.files.models import StoredFile
from gis_service.files.noting import note_file
from gis_service.jobs import queue
from gis_service.parcels.attachments import operations as attachments
from gis_service.parcels.errors import NoReason
from gis_service.parcels.imports import bundled, errors, landing, queries, staging, updating
from gis_service.parcels.imports.checks import catalogue
from gis_service.parcels.imports.checks.catalogue import Frame
from gis_service.parcels.imports.columns import described, profiles
from gis_service.parcels.imports.columns.mapping import GIVEN_BY_TXT, mapper_for
from gis_service.parcels.imports.columns.recognise import Told
from gis_service.parcels.imports.notes import Level, Note
from gis_service.parcels.imports.rules import WORDS, State, may
from gis_service.parcels.imports.schemas import issue_out
from gis_service.parcels.models import Document, ImportBatch, ImportIssue
from gis_service.parcels.operations import Why
from gis_service.parcels.reading.land_txt.read import FORMAT as TXT
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
    shift: str | None = None
    control_points: list[list[float]] | None = None
    affine: bool = False
    columns: dict[str, str] | None = None
    sender: str | None = None
    mode: str | None = None

    @property
    def update(self) -> bool:
        return self.mode == "update"


@dataclass(frozen=True)
class District:
    """Where this deployment's land lies: its code, and the box around it in degrees (west, south, east, north)."""

    code: str
    box: tuple[float, float, float, float]


def take_in(
    session: Session,
    actor: Actor,
    scope: Scope,
    *,
    district_code: str,
    file: StoredFile,
    options: Options,
    previous_batch_id: int | None = None,
) -> ImportBatch:
    """A batch for a stored file, to be read by a job. The importer's scope is kept: the checks ask for it."""
    note_file(session, file.sha256, file.name, file.size_bytes, actor.id)
    previous = queries.predecessor(session, district_code, file.name, options.sender, previous_batch_id)
    batch = ImportBatch(
        district_code=district_code,
        file_sha256=file.sha256,
        file_name=file.name,
        options={**asdict(options), "scope": scope.kept()},
        previous_batch_id=previous,
        state=State.QUEUED,
        created_by=actor.id,
        created_by_name=actor.name,
    )
    session.add(batch)
    session.flush()
    detail = {"act": "take_in", "file": file.name, "sha256": file.sha256}
    note(session, actor, "parcel.import", batch.id, detail=detail, request_id=scope.request_id)
    return batch


def importer_scope(batch: ImportBatch) -> Scope:
    return Scope.of(batch.options["scope"])


def options_of(batch: ImportBatch) -> Options:
    return Options(**{name: batch.options[name] for name in Options.__dataclass_fields__ if name in batch.options})


def begin_reading(session: Session, batch_id: int) -> ImportBatch:
    batch = locked(session, batch_id, "process")
    batch.state = State.READING
    return batch


def begin_checking(session: Session, batch_id: int) -> None:
    locked(session, batch_id, "process").state = State.CHECKING


def stage(session: Session, batch: ImportBatch, result: ReadResult) -> None:
    """Write what was read of the file, with its columns recognised, beside the register; a second time in place of the first.

    Mends of outlines that came the same way again are kept.
    """
    db.setting(session, **PATIENCE)
    options = options_of(batch)
    batch.format = result.format
    batch.crs, batch.encoding = asdict(result.crs), asdict(result.encoding)
    batch.layers = [asdict(layer) for layer in result.layers]
    seen = described.look_through(row.attributes for row in result.rows)
    told, notes = _told(session, batch, options, seen)
    known = queries.known(session, batch.district_code)
    mapper, said = mapper_for(
        lambda: (row.attributes for row in result.rows),
        known,
        temporary=f"IMP-{batch.id}-",
        number_field=options.number_field,
        class_system=batch.options.get("class_system"),
        given=given_by(result, options, told),
        names=seen,
        told=told,
    )
    batch.columns = described.described(mapper.columns, seen)
    with staging.keeping_mends(session, batch.id):
        staging.stage(session, batch.id, result, mapper, notes + said, update=options.update)
    bundled.keep(batch, result.files)
    if result.files:
        staging.note_of_file(session, batch.id, bundled.notes(result.files, bundled.numbers(session, batch)))
    if batch.options.get("remember"):
        profiles.remember(session, batch, batch.created_by, batch.created_by_name)


def _told(session: Session, batch: ImportBatch, options: Options, names: Iterable[str]) -> tuple[Told, list[Note]]:
    """What is known of the columns beforehand: what the person said, else what was remembered of such a file."""
    if options.columns:
        return Told(options.columns), []
    profile = profiles.find(session, batch.district_code, options.sender, names)
    if profile is None or not any((told := profiles.told_by(profile, names)).columns.values()):
        return Told(), []
    concluded = batch.crs or {}, batch.encoding or {}
    notes = [
        profiles.note_of(profile, told),
        *profiles.told_otherwise(profile, concluded[0].get("epsg"), concluded[1].get("name", "")),
    ]
    if profile.class_system and not options.class_system:
        batch.options = {**batch.options, "class_system": profile.class_system}
    profiles.touch(profile, batch)
    return told, notes


def given_by(result: ReadResult, options: Options, told: Told) -> frozenset[str]:
    """Fields that the format itself gives, but for those a person named a column for."""
    named = {name for name, column in told.columns.items() if column}
    named |= {"parcel_no"} if options.number_field else set()
    return GIVEN_BY_TXT - named if result.format == TXT else frozenset()


def check(session: Session, batch: ImportBatch, district: District) -> None:
    """Ask the whole catalogue, judge every row, count."""
    found = _checked(session, _frame(batch, district, importer_scope(batch)))
    catalogue.judge(session, batch.id)
    batch.state = State.STAGED
    batch.counts = _counts(session, batch) | {"checks": found | queries.issue_counts(session, batch.id)}


def check_again(session: Session, batch: ImportBatch, district: District) -> None:
    """Ask everything anew, after rows were mended or the register moved on; what reading found stays."""
    session.execute(delete(ImportIssue).where(ImportIssue.batch_id == batch.id, ImportIssue.source == catalogue.FOUND))
    check(session, batch, district)


def _frame(batch: ImportBatch, district: District, scope: Scope) -> Frame:
    return Frame(batch.id, batch.district_code, district.box, scope, options_of(batch).update)


def _checked(session: Session, frame: Frame, *, again: bool = False) -> dict[str, int]:
    db.setting(session, **PATIENCE)
    with db.seeing_all(session):
        return catalogue.run(session, frame, again=again)


def _counts(session: Session, batch: ImportBatch) -> dict[str, Any]:
    verdicts = queries.verdicts(session, batch.id)
    refused, warnings = verdicts.get("error", 0), verdicts.get("warning", 0)
    rows = sum(verdicts.values())
    told = {"rows": rows, "acceptable": rows - refused, "refused": refused, "warnings": warnings, "landed": 0}
    return told | (queries.acts(session, batch.id) if options_of(batch).update else {})


def fail(session: Session, batch_id: int, problem: Refusal) -> None:
    """Keep why a file could not be taken in; nothing of it is staged."""
    batch = locked(session, batch_id, "process")
    batch.state, batch.error, batch.decided_at = State.FAILED, problem.problem("zh"), clock.now()


@dataclass(frozen=True)
class Acceptance:
    """How a batch is to be accepted, and why."""

    good_rows: bool = False
    reason: str | None = None
    document_id: int | None = None


MOST_AT_ONCE = 2000
"""Rows accepted while the person waits; more are landed by a job."""


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
    act: str = "accept",
) -> ImportBatch:
    """Make the rows parcels, all of them or (`good_rows`) those without an error, in one transaction.

    What may have changed since the check (numbers taken meanwhile, the scope of who accepts) is asked again first.
    """
    batch = locked(session, batch_id, act)
    wish = Acceptance(good_rows, reason, document_id)
    _require_said(session, batch, wish)
    _look_again(session, batch, _frame(batch, district, scope))
    counts = _counts(session, batch)
    _require_acceptable(session, batch, counts, good_rows)
    db.because(session, reason or f"导入 {batch.file_name}(批次 {batch.id})", document_id)
    landed = _land(session, batch, counts, document_id)
    accepted = {"accepted_tx": landing.transaction_id(session), "document_id": document_id}
    batch.options = {name: kept for name, kept in batch.options.items() if name != "wish"} | accepted
    batch.counts = {**batch.counts, **counts, **landed}
    batch.error = None
    search.fill_or_enqueue(session)
    if bundled.files_of(batch):
        queue.enqueue(session, bundled.TASK, batch_id=batch.id)
    if batch.options.get("sender") and batch.columns:
        profiles.remember(session, batch, actor.id, actor.name)
    _decide(session, actor, scope, batch, State.ACCEPTED, act="accept", landed=landed["landed"], reason=reason)
    return batch


def is_long(session: Session, batch_id: int) -> bool:
    """Whether accepting a batch takes longer than a person should wait."""
    batch = session.get(ImportBatch, batch_id)
    return (
        batch is not None and batch.state == State.STAGED and (batch.counts or {}).get("acceptable", 0) > MOST_AT_ONCE
    )


def begin_accepting(session: Session, actor: Actor, scope: Scope, batch_id: int, wish: Acceptance) -> ImportBatch:
    """Hand the acceptance of a long batch to a job, in the name and scope of who asked for it."""
    batch = locked(session, batch_id, "accept")
    _require_said(session, batch, wish)
    _require_acceptable(session, batch, _counts(session, batch), wish.good_rows)
    who = {"actor_id": actor.id, "actor_name": actor.name, "see_contacts": scope.see_contacts}
    batch.options = {
        **batch.options,
        "wish": {**asdict(wish), "scope": scope.kept(), "request_id": scope.request_id, **who},
    }
    batch.state, batch.error = State.ACCEPTING, None
    return batch


def accept_as_wished(session: Session, batch: ImportBatch, scope: Scope, district: District) -> None:
    """What the job does; refusals go to who asked."""
    said = batch.options["wish"]
    actor = Actor(id=said["actor_id"], name=said["actor_name"])
    wish = {name: said[name] for name in ("good_rows", "reason", "document_id")}
    accept(session, actor, scope, batch.id, district=district, act="land", **wish)


def wished_scope(batch: ImportBatch) -> Scope:
    said = batch.options["wish"]
    more = {name: said[name] for name in ("actor_id", "actor_name", "request_id", "see_contacts")}
    return Scope.of(said["scope"], **more)


def give_up_accepting(session: Session, batch_id: int, problem: Refusal) -> None:
    """The job could not accept: the batch waits for a decision again, and says why."""
    batch = locked(session, batch_id, "land")
    batch.state, batch.error = State.STAGED, problem.problem("zh")


def _require_said(session: Session, batch: ImportBatch, wish: Acceptance) -> None:
    if wish.document_id is not None and session.get(Document, wish.document_id) is None:
        raise NotFound(what="文件", key=wish.document_id)
    if options_of(batch).update:
        Why(wish.reason, wish.document_id).require()


def _land(session: Session, batch: ImportBatch, counts: dict[str, Any], document_id: int | None) -> dict[str, int]:
    """Write the good rows to the register; how many parcels are new, changed, or as they were."""
    update = options_of(batch).update
    changed = updating.land(session, batch) if update else 0
    landing.revive(session, batch)
    landing.create(session, batch)
    linked = landing.attach(session, batch, document_id)
    same = counts["unchanged"] if update else 0
    if linked != counts["acceptable"] or (update and changed != counts["changed"]):
        raise RuntimeError(f"import {batch.id}: {linked} of {counts['acceptable']} rows landed, {changed} changed")
    return {"landed": linked - same, "new": linked - same - changed}


def _look_again(session: Session, batch: ImportBatch, frame: Frame) -> None:
    """What may have changed since the check; an update that would now change something else is shown first."""
    codes = [entry.code for entry in catalogue.CATALOGUE.values() if entry.again]
    session.execute(delete(ImportIssue).where(ImportIssue.batch_id == batch.id, ImportIssue.code.in_(codes)))
    before = updating.foreseen(session, batch.id) if frame.update else {}
    _checked(session, frame, again=True)
    catalogue.judge(session, batch.id)
    if frame.update:
        now = updating.foreseen(session, batch.id)
        moved = [row for row in sorted({*before, *now}) if before.get(row) != now.get(row)]
        if moved:
            rows = "、".join(map(str, moved[:MOST_NAMED])) + ("…" if len(moved) > MOST_NAMED else "")
            raise errors.RegisterMoved(count=len(moved), rows=rows)


def _require_acceptable(session: Session, batch: ImportBatch, counts: dict[str, Any], good_rows: bool) -> None:
    if queries.errors_without_row(session, batch.id):
        raise errors.FileRefused(errors=first_errors(session, batch))
    if not counts["acceptable"]:
        raise errors.NothingToLand(rows=counts["rows"], errors=first_errors(session, batch))
    if counts["acceptable"] == counts.get("unchanged"):
        raise errors.NothingChanged(rows=counts["acceptable"])
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
    """Take an accepted batch back as one act: its parcels are struck off, those it changed get back what they had, with
    the reason, in a new version each.

    Nothing is deleted and no number is freed; a corrected file with the same numbers brings the parcels back. Refused
    as soon as somebody changed or used one of them.
    """
    batch = locked(session, batch_id, "undo")
    if not reason.strip():
        raise NoReason()
    db.setting(session, **PATIENCE)
    _require_untouched(session, batch)
    db.because(session, reason)
    struck = landing.retire(session, batch, clock.today())
    left = batch.counts.get("new", batch.counts["landed"]) - struck
    if options_of(batch).update:
        left += updating.restore(session, batch)
    if left:
        raise errors.OutsideScope(count=left)
    if bundled.files_of(batch):
        attachments.remove_batch(session, actor, batch.id, reason=reason)
    batch.options = {**batch.options, "undone_tx": landing.transaction_id(session)}
    _decide(session, actor, scope, batch, State.UNDONE, act="undo", struck=struck, reason=reason)
    return batch


def _require_untouched(session: Session, batch: ImportBatch) -> None:
    with db.seeing_all(session):
        touched = sorted({*session.scalars(queries.built_on(batch)), *updating.built_on(session, batch)})
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
