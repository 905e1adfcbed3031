"""Tables of what stands on and around a parcel. Each is versioned: its condition at any time, and who saw it so."""

from datetime import date, datetime
from decimal import Decimal

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    Text,
    func,
    text,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.core.srid import STORAGE_SRID
from gis_service.core.versioning import version_table
from gis_service.parcels.facilities import rules
from gis_service.parcels.models import Moment


class Standing:
    """What fences, signs and cameras have in common."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    remark: Mapped[str | None] = mapped_column(Text)
    inspected_on: Mapped[date | None] = mapped_column(Date, doc="the day its condition was seen")
    row_version: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())

    @declared_attr
    def parcel_id(cls) -> Mapped[int]:  # noqa: N805
        return mapped_column(ForeignKey("parcel.id"), index=True)


class FenceSegment(Standing, Base):
    """围蔽: one stretch of fence of one kind in one condition."""

    __tablename__ = "fence_segment"
    __table_args__ = (
        one_of("fence_type", rules.FenceType),
        one_of("condition", rules.FenceCondition),
        CheckConstraint("height_m > 0 and height_m < 20", name="height"),
        CheckConstraint("st_isvalid(geom) and not st_isempty(geom) and st_length(geom) > 0", name="geom_valid"),
    )
    fence_type: Mapped[str] = mapped_column(Text)
    condition: Mapped[str] = mapped_column(Text, server_default="good")
    height_m: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    built_on: Mapped[date | None] = mapped_column(Date)
    length_m: Mapped[Decimal] = mapped_column(
        Numeric(10, 2), Computed("round(st_length(geom::geography)::numeric, 2)", persisted=True)
    )
    geom: Mapped[WKBElement] = mapped_column(Geometry("LINESTRING", srid=STORAGE_SRID))


class Sign(Standing, Base):
    """警示牌: a board, with its words and the number to call."""

    __tablename__ = "sign"
    __table_args__ = (one_of("sign_type", rules.SignType), one_of("condition", rules.SignCondition))
    sign_type: Mapped[str] = mapped_column(Text, server_default="no_dumping")
    condition: Mapped[str] = mapped_column(Text, server_default="good")
    wording: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text, doc="the reporting phone on the board, not a person's")
    installed_on: Mapped[date | None] = mapped_column(Date)
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=STORAGE_SRID))


class Camera(Standing, Base):
    """监控: a camera that watches a parcel."""

    __tablename__ = "camera"
    __table_args__ = (
        one_of("condition", rules.CameraCondition),
        CheckConstraint("bearing_deg >= 0 and bearing_deg < 360", name="bearing"),
        CheckConstraint("range_m > 0 and range_m < 5000", name="range"),
    )
    camera_no: Mapped[str | None] = mapped_column(Text)
    condition: Mapped[str] = mapped_column(Text, server_default="online")
    bearing_deg: Mapped[Decimal | None] = mapped_column(Numeric(5, 2), doc="where it looks, from north clockwise")
    range_m: Mapped[Decimal | None] = mapped_column(Numeric(7, 1))
    installed_on: Mapped[date | None] = mapped_column(Date)
    reviewed_on: Mapped[date | None] = mapped_column(
        Date, doc="legally and technically reviewed; without it its pictures are no evidence for a penalty"
    )
    published_url: Mapped[str | None] = mapped_column(Text, doc="where its location is published")
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=STORAGE_SRID))


FenceSegmentVersion = version_table(FenceSegment.__table__)
SignVersion = version_table(Sign.__table__)
CameraVersion = version_table(Camera.__table__)
for _past in (FenceSegmentVersion, SignVersion, CameraVersion):
    Index(f"ix_{_past.name}_parcel_id", _past.c.parcel_id)
