"""Why a change cannot be taken back."""

from gis_service.core.errors import Refusal


class NothingBefore(Refusal):
    """The first version of a parcel is its entry into the register."""

    code, status = "parcel.undo.first", 409
    zh = "第 {version_no} 版是地块入库,之前没有可恢复的内容。整批入库有误,请到导入批次里撤销。"
    en = "Version {version_no} is how the parcel came into the register; there is nothing before it. Take the import back instead."


class NotAlone(Refusal):
    """Striking off, or bringing back, is part of a larger act."""

    code, status = "parcel.undo.part_of_more", 409
    zh = "第 {version_no} 版改变了地块是否在库,是导入、分割合并或出库的一部分,请撤销那一次操作。"
    en = "Version {version_no} took the parcel out of the register or back into it, as part of a larger act; take back that act."


class ChangedSince(Refusal):
    """Later versions decided the same fields anew; `fields` lists them."""

    code, status = "parcel.undo.changed_since", 409
    zh = "第 {version_no} 版改动的内容中有 {count} 项后来又改过,没有撤销。如仍要恢复为该版之前的值,请明确选择。"
    en = "{count} of the fields that version {version_no} changed were changed again since; nothing was taken back. Say so if they are to have their earlier values all the same."


class NothingToUndo(Refusal):
    """The parcel has the values already that it would get."""

    code, status = "parcel.undo.nothing", 409
    zh = "地块现在的内容与第 {version_no} 版之前相同,没有可撤销的改动。"
    en = "The parcel has the values already that it had before version {version_no}; there is nothing to take back."


class OutOfScope(Refusal):
    """Taken back, the parcel would lie in somebody else's area or care."""

    code, status = "parcel.undo.outside_scope", 403
    zh = "恢复之后地块将不在您的授权范围内。请由有权管理两边的土地专员操作。"
    en = "Taken back, the parcel would be outside your scope. Ask a land officer of both sides."
