"""Waste bodies, versioned, and the parcels they lie in."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.core.srid import STORAGE_SRID
from gis_service.core.versioning import version_table
from gis_service.parcels.models import Moment
from gis_service.surveys import rules
from gis_service.surveys.bodies.rules import BodyState, Hazard

Volume = Numeric(14, 1)


class WasteBody(Base):
    """填埋体. Volumes are in place (自然方); what was dug out is told by the disposal's manifests."""

    __tablename__ = "waste_body"
    __table_args__ = (
        UniqueConstraint("district_code", "body_no"),
        one_of("waste_class", rules.WasteClass),
        one_of("hazard", Hazard),
        one_of("state", BodyState),
        CheckConstraint("volume_low_m3 <= volume_best_m3 and volume_best_m3 <= volume_high_m3", name="volume"),
        CheckConstraint("volume_low_m3 >= 0", name="volume_low"),
        CheckConstraint("st_isvalid(geom) and not st_isempty(geom)", name="geom_valid"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    body_no: Mapped[str] = mapped_column(Text)
    survey_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("survey.proceeding_id"), index=True)
    name: Mapped[str] = mapped_column(Text, server_default="")
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=STORAGE_SRID))
    waste_class: Mapped[str] = mapped_column(Text)
    composition_pct: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    hazard: Mapped[str] = mapped_column(Text, server_default="not_screened")
    hazard_note: Mapped[str] = mapped_column(Text, server_default="")
    top_m: Mapped[Decimal | None] = mapped_column(Numeric(7, 2), doc="mean depth of its top below ground")
    bottom_m: Mapped[Decimal | None] = mapped_column(Numeric(7, 2), doc="mean depth of its bottom below ground")
    volume_low_m3: Mapped[Decimal | None] = mapped_column(Volume)
    volume_best_m3: Mapped[Decimal | None] = mapped_column(Volume)
    volume_high_m3: Mapped[Decimal | None] = mapped_column(Volume)
    is_lower_bound: Mapped[bool] = mapped_column(server_default=text("false"), doc="a hole stopped inside it: ≥")
    estimate_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("volume_estimate.id"))
    state: Mapped[str] = mapped_column(Text, server_default="present")
    note: Mapped[str] = mapped_column(Text, server_default="")
    row_version: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())


class WasteBodyParcel(Base):
    """Which parcels a body lies in, and how much of its ground."""

    __tablename__ = "waste_body_parcel"
    waste_body_id: Mapped[int] = mapped_column(ForeignKey("waste_body.id"), primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True, index=True)
    share: Mapped[Decimal] = mapped_column(Numeric(5, 4), doc="of its ground, 0 to 1")


WasteBodyVersion = version_table(WasteBody.__table__)
