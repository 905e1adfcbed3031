"""What may be sent to the register, and in which shape. What may be read is built by the queries."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gis_service.core.srid import METRIC_SRID
from gis_service.parcels import rules
from gis_service.parcels.boundary import Typed

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
ParcelNo = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class Facts(BaseModel):
    """The columns a land officer may write. Computed, derived and sensitive ones are not among them."""

    model_config = ConfigDict(extra="forbid")
    parcel_name: Text | None = None
    location_text: Text | None = None
    bounds_east: Text | None = None
    bounds_south: Text | None = None
    bounds_west: Text | None = None
    bounds_north: Text | None = None
    parcel_code: Text | None = None
    real_estate_unit_no: Text | None = None
    certificate_no: Text | None = None
    plan_plot_no: Text | None = None
    area_registered_m2: Annotated[Decimal, Field(gt=0, lt=10**12)] | None = None
    ownership: rules.Ownership | None = None
    right_holder_unit_id: int | None = None
    managing_unit_id: int | None = None
    custodian_unit_id: int | None = None
    current_class_system: Text | None = None
    current_class_code: Text | None = None
    planned_class_system: Text | None = None
    planned_class_code: Text | None = None
    plot_ratio: Decimal | None = None
    building_density: Decimal | None = None
    green_rate: Decimal | None = None
    height_limit_m: Decimal | None = None
    source_type: rules.SourceType | None = None
    acquired_on: date | None = None
    is_undeveloped: bool | None = None
    planned_supply_mode: rules.SupplyMode | None = None
    planned_supply_year: int | None = None
    supply_status: rules.SupplyStatus | None = None
    use_status: Annotated[list[rules.UseStatus], Field(min_length=1)] | None = None
    fence_status: rules.FenceStatus | None = None
    survey_status: rules.SurveyStatus | None = None
    disposal_status: rules.DisposalStatus | None = None
    handover_status: rules.HandoverStatus | None = None
    risk_level: rules.RiskLevel | None = None
    soil_survey_status: rules.SoilSurveyStatus | None = None
    geom_source: rules.GeomSource | None = None
    is_published: bool | None = None
    remark: Text | None = None


Coordinate = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class PointIn(BaseModel):
    """A boundary point as typed: its texts are kept to the letter, in its own system."""

    model_config = ConfigDict(extra="forbid")
    part_no: Annotated[int, Field(ge=1, le=1000)] = 1
    ring_no: Annotated[int, Field(ge=1, le=1000)] = 1
    point_no: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
    northing_text: Coordinate
    easting_text: Coordinate
    source_crs: int = METRIC_SRID

    def typed(self) -> Typed:
        return Typed(**self.model_dump())


class ParcelChange(Facts):
    reason: Text | None = None
    document_id: int | None = None
    geometry: dict[str, Any] | None = None
    boundary_points: Annotated[list[PointIn], Field(max_length=20_000)] | None = None

    def facts(self) -> dict[str, Any]:
        """The columns that were sent."""
        return self.model_dump(exclude_unset=True, exclude={"reason", "document_id", "geometry", "boundary_points"})

    def points(self) -> list[Typed] | None:
        return None if self.boundary_points is None else [point.typed() for point in self.boundary_points]


class ParcelIn(ParcelChange):
    parcel_no: ParcelNo


class DocumentIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Text
    doc_no: ParcelNo
    title: Text
    issued_on: date | None = None
    issuer: Text | None = None


class DocumentOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    kind: str
    doc_no: str
    title: str
    issued_on: date | None
    issuer: str | None
