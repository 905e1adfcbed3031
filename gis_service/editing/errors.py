"""The refusals of editing features."""

from gis_service.core.errors import Refusal


class NoMediaType(Refusal):
    """A body says what it is."""

    code, status = "editing.no_media_type", 400
    zh = "请用 Content-Type 说明内容类型:{accepted}。"
    en = "Say what the body is in Content-Type: {accepted}."


class OtherMediaType(Refusal):
    code, status = "editing.media_type", 415
    zh = "内容类型“{given}”不支持,请用:{accepted}。"
    en = "The media type '{given}' is not supported; use {accepted}."


class LengthUnknown(Refusal):
    code, status = "editing.length", 411
    zh = "请求须带 Content-Length。"
    en = "The request must say its length in Content-Length."


class FeatureTooLarge(Refusal):
    code, status = "editing.too_large", 413
    zh = "一个要素不能超过 {limit_mb} MB。请简化图形,或用文件导入。"
    en = "A feature may have {limit_mb} MB at most. Simplify its outline, or import a file."


class NotAFeature(Refusal):
    """The body is not one GeoJSON feature."""

    code, status = "editing.not_a_feature", 400
    zh = "内容不是一个 GeoJSON 要素:{reason_zh}。"
    en = "The body is not one GeoJSON feature: {reason_en}."


class OtherFeature(Refusal):
    """A feature keeps its id."""

    code, status = "editing.other_id", 400
    zh = "要素的编号不能改:地址中是“{key}”,内容中是“{given}”。"
    en = "A feature keeps its id: the address says '{key}', the body '{given}'."


class OutsideDistrict(Refusal):
    """Coordinates in another order or another system land elsewhere."""

    code, status = "editing.outside_district", 400
    zh = (
        "图形不在本区范围内(约 {west}–{east}°E、{south}–{north}°N)。请核对 Content-Crs 和坐标顺序:默认 CRS84,经度在前。"
    )
    en = (
        "The geometry does not lie within the district (about {west}–{east}°E, {south}–{north}°N). Check Content-Crs and the "
        "order of the axes: CRS84, longitude first, unless said otherwise."
    )


class NotEdited(Refusal):
    """This is not done to this layer, or not by this person."""

    code, status = "editing.method", 405
    zh = "图层“{layer}”在这里不能 {method}。可用:{allowed}。"
    en = "{method} is not possible here on the layer '{layer}'. Possible: {allowed}."
