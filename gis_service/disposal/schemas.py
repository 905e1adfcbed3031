"""What doors of disposal take and give.

    GET  /api/v1/disposals/{id}            the engine's page; `details` has plan, carriers, sites, `balance`, waivers
    GET  /api/v1/disposals/plan            {items: [{id, no, title, state, plan_year, batch, parcels, …}], totals}
    GET  /api/v1/disposals/gate            {projects: [{id, no, title, parcels, classes, sites, carriers}], words}
    PUT  /api/v1/manifests/{uuid}          ManifestIn → manifest; 201 first, 200 for the same again, 409 for other content
    POST /api/v1/manifests/{uuid}/receive  ReceiptIn → manifest
    POST /api/v1/manifests/{uuid}/void     {reason}
    POST /api/v1/manifests/{uuid}/flags/{code}  {verdict, reason}

A manifest is given as `manifest_out` writes it: m³ are loose (松方), weights tonnes, places [longitude, latitude].
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gis_service.disposal.models import ParcelWaiver
from gis_service.disposal.partners.rules import SITE_RADIUS_M, SiteKind
from gis_service.surveys.rules import WasteClass

Text = Annotated[str, Field(max_length=200)]
Named = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
LonLat = Annotated[tuple[float, float], Field(description="longitude and latitude")]
Weight = Annotated[Decimal, Field(gt=0, lt=200, max_digits=7, decimal_places=3)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class SiteIn(Strict):
    name: Named
    kind: SiteKind
    place: LonLat
    address: Text = ""
    licence_no: Text | None = None
    licensed_from: date | None = None
    licensed_until: date | None = None
    accepts: list[WasteClass] = []
    radius_m: Annotated[int, Field(ge=10, le=5000)] = SITE_RADIUS_M
    geometry: dict[str, Any] | None = None
    """GeoJSON Polygon or MultiPolygon of the site's land, where it is known."""


class SiteChange(Strict):
    """What is left out stays."""

    address: Text = ""
    licence_no: Text | None = None
    licensed_from: date | None = None
    licensed_until: date | None = None
    accepts: list[WasteClass] = []
    radius_m: Annotated[int, Field(ge=10, le=5000)] = SITE_RADIUS_M
    is_active: bool = True


class TruckIn(Strict):
    plate: Named
    gross_limit_t: Annotated[Decimal, Field(gt=0, lt=200)] = Decimal(31)


class CarrierIn(Strict):
    carrier: Named
    permit_no: Named
    valid_from: date
    valid_until: date
    trucks: Annotated[list[TruckIn], Field(max_length=2000)] = []


class CarrierChange(Strict):
    """What is left out stays; `trucks` are all of them anew."""

    valid_until: date | None = None
    is_active: bool = True
    trucks: Annotated[list[TruckIn], Field(max_length=2000)] = []


class ConsentIn(Strict):
    site_id: int
    consented_on: date
    doc_no: Text = ""


class ProjectCarrierIn(Strict):
    carrier_id: int


class WaiverIn(Strict):
    parcel_id: int
    covers: Literal["supply", "handover", "both"]
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    measures: Annotated[str, Field(max_length=2000)] = ""


class Why(Strict):
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


def waiver_out(waiver: ParcelWaiver) -> dict[str, Any]:
    return {
        "id": waiver.id, "parcel_id": waiver.parcel_id, "proceeding_id": waiver.proceeding_id, "for_supply": waiver.for_supply,
        "for_handover": waiver.for_handover, "reason": waiver.reason, "measures": waiver.measures, "given_at": waiver.given_at,
        "given_by": waiver.given_by_name, "revoked_at": waiver.revoked_at, "revoked_by": waiver.revoked_by_name,
        "revoked_reason": waiver.revoked_reason,
    }  # fmt: skip


class ReceiptIn(Strict):
    """What the receiving side tells of a load."""

    site_id: int
    unloaded_at: datetime
    unload_place: LonLat | None = None
    gross_t: Weight | None = None
    tare_t: Weight | None = None
    net_t: Weight | None = None
    ticket_no: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    receiver_confirmed: Text = ""
    remark: Annotated[str, Field(max_length=1000)] = ""


class ManifestIn(Strict):
    """A load as the gate, the desk or a workbook tells it; what was unloaded already may come along."""

    manifest_no: Annotated[str, Field(min_length=1, max_length=60)]
    project_id: int
    parcel_id: int | None = None
    waste_class: WasteClass
    plate: Annotated[str, Field(min_length=1, max_length=20)]
    driver: Text = ""
    carrier_id: int | None = None
    carrier: Text = ""
    loaded_m3: Annotated[Decimal, Field(gt=0, lt=100, max_digits=6, decimal_places=2)] | None = None
    loaded_net_t: Weight | None = None
    loaded_at: datetime | None = None
    departed: bool = True
    load_place: LonLat | None = None
    track_id: Text | None = None
    national_no: Text | None = None
    site_id: int | None = None
    producer_confirmed: Text = ""
    carrier_confirmed: Text = ""
    remark: Annotated[str, Field(max_length=1000)] = ""
    receipt: ReceiptIn | None = None


class DecisionIn(Strict):
    verdict: Literal["stands", "does_not_count"]
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
