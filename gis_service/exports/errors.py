"""What exports refuse, and how they say it."""

from gis_service.core.errors import Refusal


class UnknownFormat(Refusal):
    code, status = "export.format", 400
    zh = "没有导出格式“{value}”,可选:{known}。"
    en = "There is no export format '{value}'; choose from: {known}."


class WrongSystem(Refusal):
    """The format cannot have its coordinates in that system."""

    code, status = "export.crs", 400
    zh = "{format_zh}不能用坐标系 {value}:{reason_zh}"
    en = "{format_en} cannot be in {value}: {reason_en}"


class WrongEncoding(Refusal):
    code, status = "export.encoding", 400
    zh = "{format_zh}没有文字编码“{value}”,可选:{known}。"
    en = "{format_en} has no text encoding '{value}'; choose from: {known}."


class NothingToExport(Refusal):
    code, status = "export.empty", 404
    zh = "没有符合条件、且您可以查看的地块,没有生成文件。"
    en = "No parcel that you may see meets these conditions; no file was made."


class TooManyAtOnce(Refusal):
    """More parcels than are written while somebody waits."""

    code, status = "export.too_many", 409
    zh = "共 {count} 块,超过即时导出的上限 {most} 块。请用 POST /api/v1/exports 在后台导出。"
    en = "{count} parcels are more than the {most} that are written at once. Ask for a job: POST /api/v1/exports."


class NotReady(Refusal):
    code, status = "export.not_ready", 409
    zh = "导出 {export_id} 尚未完成({state}),请稍后再取。"
    en = "Export {export_id} is not finished ({state}); fetch it later."


class Expired(Refusal):
    code, status = "export.expired", 410
    zh = "导出文件只保留 {days} 天,已于 {day} 删除,请重新导出。"
    en = "Exported files are kept for {days} days; this one was removed on {day}. Export again."


class ExportBroke(Refusal):
    """Something nobody expected; the log has the rest."""

    code, status = "export.broke", 500
    zh = "导出时系统出现意外错误,已记录。请把导出编号 {export_id} 告知管理员。"
    en = "Something unexpected happened and was recorded. Tell the administrator the export's number {export_id}."
