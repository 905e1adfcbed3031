"""Shapes of comparisons and heaps, in and out."""

from typing import Annotated, Any

from geoalchemy2.shape import to_shape
from pydantic import Field

from gis_service.geo.elevation.limits import LEAST_M3
from gis_service.procedures.schemas import Sent
from gis_service.surveys.heaps.models import ElevationComparison, Heap
from gis_service.surveys.heaps.rules import (
    COMPARISON_WORDS,
    HEAP_WORDS,
    STAGE_WORDS,
    ComparisonState,
    HeapState,
)

Code = Annotated[int | None, Field(ge=1024, le=999_999)]
Datum = Annotated[str | None, Field(max_length=60)]


class Options(Sent):
    """How to compare. A system or datum of heights is given where the file does not say it; both must agree."""

    before_crs: Code = None
    after_crs: Code = None
    before_vertical: Datum = None
    after_vertical: Datum = None
    coregister: bool = True
    north_first: bool = False
    nodata: Annotated[float | None, Field(allow_inf_nan=False)] = None
    least_m3: Annotated[float, Field(ge=1, le=100_000)] = LEAST_M3
    parcel_no: Annotated[str | None, Field(max_length=60)] = None
    """Only around this parcel."""


def comparison_out(found: ElevationComparison, heaps: dict[str, int] | None = None) -> dict[str, Any]:
    """`heaps`: how many of each state are in sight."""
    names = (
        "id", "title", "before_name", "after_name", "before_on", "after_on", "options", "state", "stage", "result", "failure", "made_at",
        "made_by_name", "ended_at", "withdrawn_at", "withdrawn_by_name", "withdrawn_reason",
    )  # fmt: skip
    state = COMPARISON_WORDS[ComparisonState(found.state)]
    stage = STAGE_WORDS.get(found.stage, ("", ""))
    return {
        **{name: getattr(found, name) for name in names},
        "state_zh": state[0], "state_en": state[1], "stage_zh": stage[0], "stage_en": stage[1],
        "extent": None if found.extent is None else to_shape(found.extent).__geo_interface__, "heaps": heaps or {},
    }  # fmt: skip


def heap_out(heap: Heap, *, parcel_no: str | None = None, area: str | None = None) -> dict[str, Any]:
    """A heap as a feature of GeoJSON."""
    names = (
        "comparison_id", "seq", "low_m3", "best_m3", "high_m3", "area_m2", "height_m", "vegetation_likely", "state", "parcel_share",
        "followed_by_noun", "followed_by_id", "followed_by_no", "decided_at", "decided_by_name", "decided_reason",
    )  # fmt: skip
    state, shape = HEAP_WORDS[HeapState(heap.state)], to_shape(heap.geom)
    inside = shape.representative_point()
    return {
        "type": "Feature", "id": heap.id, "geometry": shape.__geo_interface__,
        "properties": {
            **{name: getattr(heap, name) for name in names}, "state_zh": state[0], "state_en": state[1],
            "parcel_id": heap.parcel_id if parcel_no else None, "parcel_no": parcel_no, "area": area,
            "place": [round(inside.x, 7), round(inside.y, 7)],
        },
    }  # fmt: skip
