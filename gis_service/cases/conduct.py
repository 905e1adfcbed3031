"""What a dumping case adds to the engine: what blocks its steps, what follows for the land, what its page and papers tell beside."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.cases import flags
from gis_service.cases.clues import queries as clues
from gis_service.cases.clues import rules as clue_rules
from gis_service.cases.errors import ActDaysWrong, CertificatesWanting, HeavierAfterDefence
from gis_service.cases.law import queries as law
from gis_service.cases.law import rules as law_rules
from gis_service.cases.law.models import CaseBasis
from gis_service.cases.parties import queries as parties
from gis_service.cases.parties.rules import LinkKind
from gis_service.cases.rules import DUMPING_CASE, late_fee_yuan
from gis_service.core import clock, db
from gis_service.parcels import operations as register
from gis_service.parcels.models import Parcel
from gis_service.parcels.operations import Why
from gis_service.procedures import filing
from gis_service.procedures import queries as engine
from gis_service.procedures.clocks import Reading, readings
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.models import Proceeding, ProceedingStep
from gis_service.procedures.rules import OPEN, Blocker, Step

Log = Sequence[ProceedingStep]


# --- what stands in the way -----------------------------------------------------------------------------------------


def blockers(session: Session, case: Proceeding, step: Step) -> list[Blocker]:
    """What stands in the way of a step just now."""
    log = engine.log_of(session, case.id)
    found = [ask(session, case, step, log) for ask in ASKED if step.action in ASKED[ask]]
    return [blocker for each in found for blocker in each]


def _transfer_decided(_session: Session, case: Proceeding, step: Step, log: Log) -> list[Blocker]:
    """Penalty may not replace transfer of a crime [XFER art. 11]: the head decides on a transfer first."""
    last = _last(log, "propose_transfer", "approve_transfer", "refuse_transfer", "transfer")
    if step.action == "transfer":
        ready = last is not None and last.action == "approve_transfer"
        return (
            []
            if ready
            else [Blocker("transfer_unapproved", "负责人尚未批准移送", "the head has not approved the transfer")]
        )
    if last is not None and last.action == "propose_transfer":
        return [
            Blocker(
                "transfer_undecided",
                "已提出移送公安,负责人尚未决定",
                "a transfer was proposed and the head has not decided",
            )
        ]
    if last is not None and last.action == "approve_transfer":
        return [Blocker("transfer_due", "已批准移送公安,应先移送", "the transfer is approved and must come first")]
    if last is None and any(map(flags.weighs, flags.flags(case.facts))):
        return [
            Blocker(
                "crime_flagged", "有涉嫌犯罪的情形:须由负责人决定移送或不移送,不得以罚代刑〔移送规定第十一条〕",
                "there are signs of a crime: the head decides on a transfer first; penalty may not replace it [XFER art. 11]",
            )
        ]  # fmt: skip
    return []


def _transfer_open(_session: Session, _case: Proceeding, step: Step, log: Log) -> list[Blocker]:
    """`approve_transfer` and `refuse_transfer` answer a proposal; handing over objects follows the filing by the police."""
    last = _last(
        log, "propose_transfer", "approve_transfer", "refuse_transfer", "transfer", "police_file", "police_refuse"
    )
    action = last.action if last else ""
    if step.action == "approve_transfer" and action != "propose_transfer":
        return [Blocker("no_proposal", "没有待决定的移送建议", "no proposal of a transfer waits for a decision")]
    if step.action in ("hand_objects", "order_clear") and action == "transfer":
        return [Blocker("police_undecided", "公安机关尚未决定是否立案", "the police have not decided yet")]
    return []


def _reviewed(_session: Session, _case: Proceeding, _step: Step, log: Log) -> list[Blocker]:
    if _since(log, "submit_review", "pass_review"):
        return []
    return [Blocker("not_reviewed", "法制审核尚未通过", "the legal review has not passed it")]


def _hearing_told(session: Session, _case: Proceeding, _step: Step, log: Log) -> list[Blocker]:
    """Place and time of a hearing are told 7 working days before [PEN art. 64]."""
    told = _clocks(session, log).get("hearing_told")
    if told is None or not _since_notice(log, "call_hearing"):
        return [
            Blocker("hearing_not_told", "尚未通知听证的时间、地点", "place and time of the hearing have not been told")
        ]
    if told.due_on > clock.today():
        zh, en = "听证应在通知七个工作日后举行", "the hearing may be held 7 working days after it was told"
        return [_until("hearing_too_soon", told, zh, en)]
    return []


def _hearing_over(session: Session, _case: Proceeding, _step: Step, log: Log) -> list[Blocker]:
    """A hearing may be asked for within 5 working days of the notice; one that was asked for is held first [PEN art. 64]."""
    if _since_notice(log, "ask_hearing") and not _since_notice(log, "hear"):
        return [
            Blocker("hearing_asked", "当事人已申请听证,应先举行听证", "a hearing was asked for and must be held first")
        ]
    asked = _clocks(session, log).get("ask_hearing")
    if asked is not None and asked.is_open and asked.due_on >= clock.today():
        return [_until("hearing_may_be_asked", asked, "当事人申请听证的期限未满", "a hearing may still be asked for")]
    return []


def _until(code: str, reading: Reading, zh: str, en: str) -> Blocker:
    return Blocker(code, f"{zh}({reading.due_on:%Y-%m-%d})", f"{en} ({reading.due_on:%Y-%m-%d})")


def _defence_reviewed(_session: Session, case: Proceeding, _step: Step, log: Log) -> list[Blocker]:
    if case.state == "hearing" and not (
        _since(log, "hear", "review_defence") or _since(log, "defend", "review_defence")
    ):
        return [
            Blocker(
                "defence_unreviewed", "陈述申辩、听证意见尚未复核", "what was said in defence has not been reviewed"
            )
        ]
    return []


def _has_basis(session: Session, case: Proceeding, _step: Step, _log: Log) -> list[Blocker]:
    if law.of_case(session, case.id):
        return []
    return [Blocker("no_basis", "尚未选定法律依据", "no legal basis has been chosen", link="#basis")]


def _demanded(session: Session, _case: Proceeding, _step: Step, log: Log) -> list[Blocker]:
    """催告 at least 3 working days before substitute performance [COMP art. 51]; at once only on roads, rivers, public places."""
    reading = _clocks(session, log).get("demand")
    if reading is None or not _since(log, "order_clear", "demand"):
        return [Blocker("not_demanded", "代履行前应先催告", "a demand must come before substitute performance")]
    if reading.due_on > clock.today():
        return [
            _until(
                "demand_too_soon", reading, "催告后满三个工作日方可代履行", "3 working days must pass after the demand"
            )
        ]
    return []


def _court_demanded(session: Session, _case: Proceeding, _step: Step, log: Log) -> list[Blocker]:
    clocks = _clocks(session, log)
    demanded, period = clocks.get("court_demand"), clocks.get("court")
    found = []
    if period is None:
        found.append(
            Blocker("period_running", "尚未登记法定期限届满未履行", "the end of the legal period is not recorded")
        )
    if demanded is None:
        found.append(
            Blocker("payment_not_demanded", "申请强制执行前应先催告", "a demand must come before the court application")
        )
    elif demanded.due_on >= clock.today():
        found.append(
            _until(
                "court_too_soon",
                demanded,
                "催告书送达十个工作日后方可申请",
                "10 working days must pass after the demand",
            )
        )
    return found


def _was_ownerless(_session: Session, case: Proceeding, _step: Step, log: Log) -> list[Blocker]:
    if case.state == "ownerless" or _last(log, "find_ownerless"):
        return []
    return [Blocker("offender_known", "本案责任人已经确定", "the offender of this case is known already")]


def _ended(session: Session, case: Proceeding, _step: Step, log: Log) -> list[Blocker]:
    """All sub-flows have ended before a case is closed."""
    found = [
        Blocker(
            "child_open", f"关联的“{child.proceeding_no} {child.title}”尚未办结", f"'{child.proceeding_no} {child.title}' is still open",
            link=f"/desk/{child.noun}s/{child.id}",
        )
        for child in engine.children_of(session, case.id)
        if not child.is_closed
    ]  # fmt: skip
    for code, begins, ends, zh, en in OPEN_FLOWS:
        last = _last(log, *begins, *ends)
        if last is not None and last.action in begins:
            found.append(Blocker(code, zh, en, waivable=code == "fine_unpaid"))
    if _fine(case) and not _since(log, "decide", "pay") and not _since(log, "decide", "court_over"):
        found.append(Blocker("fine_unpaid", "罚款尚未缴清", "the fine is not paid", waivable=True))
    return found


OPEN_FLOWS = (
    ("appeal_open", ("appeal",), ("appeal_over",), "复议或诉讼尚无结果", "an appeal is still open"),
    ("court_open", ("apply_court",), ("court_over",), "申请强制执行尚无结果", "the court application is still open"),
    (
        "preserved_open",
        ("preserve",),
        ("decide_preserved",),
        "登记保存的物品尚未作出处理决定",
        "what was preserved has not been decided on",
    ),
    (
        "police_open",
        ("transfer",),
        ("police_file", "police_refuse", "resume"),
        "公安机关尚未决定是否立案",
        "the police have not decided yet",
    ),
    (
        "objects_open",
        ("police_file",),
        ("hand_objects", "resume"),
        "涉案物品尚未移交公安",
        "the objects are not handed over",
    ),
)
"""What may be open beside the case: from these actions to those."""

Asking = Callable[[Session, Proceeding, Step, Log], list[Blocker]]
ASKED: dict[Asking, tuple[str, ...]] = {
    _transfer_decided: ("notify", "notify_unreviewed", "decide", "decide_none", "exempt", "warn", "transfer"),
    _transfer_open: ("approve_transfer", "hand_objects", "order_clear"),
    _reviewed: ("notify",),
    _hearing_told: ("hear",),
    _hearing_over: ("decide",),
    _defence_reviewed: ("decide",),
    _has_basis: ("notify", "notify_unreviewed", "decide"),
    _demanded: ("perform",),
    _court_demanded: ("apply_court",),
    _was_ownerless: ("find_offender",),
    _ended: ("close", "close_uncleared"),
}
"""Which question is asked before which actions."""


NOTICES = ("notify", "notify_unreviewed")


def _last(log: Log, *actions: str) -> ProceedingStep | None:
    return next((entry for entry in reversed(log) if entry.action in actions), None)


def _since(log: Log, start: str, action: str) -> bool:
    """Whether an action came after the last `start`; False where there was no `start`."""
    last = _last(log, start)
    return last is not None and any(entry.action == action and entry.seq > last.seq for entry in log)


def _since_notice(log: Log, action: str) -> bool:
    last = _last(log, *NOTICES)
    return last is not None and _since(log, last.action, action)


def _clocks(session: Session, log: Log) -> dict[str, Reading]:
    """The last run of each clock."""
    return {each.clock.code: each for each in readings(DUMPING_CASE, log, engine.workdays(session), clock.now())}


def _fine(case: Proceeding) -> Decimal:
    return Decimal(str(case.facts.get("fine_yuan") or 0))


# --- what follows ---------------------------------------------------------------------------------------------------


def follows(session: Session, actor: Actor, case: Proceeding, entry: ProceedingStep) -> None:
    """What becomes of other things by a step; refuses a step whose facts contradict each other."""
    if entry.action == OPEN:
        _require_days(entry)
    if "certificates" in entry.facts:
        _require_certificates(entry)
    if entry.action == "decide":
        _require_no_heavier(case, entry)
        _amount(session, actor, case, entry, "fine", "ordered", "fine_yuan")
        _amount(session, actor, case, entry, "confiscation", "ordered", "confiscated_yuan")
    if entry.action == "pay":
        _amount(session, actor, case, entry, "fine", "paid", "paid_yuan")
    if entry.action in ("perform", "perform_at_once"):
        _amount(session, actor, case, entry, "substitute", "estimated", "cost_estimate_yuan")
    if entry.action in ("file", "find_ownerless"):
        _raise_risk(session, case, entry)


def _require_days(entry: ProceedingStep) -> None:
    first, last = entry.facts["happened_from"], entry.facts["happened_to"]
    if first > last:
        raise ActDaysWrong(first=first, last=last)


def _require_certificates(entry: ProceedingStep) -> None:
    officers, certificates = entry.facts["officers"], entry.facts["certificates"]
    if len(officers) != len(certificates):
        raise CertificatesWanting(officers=len(officers), certificates=len(certificates))


def _require_no_heavier(case: Proceeding, entry: ProceedingStep) -> None:
    proposed = case.facts.get("proposed_fine_yuan")
    defended = entry.before == "hearing"
    fine = Decimal(entry.facts.get("fine_yuan") or 0)
    if defended and proposed is not None and fine > Decimal(proposed):
        raise HeavierAfterDefence(fine=str(fine), proposed=str(proposed))


def _amount(
    session: Session, actor: Actor, case: Proceeding, entry: ProceedingStep, head: str, stage: str, fact: str
) -> None:
    if entry.facts.get(fact) is not None:
        filing.add_amount(
            session, actor, case, head=head, stage=stage, amount_yuan=Decimal(entry.facts[fact]), basis=f"第 {entry.seq} 步",
            told_on=entry.happened_on,
        )  # fmt: skip


def _raise_risk(session: Session, case: Proceeding, _entry: ProceedingStep) -> None:
    """Dumping within 12 months makes the land one of high risk, which is patrolled daily (product default of the handbook)."""
    with db.seeing_all(session):
        for row in engine.parcels_of(session, case.id):
            parcel = session.get_one(Parcel, row["id"])
            if parcel.retired_on is None and parcel.risk_level != "high":
                register.change(
                    session, parcel.id, seen=parcel.row_version, facts={"risk_level": "high"},
                    why=Why(f"十二个月内有倾倒案件 {case.proceeding_no}", None),
                )  # fmt: skip


# --- what its page and papers tell ----------------------------------------------------------------------------------


def details(session: Session, case: Proceeding) -> Mapping[str, Any]:
    """The case's own part of its page; parties with masks only."""
    first, last = act_days(case)
    return {
        "act_from": first,
        "act_to": last,
        "flags": [{**vars(each), "weighs": flags.weighs(each)} for each in flags.flags(case.facts)],
        "caution": {"zh": flags.CAUTION_ZH, "en": flags.CAUTION_EN} if flags.is_ordinary(case.facts) else None,
        "basis": [basis_out(each) for each in law.of_case(session, case.id)],
        "straddles": law_straddles(session, first, last),
        "limitation_on": law_rules.limitation_on(last, harm=bool(case.facts.get("harm_resulted"))),
        "links": parties.of_case(session, case.id),
        "clues": [clue_out(session, each) for each in clues.of_case(session, case.id)],
        "duplicates": _duplicates(session, case),
        "late_fee": _late_fee(session, case),
    }


def act_days(case: Proceeding) -> tuple[date, date]:
    return date.fromisoformat(case.facts["happened_from"]), date.fromisoformat(case.facts["happened_to"])


def law_straddles(session: Session, first: date, last: date) -> dict[str, str] | None:
    """The rule to be shown when the law changed while the act went on."""
    forces = map(law.force_of, law.in_force(session, first, last))
    if not law_rules.straddles(forces, first, last):
        return None
    return {"zh": law_rules.MILDER_ZH, "en": law_rules.MILDER_EN}


def basis_out(basis: CaseBasis) -> dict[str, Any]:
    return {"id": basis.id, "legal_basis_id": basis.legal_basis_id, **basis.as_read, "act_from": basis.act_from, "act_to": basis.act_to, "chosen_by": basis.chosen_by_name}  # fmt: skip


def clue_out(session: Session, clue: Any) -> dict[str, Any]:
    """A clue on the page of its case, and whether its camera's pictures may be evidence."""
    camera = clues.camera_of(session, clue.camera_id) if clue.camera_id else None
    word = None
    if camera is not None:
        usable, zh, en = clue_rules.camera_evidence(reviewed=camera[0] is not None, published=bool(camera[1]))
        word = {"usable": usable, "zh": zh, "en": en}
    zh, en = clue_rules.STATE_WORDS[clue_rules.ClueState(clue.state)]
    return {
        "id": clue.id, "tracking_no": clue.tracking_no, "source": clue.source, "seen_at": clue.seen_at, "what": clue.what, "place_text": clue.place_text,
        "state": clue.state, "state_zh": zh, "state_en": en, "camera": word,
    }  # fmt: skip


def _duplicates(session: Session, case: Proceeding) -> list[dict[str, Any]]:
    """Clues and cases that may be of the same dumping, as long as this one is open."""
    opened = next((each for each in clues.of_case(session, case.id) if each.case_id == case.id), None)
    if opened is None or case.is_closed:
        return []
    return [
        {"noun": each.noun, "id": each.id, "no": each.no, "title": each.title, "score": each.found.score, "lines": [vars(line) for line in each.found.lines]}
        for each in clues.candidates(session, opened, clue_rules.Limits())
    ]  # fmt: skip


def _late_fee(session: Session, case: Proceeding) -> dict[str, Any] | None:
    """What the fine has grown to, if it was or is paid late."""
    log = engine.log_of(session, case.id)
    reading = _clocks(session, log).get("pay")
    if reading is None or not _fine(case):
        return None
    paid = _last(log, "pay")
    until = paid.happened_on if paid and paid.at >= reading.started_at else clock.today()
    return {
        "due_on": reading.due_on,
        "amount_yuan": str(late_fee_yuan(_fine(case), reading.due_on, until)),
        "basis": "《行政处罚法》第72条",
    }


def paper_facts(session: Session, case: Proceeding) -> Mapping[str, Any]:
    """Parties with masks, whoever makes the paper: what they hide is written in by hand after the reveal act, or not at all."""
    return {
        "parties": [
            {
                "name": each["label"],
                "kind": each["party_kind_zh"],
                "address": None,
                "contact": each["phone_masked"] or None,
            }
            for each in parties.of_case(session, case.id)
            if each["kind"] is LinkKind.PARTY
        ],
        "basis": [
            {"title": each.as_read["law"], "article": each.as_read["article"], "quote": each.as_read["quote"]}
            for each in law.of_case(session, case.id)
        ],
    }


CASES = Conduct(DUMPING_CASE, blockers, follows, details, paper_facts)
