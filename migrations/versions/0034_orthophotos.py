"""Orthophotos: pictures of the ground, their originals and what is drawn of them

Revision 0034, after 0033
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

from gis_service.core.srid import STORAGE_SRID

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

Moment = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "orthophoto",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.Column("original_sha256", sa.Text(), nullable=False),
        sa.Column("original_name", sa.Text(), nullable=False),
        sa.Column("said", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("stage", sa.Text(), server_default="", nullable=False),
        sa.Column("percent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failure", postgresql.JSONB(), nullable=True),
        sa.Column("cog_sha256", sa.Text(), nullable=True),
        sa.Column("crs", sa.Integer(), nullable=True),
        sa.Column("resolution_m", sa.Numeric(precision=8, scale=4), nullable=True),
        sa.Column("min_zoom", sa.Integer(), nullable=True),
        sa.Column("max_zoom", sa.Integer(), nullable=True),
        sa.Column("footprint", Geometry("POLYGON", srid=STORAGE_SRID, spatial_index=False), nullable=True),
        sa.Column("made_at", Moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("withdrawn_at", Moment, nullable=True),
        sa.Column("withdrawn_by_name", sa.Text(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state in ('queued', 'ready', 'failed', 'withdrawn')", name=op.f("ck_orthophoto_state")),
        sa.CheckConstraint("cleared", name=op.f("ck_orthophoto_cleared")),
        sa.CheckConstraint(
            "state <> 'ready' or (cog_sha256 is not null and footprint is not null and min_zoom <= max_zoom)",
            name=op.f("ck_orthophoto_ready"),
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' or btrim(withdrawn_reason) <> ''", name=op.f("ck_orthophoto_withdrawn_why")
        ),
        sa.ForeignKeyConstraint(
            ["original_sha256"], ["stored_file.sha256"], name=op.f("fk_orthophoto_original_sha256_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["cog_sha256"], ["stored_file.sha256"], name=op.f("fk_orthophoto_cog_sha256_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orthophoto")),
    )
    op.create_index("idx_orthophoto_footprint", "orthophoto", ["footprint"], unique=False, postgresql_using="gist")


def downgrade() -> None:
    op.drop_table("orthophoto")
