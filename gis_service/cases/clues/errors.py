"""The refusals of clues."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS


class ClueSettled(Refusal):
    """A clue is merged, opened or dismissed once."""

    code, status = "clue.settled", 409
    zh = "线索“{no}”已由 {who} 处理:{state_zh}。请刷新后查看。"
    en = "The clue '{no}' was settled by {who} already: {state_en}. Reload and look."


class LooksAlike(Refusal):
    """There are clues or cases of the same place, time and kind: look at them first."""

    code, status = "clue.looks_alike", 409
    zh = "线索“{no}”与 {count} 条线索或案件相近。请先核对:相同的合并,不同的写明理由后再立为新案。"
    en = "The clue '{no}' is like {count} clues or cases. Compare first: merge what is the same, or say why it is another."


class MergeRefused(Refusal):
    code, status = "clue.merge_refused", 409
    zh = "线索“{no}”不能并入“{into}”:{reason_zh}。"
    en = "The clue '{no}' cannot be merged into '{into}': {reason_en}."


class ReasonWanting(Refusal):
    code, status = "clue.reason", 422
    zh = "请写明理由。"
    en = "Say why."


class PlaceWanting(Refusal):
    code, status = "clue.place", 422
    zh = "请写明地点,或使用当前位置。"
    en = "Say where: in words, or by the position of your device."


class TooMany(Refusal):
    code, status = "clue.too_many", 429
    zh = "提交过于频繁,请 {minutes} 分钟后再试,紧急情况请拨打 12345。"
    en = "Too many at once; try again in {minutes} minutes, or call 12345."


class FormTooLarge(Refusal):
    code, status = "clue.too_large", 413
    zh = "提交的内容太大:照片最多 {count} 张,每张不超过 {limit_mb} MB。"
    en = "This is too large: at most {count} photos of {limit_mb} MB each."


class PicturesOnly(Refusal):
    code, status = "clue.pictures_only", 422
    zh = "“{name}”不是照片。请上传 JPG、PNG 或 WebP 图片。"
    en = "'{name}' is no photo. Send JPG, PNG or WebP pictures."


class FormWrong(Refusal):
    code, status = "clue.form", 422
    zh = "“{label_zh}”{reason_zh}。"
    en = "{label_en}: {reason_en}."


CONFLICTS |= {
    "ck_clue_happened": ("开始时间应不晚于结束时间。", "the act must begin before it ends."),
    "pk_clue_file": ("同一份文件已经在该线索中。", "the same file is with the clue already."),
}
