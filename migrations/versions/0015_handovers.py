"""Handovers: batches, one parcel's way through a batch, acts of a batch; one letter may lie in many files

Revision 0015, after 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("uq_proceeding_paper_doc_no"), "proceeding_paper", type_="unique")
    op.create_unique_constraint(
        op.f("uq_proceeding_paper_proceeding_id_kind_doc_no"), "proceeding_paper", ["proceeding_id", "kind", "doc_no"]
    )
    op.create_table(
        "handover_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("batch_no", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("giving_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("receiving_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("witness_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("state in ('open', 'closed')", name=op.f("ck_handover_batch_state")),
        sa.CheckConstraint("btrim(title) <> ''", name=op.f("ck_handover_batch_title")),
        sa.CheckConstraint("giving_unit_id <> receiving_unit_id", name=op.f("ck_handover_batch_two_units")),
        sa.CheckConstraint(
            "witness_unit_id not in (giving_unit_id, receiving_unit_id)", name=op.f("ck_handover_batch_third_unit")
        ),
        sa.ForeignKeyConstraint(["giving_unit_id"], ["unit.id"], name=op.f("fk_handover_batch_giving_unit_id")),
        sa.ForeignKeyConstraint(["receiving_unit_id"], ["unit.id"], name=op.f("fk_handover_batch_receiving_unit_id")),
        sa.ForeignKeyConstraint(["witness_unit_id"], ["unit.id"], name=op.f("fk_handover_batch_witness_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_batch")),
        sa.UniqueConstraint("district_code", "batch_no", name=op.f("uq_handover_batch_district_code_batch_no")),
    )
    op.create_table(
        "handover",
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("giving_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("receiving_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("witness_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("custodian_before_id", sa.BigInteger(), nullable=True),
        sa.Column("status_before", sa.Text(), nullable=False),
        sa.Column("is_under_way", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_handover_area_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["handover_batch.id"], name=op.f("fk_handover_batch_id")),
        sa.ForeignKeyConstraint(["custodian_before_id"], ["unit.id"], name=op.f("fk_handover_custodian_before_id")),
        sa.ForeignKeyConstraint(["giving_unit_id"], ["unit.id"], name=op.f("fk_handover_giving_unit_id")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_handover_parcel_id")),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_handover_proceeding_id")),
        sa.ForeignKeyConstraint(["receiving_unit_id"], ["unit.id"], name=op.f("fk_handover_receiving_unit_id")),
        sa.ForeignKeyConstraint(["witness_unit_id"], ["unit.id"], name=op.f("fk_handover_witness_unit_id")),
        sa.PrimaryKeyConstraint("proceeding_id", name=op.f("pk_handover")),
    )
    op.create_index("ix_handover_batch_id", "handover", ["batch_id"])
    op.create_index("ix_handover_parcel_id", "handover", ["parcel_id"])
    op.create_index("ix_handover_witness_unit_id", "handover", ["witness_unit_id"])
    op.create_index(
        "uq_handover_under_way", "handover", ["parcel_id"], unique=True, postgresql_where=sa.text("is_under_way")
    )
    op.create_table(
        "handover_act",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), server_default="done", nullable=False),
        sa.Column("results", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("waiting", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("done_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('step', 'paper', 'upload', 'sign', 'add')", name=op.f("ck_handover_act_kind")),
        sa.CheckConstraint("state in ('queued', 'done', 'failed')", name=op.f("ck_handover_act_state")),
        sa.ForeignKeyConstraint(["batch_id"], ["handover_batch.id"], name=op.f("fk_handover_act_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_act")),
    )
    op.create_index("ix_handover_act_batch_id", "handover_act", ["batch_id"])


def downgrade() -> None:
    # policies and a trigger look into these tables
    op.execute("drop policy if exists scope on handover_act")
    op.execute("drop policy if exists scope on handover_batch")
    op.execute("drop policy if exists witness on proceeding")
    op.execute("drop trigger if exists handover_follows on proceeding")
    op.execute("drop function if exists handover_follows_proceeding()")
    for table in ("handover_act", "handover", "handover_batch"):
        op.drop_table(table)
    op.drop_constraint(op.f("uq_proceeding_paper_proceeding_id_kind_doc_no"), "proceeding_paper", type_="unique")
    op.create_unique_constraint(op.f("uq_proceeding_paper_doc_no"), "proceeding_paper", ["doc_no"])
