"""An export that is made as a job: what was asked, how far it is, where its file lies, and until when."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Identity, Integer, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.exports.rules import State

Moment = TIMESTAMP(timezone=True)


class Export(Base):
    """导出任务. Seen by who asked for it and by nobody else; the record stays when its file is removed."""

    __tablename__ = "export"
    __table_args__ = (
        one_of("state", State),
        CheckConstraint("file_sha256 ~ '^[0-9a-f]{64}$'", name="file_sha256"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    asked: Mapped[dict[str, Any]] = mapped_column(
        JSONB, doc="words of who asked, filters, and the scope it was asked in"
    )
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    rows: Mapped[int] = mapped_column(Integer, doc="parcels when it was asked, then those written")
    written: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    notes: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    file_name: Mapped[str | None] = mapped_column(Text)
    file_sha256: Mapped[str | None] = mapped_column(Text)
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    created_by: Mapped[int | None] = mapped_column(BigInteger, index=True)
    created_by_name: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
