"""The refusals of rectifications."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS


class OneParcel(Refusal):
    """Each problem is put right and struck off by itself."""

    code, status = "rectification.one_parcel", 422
    zh = "一个问题只能涉及一个地块,您选了 {count} 个。请按地块分别登记。"
    en = "A problem concerns one parcel; {count} were chosen. Record one problem for each."


class DayBefore(Refusal):
    code, status = "rectification.day_before", 422
    zh = "整改期限 {day} 早于办理日期 {on}。"
    en = "The day {day} to put it right lies before {on}, the day of this step."


class NotAsPrinted(Refusal):
    """What was sent out and what is counted must not differ."""

    code, status = "rectification.not_as_printed", 409
    zh = "拟定并印入文书的整改期限是 {printed},您填的是 {day}。要改期限,请先办理“拟定期限和要求”,再制作文书。"
    en = "The day set for the paper is {printed}, you wrote {day}. To change it, use 'set terms' first and then make the paper."


class UnknownList(Refusal):
    code, status = "rectification.unknown_list", 404
    zh = "没有这种清单:{name}。可用:problem_list、task_list、duty_list,格式 xlsx、docx、pdf。"
    en = "There is no list '{name}'. Use problem_list, task_list or duty_list as xlsx, docx or pdf."


CONFLICTS |= {
    "ck_rectification_severity": ("严重程度无效。", "the severity is not one of those listed."),
    "ck_rectification_source": ("来源无效。", "the source is not one of those listed."),
}
