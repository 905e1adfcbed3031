"""Verbs of the engine: open a proceeding, take a step. Nothing here commits.

A step is taken in one transaction: the row is locked, so that two people queue up and the second is told what the first did;
then table, right, facts, papers, signatures and blockers are asked in that order, and the first that says no is the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from geoalchemy2.shape import from_shape
from shapely.geometry import Point
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import chain, clock, db
from gis_service.core.clock import BEIJING
from gis_service.core.errors import NotFound
from gis_service.core.srid import STORAGE_SRID
from gis_service.papers.catalogue import KINDS
from gis_service.procedures import facts as reading
from gis_service.procedures import queries, rules
from gis_service.procedures.conduct import Act, Conduct
from gis_service.procedures.errors import (
    BeforeLast,
    Blocked,
    FactsWanting,
    InFuture,
    NotAStep,
    NotYours,
    OutsideScope,
    PapersWanting,
    ReasonWanting,
    SamePerson,
    SignaturesWanting,
    StepTaken,
)
from gis_service.procedures.models import (
    Proceeding,
    ProceedingNumber,
    ProceedingPaper,
    ProceedingParcel,
    ProceedingSignature,
    ProceedingStep,
)
from gis_service.procedures.rules import OPEN, Procedure, Step

SIDES = {
    "giving": ("移交方", "the giving side"),
    "receiving": ("接收方", "the receiving side"),
    "witness": ("见证方", "the witness"),
}


@dataclass(frozen=True)
class Opening:
    """What a new proceeding is about."""

    title: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    area_id: int | None = None
    unit_id: int | None = None
    counterpart_unit_id: int | None = None
    parent_id: int | None = None
    parcel_ids: Sequence[int] = ()
    place: tuple[float, float] | None = None
    """Longitude and latitude in the storage system."""
    place_text: str | None = None
    happened_on: date | None = None
    reason: str = ""
    at: datetime | None = None
    """When it was written down: only for loading what happened before; else now."""


@dataclass(frozen=True)
class Told:
    """What a person says with a step."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    happened_on: date | None = None
    at: datetime | None = None
    """As in `Opening`."""


def open_proceeding(session: Session, conduct: Conduct, actor: Actor, district: str, opening: Opening) -> Proceeding:
    """A new proceeding in the first state of its procedure, with the next number of its kind and year."""
    procedure = conduct.procedure
    known = _facts(procedure.opening, opening.facts, "登记", "opening")
    at = opening.at or clock.now()
    day = _day(opening.happened_on, at, None)
    proceeding = Proceeding(
        district_code=district,
        noun=procedure.noun,
        proceeding_no=next_no(session, district, procedure.letters, at.astimezone(BEIJING).year),
        title=opening.title.strip(),
        state=procedure.start.code,
        facts=known,
        area_id=opening.area_id,
        unit_id=opening.unit_id,
        counterpart_unit_id=opening.counterpart_unit_id,
        parent_id=opening.parent_id,
        place=None if opening.place is None else from_shape(Point(opening.place), srid=STORAGE_SRID),
        place_text=opening.place_text,
        opened_at=at,
        opened_by=actor.id,
        row_version=1,
    )
    session.add(proceeding)
    _flush(session)
    session.add_all(
        ProceedingParcel(proceeding_id=proceeding.id, parcel_id=each) for each in dict.fromkeys(opening.parcel_ids)
    )
    entry = _write(session, proceeding, actor, None, OPEN, proceeding.state, at, day, opening.reason, known, [])
    conduct.follows(session, actor, proceeding, entry)
    _flush(session)
    return proceeding


def next_no(session: Session, district: str, letters: str, year: int) -> str:
    """The next number of a kind in a year, like AJ2026-0012: one row, held until the transaction ends, so none is left out."""
    row = {"district_code": district, "letters": letters, "year": year, "last": 1}
    last = session.scalar(
        insert(ProceedingNumber)
        .values(row)
        .on_conflict_do_update(
            index_elements=["district_code", "letters", "year"], set_={"last": ProceedingNumber.last + 1}
        )
        .returning(ProceedingNumber.last)
    )
    return f"{letters}{year}-{last:04}"


def advance(
    session: Session, conduct: Conduct, actor: Actor, proceeding_id: int, action: str, *, seen: int, told: Told,
    request_id: str = "",
) -> ProceedingStep:  # fmt: skip
    """Take one step of a proceeding as it stood at step number `seen`.

    Raises `StepTaken` when somebody was faster, `NotAStep`, `Forbidden`, `SamePerson`, `ReasonWanting`, `FactsWanting`,
    `PapersWanting`, `SignaturesWanting`, `Blocked`.
    """
    procedure = conduct.procedure
    proceeding = held(session, procedure, proceeding_id)
    log = queries.log_of(session, proceeding.id)
    if proceeding.row_version != seen:
        raise taken_by(procedure, proceeding, log[-1])
    step = _step(procedure, proceeding, action)
    enter_as(session, actor, step.permission, proceeding_id, request_id)
    _may_do(procedure, step, log, actor)
    require_not_kept_off(session, conduct, actor, proceeding, step)
    if step.says_why and not told.reason.strip():
        raise ReasonWanting(**_words(step))
    known = _facts(step.facts, told.facts, step.zh, step.en)
    at = max(told.at or clock.now(), log[-1].at)
    day = _day(told.happened_on, at, log[-1].happened_on)
    papers = _papers(session, proceeding, step)
    signatures = _signatures(session, proceeding, step)
    _unblocked(session, conduct, proceeding, step, log)
    entry = _write(
        session, proceeding, actor, log[-1], step.action, procedure.target(proceeding.state, step), at, day,
        told.reason, known, [*map(_paper_line, papers), *map(_signature_line, signatures)],
    )  # fmt: skip
    _give_to(session, entry, papers, signatures)
    _move(procedure, proceeding, entry)
    conduct.follows(session, actor, proceeding, entry)
    _flush(session)
    return entry


def held(session: Session, procedure: Procedure, proceeding_id: int) -> Proceeding:
    """The proceeding, locked; raises `NotFound` where there is none of this procedure that one may see."""
    found = session.get(Proceeding, proceeding_id, with_for_update=True, populate_existing=True)
    if found is None or found.noun != procedure.noun:
        raise NotFound(what=procedure.zh, key=proceeding_id)
    return found


def enter_as(session: Session, actor: Actor, permission: str, proceeding_id: int, request_id: str) -> None:
    """Go on in the scope of the step's own permission: who may read here may not therefore act here."""
    db.enter(session, actor.scope(permission, request_id))
    if queries.is_seen(session, proceeding_id) is False:
        raise OutsideScope()


def taken_by(procedure: Procedure, proceeding: Proceeding, last: ProceedingStep) -> StepTaken:
    state = procedure.by_code[proceeding.state]
    zh, en = action_words(procedure, last.before, last.action)
    return StepTaken(
        no=proceeding.proceeding_no, who=last.actor_name, when=last.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M"),
        action_zh=zh, action_en=en, state_zh=state.zh, state_en=state.en, version=proceeding.row_version,
    )  # fmt: skip


def action_words(procedure: Procedure, before: str, action: str) -> tuple[str, str]:
    """What an action of a log is called."""
    step = rules.step_of(procedure, before, action)
    return (step.zh, step.en) if step else ("登记", "opening")


def _step(procedure: Procedure, proceeding: Proceeding, action: str) -> Step:
    step = rules.step_of(procedure, proceeding.state, action)
    if step is None:
        offered = list(procedure.offered(proceeding.state))
        named = next((each for each in procedure.steps if each.action == action), None)
        state = procedure.by_code[proceeding.state]
        raise NotAStep(
            no=proceeding.proceeding_no, state_zh=state.zh, state_en=state.en,
            action_zh=named.zh if named else action, action_en=named.en if named else action,
            offered_zh="、".join(each.zh for each in offered) or "无", offered_en=", ".join(each.en for each in offered) or "nothing",
        )  # fmt: skip
    return step


def _may_do(procedure: Procedure, step: Step, log: Sequence[ProceedingStep], actor: Actor) -> None:
    earlier = rules.may_not_be(step, log, actor.id)
    if earlier is not None:
        named = next(each for each in procedure.steps if each.action == earlier)
        raise SamePerson(**_words(step), earlier_zh=named.zh, earlier_en=named.en)


def require_not_kept_off(session: Session, conduct: Conduct, actor: Actor, proceeding: Proceeding, act: Act) -> None:
    """Raises `NotYours` where the noun keeps this person off the act."""
    why = conduct.keeps_off(session, actor, proceeding, act)
    if why:
        raise NotYours(why_zh=why[0], why_en=why[1])


def _words(step: Step) -> dict[str, Any]:
    return {"action_zh": step.zh, "action_en": step.en}


def _facts(wanted: Sequence[rules.Fact], given: Mapping[str, Any], zh: str, en: str) -> dict[str, Any]:
    known, faults = reading.read_all(wanted, given)
    if faults:
        raise FactsWanting(errors=faults, action_zh=zh, action_en=en, count=len(faults))
    return known


def _day(told: date | None, at: datetime, last: date | None) -> date:
    """The day a step happened; not in the future, and not before the step before it."""
    today = at.astimezone(BEIJING).date()
    day = told or today
    if day > today:
        raise InFuture(on=day.isoformat())
    if last is not None and day < last:
        raise BeforeLast(on=day.isoformat(), last=last.isoformat())
    return day


def _papers(session: Session, proceeding: Proceeding, step: Step) -> list[ProceedingPaper]:
    """Papers in the file that no step took yet, of each kind the step needs."""
    waiting = [
        paper for paper in queries.papers_of(session, proceeding.id) if paper.step_id is None and not paper.withdrawn_at
    ]
    there = {paper.kind for paper in waiting}
    missing = [kind for kind in step.papers if kind not in there]
    if missing:
        raise PapersWanting(
            **_words(step), kinds=missing,
            papers_zh="、".join(KINDS[kind].zh for kind in missing), papers_en=", ".join(KINDS[kind].en for kind in missing),
        )  # fmt: skip
    return [paper for paper in waiting if paper.kind in step.papers]


def _signatures(session: Session, proceeding: Proceeding, step: Step) -> list[ProceedingSignature]:
    """Signatures under log and papers as they stand, of each side the step needs."""
    if not step.signatures:
        return []
    under = queries.to_be_signed(session, proceeding)
    valid = [each for each in queries.signatures_of(session, proceeding.id) if each.what_sha256 == under]
    missing = [side for side in step.signatures if side not in {each.side for each in valid}]
    if missing:
        words = [SIDES.get(side, (side, side)) for side in missing]
        raise SignaturesWanting(
            **_words(step),
            sides=missing,
            sides_zh="、".join(zh for zh, _ in words),
            sides_en=", ".join(en for _, en in words),
        )
    return valid


def _unblocked(
    session: Session, conduct: Conduct, proceeding: Proceeding, step: Step, log: Sequence[ProceedingStep]
) -> None:
    left = rules.unwaived(conduct.blockers(session, proceeding, step), log)
    if left:
        raise Blocked(
            **_words(step),
            errors=[{"code": each.code, "message": each.zh, "message_en": each.en, "waivable": each.waivable, "link": each.link} for each in left],
            blockers_zh=";".join(each.zh for each in left), blockers_en="; ".join(each.en for each in left),
        )  # fmt: skip


def _paper_line(paper: ProceedingPaper) -> dict[str, Any]:
    return {"kind": paper.kind, "doc_no": paper.doc_no, "sha256": paper.pdf_sha256 or paper.file_sha256}


def _signature_line(signature: ProceedingSignature) -> dict[str, Any]:
    return {"kind": "signature", "side": signature.side, "person": signature.person, "sha256": signature.drawn_sha256}


def _write(
    session: Session, proceeding: Proceeding, actor: Actor, last: ProceedingStep | None, action: str, after: str,
    at: datetime, day: date, reason: str, facts: Mapping[str, Any], papers: Sequence[Mapping[str, Any]],
) -> ProceedingStep:  # fmt: skip
    """One more line of the log, hashed together with the line before."""
    entry = ProceedingStep(
        proceeding_id=proceeding.id, seq=last.seq + 1 if last else 1, action=action, before=last.after if last else "",
        after=after, actor_id=actor.id, actor_name=actor.name, at=at, happened_on=day, reason=reason.strip(),
        facts=dict(facts), papers=list(papers), previous_hash=last.hash if last else chain.START,
    )  # fmt: skip
    entry.hash = chain.link(entry.previous_hash, queries.line(entry, proceeding.proceeding_no))
    session.add(entry)
    _flush(session)
    return entry


def _give_to(
    session: Session,
    entry: ProceedingStep,
    papers: Sequence[ProceedingPaper],
    signatures: Sequence[ProceedingSignature],
) -> None:
    for kind, taken in ((ProceedingPaper, papers), (ProceedingSignature, signatures)):
        if taken:
            session.execute(update(kind).where(kind.id.in_([each.id for each in taken])).values(step_id=entry.id))


def _move(procedure: Procedure, proceeding: Proceeding, entry: ProceedingStep) -> None:
    proceeding.state, proceeding.row_version = entry.after, entry.seq
    proceeding.facts = {**proceeding.facts, **entry.facts}
    proceeding.is_closed = procedure.by_code[entry.after].final
    proceeding.closed_at = entry.at if proceeding.is_closed else None


def _flush(session: Session) -> None:
    """Write; what would lie outside the person's scope is refused by the row policy."""
    try:
        session.flush()
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") == "42501":
            raise OutsideScope() from None
        raise
