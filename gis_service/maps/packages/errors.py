"""What packages of tiles refuse, and what to do then."""

from gis_service.core.errors import Refusal


class TooManyTiles(Refusal):
    code, status = "package.too_many", 422
    zh = "范围内第 {first} 至 {last} 级共 {count} 块瓦片,一个数据包最多 {most} 块。请缩小范围,或降低最大级别。"
    en = "Zooms {first} to {last} of this area have {count} tiles; a package takes {most}. Choose a smaller area or a lower last zoom."


class NothingToPack(Refusal):
    code, status = "package.empty", 404
    zh = "所选图层在该范围、该时点没有您可以查看的要素,没有可以打包的内容。请放宽范围,或检查图层、级别和时点。"
    en = "The chosen layers have no feature that you may see in this area at this moment; there is nothing to pack. Widen the area, or check layers, zooms and the moment."
