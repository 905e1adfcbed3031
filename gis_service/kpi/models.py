"""年度计划值: what a figure is to reach by the end of a year, for the district, an area or a unit; every state it had is kept."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base
from gis_service.core.versioning import version_table
from gis_service.parcels.models import Moment


class KpiTarget(Base):
    """A planned value in the unit of its indicator; without a value it was taken back."""

    __tablename__ = "kpi_target"
    __table_args__ = (
        UniqueConstraint(
            "district_code", "code", "year", "area_id", "unit_id", name="uq_kpi_target_of", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint("area_id is null or unit_id is null", name="one_scope"),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("year between 2000 and 2100", name="year"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text, doc="of the indicator, kpi/catalogue.py")
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int] = mapped_column(Integer)
    value: Mapped[Decimal | None] = mapped_column(Numeric(16, 3))
    note: Mapped[str] = mapped_column(Text, server_default="")
    set_by_name: Mapped[str] = mapped_column(Text, server_default="")
    row_version: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    updated_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())


KpiTargetVersion = version_table(KpiTarget.__table__)
