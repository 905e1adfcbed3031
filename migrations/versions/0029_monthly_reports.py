"""Monthly reports: snapshots by month and edition, the packs made from them, notes on parcels

Revision 0029, after 0028
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

Moment = postgresql.TIMESTAMP(timezone=True)
Ids = postgresql.ARRAY(sa.BigInteger())


def _sight() -> list[sa.Column]:
    """Whose land a snapshot or a pack holds."""
    return [
        sa.Column("see_all", sa.Boolean(), nullable=False),
        sa.Column("area_ids", Ids, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("unit_ids", Ids, server_default=sa.text("'{}'"), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "monthly_report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("as_of", Moment, nullable=False),
        *_sight(),
        sa.Column("snapshot_sha256", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="closed", nullable=False),
        sa.Column("made_at", Moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_monthly_report_month")),
        sa.CheckConstraint("edition >= 1", name=op.f("ck_monthly_report_edition")),
        sa.CheckConstraint("edition = 1 or btrim(reason) <> ''", name=op.f("ck_monthly_report_corrected_why")),
        sa.CheckConstraint("state in ('closed', 'corrected')", name=op.f("ck_monthly_report_state")),
        sa.ForeignKeyConstraint(["snapshot_sha256"], ["stored_file.sha256"], name=op.f("fk_monthly_report_snapshot_sha256_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_report")),
        sa.UniqueConstraint(
            "district_code", "month", "see_all", "area_ids", "unit_ids", "edition", name="uq_monthly_report_edition"
        ),
    )  # fmt: skip
    op.create_table(
        "monthly_pack",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        *_sight(),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("is_draft", sa.Boolean(), nullable=False),
        sa.Column("as_of", Moment, nullable=True),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("stage", sa.Text(), server_default="", nullable=False),
        sa.Column("steps_done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("steps", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("files", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("error", postgresql.JSONB(), nullable=True),
        sa.Column("made_at", Moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_monthly_pack_month")),
        sa.CheckConstraint(
            "state in ('queued', 'making', 'done', 'failed', 'cancelled')", name=op.f("ck_monthly_pack_state")
        ),
        sa.CheckConstraint("(state = 'failed') = (error is not null)", name=op.f("ck_monthly_pack_failed_why")),
        sa.CheckConstraint("not (is_draft and report_id is not null)", name=op.f("ck_monthly_pack_draft")),
        sa.ForeignKeyConstraint(["report_id"], ["monthly_report.id"], name=op.f("fk_monthly_pack_report_id_monthly_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_pack")),
    )  # fmt: skip
    op.create_index("ix_monthly_pack_report_id", "monthly_pack", ["report_id"], unique=False)
    op.create_table(
        "monthly_note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("difficulty", sa.Text(), server_default="", nullable=False),
        sa.Column("next_step", sa.Text(), server_default="", nullable=False),
        sa.Column("responsible", sa.Text(), server_default="", nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("written_at", Moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("written_by", sa.BigInteger(), nullable=True),
        sa.Column("written_by_name", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_monthly_note_month")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_monthly_note_version")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_monthly_note_parcel_id_parcel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_note")),
        sa.UniqueConstraint("parcel_id", "month", "version", name=op.f("uq_monthly_note_parcel_id_month_version")),
    )


def downgrade() -> None:
    op.drop_table("monthly_note")
    op.drop_table("monthly_pack")
    op.drop_table("monthly_report")
