"""The refusals of dividing, joining and taking back."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS


class NotSo(Refusal):
    """The drawing does not lead to proper land; the place of the fault is given in degrees."""

    code, status = "lineage.drawing", 422
    zh = "不能这样划分:{reason_zh}"
    en = "It cannot be divided so: {reason_en}"


class Unbalanced(Refusal):
    """Areas before and after must be the same."""

    code, status = "lineage.unbalanced", 422
    zh = "面积不平:前后相差 {difference_m2} ㎡,超过允许值。请检查图形。"
    en = "The areas do not balance: {difference_m2} m² differ between before and after, more than allowed. Check the drawing."


class RegisteredUnbalanced(Refusal):
    """Registered areas given by hand must add up to what was registered before."""

    code, status = "lineage.registered_unbalanced", 422
    zh = "登记面积不平:各块合计 {given_m2} ㎡,原登记 {total_m2} ㎡。请改正,或留空由系统按比例分摊。"
    en = "The registered areas do not add up: {given_m2} m² against {total_m2} m² before. Correct them, or leave them empty to be shared in proportion."


class NumberTaken(Refusal):
    """A number is never used for another parcel."""

    code, status = "lineage.number_taken", 409
    zh = "编号“{parcel_no}”已被使用过,编号不得重复使用。可用:{free}"
    en = "The number '{parcel_no}' was used before; numbers are never used twice. Free: {free}"


class ChildrenMiscounted(Refusal):
    """What was said of the children must fit what the drawing gives."""

    code, status = "lineage.children", 422
    zh = "图形分出 {found} 块,却填了 {given} 块的编号。请重新预览。"
    en = "The drawing gives {found} parts, but {given} were described. Preview again."


class NothingDrawn(Refusal):
    code, status = "lineage.nothing_drawn", 400
    zh = "请画分割线,或给出各块的图形,二者取其一。"
    en = "Draw lines, or give the outlines of the parts: one of the two."


class PairNeeded(Refusal):
    code, status = "lineage.parcels", 400
    zh = "请选择{count}宗不同的地块。"
    en = "Choose {count_en} different parcels."


class InFuture(Refusal):
    code, status = "lineage.in_future", 400
    zh = "日期 {on} 还没有到。"
    en = "The date {on} has not come yet."


class OutOfScope(Refusal):
    """A part would fall to land this officer has no charge of."""

    code, status = "lineage.out_of_scope", 403
    zh = "结果中有地块落在您的授权范围之外,请由有权管理该片区的土地专员办理。"
    en = "A resulting parcel lies outside your scope; ask the land officer of that area."


class UndoneAlready(Refusal):
    code, status = "lineage.undone", 409
    zh = "这一次{act_zh}已经撤销过。"
    en = "This act was taken back already ({act})."


class EventBuiltOn(Refusal):
    """Parcels of the act were changed since; taking it back would lose that work."""

    code, status = "lineage.built_on", 409
    zh = "不能撤销:之后又修改过 {parcels}。请先处理这些修改。"
    en = "It cannot be taken back: {parcels} changed since. Deal with those changes first."


CONFLICTS |= {
    "ck_parcel_lineage_not_itself": ("地块不能是自己的来源。", "a parcel cannot come from itself."),
}
