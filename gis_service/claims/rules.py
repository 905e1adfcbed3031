"""The table of a claim for damage, its heads and stages of money, and when it counts as simple. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gis_service.procedures.rules import Clock, Fact, FactKind, Measure, Procedure, State, Step

HANDLE, APPROVE = "claim.handle", "claim.approve"

CLAIMANTS = (
    ("city", "设区的市级人民政府", "government of the prefecture-level city"),
    ("province", "省级人民政府", "government of the province"),
)
"""Who may claim. The district may not: it has no mandate of the State Council."""

HEADS = (
    ("interim_loss", "服务功能丧失期间的损失", "interim loss"),
    ("permanent_loss", "永久性损害造成的损失", "permanent loss"),
    ("investigation_appraisal", "调查、鉴定评估等费用", "investigation and appraisal"),
    ("cleanup_restoration", "清除污染、修复生态环境费用", "clean-up and restoration"),
    ("prevention", "防止损害发生和扩大的合理费用", "prevention"),
)
HEADS_BASIS = "民法典第1235条"
STAGES = (
    ("estimated", "估算", "estimated"),
    ("claimed", "主张", "claimed"),
    ("agreed", "议定", "agreed"),
    ("ordered", "判决", "ordered"),
    ("paid", "已付", "paid"),
)

SIMPLE_LIMIT_YUAN = Decimal(300_000)
SIMPLE_BASIS = "环法规〔2025〕6号:简单案件损害一般不超过30万元,各地可放宽至50万元"
MOST_MEETINGS = 3
"""Meetings of one negotiation (product default)."""
ANNOUNCED_DAYS = 30


def total(amounts: Iterable[tuple[str, str, Decimal]], *stages: str) -> Decimal:
    """The sum of amounts (head, stage, yuan) in some stages.

    >>> total([("prevention", "paid", Decimal(5)), ("prevention", "agreed", Decimal(7))], "paid")
    Decimal('5')
    """
    return sum((yuan for _, stage, yuan in amounts if stage in stages), Decimal(0))


def owed(amounts: list[tuple[str, str, Decimal]]) -> Decimal:
    """What is still to be paid of what was agreed; a court's order stands in its place."""
    due = total(amounts, "ordered") or total(amounts, "agreed")
    return max(due - total(amounts, "paid"), Decimal(0))


@dataclass(frozen=True)
class Line:
    """A head of claim with its sum in each stage; `head` empty for the total."""

    head: str
    zh: str
    en: str
    yuan: Mapping[str, Decimal]


def by_head(amounts: list[tuple[str, str, Decimal]]) -> list[Line]:
    """Every head and the total, in the order of the law; heads of other words follow."""
    known = {code for code, _, _ in HEADS}
    others = sorted({head for head, _, _ in amounts} - known)
    lines = [_line(each, amounts) for each in (*HEADS, *((head, head, head) for head in others))]
    return [*lines, Line("", "合计", "total", {stage: total(amounts, stage) for stage, _, _ in STAGES})]


def _line(head: tuple[str, str, str], amounts: list[tuple[str, str, Decimal]]) -> Line:
    own = [each for each in amounts if each[0] == head[0]]
    return Line(*head, {stage: total(own, stage) for stage, _, _ in STAGES})


def announcement_runs(announced_on: date, on: date) -> bool:
    """Whether a court's announcement has not yet stood its thirty days; the day it was made does not count.

    >>> announcement_runs(date(2026, 3, 1), date(2026, 3, 31)), announcement_runs(date(2026, 3, 1), date(2026, 4, 1))
    (True, False)
    """
    return (on - announced_on).days <= ANNOUNCED_DAYS


ANNOUNCEMENT_BASIS = "最高人民法院《关于审理生态环境损害赔偿案件的若干规定(试行)》第20条"
AGREED_OR_ORDERED = ("agreed", "confirmed", "litigating")

PROCEDURE = Procedure(
    noun="claim",
    plural="claims",
    zh="生态环境损害赔偿",
    en="claim for environmental damage",
    letters="SP",
    states=(
        State("screened", "线索筛查", "lead screened"),
        State("preliminary", "初步核查", "preliminary check"),
        State("started", "启动索赔", "claim started"),
        State("investigating", "损害调查", "damage investigated"),
        State("appraisal", "鉴定评估", "appraisal"),
        State("negotiating", "磋商", "negotiation"),
        State("agreed", "达成协议", "agreed"),
        State("confirmed", "司法确认", "confirmed by the court"),
        State("litigating", "提起诉讼", "in court"),
        State("restoring", "修复、替代修复、货币赔偿", "being restored or paid"),
        State("evaluating", "修复效果评估", "restoration evaluated"),
        State("closed", "结案", "closed", final=True),
        State("not_started", "不启动索赔", "not claimed", final=True),
    ),
    opening=(
        Fact("obligor", "赔偿义务人", "who caused the harm"),
        Fact("incident_on", "损害发生日期", "day of the incident", FactKind.DATE),
        Fact("incident_until", "损害持续至", "harm went on until", FactKind.DATE, required=False),
        Fact("harm", "损害情况", "the harm", FactKind.LONG_TEXT),
        Fact("lead_from", "线索来源", "where the lead came from", required=False),
        Fact("procuratorate_lead", "检察机关移送的线索", "lead sent by the procuratorate", FactKind.YES_NO, required=False),
    ),
    steps=(
        Step("screened", "check", "preliminary", "转入初步核查", "begin the preliminary check", HANDLE, papers=("screening_opinion",)),
        Step(
            "preliminary", "decline", "not_started", "不启动索赔", "do not claim", APPROVE,
            facts=(
                Fact(
                    "declined_for", "不启动的情形", "ground", FactKind.CHOICE,
                    choices=(
                        ("restored", "执法中已修复或赔偿", "restored in the course of enforcement"),
                        ("slight", "损害显著轻微", "the harm is slight"),
                        ("other", "其他", "other"),
                    ),
                ),
                Fact("procuratorate_told_on", "告知检察机关日期", "procuratorate told on", FactKind.DATE, required=False),
            ),
            papers=("preliminary_check", "not_started_approval"), needs_reason=True,
        ),
        Step(
            "preliminary", "start", "started", "启动索赔", "start the claim", APPROVE,
            facts=(
                Fact("claimant_level", "赔偿权利人", "claimant", FactKind.CHOICE, choices=CLAIMANTS),
                Fact("lead_department", "市政府指定的牵头部门", "department named by the city"),
            ),
            papers=("preliminary_check", "start_approval"),
        ),
        Step("started", "investigate", "investigating", "开展损害调查", "investigate the damage", HANDLE),
        Step(
            "investigating", "appraise", "appraisal", "进入鉴定评估", "go on to the appraisal", HANDLE,
            facts=(Fact("is_simple", "事实简单、责任无争议", "facts simple, liability undisputed", FactKind.YES_NO),),
            papers=("investigation_report",),
        ),
        Step("appraisal", "negotiate", "negotiating", "依鉴定评估报告磋商", "negotiate on the appraisal", HANDLE, papers=("appraisal_report", "negotiation_notice")),
        Step("appraisal", "negotiate_simple", "negotiating", "依专家意见磋商(简单案件)", "negotiate on experts' opinion (simple case)", HANDLE, papers=("expert_opinion", "negotiation_notice")),
        Step("appraisal", "back_to_investigation", "investigating", "退回补充调查", "back to the investigation", HANDLE, is_return=True),
        Step(
            "negotiating", "meet", None, "登记磋商会议", "record a meeting", HANDLE,
            facts=(Fact("present", "参加人", "present", FactKind.PEOPLE, least=2), Fact("outcome", "磋商情况", "outcome", FactKind.LONG_TEXT)),
            papers=("negotiation_minutes",),
        ),
        Step(
            "negotiating", "agree", "agreed", "达成赔偿协议", "agree", APPROVE,
            facts=(Fact("perform_by", "履行期限", "to be performed by", FactKind.DATE),), papers=("compensation_agreement",),
        ),
        Step(
            "negotiating", "sue", "litigating", "磋商不成,提起诉讼", "no agreement: sue", APPROVE,
            facts=(Fact("court", "管辖法院", "court"),), papers=("negotiation_failed", "complaint"),
        ),
        Step("agreed", "announce", None, "登记法院公告", "record the court's announcement", HANDLE, facts=(Fact("court", "受理法院", "court"), Fact("announced_on", "公告日期", "announced on", FactKind.DATE))),
        Step("agreed", "confirm", "confirmed", "司法确认", "confirmed by the court", HANDLE, papers=("court_ruling",)),
        Step("agreed", "not_confirmed", "negotiating", "法院不予确认,重新磋商", "not confirmed: negotiate anew", HANDLE, is_return=True),
        Step("agreed", "sue_on_breach", "litigating", "不履行协议,提起诉讼", "agreement broken: sue", APPROVE, facts=(Fact("court", "管辖法院", "court"),), papers=("complaint",), needs_reason=True),
        Step(
            ("confirmed", "litigating"), "perform", "restoring", "开始履行", "begin to perform", HANDLE,
            facts=(
                Fact(
                    "remedies", "履行方式", "ways", FactKind.CHOICES,
                    choices=(
                        ("restoration", "修复", "restoration"),
                        ("substitute", "替代修复", "substitute restoration"),
                        ("money", "货币赔偿", "money"),
                    ),
                ),
                Fact("judgment_no", "裁判文书号", "number of the judgment", required=False),
            ),
        ),
        Step("litigating", "dismissed", "closed", "诉讼终结,无赔偿", "ended without an award", APPROVE, papers=("claim_closing",), needs_reason=True),
        Step("restoring", "evaluate", "evaluating", "修复完成,进入评估", "evaluate the restoration", HANDLE, papers=("restoration_plan",)),
        Step("restoring", "exempt", None, "认定无需评估", "no evaluation is needed", APPROVE, needs_reason=True),
        Step("evaluating", "not_restored", "restoring", "未达修复目标,退回修复", "not restored: go on", HANDLE, is_return=True),
        Step("restoring", "close", "closed", "结案", "close", APPROVE, facts=(Fact("published_at", "公开方式和网址", "where published"), Fact("published_on", "公开日期", "published on", FactKind.DATE)), papers=("claim_closing",)),
        Step("evaluating", "close", "closed", "结案", "close", APPROVE, facts=(Fact("published_at", "公开方式和网址", "where published"), Fact("published_on", "公开日期", "published on", FactKind.DATE)), papers=("evaluation_report", "claim_closing")),
    ),
    clocks=(
        Clock("preliminary", "初步核查", "preliminary check", 30, Measure.DAYS, starts=("open",), ends=("decline", "start"), warn=5, basis="《生态环境损害赔偿管理规定》(环法规〔2022〕31号)"),
        Clock("negotiation", "磋商", "negotiation", 90, Measure.DAYS, during=("negotiating",), warn=15),
        Clock("announcement", "法院公告", "the court's announcement", ANNOUNCED_DAYS, Measure.DAYS, starts=("announce",), ends=("confirm", "not_confirmed", "sue_on_breach"), warn=3, basis=ANNOUNCEMENT_BASIS, whose="other"),
        Clock("limitation", "诉讼时效", "limitation of the suit", 5, Measure.YEARS, starts=("open",), ends=("sue", "sue_on_breach", "confirm", "decline"), warn=180, basis="《生态环境法典》第1054条"),
        Clock("performance", "履行协议", "performance of the agreement", 90, Measure.SET_DATE, length_fact="perform_by", starts=("agree",), ends=("close", "evaluate", "sue_on_breach", "not_confirmed"), warn=10, whose="other"),
    ),
    papers=("payment_voucher",),
    heads=HEADS,
)  # fmt: skip
