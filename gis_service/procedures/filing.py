"""Verbs on the file of a proceeding: papers made and uploaded, originals, signatures, amounts. Nothing here commits.

Nothing is deleted: a paper is withdrawn, a file or an amount removed, each with its reason, and what a step took stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

from geoalchemy2.shape import from_shape
from shapely.geometry import Point
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import clock
from gis_service.core.errors import NotFound
from gis_service.core.srid import STORAGE_SRID
from gis_service.files.noting import note_file
from gis_service.files.store import FileStore
from gis_service.papers import numbers
from gis_service.papers import operations as papers
from gis_service.papers.catalogue import KINDS
from gis_service.parcels.attachments.operations import Kept, checked, small_of
from gis_service.procedures import queries
from gis_service.procedures.errors import (
    HeadUnknown,
    IsClosed,
    PaperTaken,
    PaperUnknown,
    PaperWithdrawn,
    ReasonWanting,
    UploadOnly,
)
from gis_service.procedures.models import (
    AmountItem,
    Proceeding,
    ProceedingFile,
    ProceedingPaper,
    ProceedingSignature,
    ProceedingStep,
)
from gis_service.procedures.rules import Procedure

PAPER_BYTES = 64 << 20


@dataclass(frozen=True)
class Office:
    """Who issues papers: its name, the words its numbers begin with, the code of the unit that counts them, and the address
    at which its records are found."""

    district_code: str
    unit_code: str
    prefix: str
    name: str
    base_url: str


def require_open(procedure: Procedure, proceeding: Proceeding) -> None:
    if proceeding.is_closed:
        state = procedure.by_code[proceeding.state]
        raise IsClosed(no=proceeding.proceeding_no, state_zh=state.zh, state_en=state.en)


# --- papers ---------------------------------------------------------------------------------------------------------


def make_paper(
    session: Session, store: FileStore, actor: Actor, procedure: Procedure, proceeding: Proceeding, kind: str, *,
    facts: Mapping[str, object], office: Office, as_of: datetime,
) -> ProceedingPaper:  # fmt: skip
    """A paper from its template, as DOCX and PDF; where its kind is numbered, with the next number of its series and year."""
    require_template(procedure, kind)
    doc_no = None
    if KINDS[kind].series:
        doc_no = numbers.next_number(
            session, district_code=office.district_code, unit_code=office.unit_code, prefix=office.prefix,
            series=KINDS[kind].series, year=as_of.astimezone(clock.BEIJING).year,
        )  # fmt: skip
    made = papers.make(session, store, kind, facts, doc_no=doc_no)
    name = f"{proceeding.proceeding_no} {KINDS[kind].zh}"
    paper = ProceedingPaper(
        proceeding_id=proceeding.id, kind=kind, title=KINDS[kind].zh, doc_no=doc_no, as_of=as_of,
        docx_sha256=keep(session, store, actor, made.docx, f"{name}.docx"),
        pdf_sha256=keep(session, store, actor, made.pdf, f"{name}.pdf"),
        made_by=actor.id, made_by_name=actor.name,
    )  # fmt: skip
    session.add(paper)
    session.flush()
    return paper


def upload_paper(
    session: Session, store: FileStore, actor: Actor, procedure: Procedure, proceeding: Proceeding, kind: str, file: Kept, *,
    doc_no: str | None = None, title: str | None = None,
) -> ProceedingPaper:  # fmt: skip
    """A paper as it came: a signed scan, a ruling, a report. Raises `NotAllowed` where name and content disagree."""
    _require_kind(procedure, kind)
    checked(store.path(file.sha256), file)
    remember(session, actor, file)
    paper = ProceedingPaper(
        proceeding_id=proceeding.id, kind=kind, title=title or KINDS[kind].zh, doc_no=doc_no or None, as_of=clock.now(),
        file_sha256=file.sha256, file_name=file.name, made_by=actor.id, made_by_name=actor.name,
    )  # fmt: skip
    session.add(paper)
    session.flush()
    return paper


def withdraw_paper(
    session: Session, actor: Actor, proceeding: Proceeding, paper_id: int, reason: str
) -> ProceedingPaper:
    """Take a paper out that no step took yet. Its number stays used."""
    paper = paper_in(session, proceeding, paper_id)
    if paper.withdrawn_at:
        raise PaperWithdrawn(title=paper.title)
    if paper.step_id is not None:
        taken = session.get_one(ProceedingStep, paper.step_id)
        raise PaperTaken(title=paper.title, action=taken.action)
    if not reason.strip():
        raise ReasonWanting(action_zh="撤回文书", action_en="withdraw a paper")
    paper.withdrawn_at, paper.withdrawn_by_name, paper.withdrawn_reason = clock.now(), actor.name, reason.strip()
    session.flush()
    return paper


def paper_in(session: Session, proceeding: Proceeding, paper_id: int) -> ProceedingPaper:
    paper = session.get(ProceedingPaper, paper_id)
    if paper is None or paper.proceeding_id != proceeding.id:
        raise NotFound(what="文书", key=paper_id)
    return paper


def require_template(procedure: Procedure, kind: str) -> None:
    """Raises `PaperUnknown` for a kind of another procedure, `UploadOnly` for one that only comes from outside."""
    _require_kind(procedure, kind)
    if not KINDS[kind].template:
        raise UploadOnly(kind_zh=KINDS[kind].zh, kind_en=KINDS[kind].en)


def _require_kind(procedure: Procedure, kind: str) -> None:
    if kind not in procedure.paper_kinds or kind not in KINDS:
        raise PaperUnknown(procedure_zh=procedure.zh, procedure_en=procedure.en, kind=kind)


# --- originals ------------------------------------------------------------------------------------------------------


def add_file(
    session: Session, store: FileStore, actor: Actor, proceeding: Proceeding, file: Kept, *,
    label: str = "", taken_at: datetime | None = None, place: tuple[float, float] | None = None,
) -> ProceedingFile:  # fmt: skip
    """An original, untouched; a picture gets a small copy beside it."""
    found = checked(store.path(file.sha256), file)
    small = small_of(store, file, found)
    remember(session, actor, file)
    made = ProceedingFile(
        proceeding_id=proceeding.id, sha256=file.sha256, name=file.name, label=label.strip(), media_type=found.media_type,
        size_bytes=file.size_bytes, thumbnail_sha256=small, taken_at=taken_at,
        place=None if place is None else from_shape(Point(place), srid=STORAGE_SRID),
        added_by=actor.id, added_by_name=actor.name,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def remove_file(session: Session, actor: Actor, proceeding: Proceeding, file_id: int, reason: str) -> ProceedingFile:
    """Take a file out of sight, with its reason; the bytes stay."""
    file = file_in(session, proceeding, file_id)
    if not reason.strip():
        raise ReasonWanting(action_zh="移除附件", action_en="remove a file")
    file.removed_at, file.removed_by_name, file.removed_reason = clock.now(), actor.name, reason.strip()
    session.flush()
    return file


def file_in(session: Session, proceeding: Proceeding, file_id: int) -> ProceedingFile:
    file = session.get(ProceedingFile, file_id)
    if file is None or file.proceeding_id != proceeding.id:
        raise NotFound(what="附件", key=file_id)
    return file


def remember(session: Session, actor: Actor, file: Kept) -> None:
    """Note a file whose bytes are in the store already."""
    note_file(session, file.sha256, file.name, file.size_bytes, actor.id)


def keep(session: Session, store: FileStore, actor: Actor, content: bytes, name: str) -> str:
    """Store bytes of our own making; returns their SHA-256."""
    sha256, size = store.put(BytesIO(content), limit_bytes=PAPER_BYTES)
    remember(session, actor, Kept(sha256, size, name))
    return sha256


# --- signatures -----------------------------------------------------------------------------------------------------


def sign(
    session: Session, store: FileStore, actor: Actor, proceeding: Proceeding, *, side: str, person: str,
    unit_id: int | None, drawn: bytes | None,
) -> ProceedingSignature:  # fmt: skip
    """Sign the file as it stands: log and papers. A step or a paper after it makes the signature one of the past."""
    made = ProceedingSignature(
        proceeding_id=proceeding.id, side=side, person=person.strip(), unit_id=unit_id, user_id=actor.id,
        drawn_sha256=keep(session, store, actor, drawn, f"{person.strip()}.png") if drawn else None,
        what_sha256=queries.to_be_signed(session, proceeding),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


# --- amounts --------------------------------------------------------------------------------------------------------


def require_head(procedure: Procedure, head: str) -> None:
    """Refuse an item that the procedure does not keep its money by."""
    if procedure.heads and head not in {code for code, _, _ in procedure.heads}:
        raise HeadUnknown(
            procedure_zh=procedure.zh, procedure_en=procedure.en, head=head,
            known_zh="、".join(zh for _, zh, _ in procedure.heads), known_en=", ".join(en for _, _, en in procedure.heads),
        )  # fmt: skip


def add_amount(
    session: Session, actor: Actor, proceeding: Proceeding, *, head: str, stage: str, amount_yuan: Decimal, basis: str, told_on: date
) -> AmountItem:  # fmt: skip
    made = AmountItem(
        proceeding_id=proceeding.id, head=head, stage=stage, amount_yuan=amount_yuan, basis=basis.strip(), told_on=told_on,
        added_by_name=actor.name,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def remove_amount(session: Session, actor: Actor, proceeding: Proceeding, amount_id: int, reason: str) -> AmountItem:
    item = session.get(AmountItem, amount_id)
    if item is None or item.proceeding_id != proceeding.id:
        raise NotFound(what="金额", key=amount_id)
    if not reason.strip():
        raise ReasonWanting(action_zh="移除金额", action_en="remove an amount")
    item.removed_at, item.removed_by_name, item.removed_reason = clock.now(), actor.name, reason.strip()
    session.flush()
    return item
