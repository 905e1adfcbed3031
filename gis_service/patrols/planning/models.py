"""Tables of plans and tasks."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.parcels.models import Moment
from gis_service.parcels.rules import RiskLevel
from gis_service.patrols import rules


class PatrolPlan(Base):
    """巡查计划: `times` rounds in every `per_days` days over the land it names; an extra round has its reason and its days."""

    __tablename__ = "patrol_plan"
    __table_args__ = (
        one_of("kind", rules.PlanKind),
        one_of("walker", rules.Walker),
        CheckConstraint("risk_level in (" + ", ".join(f"'{v}'" for v in RiskLevel) + ")", name="risk_level"),
        CheckConstraint("reason in (" + ", ".join(f"'{v}'" for v in rules.ExtraReason) + ")", name="reason"),
        CheckConstraint("(kind = 'extra') = (reason is not null)", name="extra_has_reason"),
        CheckConstraint("times between 1 and 10 and per_days between 1 and 366", name="frequency"),
        CheckConstraint("ends_on >= starts_on", name="days"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, server_default="regular")
    reason: Mapped[str | None] = mapped_column(Text)
    walker: Mapped[str] = mapped_column(Text)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), doc="only the land of this area; else all")
    risk_level: Mapped[str | None] = mapped_column(Text, doc="only land of this risk; else all")
    times: Mapped[int]
    per_days: Mapped[int]
    night: Mapped[bool] = mapped_column(server_default=text("false"))
    workdays_only: Mapped[bool] = mapped_column(server_default=text("false"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    stopped_at: Mapped[datetime | None] = mapped_column(Moment)
    generated_at: Mapped[datetime | None] = mapped_column(Moment, doc="when its tasks were last made")
    row_version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    created_by: Mapped[int | None] = mapped_column(BigInteger)


class PatrolTask(Base):
    """巡查任务: one round over some parcels of one grid cell, by one person (or any of one unit), between two days."""

    __tablename__ = "patrol_task"
    __table_args__ = (
        one_of("state", rules.TaskState),
        CheckConstraint("due_on >= due_from", name="days"),
        # the same round is never made twice, however often tasks are generated
        UniqueConstraint("plan_id", "round_no", "grid_cell_id", "unit_id", "part_no", name="uq_patrol_task_round", postgresql_nulls_not_distinct=True),
        Index("ix_patrol_task_assignee_id_state", "assignee_id", "state"),
        Index("ix_patrol_task_unit_id_due_on", "unit_id", "due_on"),
        Index("ix_patrol_task_area_id_due_on", "area_id", "due_on"),
        Index("ix_patrol_task_due_on", "due_on"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("patrol_plan.id"), doc="none: given out by hand")
    round_no: Mapped[int | None]
    part_no: Mapped[int] = mapped_column(server_default=text("1"), doc="a cell with much land makes several tasks")
    title: Mapped[str] = mapped_column(Text)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    grid_cell_id: Mapped[int | None] = mapped_column(ForeignKey("grid_cell.id", ondelete="SET NULL"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), doc="the unit that walks; none: the district")
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    night: Mapped[bool] = mapped_column(server_default=text("false"))
    due_from: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    minutes: Mapped[int | None] = mapped_column(doc="how long it takes, estimated; none: nobody reckoned")
    route_m: Mapped[int | None] = mapped_column(doc="way between its parcels in their order, along straight lines")
    state: Mapped[str] = mapped_column(Text, server_default="open")
    closed_reason: Mapped[str | None] = mapped_column(Text)
    escalated_at: Mapped[datetime | None] = mapped_column(Moment)
    row_version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())


class PatrolTaskParcel(Base):
    """The parcels of a task in the order in which they are best walked."""

    __tablename__ = "patrol_task_parcel"
    task_id: Mapped[int] = mapped_column(ForeignKey("patrol_task.id"), primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True, index=True)
    seq: Mapped[int]
    visited_at: Mapped[datetime | None] = mapped_column(Moment)
