"""Tables of many loads that a job takes in

Revision 0026, after 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "manifest_table",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("done_rows", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("counted", postgresql.JSONB(), nullable=True),
        sa.Column("error", postgresql.JSONB(), nullable=True),
        sa.Column("scope", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_by_name", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state in ('queued', 'done', 'refused')", name=op.f("ck_manifest_table_state")),
        sa.CheckConstraint("done_rows between 0 and row_count", name=op.f("ck_manifest_table_done_rows")),
        sa.CheckConstraint(
            "(state = 'done') = (counted is not null) and (state = 'refused') = (error is not null)",
            name=op.f("ck_manifest_table_ended"),
        ),
        sa.ForeignKeyConstraint(["file_sha256"], ["stored_file.sha256"], name=op.f("fk_manifest_table_file_sha256_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manifest_table")),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("manifest_table")
