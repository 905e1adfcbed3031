"""What the page of one proceeding is told: facts, offered steps and why not, clocks, papers, files, the log."""

from collections.abc import Mapping, Sequence
from typing import Any

from geoalchemy2.shape import to_shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.access.models import User
from gis_service.core import clock
from gis_service.procedures import facts as reading
from gis_service.procedures import operations, queries, rules
from gis_service.procedures.clocks import readings
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.models import Proceeding, ProceedingFile, ProceedingPaper, ProceedingStep
from gis_service.procedures.rules import Blocker, Fact, FactKind, Procedure, Step
from gis_service.procedures.schemas import (
    amount_out,
    brief_out,
    fact_out,
    file_out,
    offer_out,
    paper_out,
    reading_out,
    step_out,
)


def whole(session: Session, conduct: Conduct, proceeding: Proceeding, actor: Actor) -> dict[str, Any]:
    """Everything the page shows, as this person may see and do it now."""
    procedure = conduct.procedure
    log = queries.log_of(session, proceeding.id)
    papers = queries.papers_of(session, proceeding.id)
    clocks = readings(procedure, log, queries.workdays(session), clock.now())
    units = queries.names_of_units(
        session, [proceeding.unit_id, proceeding.counterpart_unit_id, *ids_in(procedure, log, FactKind.UNIT)]
    )
    people = people_in(session, procedure, proceeding, log)
    areas = queries.names_of_areas(session, [proceeding.area_id])
    return {
        **brief_out(procedure, proceeding, clocks, units=units, areas=areas),
        "officer": people.get(proceeding.officer_id or 0),
        "parent_id": proceeding.parent_id,
        "place": queries.lonlat(proceeding),
        "facts": told(procedure, proceeding.facts, units, people),
        "offers": [_offer(session, conduct, proceeding, step, log, papers, actor) for step in procedure.offered(proceeding.state)],
        "clocks": [reading_out(each) for each in clocks],
        "steps": [_step(procedure, entry, units, people) for entry in log],
        "papers": [paper_out(paper) for paper in papers],
        "paper_kinds": list(procedure.paper_kinds),
        "files": [_file(file) for file in queries.files_of(session, proceeding.id)],
        "signatures": _signatures(session, proceeding),
        "amounts": [amount_out(item) for item in queries.amounts_of(session, proceeding.id)],
        "parcels": queries.parcels_of(session, proceeding.id),
        "children": [{"id": each.id, "noun": each.noun, "proceeding_no": each.proceeding_no, "title": each.title} for each in queries.children_of(session, proceeding.id)],
        "may_file": actor.may(f"{procedure.noun}.file") and not proceeding.is_closed,
        "details": dict(conduct.details(session, proceeding)),
    }  # fmt: skip


def told(
    procedure: Procedure, facts: Mapping[str, Any], units: Mapping[int, str], people: Mapping[int, str]
) -> list[dict[str, Any]]:
    """Facts with their words, in the order of the table."""
    found = []
    for name, fact in procedure.fact_of.items():
        if name in facts:
            found.append(
                {
                    **fact_out(fact),
                    "value": facts[name],
                    "text": text_of(fact, facts[name], units, people),
                    "text_en": text_of(fact, facts[name], units, people, "en"),
                }
            )
    return found


def text_of(fact: Fact, value: Any, units: Mapping[int, str], people: Mapping[int, str], lang: str = "zh") -> str:
    """A value as people read it, units and persons by their names."""
    if fact.kind is FactKind.UNIT:
        return units.get(value, f"#{value}")
    if fact.kind is FactKind.PERSON:
        return people.get(value, f"#{value}")
    return reading.shown(fact, value, lang)


def ids_in(procedure: Procedure, log: Sequence[ProceedingStep], kind: FactKind) -> set[int]:
    names = {name for name, fact in procedure.fact_of.items() if fact.kind is kind}
    return {entry.facts[name] for entry in log for name in names & entry.facts.keys()}


def people_in(
    session: Session, procedure: Procedure, proceeding: Proceeding, log: Sequence[ProceedingStep]
) -> dict[int, str]:
    wanted = {proceeding.officer_id, *ids_in(procedure, log, FactKind.PERSON)} - {None}
    rows = session.execute(select(User.id, User.display_name).where(User.id.in_(wanted))).all() if wanted else []
    return dict(rows)


def _step(
    procedure: Procedure, entry: ProceedingStep, units: Mapping[int, str], people: Mapping[int, str]
) -> dict[str, Any]:
    return step_out(
        procedure,
        entry,
        operations.action_words(procedure, entry.before, entry.action),
        told(procedure, entry.facts, units, people),
    )


def _file(file: ProceedingFile) -> dict[str, Any]:
    point = None if file.place is None else to_shape(file.place)
    return file_out(file, None if point is None else (point.x, point.y))


def _signatures(session: Session, proceeding: Proceeding) -> list[dict[str, Any]]:
    found = queries.signatures_of(session, proceeding.id)
    under = queries.to_be_signed(session, proceeding) if found else ""
    units = queries.names_of_units(session, [each.unit_id for each in found])
    return [
        {
            "id": each.id, "side": each.side, "person": each.person, "unit": units.get(each.unit_id or 0), "signed_at": each.signed_at,
            "is_drawn": each.drawn_sha256 is not None, "holds": each.step_id is not None or each.what_sha256 == under,
        }
        for each in found
    ]  # fmt: skip


def _offer(
    session: Session, conduct: Conduct, proceeding: Proceeding, step: Step, log: Sequence[ProceedingStep],
    papers: Sequence[ProceedingPaper], actor: Actor,
) -> dict[str, Any]:  # fmt: skip
    procedure = conduct.procedure
    waiting = {paper.kind for paper in papers if paper.step_id is None and not paper.withdrawn_at}
    missing = [kind for kind in step.papers if kind not in waiting]
    left = rules.unwaived(conduct.blockers(session, proceeding, step), log)
    kept_off = conduct.keeps_off(session, actor, proceeding, step) if actor.may(step.permission) else None
    why_not = kept_off or _why_not(procedure, step, log, actor, left)
    stays = procedure.target(proceeding.state, step) == proceeding.state
    offer = offer_out(step, stays=stays, allowed=why_not is None, why_not=why_not, missing=missing)
    offer["is_mine"] = actor.may(step.permission)
    offer["blockers"] = [{"code": b.code, "zh": b.zh, "en": b.en, "waivable": b.waivable, "link": b.link} for b in left]
    return offer


def _why_not(
    procedure: Procedure, step: Step, log: Sequence[ProceedingStep], actor: Actor, left: Sequence[Blocker]
) -> tuple[str, str] | None:  # fmt: skip
    """Why this person cannot take the step now, whatever they write into its form."""
    if not actor.may(step.permission):
        return "由其他角色办理", "for another role"
    earlier = rules.may_not_be(step, log, actor.id)
    if earlier is not None:
        named = next(each for each in procedure.steps if each.action == earlier)
        return f"“{named.zh}”是您办的,须由他人办理", f"you did '{named.en}'; somebody else must do this"
    if left:
        return ";".join(each.zh for each in left), "; ".join(each.en for each in left)
    return None
