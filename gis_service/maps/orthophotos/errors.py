"""The refusals at the doors of orthophotos."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS
from gis_service.maps.orthophotos.refused import OrthophotoRefused


class NotPicture(Refusal):
    code, status = "orthophoto.not_a_tiff", 422
    zh = "“{name}”不是 TIFF 文件,没有存。请导出为 GeoTIFF(含 COG)后重试。"
    en = "'{name}' is no TIFF and was not kept. Export it as a GeoTIFF (also COG)."


class NotCleared(Refusal):
    code, status = "orthophoto.not_cleared", 422
    zh = "没有确认影像不涉密,没有存。涉密影像不得上传到本系统;确认不涉密后勾选再提交。"
    en = "It was not confirmed that the picture holds no state secret, and it was not kept. Secret pictures must not be uploaded."


class TakenLater(Refusal):
    code, status = "orthophoto.day", 422
    zh = "拍摄日期 {day} 晚于今天。请核对。"
    en = "The day of the flight, {day}, lies after today. Check it."


class OrthophotoEnded(Refusal):
    code, status = "orthophoto.ended", 409
    zh = "影像“{title}”现为“{state}”,不能{act}。请刷新后查看。"
    en = "The picture '{title}' is {state_en}: {act_en} is not possible. Load the page anew."


class NoSuchPiece(Refusal):
    code, status = "orthophoto.no_tile", 404
    zh = "影像没有图块 {tile}:级别为 {first}–{last}。"
    en = "The picture has no tile {tile}: its zooms are {first} to {last}."


class PictureRefused(Refusal):
    """Why a picture or its world file is refused, said as `OrthophotoRefused` says it."""

    code, status = "orthophoto.refused", 422
    zh = "{said_zh}"
    en = "{said_en}"

    def __init__(self, said: OrthophotoRefused) -> None:
        self.code = said.code
        super().__init__(said_zh=said.zh, said_en=said.en)


CONFLICTS |= {
    "ck_orthophoto_cleared": ("涉密影像不得上传,须确认不涉密。", "secret pictures must not be uploaded."),
}
