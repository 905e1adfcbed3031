"""The refusals of surveys."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS


class OneParcelOnly(Refusal):
    code, status = "survey.one_parcel", 422
    zh = "一次摸排只针对一宗地块,现为 {count} 宗;多宗地块请逐宗登记,或由摸排方案统一安排。"
    en = "A survey is about one parcel, not {count}; open one for each, or let a programme open them."


class UnderWay(Refusal):
    code, status = "survey.under_way", 409
    zh = "地块 {parcel_no} 已有进行中的摸排 {no},请先办完或终止它。"
    en = "Survey {no} of parcel {parcel_no} is under way; end or cancel it first."


class PointsRefused(Refusal):
    code, status = "survey.points_refused", 422
    zh = "文件 {file} 有 {count} 处错误,一个点也没有存;请按下列行号改正后重新导入。"
    en = "The file {file} has {count} errors and no point was kept; mend the rows below and import it again."


class LogRefused(Refusal):
    code, status = "survey.log_refused", 422
    zh = "点 {point_no} 有 {count} 处错误,没有存;请按下列字段改正。"
    en = "Point {point_no} has {count} errors and was not kept; mend the fields below."


class PointTaken(Refusal):
    code, status = "survey.point_taken", 409
    zh = "点号 {numbers} 已有记录。要替换请先选择“替换同号点”并写明理由,原记录会保留。"
    en = "Points {numbers} are recorded already. To replace them say so with a reason; the earlier records are kept."


class LineShort(Refusal):
    code, status = "survey.line_short", 422
    zh = "测线至少要有两个不同的点。"
    en = "A line needs two different places."


class NoHoles(Refusal):
    code, status = "survey.no_holes", 422
    zh = "摸排 {no} 还没有钻孔或探坑,无法估算方量;请先导入或录入。"
    en = "Survey {no} has no holes yet, so no volume can be estimated; import or enter them first."


class NoOutline(Refusal):
    code, status = "survey.no_outline", 422
    zh = "请画出填埋体范围,或选一次估算,用它的范围。"
    en = "Draw the outline of the body, or name an estimate whose outline it takes."


class BodyOutside(Refusal):
    code, status = "survey.body_outside", 422
    zh = "填埋体范围不在可见的任何地块内,请核对坐标。"
    en = "The outline of the body lies in no parcel you may see; check its coordinates."


class ProgrammeFrozen(Refusal):
    code, status = "survey.programme_frozen", 409
    zh = "摸排方案“{title}”已于 {on} 冻结,规则和目标不能再改;需要时请另立方案。"
    en = "The programme '{title}' was frozen on {on}; its rule and targets stand. Make another one if need be."


class NothingToSurvey(Refusal):
    code, status = "survey.nothing_to_survey", 422
    zh = "按这条规则没有一宗目标地块,请放宽片区或年度。"
    en = "No parcel meets this rule; widen the areas or the year."


class EmptyRule(Refusal):
    code, status = "survey.empty_rule", 422
    zh = "规则至少要有一个条件:未建设用地,或拟出让年度。"
    en = "The rule needs a condition: undeveloped land, or a year of supply."


CONFLICTS |= {
    "ck_stratum_hold_together": (
        "地层有缺口、重叠,或末层底与孔深不符。",
        "the strata gap, overlap or end elsewhere than the hole.",
    ),
    "ck_stratum_depths": ("层底应深于层顶,且不为负。", "a layer's bottom must lie below its top, and not above ground."),
    "ck_stratum_class_of_waste": ("不是固废的地层不应有固废类别。", "a layer that is no waste has no class of waste."),
    "ck_survey_stands": (
        "摸排已审定或终止,钻孔、样品、测线和估算不能再增改;需要时请另开一次补充摸排。",
        "the survey was ended and stands; open another survey to supplement it.",
    ),
    "uq_survey_point_no": ("同一摸排中点号重复。", "the number of the point is used twice in this survey."),
    "uq_geophysics_line_no": ("同一摸排中测线号重复。", "the number of the line is used twice in this survey."),
    "uq_survey_programme_district_code_title": (
        "已有同名的摸排方案。",
        "there is a programme of this name already.",
    ),
    "uq_survey_sample_point_id_sample_no": ("同一点的样品编号重复。", "the number of the sample is used twice at this point."),
    "uq_sample_result_sample_id_analyte_method": (
        "同一样品、项目和方法已有结果。",
        "this sample has a value of this analyte and method already.",
    ),
}  # fmt: skip
