"""Verbs of batches: make one, list parcels, and one act for many handovers, each tried by itself. Nothing here commits.

What an act does to one handover stands or falls in a savepoint of its own, so that a refusal for one parcel does not stop the
others; what became of each is kept with the act.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import clock, db
from gis_service.core.errors import NotFound, Refusal, Stale
from gis_service.core.http import conflict
from gis_service.handover import queries, rules
from gis_service.handover.conduct import CONDUCT
from gis_service.handover.errors import (
    AlreadyInCare,
    AlreadyListed,
    BatchClosed,
    BatchUnderWay,
    NothingChosen,
    NotInBatch,
    ParcelRetired,
    TooManyParcels,
)
from gis_service.handover.models import Handover, HandoverAct, HandoverBatch
from gis_service.handover.rules import HANDOVER, BatchState
from gis_service.notifications import operations as notifications
from gis_service.notifications.rules import Level
from gis_service.parcels import operations as register
from gis_service.parcels.models import Parcel
from gis_service.parcels.operations import Why
from gis_service.procedures import operations as engine
from gis_service.procedures import queries as proceedings
from gis_service.procedures import telling
from gis_service.procedures.models import Proceeding
from gis_service.procedures.operations import Opening, Told

MOST = 500
"""Parcels of one act; a batch of the district has some dozens."""

Result = dict[str, Any]


@dataclass(frozen=True)
class BatchSaid:
    """What is said of a new batch."""

    title: str
    giving_unit_id: int
    receiving_unit_id: int
    witness_unit_id: int | None = None
    planned_on: date | None = None
    remark: str | None = None


def create(session: Session, actor: Actor, district: str, said: BatchSaid) -> HandoverBatch:
    batch = HandoverBatch(
        district_code=district,
        batch_no=engine.next_no(session, district, rules.BATCH_LETTERS, clock.today().year),
        created_by=actor.id,
        created_by_name=actor.name,
        **vars(said),
    )
    session.add(batch)
    session.flush()
    return batch


def change(session: Session, batch: HandoverBatch, *, seen: int, facts: Mapping[str, Any]) -> HandoverBatch:
    """Title, planned day or remark; the units stand since the first parcel was listed for them."""
    _require_seen(batch, seen)
    for name, value in facts.items():
        setattr(batch, name, value)
    batch.row_version += 1
    session.flush()
    return batch


def close(session: Session, batch: HandoverBatch, *, seen: int) -> HandoverBatch:
    """End a batch in which nothing is under way any more."""
    _require_seen(batch, seen)
    if left := queries.is_under_way(session, batch.id):
        raise BatchUnderWay(batch_no=batch.batch_no, count=left)
    batch.state, batch.closed_at = BatchState.CLOSED, clock.now()
    batch.row_version += 1
    session.flush()
    return batch


def _require_seen(batch: HandoverBatch, seen: int) -> None:
    if batch.row_version != seen:
        raise Stale(what="移交批次", key=batch.batch_no)


# --- parcels of a batch -----------------------------------------------------------------------------------------------


def add_parcels(session: Session, actor: Actor, batch: HandoverBatch, parcel_ids: Sequence[int]) -> HandoverAct:
    """List parcels: a handover is opened for each that can be handed over, the others are named with the reason."""
    if batch.state != BatchState.OPEN:
        raise BatchClosed(batch_no=batch.batch_no)
    wanted = chosen(parcel_ids)
    parcels = {row.id: row for row in session.scalars(select(Parcel).where(Parcel.id.in_(wanted)))}
    listed = _listed_elsewhere(session, wanted)

    def add(parcel_id: int) -> Result:
        proceeding = _add(session, actor, batch, parcels.get(parcel_id), parcel_id, listed.get(parcel_id))
        return _done(proceeding, parcel_id=parcel_id, parcel_no=parcels[parcel_id].parcel_no)

    numbers = {id_: {"parcel_id": id_, "parcel_no": parcel.parcel_no} for id_, parcel in parcels.items()}
    results = each(session, wanted, add, lambda id_: numbers.get(id_, {"parcel_id": id_}))
    return keep(session, actor, batch, "add", {"parcel_ids": wanted}, results)


def chosen(ids: Iterable[int]) -> list[int]:
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        raise NothingChosen()
    if len(wanted) > MOST:
        raise TooManyParcels(most=MOST, count=len(wanted))
    return wanted


def _listed_elsewhere(session: Session, parcel_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Parcels under way already: number of the handover and of its batch."""
    with db.seeing_all(session):
        asked = (
            select(Handover.parcel_id, Proceeding.proceeding_no, HandoverBatch.batch_no)
            .join(Proceeding, Proceeding.id == Handover.proceeding_id)
            .join(HandoverBatch, HandoverBatch.id == Handover.batch_id)
            .where(Handover.is_under_way, Handover.parcel_id.in_(parcel_ids))
        )
        return {parcel_id: (no, batch_no) for parcel_id, no, batch_no in session.execute(asked)}


def _add(
    session: Session, actor: Actor, batch: HandoverBatch, parcel: Parcel | None, parcel_id: int, elsewhere: tuple[str, str] | None
) -> Proceeding:  # fmt: skip
    if parcel is None:
        raise NotFound(what="地块", key=parcel_id)
    if parcel.retired_on:
        raise ParcelRetired(parcel_no=parcel.parcel_no)
    if elsewhere:
        raise AlreadyListed(parcel_no=parcel.parcel_no, proceeding_no=elsewhere[0], batch_no=elsewhere[1])
    in_care = parcel.handover_status in rules.KEPT_IN_CARE
    if in_care and parcel.custodian_unit_id == batch.receiving_unit_id:
        names = proceedings.names_of_units(session, [batch.receiving_unit_id])
        raise AlreadyInCare(parcel_no=parcel.parcel_no, unit=names[batch.receiving_unit_id])
    opening = Opening(
        title=f"{parcel.parcel_no} {parcel.parcel_name or ''}".strip(), area_id=parcel.area_id, unit_id=batch.giving_unit_id,
        counterpart_unit_id=batch.receiving_unit_id, parcel_ids=[parcel.id], place_text=parcel.location_text,
    )  # fmt: skip
    proceeding = engine.open_proceeding(session, CONDUCT, actor, batch.district_code, opening)
    enter_in(session, batch, proceeding, parcel)
    if not in_care:
        why = Why(f"移交 {proceeding.proceeding_no}:列入批次 {batch.batch_no}", None)
        facts = {"handover_status": proceeding.state}
        register.change(session, parcel.id, seen=parcel.row_version, facts=facts, why=why)
    return proceeding


def enter_in(session: Session, batch: HandoverBatch, proceeding: Proceeding, parcel: Parcel) -> Handover:
    """The handover's own row beside its proceeding."""
    handover = Handover(
        proceeding_id=proceeding.id, batch_id=batch.id, parcel_id=parcel.id, area_id=parcel.area_id,
        giving_unit_id=batch.giving_unit_id, receiving_unit_id=batch.receiving_unit_id, witness_unit_id=batch.witness_unit_id,
        custodian_before_id=parcel.custodian_unit_id, status_before=parcel.handover_status,
    )  # fmt: skip
    session.add(handover)
    session.flush()
    return handover


# --- one act for many -------------------------------------------------------------------------------------------------


def step_many(
    session: Session, actor: Actor, batch: HandoverBatch, seen: Mapping[int, int], action: str, told: Told, *, request_id: str = ""
) -> list[Result]:  # fmt: skip
    """One step for many handovers, each as the version it was seen at."""
    found = in_batch(session, batch, chosen(seen))

    def take(id_: int) -> Result:
        engine.advance(session, CONDUCT, actor, id_, action, seen=seen[id_], told=told, request_id=request_id)
        return done(session.get_one(Proceeding, id_))

    results = each(session, list(seen), take, lambda id_: named(found[id_]))
    moved = [found[result["handover_id"]] for result in results if result["outcome"] == "done"]
    _tell(session, batch, moved)
    return results


def _tell(session: Session, batch: HandoverBatch, moved: Sequence[Proceeding]) -> None:
    """One message a person for all parcels that came to a state together, not one for each."""
    groups: dict[str, list[Proceeding]] = defaultdict(list)
    for proceeding in moved:
        groups[proceeding.state].append(proceeding)
    for code, found in groups.items():
        state = HANDOVER.by_code[code]
        people = _waiting(session, found)
        if state.final or not people:
            continue
        notifications.tell(
            session, user_ids=sorted(people), kind=HANDOVER.noun, level=Level.INFO,
            title_zh=f"移交批次 {batch.batch_no}:{len(found)} 宗{state.zh}",
            title_en=f"Handover batch {batch.batch_no}: {len(found)} parcels, {state.en}",
            body_zh=f"批次“{batch.title}”有 {len(found)} 宗地块现为“{state.zh}”,待您办理。",
            body_en=f"{len(found)} parcels of batch '{batch.title}' are at '{state.en}' and wait for you.",
            link=f"/desk/handover_batches/{batch.id}", subject=f"handover_batch/{batch.id}",
            dedupe_key=f"handover_batch/{batch.id}/{code}/{found[0].id}.{found[0].row_version}",
        )  # fmt: skip


def _waiting(session: Session, found: Sequence[Proceeding]) -> set[int]:
    """Whose turn it is; asked once for each area and officer in charge, since the units are those of the batch."""
    alike = {(each.area_id, each.officer_id, each.unit_id, each.counterpart_unit_id): each for each in found}
    return {person for each in alike.values() for person in telling.people_for(session, CONDUCT, each)}


def in_batch(session: Session, batch: HandoverBatch, ids: Sequence[int]) -> dict[int, Proceeding]:
    """Handovers of a batch by id; raises `NotInBatch` for the first that is none, or none one may see."""
    found = {each.id: each for each in queries.handovers_of(session, batch.id, ids)}
    for id_ in ids:
        if id_ not in found:
            raise NotInBatch(batch_no=batch.batch_no, handover_id=id_)
    return found


def named(proceeding: Proceeding) -> Result:
    """A handover's title begins with the number of its parcel."""
    return {
        "handover_id": proceeding.id,
        "proceeding_no": proceeding.proceeding_no,
        "parcel_no": proceeding.title.split(" ")[0],
    }


def each(
    session: Session, ids: Sequence[int], do: Callable[[int], Result], name: Callable[[int], Result]
) -> list[Result]:
    """Do it for each in a savepoint of its own; a refusal becomes the result of that one."""
    names = {id_: name(id_) for id_ in ids}
    results = []
    for id_ in ids:
        try:
            with session.begin_nested():
                results.append(do(id_))
        except Refusal as refusal:
            results.append({**names[id_], **_refused(refusal)})
        except IntegrityError as error:
            results.append({**names[id_], **_refused(conflict(error))})
    return results


def _done(proceeding: Proceeding, **names: Any) -> Result:
    return {
        **names, "handover_id": proceeding.id, "proceeding_no": proceeding.proceeding_no, "outcome": "done", "state": proceeding.state,
        "version": proceeding.row_version,
    }  # fmt: skip


def done(proceeding: Proceeding) -> Result:
    return _done(proceeding, **named(proceeding))


def _refused(refusal: Refusal) -> Result:
    return {
        "outcome": "refused", "code": refusal.code, "zh": refusal.sentence("zh"), "en": refusal.sentence("en"),
        "errors": refusal.errors,
    }  # fmt: skip


def keep(
    session: Session, actor: Actor, batch: HandoverBatch, kind: str, what: Mapping[str, Any], results: Sequence[Result] | None,
    waiting: Mapping[str, Any] | None = None,
) -> HandoverAct:  # fmt: skip
    """Remember an act of a batch; without results it waits for the worker."""
    act = HandoverAct(
        batch_id=batch.id, kind=kind, what=dict(what), state="queued" if results is None else "done", results=list(results or []),
        waiting=None if waiting is None else dict(waiting), created_by=actor.id, created_by_name=actor.name,
        done_at=None if results is None else clock.now(),
    )  # fmt: skip
    session.add(act)
    session.flush()
    return act
