"""Templates of official papers, and the last number of each series

Revision 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_number",
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("last > 0", name=op.f("ck_paper_number_last")),
        sa.CheckConstraint("year between 2000 and 2200", name=op.f("ck_paper_number_year")),
        sa.PrimaryKeyConstraint("district_code", "unit_code", "series", "year", name=op.f("pk_paper_number")),
    )
    op.create_table(
        "paper_template",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger(), nullable=True),
        sa.Column("uploaded_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("uploaded_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_paper_template_version")),
        sa.CheckConstraint("length(btrim(note)) > 0", name=op.f("ck_paper_template_note")),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_paper_template_sha256")),
        sa.PrimaryKeyConstraint("kind", "version", name=op.f("pk_paper_template")),
    )


def downgrade() -> None:
    op.drop_table("paper_template")
    op.drop_table("paper_number")
