"""Snapshots of months, the packs made from them, and what officers note on parcels month by month."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Integer,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.parcels.models import Moment
from gis_service.reports.rules import PackState, ReportState


class _Sight:
    """Whose land it holds; who sees all of that land may see it."""

    see_all: Mapped[bool]
    area_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))
    unit_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))


class MonthlyReport(_Sight, Base):
    """月度快照: a month as it was at its cut-off. It is never changed; a correction is the next edition, with its reason."""

    __tablename__ = "monthly_report"
    __table_args__ = (
        CheckConstraint("extract(day from month) = 1", name="month"),
        CheckConstraint("edition >= 1", name="edition"),
        CheckConstraint("edition = 1 or btrim(reason) <> ''", name="corrected_why"),
        one_of("state", ReportState),
        UniqueConstraint("district_code", "month", "see_all", "area_ids", "unit_ids", "edition", name="uq_monthly_report_edition"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    month: Mapped[date] = mapped_column(Date, doc="its first day")
    edition: Mapped[int] = mapped_column(Integer)
    as_of: Mapped[datetime] = mapped_column(Moment, doc="数据截止")
    snapshot_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    reason: Mapped[str] = mapped_column(Text, server_default="", doc="why it was corrected")
    state: Mapped[str] = mapped_column(Text, server_default="closed")
    made_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    made_by_name: Mapped[str] = mapped_column(Text, server_default="")
    row_version: Mapped[int] = mapped_column(Integer, server_default=text("1"))


class MonthlyPack(_Sight, Base):
    """调度材料: one making of a pack. `report_id` is its snapshot; a draft of the current month has none."""

    __tablename__ = "monthly_pack"
    __table_args__ = (
        CheckConstraint("extract(day from month) = 1", name="month"),
        one_of("state", PackState),
        CheckConstraint("(state = 'failed') = (error is not null)", name="failed_why"),
        CheckConstraint("not (is_draft and report_id is not null)", name="draft"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("monthly_report.id"), index=True)
    district_code: Mapped[str] = mapped_column(Text)
    month: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text, server_default="", doc="asks for a new edition")
    is_draft: Mapped[bool]
    as_of: Mapped[datetime | None] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    stage: Mapped[str] = mapped_column(Text, server_default="")
    steps_done: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    steps: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    files: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    made_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    made_by_name: Mapped[str] = mapped_column(Text, server_default="")
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class MonthlyNote(Base):
    """What an officer says of a parcel in a month; it holds for later months until somebody says something else. Only grows."""

    __tablename__ = "monthly_note"
    __table_args__ = (
        CheckConstraint("extract(day from month) = 1", name="month"),
        CheckConstraint("version >= 1", name="version"),
        UniqueConstraint("parcel_id", "month", "version"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"))
    month: Mapped[date] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer)
    difficulty: Mapped[str] = mapped_column(Text, server_default="", doc="存在困难")
    next_step: Mapped[str] = mapped_column(Text, server_default="", doc="下一步措施")
    responsible: Mapped[str] = mapped_column(Text, server_default="", doc="责任人")
    due_on: Mapped[date | None] = mapped_column(Date, doc="完成时限")
    written_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    written_by: Mapped[int | None] = mapped_column(BigInteger)
    written_by_name: Mapped[str] = mapped_column(Text, server_default="")
