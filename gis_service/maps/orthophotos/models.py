"""正射影像: a picture of the ground on one day, its original and what is drawn of it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Identity, Integer, Numeric, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.core.srid import STORAGE_SRID
from gis_service.maps.orthophotos.rules import State
from gis_service.parcels.models import Moment


class Orthophoto(Base):
    __tablename__ = "orthophoto"
    __table_args__ = (
        one_of("state", State),
        CheckConstraint("cleared", name="cleared"),
        CheckConstraint(
            "state <> 'ready' or (cog_sha256 is not null and footprint is not null and min_zoom <= max_zoom)",
            name="ready",
        ),
        CheckConstraint("state <> 'withdrawn' or btrim(withdrawn_reason) <> ''", name="withdrawn_why"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    taken_on: Mapped[date] = mapped_column(Date)
    source: Mapped[str] = mapped_column(Text, server_default="", doc="who flew it, or which satellite")
    remark: Mapped[str] = mapped_column(Text, server_default="", doc="licence, limits of use")
    cleared: Mapped[bool] = mapped_column(doc="somebody said that it holds no state secret; others are not kept")
    original_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    original_name: Mapped[str] = mapped_column(Text, doc="as the sender called it; never used as a path")
    said: Mapped[dict[str, Any]] = mapped_column(JSONB, doc="system and world file told beside the original")
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    stage: Mapped[str] = mapped_column(Text, server_default="", doc="how far the work is")
    percent: Mapped[int] = mapped_column(Integer, server_default="0")
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    cog_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"), doc="what tiles are cut from")
    crs: Mapped[int | None] = mapped_column(Integer, doc="EPSG code of the original")
    resolution_m: Mapped[Decimal | None] = mapped_column(Numeric(8, 4), doc="of the original, on the ground")
    min_zoom: Mapped[int | None] = mapped_column(Integer)
    max_zoom: Mapped[int | None] = mapped_column(Integer)
    footprint: Mapped[WKBElement | None] = mapped_column(
        Geometry("POLYGON", srid=STORAGE_SRID), doc="the ground it shows; by it one sees the picture"
    )
    made_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    made_by_name: Mapped[str] = mapped_column(Text, server_default="")
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_by_name: Mapped[str | None] = mapped_column(Text)
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)
