"""What was copied and what was restored for trial, with how it went."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Identity, Text, func
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base

Moment = TIMESTAMP(timezone=True)


class Kind(StrEnum):
    COPY = "copy"
    DRILL = "drill"


class Outcome(StrEnum):
    GOOD = "good"
    BAD = "bad"


class BackupRun(Base):
    """备份与恢复演练的一次结果. Written when it ended; what never ended shows by being absent."""

    __tablename__ = "backup_run"
    __table_args__ = (one_of("kind", Kind), one_of("outcome", Outcome))
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, server_default="", doc="the copy, as its folder is called")
    began_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, doc="figures and proofs, or the refusal in both languages")
