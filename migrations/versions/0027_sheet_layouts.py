"""Layouts of sheets, as units keep them

Revision 0027, after 0026
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

Moment = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sheet_layout",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("definition", postgresql.JSONB(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", Moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("updated_at", Moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("archived_at", Moment, nullable=True),
        sa.Column("archived_by_name", sa.Text(), nullable=True),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_sheet_layout_name")),
        sa.CheckConstraint("definition ->> 'kind' = kind", name=op.f("ck_sheet_layout_kind")),
        sa.CheckConstraint("(archived_at is null) = (archived_by_name is null)", name=op.f("ck_sheet_layout_archived")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_sheet_layout_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_layout")),
    )
    op.create_index(op.f("ix_sheet_layout_kind"), "sheet_layout", ["kind"], unique=False)
    op.create_index(
        "uq_sheet_layout_name", "sheet_layout", ["unit_id", "name"], unique=True,
        postgresql_where=sa.text("archived_at is null"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("sheet_layout")
