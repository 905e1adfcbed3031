"""The table of rectifications: what lists and figures ask for, beside the proceeding."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base


class Rectification(Base):
    """整改: one problem. `correct_by` is the day the last notice gave, `proposed_by` the one the next paper will say."""

    __tablename__ = "rectification"
    __table_args__ = (
        CheckConstraint("severity in ('low', 'medium', 'high')", name="severity"),
        CheckConstraint("source in ('patrol', 'check', 'meeting', 'superior', 'complaint')", name="source"),
        Index("ix_rectification_parcel_id_item_code", "parcel_id", "item_code"),
        Index("ix_rectification_campaign", "campaign"),
    )
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"), primary_key=True)
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"))
    item_code: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    campaign: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    demand: Mapped[str | None] = mapped_column(Text)
    found_on: Mapped[date] = mapped_column(Date)
    proposed_by: Mapped[date | None] = mapped_column(Date)
    correct_by: Mapped[date | None] = mapped_column(Date)
    recurred: Mapped[bool] = mapped_column(server_default=text("false"))
