"""Templates that a clerk changed, every version of them, and the last number taken in each series."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, Text, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base


class PaperTemplate(Base):
    """One version of a template; version 0, the shipped one, has no row. The bytes lie in the file store."""

    __tablename__ = "paper_template"
    __table_args__ = (
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("length(btrim(note)) > 0", name="note"),
    )
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    note: Mapped[str] = mapped_column(Text, doc="what was changed, by whoever changed it")
    uploaded_by: Mapped[int | None] = mapped_column(BigInteger)
    uploaded_by_name: Mapped[str] = mapped_column(Text, server_default="")
    uploaded_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class PaperNumber(Base):
    """The last number taken of a series in a year. Its row is held until the paper is committed: no doubles, no gaps."""

    __tablename__ = "paper_number"
    __table_args__ = (
        CheckConstraint("last > 0", name="last"),
        CheckConstraint("year between 2000 and 2200", name="year"),
    )
    district_code: Mapped[str] = mapped_column(Text, primary_key=True)
    unit_code: Mapped[str] = mapped_column(Text, primary_key=True)
    series: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)
