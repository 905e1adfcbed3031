"""What jobs of packages refuse, and how they say it."""

from gis_service.core.errors import Refusal


class Cancelled(Refusal):
    code, status = "package.cancelled", 409
    zh = "数据包已按要求取消,没有生成文件。"
    en = "The package was cancelled as asked; no file was made."


class CannotCancel(Refusal):
    code, status = "package.over", 409
    zh = "数据包 {package_id} 已经结束,不能取消。"
    en = "Package {package_id} has ended and cannot be cancelled."


class PackageBroke(Refusal):
    """Something nobody expected; the log has the rest."""

    code, status = "package.broke", 500
    zh = "生成数据包时系统出现意外错误,已记录。请把数据包编号 {package_id} 告知管理员。"
    en = "Something unexpected happened and was recorded. Tell the administrator the package's number {package_id}."
