"""Papers, uploads and signatures for many handovers of a batch at once. Nothing here commits.

One letter or one confirmation for the batch lies in the file of every parcel it names, with the same number and the same bytes;
or every parcel gets a paper of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import clock
from gis_service.files.store import FileStore
from gis_service.handover import operations, situation
from gis_service.handover.conduct import CONDUCT, parcels_out
from gis_service.handover.models import HandoverBatch
from gis_service.handover.operations import Result
from gis_service.handover.rules import HANDOVER
from gis_service.parcels.attachments.operations import Kept
from gis_service.procedures import filing, queries, writing
from gis_service.procedures import operations as engine
from gis_service.procedures.conduct import Signing
from gis_service.procedures.filing import Office
from gis_service.procedures.models import Proceeding, ProceedingPaper, ProceedingSignature
from gis_service.procedures.schemas import PaperIn


@dataclass(frozen=True)
class Press:
    """Where papers are kept and who issues them."""

    store: FileStore
    office: Office


def make_for_each(
    session: Session, press: Press, actor: Actor, batch: HandoverBatch, ids: Sequence[int], asked: PaperIn
) -> list[Result]:
    """A paper of its own for every handover."""
    found = operations.in_batch(session, batch, operations.chosen(ids))

    def make(id_: int) -> Result:
        proceeding, at = _open(session, id_), clock.now()
        facts = writing.facts_for(session, CONDUCT, proceeding, asked, at=at, office=press.office, store=press.store)
        facts["signatures"] = signatures_out(session, press.store, [id_])
        made = filing.make_paper(
            session, press.store, actor, HANDOVER, proceeding, asked.kind, facts=facts, office=press.office, as_of=at
        )
        return {**operations.done(proceeding), "doc_no": made.doc_no}

    return operations.each(session, list(found), make, lambda id_: operations.named(found[id_]))


def make_for_all(
    session: Session, press: Press, actor: Actor, batch: HandoverBatch, ids: Sequence[int], asked: PaperIn, *,
    at: datetime | None = None,
) -> list[Result]:  # fmt: skip
    """One paper that names all these parcels, into the file of each; `at` only for loading what happened before."""
    operations.in_batch(session, batch, operations.chosen(ids))
    at = at or clock.now()
    opened = [_open(session, id_) for id_ in sorted(ids)]
    facts = _batch_facts(session, press, batch, opened, asked, at)
    made = filing.make_paper(
        session, press.store, actor, HANDOVER, opened[0], asked.kind, facts=facts, office=press.office, as_of=at
    )
    session.add_all(_copy(made, each) for each in opened[1:])
    session.flush()
    return [{**operations.done(each), "doc_no": made.doc_no} for each in opened]


def _open(session: Session, id_: int) -> Proceeding:
    proceeding = engine.held(session, HANDOVER, id_)
    filing.require_open(HANDOVER, proceeding)
    return proceeding


COPIED = (
    "kind", "title", "doc_no", "docx_sha256", "pdf_sha256", "file_sha256", "file_name", "as_of", "made_by", "made_by_name",
)  # fmt: skip


def _copy(paper: ProceedingPaper, proceeding: Proceeding) -> ProceedingPaper:
    """The same paper in another file."""
    return ProceedingPaper(proceeding_id=proceeding.id, **{name: getattr(paper, name) for name in COPIED})


def _batch_facts(
    session: Session, press: Press, batch: HandoverBatch, opened: Sequence[Proceeding], asked: PaperIn, at: datetime
) -> dict[str, Any]:  # fmt: skip
    """What a paper of the whole batch is told: as of one handover, with the batch's title, land and figures."""
    ids = [each.id for each in opened]
    facts = writing.facts_for(session, CONDUCT, opened[0], asked, at=at, office=press.office, store=press.store)
    land = parcels_out(session, ids)
    address = f"{press.office.base_url.rstrip('/')}/desk/handover_batches/{batch.id}"
    total_m2 = sum(parcel["area_m2"] for parcel in land)
    figures = [
        ("批次", batch.batch_no), ("地块", f"{len(land)} 宗"),
        ("总面积", f"{total_m2:,.2f} ㎡({total_m2 * 3 / 2000:,.2f} 亩)"),
        *([("计划移交日期", f"{batch.planned_on:%Y年%-m月%-d日}")] if batch.planned_on else []),
    ]  # fmt: skip
    return {
        **facts,
        "paper": {**facts["paper"], "address": address, "qr": writing.qr_png(address)},
        "proceeding": {**facts["proceeding"], "no": batch.batch_no, "title": batch.title},
        "rows": [{"label": label, "text": text} for label, text in figures],
        "parcels": land,
        "steps": [],
        "signatures": signatures_out(session, press.store, ids),
        "columns": list(PLAN_COLUMNS) if asked.kind == "handover_plan" else facts.get("columns", []),
        "items": [*map(list, PLAN)] if asked.kind == "handover_plan" else facts.get("items", []),
    }


PLAN_COLUMNS = ("序号", "工作", "办理单位", "形成文书")
PLAN = (
    ("1", "核实权属、界线和摸排情况", "移交方", "权属核实表、摸排结论"),
    ("2", "征求接收方意见", "移交方、接收方", "征求意见函、反馈意见"),
    ("3", "现场踏勘,核对界线、围蔽、警示牌和现状", "移交方、接收方", "现场踏勘记录、问题清单"),
    ("4", "整改现场问题,约定遗留问题", "移交方", "整改报告、遗留问题责任约定"),
    ("5", "签订移交确认书,移交管护", "移交方、接收方、见证方", "移交确认书、移交清单、附图"),
)
"""The work of a handover in its order, as the plan (移交方案) lists it."""


def upload_for_all(
    session: Session, store: FileStore, actor: Actor, batch: HandoverBatch, ids: Sequence[int], kind: str, file: Kept, *,
    doc_no: str | None, title: str | None,
) -> list[Result]:  # fmt: skip
    """A paper as it came (a reply, a signed scan), into the file of each."""
    found = operations.in_batch(session, batch, operations.chosen(ids))

    def upload(id_: int) -> Result:
        proceeding = _open(session, id_)
        filing.upload_paper(session, store, actor, HANDOVER, proceeding, kind, file, doc_no=doc_no, title=title)
        return operations.done(proceeding)

    return operations.each(session, list(found), upload, lambda id_: operations.named(found[id_]))


def sign_all(
    session: Session, store: FileStore, actor: Actor, batch: HandoverBatch, ids: Sequence[int], *, side: str, person: str,
    drawn: bytes | None,
) -> list[Result]:  # fmt: skip
    """Sign many files as they stand, for one side; each is signed under its own log and papers."""
    found = operations.in_batch(session, batch, operations.chosen(ids))

    def sign(id_: int) -> Result:
        proceeding = _open(session, id_)
        engine.require_not_kept_off(session, CONDUCT, actor, proceeding, Signing(side, drawn=drawn is not None))
        unit_id = {
            "giving": proceeding.unit_id,
            "receiving": proceeding.counterpart_unit_id,
            "witness": batch.witness_unit_id,
        }[side]
        filing.sign(session, store, actor, proceeding, side=side, person=person, unit_id=unit_id, drawn=drawn)
        return operations.done(proceeding)

    return operations.each(session, list(found), sign, lambda id_: operations.named(found[id_]))


def signatures_out(session: Session, store: FileStore, ids: Iterable[int]) -> list[dict[str, Any]]:
    """Signatures under handovers that hold, each person once, with what they drew."""
    known = situation.of(session, list(ids))
    found: dict[tuple[str, str], ProceedingSignature] = {}
    for id_ in known:
        for signature in queries.signatures_of(session, id_):
            if signature.side in known[id_].signed:
                found[signature.side, signature.person] = signature
    units = queries.names_of_units(session, [each.unit_id for each in found.values()])
    return [
        {
            "side": engine.SIDES[each.side][0], "unit": units.get(each.unit_id or 0), "person": each.person,
            "on": each.signed_at.astimezone(clock.BEIJING).date(),
            "image": store.path(each.drawn_sha256).read_bytes() if each.drawn_sha256 else None,
        }
        for each in found.values()
    ]  # fmt: skip
