"""The table of a rectification, its check items, and when a problem has recurred. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta

from gis_service.patrols.items import ITEMS, Item
from gis_service.procedures.rules import Clock, Fact, FactKind, Measure, Procedure, State, Step

RECURS_WITHIN = timedelta(days=90)
"""The same item on the same parcel again within this time has recurred (product default)."""

BEFORE, AFTER = "整改前", "整改后"
"""Labels of the photos that an answer stands on."""

SEVERITIES = (("low", "低", "low"), ("medium", "中", "medium"), ("high", "高", "high"))
SOURCES = (
    ("patrol", "日常巡查", "patrol"),
    ("check", "专项检查", "check"),
    ("meeting", "联席会议", "meeting"),
    ("superior", "上级检查、督察", "inspection of a superior body"),
    ("complaint", "投诉举报", "complaint"),
)


def usual_day(item: Item, found_on: date) -> date | None:
    """Until when an item is usually put right: `days` after it was found; None where it has no usual time."""
    return None if item.days is None else found_on + timedelta(days=item.days)


def has_recurred(found_on: date, earlier: Iterable[tuple[date, date | None]]) -> bool:
    """Whether it was found, or struck off, within 90 days before: `earlier` are the days of the same item on the same parcel.

    >>> has_recurred(date(2026, 6, 1), [(date(2026, 3, 3), None)])
    True
    >>> has_recurred(date(2026, 6, 1), [(date(2026, 3, 2), None)])
    False
    """
    return any(
        timedelta(0) <= found_on - (closed or found) <= RECURS_WITHIN for found, closed in earlier if found <= found_on
    )


CORRECT_BY = Fact("correct_by", "整改期限", "put right by", FactKind.DATE)
OPEN_STATES = ("issued", "rectifying", "extension_asked", "answered", "disputed", "supervised", "escalated")
SUPERVISED = ("supervised", "escalated")
AT_WORK = ("rectifying", *SUPERVISED)
ISSUE, ANSWER, RECHECK, SUPERVISE = (f"rectification.{verb}" for verb in ("issue", "answer", "recheck", "supervise"))

PROCEDURE = Procedure(
    noun="rectification",
    plural="rectifications",
    zh="整改",
    en="rectification",
    letters="ZG",
    states=(
        State("found", "问题登记", "problem found"),
        State("issued", "已发整改通知", "notice issued"),
        State("rectifying", "整改中", "being put right"),
        State("extension_asked", "延时待批", "extension asked for"),
        State("answered", "已回复待复查", "answered"),
        State("disputed", "挂账(权属争议)", "competence disputed"),
        State("supervised", "督办", "supervised"),
        State("escalated", "升级督办", "escalated"),
        State("closed", "销号", "struck off", final=True),
        State("withdrawn", "已撤销", "withdrawn", final=True),
    ),
    opening=(
        Fact("item_code", "检查项", "check item", FactKind.CHOICE, choices=tuple((i.code, i.zh, i.en) for i in ITEMS.values())),
        Fact("description", "问题描述", "what is wrong", FactKind.LONG_TEXT),
        Fact("source", "来源", "source", FactKind.CHOICE, choices=SOURCES),
        Fact("severity", "严重程度", "severity", FactKind.CHOICE, required=False, choices=SEVERITIES),
        Fact("campaign", "专项行动", "campaign", required=False),
        Fact("demand", "整改要求", "what is demanded", FactKind.LONG_TEXT, required=False),
    ),
    steps=(
        Step(
            ("found", "issued", "rectifying", "supervised"), "set_terms", None, "拟定期限和要求", "set terms", ISSUE,
            facts=(CORRECT_BY, Fact("demand", "整改要求", "what is demanded", FactKind.LONG_TEXT, required=False)),
        ),
        Step("found", "issue", "issued", "发出整改通知", "issue the notice", ISSUE, facts=(CORRECT_BY,), papers=("rectification_notice",)),
        Step("issued", "receive", "rectifying", "签收", "acknowledge", ANSWER),
        Step(
            ("issued", *AT_WORK), "answer", "answered", "回复整改结果", "answer", ANSWER,
            facts=(Fact("reply", "整改情况", "what was done", FactKind.LONG_TEXT),), papers=("rectification_reply",),
        ),
        Step(
            ("issued", "rectifying"), "ask_extension", "extension_asked", "申请延时", "ask for more time", ANSWER,
            facts=(Fact("wanted_until", "申请延至", "asked until", FactKind.DATE),), needs_reason=True,
        ),
        Step("extension_asked", "grant_extension", "rectifying", "同意延时", "grant it", SUPERVISE, facts=(CORRECT_BY,), other_than=("ask_extension",)),
        Step("extension_asked", "refuse_extension", "rectifying", "不同意延时", "refuse it", SUPERVISE, is_return=True),
        Step(("issued", "rectifying"), "dispute", "disputed", "提出权属争议", "dispute the competence", ANSWER, needs_reason=True),
        Step(
            "disputed", "settle", "issued", "认定责任单位", "settle who is in charge", SUPERVISE, needs_reason=True,
            facts=(Fact("duty_unit", "责任单位", "unit in charge", FactKind.UNIT), CORRECT_BY), other_than=("dispute",),
        ),
        Step(
            ("issued", "rectifying"), "supervise", "supervised", "督办", "supervise", SUPERVISE,
            facts=(CORRECT_BY,), papers=("supervision_notice",),
        ),
        Step("supervised", "escalate", "escalated", "升级督办", "escalate", SUPERVISE, facts=(CORRECT_BY,), needs_reason=True),
        Step(
            ("found", *OPEN_STATES), "report_dumping", None, "报告疑似倾倒", "report a suspected dumping", RECHECK,
            facts=(
                Fact("dumping_seen", "疑似倾倒情况", "what suggests dumping", FactKind.LONG_TEXT),
                Fact("case_no", "已立案件编号", "number of the case", required=False),
            ),
        ),
        Step(
            "answered", "close", "closed", "复查合格,销号", "recheck good, strike off", RECHECK,
            facts=(Fact("recheck", "复查情况", "what the recheck saw", FactKind.LONG_TEXT),),
            papers=("recheck_record",), other_than=("answer",),
        ),
        Step(
            "answered", "send_back", "rectifying", "复查不合格,退回整改", "recheck not good, send back", RECHECK,
            facts=(CORRECT_BY,), is_return=True, other_than=("answer",),
        ),
        Step(("found", "disputed"), "withdraw", "withdrawn", "撤销", "withdraw", SUPERVISE, needs_reason=True),
    ),
    clocks=(
        Clock("notice", "发出通知", "issue the notice", 1, Measure.WORKING_DAYS, during=("found",)),
        Clock("receive", "签收", "acknowledge", 2, Measure.WORKING_DAYS, during=("issued",), rolls=True),
        Clock(
            "correct", "整改期限", "put right", 7, Measure.SET_DATE, length_fact="correct_by", warn=2,
            starts=("issue", "grant_extension", "send_back", "settle", "supervise", "escalate"), ends=("answer", "dispute"),
        ),
        Clock("extension", "答复延时申请", "decide on more time", 2, Measure.WORKING_DAYS, during=("extension_asked",)),
        Clock("dispute", "认定责任单位", "settle the competence", 5, Measure.WORKING_DAYS, during=("disputed",)),
        Clock("recheck", "复查", "recheck", 3, Measure.WORKING_DAYS, during=("answered",)),
    ),
    papers=("problem_list", "task_list", "duty_list"),
)  # fmt: skip
