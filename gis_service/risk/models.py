"""Tables of rankings and hotspots: each run with what it was worked out from, and its results."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.models import Moment
from gis_service.parcels.rules import RiskLevel
from gis_service.risk.rules import Grade, RunKind, RunState


class RiskRun(Base):
    """一次计算: of which kind, with what was known when, with which parameters, from how many inputs. `standing`: shown by the layers."""

    __tablename__ = "risk_run"
    __table_args__ = (
        one_of("kind", RunKind),
        one_of("state", RunState),
        CheckConstraint("(kind = 'hotspot') = (since is not null and until is not null)", name="period"),
        CheckConstraint("since < until", name="order"),
        Index("ix_risk_run_kind_as_of", "kind", "as_of"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    as_of: Mapped[datetime] = mapped_column(Moment, doc="what was known then")
    since: Mapped[datetime | None] = mapped_column(Moment, doc="events from here on …")
    until: Mapped[datetime | None] = mapped_column(Moment, doc="… to before here")
    standing: Mapped[bool] = mapped_column(
        server_default=text("false"), doc="with the usual parameters: the layers show it"
    )
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    counts: Mapped[dict[str, Any]] = mapped_column(
        JSONB, server_default=text("'{}'"), doc="inputs and results, counted"
    )
    made_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    asked_by: Mapped[int | None] = mapped_column(BigInteger)
    asked_by_name: Mapped[str] = mapped_column(Text, server_default="")


class RiskScore(Base):
    """风险评分: a parcel's points in a run, with what made them."""

    __tablename__ = "risk_score"
    __table_args__ = (one_of("level", RiskLevel),)
    run_id: Mapped[int] = mapped_column(ForeignKey("risk_run.id"), primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True, index=True)
    rank: Mapped[int] = mapped_column(Integer)
    score: Mapped[Decimal] = mapped_column(Numeric(6, 2), doc="log odds against land of which nothing is said")
    level: Mapped[str] = mapped_column(Text)
    parts: Mapped[list[Any]] = mapped_column(JSONB, doc="[{code, points, zh, en}], the heaviest first")
    patrol_days: Mapped[int | None] = mapped_column(
        Integer, doc="since the last patrol, at the run's as_of; none: never"
    )


class HotspotCell(Base):
    """热点格网: one cell of the metric plane with its events, density and gathering."""

    __tablename__ = "hotspot_cell"
    __table_args__ = (one_of("grade", Grade), Index("ix_hotspot_cell_area_id", "area_id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("risk_run.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    events: Mapped[int] = mapped_column(Integer)
    around: Mapped[int] = mapped_column(Integer, doc="events in it and its neighbours")
    density_km2: Mapped[float] = mapped_column(Float, doc="kernel density at its middle, events per km² in the period")
    z: Mapped[float] = mapped_column(Float, doc="Gi*")
    p: Mapped[float] = mapped_column(Float, doc="two-sided")
    q: Mapped[float] = mapped_column(Float, doc="p after false discovery rate")
    grade: Mapped[str] = mapped_column(Text)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    geom: Mapped[WKBElement] = mapped_column(Geometry("POLYGON", srid=STORAGE_SRID))
