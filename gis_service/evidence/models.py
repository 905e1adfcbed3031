"""Which packs were sealed of which proceeding: the sums to compare a pack with, years later."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, Text, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base


class EvidencePack(Base):
    """One sealed pack. The pack itself is not kept: it can be made again, and is then another with its own seal."""

    __tablename__ = "evidence_pack"
    __table_args__ = (Index("ix_evidence_pack_proceeding_id", "proceeding_id"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"))
    steps: Mapped[int] = mapped_column(Integer, doc="steps of the log when it was sealed")
    steps_head: Mapped[str] = mapped_column(Text)
    manifest_sha256: Mapped[str] = mapped_column(Text)
    pack_sha256: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    made_by_name: Mapped[str] = mapped_column(Text, server_default="")
