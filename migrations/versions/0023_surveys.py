"""Surveys of buried waste: programmes, points with strata and samples, geophysics, estimates, waste bodies, heaps

Revision 0023, after 0022
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey_programme",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("rule", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("frozen_on", sa.Date(), nullable=True),
        sa.Column("frozen_by_name", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("made_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("(state = 'draft') = (frozen_on is null)", name=op.f("ck_survey_programme_frozen")),
        sa.CheckConstraint("state in ('draft', 'frozen', 'closed')", name=op.f("ck_survey_programme_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_programme")),
        sa.UniqueConstraint("district_code", "title", name=op.f("uq_survey_programme_district_code_title")),
    )
    op.create_table(
        "waste_body_version",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("district_code", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("body_no", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("survey_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=True),
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
        sa.Column("waste_class", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("composition_pct", postgresql.JSONB(astext_type=sa.Text()), autoincrement=False, nullable=True),
        sa.Column("hazard", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("hazard_note", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("top_m", sa.Numeric(precision=7, scale=2), autoincrement=False, nullable=True),
        sa.Column("bottom_m", sa.Numeric(precision=7, scale=2), autoincrement=False, nullable=True),
        sa.Column("volume_low_m3", sa.Numeric(precision=14, scale=1), autoincrement=False, nullable=True),
        sa.Column("volume_best_m3", sa.Numeric(precision=14, scale=1), autoincrement=False, nullable=True),
        sa.Column("volume_high_m3", sa.Numeric(precision=14, scale=1), autoincrement=False, nullable=True),
        sa.Column("is_lower_bound", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("estimate_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("state", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("note", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("row_version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), autoincrement=False, nullable=True),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column(
            "valid_from",
            postgresql.TIMESTAMP(timezone=True),
            sa.Computed("lower(valid)", persisted=True),
            nullable=True,
        ),
        sa.Column(
            "valid_to",
            postgresql.TIMESTAMP(timezone=True),
            sa.Computed("coalesce(upper(valid), 'infinity'::timestamptz)", persisted=True),
            nullable=True,
        ),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("version_document_id", sa.BigInteger(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("tx", sa.Text(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("id"), "="),
            (sa.text("tstzrange(valid_from, valid_to)"), "&&"),
            using="gist",
            name="ex_waste_body_version_valid",
        ),
        sa.PrimaryKeyConstraint("id", "version_no", name=op.f("pk_waste_body_version")),
    )
    op.create_index(
        "ix_waste_body_version_geom_valid",
        "waste_body_version",
        ["geom", "valid_from", "valid_to"],
        unique=False,
        postgresql_using="gist",
    )
    op.create_table(
        "elevation_comparison",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("before_sha256", sa.Text(), nullable=False),
        sa.Column("after_sha256", sa.Text(), nullable=False),
        sa.Column("before_on", sa.Date(), nullable=False),
        sa.Column("after_on", sa.Date(), nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("failure", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_by_name", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state in ('queued', 'done', 'failed')", name=op.f("ck_elevation_comparison_state")),
        sa.CheckConstraint("before_on < after_on", name=op.f("ck_elevation_comparison_days")),
        sa.ForeignKeyConstraint(
            ["after_sha256"], ["stored_file.sha256"], name=op.f("fk_elevation_comparison_after_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["before_sha256"], ["stored_file.sha256"], name=op.f("fk_elevation_comparison_before_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elevation_comparison")),
    )
    op.create_table(
        "heap",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("comparison_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=True),
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
        sa.Column("low_m3", sa.Numeric(precision=14, scale=1), nullable=False),
        sa.Column("best_m3", sa.Numeric(precision=14, scale=1), nullable=False),
        sa.Column("high_m3", sa.Numeric(precision=14, scale=1), nullable=False),
        sa.Column("area_m2", sa.Numeric(precision=12, scale=1), nullable=False),
        sa.Column("height_m", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("state", sa.Text(), server_default="offered", nullable=False),
        sa.Column("followed_by_noun", sa.Text(), nullable=True),
        sa.Column("followed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("decided_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('offered', 'taken') or btrim(decided_reason) <> ''", name=op.f("ck_heap_decided_why")
        ),
        sa.CheckConstraint("state in ('offered', 'taken', 'left')", name=op.f("ck_heap_state")),
        sa.ForeignKeyConstraint(["comparison_id"], ["elevation_comparison.id"], name=op.f("fk_heap_comparison_id")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_heap_parcel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heap")),
    )
    op.create_index("idx_heap_geom", "heap", ["geom"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_heap_comparison_id"), "heap", ["comparison_id"], unique=False)
    op.create_index(op.f("ix_heap_parcel_id"), "heap", ["parcel_id"], unique=False)
    op.create_table(
        "survey_target",
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel_no", sa.Text(), nullable=False),
        sa.Column("area_m2", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("because", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_survey_target_parcel_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["survey_programme.id"], name=op.f("fk_survey_target_programme_id")),
        sa.PrimaryKeyConstraint("programme_id", "parcel_id", name=op.f("pk_survey_target")),
    )
    op.create_index(op.f("ix_survey_target_parcel_id"), "survey_target", ["parcel_id"], unique=False)
    op.create_table(
        "survey",
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("programme_id", sa.BigInteger(), nullable=True),
        sa.Column("contractor", sa.Text(), nullable=True),
        sa.Column("suspicion", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "result in ('negative', 'positive', 'suspected', 'inconclusive')", name=op.f("ck_survey_result")
        ),
        sa.CheckConstraint("suspicion in ('low', 'medium', 'high')", name=op.f("ck_survey_suspicion")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_survey_parcel_id")),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_survey_proceeding_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["survey_programme.id"], name=op.f("fk_survey_programme_id")),
        sa.PrimaryKeyConstraint("proceeding_id", name=op.f("pk_survey")),
    )
    op.create_index(op.f("ix_survey_parcel_id"), "survey", ["parcel_id"], unique=False)
    op.create_index(op.f("ix_survey_programme_id"), "survey", ["programme_id"], unique=False)
    op.create_table(
        "geophysics_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("survey_id", sa.BigInteger(), nullable=False),
        sa.Column("line_no", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="LINESTRING",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("spacing_m", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("depth_m", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("interpretation", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "anomaly",
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
        sa.Column("picture_sha256", sa.Text(), nullable=True),
        sa.Column("picture_name", sa.Text(), nullable=True),
        sa.Column("small_sha256", sa.Text(), nullable=True),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("added_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("removed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "method in ('ert', 'gpr', 'em', 'tem', 'surface_wave')", name=op.f("ck_geophysics_line_method")
        ),
        sa.CheckConstraint(
            "removed_at is null or btrim(removed_reason) <> ''", name=op.f("ck_geophysics_line_removed_why")
        ),
        sa.ForeignKeyConstraint(
            ["picture_sha256"], ["stored_file.sha256"], name=op.f("fk_geophysics_line_picture_sha256")
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.proceeding_id"], name=op.f("fk_geophysics_line_survey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_geophysics_line")),
    )
    op.create_index(
        "idx_geophysics_line_anomaly", "geophysics_line", ["anomaly"], unique=False, postgresql_using="gist"
    )
    op.create_index("idx_geophysics_line_geom", "geophysics_line", ["geom"], unique=False, postgresql_using="gist")
    op.create_index(
        "uq_geophysics_line_no",
        "geophysics_line",
        ["survey_id", "line_no"],
        unique=True,
        postgresql_where=sa.text("removed_at is null"),
    )
    op.create_table(
        "survey_point",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("survey_id", sa.BigInteger(), nullable=False),
        sa.Column("point_no", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("easting", sa.Numeric(precision=14, scale=3), nullable=False),
        sa.Column("northing", sa.Numeric(precision=14, scale=3), nullable=False),
        sa.Column("crs", sa.Integer(), nullable=False),
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
        sa.Column("ground_elev_m", sa.Numeric(precision=8, scale=3), nullable=True),
        sa.Column("position_method", sa.Text(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("contractor", sa.Text(), server_default="", nullable=False),
        sa.Column("driller", sa.Text(), server_default="", nullable=False),
        sa.Column("logger", sa.Text(), server_default="", nullable=False),
        sa.Column("total_depth_m", sa.Numeric(precision=7, scale=3), nullable=False),
        sa.Column("diameter_mm", sa.Numeric(precision=7, scale=1), nullable=True),
        sa.Column("bottom_reached", sa.Boolean(), nullable=False),
        sa.Column("water_first_m", sa.Numeric(precision=7, scale=3), nullable=True),
        sa.Column("water_stable_m", sa.Numeric(precision=7, scale=3), nullable=True),
        sa.Column("odour", sa.Text(), nullable=True),
        sa.Column("gas", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("pid_ppm", sa.Numeric(precision=10, scale=3), nullable=True),
        sa.Column("backfilled_on", sa.Date(), nullable=True),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("waste_top_m", sa.Numeric(precision=7, scale=3), nullable=True),
        sa.Column("waste_bottom_m", sa.Numeric(precision=7, scale=3), nullable=True),
        sa.Column("waste_thickness_m", sa.Numeric(precision=7, scale=3), server_default=sa.text("0"), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=True),
        sa.Column("file_row", sa.Integer(), nullable=True),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=True),
        sa.Column("added_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("removed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("removed_by_name", sa.Text(), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("kind in ('borehole', 'pit', 'trench', 'probe')", name=op.f("ck_survey_point_kind")),
        sa.CheckConstraint("odour in ('none', 'weak', 'medium', 'strong')", name=op.f("ck_survey_point_odour")),
        sa.CheckConstraint(
            "position_method in ('rtk', 'total_station', 'handheld', 'map')",
            name=op.f("ck_survey_point_position_method"),
        ),
        sa.CheckConstraint(
            "removed_at is null or btrim(removed_reason) <> ''", name=op.f("ck_survey_point_removed_why")
        ),
        sa.CheckConstraint("total_depth_m > 0", name=op.f("ck_survey_point_total_depth")),
        sa.CheckConstraint("water_first_m between 0 and total_depth_m", name=op.f("ck_survey_point_water_first")),
        sa.CheckConstraint("water_stable_m between 0 and total_depth_m", name=op.f("ck_survey_point_water_stable")),
        sa.ForeignKeyConstraint(["file_sha256"], ["stored_file.sha256"], name=op.f("fk_survey_point_file_sha256")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.proceeding_id"], name=op.f("fk_survey_point_survey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_point")),
    )
    op.create_index("idx_survey_point_geom", "survey_point", ["geom"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_survey_point_survey_id"), "survey_point", ["survey_id"], unique=False)
    op.create_index(
        "uq_survey_point_no",
        "survey_point",
        ["survey_id", "point_no"],
        unique=True,
        postgresql_where=sa.text("removed_at is null"),
    )
    op.create_table(
        "volume_estimate",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("survey_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("inputs_sha256", sa.Text(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("low_m3", sa.Numeric(precision=14, scale=1), nullable=True),
        sa.Column("best_m3", sa.Numeric(precision=14, scale=1), nullable=True),
        sa.Column("high_m3", sa.Numeric(precision=14, scale=1), nullable=True),
        sa.Column("versions", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("failure", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_by_name", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("(state = 'done') = (result is not null)", name=op.f("ck_volume_estimate_result")),
        sa.CheckConstraint("state in ('queued', 'done', 'failed')", name=op.f("ck_volume_estimate_state")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.proceeding_id"], name=op.f("fk_volume_estimate_survey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volume_estimate")),
    )
    op.create_index("ix_volume_estimate_survey_id", "volume_estimate", ["survey_id"], unique=False)
    op.create_table(
        "stratum",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("point_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("from_m", sa.Numeric(precision=7, scale=3), nullable=False),
        sa.Column("to_m", sa.Numeric(precision=7, scale=3), nullable=False),
        sa.Column("soil_name", sa.Text(), nullable=False),
        sa.Column("is_waste", sa.Boolean(), nullable=False),
        sa.Column("waste_class", sa.Text(), nullable=True),
        sa.Column(
            "composition_pct", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("moisture", sa.Text(), server_default="", nullable=False),
        sa.Column("colour", sa.Text(), server_default="", nullable=False),
        sa.Column("odour", sa.Text(), nullable=True),
        sa.Column("degradation", sa.Text(), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("odour in ('none', 'weak', 'medium', 'strong')", name=op.f("ck_stratum_odour")),
        sa.CheckConstraint(
            "waste_class in ('excavated_soil', 'slurry', 'site_waste', 'demolition_waste', 'decoration_waste', 'domestic_waste', 'general_industrial', 'hazardous', 'sludge', 'green_waste', 'mixed', 'unknown')",
            name=op.f("ck_stratum_waste_class"),
        ),
        sa.CheckConstraint("from_m >= 0 and to_m > from_m", name=op.f("ck_stratum_depths")),
        sa.CheckConstraint("is_waste or waste_class is null", name=op.f("ck_stratum_class_of_waste")),
        sa.ForeignKeyConstraint(["point_id"], ["survey_point.id"], name=op.f("fk_stratum_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stratum")),
        sa.UniqueConstraint("point_id", "seq", name=op.f("uq_stratum_point_id_seq")),
    )
    op.create_table(
        "survey_point_photo",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("point_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("small_sha256", sa.Text(), nullable=True),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("added_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("removed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "removed_at is null or btrim(removed_reason) <> ''", name=op.f("ck_survey_point_photo_removed_why")
        ),
        sa.ForeignKeyConstraint(["point_id"], ["survey_point.id"], name=op.f("fk_survey_point_photo_point_id")),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_survey_point_photo_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_point_photo")),
        sa.UniqueConstraint("point_id", "sha256", name=op.f("uq_survey_point_photo_point_id_sha256")),
    )
    op.create_table(
        "survey_sample",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("point_id", sa.BigInteger(), nullable=False),
        sa.Column("sample_no", sa.Text(), nullable=False),
        sa.Column("from_m", sa.Numeric(precision=7, scale=3), nullable=False),
        sa.Column("to_m", sa.Numeric(precision=7, scale=3), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("container", sa.Text(), server_default="", nullable=False),
        sa.Column("preserved", sa.Text(), server_default="", nullable=False),
        sa.Column("laboratory", sa.Text(), server_default="", nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "medium in ('solid_waste', 'leachate_test', 'soil', 'groundwater', 'leachate')",
            name=op.f("ck_survey_sample_medium"),
        ),
        sa.CheckConstraint("from_m >= 0 and to_m >= from_m", name=op.f("ck_survey_sample_depths")),
        sa.ForeignKeyConstraint(["point_id"], ["survey_point.id"], name=op.f("fk_survey_sample_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_sample")),
        sa.UniqueConstraint("point_id", "sample_no", name=op.f("uq_survey_sample_point_id_sample_no")),
    )
    op.create_table(
        "waste_body",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("body_no", sa.Text(), nullable=False),
        sa.Column("survey_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
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
        sa.Column("waste_class", sa.Text(), nullable=False),
        sa.Column(
            "composition_pct", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("hazard", sa.Text(), server_default="not_screened", nullable=False),
        sa.Column("hazard_note", sa.Text(), server_default="", nullable=False),
        sa.Column("top_m", sa.Numeric(precision=7, scale=2), nullable=True),
        sa.Column("bottom_m", sa.Numeric(precision=7, scale=2), nullable=True),
        sa.Column("volume_low_m3", sa.Numeric(precision=14, scale=1), nullable=True),
        sa.Column("volume_best_m3", sa.Numeric(precision=14, scale=1), nullable=True),
        sa.Column("volume_high_m3", sa.Numeric(precision=14, scale=1), nullable=True),
        sa.Column("is_lower_bound", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("estimate_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), server_default="present", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "hazard in ('not_screened', 'not_exceeded', 'exceeded', 'hazardous')", name=op.f("ck_waste_body_hazard")
        ),
        sa.CheckConstraint("state in ('present', 'cleared', 'withdrawn')", name=op.f("ck_waste_body_state")),
        sa.CheckConstraint(
            "waste_class in ('excavated_soil', 'slurry', 'site_waste', 'demolition_waste', 'decoration_waste', 'domestic_waste', 'general_industrial', 'hazardous', 'sludge', 'green_waste', 'mixed', 'unknown')",
            name=op.f("ck_waste_body_waste_class"),
        ),
        sa.CheckConstraint("st_isvalid(geom) and not st_isempty(geom)", name=op.f("ck_waste_body_geom_valid")),
        sa.CheckConstraint(
            "volume_low_m3 <= volume_best_m3 and volume_best_m3 <= volume_high_m3", name=op.f("ck_waste_body_volume")
        ),
        sa.CheckConstraint("volume_low_m3 >= 0", name=op.f("ck_waste_body_volume_low")),
        sa.ForeignKeyConstraint(["estimate_id"], ["volume_estimate.id"], name=op.f("fk_waste_body_estimate_id")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.proceeding_id"], name=op.f("fk_waste_body_survey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waste_body")),
        sa.UniqueConstraint("district_code", "body_no", name=op.f("uq_waste_body_district_code_body_no")),
    )
    op.create_index("idx_waste_body_geom", "waste_body", ["geom"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_waste_body_survey_id"), "waste_body", ["survey_id"], unique=False)
    op.create_table(
        "sample_result",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("analyte", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), server_default="", nullable=False),
        sa.Column("detection_limit", sa.Numeric(), nullable=True),
        sa.Column("qualifier", sa.Text(), server_default="", nullable=False),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("added_by_name", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("qualifier in ('', '<')", name=op.f("ck_sample_result_qualifier")),
        sa.CheckConstraint("value >= 0 or analyte = 'pH'", name=op.f("ck_sample_result_value")),
        sa.ForeignKeyConstraint(["sample_id"], ["survey_sample.id"], name=op.f("fk_sample_result_sample_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_result")),
        sa.UniqueConstraint("sample_id", "analyte", "method", name=op.f("uq_sample_result_sample_id_analyte_method")),
    )
    op.create_table(
        "waste_body_parcel",
        sa.Column("waste_body_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("share", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_waste_body_parcel_parcel_id")),
        sa.ForeignKeyConstraint(["waste_body_id"], ["waste_body.id"], name=op.f("fk_waste_body_parcel_waste_body_id")),
        sa.PrimaryKeyConstraint("waste_body_id", "parcel_id", name=op.f("pk_waste_body_parcel")),
    )
    op.create_index(op.f("ix_waste_body_parcel_parcel_id"), "waste_body_parcel", ["parcel_id"], unique=False)


def downgrade() -> None:
    views = "survey_point", "survey_point_history", "geophysics_line", "waste_body", "waste_body_history", "heap"
    op.execute(f"drop view if exists {', '.join(f'layer.{view}' for view in views)}")
    for table in (
        "waste_body_parcel",
        "sample_result",
        "waste_body",
        "survey_sample",
        "survey_point_photo",
        "stratum",
        "volume_estimate",
        "survey_point",
        "geophysics_line",
        "survey",
        "survey_target",
        "heap",
        "elevation_comparison",
        "waste_body_version",
        "survey_programme",
    ):
        op.drop_table(table)
