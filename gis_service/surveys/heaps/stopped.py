"""What is said where a comparison ended without an answer of its own. Pure."""

Failure = dict[str, str]


def out_of_time(seconds: int) -> Failure:
    return {
        "code": "elevation.time",
        "zh": f"比对超过 {seconds} 秒没有算完,已停止,没有存任何结果。请只比对一个地块,或裁剪、抽稀格网后重试。",
        "en": f"The comparison took more than {seconds} s and was stopped; nothing was kept. Compare around one parcel, or cut or resample the models.",
    }


def out_of_memory(megabytes: int) -> Failure:
    return {
        "code": "elevation.memory",
        "zh": f"读取或比对用的内存超过 {megabytes} MB,已停止,没有存任何结果。请只比对一个地块,或裁剪、抽稀格网后重试。",
        "en": f"Reading or comparing took more than {megabytes} MB of memory and was stopped; nothing was kept. Compare around one parcel, or cut or resample the models.",
    }


def broken() -> Failure:
    return {
        "code": "elevation.broken",
        "zh": "读取时出错,文件可能已损坏,没有存任何结果。请用 gdalinfo 检查,重新导出为 GeoTIFF 后重试。",
        "en": "Reading broke off, perhaps since a file is damaged; nothing was kept. Look at it with gdalinfo and export it again as a GeoTIFF.",
    }
