"""The refusals of comparisons and heaps."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS


class NotElevation(Refusal):
    code, status = "elevation.not_a_model", 422
    zh = "{side}文件“{name}”既不是 GeoTIFF,也不是每行“x y z”的文本,没有存。请导出为 GeoTIFF(含 COG)或规则格网 XYZ 后重试。"
    en = (
        "The {side_en} file '{name}' is neither a GeoTIFF nor text with 'x y z' on each line, and was not kept. Export it as a GeoTIFF "
        "(also COG) or as XYZ of a regular grid."
    )


class SameModel(Refusal):
    code, status = "elevation.same_file", 422
    zh = "两期是同一个文件“{name}”,比不出变化。请选择两次测量的文件。"
    en = "Both files are the same, '{name}', and show no change. Choose the files of two surveys."


class DaysTurned(Refusal):
    code, status = "elevation.days", 422
    zh = "前期 {before} 应早于后期 {after},且后期不晚于今天。请核对两个日期;文件选反了就对调。"
    en = (
        "The first day, {before}, must lie before the second, {after}, and that not after today. Check the days; swap the files if they "
        "were taken for each other."
    )


class OptionsRefused(Refusal):
    code, status = "elevation.options", 422
    zh = "比对参数有误:{reason}。请改正后重试。"
    en = "The options of the comparison are wrong: {reason}. Mend them and try again."


class ComparisonEnded(Refusal):
    code, status = "elevation.ended", 409
    zh = "比对“{title}”现为“{state}”,不能{act}。{remedy}"
    en = "The comparison '{title}' is {state_en}: {act_en} is not possible. {remedy_en}"


class HeapDecided(Refusal):
    code, status = "heap.decided", 409
    zh = "堆体 {seq} 已由 {by} 定为“{state}”,不能再改。请刷新后查看。"
    en = "Heap {seq} was settled as '{state_en}' by {by} and cannot be changed. Load the page anew."


CONFLICTS |= {
    "ck_elevation_comparison_days": (
        "前期日期应早于后期日期。",
        "the first day must lie before the second.",
    ),
    "ck_heap_decided_why": ("不处理的堆体要写明理由。", "a heap that is left needs a reason."),
}
