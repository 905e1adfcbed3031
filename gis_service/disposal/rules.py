"""The table of a disposal project, what stands in the way of its steps, and how the register follows. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from gis_service.parcels.rules import DisposalStatus
from gis_service.procedures.rules import Blocker, Clock, Fact, FactKind, Measure, Procedure, State, Step
from gis_service.surveys.rules import WASTE_WORDS

HANDLE, APPROVE, ACCEPT, CLOSE = (f"disposal.{verb}" for verb in ("handle", "approve", "accept", "close"))
K = FactKind

CLASSES = tuple((code.value, zh, en) for code, (zh, en) in WASTE_WORDS.items())
METHODS = (
    ("excavate_remove", "开挖清运", "dig and carry away"),
    ("screen_reuse", "开挖筛分、资源化利用", "dig, screen and reuse"),
    ("in_situ", "原位风险管控", "contain in place"),
)
COVERS = (
    ("supply", "供地", "supply of the land"),
    ("handover", "移交", "handover"),
    ("both", "供地和移交", "both"),
)
NO_LOADS = frozenset({"in_situ"})
"""Methods in which nothing need leave the site."""

QUANTITY_TOLERANCE = Decimal("0.10")
"""How far the quantity may be off the approved one before a change must be approved (product default)."""

BEFORE, AFTER = "清运前", "清运后"
"""Labels of the photos that an acceptance stands on."""

BEFORE_WORK = ("proposed", "planned", "scheme_review", "approved", "procurement")
AT_WORK = ("preparing", "excavating", "removing", "base_inspection", "backfilling")
STOPS = ("suspended", "hazard_found")
DIGGING = ("excavating", "removing", "base_inspection")
NOT_ACCEPTED = (*BEFORE_WORK, *AT_WORK, "acceptance", *STOPS)


def _resumes() -> Iterator[Step]:
    """Back to where it was stopped: a step for each state, of which the right one alone is free (`situation`)."""
    words = {state.code: (state.zh, state.en) for state in STATES}
    for state in AT_WORK:
        zh, en = words[state]
        at = STOPS if state in DIGGING else ("suspended",)
        yield Step(at, f"resume_{state}", state, f"恢复:{zh}", f"resume: {en}", HANDLE, needs_reason=True)


STATES = (
    State("proposed", "拟列入计划", "proposed"),
    State("planned", "列入计划", "planned"),
    State("scheme_review", "方案评审", "scheme under review"),
    State("approved", "已立项", "approved"),
    State("procurement", "招标采购", "procurement"),
    State("preparing", "备案核准", "filing and permits"),
    State("excavating", "开挖筛分", "excavating"),
    State("removing", "清运", "removing"),
    State("base_inspection", "坑底验槽", "base inspection"),
    State("backfilling", "回填", "backfilling"),
    State("acceptance", "竣工验收", "acceptance"),
    State("audited", "结算审计", "accepted, being audited"),
    State("closed_out", "销号", "closed out", final=True),
    State("suspended", "暂停", "suspended"),
    State("hazard_found", "发现疑似危废", "hazardous waste suspected"),
    State("withdrawn", "不处置", "not disposed of", final=True),
)
"""The words of `DisposalStatus`, but 不处置, of which the register only keeps that it is not listed."""

PLANNED = (
    Fact("plan_year", "计划年度", "year of the plan", K.WHOLE, least=2000),
    Fact("batch", "计划批次", "batch of the plan"),
    Fact("budget_yuan", "预算", "budget", K.MONEY, least=0),
    Fact("lead_unit", "牵头单位", "lead unit", K.UNIT),
    Fact("method", "处置方式", "method", K.CHOICE, choices=METHODS),
    Fact("planned_until", "计划完成日期", "planned to be done by", K.DATE, required=False),
)

PROCEDURE = Procedure(
    noun="disposal",
    plural="disposals",
    zh="固废处置",
    en="disposal",
    letters="CZ",
    states=STATES,
    opening=(
        Fact("waste_class", "主要固废类别", "main class of waste", K.CHOICE, choices=CLASSES),
        Fact("other_classes", "其他固废类别", "further classes", K.CHOICES, required=False, choices=CLASSES),
        Fact("estimate_low_m3", "估算方量下限(自然方)", "estimate, low, in place", K.NUMBER, required=False, unit="m³", least=0),
        Fact("estimate_best_m3", "估算方量(自然方)", "estimate, best, in place", K.NUMBER, required=False, unit="m³", least=0),
        Fact("estimate_high_m3", "估算方量上限(自然方)", "estimate, high, in place", K.NUMBER, required=False, unit="m³", least=0),
        Fact("estimate_id", "方量估算编号", "number of the estimate", required=False),
        Fact("waste_bodies", "填埋体编号(以逗号分隔)", "waste bodies, by their numbers", K.LONG_TEXT, required=False),
        Fact("survey_no", "摸排编号", "number of the survey", required=False),
    ),
    steps=(
        Step("proposed", "plan", "planned", "列入年度计划", "list in the plan", HANDLE, facts=PLANNED),
        Step("planned", "replan", None, "调整计划", "change the plan", HANDLE, facts=PLANNED, needs_reason=True),
        Step(
            "planned", "submit_scheme", "scheme_review", "提交处置方案", "submit the scheme", HANDLE, papers=("disposal_scheme",),
            facts=(Fact("scheme_by", "方案编制单位", "written by"),),
        ),
        Step("scheme_review", "return_scheme", "planned", "方案退回修改", "send the scheme back", HANDLE, is_return=True),
        Step(
            "scheme_review", "approve", "approved", "立项,落实资金", "approve and fund", APPROVE, papers=("expert_opinion",),
            facts=(
                Fact("approved_m3", "核定方量(自然方)", "approved quantity, in place", K.NUMBER, unit="m³", least=0),
                Fact("approved_yuan", "核定资金", "approved money", K.MONEY, least=0),
                Fact("approval_no", "立项文号", "number of the approval", required=False),
            ),
        ),
        Step("approved", "procure", "procurement", "开始招采", "begin procurement", HANDLE, facts=(Fact("procurement_no", "采购编号", "number of the procurement", required=False),)),
        Step(
            "procurement", "prepare", "preparing", "确定施工和监理", "contractor and supervisor chosen", HANDLE,
            facts=(
                Fact("contractor", "施工单位", "contractor"),
                Fact("contractor_unit", "施工单位(本系统)", "contractor, as a unit here", K.UNIT, required=False),
                Fact("supervisor", "监理单位", "supervisor"),
                Fact("contract_yuan", "合同价", "contract price", K.MONEY, required=False, least=0),
            ),
        ),
        Step(
            "preparing", "excavate", "excavating", "进场开挖", "begin to dig", HANDLE, papers=("filed_scheme", "disposal_permit"),
            facts=(
                Fact("filed_on", "处理方案备案日期", "scheme filed on", K.DATE),
                Fact("permit_no", "处置核准文号", "disposal permit"),
                Fact("route", "运输路线", "traffic route", K.LONG_TEXT),
            ),
            basis="《广东省建筑垃圾管理条例》第8条",
        ),
        Step(
            "excavating", "begin_removal", "removing", "开始清运", "begin removal", HANDLE,
            facts=(Fact("remove_by", "清运期限", "to be removed by", K.DATE),),
        ),
        Step(
            "removing", "finish_removal", "base_inspection", "清运见底", "removed to the base", HANDLE,
            facts=(Fact("seen_by", "监理确认人", "confirmed by the supervisor", K.PEOPLE, least=1),),
        ),
        Step("base_inspection", "dig_more", "excavating", "验槽不合格,继续开挖", "base not clean, dig on", HANDLE, is_return=True),
        Step(
            "base_inspection", "pass_base", "backfilling", "验槽合格", "base is clean", HANDLE, papers=("base_report",),
            facts=(
                Fact("base_points", "坑底采样点数", "points sampled", K.WHOLE, least=1),
                Fact("base_points_clean", "合格点数", "points found clean", K.WHOLE, least=0),
                Fact("base_laboratory", "检测单位", "laboratory"),
            ),
        ),
        Step(
            ("base_inspection", "backfilling", "acceptance"), "measure", None, "收方", "survey of quantity", HANDLE,
            papers=("quantity_survey",),
            facts=(
                Fact("measured_m3", "收方方量(自然方)", "measured quantity, in place", K.NUMBER, unit="m³", least=0),
                Fact("measured_by", "测量单位", "measured by"),
                Fact("measured_on", "测量日期", "measured on", K.DATE),
            ),
        ),
        Step(
            "backfilling", "finish_backfill", "acceptance", "回填完成,申请验收", "backfilled, ask for acceptance", HANDLE,
            facts=(
                Fact("backfill_m3", "回填方量", "backfilled", K.NUMBER, unit="m³", least=0),
                Fact("backfill_source", "回填土来源", "source of the soil"),
                Fact("backfill_tested", "回填土已检测", "soil was tested", K.YES_NO),
            ),
        ),
        Step(
            "acceptance", "accept", "audited", "验收合格", "accept", ACCEPT, papers=("acceptance_form",),
            facts=(Fact("accepted_by", "验收组成员", "accepted by", K.PEOPLE, least=3),),
        ),
        Step("acceptance", "rework", "excavating", "验收不合格,返工", "not accepted, back to work", ACCEPT, is_return=True),
        Step(
            "audited", "audit", None, "登记结算审计", "record the audit", HANDLE, papers=("audit_report",),
            facts=(
                Fact("audited_yuan", "审定金额", "audited amount", K.MONEY, least=0),
                Fact("audited_by", "审计单位", "audited by"),
            ),
        ),
        Step("audited", "reopen", "acceptance", "退回重新验收", "back to acceptance", APPROVE, is_return=True),
        Step("audited", "close_out", "closed_out", "销号", "close out", CLOSE, papers=("close_out_form",), other_than=("accept", "audit")),
        Step(
            ("approved", "procurement", *AT_WORK, "acceptance"), "change_quantity", None, "方量变更审批", "approve a change of quantity",
            APPROVE, papers=("change_approval",), needs_reason=True,
            facts=(
                Fact("approved_m3", "核定方量(自然方)", "approved quantity, in place", K.NUMBER, unit="m³", least=0),
                Fact("approved_yuan", "核定资金", "approved money", K.MONEY, least=0),
            ),
        ),
        Step(AT_WORK, "suspend", "suspended", "暂停", "suspend", HANDLE, needs_reason=True),
        Step(
            DIGGING, "find_hazard", "hazard_found", "发现疑似危险废物,停工", "hazardous waste suspected, stop", HANDLE,
            facts=(
                Fact("hazard_seen", "发现情况", "what was found", K.LONG_TEXT),
                Fact("fenced", "已围挡", "fenced off", K.YES_NO),
                Fact("ecology_told_at", "告知生态环境部门时间", "ecology told at", K.MOMENT),
            ),
        ),
        Step(
            "hazard_found", "settle_hazard", None, "危险特性鉴别结果及去向", "what it was and where it went", HANDLE, papers=("hazard_report",),
            facts=(
                Fact("is_hazardous", "属于危险废物", "it is hazardous", K.YES_NO),
                Fact("national_manifest_no", "国家危险废物转移联单号", "national manifest number", required=False),
                Fact("hazard_t", "危险废物重量", "hazardous waste", K.NUMBER, required=False, unit="t", least=0),
            ),
        ),
        *_resumes(),
        Step(
            NOT_ACCEPTED, "allow_as_is", None, "批准带病移交、供地", "let the land go on as it is", APPROVE, needs_reason=True,
            facts=(
                Fact("covers", "批准范围", "what is allowed", K.CHOICE, choices=COVERS),
                Fact("measures", "后续措施和责任单位", "what is done later, and by whom", K.LONG_TEXT),
            ),
        ),
        Step((*BEFORE_WORK, "suspended"), "withdraw", "withdrawn", "不予处置", "do not dispose of it", APPROVE, needs_reason=True),
    ),
    clocks=(
        Clock("review", "方案评审", "review of the scheme", 20, Measure.WORKING_DAYS, during=("scheme_review",)),
        Clock("removal", "清运期限", "removal", 0, Measure.SET_DATE, length_fact="remove_by", warn=5, starts=("begin_removal",), ends=("finish_removal",)),
        Clock("base", "坑底检测", "tests of the base", 15, Measure.WORKING_DAYS, during=("base_inspection",), whose="other"),
        Clock("hazard", "危险特性鉴别", "identification of the hazard", 15, Measure.WORKING_DAYS, during=("hazard_found",), whose="other"),
        Clock("audit", "审计并销号", "audit and close out", 3, Measure.MONTHS, during=("audited",)),
    ),
    papers=("sampling_record", "payment_voucher"),
    heads=(
        ("works", "施工", "works"), ("transport", "运输", "transport"), ("treatment", "消纳处置", "treatment"),
        ("supervision", "监理、检测", "supervision and tests"),
    ),
)  # fmt: skip
"""States and actors after `domain` §6(d); what names no law is a product default."""


# --- what stands in the way -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Situation:
    """What decides over a project just now. Quantities are m³ in place."""

    method: str | None = None
    approved_m3: Decimal | None = None
    measured_m3: Decimal | None = None
    removed_m3: Decimal = Decimal(0)
    """What the received loads make in place, by the stated factors."""
    loads: int = 0
    """Loads received that count."""
    under_way: int = 0
    """Manifests issued, loaded or on the road."""
    undecided: int = 0
    """Manifests with a flag nobody decided."""
    carriers: int = 0
    sites: int = 0
    base_is_clean: bool = False
    photos_before: bool = False
    photos_after: bool = False
    is_audited: bool = False
    stopped_at: str | None = None
    stop: str | None = None
    """`suspended` or `hazard_found`, while it is stopped."""
    hazard_settled: bool = False


def is_off(quantity_m3: Decimal, approved_m3: Decimal) -> bool:
    """Whether a quantity is off the approved one by more than the tolerance.

    >>> is_off(Decimal(110), Decimal(100)), is_off(Decimal("110.1"), Decimal(100)), is_off(Decimal(89), Decimal(100))
    (False, True, True)
    """
    return abs(quantity_m3 - approved_m3) > QUANTITY_TOLERANCE * approved_m3


def obstacles(action: str, known: Situation) -> list[Blocker]:
    """What stands in the way of a step."""
    asked = {
        "excavate": _partners, "finish_removal": _removal, "accept": _acceptance, "close_out": _closing, "finish_backfill": _base,
    }  # fmt: skip
    if action.startswith("resume_"):
        return list(_resuming(action.removeprefix("resume_"), known))
    return list(asked[action](known)) if action in asked else []


def _partners(known: Situation) -> Iterator[Blocker]:
    if known.method in NO_LOADS:
        return
    if not known.carriers:
        yield Blocker("no_carrier", "没有登记运输企业(有核准的)", "no carrier with a permit is named")
    if not known.sites:
        yield Blocker("no_site", "没有消纳场所的接收同意", "no receiving site has consented")


def _loads(known: Situation) -> Iterator[Blocker]:
    if known.under_way:
        yield Blocker(
            "manifests_under_way", f"还有 {known.under_way} 份联单没有签收或作废",
            f"{known.under_way} manifests are neither received nor void",
        )  # fmt: skip
    if known.undecided:
        yield Blocker(
            "flags_undecided", f"还有 {known.undecided} 份联单的疑点没有裁定", f"{known.undecided} manifests have flags nobody decided"
        )  # fmt: skip
    if not known.loads and known.method not in NO_LOADS:
        yield Blocker("no_manifests", "没有已签收的联单", "no load was received")


def _removal(known: Situation) -> Iterator[Blocker]:
    yield from _loads(known)
    approved = known.approved_m3
    if approved is not None and known.removed_m3 > approved and is_off(known.removed_m3, approved):
        yield _quantity("联单折算", "the manifests make", known.removed_m3, approved)


def _quantity(zh: str, en: str, found_m3: Decimal, approved_m3: Decimal) -> Blocker:
    share = f"{QUANTITY_TOLERANCE:.0%}"
    return Blocker(
        "quantity_off", f"{zh} {found_m3:,.0f} m³(自然方),与核定的 {approved_m3:,.0f} m³ 相差超过 {share},须先办理方量变更审批",
        f"{en} {found_m3:,.0f} m³ in place, more than {share} off the approved {approved_m3:,.0f} m³; have the change approved first",
    )  # fmt: skip


def _base(known: Situation) -> Iterator[Blocker]:
    if not known.base_is_clean:
        yield Blocker("base_not_clean", "坑底验槽没有合格记录", "no record that the base is clean")


def _acceptance(known: Situation) -> Iterator[Blocker]:
    yield from _base(known)
    yield from _loads(known)
    if known.measured_m3 is None:
        yield Blocker("not_measured", "没有收方记录,请先办理“收方”", "the quantity was not surveyed")
    elif known.approved_m3 is not None and is_off(known.measured_m3, known.approved_m3):
        yield _quantity("收方", "the survey of quantity gives", known.measured_m3, known.approved_m3)
    missing = [label for label, there in ((BEFORE, known.photos_before), (AFTER, known.photos_after)) if not there]
    if missing:
        named = "、".join(missing)
        yield Blocker("no_photos", f"缺“{named}”照片", f"photos are missing: {named}")


def _closing(known: Situation) -> Iterator[Blocker]:
    yield from _loads(known)
    if not known.is_audited:
        yield Blocker("not_audited", "没有登记结算审计", "the audit is not recorded")


def _resuming(state: str, known: Situation) -> Iterator[Blocker]:
    if known.stopped_at is not None and known.stopped_at != state:
        zh, en = PROCEDURE.by_code[known.stopped_at].zh, PROCEDURE.by_code[known.stopped_at].en
        yield Blocker(
            "stopped_elsewhere", f"停工前为“{zh}”,只能恢复到那里", f"it was stopped at '{en}' and goes back there"
        )
    if known.stop == "hazard_found" and not known.hazard_settled:
        yield Blocker(
            "hazard_not_settled", "疑似危险废物的鉴别结果和去向没有登记", "what the suspected waste was, and where it went, is not recorded"
        )  # fmt: skip


# --- the register -------------------------------------------------------------------------------------------------------

ORDER = {state.code: rank for rank, state in enumerate(STATES)}


@dataclass(frozen=True)
class Standing:
    """Where a project stands, and where it was stopped if it is."""

    state: str
    stopped_at: str | None = None


def register_status(projects: Iterable[Standing]) -> DisposalStatus:
    """What the register says of a parcel in these projects.

    Suspected hazardous waste comes first, since nobody may dig there. Else the least advanced open project speaks, one that is
    suspended from where it was stopped. With none open, the parcel is closed out if any project was carried through.

    >>> register_status([Standing("removing"), Standing("planned"), Standing("closed_out")]).value
    'planned'
    >>> register_status([Standing("suspended", "preparing"), Standing("removing")]).value
    'suspended'
    >>> register_status([Standing("withdrawn")]).value
    'not_listed'
    """
    found = list(projects)
    running = [each for each in found if not PROCEDURE.by_code[each.state].final]
    if any(each.state == "hazard_found" for each in running):
        return DisposalStatus.HAZARD_FOUND
    if running:
        return DisposalStatus(min(running, key=lambda each: ORDER[each.stopped_at or each.state]).state)
    carried = any(each.state == "closed_out" for each in found)
    return DisposalStatus.CLOSED_OUT if carried else DisposalStatus.NOT_LISTED


def follows_register(said: str, before: DisposalStatus, after: DisposalStatus) -> bool:
    """Whether the register goes along with a step: only from what the projects said before it. What it was told otherwise stands.

    >>> follows_register("planned", DisposalStatus.PLANNED, DisposalStatus.SCHEME_REVIEW)
    True
    >>> follows_register("removing", DisposalStatus.PLANNED, DisposalStatus.SCHEME_REVIEW)
    False
    """
    return said == before and before != after


def body_ids(text: str) -> list[int] | None:
    """Numbers of waste bodies as they were written; None where it is no list of numbers.

    >>> body_ids("12, 7、12"), body_ids("A1")
    ([7, 12], None)
    """
    parts = text.replace("、", ",").replace("\uff0c", ",").split(",")
    words = [part.strip() for part in parts if part.strip()]
    return (
        sorted({int(word) for word in words})
        if all(w.isascii() and w.isdigit() and len(w) < 16 for w in words)
        else None
    )
