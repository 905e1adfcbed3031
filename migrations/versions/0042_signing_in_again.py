"""Accounts that nobody uses are disabled: since when an account is open, and that it was shut for want of use

Revision 0042, after 0039
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0039"
branch_labels = None
depends_on = None

Moment = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("app_user", sa.Column("enabled_at", Moment, nullable=True))
    op.add_column("app_user", sa.Column("unused", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    op.drop_column("app_user", "unused")
    op.drop_column("app_user", "enabled_at")
