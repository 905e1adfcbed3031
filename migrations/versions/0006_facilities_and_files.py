"""Fences, signs, cameras and files of a parcel

Revision 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _ends() -> list[sa.Column]:
    """The ends of `valid` as plain columns, as in every version table (revision 0005)."""
    moment = postgresql.TIMESTAMP(timezone=True)
    last = "coalesce(upper(valid), 'infinity'::timestamptz)"
    return [
        sa.Column("valid_from", moment, sa.Computed("lower(valid)", persisted=True)),
        sa.Column("valid_to", moment, sa.Computed(last, persisted=True)),
    ]


def upgrade() -> None:
    op.create_geospatial_table(
        "camera_version",
        sa.Column("camera_no", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("condition", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("bearing_deg", sa.Numeric(precision=5, scale=2), autoincrement=False, nullable=True),
        sa.Column("range_m", sa.Numeric(precision=7, scale=1), autoincrement=False, nullable=True),
        sa.Column("installed_on", sa.Date(), autoincrement=False, nullable=True),
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
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("remark", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("inspected_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("row_version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), autoincrement=False, nullable=True),
        sa.Column("parcel_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        *_ends(),
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
            name="ex_camera_version_valid",
        ),
        sa.PrimaryKeyConstraint("id", "version_no", name=op.f("pk_camera_version")),
    )
    op.create_index(
        "ix_camera_version_geom_valid", "camera_version", ["geom", "valid_from", "valid_to"], postgresql_using="gist"
    )
    op.create_geospatial_table(
        "fence_segment_version",
        sa.Column("fence_type", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("condition", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("height_m", sa.Numeric(precision=4, scale=2), autoincrement=False, nullable=True),
        sa.Column("built_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("length_m", sa.Numeric(precision=10, scale=2), autoincrement=False, nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="LINESTRING",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            autoincrement=False,
            nullable=True,
        ),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("remark", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("inspected_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("row_version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), autoincrement=False, nullable=True),
        sa.Column("parcel_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        *_ends(),
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
            name="ex_fence_segment_version_valid",
        ),
        sa.PrimaryKeyConstraint("id", "version_no", name=op.f("pk_fence_segment_version")),
    )
    op.create_index(
        "ix_fence_segment_version_geom_valid",
        "fence_segment_version",
        ["geom", "valid_from", "valid_to"],
        postgresql_using="gist",
    )
    op.create_geospatial_table(
        "sign_version",
        sa.Column("sign_type", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("condition", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("wording", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("phone", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("installed_on", sa.Date(), autoincrement=False, nullable=True),
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
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("remark", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("inspected_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("row_version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), autoincrement=False, nullable=True),
        sa.Column("parcel_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        *_ends(),
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
            name="ex_sign_version_valid",
        ),
        sa.PrimaryKeyConstraint("id", "version_no", name=op.f("pk_sign_version")),
    )
    op.create_index(
        "ix_sign_version_geom_valid", "sign_version", ["geom", "valid_from", "valid_to"], postgresql_using="gist"
    )
    op.create_geospatial_table(
        "camera",
        sa.Column("camera_no", sa.Text(), nullable=True),
        sa.Column("condition", sa.Text(), server_default="online", nullable=False),
        sa.Column("bearing_deg", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("range_m", sa.Numeric(precision=7, scale=1), nullable=True),
        sa.Column("installed_on", sa.Date(), nullable=True),
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
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("inspected_on", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("condition in ('online', 'offline', 'removed')", name=op.f("ck_camera_condition")),
        sa.CheckConstraint("bearing_deg >= 0 and bearing_deg < 360", name=op.f("ck_camera_bearing")),
        sa.CheckConstraint("range_m > 0 and range_m < 5000", name=op.f("ck_camera_range")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_camera_parcel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera")),
    )
    op.create_geospatial_index(
        "idx_camera_geom", "camera", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(op.f("ix_camera_parcel_id"), "camera", ["parcel_id"], unique=False)
    op.create_geospatial_table(
        "fence_segment",
        sa.Column("fence_type", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), server_default="good", nullable=False),
        sa.Column("height_m", sa.Numeric(precision=4, scale=2), nullable=True),
        sa.Column("built_on", sa.Date(), nullable=True),
        sa.Column(
            "length_m",
            sa.Numeric(precision=10, scale=2),
            sa.Computed("round(st_length(geom::geography)::numeric, 2)", persisted=True),
            nullable=False,
        ),
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
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("inspected_on", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("condition in ('good', 'damaged', 'removed')", name=op.f("ck_fence_segment_condition")),
        sa.CheckConstraint(
            "fence_type in ('wall', 'hoarding', 'mesh', 'ditch')", name=op.f("ck_fence_segment_fence_type")
        ),
        sa.CheckConstraint("height_m > 0 and height_m < 20", name=op.f("ck_fence_segment_height")),
        sa.CheckConstraint(
            "st_isvalid(geom) and not st_isempty(geom) and st_length(geom) > 0",
            name=op.f("ck_fence_segment_geom_valid"),
        ),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_fence_segment_parcel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fence_segment")),
    )
    op.create_geospatial_index(
        "idx_fence_segment_geom", "fence_segment", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(op.f("ix_fence_segment_parcel_id"), "fence_segment", ["parcel_id"], unique=False)
    op.create_table(
        "parcel_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=True),
        sa.Column("thumbnail_sha256", sa.Text(), nullable=True),
        sa.Column("import_batch_id", sa.BigInteger(), nullable=True),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=True),
        sa.Column("added_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("removed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("removed_by_name", sa.Text(), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("kind in ('drawing', 'certificate', 'photo', 'other')", name=op.f("ck_parcel_file_kind")),
        sa.CheckConstraint(
            "removed_at is null or btrim(removed_reason) <> ''", name=op.f("ck_parcel_file_removed_why")
        ),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_parcel_file_parcel_id")),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_parcel_file_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel_file")),
    )
    op.create_index(op.f("ix_parcel_file_parcel_id"), "parcel_file", ["parcel_id"], unique=False)
    op.create_index(
        "uq_parcel_file_present",
        "parcel_file",
        ["parcel_id", "sha256"],
        unique=True,
        postgresql_where=sa.text("removed_at is null"),
    )
    op.create_geospatial_table(
        "sign",
        sa.Column("sign_type", sa.Text(), server_default="no_dumping", nullable=False),
        sa.Column("condition", sa.Text(), server_default="good", nullable=False),
        sa.Column("wording", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("installed_on", sa.Date(), nullable=True),
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
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("inspected_on", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("condition in ('good', 'damaged', 'missing')", name=op.f("ck_sign_condition")),
        sa.CheckConstraint("sign_type in ('no_dumping', 'warning', 'notice')", name=op.f("ck_sign_sign_type")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_sign_parcel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign")),
    )
    op.create_geospatial_index(
        "idx_sign_geom", "sign", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(op.f("ix_sign_parcel_id"), "sign", ["parcel_id"], unique=False)
    op.add_column("parcel", sa.Column("fence_ratio", sa.Numeric(precision=5, scale=4), nullable=True))
    op.add_column("parcel", sa.Column("fence_length_m", sa.Numeric(precision=10, scale=2), nullable=True))
    op.add_column("parcel", sa.Column("sign_count", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("parcel", sa.Column("camera_count", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column(
        "parcel_version", sa.Column("fence_ratio", sa.Numeric(precision=5, scale=4), autoincrement=False, nullable=True)
    )
    op.add_column(
        "parcel_version",
        sa.Column("fence_length_m", sa.Numeric(precision=10, scale=2), autoincrement=False, nullable=True),
    )
    op.add_column("parcel_version", sa.Column("sign_count", sa.Integer(), autoincrement=False, nullable=True))
    op.add_column("parcel_version", sa.Column("camera_count", sa.Integer(), autoincrement=False, nullable=True))
    op.create_check_constraint(op.f("ck_parcel_fence_ratio"), "parcel", "fence_ratio between 0 and 1")
    op.execute("update parcel_version set sign_count = 0, camera_count = 0")
    for past in ("camera", "fence_segment", "sign"):
        op.create_index(f"ix_{past}_version_parcel_id", f"{past}_version", ["parcel_id"])


def downgrade() -> None:
    for view in ("fence", "sign", "camera"):
        op.execute(f"drop view if exists layer.{view}, layer.{view}_history")
    op.execute("drop trigger if exists a_fence on parcel")
    op.drop_constraint(op.f("ck_parcel_fence_ratio"), "parcel")
    for past in ("camera", "fence_segment", "sign"):
        op.drop_index(f"ix_{past}_version_parcel_id", f"{past}_version")
    op.drop_column("parcel_version", "camera_count")
    op.drop_column("parcel_version", "sign_count")
    op.drop_column("parcel_version", "fence_length_m")
    op.drop_column("parcel_version", "fence_ratio")
    op.drop_column("parcel", "camera_count")
    op.drop_column("parcel", "sign_count")
    op.drop_column("parcel", "fence_length_m")
    op.drop_column("parcel", "fence_ratio")
    op.drop_index(op.f("ix_sign_parcel_id"), table_name="sign")
    op.drop_geospatial_index("idx_sign_geom", table_name="sign", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("sign")
    op.drop_index("uq_parcel_file_present", table_name="parcel_file", postgresql_where=sa.text("removed_at is null"))
    op.drop_index(op.f("ix_parcel_file_parcel_id"), table_name="parcel_file")
    op.drop_table("parcel_file")
    op.drop_index(op.f("ix_fence_segment_parcel_id"), table_name="fence_segment")
    op.drop_geospatial_index(
        "idx_fence_segment_geom", table_name="fence_segment", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("fence_segment")
    op.drop_index(op.f("ix_camera_parcel_id"), table_name="camera")
    op.drop_geospatial_index("idx_camera_geom", table_name="camera", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("camera")
    op.drop_index("ix_sign_version_geom_valid", "sign_version")
    op.drop_geospatial_table("sign_version")
    op.drop_index("ix_fence_segment_version_geom_valid", "fence_segment_version")
    op.drop_geospatial_table("fence_segment_version")
    op.drop_index("ix_camera_version_geom_valid", "camera_version")
    op.drop_geospatial_table("camera_version")
