"""What a survey adds to the engine: its own row, what blocks report and approval, how the register follows."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import db
from gis_service.parcels import operations as register
from gis_service.parcels.models import Parcel
from gis_service.parcels.operations import Why
from gis_service.parcels.rules import SurveyStatus
from gis_service.procedures import operations
from gis_service.procedures import queries as engine
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.models import Proceeding, ProceedingStep
from gis_service.procedures.rules import OPEN, Blocker, Step, last_doer
from gis_service.surveys import queries
from gis_service.surveys.errors import OneParcelOnly, UnderWay
from gis_service.surveys.models import Survey
from gis_service.surveys.procedure import CONCLUSIVE, SURVEY, fewest_points
from gis_service.surveys.rules import SurveyResult

KEPT = {"suspicion": "suspicion", "survey_result": "result", "contractor": "contractor"}
"""Facts that the survey's own row keeps, by their names there."""

# --- what blocks ----------------------------------------------------------------------------------------------------


def blockers(session: Session, proceeding: Proceeding, step: Step) -> list[Blocker]:
    """What stands in the way of a report is asked again of an approval, since points may have come meanwhile."""
    if step.action == "report":
        return _evidence(session, proceeding)
    if step.action == "approve":
        return [*_review(session, proceeding), *_conclusion(session, proceeding)]
    return []


def _evidence(session: Session, proceeding: Proceeding) -> list[Blocker]:
    """What was dug up must have been looked at: every sample has its results."""
    waiting = queries.samples_without_results(session, proceeding.id)
    if not waiting:
        return []
    names = "、".join(waiting[:5]) + (f" 等 {len(waiting)} 个" if len(waiting) > 5 else "")
    return [
        Blocker(
            "results_wanting", f"样品 {names}没有检测结果", f"{len(waiting)} samples have no results", waivable=True
        )
    ]


def _review(session: Session, proceeding: Proceeding) -> list[Blocker]:
    """A passing review after the last report."""
    log = engine.log_of(session, proceeding.id)
    reported = max((entry.seq for entry in log if entry.action == "report"), default=0)
    reviews = [entry.facts["verdict"] for entry in log if entry.action == "review" and entry.seq > reported]
    if reviews and reviews[-1] == "pass":
        return []
    return [Blocker("not_reviewed", "报告还没有通过专家评审", "the report has not passed the experts' review")]


def _conclusion(session: Session, proceeding: Proceeding) -> list[Blocker]:
    result = proceeding.facts.get("survey_result")
    if result not in CONCLUSIVE:
        return [Blocker("not_conclusive", "结论为疑似或无法判定,不能审定,请退回补充", "suspected or inconclusive: send it back")]  # fmt: skip
    shown = queries.evidence(session, proceeding.id)
    return _of_positive(shown) if result == SurveyResult.POSITIVE else _of_negative(shown)


def _of_positive(shown: queries.Evidence) -> list[Blocker]:
    found = []
    if not shown.with_waste:
        found.append(
            Blocker(
                "no_waste_shown",
                "结论为发现固废,但没有一个钻孔或探坑见到固废",
                "no hole shows the waste that was found",
            )
        )
    if not shown.bodies:
        found.append(Blocker("no_body", "没有圈定填埋体", "no waste body was drawn"))
    elif shown.bodies_without_volume:
        found.append(Blocker("no_estimate", "有填埋体没有方量估算", "a waste body has no estimate of its volume"))
    return found  # fmt: skip


def _of_negative(shown: queries.Evidence) -> list[Blocker]:
    """Negative geophysics never closes a parcel: only holes do, or a reason signed by name."""
    if shown.with_waste:
        return [
            Blocker(
                "waste_shown", f"结论为未发现,但 {shown.with_waste} 个钻孔或探坑见到固废",
                f"{shown.with_waste} holes show waste, so the result cannot be negative",
            )
        ]  # fmt: skip
    needed = fewest_points(shown.area_m2)
    if not shown.points:
        return [
            Blocker(
                "no_intrusive_evidence", "没有钻孔、探坑或探槽:物探未见异常不能作为未发现的依据,须补钻,或由领导书面豁免",
                "no holes: geophysics alone proves nothing; drill, or have it waived by name", waivable=True,
            )
        ]  # fmt: skip
    if shown.points < needed:
        return [
            Blocker(
                "too_few_points", f"钻孔、探坑共 {shown.points} 个,少于布点要求的 {needed} 个",
                f"{shown.points} holes, fewer than the {needed} of the layout", waivable=True,
            )
        ]  # fmt: skip
    return []


# --- what follows ---------------------------------------------------------------------------------------------------


def follows(session: Session, _actor: Actor, proceeding: Proceeding, entry: ProceedingStep) -> None:
    """The survey's own row and the register go along with every step."""
    own = keep_row(session, proceeding, entry)
    if entry.after != entry.before:
        _register(session, own, proceeding, entry)


def keep_row(session: Session, proceeding: Proceeding, entry: ProceedingStep) -> Survey:
    """The survey's own row goes along, the register does not: it may know already."""
    if entry.action == OPEN:
        _begin(session, proceeding, entry)
    own = queries.one(session, proceeding.id)
    for fact, name in KEPT.items():
        if fact in entry.facts:
            setattr(own, name, entry.facts[fact])
    if entry.action == "report":
        own.reported_on = entry.happened_on
    if entry.action == "approve":
        own.approved_on = entry.happened_on
    session.flush()
    return own


def _begin(session: Session, proceeding: Proceeding, entry: ProceedingStep) -> None:
    found = engine.parcels_of(session, proceeding.id)
    if len(found) != 1:
        raise OneParcelOnly(count=len(found))
    with db.seeing_all(session):
        parcel = session.get_one(Parcel, found[0]["id"])
        other = queries.under_way(session, parcel.id, but=proceeding.id)
    if other is not None:
        raise UnderWay(parcel_no=parcel.parcel_no, no=other)
    proceeding.area_id = proceeding.area_id or parcel.area_id
    programme = queries.programme_for(session, parcel.id)
    session.add(
        Survey(
            proceeding_id=proceeding.id,
            parcel_id=parcel.id,
            programme_id=programme,
            contractor=entry.facts.get("contractor"),
        )
    )
    session.flush()  # fmt: skip


def _register(session: Session, own: Survey, proceeding: Proceeding, entry: ProceedingStep) -> None:
    """What the register must say after the step, as far as it does not say so already."""
    with db.seeing_all(session):
        parcel = session.get_one(Parcel, own.parcel_id, populate_existing=True)
        wanted = _status(session, own, parcel, entry)
        changes = {name: value for name, value in wanted.items() if getattr(parcel, name) != value}
        if changes and parcel.retired_on is None:
            zh, _ = operations.action_words(SURVEY, entry.before, entry.action)
            why = Why(f"摸排 {proceeding.proceeding_no}:{zh}" + (f"({entry.reason})" if entry.reason else ""), None)
            register.change(session, parcel.id, seen=parcel.row_version, facts=changes, why=why)


def _status(session: Session, own: Survey, parcel: Parcel, entry: ProceedingStep) -> dict[str, Any]:
    if entry.action == OPEN:
        again = parcel.survey_status in (SurveyStatus.APPROVED, SurveyStatus.RESURVEY)
        return {"survey_status": "resurvey" if again else "pending"}
    if entry.after == "cancelled":
        approved = queries.was_approved(session, parcel.id)
        return {"survey_status": "approved" if approved else "pending"}
    if entry.after != "approved":
        return {"survey_status": entry.after}
    return {"survey_status": "approved", **_finding(session, own, parcel)}


def _finding(session: Session, own: Survey, parcel: Parcel) -> dict[str, Any]:
    """What was found, for the register: the parcel's part of every body that lies in it."""
    volume_m3, waste_class = queries.buried_in(session, parcel.id)
    if own.result == SurveyResult.POSITIVE:
        return {"waste_found": True, "waste_volume_m3": volume_m3, "waste_class": waste_class}
    return {"waste_found": volume_m3 is not None, "waste_volume_m3": volume_m3, "waste_class": waste_class}


def details(session: Session, proceeding: Proceeding) -> Mapping[str, Any]:
    own = queries.one(session, proceeding.id)
    shown = queries.evidence(session, proceeding.id)
    log = engine.log_of(session, proceeding.id)
    return {
        "parcel_id": own.parcel_id, "programme": queries.programme_title(session, own.programme_id), "contractor": own.contractor,
        "suspicion": own.suspicion, "result": own.result, "reported_on": own.reported_on, "approved_on": own.approved_on,
        "points": shown.points, "with_waste": shown.with_waste, "open_ended": shown.open_ended, "fewest_points": fewest_points(shown.area_m2),
        "samples": shown.samples, "geophysics_lines": shown.geophysics_lines, "bodies": shown.bodies, "reported_by": last_doer(log, "report"),
    }  # fmt: skip


def paper_facts(session: Session, proceeding: Proceeding) -> Mapping[str, Any]:
    own = queries.one(session, proceeding.id)
    return {"facts": {"approved_on": {"label": "审定日期", "text": _day(own.approved_on)}}}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


SURVEYS = Conduct(SURVEY, blockers=blockers, follows=follows, details=details, paper_facts=paper_facts)
