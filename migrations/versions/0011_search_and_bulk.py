"""Search terms, and bulk changes

Revision 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_term",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("letters", sa.Text(collation="C"), nullable=False),
        sa.Column("haystack", sa.Text(), nullable=True),
        sa.Column("is_retired", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("custodian_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("is_published", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("kind in ('parcel', 'area', 'unit', 'place', 'document')", name=op.f("ck_search_term_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_term")),
    )
    op.create_index("ix_search_term_letters", "search_term", ["letters"])
    op.create_index("ix_search_term_kind_subject_id", "search_term", ["kind", "subject_id"])
    op.create_index("ix_search_term_waiting", "search_term", ["id"], postgresql_where=sa.text("haystack is null"))
    for name, where in (
        ("parcels", "kind = 'parcel' and haystack is not null"),
        ("others", "kind <> 'parcel' and haystack is not null"),
    ):
        op.create_index(
            f"ix_search_term_{name}",
            "search_term",
            ["haystack"],
            postgresql_using="gin",
            postgresql_ops={"haystack": "gin_trgm_ops"},
            postgresql_with={"gin_pending_list_limit": "512"},
            postgresql_where=sa.text(where),
        )
    # never used: under row policies LIKE may not ask an index
    op.drop_index("ix_parcel_no_trgm", "parcel")
    op.create_table(
        "bulk_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("waiting", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("tx", sa.Text(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("undone_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("undone_by_name", sa.Text(), nullable=True),
        sa.Column("undone_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('queued', 'applied', 'undoing', 'partly_undone', 'undone', 'failed')",
            name=op.f("ck_bulk_change_state"),
        ),
        sa.CheckConstraint("count >= 0", name=op.f("ck_bulk_change_count")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_bulk_change_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_change")),
    )
    op.create_table(
        "bulk_change_parcel",
        sa.Column("bulk_change_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("version_before", sa.Integer(), nullable=False),
        sa.Column("version_after", sa.Integer(), nullable=False),
        sa.Column("is_undone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulk_change_id"], ["bulk_change.id"], name=op.f("fk_bulk_change_parcel_bulk_change_id")
        ),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_bulk_change_parcel_parcel_id")),
        sa.PrimaryKeyConstraint("bulk_change_id", "parcel_id", name=op.f("pk_bulk_change_parcel")),
    )
    op.create_index(op.f("ix_bulk_change_parcel_parcel_id"), "bulk_change_parcel", ["parcel_id"])


def downgrade() -> None:
    op.drop_table("bulk_change_parcel")
    op.drop_table("bulk_change")
    op.create_index(
        "ix_parcel_no_trgm",
        "parcel",
        ["parcel_no"],
        postgresql_using="gin",
        postgresql_ops={"parcel_no": "gin_trgm_ops"},
    )
    for table in ("parcel", "parcel_alias", "area", "unit", "ground", "document"):
        op.execute(f"drop function if exists search_keep_{table}() cascade")
    op.execute("drop function if exists search_hits, search_near, parcels_found, search_letters cascade")
    op.drop_table("search_term")
