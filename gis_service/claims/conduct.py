"""What a claim adds to the engine: its own row, what blocks its steps, the money by head and stage, what its papers say."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.claims import queries
from gis_service.claims.errors import AnnouncedAhead, IncidentOrder
from gis_service.claims.models import DamageClaim
from gis_service.claims.rules import (
    CLAIMANTS,
    HEADS_BASIS,
    MOST_MEETINGS,
    PROCEDURE,
    SIMPLE_BASIS,
    SIMPLE_LIMIT_YUAN,
    STAGES,
    announcement_runs,
    by_head,
    owed,
    total,
)
from gis_service.core import clock
from gis_service.procedures import queries as engine
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.models import Proceeding, ProceedingStep
from gis_service.procedures.rules import OPEN, Blocker, Step

CLAIMANT_NOTE = (
    "赔偿权利人是省级或设区的市级人民政府,区不是赔偿权利人;牵头部门由市政府指定。区负责提供线索、证据和现场条件。",
    "The claimant is the province or the city, never the district; the city names the leading department. The district helps.",
)
KEPT = ("claimant_level", "lead_department", "is_simple")
Asked = Callable[[Session, Proceeding], list[Blocker]]


@cache
def conduct_for(simple_limit_yuan: Decimal = SIMPLE_LIMIT_YUAN) -> Conduct:
    """The conduct of claims, with the limit up to which a case is simple here."""
    asked: dict[str, Asked] = {
        "decline": _procuratorate_not_told,
        "negotiate": _nothing_estimated,
        "negotiate_simple": lambda session, proceeding: _not_simple(session, proceeding, simple_limit_yuan),
        "meet": _met_enough,
        "agree": _no_record,
        "confirm": _not_announced,
        "sue": _nothing_claimed,
        "close": _unfinished,
    }

    def blockers(session: Session, proceeding: Proceeding, step: Step) -> list[Blocker]:
        return asked[step.action](session, proceeding) if step.action in asked else []

    def details(session: Session, proceeding: Proceeding) -> Mapping[str, Any]:
        return _details(session, proceeding, simple_limit_yuan)

    return Conduct(PROCEDURE, blockers=blockers, follows=follows, details=details, paper_facts=paper_facts)


def _procuratorate_not_told(session: Session, proceeding: Proceeding) -> list[Blocker]:
    """A lead from the procuratorate is answered to it: recorded as a file under 告知检察机关."""
    if not proceeding.facts.get("procuratorate_lead"):
        return []
    if any(file.label.startswith("告知检察机关") for file in engine.files_of(session, proceeding.id)):
        return []
    return [
        Blocker(
            "procuratorate_not_told", "线索由检察机关移送,须先告知检察机关,并将告知材料以“告知检察机关”为名存入附件",
            "the procuratorate sent the lead: tell it first and file the letter under the label 告知检察机关",
        )
    ]  # fmt: skip


def _nothing_estimated(session: Session, proceeding: Proceeding) -> list[Blocker]:
    if total(queries.amounts(session, proceeding.id), "estimated"):
        return []
    return [Blocker("no_estimate", "还没有按项目登记损害估算金额", "no estimated amounts are recorded")]


def _not_simple(session: Session, proceeding: Proceeding, limit_yuan: Decimal) -> list[Blocker]:
    found = _nothing_estimated(session, proceeding)
    estimated = total(queries.amounts(session, proceeding.id), "estimated")
    if not queries.one(session, proceeding.id).is_simple:
        found.append(
            Blocker(
                "not_simple",
                "未认定事实简单、责任无争议,不能以专家意见代替鉴定评估",
                "the facts were not found simple and undisputed",
            )
        )
    if estimated > limit_yuan:
        found.append(
            Blocker(
                "above_limit", f"估算损害 {estimated:,.2f} 元,超过简单案件上限 {limit_yuan:,.0f} 元({SIMPLE_BASIS})",
                f"the estimated damage of {estimated:,.2f} yuan is above the limit of {limit_yuan:,.0f} for a simple case",
            )
        )  # fmt: skip
    return found


def _meetings(session: Session, proceeding: Proceeding) -> int:
    """Meetings of the negotiation that runs: since it was begun last."""
    log = engine.log_of(session, proceeding.id)
    begun = max(
        (n for n, e in enumerate(log) if e.after == "negotiating" and e.before != "negotiating"), default=len(log)
    )
    return sum(entry.action == "meet" for entry in log[begun:])


def _met_enough(session: Session, proceeding: Proceeding) -> list[Blocker]:
    if _meetings(session, proceeding) < MOST_MEETINGS:
        return []
    return [
        Blocker(
            "met_enough",
            f"已磋商 {MOST_MEETINGS} 次,应达成协议或提起诉讼",
            f"{MOST_MEETINGS} meetings were held; agree or sue",
        )
    ]


def _no_record(session: Session, proceeding: Proceeding) -> list[Blocker]:
    found = []
    if not _meetings(session, proceeding):
        found.append(
            Blocker("no_negotiation", "没有磋商会议记录,不能达成协议", "no meeting of the negotiation is recorded")
        )
    if not total(queries.amounts(session, proceeding.id), "agreed"):
        found.append(Blocker("no_agreed_amount", "没有按项目登记议定金额", "no agreed amounts are recorded"))
    return found


def _nothing_claimed(session: Session, proceeding: Proceeding) -> list[Blocker]:
    if total(queries.amounts(session, proceeding.id), "claimed"):
        return []
    return [Blocker("no_claimed_amount", "没有按项目登记主张金额", "no claimed amounts are recorded")]


def _not_announced(_session: Session, proceeding: Proceeding) -> list[Blocker]:
    announced = proceeding.facts.get("announced_on")
    if announced is None:
        return [Blocker("not_announced", "没有登记法院公告", "the court's announcement is not recorded")]
    if announcement_runs(date.fromisoformat(announced), clock.today()):
        return [
            Blocker(
                "announcement_runs",
                f"法院公告({announced})未满三十日",
                f"the announcement of {announced} has not stood thirty days",
            )
        ]
    return []


def _unfinished(session: Session, proceeding: Proceeding) -> list[Blocker]:
    found, left = [], owed(queries.amounts(session, proceeding.id))
    if left:
        found.append(Blocker("unpaid", f"还有 {left:,.2f} 元未付", f"{left:,.2f} yuan are not paid"))
    exempt = any(entry.action == "exempt" for entry in engine.log_of(session, proceeding.id))
    only_money = proceeding.facts.get("remedies") == ["money"]
    if proceeding.state == "restoring" and not exempt and not only_money:
        found.append(Blocker("not_evaluated", "修复效果未评估", "the restoration was not evaluated"))
    return found


def follows(session: Session, _actor: Actor, proceeding: Proceeding, entry: ProceedingStep) -> None:
    """Keep its own row in step with the log."""
    facts = entry.facts
    if entry.action == OPEN:
        on, until = facts["incident_on"], facts.get("incident_until")
        if until and until < on:
            raise IncidentOrder(until=until, on=on)
        session.add(
            DamageClaim(
                proceeding_id=proceeding.id, obligor=facts["obligor"], incident_on=date.fromisoformat(on),
                incident_until=date.fromisoformat(until) if until else None,
            )
        )  # fmt: skip
        return
    own = queries.one(session, proceeding.id)
    for name in KEPT:
        if name in facts:
            setattr(own, name, facts[name])
    if "published_on" in facts:
        own.published_on = date.fromisoformat(facts["published_on"])
    if facts.get("announced_on", "") > entry.happened_on.isoformat():
        raise AnnouncedAhead(day=facts["announced_on"], on=entry.happened_on.isoformat())


def _details(session: Session, proceeding: Proceeding, limit_yuan: Decimal) -> Mapping[str, Any]:
    own, amounts = queries.one(session, proceeding.id), queries.amounts(session, proceeding.id)
    return {
        "obligor": own.obligor, "claimant_level": own.claimant_level, "lead_department": own.lead_department,
        "incident_on": own.incident_on, "incident_until": own.incident_until, "is_simple": own.is_simple,
        "claimant_note_zh": CLAIMANT_NOTE[0], "claimant_note_en": CLAIMANT_NOTE[1],
        "simple_limit_yuan": str(limit_yuan), "simple_basis": SIMPLE_BASIS, "heads_basis": HEADS_BASIS,
        "meetings": _meetings(session, proceeding), "most_meetings": MOST_MEETINGS,
        "stages": [{"code": code, "zh": zh, "en": en} for code, zh, en in STAGES],
        "by_head": [
            {"head": line.head, "zh": line.zh, "en": line.en, "yuan": {stage: str(yuan) for stage, yuan in line.yuan.items()}}
            for line in by_head(amounts)
        ],
        "owed_yuan": str(owed(amounts)),
    }  # fmt: skip


def paper_facts(session: Session, proceeding: Proceeding) -> Mapping[str, Any]:
    """The obligor as party, the claimant as the first side of an agreement, the money by head."""
    own, amounts = queries.one(session, proceeding.id), queries.amounts(session, proceeding.id)
    claimant = next((zh for code, zh, _ in CLAIMANTS if code == own.claimant_level), None)
    shown = ("estimated", "claimed", "agreed", "paid")
    heads = {code: zh for code, zh, _ in STAGES}
    return {
        "parties": [{"name": own.obligor, "kind": "赔偿义务人"}],
        "units": {"giving": claimant, "receiving": own.obligor, "addressee": own.obligor},
        "columns": ["赔偿项目(" + HEADS_BASIS + ")", *(f"{heads[stage]}(元)" for stage in shown)],
        "items": [[line.zh, *(line.yuan[stage] for stage in shown)] for line in by_head(amounts)],
    }


CLAIMS = conduct_for()
