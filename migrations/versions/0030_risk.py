"""Runs of the risk ranking and of hotspots, with their results

Revision 0030, after 0029
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

from gis_service.core.srid import STORAGE_SRID

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

Moment = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "risk_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("as_of", Moment, nullable=False),
        sa.Column("since", Moment, nullable=True),
        sa.Column("until", Moment, nullable=True),
        sa.Column("standing", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("counts", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("made_at", Moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("asked_by_name", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind in ('ranking', 'hotspot')", name=op.f("ck_risk_run_kind")),
        sa.CheckConstraint("state in ('queued', 'done', 'failed')", name=op.f("ck_risk_run_state")),
        sa.CheckConstraint(
            "(kind = 'hotspot') = (since is not null and until is not null)", name=op.f("ck_risk_run_period")
        ),
        sa.CheckConstraint("since < until", name=op.f("ck_risk_run_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_run")),
    )
    op.create_index("ix_risk_run_kind_as_of", "risk_run", ["kind", "as_of"], unique=False)
    op.create_table(
        "risk_score",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("score", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("parts", postgresql.JSONB(), nullable=False),
        sa.Column("patrol_days", sa.Integer(), nullable=True),
        sa.CheckConstraint("level in ('high', 'medium', 'low')", name=op.f("ck_risk_score_level")),
        sa.ForeignKeyConstraint(["run_id"], ["risk_run.id"], name=op.f("fk_risk_score_run_id_risk_run")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_risk_score_parcel_id_parcel")),
        sa.PrimaryKeyConstraint("run_id", "parcel_id", name=op.f("pk_risk_score")),
    )
    op.create_index(op.f("ix_risk_score_parcel_id"), "risk_score", ["parcel_id"], unique=False)
    op.create_table(
        "hotspot_cell",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("around", sa.Integer(), nullable=False),
        sa.Column("density_km2", sa.Float(), nullable=False),
        sa.Column("z", sa.Float(), nullable=False),
        sa.Column("p", sa.Float(), nullable=False),
        sa.Column("q", sa.Float(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("geom", Geometry("POLYGON", srid=STORAGE_SRID, spatial_index=False), nullable=False),
        sa.CheckConstraint("grade in ('hot99', 'hot95', 'hot90', 'plain', 'cold')", name=op.f("ck_hotspot_cell_grade")),
        sa.ForeignKeyConstraint(["run_id"], ["risk_run.id"], name=op.f("fk_hotspot_cell_run_id_risk_run")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_hotspot_cell_area_id_area")),
        sa.PrimaryKeyConstraint("run_id", "seq", name=op.f("pk_hotspot_cell")),
    )
    op.create_index("idx_hotspot_cell_geom", "hotspot_cell", ["geom"], unique=False, postgresql_using="gist")
    op.create_index("ix_hotspot_cell_area_id", "hotspot_cell", ["area_id"], unique=False)


def downgrade() -> None:
    for view in ("risk", "risk_history", "hotspot", "hotspot_history"):
        op.execute(f"drop view if exists layer.{view}")
    for table in ("hotspot_cell", "risk_score", "risk_run"):
        op.drop_table(table)
