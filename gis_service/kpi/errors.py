"""What the figures refuse, and what to do then."""

from gis_service.core.errors import Refusal


class IndicatorUnknown(Refusal):
    code, status = "kpi.unknown", 404
    zh = "没有编号为“{indicator}”的指标,或您无权查看。请在指标目录中查找。"
    en = "There is no indicator '{indicator}', or not for you. Look it up in the catalogue of indicators."


class NotYet(Refusal):
    code, status = "kpi.not_yet", 422
    zh = "{day} 还没有到,不能计算。请选今天或以前的日期。"
    en = "{day} has not come yet, so nothing can be counted. Choose today or a day before."


class TargetThere(Refusal):
    code, status = "kpi.target_there", 409
    zh = "“{indicator}”{year} 年已有计划值。请在原值上修改。"
    en = "'{indicator_en}' has a planned value for {year} already. Change that one."


class OverAll(Refusal):
    code, status = "kpi.over_all", 422
    zh = "“{indicator}”是百分比,计划值不能是 {value}。请填 0 到 100。"
    en = "'{indicator_en}' is a percentage; it cannot be planned as {value}. Give 0 to 100."
