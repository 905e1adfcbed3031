"""What a drawing refuses, and what to do then."""

from gis_service.core.errors import Refusal


class NotALine(Refusal):
    code, status = "surveys.drawing.not_a_line", 422
    zh = "剖面线至少要有两个不同的点,坐标须为数字(米)。请重新画线。"
    en = "A section line needs two different points in numbers of metres. Draw the line again."


class NoHoleNear(Refusal):
    code, status = "surveys.drawing.no_hole", 422
    zh = "剖面线两侧 {corridor_m} m 内没有钻孔或探坑(共 {holes} 个,最近的 {nearest})。请移动剖面线或加宽范围。"
    en = "No hole lies within {corridor_m} m of the line (of {holes}; the nearest {nearest_en}). Move the line or widen the corridor."


class TooManyHoles(Refusal):
    code, status = "surveys.drawing.too_many_holes", 422
    zh = "剖面线两侧 {corridor_m} m 内有 {holes} 个孔,一张图最多画 {limit} 个。请缩窄范围或分段作图。"
    en = "{holes} holes lie within {corridor_m} m of the line; a sheet takes {limit}. Narrow the corridor or draw the line in parts."


class OtherSystem(Refusal):
    code, status = "surveys.drawing.other_system", 422
    zh = "孔位坐标系不一致:{systems}。请先换算到同一坐标系再作剖面。"
    en = "The holes are in different coordinate systems: {systems}. Transform them into one before drawing a section."


class BadScale(Refusal):
    code, status = "surveys.drawing.scale", 422
    zh = "按 1:{scale} 绘制“{point_no}”(深 {depth_m} m)要 {pages} 页,最多 {limit} 页。请用更小的比例尺,或选“自动”。"
    en = "At 1:{scale} '{point_no}' ({depth_m} m deep) takes {pages} pages of at most {limit}. Choose a smaller scale, or automatic."


class NoDepth(Refusal):
    code, status = "surveys.drawing.no_depth", 422
    zh = "“{point_no}”的孔深 {depth_m} m 应大于 0,无法绘图。请更正记录。"
    en = "The depth of '{point_no}', {depth_m} m, must be above 0 to be drawn. Correct the record."


class BadFactor(Refusal):
    code, status = "surveys.drawing.factor", 422
    zh = "{what_zh} {value} 应为大于 0 的数。"
    en = "The {what_en} {value} must be a number above 0."
