"""Tables of disposal projects beside their proceedings: the plan's figures, waste bodies, waivers by name, densities observed."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
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
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.parcels.models import Moment
from gis_service.surveys.rules import WasteClass

Metres3, Tonnes, Yuan = Numeric(14, 2), Numeric(14, 3), Numeric(14, 2)


class Disposal(Base):
    """固废处置项目. `estimate_*`, `approved` and `measured` are m³ in place (自然方)."""

    __tablename__ = "disposal"
    __table_args__ = (
        one_of("waste_class", WasteClass),
        CheckConstraint(
            "estimate_low_m3 <= estimate_best_m3 and estimate_best_m3 <= estimate_high_m3", name="estimate"
        ),
        CheckConstraint("removal_until >= removal_from", name="removal"),
        Index("ix_disposal_plan_year_batch", "plan_year", "batch"),
    )
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"), primary_key=True)
    waste_class: Mapped[str] = mapped_column(Text)
    other_classes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    estimate_low_m3: Mapped[Decimal | None] = mapped_column(Metres3)
    estimate_best_m3: Mapped[Decimal | None] = mapped_column(Metres3)
    estimate_high_m3: Mapped[Decimal | None] = mapped_column(Metres3)
    estimate_id: Mapped[str | None] = mapped_column(Text)
    survey_no: Mapped[str | None] = mapped_column(Text)
    plan_year: Mapped[int | None] = mapped_column(Integer)
    batch: Mapped[str | None] = mapped_column(Text)
    budget_yuan: Mapped[Decimal | None] = mapped_column(Yuan)
    lead_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), doc="牵头单位")
    method: Mapped[str | None] = mapped_column(Text)
    planned_until: Mapped[date | None] = mapped_column(Date)
    approved_m3: Mapped[Decimal | None] = mapped_column(Metres3)
    approved_yuan: Mapped[Decimal | None] = mapped_column(Yuan)
    contractor: Mapped[str | None] = mapped_column(Text)
    contractor_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    supervisor: Mapped[str | None] = mapped_column(Text, doc="监理")
    removal_from: Mapped[date | None] = mapped_column(Date)
    removal_until: Mapped[date | None] = mapped_column(Date)
    base_points: Mapped[int | None] = mapped_column(Integer)
    base_is_clean: Mapped[bool] = mapped_column(server_default=text("false"))
    measured_m3: Mapped[Decimal | None] = mapped_column(Metres3, doc="收方")
    audited_yuan: Mapped[Decimal | None] = mapped_column(Yuan)
    stopped_at: Mapped[str | None] = mapped_column(Text, doc="the state it was stopped in, while it is stopped")
    hazard_settled: Mapped[bool] = mapped_column(server_default=text("false"))
    accepted_loads: Mapped[int | None] = mapped_column(Integer, doc="the manifests as they stood when it was accepted")
    accepted_net_t: Mapped[Decimal | None] = mapped_column(Tonnes)
    accepted_loose_m3: Mapped[Decimal | None] = mapped_column(Metres3)


class DisposalBody(Base):
    """Waste bodies a project clears; a body lies in one open project."""

    __tablename__ = "disposal_body"
    __table_args__ = (Index("uq_disposal_body_open", "waste_body_id", unique=True, postgresql_where=text("is_open")),)
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("disposal.proceeding_id"), primary_key=True)
    waste_body_id: Mapped[int] = mapped_column(ForeignKey("waste_body.id"), primary_key=True)
    is_open: Mapped[bool] = mapped_column(server_default=text("true"))


class ParcelWaiver(Base):
    """带病移交、供地: land that may go on with its waste, by somebody's name."""

    __tablename__ = "parcel_waiver"
    __table_args__ = (
        CheckConstraint("for_supply or for_handover", name="for_something"),
        CheckConstraint("btrim(reason) <> '' and btrim(given_by_name) <> ''", name="by_name"),
        CheckConstraint("revoked_at is null or btrim(revoked_reason) <> ''", name="revoked_why"),
        Index("ix_parcel_waiver_parcel_id", "parcel_id"),
        Index("ix_parcel_waiver_proceeding_id", "proceeding_id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"))
    proceeding_id: Mapped[int | None] = mapped_column(ForeignKey("proceeding.id"), doc="the project whose step gave it")
    for_supply: Mapped[bool]
    for_handover: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    measures: Mapped[str] = mapped_column(Text, server_default="", doc="what is done later, and by whom")
    given_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    given_by: Mapped[int | None] = mapped_column(BigInteger)
    given_by_name: Mapped[str] = mapped_column(Text)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_by_name: Mapped[str | None] = mapped_column(Text)
    revoked_reason: Mapped[str | None] = mapped_column(Text)


class DensityObservation(Base):
    """What a finished project weighed, by class of waste: the weighbridge corrects the densities of the next estimate."""

    __tablename__ = "density_observation"
    __table_args__ = (
        one_of("waste_class", WasteClass),
        CheckConstraint("net_t > 0 and loads > 0", name="weighed"),
        CheckConstraint("loose_m3 > 0 and in_place_m3 > 0", name="volume"),
    )
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("disposal.proceeding_id"), primary_key=True)
    waste_class: Mapped[str] = mapped_column(Text, primary_key=True)
    loads: Mapped[int]
    net_t: Mapped[Decimal] = mapped_column(Tonnes)
    loose_m3: Mapped[Decimal | None] = mapped_column(Metres3)
    in_place_m3: Mapped[Decimal | None] = mapped_column(Metres3, doc="收方, where the project carried this class alone")
    t_per_m3_loose: Mapped[Decimal | None] = mapped_column(Numeric(8, 4))
    t_per_m3_in_place: Mapped[Decimal | None] = mapped_column(Numeric(8, 4))
    observed_on: Mapped[date] = mapped_column(Date)
