"""Patrols: rounds on working days only, when a plan last made tasks, how long a task takes

Revision 0019, after 0018
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "patrol_plan", sa.Column("workdays_only", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("patrol_plan", sa.Column("generated_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("patrol_task", sa.Column("minutes", sa.Integer(), nullable=True))
    op.add_column("patrol_task", sa.Column("route_m", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("patrol_task", "route_m")
    op.drop_column("patrol_task", "minutes")
    op.drop_column("patrol_plan", "generated_at")
    op.drop_column("patrol_plan", "workdays_only")
