"""The table of a handover, what stands in its way, and how the register follows. Pure: no rows, no session, no clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from gis_service.parcels.rules import DisposalStatus, FenceStatus, GeomSource, HandoverStatus, SurveyStatus
from gis_service.procedures.rules import (
    WAIVE,
    WAIVED,
    Blocker,
    Clock,
    Entry,
    Fact,
    FactKind,
    Measure,
    Procedure,
    State,
    Step,
)

BATCH_LETTERS = "YJP"
PHOTO_SIDES = ("东侧", "南侧", "西侧", "北侧")
PHOTO_SIDES_EN = {"东侧": "east", "南侧": "south", "西侧": "west", "北侧": "north"}
PHOTO_DAYS = 30
"""Photos of the four sides may be this old when the land is handed over (product default)."""
REPLY_DAYS = 5
"""Working days in which the receiving unit answers (product default)."""


class BatchState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


BATCH_WORDS = {BatchState.OPEN: ("办理中", "open"), BatchState.CLOSED: ("已结束", "closed")}

# --- what blocks ----------------------------------------------------------------------------------------------------

CODES: dict[str, tuple[str, str, bool]] = {
    "retired": ("地块已出库", "the parcel is retired", False),
    "right_holder": ("没有权属单位", "no right holder", False),
    "topology": ("图形问题未处理", "open faults of the outline", False),
    "outline": ("界线未经测绘", "the outline was not surveyed", True),
    "survey": ("摸排未完成", "the survey is not approved", True),
    "waste": ("固废未处置验收", "waste not cleared and accepted", True),
    "case": ("有未办结的倾倒案件", "an open dumping case", False),
    "rectification": ("有未销号的整改", "an open rectification", True),
    "checklist": ("没有现场核验", "no checklist from the spot", False),
    "boundary": ("界线未在现场确认", "the outline is not confirmed on the ground", False),
    "fence": ("围蔽缺失或破损", "fence missing or damaged", True),
    "sign": ("没有完好的警示牌", "no sign in good order", True),
    "seen": ("现场有垃圾、占用或不通行", "waste, occupation or no access, seen on the spot", True),
    "photos": ("四侧照片不全或过期", "photos of the four sides missing or too old", False),
    "witness": ("见证方未签字", "the witness has not signed", False),
    "newer": ("没有后续移交", "no later handover", False),
}
"""Every blocker: its words, and whether a leader may waive it by name (`domain`: survey or waiver; 带病移交 with an approver)."""

WAIVABLE = tuple((code, zh, en) for code, (zh, en, waivable) in CODES.items() if waivable)

GUARDS: dict[str, tuple[str, ...]] = {
    "prepare": ("retired", "right_holder", "topology", "outline", "survey"),
    "pass": ("retired", "checklist", "boundary", "fence", "sign", "seen", "photos"),
    "settle": ("retired", "boundary", "photos"),
    "complete": (
        "retired", "right_holder", "topology", "outline", "survey", "waste", "case", "rectification", "boundary", "photos", "witness",
    ),
    "transfer_again": ("newer",),
}  # fmt: skip
"""Which blockers each step asks for. What the spot showed (fence, sign, waste seen) is settled before signing: mended and looked
at again, or left over by agreement."""

# --- the table ------------------------------------------------------------------------------------------------------

FENCES = (
    ("full", "已全围蔽", "closed"),
    ("partial", "部分围蔽", "partial"),
    ("damaged", "围蔽破损", "damaged"),
    ("none", "未围蔽", "none"),
    ("not_required", "无需围蔽", "not required"),
)
SIGNS = (("good", "完好", "in good order"), ("damaged", "破损或褪色", "damaged or faded"), ("none", "没有", "none"))
GRADES = (("good", "良好", "good"), ("fair", "一般", "fair"), ("poor", "较差", "poor"))
CAUSES = (("supply", "供地", "supply"), ("recall", "收回管护", "recall of the care"))

CHECKLIST = (
    Fact("outline_confirmed", "界线已现场确认", "outline confirmed on the ground", FactKind.YES_NO),
    Fact("fence_seen", "围蔽", "fence", FactKind.CHOICE, choices=FENCES),
    Fact("sign_seen", "警示牌", "signs", FactKind.CHOICE, choices=SIGNS),
    Fact("waste_seen", "目测有垃圾或渣土", "waste or spoil seen", FactKind.YES_NO),
    Fact("waste_note", "垃圾情况(位置、估算 m³)", "waste: where, estimated m³", FactKind.LONG_TEXT, required=False),
    Fact("occupied", "被占用(搭建、堆料、种植、停车)", "occupied", FactKind.YES_NO),
    Fact("occupied_note", "占用情况", "occupation", FactKind.LONG_TEXT, required=False),
    Fact("access", "道路可通达", "access by road", FactKind.YES_NO),
    Fact("water", "通水", "water", FactKind.YES_NO),
    Fact("electricity", "通电", "electricity", FactKind.YES_NO),
    Fact("present", "参加人员(移交、接收双方)", "present, of both sides", FactKind.PEOPLE, least=2),
    Fact("site_note", "其他", "other", FactKind.LONG_TEXT, required=False),
)
"""What is looked at on the spot (现场核验)."""

BEFORE_SIGNED = ("listed", "prepared", "consulted", "inspection", "issues", "signing")
UNDER_WAY = frozenset(BEFORE_SIGNED)

HANDOVER = Procedure(
    noun="handover",
    plural="handovers",
    zh="国有空闲地移交管理",
    en="handover of care",
    letters="YJ",
    states=(
        State("listed", "已列入批次", "listed"),
        State("prepared", "资料齐备", "prepared"),
        State("consulted", "征求意见中", "consulted"),
        State("inspection", "现场踏勘", "inspection"),
        State("issues", "存在问题整改", "issues"),
        State("signing", "待签订", "signing"),
        State("handed_over", "已移交管护", "handed over"),
        State("transferred_again", "已再次移交", "transferred again", final=True),
        State("returned", "已收回", "returned", final=True),
        State("withdrawn", "已移出批次", "taken out of the batch", final=True),
        State("refused", "接收方不予接收", "refused by the receiving unit", final=True),
    ),
    steps=(
        Step(
            "listed", "prepare", "prepared", "核实资料", "verify the papers", "handover.plan",
            papers=("right_check", "survey_conclusion"),
        ),
        Step("prepared", "consult", "consulted", "征求意见", "consult the receiver", "handover.plan", papers=("consult_letter",)),
        Step(
            "consulted", "agree", "inspection", "同意接收", "agree to receive", "handover.receive",
            facts=(Fact("opinion", "意见", "opinion", FactKind.LONG_TEXT, required=False),),
        ),
        Step(
            "consulted", "object", "prepared", "提出意见", "object", "handover.receive",
            papers=("consult_reply",), is_return=True,
        ),
        Step("consulted", "remind", None, "催复", "remind", "handover.plan"),
        Step("inspection", "inspect", None, "现场核验", "check on the spot", "handover.inspect", facts=CHECKLIST),
        Step("inspection", "pass", "signing", "踏勘通过", "inspection passed", "handover.inspect", papers=("site_record",)),
        Step(
            "inspection", "find_issues", "issues", "列出问题", "list issues", "handover.inspect",
            facts=(
                Fact("issues_found", "问题", "issues", FactKind.LONG_TEXT),
                Fact("fix_by", "整改期限", "to be put right by", FactKind.DATE),
            ),
            papers=("site_record", "issue_list"),
        ),
        Step(
            "issues", "fixed", "inspection", "整改完成,再次踏勘", "put right, look again", "handover.plan", papers=("fix_report",),
        ),
        Step(
            "issues", "settle", "signing", "遗留问题约定后签订", "sign with what is left agreed", "handover.waive",
            papers=("leftover_agreement",), needs_reason=True,
        ),
        Step(
            "signing", "complete", "handed_over", "签订移交", "sign and hand over", "handover.complete",
            papers=("handover_confirmation",), signatures=("giving", "receiving"),
        ),
        Step(
            "handed_over", "appraise", None, "管护考核", "appraise the care", "handover.plan",
            facts=(
                Fact("grade", "考核结果", "grade", FactKind.CHOICE, choices=GRADES),
                Fact("grade_note", "考核说明", "note", FactKind.LONG_TEXT, required=False),
            ),
        ),
        Step(
            "handed_over", "transfer_again", "transferred_again", "再次移交", "transfer again", "handover.complete",
            facts=(Fact("next_no", "后续移交编号", "number of the next handover"),),
        ),
        Step(
            "handed_over", "announce_recall", None, "拟收回管护", "announce a recall", "handover.complete",
            facts=(
                Fact("recall_reason", "收回事由", "ground of the recall", FactKind.LONG_TEXT),
                Fact("recall_on", "交回期限", "to be given back by", FactKind.DATE),
            ),
        ),
        Step(
            "handed_over", "recall", "returned", "收回", "recall", "handover.complete",
            facts=(Fact("cause", "收回原因", "cause", FactKind.CHOICE, choices=CAUSES),),
            papers=("recall_notice",), needs_reason=True,
        ),
        Step(
            BEFORE_SIGNED, WAIVE, None, "豁免障碍", "waive a blocker", "handover.waive",
            facts=(Fact(WAIVED, "豁免事项", "blocker waived", FactKind.CHOICE, choices=WAIVABLE),), needs_reason=True,
        ),
        Step("prepared", "step_back", "listed", "退回补充资料", "back to the papers", "handover.plan", is_return=True),
        Step("consulted", "step_back", "prepared", "撤回征求意见", "take the letter back", "handover.plan", is_return=True),
        Step("inspection", "step_back", "prepared", "退回补充资料", "back to the papers", "handover.plan", is_return=True),
        Step("signing", "step_back", "inspection", "退回再次踏勘", "back to the inspection", "handover.plan", is_return=True),
        Step(
            ("consulted", "inspection", "issues", "signing"), "refuse", "refused", "不予接收", "refuse to receive",
            "handover.receive", papers=("consult_reply",), needs_reason=True,
        ),
        Step(BEFORE_SIGNED, "withdraw", "withdrawn", "移出批次", "take out of the batch", "handover.plan", needs_reason=True),
    ),
    clocks=(
        Clock("reply", "答复征求意见", "reply to the letter", REPLY_DAYS, Measure.WORKING_DAYS, during=("consulted",), whose="other"),
        Clock("fix", "整改期限", "to be put right", 0, Measure.SET_DATE, during=("issues",), length_fact="fix_by"),
    ),
    papers=("handover_plan",),
)  # fmt: skip
"""States and papers after `domain` §6(a); no public flow chart was found, so all of it is a product default."""

CHECKED = frozenset(fact.name for fact in CHECKLIST)


# --- what is known of a parcel --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Photo:
    """A photo of a side of the land, and the day it counts from."""

    side: str
    on: date
    file_id: int = 0


@dataclass(frozen=True)
class Situation:
    """What decides over one handover just now: the parcel, what is open on it, the checklist, photos and signatures."""

    parcel_id: int = 0
    parcel_no: str = ""
    state: str = "listed"
    retired: bool = False
    has_right_holder: bool = True
    geom_source: str | None = GeomSource.SURVEYED
    fence_status: str = FenceStatus.FULL
    sign_count: int = 1
    survey_status: str = SurveyStatus.APPROVED
    waste_found: bool | None = False
    disposal_status: str = DisposalStatus.NOT_LISTED
    waste_waived: bool = False
    """Whether somebody let the land go on with its waste, by name (`disposal/waivers.py`)."""
    open_faults: int = 0
    open_cases: int = 0
    open_rectifications: int = 0
    checklist: Mapping[str, Any] | None = None
    """The facts of the last look on the spot since the inspection was entered; None where nobody looked."""
    photos: Sequence[Photo] = field(default_factory=tuple)
    needs_witness: bool = False
    has_witness: bool = False
    has_newer: bool = True
    """Whether a later handover of this parcel was signed; asked only of land that is in care."""


SURVEYED = frozenset({SurveyStatus.APPROVED, SurveyStatus.NOT_REQUIRED})
CLEARED = frozenset({DisposalStatus.AUDITED, DisposalStatus.CLOSED_OUT})
"""Disposal states after acceptance; 竣工验收 itself is still going on."""
UNSURVEYED = frozenset({GeomSource.DRAWN, GeomSource.GPS, GeomSource.GCJ02_CONVERTED})
FENCE_FAULTS = {
    FenceStatus.NONE: ("未围蔽", "there is no fence"),
    FenceStatus.DAMAGED: ("围蔽破损", "the fence is damaged"),
    FenceStatus.UNKNOWN: ("围蔽情况未核实", "the fence has not been looked at"),
}


def obstacles(known: Situation, today: date) -> list[Blocker]:
    """Everything that stands in the way of a handover, each as a sentence; which step asks for which, `GUARDS` says."""
    return [*_of_parcel(known), *_of_spot(known, today), *_of_signing(known)]


def _of_parcel(known: Situation) -> Iterable[Blocker]:
    no, parcel = known.parcel_no, f"/desk/parcels/{known.parcel_id}"
    if known.retired:
        yield _blocker("retired", f"地块 {no} 已出库,不能移交。", f"parcel {no} is retired.", parcel)
    if not known.has_right_holder:
        yield _blocker("right_holder", f"地块 {no} 没有登记权属单位。", f"parcel {no} has no right holder.", parcel)
    if known.open_faults:
        zh, en = (
            f"地块 {no} 有 {known.open_faults} 个图形错误未处理。",
            f"parcel {no}: {known.open_faults} open faults of its outline.",
        )
        yield _blocker("topology", zh, en, f"/desk/checks?parcel={known.parcel_id}")
    if known.geom_source in UNSURVEYED:
        yield _blocker("outline", f"地块 {no} 的界线不是测绘成果。", f"the outline of {no} was not surveyed.", parcel)
    if known.survey_status not in SURVEYED:
        yield _blocker("survey", f"地块 {no} 的摸排尚未完成。", f"the survey of {no} is not approved.", parcel)
    if known.waste_found and known.disposal_status not in CLEARED and not known.waste_waived:
        yield _blocker(
            "waste",
            f"地块 {no} 发现固废,处置尚未验收。",
            f"waste was found on {no}; its removal is not accepted.",
            parcel,
        )
    if known.open_cases:
        zh, en = (
            f"地块 {no} 有 {known.open_cases} 件倾倒案件未办结。",
            f"parcel {no}: {known.open_cases} open dumping cases.",
        )
        yield _blocker("case", zh, en, f"/desk/cases?parcel={known.parcel_id}")
    if known.open_rectifications:
        zh = f"地块 {no} 有 {known.open_rectifications} 项整改未销号。"
        en = f"parcel {no}: {known.open_rectifications} open rectifications."
        yield _blocker("rectification", zh, en, f"/desk/rectifications?parcel={known.parcel_id}")


def _of_spot(known: Situation, today: date) -> Iterable[Blocker]:
    no, seen = known.parcel_no, known.checklist
    if seen is None:
        yield _blocker("checklist", f"地块 {no} 本次踏勘还没有现场核验。", f"nobody checked {no} on the spot yet.")
    if seen is None or not seen.get("outline_confirmed"):
        yield _blocker(
            "boundary", f"地块 {no} 的界线没有在现场确认。", f"the outline of {no} is not confirmed on the ground."
        )
    fence = (seen or {}).get("fence_seen", known.fence_status)
    if fence in FENCE_FAULTS:
        zh, en = FENCE_FAULTS[FenceStatus(fence)]
        yield _blocker("fence", f"地块 {no} {zh}。", f"{no}: {en}.")
    good_sign = seen["sign_seen"] == "good" if seen else known.sign_count > 0
    if not good_sign:
        yield _blocker("sign", f"地块 {no} 没有完好的警示牌。", f"{no} has no sign in good order.")
    if seen and (found := list(_seen(seen))):
        zh, en = "、".join(zh for zh, _ in found), ", ".join(en for _, en in found)
        yield _blocker("seen", f"地块 {no} 现场{zh}。", f"{no}, on the spot: {en}.")
    yield from _of_photos(known, today)


def _seen(checklist: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    if checklist.get("waste_seen"):
        yield "有垃圾或渣土", "waste or spoil"
    if checklist.get("occupied"):
        yield "被占用", "occupied"
    if not checklist.get("access"):
        yield "没有通行道路", "no access"


def _of_photos(known: Situation, today: date) -> Iterable[Blocker]:
    newest = newest_photos(known.photos)
    missing = [side for side in PHOTO_SIDES if side not in newest]
    old = [side for side, photo in newest.items() if is_old(photo, today)]
    said = [f"缺{'、'.join(missing)}照片"] if missing else []
    said += [f"{'、'.join(old)}照片超过 {PHOTO_DAYS} 日"] if old else []
    if said:
        english = [PHOTO_SIDES_EN[side] for side in (*missing, *old)]
        en = f"photos of {known.parcel_no} missing or older than {PHOTO_DAYS} days: {', '.join(english)}."
        yield _blocker("photos", f"地块 {known.parcel_no} {','.join(said)}。", en)


def newest_photos(photos: Iterable[Photo]) -> dict[str, Photo]:
    """The newest photo of each of the four sides."""
    found: dict[str, Photo] = {}
    for photo in photos:
        if photo.side in PHOTO_SIDES and (photo.side not in found or photo.on >= found[photo.side].on):
            found[photo.side] = photo
    return {side: found[side] for side in PHOTO_SIDES if side in found}


def is_old(photo: Photo, today: date) -> bool:
    return today - photo.on > timedelta(days=PHOTO_DAYS)


def _of_signing(known: Situation) -> Iterable[Blocker]:
    if known.needs_witness and not known.has_witness:
        yield _blocker(
            "witness", f"地块 {known.parcel_no} 的见证方还没有签字。", f"{known.parcel_no}: the witness has not signed."
        )

    if not known.has_newer:
        zh = f"地块 {known.parcel_no} 没有签订后一次移交;“再次移交”在后一次移交签订时自动登记,请把地块列入新的批次。"
        yield _blocker(
            "newer", zh, f"no later handover of {known.parcel_no} was signed; it is entered by itself when one is."
        )


def _blocker(code: str, zh: str, en: str, link: str = "") -> Blocker:
    return Blocker(code, zh, en, waivable=CODES[code][2], link=link)


def guarding(action: str, found: Iterable[Blocker]) -> list[Blocker]:
    """The blockers that a step asks for."""
    asked = GUARDS.get(action, ())
    return [blocker for blocker in found if blocker.code in asked]


STILL_AHEAD = {
    "listed": ("prepare", "pass", "complete"),
    "prepared": ("pass", "complete"),
    "consulted": ("pass", "complete"),
    "inspection": ("pass", "complete"),
    "issues": ("settle", "complete"),
    "signing": ("complete",),
}
"""The guarded steps that lie ahead of each state: what is still to be dealt with, all at once."""

LATER = {"listed": ("checklist", "boundary", "photos", "witness"), "prepared": ("checklist", "boundary", "photos", "witness"),
         "consulted": ("checklist", "boundary", "photos", "witness"), "inspection": ("witness",), "issues": ("witness",)}  # fmt: skip
"""Work that has not come up yet is no obstacle: nobody takes photos before the inspection."""


def ahead(state: str, found: Iterable[Blocker]) -> list[Blocker]:
    """What stands in the way of the steps that lie ahead, beside the work that has not come up yet."""
    asked = {code for action in STILL_AHEAD.get(state, ()) for code in GUARDS[action]} - set(LATER.get(state, ()))
    return [blocker for blocker in found if blocker.code in asked]


def last_look(log: Sequence[Entry]) -> Mapping[str, Any] | None:
    """The facts of the last look on the spot, if somebody looked since the inspection was last entered."""
    seen: Mapping[str, Any] | None = None
    for entry in log:
        if entry.after == "inspection" and entry.before != "inspection":
            seen = None
        elif entry.action == "inspect":
            seen = entry.facts
    return seen


def way_on(state: str) -> Step | None:
    """The usual next step of a state; None where nothing is expected."""
    moves = (step for step in HANDOVER.offered(state) if step.to not in (None, state) and not step.is_return)
    return None if state == "handed_over" else next(moves, None)


# --- the register follows ---------------------------------------------------------------------------------------------

KEPT_IN_CARE = frozenset({HandoverStatus.HANDED_OVER, HandoverStatus.TRANSFERRED_AGAIN})
"""Land in a unit's care stays so in the register while it is being handed on."""


def register_status(state: str, before: str) -> str:
    """The parcel's `handover_status` for a state of its handover; `before` is what it was when it was listed.

    >>> register_status("signing", "not_planned"), register_status("signing", "handed_over")
    ('signing', 'handed_over')
    >>> register_status("handed_over", "handed_over"), register_status("withdrawn", "returned")
    ('transferred_again', 'returned')
    """
    if state in UNDER_WAY:
        return before if before in KEPT_IN_CARE else state
    if state == "handed_over":
        return HandoverStatus.TRANSFERRED_AGAIN if before in KEPT_IN_CARE else HandoverStatus.HANDED_OVER
    return HandoverStatus.RETURNED if state == "returned" else before


# --- who acts for which side ------------------------------------------------------------------------------------------

SIDES_OF: dict[str, frozenset[str]] = {
    "handover.receive": frozenset({"office", "receiving"}),
    "handover.inspect": frozenset({"office", "giving", "receiving"}),
}
"""Sides that may take the steps of a permission that units share with the office; other permissions no unit has."""


def may_act(permission: str, sides: frozenset[str]) -> bool:
    return permission not in SIDES_OF or bool(SIDES_OF[permission] & sides)


def may_sign(side: str, sides: frozenset[str], *, drawn: bool) -> bool:
    """A side signs by its own account. The office signs for the giving unit, and holds its device out to the others: then
    the signature is drawn.

    >>> may_sign("receiving", frozenset({"receiving"}), drawn=False), may_sign("giving", frozenset({"receiving"}), drawn=True)
    (True, False)
    """
    return side in sides or ("office" in sides and (drawn or side == "giving"))
