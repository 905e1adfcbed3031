"""The refusals of walks."""

from gis_service.core.errors import Refusal


class TrackUnexplained(Refusal):
    """Whoever opens another person's track says why."""

    code, status = "track.unexplained", 422
    zh = "查看他人轨迹须说明原因(至少 4 个字),并会留痕。"
    en = "To open the track of another person, say why (at least 4 characters); it leaves a trace."


class TrackThinned(Refusal):
    code, status = "track.thinned", 410
    zh = "这次巡查的轨迹已于 {on} 到期精简,只保留到位证明(覆盖情况、照片和检查记录)。"
    en = "The track of this patrol was thinned on {on}; its proof of coverage, photos and records remain."
