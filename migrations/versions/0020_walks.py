"""Patrols: what a walk was measured to be, and the sketch of its track by which a replay is known

Revision 0020, after 0019
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("patrol", sa.Column("gaps", postgresql.JSONB(), server_default="[]", nullable=False))
    op.add_column("patrol", sa.Column("figures", postgresql.JSONB(), server_default="{}", nullable=False))
    op.create_table(
        "track_sketch",
        sa.Column("patrol_id", sa.BigInteger(), nullable=False),
        sa.Column("places", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.id"], name=op.f("fk_track_sketch_patrol_id")),
        sa.PrimaryKeyConstraint("patrol_id", name=op.f("pk_track_sketch")),
    )
    op.create_index(
        "ix_patrol_not_thinned", "patrol", ["started_at"], unique=False, postgresql_where=sa.text("thinned_at is null")
    )


def downgrade() -> None:
    views = "patrol_coverage", "patrol_coverage_history", "observation", "observation_history", "patrol_overdue"
    op.execute(f"drop view if exists {', '.join(f'layer.{view}' for view in views)}")
    op.drop_index("ix_patrol_not_thinned", table_name="patrol")
    op.drop_table("track_sketch")
    op.drop_column("patrol", "figures")
    op.drop_column("patrol", "gaps")
