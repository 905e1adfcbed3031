"""Tables of the checks: faults, what waits to be checked again, past runs; and the grid cells parcels lie in."""

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.models import Moment
from gis_service.parcels.topology import rules


class GridCell(Base):
    """单元网格: the smallest polygon of daily management, with its 15-digit code."""

    __tablename__ = "grid_cell"
    __table_args__ = (
        CheckConstraint(f"code ~ '{rules.GRID_CODE}'", name="code"),
        CheckConstraint("st_isvalid(geom) and not st_isempty(geom)", name="geom_valid"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str | None] = mapped_column(Text)
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=STORAGE_SRID))


class ParcelGridCell(Base):
    """The cells a parcel touches; `is_main` marks the one that holds its inner point. Written by the checks."""

    __tablename__ = "parcel_grid_cell"
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True)
    grid_cell_id: Mapped[int] = mapped_column(
        ForeignKey("grid_cell.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    is_main: Mapped[bool] = mapped_column(Boolean)


class TopologyFault(Base):
    """拓扑问题: what a rule found of a parcel, or of two (the lower id first). One row for each rule and parcels, for good."""

    __tablename__ = "topology_fault"
    __table_args__ = (
        UniqueConstraint("rule", "parcel_id", "other_parcel_id", postgresql_nulls_not_distinct=True),
        one_of("state", rules.FaultState),
        CheckConstraint("level in ('error', 'warning', 'info')", name="level"),
        CheckConstraint("other_parcel_id > parcel_id", name="lower_first"),
        CheckConstraint("(state = 'resolved') = (resolved_at is not null)", name="resolved_when"),
        CheckConstraint("state <> 'accepted' or btrim(accept_reason) <> ''", name="accepted_why"),
        Index("ix_topology_fault_other_parcel_id", "other_parcel_id"),
        Index("ix_topology_fault_parcel_id", "parcel_id"),
        Index("ix_topology_fault_state_id", "state", "id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    rule: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"))
    other_parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"))
    geom: Mapped[WKBElement] = mapped_column(Geometry("GEOMETRY", srid=STORAGE_SRID), doc="the fault itself")
    spot: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=STORAGE_SRID), doc="a point on it, for maps")
    area_m2: Mapped[float | None] = mapped_column(Float)
    width_m: Mapped[float | None] = mapped_column(Float)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"), doc="what the sentence names")
    state: Mapped[str] = mapped_column(Text, server_default="open")
    first_seen: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    last_seen: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)
    accept_reason: Mapped[str | None] = mapped_column(Text)
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    accepted_by_name: Mapped[str | None] = mapped_column(Text)
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    accepted_measure: Mapped[float | None] = mapped_column(Float, doc="how large it was when it was accepted")
    row_version: Mapped[int] = mapped_column(server_default=text("1"))


class TopologyDirty(Base):
    """What is to be checked again: a parcel, all land in a box, all parcels of a 宗地代码. Written by triggers."""

    __tablename__ = "topology_dirty"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    parcel_id: Mapped[int | None] = mapped_column(BigInteger)
    box: Mapped[WKBElement | None] = mapped_column(Geometry("GEOMETRY", srid=STORAGE_SRID, spatial_index=False))
    codes: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())


class TopologyRun(Base):
    """One check: how much it looked at, what it changed."""

    __tablename__ = "topology_run"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    is_full: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    seconds: Mapped[float] = mapped_column(Float)
    parcels: Mapped[int]
    found: Mapped[int]
    opened: Mapped[int]
    reopened: Mapped[int]
    resolved: Mapped[int]
