"""Shapes of waste bodies, in and out."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from geoalchemy2.shape import to_shape
from pydantic import Field

from gis_service.procedures.schemas import Long, Sent, Text
from gis_service.surveys.bodies.models import WasteBody
from gis_service.surveys.bodies.rules import BODY_WORDS, HAZARD_WORDS, BodyState, Hazard
from gis_service.surveys.rules import WASTE_WORDS, WasteClass

Volume = Annotated[Decimal, Field(ge=0, le=10**9)]


class BodyIn(Sent):
    """A body drawn by hand, or (`estimate_id` without geometry) the outline of an estimate."""

    geometry: dict[str, Any] | None = None
    estimate_id: int | None = None
    name: Text = ""
    waste_class: WasteClass = WasteClass.MIXED
    composition_pct: dict[Annotated[str, Field(max_length=40)], Volume] = Field(default_factory=dict)
    note: Long = ""


class BodyChange(Sent):
    reason: Annotated[Text, Field(min_length=1)]
    geometry: dict[str, Any] | None = None
    estimate_id: int | None = None
    name: Text | None = None
    waste_class: WasteClass | None = None
    composition_pct: dict[Annotated[str, Field(max_length=40)], Volume] | None = None
    hazard: Hazard | None = None
    hazard_note: Long | None = None
    note: Long | None = None


def body_out(body: WasteBody, parcels: Sequence[tuple[int, str, Decimal]]) -> dict[str, Any]:
    names = (
        "id", "body_no", "survey_id", "name", "waste_class", "composition_pct", "hazard", "hazard_note", "top_m", "bottom_m", "volume_low_m3",
        "volume_best_m3", "volume_high_m3", "is_lower_bound", "estimate_id", "state", "note", "row_version", "updated_at",
    )  # fmt: skip
    hazard, state, kind = (
        HAZARD_WORDS[Hazard(body.hazard)],
        BODY_WORDS[BodyState(body.state)],
        WASTE_WORDS[WasteClass(body.waste_class)],
    )
    return {
        **{name: getattr(body, name) for name in names},
        "waste_class_zh": kind[0], "waste_class_en": kind[1], "hazard_zh": hazard[0], "hazard_en": hazard[1], "state_zh": state[0],
        "state_en": state[1], "geometry": to_shape(body.geom).__geo_interface__,
        "parcels": [{"id": id_, "parcel_no": number, "share": share} for id_, number, share in parcels],
    }  # fmt: skip
