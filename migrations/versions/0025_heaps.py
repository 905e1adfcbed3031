"""Comparisons say how far they are, where they lie and why withdrawn; heaps have a number, an area, and what they were followed by

Revision 0025, after 0024
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

from gis_service.core.srid import STORAGE_SRID

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

Moment = postgresql.TIMESTAMP(timezone=True)
STATES = "ck_elevation_comparison_state"


def upgrade() -> None:
    for column in (
        sa.Column("before_name", sa.Text(), server_default="", nullable=False),
        sa.Column("after_name", sa.Text(), server_default="", nullable=False),
        sa.Column("stage", sa.Text(), server_default="", nullable=False),
        sa.Column("extent", Geometry("POLYGON", srid=STORAGE_SRID, spatial_index=False), nullable=True),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("withdrawn_at", Moment, nullable=True),
        sa.Column("withdrawn_by_name", sa.Text(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
    ):
        op.add_column("elevation_comparison", column)
    op.drop_constraint(op.f(STATES), "elevation_comparison", type_="check")
    op.create_check_constraint(
        op.f(STATES), "elevation_comparison", "state in ('queued', 'done', 'failed', 'withdrawn')"
    )
    op.create_check_constraint(
        op.f("ck_elevation_comparison_withdrawn_why"),
        "elevation_comparison",
        "state <> 'withdrawn' or btrim(withdrawn_reason) <> ''",
    )
    op.create_index(
        "idx_elevation_comparison_extent", "elevation_comparison", ["extent"], unique=False, postgresql_using="gist"
    )
    for column in (
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("parcel_share", sa.Numeric(precision=5, scale=4), nullable=True),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("vegetation_likely", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("followed_by_no", sa.Text(), nullable=True),
    ):
        op.add_column("heap", column)
    op.execute(
        """update heap h set seq = n.seq from (select id, row_number() over (partition by comparison_id order by best_m3 desc, id) as seq
             from heap) n where n.id = h.id"""
    )
    op.alter_column("heap", "seq", nullable=False)
    op.create_unique_constraint(op.f("uq_heap_comparison_id_seq"), "heap", ["comparison_id", "seq"])
    op.create_foreign_key(op.f("fk_heap_area_id"), "heap", "area", ["area_id"], ["id"])
    op.create_index(op.f("ix_heap_area_id"), "heap", ["area_id"], unique=False)
    op.create_check_constraint(op.f("ck_heap_taken"), "heap", "(state = 'taken') = (followed_by_id is not null)")


def downgrade() -> None:
    op.execute("drop view if exists layer.heap")
    for table in ("heap", "elevation_comparison"):
        op.execute(f"drop policy if exists scope on {table}")
    for name in ("ck_heap_taken", "uq_heap_comparison_id_seq", "fk_heap_area_id"):
        op.execute(f"alter table heap drop constraint {name}")
    for name in ("seq", "parcel_share", "area_id", "vegetation_likely", "followed_by_no"):
        op.drop_column("heap", name)
    op.execute("update elevation_comparison set state = 'failed' where state = 'withdrawn'")
    for name in (STATES, "ck_elevation_comparison_withdrawn_why"):
        op.drop_constraint(op.f(name), "elevation_comparison", type_="check")
    op.create_check_constraint(op.f(STATES), "elevation_comparison", "state in ('queued', 'done', 'failed')")
    for name in (
        "before_name", "after_name", "stage", "extent", "ended_at", "withdrawn_at", "withdrawn_by_name", "withdrawn_reason",
    ):  # fmt: skip
        op.drop_column("elevation_comparison", name)
