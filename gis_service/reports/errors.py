"""What the monthly reports refuse, and what to do then."""

from gis_service.core.errors import Refusal


class NoMonth(Refusal):
    code, status = "report.month", 400
    zh = "“{value}”不是月份,请写成 2026-10 这样的年月。"
    en = "'{value}' is no month; write it as in 2026-10."


class MonthAhead(Refusal):
    code, status = "report.month_ahead", 422
    zh = "{month} 还没有开始,不能生成调度材料。请选本月(草稿)或已结束的月份。"
    en = "{month} has not begun; choose the current month (a draft) or one that is over."


class NothingToCorrect(Refusal):
    code, status = "report.nothing_to_correct", 409
    zh = "{month} 还没有定稿,不需要更正。请直接生成。"
    en = "{month} has no edition yet, so there is nothing to correct. Make the pack without a reason."


class AlreadyMaking(Refusal):
    code, status = "report.making", 409
    zh = "{month} 的调度材料正在生成({who}),请等它完成或取消后再试。"
    en = "The pack of {month} is being made ({who}); wait for it or cancel it first."


class ReasonTooLong(Refusal):
    code, status = "report.reason_long", 422
    zh = "更正说明超过 {limit} 个字,请写短一些。"
    en = "The reason has more than {limit} characters; make it shorter."


class NoSuchEdition(Refusal):
    code, status = "report.no_edition", 404
    zh = "{month} 没有第 {edition} 版,或您看不到它所含的全部地块。"
    en = "{month} has no edition {edition}, or not one of which you may see all land."


class PackNotReady(Refusal):
    code, status = "report.not_ready", 409
    zh = "调度材料还没有生成完({state}),请稍候再取。"
    en = "The pack is not made yet ({state}); try again in a moment."


class NotUnderWay(Refusal):
    code, status = "report.not_under_way", 409
    zh = "这次生成已经结束({state}),不能再取消。"
    en = "This making has ended ({state}) and cannot be cancelled."


class PackBroke(Refusal):
    code, status = "report.broke", 500
    zh = "生成调度材料时出错,没有留下半成品。请重试;仍不行,请把编号 {pack_id} 告诉管理员。"
    en = "Making the pack failed and nothing half-made was kept. Try again; if it fails again, tell the administrator number {pack_id}."


class Cancelled(Exception):
    """Somebody cancelled the making; nothing is kept of it."""
