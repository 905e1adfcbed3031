"""Estimates of volume. A row is never changed after it was worked out: a new question is a new estimate."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base
from gis_service.parcels.models import Moment
from gis_service.surveys.bodies.models import Volume


class VolumeEstimate(Base):
    """方量估算, in place. `inputs` and `versions` are what it takes to work it out again to the digit."""

    __tablename__ = "volume_estimate"
    __table_args__ = (
        CheckConstraint("state in ('queued', 'done', 'failed')", name="state"),
        CheckConstraint("(state = 'done') = (result is not null)", name="result"),
        Index("ix_volume_estimate_survey_id", "survey_id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.proceeding_id"))
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    inputs: Mapped[dict[str, Any]] = mapped_column(
        JSONB, doc="holes, ground, options and seed, as handed to the library"
    )
    inputs_sha256: Mapped[str] = mapped_column(Text)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    low_m3: Mapped[Decimal | None] = mapped_column(Volume)
    best_m3: Mapped[Decimal | None] = mapped_column(Volume)
    high_m3: Mapped[Decimal | None] = mapped_column(Volume)
    versions: Mapped[dict[str, Any] | None] = mapped_column(JSONB, doc="of the libraries that worked it out")
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSONB, doc="why it could not be worked out: zh, en")
    made_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    made_by_name: Mapped[str] = mapped_column(Text, server_default="")
