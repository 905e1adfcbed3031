"""Tables of the register, its documents, and the staging ground of imports."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.core.srid import STORAGE_SRID
from gis_service.core.versioning import version_table
from gis_service.parcels import rules

Moment = TIMESTAMP(timezone=True)
Metres2 = Numeric(14, 2)


class Ground(Base):
    """底图要素: roads, water and hills around the parcels, so that a map has its bearings without a base map."""

    __tablename__ = "ground"
    __table_args__ = (
        one_of("kind", rules.GroundKind),
        CheckConstraint("st_isvalid(geom) and not st_isempty(geom)", name="geom_valid"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=STORAGE_SRID))


class Deployment(Base):
    """Facts about this database itself, such as that it holds sample data (示例数据)."""

    __tablename__ = "deployment"
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class LandClass(Base):
    """用地分类. The system belongs to the code: 0601 is 工业用地 in one and 农村道路 in the other."""

    __tablename__ = "land_class"
    system: Mapped[str] = mapped_column(Text, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    parent_code: Mapped[str | None] = mapped_column(Text)


class Document(Base):
    """批文/依据: the paper that caused a change."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("district_code", "doc_no"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    doc_no: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    issued_on: Mapped[date | None] = mapped_column(Date)
    issuer: Mapped[str | None] = mapped_column(Text)
    file_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())


class Parcel(Base):
    """地块. `geom` is the truth; `area_registered_m2` is the document's figure and is never overwritten by the computed one."""

    __tablename__ = "parcel"
    __table_args__ = (
        UniqueConstraint("district_code", "parcel_no"),
        CheckConstraint("btrim(parcel_no) = parcel_no and parcel_no <> ''", name="parcel_no"),
        CheckConstraint(f"parcel_code ~ '{rules.PARCEL_CODE}'", name="parcel_code"),
        CheckConstraint("area_registered_m2 > 0", name="area_registered"),
        CheckConstraint("area_computed_m2 > 0", name="area_computed"),
        CheckConstraint("fence_ratio between 0 and 1", name="fence_ratio"),
        CheckConstraint("planned_supply_year between 1990 and 2100", name="planned_supply_year"),
        CheckConstraint("st_isvalid(geom) and not st_isempty(geom)", name="geom_valid"),
        CheckConstraint(
            "cardinality(use_status) > 0 and use_status <@ array["
            + ", ".join(f"'{value}'" for value in rules.UseStatus)
            + "]::text[]",
            name="use_status",
        ),
        CheckConstraint(
            "handover_status <> 'handed_over' or custodian_unit_id is not null", name="handed_over_to_whom"
        ),
        *(one_of(name, values) for name, values in rules.VOCABULARIES.items() if name != "use_status"),
        ForeignKeyConstraint(["current_class_system", "current_class_code"], ["land_class.system", "land_class.code"]),
        ForeignKeyConstraint(["planned_class_system", "planned_class_code"], ["land_class.system", "land_class.code"]),
        Index("ix_parcel_area_id_id", "area_id", "id"),
        Index("ix_parcel_custodian_unit_id_id", "custodian_unit_id", "id"),
        Index("ix_parcel_parcel_code", "parcel_code"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    parcel_no: Mapped[str] = mapped_column(Text)
    parcel_name: Mapped[str | None] = mapped_column(Text)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    location_text: Mapped[str | None] = mapped_column(Text)
    bounds_east: Mapped[str | None] = mapped_column(Text)
    bounds_south: Mapped[str | None] = mapped_column(Text)
    bounds_west: Mapped[str | None] = mapped_column(Text)
    bounds_north: Mapped[str | None] = mapped_column(Text)
    parcel_code: Mapped[str | None] = mapped_column(Text)
    real_estate_unit_no: Mapped[str | None] = mapped_column(Text)
    certificate_no: Mapped[str | None] = mapped_column(Text)
    plan_plot_no: Mapped[str | None] = mapped_column(Text)
    area_registered_m2: Mapped[Decimal | None] = mapped_column(Metres2)
    area_computed_m2: Mapped[Decimal] = mapped_column(Metres2)
    area_computed_crs: Mapped[int] = mapped_column(Integer, doc="EPSG code of the plane it was computed in")
    area_ellipsoid_m2: Mapped[Decimal] = mapped_column(
        Metres2, Computed("round(st_area(geom::geography)::numeric, 2)", persisted=True)
    )
    ownership: Mapped[str] = mapped_column(Text, server_default="state")
    right_holder_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    managing_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    custodian_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    current_class_system: Mapped[str | None] = mapped_column(Text)
    current_class_code: Mapped[str | None] = mapped_column(Text)
    planned_class_system: Mapped[str | None] = mapped_column(Text)
    planned_class_code: Mapped[str | None] = mapped_column(Text)
    plot_ratio: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    building_density: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    green_rate: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    height_limit_m: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    source_type: Mapped[str | None] = mapped_column(Text)
    acquired_on: Mapped[date | None] = mapped_column(Date)
    is_undeveloped: Mapped[bool | None]
    planned_supply_mode: Mapped[str | None] = mapped_column(Text)
    planned_supply_year: Mapped[int | None] = mapped_column(Integer)
    supply_status: Mapped[str] = mapped_column(Text, server_default="not_planned")
    use_status: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{idle}'"))
    fence_status: Mapped[str] = mapped_column(Text, server_default="unknown")
    survey_status: Mapped[str] = mapped_column(Text, server_default="pending")
    disposal_status: Mapped[str] = mapped_column(Text, server_default="not_listed")
    handover_status: Mapped[str] = mapped_column(Text, server_default="not_planned")
    fence_ratio: Mapped[Decimal | None] = mapped_column(
        Numeric(5, 4), doc="fenced share of the perimeter, from the fence lines"
    )
    fence_length_m: Mapped[Decimal | None] = mapped_column(
        Numeric(10, 2), doc="fence that stands, from the fence lines"
    )
    sign_count: Mapped[int] = mapped_column(Integer, server_default=text("0"), doc="signs in good condition")
    camera_count: Mapped[int] = mapped_column(Integer, server_default=text("0"), doc="cameras that are online")
    waste_found: Mapped[bool | None]
    waste_volume_m3: Mapped[Decimal | None] = mapped_column(Numeric(12, 1))
    waste_class: Mapped[str | None] = mapped_column(Text)
    risk_level: Mapped[str] = mapped_column(Text, server_default="medium")
    soil_survey_status: Mapped[str | None] = mapped_column(Text)
    handed_over_on: Mapped[date | None] = mapped_column(Date)
    geom_source: Mapped[str] = mapped_column(Text, server_default="imported")
    geom_accuracy_m: Mapped[Decimal | None] = mapped_column(Numeric(8, 3))
    is_published: Mapped[bool] = mapped_column(server_default=text("false"))
    secrecy_level: Mapped[str] = mapped_column(Text, server_default="internal")
    remark: Mapped[str | None] = mapped_column(Text)
    retired_on: Mapped[date | None] = mapped_column(Date)
    import_batch_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=STORAGE_SRID))
    row_version: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())


class ParcelContact(Base):
    """责任人/联系电话: personal information, kept apart so that rows can be shown without it."""

    __tablename__ = "parcel_contact"
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True)
    person: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)


class ParcelAlias(Base):
    """A number or name the parcel also had; numbers are never used for another parcel."""

    __tablename__ = "parcel_alias"
    __table_args__ = (UniqueConstraint("parcel_id", "kind", "value"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"))
    kind: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text, index=True)
    since: Mapped[datetime] = mapped_column(Moment, server_default=func.version_clock())


class ParcelDocument(Base):
    __tablename__ = "parcel_document"
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(Moment, server_default=func.version_clock())


class BoundaryPoint(Base):
    """界址点, with its coordinates as they came: text, in their own CRS, to the millimetre."""

    __tablename__ = "boundary_point"
    __table_args__ = (UniqueConstraint("parcel_id", "part_no", "ring_no", "seq"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"))
    part_no: Mapped[int]
    ring_no: Mapped[int]
    seq: Mapped[int]
    point_no: Mapped[str] = mapped_column(Text)
    northing_text: Mapped[str] = mapped_column(Text)
    easting_text: Mapped[str] = mapped_column(Text)
    source_crs: Mapped[int] = mapped_column(doc="EPSG code the texts are in")
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=STORAGE_SRID))


class ImportBatch(Base):
    """导入批次: one file, read, checked, then accepted, refused or taken back as one thing."""

    __tablename__ = "import_batch"
    __table_args__ = (
        CheckConstraint(
            "state in ('queued', 'reading', 'checking', 'staged', 'accepted', 'refused', 'undone', 'failed', 'accepting')",
            name="state",
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    file_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    file_name: Mapped[str] = mapped_column(Text)
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    format: Mapped[str | None] = mapped_column(Text)
    crs: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    encoding: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    layers: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    columns: Mapped[list[Any]] = mapped_column(
        JSONB, server_default=text("'[]'"), doc="every column of the file, and what it was taken for"
    )
    previous_batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("import_batch.id"), doc="the import whose file this one corrects"
    )
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_by_name: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    decided_at: Mapped[datetime | None] = mapped_column(Moment)


class StagedRow(Base):
    """One feature of a file as it came, beside what the register would make of it."""

    __tablename__ = "staged_row"
    __table_args__ = (UniqueConstraint("batch_id", "row_no"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    row_no: Mapped[int]
    layer: Mapped[str] = mapped_column(Text)
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    parcel_no: Mapped[str | None] = mapped_column(Text, index=True)
    area_registered_m2: Mapped[Decimal | None] = mapped_column(Metres2)
    area_computed_m2: Mapped[Decimal | None] = mapped_column(Metres2)
    area_computed_crs: Mapped[int | None]
    boundary_points: Mapped[list[Any] | None] = mapped_column(JSONB)
    geom: Mapped[WKBElement | None] = mapped_column(Geometry("MULTIPOLYGON", srid=STORAGE_SRID))
    raw_geom: Mapped[WKBElement | None] = mapped_column(
        Geometry(srid=-1, spatial_index=False), doc="a geometry that was refused, as it came, in its own system"
    )
    verdict: Mapped[str | None] = mapped_column(Text)
    parcel_id: Mapped[int | None] = mapped_column(BigInteger, doc="what it became")
    known_id: Mapped[int | None] = mapped_column(BigInteger, doc="the parcel it changes, in an update")
    changes: Mapped[list[Any] | None] = mapped_column(JSONB, doc="what it changes there, before and after")
    former: Mapped[dict[str, Any] | None] = mapped_column(JSONB, doc="the contact it replaced, for taking it back")
    fixes: Mapped[list[Any]] = mapped_column(
        JSONB, server_default=text("'[]'"), doc="mends of the outline, in their order"
    )
    original: Mapped[dict[str, Any] | None] = mapped_column(JSONB, doc="the row as it was before it was mended")


class ImportIssue(Base):
    """What a check says of a file, a row, a field; the place of a fault as a point where there is one."""

    __tablename__ = "import_issue"
    __table_args__ = (CheckConstraint("level in ('error', 'warning', 'info')", name="level"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), index=True)
    row_no: Mapped[int | None]
    level: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    field: Mapped[str | None] = mapped_column(Text)
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text)
    place: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=STORAGE_SRID, spatial_index=False))
    source: Mapped[str] = mapped_column(Text, server_default="read", doc="read with the file, or found by a check")


class ImportProfile(Base):
    """发件单位的列对应: how somebody's columns were understood last time. A profile without a sender goes by the columns alone."""

    __tablename__ = "import_profile"
    __table_args__ = (UniqueConstraint("district_code", "sender", "fingerprint"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    sender: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(Text, index=True, doc="of the names of the columns, in any order")
    columns: Mapped[dict[str, Any]] = mapped_column(JSONB, doc="register field -> column of the file, empty: unused")
    class_system: Mapped[str | None] = mapped_column(Text)
    crs: Mapped[str | None] = mapped_column(Text)
    encoding: Mapped[str | None] = mapped_column(Text)
    used_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    used_by: Mapped[int | None] = mapped_column(BigInteger)
    used_by_name: Mapped[str] = mapped_column(Text, server_default="")


ParcelVersion = version_table(Parcel.__table__)
BoundaryPointVersion = version_table(BoundaryPoint.__table__)
Index("ix_boundary_point_version_parcel_id", BoundaryPointVersion.c.parcel_id)
_V = ParcelVersion.c
# one version of one parcel at a moment, and the present one, in a single step however many there were
Index("ix_parcel_version_id_valid", _V.id, _V.valid_to, _V.valid_from)
# the whole register at a moment; counting needs no look at the rows, row policy included
Index(
    "ix_parcel_version_valid",
    _V.valid,
    postgresql_using="gist",
    postgresql_include=["id", "area_id", "custodian_unit_id", "is_published", "retired_on"],
)
# the newest changes first, and how many there were on each day
Index(
    "ix_parcel_version_valid_from",
    _V.valid_from,
    _V.id,
    postgresql_include=["area_id", "custodian_unit_id", "is_published"],
)
