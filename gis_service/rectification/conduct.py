"""What a rectification adds to the engine: its own row, what blocks an answer and a striking off, what its papers say."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import clock, db
from gis_service.parcels.models import Parcel
from gis_service.patrols.findings import origins
from gis_service.patrols.items import ITEMS
from gis_service.procedures import queries as engine
from gis_service.procedures.clocks import Stand, readings
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.models import Proceeding, ProceedingStep
from gis_service.procedures.rules import OPEN, Blocker, Step
from gis_service.rectification import queries
from gis_service.rectification.errors import DayBefore, NotAsPrinted, OneParcel
from gis_service.rectification.models import Rectification
from gis_service.rectification.rules import AFTER, BEFORE, PROCEDURE, has_recurred, usual_day

PRINTED = ("issue", "supervise")
"""Steps whose paper has said until when."""


def blockers(session: Session, proceeding: Proceeding, step: Step) -> list[Blocker]:
    """What stands in the way: nobody to send the notice to, no photo of afterwards, not late yet, dumping not reported."""
    asked = {
        "issue": _nobody_to_tell,
        "answer": _no_photo_of_after,
        "supervise": _not_late,
        "escalate": _not_late,
        "close": _dumping_not_reported,
    }.get(step.action)
    found = asked(session, proceeding) if asked else None
    return [found] if found else []


def _nobody_to_tell(_session: Session, proceeding: Proceeding) -> Blocker | None:
    if proceeding.counterpart_unit_id is not None:
        return None
    return Blocker("no_unit", "没有责任单位,请先在“经办”中指定", "no unit is in charge; name one first")


def _no_photo_of_after(session: Session, proceeding: Proceeding) -> Blocker | None:
    returned = [entry.at for entry in engine.log_of(session, proceeding.id) if entry.action == "send_back"]
    if queries.photos(session, proceeding.id, AFTER, returned[-1] if returned else None):
        return None
    since = "退回后新的" if returned else ""
    return Blocker("no_after_photo", f"没有{since}“{AFTER}”照片", "no new photo labelled 整改后 (after)")


def _not_late(session: Session, proceeding: Proceeding) -> Blocker | None:
    found = readings(PROCEDURE, engine.log_of(session, proceeding.id), engine.workdays(session), clock.now())
    if any(each.stand is Stand.LATE and each.clock.code in ("correct", "receive") for each in found):
        return None
    return Blocker("not_late", "整改期限未过,不需督办", "the time to put it right has not run out")


def _dumping_not_reported(session: Session, proceeding: Proceeding) -> Blocker | None:
    item = ITEMS[queries.one(session, proceeding.id).item_code]
    if not item.case or any(e.action == "report_dumping" for e in engine.log_of(session, proceeding.id)):
        return None
    return Blocker(
        "dumping_not_reported", f"“{item.zh}”须先“报告疑似倾倒”,由案件处理", f"'{item.en}' must be reported as suspected dumping first"
    )  # fmt: skip


def follows(session: Session, _actor: Actor, proceeding: Proceeding, entry: ProceedingStep) -> None:
    """Keep its own row in step with the log; a unit found to be in charge becomes the one that answers."""
    if entry.action == OPEN:
        _begin(session, proceeding, entry)
        return
    own = queries.one(session, proceeding.id)
    if "demand" in entry.facts:
        own.demand = entry.facts["demand"]
    if "correct_by" in entry.facts:
        _set_day(own, entry)
    if entry.action == "settle":
        proceeding.counterpart_unit_id = entry.facts["duty_unit"]


def _set_day(own: Rectification, entry: ProceedingStep) -> None:
    day = date.fromisoformat(entry.facts["correct_by"])
    if day < entry.happened_on:
        raise DayBefore(day=day.isoformat(), on=entry.happened_on.isoformat())
    if entry.action == "set_terms":
        own.proposed_by = day
        return
    if entry.action in PRINTED and own.proposed_by not in (None, day):
        raise NotAsPrinted(printed=str(own.proposed_by), day=day.isoformat())
    own.correct_by, own.proposed_by = day, None


def _begin(session: Session, proceeding: Proceeding, entry: ProceedingStep) -> None:
    facts, item = entry.facts, ITEMS[entry.facts["item_code"]]
    parcel = _parcel(session, proceeding)
    if parcel is not None:
        proceeding.area_id = proceeding.area_id or parcel.area_id
        proceeding.counterpart_unit_id = proceeding.counterpart_unit_id or parcel.custodian_unit_id
    own = Rectification(
        proceeding_id=proceeding.id, parcel_id=parcel.id if parcel else None, item_code=item.code, source=facts["source"],
        severity=facts.get("severity") or item.severity, campaign=facts.get("campaign"), description=facts["description"],
        demand=facts.get("demand"), found_on=entry.happened_on, proposed_by=usual_day(item, entry.happened_on),
    )  # fmt: skip
    if parcel is not None:
        earlier = queries.before(session, parcel.id, item.code, proceeding.id)
        own.recurred = has_recurred(entry.happened_on, earlier)
    session.add(own)


def _parcel(session: Session, proceeding: Proceeding) -> Parcel | None:
    """The one parcel it concerns; a problem beside the road may concern none."""
    found = engine.parcels_of(session, proceeding.id)
    if len(found) > 1:
        raise OneParcel(count=len(found))
    with db.seeing_all(session):
        return session.get_one(Parcel, found[0]["id"]) if found else None


def details(session: Session, proceeding: Proceeding) -> Mapping[str, Any]:
    own = queries.one(session, proceeding.id)
    item = ITEMS[own.item_code]
    return {
        "item": {"code": item.code, "zh": item.zh, "en": item.en, "days": item.days, "case": item.case},
        "severity": own.severity, "source": own.source, "campaign": own.campaign, "description": own.description,
        "demand": own.demand, "found_on": own.found_on, "recurred": own.recurred, "proposed_by": own.proposed_by,
        "correct_by": own.correct_by,
        "before": [file.id for file in queries.photos(session, proceeding.id, BEFORE)],
        "after": [file.id for file in queries.photos(session, proceeding.id, AFTER)],
        "observations": origins(session, PROCEDURE.noun, [proceeding.id]),
    }  # fmt: skip


def paper_facts(session: Session, proceeding: Proceeding) -> Mapping[str, Any]:
    """The day as the next paper says it, the number of the notice, and the problem as a list of one line."""
    own = queries.one(session, proceeding.id)
    item, day = ITEMS[own.item_code], own.proposed_by or own.correct_by
    number = queries.number_of_notice(session, proceeding.id)
    return {
        "facts": {
            "correct_by": {"label": "整改期限", "text": day},
            "notice_no": {"label": "通知文号", "text": number},
        },
        "columns": ["检查项", "问题", "整改要求", "整改期限"],
        "items": [[item.zh, own.description, own.demand, day]],
    }


RECTIFICATIONS = Conduct(
    PROCEDURE, blockers=blockers, follows=follows, details=details, paper_facts=paper_facts,
    from_counterpart=("rectification_reply",),
)  # fmt: skip
