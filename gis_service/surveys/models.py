"""The survey beside its proceeding, the points it made with strata and samples, and its geophysics lines.

Points are never changed: a wrong one is withdrawn with a reason and read in anew. The database refuses strata that gap or overlap
when the transaction ends (`migrations/objects/122_surveys.sql`), and any point of a survey that was approved.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.models import Moment
from gis_service.surveys import rules

Depth = Numeric(7, 3)


def removed_why() -> CheckConstraint:
    """What is withdrawn says why."""
    return CheckConstraint("removed_at is null or btrim(removed_reason) <> ''", name="removed_why")


class Survey(Base):
    """摸排 of one parcel; its stage is the state of its proceeding."""

    __tablename__ = "survey"
    __table_args__ = (one_of("result", rules.SurveyResult), one_of("suspicion", rules.Suspicion))
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"), primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), index=True)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("survey_programme.id"), index=True)
    contractor: Mapped[str | None] = mapped_column(Text)
    suspicion: Mapped[str | None] = mapped_column(Text, doc="how likely waste is, by papers and walk-over")
    result: Mapped[str | None] = mapped_column(Text)
    reported_on: Mapped[date | None] = mapped_column(Date)
    approved_on: Mapped[date | None] = mapped_column(Date)


class SurveyPoint(Base):
    """钻孔、探坑、探槽. Plane coordinates as they came, with their CRS; `geom` is the same place in the storage system."""

    __tablename__ = "survey_point"
    __table_args__ = (
        one_of("kind", rules.PointKind),
        one_of("position_method", rules.PositionMethod),
        one_of("odour", rules.Odour),
        CheckConstraint("total_depth_m > 0", name="total_depth"),
        CheckConstraint("water_first_m between 0 and total_depth_m", name="water_first"),
        CheckConstraint("water_stable_m between 0 and total_depth_m", name="water_stable"),
        removed_why(),
        Index("uq_survey_point_no", "survey_id", "point_no", unique=True, postgresql_where=text("removed_at is null")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.proceeding_id"), index=True)
    point_no: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    easting: Mapped[Decimal] = mapped_column(Numeric(14, 3))
    northing: Mapped[Decimal] = mapped_column(Numeric(14, 3))
    crs: Mapped[int] = mapped_column(Integer, doc="EPSG code the coordinates are written in")
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=STORAGE_SRID))
    ground_elev_m: Mapped[Decimal | None] = mapped_column(Numeric(8, 3), doc="1985国家高程基准")
    position_method: Mapped[str | None] = mapped_column(Text)
    made_on: Mapped[date | None] = mapped_column(Date)
    contractor: Mapped[str] = mapped_column(Text, server_default="")
    driller: Mapped[str] = mapped_column(Text, server_default="")
    logger: Mapped[str] = mapped_column(Text, server_default="")
    total_depth_m: Mapped[Decimal] = mapped_column(Depth)
    diameter_mm: Mapped[Decimal | None] = mapped_column(Numeric(7, 1))
    bottom_reached: Mapped[bool] = mapped_column(doc="ended in natural ground; if not, its waste is a lower bound")
    water_first_m: Mapped[Decimal | None] = mapped_column(Depth, doc="初见水位, below ground")
    water_stable_m: Mapped[Decimal | None] = mapped_column(Depth, doc="稳定水位, below ground")
    odour: Mapped[str | None] = mapped_column(Text)
    gas: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    pid_ppm: Mapped[Decimal | None] = mapped_column(Numeric(10, 3))
    backfilled_on: Mapped[date | None] = mapped_column(Date)
    remark: Mapped[str] = mapped_column(Text, server_default="")
    waste_top_m: Mapped[Decimal | None] = mapped_column(Depth, doc="first waste from: the cover")
    waste_bottom_m: Mapped[Decimal | None] = mapped_column(Depth)
    waste_thickness_m: Mapped[Decimal] = mapped_column(Depth, server_default=text("0"), doc="sum of the waste layers")
    file_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"), doc="the file it was read from")
    file_row: Mapped[int | None] = mapped_column(Integer)
    added_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    added_by: Mapped[int | None] = mapped_column(BigInteger)
    added_by_name: Mapped[str] = mapped_column(Text, server_default="")
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    removed_by_name: Mapped[str | None] = mapped_column(Text)
    removed_reason: Mapped[str | None] = mapped_column(Text)


class Stratum(Base):
    """地层 of a point, from the ground down."""

    __tablename__ = "stratum"
    __table_args__ = (
        UniqueConstraint("point_id", "seq"),
        one_of("waste_class", rules.WasteClass),
        one_of("odour", rules.Odour),
        CheckConstraint("from_m >= 0 and to_m > from_m", name="depths"),
        CheckConstraint("is_waste or waste_class is null", name="class_of_waste"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("survey_point.id"))
    seq: Mapped[int]
    from_m: Mapped[Decimal] = mapped_column(Depth)
    to_m: Mapped[Decimal] = mapped_column(Depth)
    soil_name: Mapped[str] = mapped_column(Text)
    is_waste: Mapped[bool]
    waste_class: Mapped[str | None] = mapped_column(Text)
    composition_pct: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    moisture: Mapped[str] = mapped_column(Text, server_default="")
    colour: Mapped[str] = mapped_column(Text, server_default="")
    odour: Mapped[str | None] = mapped_column(Text)
    degradation: Mapped[str] = mapped_column(Text, server_default="")
    description: Mapped[str] = mapped_column(Text, server_default="")


class SurveySample(Base):
    """样品, with its way to the laboratory."""

    __tablename__ = "survey_sample"
    __table_args__ = (
        UniqueConstraint("point_id", "sample_no"),
        one_of("medium", rules.Medium),
        CheckConstraint("from_m >= 0 and to_m >= from_m", name="depths"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("survey_point.id"))
    sample_no: Mapped[str] = mapped_column(Text)
    from_m: Mapped[Decimal] = mapped_column(Depth)
    to_m: Mapped[Decimal] = mapped_column(Depth)
    medium: Mapped[str] = mapped_column(Text)
    container: Mapped[str] = mapped_column(Text, server_default="")
    preserved: Mapped[str] = mapped_column(Text, server_default="")
    laboratory: Mapped[str] = mapped_column(Text, server_default="")
    taken_on: Mapped[date | None] = mapped_column(Date)
    received_on: Mapped[date | None] = mapped_column(Date)


class SampleResult(Base):
    """检测结果: one value of one sample. `<` before it: below the limit of detection."""

    __tablename__ = "sample_result"
    __table_args__ = (
        UniqueConstraint("sample_id", "analyte", "method"),
        CheckConstraint("qualifier in ('', '<')", name="qualifier"),
        CheckConstraint("value >= 0 or analyte = 'pH'", name="value"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("survey_sample.id"))
    analyte: Mapped[str] = mapped_column(Text)
    value: Mapped[Decimal] = mapped_column(Numeric)
    unit: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text, server_default="")
    detection_limit: Mapped[Decimal | None] = mapped_column(Numeric)
    qualifier: Mapped[str] = mapped_column(Text, server_default="")
    added_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    added_by_name: Mapped[str] = mapped_column(Text, server_default="")


class PointPhoto(Base):
    """Photos of a point: the site, the full core box, each layer of waste, the sample."""

    __tablename__ = "survey_point_photo"
    __table_args__ = (UniqueConstraint("point_id", "sha256"), removed_why())
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("survey_point.id"))
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    name: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text, server_default="", doc="现场, 岩芯箱, 固废层, 样品")
    small_sha256: Mapped[str | None] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    added_by_name: Mapped[str] = mapped_column(Text, server_default="")
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    removed_reason: Mapped[str | None] = mapped_column(Text)


class GeophysicsLine(Base):
    """物探测线, with the picture of its section and the ground it found odd. Not proof."""

    __tablename__ = "geophysics_line"
    __table_args__ = (
        one_of("method", rules.Geophysics),
        removed_why(),
        Index(
            "uq_geophysics_line_no", "survey_id", "line_no", unique=True, postgresql_where=text("removed_at is null")
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.proceeding_id"))
    line_no: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    made_on: Mapped[date | None] = mapped_column(Date)
    geom: Mapped[WKBElement] = mapped_column(Geometry("LINESTRING", srid=STORAGE_SRID))
    spacing_m: Mapped[Decimal | None] = mapped_column(Numeric(6, 2), doc="between electrodes or profiles")
    depth_m: Mapped[Decimal | None] = mapped_column(Numeric(6, 2), doc="depth of interest")
    interpretation: Mapped[str] = mapped_column(Text, server_default="")
    anomaly: Mapped[WKBElement | None] = mapped_column(Geometry("MULTIPOLYGON", srid=STORAGE_SRID))
    picture_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    picture_name: Mapped[str | None] = mapped_column(Text)
    small_sha256: Mapped[str | None] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    added_by_name: Mapped[str] = mapped_column(Text, server_default="")
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    removed_reason: Mapped[str | None] = mapped_column(Text)
