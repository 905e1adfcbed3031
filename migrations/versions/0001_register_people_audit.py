"""register, people, audit

Revision 0001, after
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_geospatial_table(
        "area",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("district_code", "code", name=op.f("uq_area_district_code_code")),
        sa.UniqueConstraint("district_code", "name", name=op.f("uq_area_district_code_name")),
    )
    op.create_geospatial_index(
        "idx_area_geom", "area", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="done", nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("request_id", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("outcome in ('done', 'refused')", name=op.f("ck_audit_entry_outcome")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_table(
        "audit_seal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "sealed_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("from_id", name=op.f("uq_audit_seal_from_id")),
        sa.UniqueConstraint("to_id", name=op.f("uq_audit_seal_to_id")),
    )
    op.create_geospatial_table(
        "boundary_point_version",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("part_no", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("ring_no", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("point_no", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("northing_text", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("easting_text", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("source_crs", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            autoincrement=False,
            nullable=True,
        ),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("version_document_id", sa.BigInteger(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("tx", sa.Text(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("id"), "="), (sa.column("valid"), "&&"), using="gist", name="ex_boundary_point_version_valid"
        ),
        sa.PrimaryKeyConstraint("id", "version_no", name=op.f("pk_boundary_point_version")),
    )
    op.create_geospatial_index(
        "idx_boundary_point_version_geom",
        "boundary_point_version",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_table(
        "deployment",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_deployment")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "land_class",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("system", "code", name=op.f("pk_land_class")),
    )
    op.create_geospatial_table(
        "parcel_version",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("district_code", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("parcel_no", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("parcel_name", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("area_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("location_text", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("bounds_east", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("bounds_south", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("bounds_west", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("bounds_north", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("parcel_code", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("real_estate_unit_no", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("certificate_no", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("plan_plot_no", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("area_registered_m2", sa.Numeric(precision=14, scale=2), autoincrement=False, nullable=True),
        sa.Column("area_computed_m2", sa.Numeric(precision=14, scale=2), autoincrement=False, nullable=True),
        sa.Column("area_computed_crs", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("area_ellipsoid_m2", sa.Numeric(precision=14, scale=2), autoincrement=False, nullable=True),
        sa.Column("ownership", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("right_holder_unit_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("managing_unit_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("custodian_unit_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("current_class_system", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("current_class_code", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("planned_class_system", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("planned_class_code", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("plot_ratio", sa.Numeric(precision=6, scale=2), autoincrement=False, nullable=True),
        sa.Column("building_density", sa.Numeric(precision=5, scale=2), autoincrement=False, nullable=True),
        sa.Column("green_rate", sa.Numeric(precision=5, scale=2), autoincrement=False, nullable=True),
        sa.Column("height_limit_m", sa.Numeric(precision=6, scale=2), autoincrement=False, nullable=True),
        sa.Column("source_type", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("acquired_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("is_undeveloped", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("planned_supply_mode", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("planned_supply_year", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("supply_status", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("use_status", postgresql.ARRAY(sa.Text()), autoincrement=False, nullable=True),
        sa.Column("fence_status", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("survey_status", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("disposal_status", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("handover_status", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("waste_found", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("waste_volume_m3", sa.Numeric(precision=12, scale=1), autoincrement=False, nullable=True),
        sa.Column("waste_class", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("risk_level", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("soil_survey_status", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("handed_over_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("geom_source", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("geom_accuracy_m", sa.Numeric(precision=8, scale=3), autoincrement=False, nullable=True),
        sa.Column("is_published", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("secrecy_level", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("remark", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("retired_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("import_batch_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            autoincrement=False,
            nullable=True,
        ),
        sa.Column("row_version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), autoincrement=False, nullable=True),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("version_document_id", sa.BigInteger(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("tx", sa.Text(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("id"), "="), (sa.column("valid"), "&&"), using="gist", name="ex_parcel_version_valid"
        ),
        sa.PrimaryKeyConstraint("id", "version_no", name=op.f("pk_parcel_version")),
    )
    op.create_geospatial_index(
        "idx_parcel_version_geom", "parcel_version", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("stored_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_stored_file_sha256")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), server_default="office", nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    op.create_table(
        "app_user",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("must_change_password", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("failed_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("locked_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "password_changed_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("last_login_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state in ('active', 'disabled')", name=op.f("ck_app_user_state")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_app_user_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("username", name=op.f("uq_app_user_username")),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("doc_no", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("file_sha256", sa.Text(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["file_sha256"], ["stored_file.sha256"], name=op.f("fk_document_file_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("district_code", "doc_no", name=op.f("uq_document_district_code_doc_no")),
    )
    op.create_table(
        "import_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("crs", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("encoding", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("layers", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("error", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('queued', 'reading', 'checking', 'staged', 'accepted', 'refused', 'undone', 'failed')",
            name=op.f("ck_import_batch_state"),
        ),
        sa.ForeignKeyConstraint(["file_sha256"], ["stored_file.sha256"], name=op.f("fk_import_batch_file_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_geospatial_table(
        "parcel",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("parcel_no", sa.Text(), nullable=False),
        sa.Column("parcel_name", sa.Text(), nullable=True),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("location_text", sa.Text(), nullable=True),
        sa.Column("bounds_east", sa.Text(), nullable=True),
        sa.Column("bounds_south", sa.Text(), nullable=True),
        sa.Column("bounds_west", sa.Text(), nullable=True),
        sa.Column("bounds_north", sa.Text(), nullable=True),
        sa.Column("parcel_code", sa.Text(), nullable=True),
        sa.Column("real_estate_unit_no", sa.Text(), nullable=True),
        sa.Column("certificate_no", sa.Text(), nullable=True),
        sa.Column("plan_plot_no", sa.Text(), nullable=True),
        sa.Column("area_registered_m2", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("area_computed_m2", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("area_computed_crs", sa.Integer(), nullable=False),
        sa.Column(
            "area_ellipsoid_m2",
            sa.Numeric(precision=14, scale=2),
            sa.Computed("round(st_area(geom::geography)::numeric, 2)", persisted=True),
            nullable=False,
        ),
        sa.Column("ownership", sa.Text(), server_default="state", nullable=False),
        sa.Column("right_holder_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("managing_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("custodian_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("current_class_system", sa.Text(), nullable=True),
        sa.Column("current_class_code", sa.Text(), nullable=True),
        sa.Column("planned_class_system", sa.Text(), nullable=True),
        sa.Column("planned_class_code", sa.Text(), nullable=True),
        sa.Column("plot_ratio", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("building_density", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("green_rate", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("height_limit_m", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("source_type", sa.Text(), nullable=True),
        sa.Column("acquired_on", sa.Date(), nullable=True),
        sa.Column("is_undeveloped", sa.Boolean(), nullable=True),
        sa.Column("planned_supply_mode", sa.Text(), nullable=True),
        sa.Column("planned_supply_year", sa.Integer(), nullable=True),
        sa.Column("supply_status", sa.Text(), server_default="not_planned", nullable=False),
        sa.Column("use_status", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{idle}'"), nullable=False),
        sa.Column("fence_status", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("survey_status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("disposal_status", sa.Text(), server_default="not_listed", nullable=False),
        sa.Column("handover_status", sa.Text(), server_default="not_planned", nullable=False),
        sa.Column("waste_found", sa.Boolean(), nullable=True),
        sa.Column("waste_volume_m3", sa.Numeric(precision=12, scale=1), nullable=True),
        sa.Column("waste_class", sa.Text(), nullable=True),
        sa.Column("risk_level", sa.Text(), server_default="medium", nullable=False),
        sa.Column("soil_survey_status", sa.Text(), nullable=True),
        sa.Column("handed_over_on", sa.Date(), nullable=True),
        sa.Column("geom_source", sa.Text(), server_default="imported", nullable=False),
        sa.Column("geom_accuracy_m", sa.Numeric(precision=8, scale=3), nullable=True),
        sa.Column("is_published", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("secrecy_level", sa.Text(), server_default="internal", nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("import_batch_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("btrim(parcel_no) = parcel_no and parcel_no <> ''", name=op.f("ck_parcel_parcel_no")),
        sa.CheckConstraint(
            "cardinality(use_status) > 0 and use_status <@ array['idle', 'temporary_use', 'occupied', 'planted', 'stockpile', 'parking', 'construction']::text[]",
            name=op.f("ck_parcel_use_status"),
        ),
        sa.CheckConstraint(
            "disposal_status in ('not_listed', 'proposed', 'planned', 'scheme_review', 'approved', 'procurement', 'preparing', 'excavating', 'removing', 'base_inspection', 'backfilling', 'acceptance', 'audited', 'closed_out', 'suspended', 'hazard_found')",
            name=op.f("ck_parcel_disposal_status"),
        ),
        sa.CheckConstraint(
            "fence_status in ('full', 'partial', 'none', 'damaged', 'not_required', 'unknown')",
            name=op.f("ck_parcel_fence_status"),
        ),
        sa.CheckConstraint(
            "geom_source in ('surveyed', 'drawn', 'imported', 'gps', 'gcj02_converted')",
            name=op.f("ck_parcel_geom_source"),
        ),
        sa.CheckConstraint(
            "handover_status <> 'handed_over' or custodian_unit_id is not null",
            name=op.f("ck_parcel_handed_over_to_whom"),
        ),
        sa.CheckConstraint(
            "handover_status in ('not_planned', 'listed', 'prepared', 'consulted', 'inspection', 'issues', 'signing', 'handed_over', 'returned', 'transferred_again', 'supplied')",
            name=op.f("ck_parcel_handover_status"),
        ),
        sa.CheckConstraint("ownership in ('state', 'collective', 'undetermined')", name=op.f("ck_parcel_ownership")),
        sa.CheckConstraint(
            "parcel_code ~ '^\\d{6}\\d{3}\\d{3}[GJZ][A-HSWXY]\\d{5}$'", name=op.f("ck_parcel_parcel_code")
        ),
        sa.CheckConstraint(
            "planned_supply_mode in ('grant', 'allocation', 'lease', 'contribution', 'undecided')",
            name=op.f("ck_parcel_planned_supply_mode"),
        ),
        sa.CheckConstraint("risk_level in ('high', 'medium', 'low')", name=op.f("ck_parcel_risk_level")),
        sa.CheckConstraint("secrecy_level in ('public', 'internal')", name=op.f("ck_parcel_secrecy_level")),
        sa.CheckConstraint(
            "soil_survey_status in ('not_required', 'pending', 'in_progress', 'passed', 'failed')",
            name=op.f("ck_parcel_soil_survey_status"),
        ),
        sa.CheckConstraint(
            "source_type in ('acquisition', 'resumption', 'purchase', 'reclamation', 'exchange', 'historical', 'other')",
            name=op.f("ck_parcel_source_type"),
        ),
        sa.CheckConstraint(
            "supply_status in ('not_planned', 'planned', 'announced', 'supplied', 'withdrawn')",
            name=op.f("ck_parcel_supply_status"),
        ),
        sa.CheckConstraint(
            "survey_status in ('not_required', 'pending', 'desk_done', 'geophysics_done', 'drilling', 'lab', 'reported', 'approved', 'resurvey')",
            name=op.f("ck_parcel_survey_status"),
        ),
        sa.CheckConstraint("area_computed_m2 > 0", name=op.f("ck_parcel_area_computed")),
        sa.CheckConstraint("area_registered_m2 > 0", name=op.f("ck_parcel_area_registered")),
        sa.CheckConstraint("planned_supply_year between 1990 and 2100", name=op.f("ck_parcel_planned_supply_year")),
        sa.CheckConstraint("st_isvalid(geom) and not st_isempty(geom)", name=op.f("ck_parcel_geom_valid")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_parcel_area_id")),
        sa.ForeignKeyConstraint(
            ["current_class_system", "current_class_code"],
            ["land_class.system", "land_class.code"],
            name=op.f("fk_parcel_current_class_system_current_class_code"),
        ),
        sa.ForeignKeyConstraint(["custodian_unit_id"], ["unit.id"], name=op.f("fk_parcel_custodian_unit_id")),
        sa.ForeignKeyConstraint(["managing_unit_id"], ["unit.id"], name=op.f("fk_parcel_managing_unit_id")),
        sa.ForeignKeyConstraint(
            ["planned_class_system", "planned_class_code"],
            ["land_class.system", "land_class.code"],
            name=op.f("fk_parcel_planned_class_system_planned_class_code"),
        ),
        sa.ForeignKeyConstraint(["right_holder_unit_id"], ["unit.id"], name=op.f("fk_parcel_right_holder_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
        sa.UniqueConstraint("district_code", "parcel_no", name=op.f("uq_parcel_district_code_parcel_no")),
    )
    op.create_geospatial_index(
        "idx_parcel_geom", "parcel", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_parcel_area_id_id", "parcel", ["area_id", "id"], unique=False)
    op.create_index("ix_parcel_custodian_unit_id_id", "parcel", ["custodian_unit_id", "id"], unique=False)
    op.create_index(op.f("ix_parcel_import_batch_id"), "parcel", ["import_batch_id"], unique=False)
    op.create_index(
        "ix_parcel_no_trgm",
        "parcel",
        ["parcel_no"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"parcel_no": "gin_trgm_ops"},
    )
    op.create_table(
        "access_token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_access_token_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_access_token_secret_hash")),
    )
    op.create_index(op.f("ix_access_token_user_id"), "access_token", ["user_id"], unique=False)
    op.create_geospatial_table(
        "boundary_point",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("ring_no", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("point_no", sa.Text(), nullable=False),
        sa.Column("northing_text", sa.Text(), nullable=False),
        sa.Column("easting_text", sa.Text(), nullable=False),
        sa.Column("source_crs", sa.Integer(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_boundary_point_parcel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary_point")),
        sa.UniqueConstraint(
            "parcel_id", "part_no", "ring_no", "seq", name=op.f("uq_boundary_point_parcel_id_part_no_ring_no_seq")
        ),
    )
    op.create_geospatial_index(
        "idx_boundary_point_geom", "boundary_point", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "former_password",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_former_password_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_password")),
    )
    op.create_index(op.f("ix_former_password_user_id"), "former_password", ["user_id"], unique=False)
    op.create_geospatial_table(
        "import_issue",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column(
            "place",
            Geometry(
                geometry_type="POINT",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.CheckConstraint("level in ('error', 'warning', 'info')", name=op.f("ck_import_issue_level")),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_import_issue_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_issue")),
    )
    op.create_index(op.f("ix_import_issue_batch_id"), "import_issue", ["batch_id"], unique=False)
    op.create_table(
        "parcel_alias",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_parcel_alias_parcel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel_alias")),
        sa.UniqueConstraint("parcel_id", "kind", "value", name=op.f("uq_parcel_alias_parcel_id_kind_value")),
    )
    op.create_index(op.f("ix_parcel_alias_value"), "parcel_alias", ["value"], unique=False)
    op.create_table(
        "parcel_contact",
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_parcel_contact_parcel_id")),
        sa.PrimaryKeyConstraint("parcel_id", name=op.f("pk_parcel_contact")),
    )
    op.create_table(
        "parcel_document",
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_parcel_document_document_id")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_parcel_document_parcel_id")),
        sa.PrimaryKeyConstraint("parcel_id", "document_id", name=op.f("pk_parcel_document")),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("granted_by", sa.BigInteger(), nullable=True),
        sa.Column("granted_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("user_id"), "="),
            (
                sa.text(
                    "(case when role in ('auditor', 'security_admin', 'system_admin') then role else 'business' end)"
                ),
                "<>",
            ),
            where=sa.text("revoked_at is null"),
            using="gist",
            name="ex_role_grant_three_admins",
        ),
        sa.CheckConstraint("role <> 'unit_user' or unit_id is not null", name=op.f("ck_role_grant_unit_user_has_unit")),
        sa.CheckConstraint(
            "role in ('guest', 'inspector', 'land_officer', 'waste_officer', 'case_officer', 'leader', 'unit_user', 'system_admin', 'security_admin', 'auditor')",
            name=op.f("ck_role_grant_role"),
        ),
        sa.CheckConstraint("area_id is null or unit_id is null", name=op.f("ck_role_grant_one_scope")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_role_grant_area_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["app_user.id"], name=op.f("fk_role_grant_granted_by")),
        sa.ForeignKeyConstraint(["revoked_by"], ["app_user.id"], name=op.f("fk_role_grant_revoked_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_role_grant_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_role_grant_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index(
        "ix_role_grant_live", "role_grant", ["user_id"], unique=False, postgresql_where=sa.text("revoked_at is null")
    )
    op.create_geospatial_table(
        "staged_row",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("parcel_no", sa.Text(), nullable=True),
        sa.Column("area_registered_m2", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("area_computed_m2", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("area_computed_crs", sa.Integer(), nullable=True),
        sa.Column("boundary_points", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("parcel_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_staged_row_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_row")),
        sa.UniqueConstraint("batch_id", "row_no", name=op.f("uq_staged_row_batch_id_row_no")),
    )
    op.create_geospatial_index(
        "idx_staged_row_geom", "staged_row", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(op.f("ix_staged_row_parcel_no"), "staged_row", ["parcel_no"], unique=False)
    op.create_table(
        "user_session",
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_session_user_id")),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_user_session")),
    )
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"], unique=False)


def downgrade() -> None:
    op.execute("drop schema if exists layer cascade")
    op.execute("drop schema if exists report cascade")
    op.execute(
        """do $$ declare p record; begin
               for p in select policyname, tablename from pg_policies where schemaname = 'public' loop
                   execute format('drop policy %I on %I', p.policyname, p.tablename);
               end loop;
           end $$"""
    )
    op.drop_index(op.f("ix_user_session_user_id"), table_name="user_session")
    op.drop_table("user_session")
    op.drop_index(op.f("ix_staged_row_parcel_no"), table_name="staged_row")
    op.drop_geospatial_index(
        "idx_staged_row_geom", table_name="staged_row", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("staged_row")
    op.drop_index("ix_role_grant_live", table_name="role_grant", postgresql_where=sa.text("revoked_at is null"))
    op.drop_table("role_grant")
    op.drop_table("parcel_document")
    op.drop_table("parcel_contact")
    op.drop_index(op.f("ix_parcel_alias_value"), table_name="parcel_alias")
    op.drop_table("parcel_alias")
    op.drop_index(op.f("ix_import_issue_batch_id"), table_name="import_issue")
    op.drop_geospatial_table("import_issue")
    op.drop_index(op.f("ix_former_password_user_id"), table_name="former_password")
    op.drop_table("former_password")
    op.drop_geospatial_index(
        "idx_boundary_point_geom", table_name="boundary_point", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("boundary_point")
    op.drop_index(op.f("ix_access_token_user_id"), table_name="access_token")
    op.drop_table("access_token")
    op.drop_index(
        "ix_parcel_no_trgm", table_name="parcel", postgresql_using="gin", postgresql_ops={"parcel_no": "gin_trgm_ops"}
    )
    op.drop_index(op.f("ix_parcel_import_batch_id"), table_name="parcel")
    op.drop_index("ix_parcel_custodian_unit_id_id", table_name="parcel")
    op.drop_index("ix_parcel_area_id_id", table_name="parcel")
    op.drop_geospatial_index("idx_parcel_geom", table_name="parcel", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("parcel")
    op.drop_table("import_batch")
    op.drop_table("document")
    op.drop_table("app_user")
    op.drop_table("unit")
    op.drop_table("stored_file")
    op.drop_geospatial_index(
        "idx_parcel_version_geom", table_name="parcel_version", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("parcel_version")
    op.drop_table("land_class")
    op.drop_table("idempotency_key")
    op.drop_table("deployment")
    op.drop_geospatial_index(
        "idx_boundary_point_version_geom",
        table_name="boundary_point_version",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("boundary_point_version")
    op.drop_table("audit_seal")
    op.drop_table("audit_entry")
    op.drop_geospatial_index("idx_area_geom", table_name="area", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("area")
