"""Proceedings: step logs, papers, files, signatures, amounts; the working-day calendar

Revision 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proceeding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("proceeding_no", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("is_closed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("counterpart_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("place", Geometry("POINT", srid=4490, spatial_index=False), nullable=True),
        sa.Column("place_text", sa.Text(), nullable=True),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("(closed_at is null) = (not is_closed)", name=op.f("ck_proceeding_closed")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_proceeding_area_id")),
        sa.ForeignKeyConstraint(["counterpart_unit_id"], ["unit.id"], name=op.f("fk_proceeding_counterpart_unit_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["app_user.id"], name=op.f("fk_proceeding_officer_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["proceeding.id"], name=op.f("fk_proceeding_parent_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_proceeding_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proceeding")),
        sa.UniqueConstraint("district_code", "proceeding_no", name=op.f("uq_proceeding_district_code_proceeding_no")),
    )
    op.create_index("idx_proceeding_place", "proceeding", ["place"], postgresql_using="gist")
    op.create_index("ix_proceeding_area_id", "proceeding", ["area_id"])
    op.create_index("ix_proceeding_counterpart_unit_id", "proceeding", ["counterpart_unit_id"])
    op.create_index("ix_proceeding_noun_id", "proceeding", ["noun", "id"])
    op.create_index("ix_proceeding_open", "proceeding", ["noun", "state"], postgresql_where=sa.text("not is_closed"))
    op.create_index("ix_proceeding_parent_id", "proceeding", ["parent_id"])
    op.create_index("ix_proceeding_unit_id", "proceeding", ["unit_id"])
    op.create_table(
        "proceeding_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("papers", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "happened_on <= (at at time zone 'Asia/Shanghai')::date", name=op.f("ck_proceeding_step_not_in_future")
        ),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_proceeding_step_proceeding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proceeding_step")),
        sa.UniqueConstraint("proceeding_id", "seq", name=op.f("uq_proceeding_step_proceeding_id_seq")),
    )
    op.create_table(
        "proceeding_parcel",
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_proceeding_parcel_parcel_id")),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_proceeding_parcel_proceeding_id")),
        sa.PrimaryKeyConstraint("proceeding_id", "parcel_id", name=op.f("pk_proceeding_parcel")),
    )
    op.create_index("ix_proceeding_parcel_parcel_id", "proceeding_parcel", ["parcel_id"])
    op.create_table(
        "proceeding_paper",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("doc_no", sa.Text(), nullable=True),
        sa.Column("docx_sha256", sa.Text(), nullable=True),
        sa.Column("pdf_sha256", sa.Text(), nullable=True),
        sa.Column("file_sha256", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("as_of", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("step_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("withdrawn_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("withdrawn_by_name", sa.Text(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "withdrawn_at is null or btrim(withdrawn_reason) <> ''", name=op.f("ck_proceeding_paper_withdrawn_why")
        ),
        sa.CheckConstraint(
            "docx_sha256 is not null or file_sha256 is not null", name=op.f("ck_proceeding_paper_has_content")
        ),
        sa.ForeignKeyConstraint(["docx_sha256"], ["stored_file.sha256"], name=op.f("fk_proceeding_paper_docx_sha256")),
        sa.ForeignKeyConstraint(["file_sha256"], ["stored_file.sha256"], name=op.f("fk_proceeding_paper_file_sha256")),
        sa.ForeignKeyConstraint(["pdf_sha256"], ["stored_file.sha256"], name=op.f("fk_proceeding_paper_pdf_sha256")),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_proceeding_paper_proceeding_id")),
        sa.ForeignKeyConstraint(["step_id"], ["proceeding_step.id"], name=op.f("fk_proceeding_paper_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proceeding_paper")),
        sa.UniqueConstraint("doc_no", name=op.f("uq_proceeding_paper_doc_no")),
    )
    op.create_index("ix_proceeding_paper_proceeding_id", "proceeding_paper", ["proceeding_id"])
    op.create_table(
        "proceeding_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("thumbnail_sha256", sa.Text(), nullable=True),
        sa.Column("taken_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("place", Geometry("POINT", srid=4490, spatial_index=False), nullable=True),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=True),
        sa.Column("added_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("removed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("removed_by_name", sa.Text(), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "removed_at is null or btrim(removed_reason) <> ''", name=op.f("ck_proceeding_file_removed_why")
        ),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_proceeding_file_proceeding_id")),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_proceeding_file_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proceeding_file")),
        sa.UniqueConstraint("proceeding_id", "sha256", name=op.f("uq_proceeding_file_proceeding_id_sha256")),
    )
    op.create_index("idx_proceeding_file_place", "proceeding_file", ["place"], postgresql_using="gist")
    op.create_table(
        "proceeding_signature",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("drawn_sha256", sa.Text(), nullable=True),
        sa.Column("what_sha256", sa.Text(), nullable=False),
        sa.Column("signed_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("step_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["drawn_sha256"], ["stored_file.sha256"], name=op.f("fk_proceeding_signature_drawn_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["proceeding_id"], ["proceeding.id"], name=op.f("fk_proceeding_signature_proceeding_id")
        ),
        sa.ForeignKeyConstraint(["step_id"], ["proceeding_step.id"], name=op.f("fk_proceeding_signature_step_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_proceeding_signature_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proceeding_signature")),
    )
    op.create_index("ix_proceeding_signature_proceeding_id", "proceeding_signature", ["proceeding_id"])
    op.create_table(
        "proceeding_number",
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("letters", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("district_code", "letters", "year", name=op.f("pk_proceeding_number")),
    )
    op.create_table(
        "proceeding_amount",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("amount_yuan", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("basis", sa.Text(), server_default="", nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("added_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("removed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("removed_by_name", sa.Text(), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "removed_at is null or btrim(removed_reason) <> ''", name=op.f("ck_proceeding_amount_removed_why")
        ),
        sa.CheckConstraint("amount_yuan >= 0", name=op.f("ck_proceeding_amount_amount")),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_proceeding_amount_proceeding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proceeding_amount")),
    )
    op.create_index("ix_proceeding_amount_proceeding_id", "proceeding_amount", ["proceeding_id"])
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )

    op.create_table(
        "evidence_pack",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("steps_head", sa.Text(), nullable=False),
        sa.Column("manifest_sha256", sa.Text(), nullable=False),
        sa.Column("pack_sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_by_name", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_evidence_pack_proceeding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_pack")),
    )
    op.create_index("ix_evidence_pack_proceeding_id", "evidence_pack", ["proceeding_id"])


def downgrade() -> None:
    for table in (
        "evidence_pack",
        "proceeding_amount",
        "calendar_day",
        "proceeding_number",
        "proceeding_signature",
        "proceeding_file",
        "proceeding_paper",
        "proceeding_parcel",
        "proceeding_step",
        "proceeding",
    ):
        op.drop_table(table)
