"""The register as land: faults, marks of what to check again, runs, grid cells

Revision 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_geospatial_table(
        "grid_cell",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
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
        sa.CheckConstraint("code ~ '^\\d{15}$'", name=op.f("ck_grid_cell_code")),
        sa.CheckConstraint("st_isvalid(geom) and not st_isempty(geom)", name=op.f("ck_grid_cell_geom_valid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_cell")),
        sa.UniqueConstraint("code", name=op.f("uq_grid_cell_code")),
    )
    op.create_geospatial_index(
        "idx_grid_cell_geom", "grid_cell", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_geospatial_table(
        "topology_dirty",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "box",
            Geometry(srid=4490, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"),
            nullable=True,
        ),
        sa.Column("codes", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topology_dirty")),
    )
    op.create_table(
        "topology_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("parcels", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topology_run")),
    )
    op.create_table(
        "parcel_grid_cell",
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("grid_cell_id", sa.BigInteger(), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["grid_cell_id"], ["grid_cell.id"], name=op.f("fk_parcel_grid_cell_grid_cell_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_parcel_grid_cell_parcel_id")),
        sa.PrimaryKeyConstraint("parcel_id", "grid_cell_id", name=op.f("pk_parcel_grid_cell")),
    )
    op.create_index(op.f("ix_parcel_grid_cell_grid_cell_id"), "parcel_grid_cell", ["grid_cell_id"], unique=False)
    op.create_geospatial_table(
        "topology_fault",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("other_parcel_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column(
            "spot",
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
        sa.Column("area_m2", sa.Float(), nullable=True),
        sa.Column("width_m", sa.Float(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("first_seen", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("resolved_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("accept_reason", sa.Text(), nullable=True),
        sa.Column("accepted_by", sa.BigInteger(), nullable=True),
        sa.Column("accepted_by_name", sa.Text(), nullable=True),
        sa.Column("accepted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("accepted_measure", sa.Float(), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(state = 'resolved') = (resolved_at is not null)", name=op.f("ck_topology_fault_resolved_when")
        ),
        sa.CheckConstraint("level in ('error', 'warning', 'info')", name=op.f("ck_topology_fault_level")),
        sa.CheckConstraint(
            "state <> 'accepted' or btrim(accept_reason) <> ''", name=op.f("ck_topology_fault_accepted_why")
        ),
        sa.CheckConstraint("state in ('open', 'accepted', 'resolved')", name=op.f("ck_topology_fault_state")),
        sa.CheckConstraint("other_parcel_id > parcel_id", name=op.f("ck_topology_fault_lower_first")),
        sa.ForeignKeyConstraint(["accepted_by"], ["app_user.id"], name=op.f("fk_topology_fault_accepted_by")),
        sa.ForeignKeyConstraint(["other_parcel_id"], ["parcel.id"], name=op.f("fk_topology_fault_other_parcel_id")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_topology_fault_parcel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topology_fault")),
        sa.UniqueConstraint(
            "rule",
            "parcel_id",
            "other_parcel_id",
            name=op.f("uq_topology_fault_rule_parcel_id_other_parcel_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_geospatial_index(
        "idx_topology_fault_geom", "topology_fault", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_geospatial_index(
        "idx_topology_fault_spot", "topology_fault", ["spot"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_topology_fault_other_parcel_id", "topology_fault", ["other_parcel_id"], unique=False)
    op.create_index("ix_topology_fault_parcel_id", "topology_fault", ["parcel_id"], unique=False)
    op.create_index("ix_topology_fault_state_id", "topology_fault", ["state", "id"], unique=False)
    op.create_index("ix_parcel_parcel_code", "parcel", ["parcel_code"], unique=False)
    op.execute(
        "insert into topology_dirty (parcel_id, box, codes) select id, st_envelope(geom), array[parcel_code] from parcel"
    )


def downgrade() -> None:
    op.execute("drop view if exists layer.topology_fault, layer.topology_fault_area, layer.grid_cell")
    for function in ("mark_inserted", "mark_updated", "mark_deleted", "mark_points", "mark_frame", "wake"):
        op.execute(f"drop function if exists topology_{function}() cascade")
    op.drop_index("ix_parcel_parcel_code", table_name="parcel")
    op.drop_index("ix_topology_fault_state_id", table_name="topology_fault")
    op.drop_index("ix_topology_fault_parcel_id", table_name="topology_fault")
    op.drop_index("ix_topology_fault_other_parcel_id", table_name="topology_fault")
    op.drop_geospatial_index(
        "idx_topology_fault_spot", table_name="topology_fault", postgresql_using="gist", column_name="spot"
    )
    op.drop_geospatial_index(
        "idx_topology_fault_geom", table_name="topology_fault", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("topology_fault")
    op.drop_index(op.f("ix_parcel_grid_cell_grid_cell_id"), table_name="parcel_grid_cell")
    op.drop_table("parcel_grid_cell")
    op.drop_table("topology_run")
    op.drop_geospatial_table("topology_dirty")
    op.drop_geospatial_index("idx_grid_cell_geom", table_name="grid_cell", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("grid_cell")
