"""指标目录: every figure with its sentence, formula, unit and owner. Pure data; `figures` reads the database by it.

`num` and `den` are SQL over the columns of the family (`sql/FAMILY.sql`), summed over its rows; they are fixed text of this file. What the
register cannot know is not here: money really paid out for clearing is kept by the finance system, so 资金 ends with the audited sum.
Formulas after `domain.md` §8.3; where it leaves a choice, the sentence says which was made.
"""

from dataclasses import dataclass

STRIKE, PREVENT, MANAGE, TREAT = "打", "防", "管", "治"
GROUPS = {
    STRIKE: ("打(执法)", "enforcement"),
    PREVENT: ("防(防范)", "prevention"),
    MANAGE: ("管(管护)", "management"),
    TREAT: ("治(治理)", "remediation"),
}

UNIT_ROLES = {
    "managing_id": ("管理单位(没有的,为权属单位)", "managing unit, else right holder"),
    "custodian_id": ("管护单位", "custodian"),
    "walker_id": ("巡查单位", "unit that walks"),
    "duty_id": ("责任单位", "unit in charge"),
    "conducting_id": ("主办单位", "conducting unit"),
    "lead_id": ("牵头单位", "lead unit"),
}
"""Which unit a figure is told by; the column of its family."""

PERIODS = {
    "cutoff": ("截止时点", "at the cut-off"),
    "month": ("当月 1 日至截止时点", "from the first of the month to the cut-off"),
    "year": ("当年 1 月 1 日至截止时点", "from 1 January to the cut-off"),
    "ever": ("启用以来至截止时点", "from the beginning to the cut-off"),
}

OWNERS = {
    "land": ("土地管理", "land office"),
    "waste": ("固废处置", "waste office"),
    "patrol": ("巡查调度", "patrol desk"),
    "cases": ("执法办案", "enforcement"),
}
UNITS_EN = {"宗": "parcels", "个": "projects", "件": "items", "%": "%", "㎡": "m²", "m³": "m³", "t": "t", "元": "yuan"}
DECIMALS = {"%": 1, "㎡": 2, "m³": 1, "t": 3, "元": 2}
"""Digits a value is given with; everything else is counted and has none."""


@dataclass(frozen=True)
class Indicator:
    """One figure. `unit` is the unit of its value; of a ratio, `of` is the unit of numerator and denominator.

    `up` says whether more is better; None where neither is. `needs`: the permission without which it is not shown.
    """

    code: str
    zh: str
    en: str
    sentence_zh: str
    sentence_en: str
    numerator_zh: str
    denominator_zh: str
    unit: str
    owner: str
    group: str
    numerator_en: str = ""
    denominator_en: str = ""
    family: str = "land"
    num: str = "1"
    den: str | None = None
    low: str | None = None
    high: str | None = None
    unit_role: str = "custodian_id"
    period: str = "cutoff"
    of: str = ""
    up: bool | None = None
    needs: str = "parcel.read"

    @property
    def counted_in(self) -> str:
        """The unit of numerator and denominator."""
        return self.of or self.unit


_ALL = (
    # enforcement, 打: cases, claims for damage
    Indicator(
        "case.new", "本月案件登记数", "cases registered this month",
        "当月登记的非法倾倒案件(含尚在线索、受理环节的)。", "Dumping cases registered in the month, clues among them.",
        "当月登记的案件", "", "件", "cases", STRIKE, "cases registered in the month", "", "cases", "is_new::int", None,
        unit_role="conducting_id", period="month", needs="case.read", up=False,
    ),
    Indicator(
        "case.open", "在办案件数", "cases under way",
        "截止时点已登记、未结案且未认定不成立的案件。", "Cases registered and neither closed nor found not established at the cut-off.",
        "在办的案件", "", "件", "cases", STRIKE, "cases under way", "", "cases", "is_open::int", None,
        unit_role="conducting_id", needs="case.read", up=False,
    ),
    Indicator(
        "case.filed", "本年立案数", "cases filed this year",
        "当年首次办理“立案”的案件。", "Cases filed for the first time this year.",
        "当年立案的案件", "", "件", "cases", STRIKE, "cases filed this year", "", "cases", "filed_this_year::int", None,
        unit_role="conducting_id", period="year", needs="case.read",
    ),
    Indicator(
        "case.closed", "结案率", "cases closed",
        "启用以来立案的案件中,截止时点已结案的占比。", "Share of all cases ever filed that are closed at the cut-off.",
        "其中已结案的", "启用以来立案的案件", "%", "cases", STRIKE, "of these, closed", "all cases filed since the start", "cases",
        "(is_filed and is_closed)::int", "is_filed::int", unit_role="conducting_id", period="ever", of="件", needs="case.read", up=True,
    ),
    Indicator(
        "case.transferred", "本年移送公安数", "cases handed to the police this year",
        "当年办理“移送公安”的案件。", "Cases handed over to the police this year.",
        "当年移送公安的案件", "", "件", "cases", STRIKE, "cases handed to the police this year", "", "cases",
        "transferred_this_year::int", None, unit_role="conducting_id", period="year", needs="case.read",
    ),
    Indicator(
        "case.fine", "本年罚款额", "fines decided this year",
        "当年作出、截止时点仍有效的处罚决定的罚款额(撤回的不计)。", "Fines of decisions of this year that stand at the cut-off; those taken back do not count.",
        "罚款额合计", "", "元", "cases", STRIKE, "sum of fines", "", "cases", "fine_yuan", None,
        unit_role="conducting_id", period="year", needs="case.read",
    ),
    Indicator(
        "claim.started", "启动索赔件数", "claims started",
        "启用以来已启动的生态环境损害赔偿。", "Claims for environmental damage that were started.",
        "已启动的索赔", "", "件", "cases", STRIKE, "claims started", "", "claims", "is_started::int", None,
        unit_role="conducting_id", period="ever", needs="claim.read",
    ),
    Indicator(
        "claim.agreed", "达成协议率", "claims agreed",
        "已启动的索赔中,达成赔偿协议且未被法院退回的占比。", "Share of the claims started that were agreed and not turned down by the court.",
        "其中达成协议的", "已启动的索赔", "%", "cases", STRIKE, "of these, agreed", "claims started", "claims",
        "(is_started and is_agreed)::int", "is_started::int", unit_role="conducting_id", period="ever", of="件", needs="claim.read", up=True,
    ),
    Indicator(
        "claim.amount", "赔偿金额", "damages agreed or ordered",
        "截止时点登记的议定金额;有判决的以判决金额为准。", "Damages as agreed; where a court ordered, as ordered.",
        "议定或判决金额合计", "", "元", "cases", STRIKE, "sum agreed or ordered", "", "claims", "due_yuan", None,
        unit_role="conducting_id", period="ever", needs="claim.read",
    ),
    Indicator(
        "claim.paid", "赔偿到账率", "damages paid",
        "议定或判决的赔偿金额中,已支付的占比。", "Share of the damages agreed or ordered that was paid.",
        "已支付金额", "议定或判决金额", "%", "cases", STRIKE, "paid", "agreed or ordered", "claims", "paid_yuan", "due_yuan",
        unit_role="conducting_id", period="ever", of="元", needs="claim.read", up=True,
    ),
    Indicator(
        "claim.restored", "修复结案率", "claims restored",
        "已启动的索赔中,修复或支付完毕并结案的占比。", "Share of the claims started that were restored or paid and closed.",
        "其中修复或支付后结案的", "已启动的索赔", "%", "cases", STRIKE, "of these, restored and closed", "claims started", "claims",
        "(is_started and is_restored)::int", "is_started::int", unit_role="conducting_id", period="ever", of="件", needs="claim.read", up=True,
    ),
    # prevention, 防: fence, signs, cameras, risk
    Indicator(
        "fence.full", "围蔽率", "fenced land",
        "需要围蔽的地块中,已全围蔽的占比(部分围蔽、破损、未核实的不计入)。", "Share of the parcels that need a fence which are closed all round.",
        "已全围蔽的地块", "全部地块减去无需围蔽的", "%", "land", PREVENT, "parcels closed all round", "all parcels but those that need no fence", "land",
        "(fence_status = 'full')::int", "(fence_status <> 'not_required')::int", of="宗", up=True,
    ),
    Indicator(
        "sign.covered", "警示牌覆盖率", "parcels with a sign",
        "全部地块中,至少有一块完好警示牌的占比。", "Share of all parcels with at least one sign in good order.",
        "有完好警示牌的地块", "全部地块", "%", "land", PREVENT, "parcels with a good sign", "all parcels", "land",
        "(sign_count > 0)::int", "1", of="宗", up=True,
    ),
    Indicator(
        "camera.covered", "监控覆盖率", "parcels with a camera",
        "全部地块中,至少有一路在线监控的占比。", "Share of all parcels with at least one camera on-line.",
        "有在线监控的地块", "全部地块", "%", "land", PREVENT, "parcels with a camera on-line", "all parcels", "land",
        "(camera_count > 0)::int", "1", of="宗", up=True,
    ),
    Indicator(
        "risk.high", "高风险地块数", "parcels of high risk",
        "风险等级为高的地块。", "Parcels of high risk.",
        "高风险地块", "", "宗", "patrol", PREVENT, "parcels of high risk", "", "land", "(risk_level = 'high')::int", None, up=False,
    ),
    # management, 管: register, handover, patrols, findings, rectification
    Indicator(
        "land.count", "地块总数", "parcels",
        "截止时点在册的国有空闲地地块。", "Parcels on the register at the cut-off.",
        "在册地块", "", "宗", "land", MANAGE, "parcels on the register", "", unit_role="managing_id",
    ),
    Indicator(
        "land.area", "地块总面积", "land",
        "在册地块的图形面积合计。", "Sum of the computed areas of the parcels on the register.",
        "图形面积合计", "", "㎡", "land", MANAGE, "sum of computed areas", "", "land", "area_m2", None, unit_role="managing_id",
    ),
    Indicator(
        "handover.done", "移交率(宗)", "parcels handed over",
        "应移交的地块中,已移交管护的占比。应移交:已列入移交批次或已移交,不含未纳入、已收回和已供地的。",
        "Share of the parcels to be handed over which are in a unit's care. To be handed over: listed in a batch or handed over; not those "
        "never listed, taken back or supplied.",
        "已移交管护的地块", "应移交的地块", "%", "land", MANAGE, "parcels handed over", "parcels to be handed over", "land",
        "handed_over::int", "to_hand_over::int", of="宗", up=True,
    ),
    Indicator(
        "handover.area", "移交率(面积)", "land handed over",
        "应移交地块的面积中,已移交管护的占比。", "Share of the area to be handed over which is in a unit's care.",
        "已移交管护的面积", "应移交的面积", "%", "land", MANAGE, "area handed over", "area to be handed over", "land",
        "handed_over::int * area_m2", "to_hand_over::int * area_m2", of="㎡", up=True,
    ),
    Indicator(
        "patrol.coverage", "巡查覆盖率", "parcels patrolled as required",
        "当月有到期巡查任务的地块中,每一轮都在到期日前到位的占比。", "Share of the parcels due for patrol in the month that every due round visited by its last day.",
        "每一轮都按期到位的地块", "当月到期应巡查的地块", "%", "patrol", MANAGE, "parcels seen by every round in time", "parcels due in the month", "coverage",
        "is_covered::int", "1", period="month", of="宗", needs="patrol.read", up=True,
    ),
    Indicator(
        "patrol.done", "巡查完成率", "patrol tasks done",
        "当月到期的巡查任务中,已完成的占比(已取消的不计)。", "Share of the patrol tasks due in the month that are done; cancelled ones do not count.",
        "已完成的任务", "当月到期的任务", "%", "patrol", MANAGE, "tasks done", "tasks due in the month", "tasks",
        "is_done::int", "1", unit_role="walker_id", period="month", of="件", needs="patrol.read", up=True,
    ),
    Indicator(
        "finding.new", "本月巡查发现", "findings this month",
        "当月巡查发现的问题(以发现时间计)。", "Findings of patrols in the month, by when they were seen.",
        "巡查发现", "", "件", "patrol", MANAGE, "findings", "", "findings", "1", None, period="month", needs="patrol.read",
    ),
    Indicator(
        "rectification.new", "本月新增整改", "rectifications opened this month",
        "当月登记的整改问题(已撤销的不计)。", "Rectifications registered in the month; withdrawn ones do not count.",
        "当月登记的整改", "", "件", "patrol", MANAGE, "rectifications registered", "", "rectifications", "is_new::int", None,
        unit_role="duty_id", period="month", needs="rectification.read", up=False,
    ),
    Indicator(
        "rectification.closed", "问题整改率", "problems put right",
        "本年在办的整改(年初结转加本年登记)中,已销号的占比。", "Share of this year's rectifications, those carried over among them, that are struck off.",
        "其中已销号的", "年初结转与本年登记的整改", "%", "patrol", MANAGE, "of these, struck off", "carried over and registered this year", "rectifications",
        "(of_year and is_closed)::int", "of_year::int", unit_role="duty_id", period="year", of="件", needs="rectification.read", up=True,
    ),
    Indicator(
        "rectification.in_time", "按期整改率", "problems put right in time",
        "整改期限在本年且已到期的整改中,在期限内回复并销号的占比。", "Share of the rectifications whose last day fell in this year that were answered by it and struck off.",
        "其中按期回复并销号的", "本年已到期的整改", "%", "patrol", MANAGE, "of these, answered in time and struck off", "due this year", "rectifications",
        "(is_due and in_time)::int", "is_due::int", unit_role="duty_id", period="year", of="件", needs="rectification.read", up=True,
    ),
    Indicator(
        "rectification.recurred", "问题复发率", "problems that recurred",
        "本年销号的整改中,同一地块同一检查项 90 日内再次发现的占比。", "Share of the rectifications struck off this year whose item was found on the same parcel again within 90 days.",
        "其中复发的", "本年销号的整改", "%", "patrol", MANAGE, "of these, recurred", "struck off this year", "rectifications",
        "(closed_this_year and recurred)::int", "closed_this_year::int", unit_role="duty_id", period="year", of="件",
        needs="rectification.read", up=False,
    ),
    Indicator(
        "rectification.late", "超期未销号", "rectifications late",
        "截止时点未销号且已过整改期限的整改。", "Rectifications not struck off whose day has passed.",
        "超期未销号的整改", "", "件", "patrol", MANAGE, "rectifications late", "", "rectifications", "is_late::int", None,
        unit_role="duty_id", needs="rectification.read", up=False,
    ),
    # remediation, 治: survey, waste, disposal, money
    Indicator(
        "survey.done", "摸排完成率(宗)", "parcels surveyed",
        "摸排方案列入范围的地块(片区内未建设用地或拟出让年度在范围内的)中,已完成摸排的占比;经认定无需摸排的计为完成。",
        "Share of the parcels in the scope of the survey programmes (undeveloped, or planned for supply by the programme's year) that are surveyed; "
        "land found to need no survey counts as done.",
        "已完成摸排的地块", "摸排方案范围内的地块", "%", "waste", TREAT, "parcels surveyed", "parcels in the programmes' scope", "targets",
        "is_done::int", "1", unit_role="managing_id", of="宗", needs="survey.plan", up=True,
    ),
    Indicator(
        "survey.area", "摸排完成率(面积)", "land surveyed",
        "摸排方案范围内的面积(以定稿时为准)中,已完成摸排的占比。", "Share of the area in the programmes' scope, as frozen, that is surveyed.",
        "已完成摸排的面积", "摸排方案范围内的面积", "%", "waste", TREAT, "area surveyed", "area in the programmes' scope", "targets",
        "is_done::int * area_m2", "area_m2", unit_role="managing_id", of="㎡", needs="survey.plan", up=True,
    ),
    Indicator(
        "waste.parcels", "含固废地块数", "parcels with buried waste",
        "摸排发现固废的在册地块(含已清运的)。", "Parcels on which the survey found waste, those cleared among them.",
        "发现固废的地块", "", "宗", "waste", TREAT, "parcels with waste found", "", "land", "waste_found::int", None, unit_role="managing_id",
    ),
    Indicator(
        "waste.area", "含固废地块面积", "land with buried waste",
        "摸排发现固废的在册地块的图形面积合计。", "Sum of the areas of the parcels on which waste was found.",
        "发现固废的地块面积合计", "", "㎡", "waste", TREAT, "sum of areas with waste found", "", "land", "waste_found::int * area_m2", None,
        unit_role="managing_id",
    ),
    Indicator(
        "waste.volume", "现存固废方量", "buried waste",
        "截止时点未清除的填埋体方量(自然方)按地块分摊的合计;区间为各填埋体上下限之和,偏宽。",
        "Volume in place of the waste bodies not cleared, shared by parcel; the interval adds up the bodies' limits, which is on the wide side.",
        "未清除填埋体方量合计", "", "m³", "waste", TREAT, "sum of volumes in place", "", "bodies", "best_m3", None, "low_m3", "high_m3",
        unit_role="managing_id", needs="survey.read",
    ),
    Indicator(
        "disposal.projects", "在办处置项目", "disposal projects under way",
        "截止时点未销号的处置项目(不处置的不计)。", "Disposal projects neither closed out nor withdrawn.",
        "在办处置项目", "", "个", "waste", TREAT, "projects under way", "", "disposals", "is_open::int", None, unit_role="lead_id", needs="disposal.read",
    ),
    Indicator(
        "disposal.progress", "清运进度", "waste removed",
        "列入计划的项目中,已清运方量(折自然方)占计划方量的比例;计划方量以核定为准,未核定的以估算为准。",
        "Volume removed, turned into m³ in place, of the planned volume: as approved, else as estimated.",
        "已清运方量(折自然方)", "计划方量(自然方)", "%", "waste", TREAT, "removed, in place", "planned, in place", "disposals",
        "is_planned::int * removed_m3", "is_planned::int * planned_m3", unit_role="lead_id", of="m³", needs="disposal.read", up=True,
    ),
    Indicator(
        "disposal.removed", "已清运重量", "weight removed",
        "启用以来已签收、计入的联单过磅净重合计(没有过磅的不计)。", "Net weight of the loads received and counted; loads not weighed add nothing.",
        "过磅净重合计", "", "t", "waste", TREAT, "sum of net weights", "", "disposals", "removed_t", None, unit_role="lead_id", period="ever",
        needs="disposal.read",
    ),
    Indicator(
        "disposal.closed", "处置销号率", "parcels closed out",
        "发现固废的在册地块中,已处置销号的占比。", "Share of the parcels with waste found that are closed out.",
        "已处置销号的地块", "发现固废的地块", "%", "waste", TREAT, "parcels closed out", "parcels with waste found", "land",
        "(waste_found and disposal_status = 'closed_out')::int", "waste_found::int", unit_role="managing_id", of="宗", up=True,
    ),
    Indicator(
        "money.budget", "处置预算", "disposal budget",
        "列入年度计划的处置项目的预算合计。", "Sum of the budgets of the projects in the plans.",
        "预算合计", "", "元", "waste", TREAT, "sum of budgets", "", "disposals", "budget_yuan", None, unit_role="lead_id", period="ever",
        needs="disposal.read",
    ),
    Indicator(
        "money.approved", "核定资金", "money approved",
        "已立项项目的核定资金合计。", "Sum of the money approved.",
        "核定资金合计", "", "元", "waste", TREAT, "sum approved", "", "disposals", "approved_yuan", None, unit_role="lead_id", period="ever",
        needs="disposal.read",
    ),
    Indicator(
        "money.contracted", "合同金额", "money contracted",
        "登记了合同价的处置项目的合同价合计(未登记的不计)。", "Sum of the contract prices that were recorded; projects without one add nothing.",
        "合同价合计", "", "元", "waste", TREAT, "sum of contract prices", "", "disposals", "contract_yuan", None, unit_role="lead_id", period="ever",
        needs="disposal.read",
    ),
    Indicator(
        "money.audited", "审定金额", "money audited",
        "已办理结算审计的处置项目的审定金额合计。", "Sum of the audited amounts.",
        "审定金额合计", "", "元", "waste", TREAT, "sum audited", "", "disposals", "audited_yuan", None, unit_role="lead_id", period="ever",
        needs="disposal.read",
    ),
)  # fmt: skip

CATALOGUE: dict[str, Indicator] = {each.code: each for each in _ALL}

NOT_KNOWN_ZH = "处置资金的实际支付由财务系统登记,台账不掌握,因此没有“已支付”指标;审定金额是台账所知的最后一个数。"
NOT_KNOWN_EN = (
    "What was really paid for clearing is kept by the finance system and is not in this register, so there is no such "
    "figure; the audited sum is the last one known here."
)
