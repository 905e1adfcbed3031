"""The refusals of attachments."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS


class NotAllowed(Refusal):
    """Only known kinds of files are kept, and only under an honest name."""

    code, status = "file.not_allowed", 415
    zh = "“{name}”的内容与扩展名不符,或不是可附的格式。可附:{allowed}。"
    en = "The content of '{name}' does not fit its ending, or its format is not taken. Taken are: {allowed}."


class BadPicture(Refusal):
    code, status = "file.bad_picture", 422
    zh = "图片“{name}”不能用:{reason_zh}。请重新导出或另拍。"
    en = "The picture '{name}' cannot be used: {reason}. Export it again or take another."


class EmptyFile(Refusal):
    code, status = "file.empty", 400
    zh = "“{name}”是空文件。"
    en = "The file '{name}' is empty."


class FileTooLarge(Refusal):
    code, status = "file.too_large", 413
    zh = "“{name}”超过上限 {limit_mb} MB。"
    en = "The file '{name}' is larger than the {limit_mb} MB allowed."


class NotABundle(Refusal):
    """A ZIP of files for several parcels that cannot be opened safely."""

    code, status = "file.not_a_bundle", 422
    zh = "压缩包不能用:{reason_zh}"
    en = "The ZIP cannot be used: {reason}"


class FileRemoved(Refusal):
    code, status = "file.removed", 409
    zh = "附件“{name}”已从该地块移除。"
    en = "The file '{name}' was already taken off the parcel."


CONFLICTS |= {
    "uq_parcel_file_present": ("该地块已有同一个文件。", "the parcel has this very file already."),
}
