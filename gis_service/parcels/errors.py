"""The refusals of the register."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS


class NoReason(Refusal):
    """Every change of the register says why."""

    code, status = "parcel.no_reason", 400
    zh = "请写明修改原因,或选择依据文件。"
    en = "Say why the parcel is changed, or name the document."


class GeometryRefused(Refusal):
    """An outline that is not an area of land."""

    code, status = "parcel.geometry", 400
    zh = "图形无效:{reason}。请修正后再保存。"
    en = "The outline is not valid: {reason}. Correct it and save again."


class PointsRefused(Refusal):
    """Boundary points that do not describe a ring; `errors` names the rows."""

    code, status = "parcel.points", 400
    zh = "界址点有误,请按下列提示修改。"
    en = "The boundary points are not right; see the list."


class TwoOutlines(Refusal):
    """One outline at a time."""

    code, status = "parcel.two_outlines", 400
    zh = "图形和界址点只能给一样。"
    en = "Give an outline or boundary points, not both."


class Retired(Refusal):
    """A parcel struck off the register is no longer edited."""

    code, status = "parcel.retired", 409
    zh = "地块“{parcel_no}”已出库,不能再修改。"
    en = "Parcel '{parcel_no}' was struck off the register and cannot be changed."


CONFLICTS |= {
    "uq_parcel_district_code_parcel_no": (
        "地块编号已存在,编号不得重复使用。",
        "the parcel number is in use already; numbers are never used twice.",
    ),
    "ck_parcel_parcel_no": (
        "地块编号不能为空,前后不能有空格。",
        "the parcel number must not be empty or begin or end with a blank.",
    ),
    "ck_parcel_parcel_code": (
        "宗地代码应为 19 位,如 440402001001GB00001。",
        "the 宗地代码 has 19 characters, as 440402001001GB00001.",
    ),
    "ck_parcel_geom_valid": ("图形自相交或为空。", "the outline crosses itself or is empty."),
    "ck_parcel_handed_over_to_whom": ("已移交的地块须有管护单位。", "a parcel handed over needs a custodian unit."),
    "ck_parcel_planned_supply_year": (
        "拟供应年度应在 1990–2100 之间。",
        "the planned year of supply must lie in 1990–2100.",
    ),
    "fk_parcel_planned_class_system_planned_class_code": (
        "没有这个规划用途代码。",
        "there is no such planned land class.",
    ),
    "fk_parcel_current_class_system_current_class_code": (
        "没有这个现状地类代码。",
        "there is no such current land class.",
    ),
    "uq_document_district_code_doc_no": ("文号已登记。", "a document with this number is registered already."),
}
