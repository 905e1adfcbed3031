"""The refusals of plans and tasks."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS


class PlanStopped(Refusal):
    code, status = "patrol.plan_stopped", 409
    zh = "计划“{name}”已停止,不能再修改。可按原样新建一个。"
    en = "The plan '{name}' was stopped and cannot be changed; make a new one like it."


class NoLand(Refusal):
    code, status = "patrol.no_land", 422
    zh = "所选范围内没有可巡查的地块。请检查片区、风险等级,或地块是否已注销、是否在您的权限范围内。"
    en = "There is no land to walk in this choice: check area and risk, whether the parcels still exist and whether you may see them."


class TaskSettled(Refusal):
    code, status = "patrol.task_settled", 409
    zh = "任务“{title}”{state_zh},不能再改派、改期或取消。"
    en = "The task '{title}' is {state_en}: it can no longer be moved or cancelled."


class NotTheirs(Refusal):
    code, status = "patrol.not_theirs", 422
    zh = "“{name}”不能接任务“{title}”:须是该管护单位的人员,或该片区的巡查员。"
    en = "'{name}' cannot take the task '{title}': it is for people of the unit in charge, or inspectors of that area."


class DaysWrong(Refusal):
    code, status = "patrol.days", 422
    zh = "最后一天不能早于第一天,也不能早于今天。"
    en = "The last day must not come before the first one, nor before today."


class UnknownForm(Refusal):
    code, status = "patrol.unknown_form", 404
    zh = "没有“{name}”这种日报。可用:daily.xlsx。"
    en = "There is no daily sheet '{name}'; there is daily.xlsx."


CONFLICTS |= {
    "uq_patrol_task_round": (
        "这一轮的任务已经生成,请刷新后再看。",
        "this round has its tasks already; reload and look.",
    ),
    "ck_patrol_plan_frequency": ("次数应为 1–10,周期应为 1–366 天。", "1 to 10 rounds in 1 to 366 days."),
    "ck_patrol_plan_days": ("结束日期不能早于开始日期。", "a plan ends after it begins."),
}
