"""The refusals of handovers."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS


class BatchClosed(Refusal):
    code, status = "handover.batch_closed", 409
    zh = "批次 {batch_no} 已结束,不能再加入地块。请新建批次。"
    en = "Batch {batch_no} is closed and takes no more parcels. Make a new one."


class BatchUnderWay(Refusal):
    code, status = "handover.batch_under_way", 409
    zh = "批次 {batch_no} 还有 {count} 宗地块没有办完,不能结束。"
    en = "Batch {batch_no} still has {count} parcels under way and cannot be closed."


class ParcelRetired(Refusal):
    code, status = "handover.parcel_retired", 409
    zh = "地块 {parcel_no} 已出库,不能列入移交批次。"
    en = "Parcel {parcel_no} is retired and cannot be listed for handover."


class AlreadyListed(Refusal):
    code, status = "handover.already_listed", 409
    zh = "地块 {parcel_no} 已在移交 {proceeding_no}(批次 {batch_no})中办理。"
    en = "Parcel {parcel_no} is being handed over already: {proceeding_no} in batch {batch_no}."


class AlreadyInCare(Refusal):
    code, status = "handover.already_in_care", 409
    zh = "地块 {parcel_no} 已由 {unit} 管护,无须再移交给同一单位。"
    en = "Parcel {parcel_no} is in the care of {unit} already."


class NotInBatch(Refusal):
    code, status = "handover.not_in_batch", 422
    zh = "批次 {batch_no} 中没有这项移交:{handover_id}。"
    en = "Batch {batch_no} has no handover {handover_id}."


class NothingChosen(Refusal):
    code, status = "handover.nothing_chosen", 422
    zh = "没有选择地块。"
    en = "No parcel was chosen."


class TooManyParcels(Refusal):
    code, status = "handover.too_many", 422
    zh = "一次最多选择 {most} 宗地块,现为 {count} 宗。"
    en = "At most {most} parcels at once; {count} were chosen."


CONFLICTS |= {
    "uq_handover_under_way": ("该地块已在另一批次办理移交。", "the parcel is being handed over in another batch."),
    "ck_handover_batch_two_units": ("移交方与接收方不能是同一单位。", "giving and receiving unit must differ."),
    "ck_handover_batch_third_unit": ("见证方须为第三方。", "the witness must be a third unit."),
    "ck_handover_batch_title": ("请填写批次名称。", "the batch needs a title."),
}
