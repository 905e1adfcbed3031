"""How layers are presented, version by version

Revision 0033, after 0032
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

Moment = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "layer_version",
        sa.Column("layer_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=True),
        sa.Column("restored", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", Moment, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_layer_version_version")),
        sa.CheckConstraint("length(btrim(reason)) > 0", name=op.f("ck_layer_version_reason")),
        sa.CheckConstraint("restored >= 0 and restored < version", name=op.f("ck_layer_version_restored")),
        sa.PrimaryKeyConstraint("layer_id", "version", name=op.f("pk_layer_version")),
    )


def downgrade() -> None:
    op.execute("drop view if exists layer.version")
    op.drop_table("layer_version")
