"""ground

Revision 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_geospatial_table(
        "ground",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
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
        sa.CheckConstraint(
            "kind in ('road', 'sea', 'river', 'pond', 'wetland', 'hill', 'village', 'campus')",
            name=op.f("ck_ground_kind"),
        ),
        sa.CheckConstraint("st_isvalid(geom) and not st_isempty(geom)", name=op.f("ck_ground_geom_valid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ground")),
    )
    op.create_geospatial_index(
        "idx_ground_geom", "ground", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )


def downgrade() -> None:
    op.execute("drop view if exists layer.ground")
    op.drop_geospatial_index("idx_ground_geom", table_name="ground", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("ground")
