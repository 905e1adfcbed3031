"""What layouts refuse."""

from gis_service.core.errors import Refusal


class BrokenLayout(Refusal):
    """`errors` names every fault with its field."""

    code, status = "layouts.broken", 422
    zh = "版式有 {count} 处不能用:{reason_zh}"
    en = "The layout has {count} faults: {reason_en}"


class NoUnit(Refusal):
    code, status = "layouts.no_unit", 403
    zh = "版式按单位保存,您的账号没有所属单位。请联系系统管理员填写。"
    en = "Layouts are kept for a unit, and your account has none. Ask the system administrator to enter it."


class NotYours(Refusal):
    code, status = "layouts.not_yours", 403
    zh = "版式“{name}”属于{unit},只有该单位的人员可以修改。可“另存为”本单位的版式。"
    en = "The layout '{name}' belongs to {unit}, and only its people may change it. Save a copy for your own unit."


class WrongKind(Refusal):
    code, status = "layouts.wrong_kind", 422
    zh = "版式“{name}”用于{kind_zh},不能用来出这种图。请换一个版式。"
    en = "The layout '{name}' is for '{kind_en}', not for this kind of sheet; choose another."


class SeveralLayouts(Refusal):
    code, status = "layouts.several", 409
    zh = "有 {count} 个版式名为“{name}”。请写明单位:{named}。"
    en = "{count} layouts are called '{name}'. Name the unit too: {named}."
