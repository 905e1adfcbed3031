"""The refusals of rankings and hotspots."""

from gis_service.core.errors import Refusal


class FutureMoment(Refusal):
    code, status = "risk.future", 422
    zh = "{as_of} 还没有到,那时的情况无从得知。请选择今天或以前的日期。"
    en = "{as_of} has not come yet, so nothing is known of it. Choose today or a day before."


class PeriodWrong(Refusal):
    code, status = "risk.period", 422
    zh = "时段应从前到后,不超过 {years} 年,且不晚于数据截止日。请改选起止日期。"
    en = (
        "A period runs forward, over no more than {years} years, and not past the day the data ends. Choose other days."
    )
