"""Tables of handovers: the batch, one parcel's handover in it, and the acts of a batch with what became of each parcel."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.handover.rules import BatchState
from gis_service.parcels.models import Moment


class HandoverBatch(Base):
    """移交批次: what one giving and one receiving unit settle together, before a witness where there is one."""

    __tablename__ = "handover_batch"
    __table_args__ = (
        UniqueConstraint("district_code", "batch_no"),
        one_of("state", BatchState),
        CheckConstraint("btrim(title) <> ''", name="title"),
        CheckConstraint("giving_unit_id <> receiving_unit_id", name="two_units"),
        CheckConstraint("witness_unit_id not in (giving_unit_id, receiving_unit_id)", name="third_unit"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    batch_no: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    giving_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), doc="移交方")
    receiving_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), doc="接收方: will have the care")
    witness_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), doc="见证方; nobody: two sign")
    planned_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    remark: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_by_name: Mapped[str] = mapped_column(Text, server_default="")
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    row_version: Mapped[int] = mapped_column(Integer, server_default=text("1"))


class Handover(Base):
    """移交: one parcel's way through a batch. Units and area stand here too, for the row policy; they follow the proceeding."""

    __tablename__ = "handover"
    __table_args__ = (
        Index("ix_handover_batch_id", "batch_id"),
        Index("ix_handover_parcel_id", "parcel_id"),
        Index("uq_handover_under_way", "parcel_id", unique=True, postgresql_where=text("is_under_way")),
        Index("ix_handover_witness_unit_id", "witness_unit_id"),
    )
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("handover_batch.id"))
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    giving_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    receiving_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    witness_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    custodian_before_id: Mapped[int | None] = mapped_column(
        ForeignKey("unit.id"), doc="who had the care when it was listed"
    )
    status_before: Mapped[str] = mapped_column(Text, doc="the parcel's handover_status when it was listed")
    is_under_way: Mapped[bool] = mapped_column(server_default=text("true"), doc="until signed, withdrawn or refused")


class HandoverAct(Base):
    """One act of a batch on many parcels: what was asked, and what became of each."""

    __tablename__ = "handover_act"
    __table_args__ = (
        CheckConstraint("kind in ('step', 'paper', 'upload', 'sign', 'add')", name="kind"),
        CheckConstraint("state in ('queued', 'done', 'failed')", name="state"),
        Index("ix_handover_act_batch_id", "batch_id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("handover_batch.id"))
    kind: Mapped[str] = mapped_column(Text)
    what: Mapped[dict[str, Any]] = mapped_column(JSONB, doc="what was asked")
    state: Mapped[str] = mapped_column(Text, server_default="done")
    results: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"), doc="each parcel: done, or why not")
    waiting: Mapped[dict[str, Any] | None] = mapped_column(JSONB, doc="who asked, for the worker; empty once done")
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_by_name: Mapped[str] = mapped_column(Text, server_default="")
    done_at: Mapped[datetime | None] = mapped_column(Moment)
