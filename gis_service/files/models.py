"""What is known of a stored file; the bytes lie in the file store under the same hash."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Text, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base


class StoredFile(Base):
    __tablename__ = "stored_file"
    __table_args__ = (CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),)
    sha256: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, doc="as the sender called it; never used as a path")
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    stored_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now(), index=True)
    stored_by: Mapped[int | None] = mapped_column(BigInteger)
