"""The refusals of bulk changes."""

from gis_service.core.errors import Refusal


class NothingToChange(Refusal):
    """A bulk change of nothing."""

    code, status = "parcel.bulk.nothing", 400
    zh = "没有要修改的内容:请选择至少一块地块和一个字段。"
    en = "There is nothing to change: choose a parcel and a field at least."


class FieldsRefused(Refusal):
    """Columns that may not be emptied, or of which only one half is given."""

    code, status = "parcel.bulk.fields", 400
    zh = "这些字段不能这样批量修改:{fields}(不能清空,或须与另一半一起填)。"
    en = "These fields cannot be changed so: {fields} (they may not be emptied, or need their other half)."


class TooMany(Refusal):
    """More than one act should change."""

    code, status = "parcel.bulk.too_many", 400
    zh = "选中的地块超过 {most} 块,请先筛选,分几次修改。"
    en = "More than {most} parcels are chosen; narrow the choice and change them in turns."


class StaleChoice(Refusal):
    """Somebody changed one of the parcels after the preview; nothing was written."""

    code, status = "parcel.bulk.stale", 409
    zh = "{count} 块地块在预览之后已被他人修改,整批没有写入:{parcels}。请重新预览。"
    en = "{count} parcels were changed by somebody else since the preview, nothing was written: {parcels}. Preview again."


class ParcelsRefused(Refusal):
    """Parcels that cannot be changed so; nothing was written."""

    code, status = "parcel.bulk.refused", 409
    zh = "{count} 块地块不能这样修改,整批没有写入:{parcels}。请从选择中去掉它们。"
    en = "{count} parcels cannot be changed so, nothing was written: {parcels}. Take them out of the choice."


class ChangedSince(Refusal):
    """A bulk change is taken back as one thing, unless asked otherwise."""

    code, status = "parcel.bulk.changed_since", 409
    zh = "{count} 块地块在这次批量修改之后又有改动,不能整批撤销:{parcels}。可以只撤销其余 {rest} 块。"
    en = "{count} parcels were changed again after the bulk change, it cannot be undone as a whole: {parcels}. The other {rest} can be undone alone."


class BulkState(Refusal):
    """Each bulk change is taken back once."""

    code, status = "parcel.bulk.state", 409
    zh = "批量修改 {bulk_id} 现为“{state_zh}”,不能撤销。"
    en = "Bulk change {bulk_id} is '{state}' and cannot be undone."
