"""Table of the evidence packs that were made of cases."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base


class CasePack(Base):
    """证据包: the seal of one that was made, so that it can be held against the file years later."""

    __tablename__ = "case_pack"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"), index=True)
    sealed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    sealed_by_name: Mapped[str] = mapped_column(Text)
    pack_sha256: Mapped[str] = mapped_column(Text)
    manifest_sha256: Mapped[str] = mapped_column(Text)
    steps_head: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
