"""What the doors of orthophotos say."""

from collections.abc import Sequence
from typing import Any

from geoalchemy2.shape import to_shape

from gis_service.maps.orthophotos.models import Orthophoto
from gis_service.maps.orthophotos.rules import PUBLIC_FROM_M, STAGE_WORDS, WORDS, State


def orthophoto_out(found: Orthophoto, areas: Sequence[str] = ()) -> dict[str, Any]:
    """A picture: what it shows and when, how far it is, and where its tiles are once it is ready."""
    names = (
        "id", "title", "taken_on", "source", "remark", "original_name", "said", "state", "stage", "percent", "failure", "crs",
        "resolution_m", "min_zoom", "max_zoom", "made_at", "made_by_name", "ended_at", "withdrawn_at", "withdrawn_by_name",
        "withdrawn_reason",
    )  # fmt: skip
    state, stage = WORDS[State(found.state)], STAGE_WORDS.get(found.stage, ("", ""))
    outline = None if found.footprint is None else to_shape(found.footprint)
    ready = found.state == State.READY
    return {
        **{name: getattr(found, name) for name in names},
        "state_zh": state[0], "state_en": state[1], "stage_zh": stage[0], "stage_en": stage[1], "areas": list(areas),
        "inside_only": found.resolution_m is not None and found.resolution_m < PUBLIC_FROM_M,
        "footprint": None if outline is None else outline.__geo_interface__, "box": None if outline is None else outline.bounds,
        "tiles": f"/api/v1/orthophotos/{found.id}/tiles/{{z}}/{{x}}/{{y}}" if ready else None,
    }  # fmt: skip
