"""acts on parcels and what came from what

Revision 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "parcel_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), server_default="", nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("balance_m2", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("undone_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.Column("undone_by_name", sa.Text(), nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("kind in ('split', 'merge', 'adjust', 'retire')", name=op.f("ck_parcel_event_kind")),
        sa.CheckConstraint(
            "(undone_at is null) = (undone_reason is null)", name=op.f("ck_parcel_event_undone_says_why")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_parcel_event_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel_event")),
    )
    op.create_table(
        "parcel_event_parcel",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("area_computed_m2", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("area_registered_m2", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("side in ('before', 'after')", name=op.f("ck_parcel_event_parcel_side")),
        sa.ForeignKeyConstraint(["event_id"], ["parcel_event.id"], name=op.f("fk_parcel_event_parcel_event_id")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_parcel_event_parcel_parcel_id")),
        sa.PrimaryKeyConstraint("event_id", "parcel_id", "side", name=op.f("pk_parcel_event_parcel")),
    )
    op.create_index("ix_parcel_event_parcel_parcel_id", "parcel_event_parcel", ["parcel_id"])
    op.create_table(
        "parcel_lineage",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=False),
        sa.Column("child_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("area_m2", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.CheckConstraint("parent_id <> child_id", name=op.f("ck_parcel_lineage_not_itself")),
        sa.CheckConstraint("kind in ('split', 'merge', 'adjust')", name=op.f("ck_parcel_lineage_kind")),
        sa.ForeignKeyConstraint(["event_id"], ["parcel_event.id"], name=op.f("fk_parcel_lineage_event_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["parcel.id"], name=op.f("fk_parcel_lineage_parent_id")),
        sa.ForeignKeyConstraint(["child_id"], ["parcel.id"], name=op.f("fk_parcel_lineage_child_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_parcel_lineage_document_id")),
        sa.PrimaryKeyConstraint("event_id", "parent_id", "child_id", name=op.f("pk_parcel_lineage")),
    )
    op.create_index("ix_parcel_lineage_parent_id", "parcel_lineage", ["parent_id"])
    op.create_index("ix_parcel_lineage_child_id", "parcel_lineage", ["child_id"])


def downgrade() -> None:
    op.execute("drop policy if exists scope on parcel_event")
    op.drop_table("parcel_lineage")
    op.drop_table("parcel_event_parcel")
    op.drop_table("parcel_event")
