"""What maps refuse, and how they say it."""

from gis_service.core.errors import Refusal


class BrokenLayer(Refusal):
    """A folder under layers/ cannot be used; the service does not start with it."""

    code, status = "layer.broken", 500
    zh = "图层目录 {folder} 中的 {file} 有误,{key}:{fault_zh}。处理办法:{remedy_zh}。"
    en = "Layer folder {folder}, file {file}, {key}: {fault_en}. Remedy: {remedy_en}."


class NoLocalCopy(Refusal):
    """A script or style that the map page wants is not among the files built into the product."""

    code, status = "map.no_local_copy", 500
    zh = "地图页面需要的文件 {url} 没有本地副本,页面将无法离线打开。请先运行 make setup 构建前端。"
    en = "The map page needs {url}, and there is no local copy, so it could not open offline. Run `make setup` first."


class EmptyMap(Refusal):
    code, status = "map.empty", 404
    zh = "{what}内没有可以显示的地块。"
    en = "There is no parcel to show in {what}."


class TooManyForMap(Refusal):
    """A map as one file would freeze the browser that opens it, or take the memory of the service."""

    code, status = "map.too_many", 422
    zh = "{what}有 {count} 宗地块,一个地图文件最多 {most} 宗。请按片区生成,或用 QGIS 打开本服务的图层。"
    en = "{what} has {count} parcels, and one map file holds {most} at most. Make one for each area, or open our layers in QGIS."


class BadFilter(Refusal):
    """A CQL2 filter that cannot be read, asks for what is not there, or compares what cannot be compared."""

    code, status = "filter.bad", 400
    zh = "筛选表达式有误({place_zh}):{fault_zh}。"
    en = "The filter is wrong ({place_en}): {fault_en}."
