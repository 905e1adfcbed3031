"""The refusals of fences, signs and cameras."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS


class PlaceRefused(Refusal):
    """A fence is a line, a sign and a camera are points."""

    code, status = "facility.geometry", 400
    zh = "位置无效:{reason}。围蔽应为一条线(或界址点到界址点),警示牌和监控应为一个点。"
    en = "The place is not valid: {reason}. A fence is one line (or from one boundary point to another), a sign or camera one point."


class FarAway(Refusal):
    """What guards a parcel stands on it or near it."""

    code, status = "facility.far_away", 400
    zh = "位置离地块“{parcel_no}”有 {distance_m} 米,超过 {limit_m} 米。请核对坐标。"
    en = "The place is {distance_m} m away from parcel '{parcel_no}', more than {limit_m} m. Check the coordinates."


class NoSuchPoint(Refusal):
    code, status = "facility.no_such_point", 400
    zh = "地块“{parcel_no}”没有界址点“{point_no}”,或两点不在同一个环上。"
    en = "Parcel '{parcel_no}' has no boundary point '{point_no}', or the two points are not on one ring."


CONFLICTS |= {
    "ck_parcel_fence_follows": (
        "该地块已有围蔽线,围蔽情况由围蔽线得出。请修改围蔽线的状况,或改为“无需围蔽”。",
        "the parcel has fence lines, and its fence status follows from them. Change their condition, or set 'not required'.",
    ),
    "ck_fence_segment_geom_valid": ("围蔽线没有长度。", "the fence line has no length."),
}
