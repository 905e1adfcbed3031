"""Tables of bulk changes: the act as a whole, and which version of which parcel it began and ended with."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Integer, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base
from gis_service.parcels.bulk.rules import State

Moment = TIMESTAMP(timezone=True)


class BulkChange(Base):
    """批量修改: who changed which columns of how many parcels, when and why."""

    __tablename__ = "bulk_change"
    __table_args__ = (
        CheckConstraint("state in (" + ", ".join(f"'{state}'" for state in State) + ")", name="state"),
        CheckConstraint("count >= 0", name="count"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reason: Mapped[str | None] = mapped_column(Text)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    count: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    waiting: Mapped[dict[str, Any] | None] = mapped_column(JSONB, doc="what a job has yet to do, and in which scope")
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    tx: Mapped[str | None] = mapped_column(Text, doc="the writing transaction, as the version tables name it")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_by_name: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    undone_count: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    undone_by_name: Mapped[str | None] = mapped_column(Text)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    undone_reason: Mapped[str | None] = mapped_column(Text)


class BulkChangeParcel(Base):
    """One parcel of a bulk change: its `row_version` before and after, and whether it was taken back."""

    __tablename__ = "bulk_change_parcel"
    bulk_change_id: Mapped[int] = mapped_column(ForeignKey("bulk_change.id"), primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True, index=True)
    version_before: Mapped[int] = mapped_column(Integer)
    version_after: Mapped[int] = mapped_column(Integer)
    is_undone: Mapped[bool] = mapped_column(server_default=text("false"))
