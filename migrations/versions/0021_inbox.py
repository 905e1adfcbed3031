"""Inbox: texts that went astray, records that a land officer let through

Revision 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox_stray",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("said_sha256", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("reason", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sent_by_id", sa.BigInteger(), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["sent_by_id"], ["app_user.id"], name=op.f("fk_inbox_stray_sent_by_id")),
        sa.PrimaryKeyConstraint("uuid", "sha256", name=op.f("pk_inbox_stray")),
    )
    op.alter_column("field_conflict", "chosen", nullable=True)
    op.add_column("inbox_record", sa.Column("proved_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("inbox_record", sa.Column("released_by_id", sa.BigInteger(), nullable=True))
    op.add_column("inbox_record", sa.Column("released_at", postgresql.TIMESTAMP(timezone=True), nullable=True))


def downgrade() -> None:
    op.alter_column("field_conflict", "chosen", nullable=False)
    op.drop_column("inbox_record", "released_at")
    op.drop_column("inbox_record", "released_by_id")
    op.drop_column("inbox_record", "proved_at")
    op.drop_table("inbox_stray")
