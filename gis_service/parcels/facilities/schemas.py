"""What may be sent about fences, signs and cameras."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from gis_service.parcels.facilities import rules
from gis_service.parcels.schemas import Text


class Act(BaseModel):
    """What every act on a facility may say beside its facts."""

    model_config = ConfigDict(extra="forbid")
    reason: Text | None = None
    document_id: int | None = None
    geometry: dict[str, Any] | None = None
    inspected_on: date | None = None
    remark: Text | None = None


class Along(BaseModel):
    """A stretch of the parcel's own boundary, from one of its points on to another; the same point twice is the whole ring."""

    model_config = ConfigDict(extra="forbid")
    first: Text
    last: Text


class FenceChange(Act):
    fence_type: rules.FenceType | None = None
    condition: rules.FenceCondition | None = None
    height_m: Annotated[Decimal, Field(gt=0, lt=20)] | None = None
    built_on: date | None = None


class FenceIn(FenceChange):
    fence_type: rules.FenceType
    along: Along | None = None


class SignChange(Act):
    sign_type: rules.SignType | None = None
    condition: rules.SignCondition | None = None
    wording: Text | None = None
    phone: Annotated[Text, Field(max_length=30)] | None = None
    installed_on: date | None = None


class SignIn(SignChange):
    geometry: dict[str, Any]


class CameraChange(Act):
    camera_no: Text | None = None
    condition: rules.CameraCondition | None = None
    bearing_deg: Annotated[Decimal, Field(ge=0, lt=360)] | None = None
    range_m: Annotated[Decimal, Field(gt=0, lt=5000)] | None = None
    installed_on: date | None = None
    reviewed_on: date | None = None
    published_url: Annotated[Text, Field(pattern=r"^https?://\S+$")] | None = None


class CameraIn(CameraChange):
    geometry: dict[str, Any]
