"""What follows an observation: the last correction that was told to whoever handles it."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("observation", sa.Column("corrections_told_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_observation_unfollowed", "observation", ["id"], postgresql_where=sa.text("followed_at is null"))


def downgrade() -> None:
    op.drop_index("ix_observation_unfollowed", table_name="observation")
    op.drop_column("observation", "corrections_told_id")
