"""What happens to parcels in two years: stories as data, and what each step means for the register. Pure.

A story is a start and the steps that follow it, written as `axis>value`; unstated axes start as in `USUAL`. `STEPS` says
why a step is taken and on which paper. Each step is one that the district's workflows allow (摸排, 处置, 移交, 供应).
"""

from __future__ import annotations

from dataclasses import dataclass

AXES = ("supply", "use", "fence", "survey", "disposal", "handover")
USUAL = "supply=planned use=idle fence=full survey=approved disposal=not_listed handover=not_planned"

LAND, WASTE, PATROL = "土地专员 陈晓岚(示例)", "固废专员 梁志远(示例)", "巡查员 黄国强(示例)"
"""Who writes."""


@dataclass(frozen=True)
class Story:
    """`weight` is how often it is told; `waste` whether the survey finds buried waste."""

    weight: int
    start: str
    steps: str = ""
    waste: bool = False
    note: str | None = None

    @property
    def first(self) -> dict[str, str]:
        """Axis → value at the time the parcel enters the register."""
        return dict(pair.split("=") for pair in f"{USUAL} {self.start}".split())

    @property
    def moves(self) -> list[dict[str, str]]:
        """One dictionary of axis → value a step; `a>x+b>y` is one step on two axes."""
        return [dict(part.split(">") for part in step.split("+")) for step in self.steps.split()]

    @property
    def last(self) -> dict[str, str]:
        """Axis → value at the end."""
        state = self.first
        for move in self.moves:
            state = {**state, **move}
        return state

    def tells(self, axis: str) -> bool:
        """Whether the story itself says something about an axis, so that chance must not."""
        return f"{axis}=" in self.start or f"{axis}>" in self.steps


STORIES = (
    # handed over in good order, and every stage on the way there
    Story(16, "handover=listed", "handover>prepared handover>consulted handover>inspection handover>signing handover>handed_over"),
    Story(14, "handover=signing", "handover>handed_over"),
    Story(26, "handover=handed_over"),
    Story(4, "handover=consulted", "handover>inspection handover>issues handover>inspection handover>signing handover>handed_over"),
    Story(4, "handover=prepared", "handover>consulted handover>inspection handover>issues"),
    Story(4, "handover=listed", "handover>prepared handover>consulted"),
    Story(3, "handover=consulted", "handover>prepared"),
    Story(3, "handover=prepared", "handover>consulted handover>inspection"),
    Story(4, "handover=prepared", "handover>consulted handover>inspection handover>signing"),
    Story(9, "", "handover>listed"),
    Story(9, "", "handover>listed handover>prepared"),
    Story(2, "handover=handed_over", "handover>returned"),
    Story(3, "handover=handed_over", "handover>transferred_again"),
    # supply
    Story(9, "supply=not_planned", "supply>planned"),
    Story(3, "supply=planned", "supply>announced"),
    Story(3, "handover=handed_over", "supply>announced handover>returned supply>supplied+handover>supplied use>construction"),
    Story(3, "supply=announced", "supply>supplied use>construction"),
    Story(2, "supply=announced", "supply>withdrawn"),
    Story(1, "supply=planned", "supply>announced supply>withdrawn supply>planned supply>announced"),
    # survey, from not begun to approved
    Story(10, "survey=pending supply=not_planned"),
    Story(4, "survey=pending", "survey>desk_done"),
    Story(4, "survey=pending", "survey>desk_done survey>geophysics_done"),
    Story(4, "survey=desk_done", "survey>geophysics_done survey>drilling"),
    Story(3, "survey=geophysics_done", "survey>drilling survey>lab"),
    Story(4, "survey=drilling", "survey>lab survey>reported"),
    Story(2, "survey=lab", "survey>reported survey>resurvey"),
    Story(8, "survey=desk_done", "survey>geophysics_done survey>drilling survey>lab survey>reported survey>approved"),
    Story(3, "survey=reported", "survey>resurvey survey>drilling survey>lab survey>reported survey>approved"),
    Story(5, "survey=reported", "survey>approved handover>listed"),
    Story(6, "survey=not_required fence=not_required supply=not_planned", note="山体或水边绿地,经批准无需围蔽"),
    # waste is found: every stage of disposal is somebody's present
    Story(3, "survey=drilling", "survey>lab survey>reported survey>approved disposal>proposed", waste=True),
    Story(3, "survey=reported", "survey>approved disposal>proposed disposal>planned", waste=True),
    Story(2, "disposal=proposed", "disposal>planned disposal>scheme_review", waste=True),
    Story(2, "disposal=planned", "disposal>scheme_review disposal>approved", waste=True),
    Story(2, "disposal=planned", "disposal>scheme_review disposal>approved disposal>procurement", waste=True),
    Story(2, "disposal=approved", "disposal>procurement disposal>preparing", waste=True),
    Story(2, "disposal=approved", "disposal>procurement disposal>preparing disposal>excavating", waste=True),
    Story(2, "disposal=procurement", "disposal>preparing disposal>excavating disposal>removing", waste=True),
    Story(1, "disposal=excavating", "disposal>removing disposal>base_inspection", waste=True),
    Story(1, "disposal=excavating", "disposal>removing disposal>base_inspection disposal>backfilling", waste=True),
    Story(1, "disposal=removing", "disposal>base_inspection disposal>backfilling disposal>acceptance", waste=True),
    Story(1, "disposal=base_inspection", "disposal>backfilling disposal>acceptance disposal>audited", waste=True),
    Story(2, "disposal=backfilling", "disposal>acceptance disposal>audited disposal>closed_out handover>listed", waste=True),
    Story(2, "disposal=closed_out handover=prepared", "handover>consulted handover>inspection handover>signing handover>handed_over", waste=True),
    Story(1, "disposal=preparing", "disposal>excavating disposal>suspended", waste=True),
    Story(1, "disposal=preparing", "disposal>excavating disposal>hazard_found", waste=True),
    Story(1, "disposal=planned handover=inspection", "handover>issues handover>signing handover>handed_over", waste=True,
          note="带病移交:遗留固废由移交方负责清运,经领导批准(示例)"),
)  # fmt: skip

XINGU = Story(
    0, "disposal=acceptance fence=full use=idle", "disposal>audited disposal>closed_out handover>listed handover>prepared",
    waste=True, note="2024年完成固废清运(示例)",
)  # fmt: skip
"""格创·芯谷二期: its waste was removed before the register began; what is left is audit, close-out and handover."""

FENCES = (
    *(["full"] * 9), "full damaged full", "full damaged full", "partial full", "none partial full", "full damaged", "partial", "none", "none partial",
    "full damaged full", "unknown partial", "unknown", "unknown none", "partial damaged full", "full damaged full damaged", "none full",
)  # fmt: skip
USES = (
    *(["idle"] * 14), "idle occupied idle", "idle stockpile", "stockpile idle", "planted idle", "planted", "idle temporary_use,parking",
    "idle occupied", "parking", "idle planted,stockpile", "temporary_use idle", "temporary_use,parking idle",
)  # fmt: skip
"""Fences and uses that may go with any story that is silent about them."""


@dataclass(frozen=True)
class Step:
    """Why a parcel comes into a state, on which paper, and who writes it down."""

    reason: str
    paper: str
    actor: str = LAND


STEPS: dict[tuple[str, str], Step] = {
    ("supply", "planned"): Step("列入{year}年度土地供应计划。", "供应计划"),
    ("supply", "announced"): Step("完成出让方案审批,已发布挂牌公告。", "挂牌公告"),
    ("supply", "supplied"): Step("完成供地手续,签订合同并移交用地单位。", "供地结果"),
    ("supply", "withdrawn"): Step("规划条件需调整,撤回本次供应。", "撤回通知"),
    ("use", "idle"): Step("清理完毕,现场恢复空闲。", "整改报告", PATROL),
    ("use", "occupied"): Step("巡查发现搭建工棚占用,已通知权属单位限期清退。", "巡查月报", PATROL),
    ("use", "stockpile"): Step("巡查发现新增堆土,已要求覆盖防尘网并限期清运。", "巡查月报", PATROL),
    ("use", "planted"): Step("巡查发现周边居民种菜,已张贴清理告示。", "巡查月报", PATROL),
    ("use", "temporary_use"): Step("批准临时利用,期限不超过两年,不得建永久建筑。", "临时用地批复"),
    ("use", "parking"): Step("巡查发现车辆停放,已劝离并加强值守。", "巡查月报", PATROL),
    ("use", "construction"): Step("用地单位取得施工许可,已进场施工。", "供地结果"),
    ("fence", "full"): Step("围蔽补齐并复查合格,大门已上锁。", "整改报告", PATROL),
    ("fence", "partial"): Step("现场核实为部分围蔽,缺口已登记。", "巡查月报", PATROL),
    ("fence", "none"): Step("现场核实未围蔽,列入围蔽建设计划。", "巡查月报", PATROL),
    ("fence", "damaged"): Step("台风过后巡查发现围蔽倒伏、破损。", "巡查月报", PATROL),
    ("survey", "desk_done"): Step("完成资料收集、历史影像判读和现场踏勘。", "摸排工作方案", WASTE),
    ("survey", "geophysics_done"): Step("完成高密度电法物探,异常区已圈定。", "物探成果", WASTE),
    ("survey", "drilling"): Step("按布点方案进场钻探、挖探。", "钻探布点方案", WASTE),
    ("survey", "lab"): Step("钻探完成,样品已送检。", "检测委托", WASTE),
    ("survey", "reported"): Step("摸排报告编制完成,送审。", "摸排报告", WASTE),
    ("survey", "approved"): Step("摸排报告通过专家评审:{finding}。", "评审意见", WASTE),
    ("survey", "resurvey"): Step("评审意见要求加密边界钻孔,补充摸排。", "评审意见", WASTE),
    ("disposal", "proposed"): Step("摸排查明含地下固废,拟列入处置计划。", "处置建议", WASTE),
    ("disposal", "planned"): Step("列入年度固废处置计划。", "处置计划", WASTE),
    ("disposal", "scheme_review"): Step("处置方案编制完成,组织专家评审。", "处置方案", WASTE),
    ("disposal", "approved"): Step("项目立项,资金落实。", "立项批复", WASTE),
    ("disposal", "procurement"): Step("启动清运项目招标采购。", "采购文件", WASTE),
    ("disposal", "preparing"): Step("建筑垃圾处理方案备案、处置核准办理中。", "处置核准", WASTE),
    ("disposal", "excavating"): Step("进场开挖筛分。", "开工报告", WASTE),
    ("disposal", "removing"): Step("开始清运,联单逐车登记。", "监理月报", WASTE),
    ("disposal", "base_inspection"): Step("清运见底,坑底验槽并采样。", "监理月报", WASTE),
    ("disposal", "backfilling"): Step("验槽合格,分层回填。", "监理月报", WASTE),
    ("disposal", "acceptance"): Step("回填完成,申请竣工验收。", "验收意见", WASTE),
    ("disposal", "audited"): Step("结算审计完成。", "审计报告", WASTE),
    ("disposal", "closed_out"): Step("经复核符合销号条件,予以销号。", "销号表", WASTE),
    ("disposal", "suspended"): Step("开挖遇地下管线,暂停施工,待迁改。", "停工通知", WASTE),
    ("disposal", "hazard_found"): Step("开挖发现疑似危险废物,已停工围挡并报生态环境部门。", "停工通知", WASTE),
    ("handover", "listed"): Step("列入本批次移交清单。", "移交清单"),
    ("handover", "prepared"): Step("权属核实表、宗地图、摸排结论齐备。", "权属核实表"),
    ("handover", "consulted"): Step("向接收单位{custodian}征求意见。", "征求意见函"),
    ("handover", "inspection"): Step("会同接收单位现场踏勘。", "踏勘记录"),
    ("handover", "issues"): Step("踏勘发现围蔽、堆土等问题,列入问题清单整改。", "问题清单"),
    ("handover", "signing"): Step("踏勘问题已处理,移交确认书待签。", "整改报告"),
    ("handover", "handed_over"): Step("签订移交确认书,由{custodian}管护。", "移交确认书"),
    ("handover", "returned"): Step("因供地需要收回管护。", "收回通知"),
    ("handover", "transferred_again"): Step("管护单位调整,再次移交{custodian}。", "移交确认书"),
    ("handover", "supplied"): Step("完成供地手续,签订合同并移交用地单位。", "供地结果"),
    ("handover", "consulted>prepared"): Step("接收单位反馈意见,退回补充资料。", "反馈意见"),
    ("handover", "issues>inspection"): Step("问题整改完成,再次踏勘。", "整改报告"),
    ("handover", "issues>signing"): Step("遗留问题另行约定责任,经领导批准,移交确认书待签。", "领导批示"),
    ("supply", "withdrawn>planned"): Step("规划条件调整完成,重新列入{year}年度土地供应计划。", "供应计划"),
}


def step_for(axis: str, before: str, after: str) -> Step:
    """The step as it is told: some differ by where they come from."""
    return STEPS.get((axis, f"{before}>{after}")) or STEPS[axis, after.split(",", maxsplit=1)[0]]


ALLOWED: dict[str, str] = {
    "supply": "not_planned>planned planned>announced announced>supplied announced>withdrawn planned>withdrawn withdrawn>planned",
    "survey": "pending>desk_done desk_done>geophysics_done geophysics_done>drilling drilling>lab lab>reported "
    "reported>approved reported>resurvey resurvey>drilling",
    "disposal": "not_listed>proposed proposed>planned planned>scheme_review scheme_review>approved approved>procurement "
    "procurement>preparing preparing>excavating excavating>removing removing>base_inspection base_inspection>backfilling "
    "backfilling>acceptance acceptance>audited audited>closed_out excavating>suspended excavating>hazard_found",
    "handover": "not_planned>listed listed>prepared prepared>consulted consulted>inspection consulted>prepared "
    "inspection>issues inspection>signing issues>inspection issues>signing signing>handed_over handed_over>returned "
    "handed_over>transferred_again returned>supplied",
}
"""The steps the workflows know; fences and uses may change in any way. The tests walk every history along it."""
