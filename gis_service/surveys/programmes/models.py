"""A survey programme and its targets as they were on the day they were frozen."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Integer,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.parcels.models import Metres2, Moment
from gis_service.surveys.programmes import rules


class SurveyProgramme(Base):
    """摸排方案. Its rule is kept as data; once frozen neither rule nor targets change."""

    __tablename__ = "survey_programme"
    __table_args__ = (
        UniqueConstraint("district_code", "title"),
        one_of("state", rules.ProgrammeState),
        CheckConstraint("(state = 'draft') = (frozen_on is null)", name="frozen"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    rule: Mapped[dict[str, Any]] = mapped_column(JSONB)
    due_on: Mapped[date | None] = mapped_column(Date, doc="to be finished by")
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    frozen_on: Mapped[date | None] = mapped_column(Date, doc="the day whose register the targets were taken from")
    frozen_by_name: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default="")
    made_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    made_by_name: Mapped[str] = mapped_column(Text, server_default="")
    row_version: Mapped[int] = mapped_column(Integer, server_default=text("1"))


class SurveyTarget(Base):
    """A parcel that must be searched, with number and area as the register had them on that day."""

    __tablename__ = "survey_target"
    programme_id: Mapped[int] = mapped_column(ForeignKey("survey_programme.id"), primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True, index=True)
    parcel_no: Mapped[str] = mapped_column(Text)
    area_m2: Mapped[Decimal] = mapped_column(Metres2)
    because: Mapped[list[Any]] = mapped_column(JSONB, doc="which conditions of the rule held: undeveloped, supply_year")
