"""Reads of batches: the list with its counts, one batch with everything that stands in the way of each parcel."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.core import db
from gis_service.core.errors import NotFound
from gis_service.handover import rules, situation
from gis_service.handover.conduct import ahead, blocker_out, land_of
from gis_service.handover.models import Handover, HandoverAct, HandoverBatch
from gis_service.handover.rules import BATCH_WORDS, HANDOVER, BatchState
from gis_service.papers.catalogue import KINDS
from gis_service.procedures import queries as proceedings
from gis_service.procedures.clocks import most_pressing, readings
from gis_service.procedures.models import Proceeding, ProceedingPaper
from gis_service.procedures.rules import Step
from gis_service.procedures.schemas import fact_out, paper_out, reading_out
from gis_service.procedures.workdays import Workdays

UNIT_COLUMNS = ("giving_unit_id", "receiving_unit_id", "witness_unit_id")


def one(session: Session, batch_id: int) -> HandoverBatch:
    batch = session.get(HandoverBatch, batch_id)
    if batch is None:
        raise NotFound(what="移交批次", key=batch_id)
    return batch


def held(session: Session, batch_id: int) -> HandoverBatch:
    """The batch, locked against another change of itself."""
    batch = session.get(HandoverBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch is None:
        raise NotFound(what="移交批次", key=batch_id)
    return batch


def listed(session: Session, *, state: str | None, before_id: int | None, size: int) -> list[HandoverBatch]:
    """Newest first."""
    asked = select(HandoverBatch).order_by(HandoverBatch.id.desc()).limit(size)
    if state:
        asked = asked.where(HandoverBatch.state == state)
    if before_id is not None:
        asked = asked.where(HandoverBatch.id < before_id)
    return list(session.scalars(asked))


def batches_out(session: Session, batches: Sequence[HandoverBatch]) -> list[dict[str, Any]]:
    """Batches with the names of their units and how many parcels stand where."""
    units = proceedings.names_of_units(session, (getattr(batch, c) for batch in batches for c in UNIT_COLUMNS))
    counts = _counts(session, [batch.id for batch in batches])
    return [batch_out(batch, units, counts[batch.id]) for batch in batches]


def batch_out(batch: HandoverBatch, units: dict[int, str], counts: Counter[str]) -> dict[str, Any]:
    zh, en = BATCH_WORDS[BatchState(batch.state)]
    named = {column.removesuffix("_unit_id"): units.get(getattr(batch, column) or 0) for column in UNIT_COLUMNS}
    return {
        "id": batch.id, "batch_no": batch.batch_no, "title": batch.title, **named,
        **{column: getattr(batch, column) for column in UNIT_COLUMNS},
        "planned_on": batch.planned_on, "state": {"code": batch.state, "zh": zh, "en": en}, "remark": batch.remark,
        "created_at": batch.created_at, "created_by": batch.created_by_name, "closed_at": batch.closed_at,
        "version": batch.row_version,
        "counts": [
            {"code": state.code, "zh": state.zh, "en": state.en, "count": counts[state.code]}
            for state in HANDOVER.states if counts[state.code]
        ],
        "parcels": sum(counts.values()) - counts["withdrawn"] - counts["refused"],
        "done": counts["handed_over"] + counts["transferred_again"] + counts["returned"],
    }  # fmt: skip


def _counts(session: Session, ids: Sequence[int]) -> dict[int, Counter[str]]:
    asked = (
        select(Handover.batch_id, Proceeding.state, func.count())
        .join(Proceeding, Proceeding.id == Handover.proceeding_id)
        .where(Handover.batch_id.in_(ids))
        .group_by(Handover.batch_id, Proceeding.state)
    )
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for batch_id, state, count in session.execute(asked):
        found[batch_id][state] = count
    return found


def handovers_of(session: Session, batch_id: int, ids: Iterable[int] | None = None) -> list[Proceeding]:
    """The handovers of a batch that one may see, in the order in which they were listed; some of them or all."""
    asked = (
        select(Proceeding).join(Handover, Handover.proceeding_id == Proceeding.id).where(Handover.batch_id == batch_id)
    )
    if ids is not None:
        asked = asked.where(Proceeding.id.in_(list(ids)))
    return list(session.scalars(asked.order_by(Proceeding.id)))


def overview(session: Session, batch: HandoverBatch, now: datetime) -> dict[str, Any]:
    """A batch with each of its handovers: where it stands, everything in its way, what is next, its clock, its papers.

    The number of queries does not grow with the number of parcels.
    """
    found = handovers_of(session, batch.id)
    ids = [each.id for each in found]
    known = situation.of(session, ids)
    land = {row["proceeding_id"]: row for row in land_of(session, ids)}
    areas = proceedings.names_of_areas(session, [each.area_id for each in found])
    receivers = proceedings.names_of_units(session, [each.counterpart_unit_id for each in found])
    calendar = proceedings.workdays(session)
    rows = [
        {**_row(each, known[each.id], land[each.id], calendar, now), "area": areas.get(each.area_id or 0),
         "receiving": receivers.get(each.counterpart_unit_id or 0)}
        for each in found
    ]  # fmt: skip
    (out,) = batches_out(session, [batch])
    return {
        **out,
        "handovers": rows,
        "offers": _offers(found),
        "papers": _papers(known),
        "acts": [act_out(act) for act in acts_of(session, batch.id)],
        "as_of": now,
    }


def _row(
    each: Proceeding, known: situation.Known, land: dict[str, Any], calendar: Workdays, now: datetime
) -> dict[str, Any]:  # fmt: skip
    state = HANDOVER.by_code[each.state]
    pressing = most_pressing(readings(HANDOVER, known.log, calendar, now))
    following = rules.way_on(each.state)
    waiting = {paper.kind for paper in known.papers if situation.is_waiting(paper)}
    return {
        "id": each.id, "proceeding_no": each.proceeding_no, "version": each.row_version,
        "state": {"code": state.code, "zh": state.zh, "en": state.en, "final": state.final},
        "parcel_id": known.situation.parcel_id, "parcel_no": land["parcel_no"], "parcel_name": land["parcel_name"],
        "area_m2": land["area_m2"], "location_text": land["location_text"], "outline": land["outline"],
        "blockers": [blocker_out(blocker) for blocker in ahead(known)],
        "next": following and {
            "action": following.action, "zh": following.zh, "en": following.en,
            "missing_papers": [kind for kind in following.papers if kind not in waiting],
            "missing_signatures": [side for side in following.signatures if side not in known.signed],
        },
        "pressing": reading_out(pressing) if pressing else None,
        "signed": sorted(known.signed),
        "papers_waiting": sorted(waiting),
        "last_at": known.log[-1].at,
    }  # fmt: skip


def _offers(found: Sequence[Proceeding]) -> list[dict[str, Any]]:
    """Steps that the table has for some of the batch, each with whom it can be tried for; whoever may not is told when trying."""
    offers: dict[str, dict[str, Any]] = {}
    for step in HANDOVER.steps:
        ids = [each.id for each in found if each.state in step.starts]
        if ids and step.action not in NOT_IN_BATCHES:
            offer = offers.setdefault(step.action, {**_offer(step), "handover_ids": []})
            offer["handover_ids"] += ids
    return list(offers.values())


NOT_IN_BATCHES = ("transfer_again",)
"""Entered by itself when the next handover is signed."""


def _offer(step: Step) -> dict[str, Any]:
    return {
        "action": step.action, "zh": step.zh, "en": step.en, "permission": step.permission, "is_return": step.is_return,
        "needs_reason": step.says_why, "stays": step.to is None, "facts": [fact_out(fact) for fact in step.facts],
        "papers": [{"kind": kind, "zh": KINDS[kind].zh, "en": KINDS[kind].en} for kind in step.papers],
        "signatures": list(step.signatures),
    }  # fmt: skip


def _papers(known: dict[int, situation.Known]) -> list[dict[str, Any]]:
    """Each paper of the batch once, with the handovers in whose files it lies; the newest first."""
    files: dict[str, list[ProceedingPaper]] = defaultdict(list)
    for each in known.values():
        for paper in each.papers:
            files[paper.pdf_sha256 or paper.file_sha256 or str(paper.id)].append(paper)
    firsts = sorted(files.values(), key=lambda papers: papers[0].made_at, reverse=True)
    return [{**paper_out(papers[0]), "handover_ids": [paper.proceeding_id for paper in papers]} for papers in firsts]


def acts_of(session: Session, batch_id: int, most: int = 20) -> list[HandoverAct]:
    asked = select(HandoverAct).where(HandoverAct.batch_id == batch_id).order_by(HandoverAct.id.desc()).limit(most)
    return list(session.scalars(asked))


def act_in(session: Session, batch_id: int, act_id: int) -> HandoverAct:
    act = session.get(HandoverAct, act_id)
    if act is None or act.batch_id != batch_id:
        raise NotFound(what="批次操作", key=act_id)
    return act


def act_out(act: HandoverAct) -> dict[str, Any]:
    outcomes = Counter(result["outcome"] for result in act.results)
    return {
        "id": act.id, "kind": act.kind, "what": act.what, "state": act.state, "results": act.results,
        "done": outcomes["done"], "refused": outcomes["refused"], "created_at": act.created_at, "created_by": act.created_by_name,
        "done_at": act.done_at,
    }  # fmt: skip


def is_under_way(session: Session, batch_id: int) -> int:
    """How many handovers of a batch are not finished, whoever asks."""
    with db.seeing_all(session):
        asked = select(func.count()).where(Handover.batch_id == batch_id, Handover.is_under_way)
        return session.scalar(asked) or 0
