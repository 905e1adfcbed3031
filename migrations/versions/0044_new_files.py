"""New files are found by when they were stored: the backup looks for them every few seconds

Revision 0044, after 0043.
"""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_stored_file_stored_at", "stored_file", ["stored_at"])


def downgrade() -> None:
    op.drop_index("ix_stored_file_stored_at", "stored_file")
