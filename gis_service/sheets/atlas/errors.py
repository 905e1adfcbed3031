"""What an atlas refuses, and what to do then."""

from gis_service.core.errors import Refusal


class NothingToBind(Refusal):
    code, status = "atlas.empty", 404
    zh = "没有符合条件、且您可以查看的地块,没有可以成册的图。请放宽筛选,或检查时点。"
    en = "No parcel that you may see meets these conditions; there is nothing to bind. Widen the filter or check the moment."


class TooManyPages(Refusal):
    code, status = "atlas.too_many", 422
    zh = "图册共 {count} {unit_zh},一册最多 {most} 页。请按片区分册,或缩小筛选。"
    en = "The atlas would have {count} {unit_en}; a volume takes {most} pages. Make one for each area, or narrow the filter."


class ParcelUnfit(Refusal):
    """The sheet of one parcel cannot be made, and so the atlas cannot."""

    code, status = "atlas.parcel", 422
    zh = "地块 {parcel_no} 不能成图,图册没有生成。原因:{reason_zh}"
    en = "There is no sheet of parcel {parcel_no}, so the atlas was not made. The reason: {reason_en}"


class Cancelled(Refusal):
    code, status = "atlas.cancelled", 409
    zh = "图册已按要求取消,没有生成文件。"
    en = "The atlas was cancelled as asked; no file was made."


class CannotCancel(Refusal):
    code, status = "atlas.over", 409
    zh = "图册 {atlas_id} 已经结束,不能取消。"
    en = "Atlas {atlas_id} has ended and cannot be cancelled."


class PressDied(Refusal):
    code, status = "atlas.press", 500
    zh = "印制第 {first} 至 {last} 宗时排版进程意外结束,图册没有生成。请重新生成;若再次发生,请缩小范围,并告知管理员。"
    en = "The printing process ended while parcels {first} to {last} were printed; the atlas was not made. Order it again; should it happen again, narrow the filter and tell the administrator."


class AtlasBroke(Refusal):
    """Something nobody expected; the log has the rest."""

    code, status = "atlas.broke", 500
    zh = "生成图册时系统出现意外错误,已记录。请把图册编号 {atlas_id} 告知管理员。"
    en = "Something unexpected happened and was recorded. Tell the administrator the atlas's number {atlas_id}."
