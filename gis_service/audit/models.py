"""Audit entries and the seals over them. Both only grow: a trigger refuses anything but inserts."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Identity, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base

Moment = TIMESTAMP(timezone=True)


class AuditEntry(Base):
    __tablename__ = "audit_entry"
    __table_args__ = (CheckConstraint("outcome in ('done', 'refused')", name="outcome"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, server_default=func.clock_timestamp())
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text, server_default="done")
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    request_id: Mapped[str] = mapped_column(Text, server_default="")
    address: Mapped[str] = mapped_column(Text, server_default="")


class AuditSeal(Base):
    """One link of the chain: the entries `from_id` … `to_id`, hashed together with the link before."""

    __tablename__ = "audit_seal"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    from_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    to_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    entries: Mapped[int] = mapped_column(BigInteger)
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime] = mapped_column(Moment, server_default=func.clock_timestamp())
