"""The refusals of base maps."""

from gis_service.core.errors import Refusal


class UnknownBase(Refusal):
    code, status = "basemap.unknown", 404
    zh = "没有离线底图“{key}”。可能已换成新的一份,请重新打开列表。"
    en = "There is no base map '{key}'. It may have been replaced by a newer one; open the list again."


class CoversTooMuch(Refusal):
    """Large-scale maps of more than 25 km² in one piece are a state secret."""

    code, status = "basemap.covers_too_much", 422
    zh = (
        "“{file}”在大于 1:5000 的级别(第 {zoom} 级起)连续覆盖 {km2} 平方千米,超过 25 平方千米,属国家秘密范围,不能做成离线底图。"
        "请按片区裁小,或只保留到第 {coarser} 级。"
    )
    en = (
        "'{file}' covers {km2} km² in one piece at scales larger than 1:5000 (zoom {zoom} and on). Above 25 km² that is a state "
        "secret and cannot be carried offline. Cut it by area, or keep it to zoom {coarser}."
    )


class NotTiles(Refusal):
    code, status = "basemap.not_tiles", 422
    zh = "“{file}”不能做成离线底图:{fault_zh}。请提供 .mbtiles、.pmtiles 文件,或按 z/x/y.png 存放的文件夹。"
    en = "'{file}' cannot become a base map: {fault}. Give an .mbtiles or .pmtiles file, or a folder of z/x/y.png."


class NoOutline(Refusal):
    code, status = "basemap.no_outline", 422
    zh = "片区“{area}”没有范围线,不能按它制作底图。请先在片区管理中补上范围。"
    en = "Area '{area}' has no outline to make a base map of. Add its outline first."


class BadCode(Refusal):
    code, status = "basemap.bad_code", 422
    zh = "底图代号“{key}”不能用:只能有小写字母、数字和短横线,最多 40 个字符。"
    en = "'{key}' cannot name a base map: small letters, digits and hyphens only, 40 at most."


class ShiftedVector(Refusal):
    """Only pictures can be warped."""

    code, status = "basemap.shifted_vector", 422
    zh = "偏移坐标(GCJ-02)只支持影像底图。“{file}”是矢量底图,请先转换成 CGCS2000 再做。"
    en = "Only imagery can be in the shifted coordinates GCJ-02. '{file}' holds vector tiles; convert them to CGCS2000 first."


class NoTianditu(Refusal):
    code, status = "tianditu.not_offered", 404
    zh = "本服务没有设置天地图密钥,不提供天地图。请使用离线底图或普通底图。"
    en = "This service has no key for Tianditu and does not offer it. Use an offline or the plain base map."


class NoSuchTile(Refusal):
    code, status = "tianditu.no_such_tile", 404
    zh = "没有这个天地图图块:{tile}。"
    en = "There is no such tile of Tianditu: {tile}."


class TiandituFailed(Refusal):
    """What went wrong, and nothing of the address: the key is in it."""

    code, status = "tianditu.failed", 502
    zh = "天地图没有给出图块({fault_zh})。可改用离线底图或普通底图。"
    en = "Tianditu gave no tile ({fault}). The offline and the plain base map still work."


class TiandituBusy(Refusal):
    code, status = "tianditu.busy", 429
    zh = "天地图请求过多,请稍候再移动地图。离线使用请下载片区底图,不要批量浏览。"
    en = "Too many tiles of Tianditu were asked for; wait a moment. For offline use take the package of the area instead."
