"""Comparisons of two elevation models, and the heaps each found."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
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
from gis_service.parcels.models import Moment
from gis_service.surveys.bodies.models import Volume
from gis_service.surveys.heaps.rules import ComparisonState, HeapState


class ElevationComparison(Base):
    """高程模型比对: before and after, with what was asked and what came out."""

    __tablename__ = "elevation_comparison"
    __table_args__ = (
        one_of("state", ComparisonState),
        CheckConstraint("before_on < after_on", name="days"),
        CheckConstraint("state <> 'withdrawn' or btrim(withdrawn_reason) <> ''", name="withdrawn_why"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    before_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    after_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    before_name: Mapped[str] = mapped_column(
        Text, server_default="", doc="as the sender called it; never used as a path"
    )
    after_name: Mapped[str] = mapped_column(Text, server_default="")
    before_on: Mapped[date] = mapped_column(Date)
    after_on: Mapped[date] = mapped_column(Date)
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    stage: Mapped[str] = mapped_column(Text, server_default="", doc="how far the work is")
    extent: Mapped[WKBElement | None] = mapped_column(
        Geometry("POLYGON", srid=STORAGE_SRID), doc="the ground both models cover; by it one sees the comparison"
    )
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    made_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    made_by_name: Mapped[str] = mapped_column(Text, server_default="")
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_by_name: Mapped[str | None] = mapped_column(Text)
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)


class Heap(Base):
    """新增堆体: an offer to look, until somebody took it up or said what it is."""

    __tablename__ = "heap"
    __table_args__ = (
        one_of("state", HeapState),
        CheckConstraint("state in ('offered', 'taken') or btrim(decided_reason) <> ''", name="decided_why"),
        CheckConstraint("(state = 'taken') = (followed_by_id is not null)", name="taken"),
        UniqueConstraint("comparison_id", "seq"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    comparison_id: Mapped[int] = mapped_column(ForeignKey("elevation_comparison.id"), index=True)
    seq: Mapped[int] = mapped_column(Integer, doc="1 is the largest of its comparison")
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"), index=True, doc="where most of it lies")
    parcel_share: Mapped[Decimal | None] = mapped_column(Numeric(5, 4), doc="the part of it that lies there")
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=STORAGE_SRID))
    low_m3: Mapped[Decimal] = mapped_column(Volume)
    best_m3: Mapped[Decimal] = mapped_column(Volume)
    high_m3: Mapped[Decimal] = mapped_column(Volume)
    area_m2: Mapped[Decimal] = mapped_column(Numeric(12, 1))
    height_m: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    vegetation_likely: Mapped[bool] = mapped_column(server_default=text("false"))
    state: Mapped[str] = mapped_column(Text, server_default="offered")
    followed_by_noun: Mapped[str | None] = mapped_column(Text)
    followed_by_id: Mapped[int | None] = mapped_column(BigInteger)
    followed_by_no: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by_name: Mapped[str | None] = mapped_column(Text)
    decided_reason: Mapped[str | None] = mapped_column(Text)
