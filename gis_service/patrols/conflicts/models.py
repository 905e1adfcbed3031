"""The table of conflicts by field."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.parcels.models import Moment
from gis_service.patrols import rules


class FieldConflict(Base):
    """冲突: somebody changed a field from `was` to `mine`, while it had already become `theirs`. The row keeps all three."""

    __tablename__ = "field_conflict"
    __table_args__ = (
        one_of("state", rules.ConflictState),
        Index("ix_field_conflict_open", "created_at", postgresql_where=text("state = 'open'")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    record_uuid: Mapped[UUID] = mapped_column(Uuid, index=True, doc="the record of the phone that came later")
    noun: Mapped[str] = mapped_column(Text, doc="fences, signs, cameras or observation")
    subject_id: Mapped[int] = mapped_column(BigInteger)
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"))
    field: Mapped[str] = mapped_column(Text)
    was: Mapped[Any] = mapped_column(JSONB)
    theirs: Mapped[Any] = mapped_column(JSONB, doc="what stood there when the record came")
    theirs_by: Mapped[str | None] = mapped_column(Text)
    theirs_at: Mapped[datetime | None] = mapped_column(Moment)
    mine: Mapped[Any] = mapped_column(JSONB, doc="what the record says")
    mine_by: Mapped[str] = mapped_column(Text)
    mine_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    chosen: Mapped[Any] = mapped_column(JSONB, nullable=True)
    reason: Mapped[str | None] = mapped_column(Text)
    settled_by: Mapped[int | None] = mapped_column(BigInteger)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
