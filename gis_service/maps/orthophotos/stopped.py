"""What is said where work on a picture ended without an answer of its own. Pure."""

Failure = dict[str, str]


def out_of_time(seconds: int) -> Failure:
    return {
        "code": "orthophoto.time",
        "zh": f"处理超过 {seconds // 60} 分钟没有完成,已停止。原文件保留;请分幅裁剪或降低分辨率后重新上传。",
        "en": f"The work took more than {seconds // 60} minutes and was stopped. The original is kept; cut it into sheets or lower its resolution.",
    }


def out_of_memory(megabytes: int) -> Failure:
    return {
        "code": "orthophoto.memory",
        "zh": f"处理用的内存超过 {megabytes} MB,已停止。原文件保留;请另存为分块的 GeoTIFF 或分幅后重新上传。",
        "en": f"The work took more than {megabytes} MB of memory and was stopped. The original is kept; save it as a tiled GeoTIFF, or in sheets.",
    }


def broken() -> Failure:
    return {
        "code": "orthophoto.broken",
        "zh": "处理中断,没有生成可用的影像。原文件保留,可以点“重新处理”;再次失败时请用 gdalinfo 检查文件,重新导出。",
        "en": "The work broke off and made no picture. The original is kept and can be worked on again; if that fails too, look at it with gdalinfo and export it anew.",
    }
