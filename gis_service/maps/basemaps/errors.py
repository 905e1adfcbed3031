"""What base maps of the desk refuse, and how they say it."""

from gis_service.core.errors import Refusal


class NoSuchBase(Refusal):
    code, status = "base.unknown", 404
    zh = "没有这个底图或图块:{key}。请重新打开图层面板选择底图。"
    en = "There is no such base map or tile: {key}. Open the layers again and choose a base map."


class BaseFailed(Refusal):
    """What went wrong, and nothing of the address: a key may be in it."""

    code, status = "base.failed", 502
    zh = "底图来源没有给出图块({fault_zh})。可改用不带底图的地图。"
    en = "The source of the base map gave no tile ({fault}). The map without a base still works."


class BaseBusy(Refusal):
    code, status = "base.busy", 429
    zh = "底图请求过多,请稍候再移动地图。"
    en = "Too many tiles of the base map were asked for; wait a moment before moving the map."
