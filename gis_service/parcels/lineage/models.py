"""Tables of acts on parcels: the act, the parcels it touched with their areas, and what came from what."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Identity, Index, Integer, Numeric, Text, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.parcels.lineage.rules import Kind

Moment = TIMESTAMP(timezone=True)
Metres2 = Numeric(14, 2)


class ParcelEvent(Base):
    """One act: what was done, when, by whom, why, on which paper; and whether it was taken back."""

    __tablename__ = "parcel_event"
    __table_args__ = (
        one_of("kind", Kind),
        CheckConstraint("(undone_at is null) = (undone_reason is null)", name="undone_says_why"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    happened_on: Mapped[date] = mapped_column(Date, doc="the date the papers give")
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    reason: Mapped[str] = mapped_column(Text, server_default="")
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(Text, server_default="")
    at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    balance_m2: Mapped[Decimal] = mapped_column(Numeric(14, 4), doc="computed areas after less before")
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    undone_by: Mapped[int | None] = mapped_column(BigInteger)
    undone_by_name: Mapped[str | None] = mapped_column(Text)
    undone_reason: Mapped[str | None] = mapped_column(Text)


class ParcelEventParcel(Base):
    """A parcel of an act, before or after it, with its areas then; adjusted parcels stand on both sides."""

    __tablename__ = "parcel_event_parcel"
    __table_args__ = (
        CheckConstraint("side in ('before', 'after')", name="side"),
        Index("ix_parcel_event_parcel_parcel_id", "parcel_id"),
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("parcel_event.id"), primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True)
    side: Mapped[str] = mapped_column(Text, primary_key=True)
    area_computed_m2: Mapped[Decimal] = mapped_column(Metres2)
    area_registered_m2: Mapped[Decimal | None] = mapped_column(Metres2)
    version_no: Mapped[int] = mapped_column(
        Integer, doc="before: the version that held until the act; after: the one it made"
    )
    row_version: Mapped[int] = mapped_column(Integer, doc="as the act left the row: a later change moves it on")


class ParcelLineage(Base):
    """Land that came from one parcel to another by an act."""

    __tablename__ = "parcel_lineage"
    __table_args__ = (
        CheckConstraint("parent_id <> child_id", name="not_itself"),
        CheckConstraint("kind in ('split', 'merge', 'adjust')", name="kind"),
        Index("ix_parcel_lineage_parent_id", "parent_id"),
        Index("ix_parcel_lineage_child_id", "child_id"),
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("parcel_event.id"), primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    happened_on: Mapped[date] = mapped_column(Date)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    area_m2: Mapped[Decimal] = mapped_column(Metres2, doc="the parent's land that the child has from it")
