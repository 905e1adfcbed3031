"""Dumping cases: clues, parties and what cases are linked to, law as dated data; when cameras were reviewed and published

Revision 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "haulier",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("licence_no", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_haulier")),
        sa.UniqueConstraint("name", name=op.f("uq_haulier_name")),
    )
    op.create_table(
        "legal_basis",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), server_default="", nullable=False),
        sa.Column("quote", sa.Text(), server_default="", nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("not confirmed or btrim(article) <> ''", name=op.f("ck_legal_basis_article")),
        sa.CheckConstraint("effective_from < effective_to", name=op.f("ck_legal_basis_force")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_basis")),
        sa.UniqueConstraint(
            "law",
            "article",
            "subject",
            "effective_from",
            name=op.f("uq_legal_basis_law_article_subject_effective_from"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "party",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credit_code", sa.Text(), nullable=True),
        sa.Column("id_masked", sa.Text(), server_default="", nullable=False),
        sa.Column("phone_masked", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by_name", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind in ('person', 'unit')", name=op.f("ck_party_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
    )
    op.create_index("ix_party_name", "party", ["name"], unique=False)
    op.create_index(
        "uq_party_credit_code",
        "party",
        ["credit_code"],
        unique=True,
        postgresql_where=sa.text("credit_code is not null"),
    )
    op.create_geospatial_table(
        "source_site",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("builder", sa.Text(), nullable=True),
        sa.Column("place", Geometry("POINT", srid=4490, spatial_index=False), nullable=True),
        sa.Column("place_text", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_site")),
        sa.UniqueConstraint("name", name=op.f("uq_source_site_name")),
    )
    op.create_geospatial_index(
        "idx_source_site_place", "source_site", ["place"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "party_secret",
        sa.Column("party_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id_number", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_party_secret_party_id")),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_party_secret")),
    )
    op.create_table(
        "vehicle",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("vehicle_type", sa.Text(), nullable=True),
        sa.Column("haulier_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["haulier_id"], ["haulier.id"], name=op.f("fk_vehicle_haulier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle")),
        sa.UniqueConstraint("plate", name=op.f("uq_vehicle_plate")),
    )
    op.create_index(op.f("ix_vehicle_haulier_id"), "vehicle", ["haulier_id"], unique=False)
    op.create_table(
        "case_basis",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("legal_basis_id", sa.BigInteger(), nullable=False),
        sa.Column("act_from", sa.Date(), nullable=False),
        sa.Column("act_to", sa.Date(), nullable=False),
        sa.Column("as_read", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("chosen_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("chosen_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("removed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("removed_by_name", sa.Text(), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("removed_at is null or btrim(removed_reason) <> ''", name=op.f("ck_case_basis_removed_why")),
        sa.CheckConstraint("act_from <= act_to", name=op.f("ck_case_basis_act")),
        sa.ForeignKeyConstraint(["legal_basis_id"], ["legal_basis.id"], name=op.f("fk_case_basis_legal_basis_id")),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_case_basis_proceeding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_basis")),
    )
    op.create_index("ix_case_basis_proceeding_id", "case_basis", ["proceeding_id"], unique=False)
    op.create_index(
        "uq_case_basis_present",
        "case_basis",
        ["proceeding_id", "legal_basis_id"],
        unique=True,
        postgresql_where=sa.text("removed_at is null"),
    )
    op.create_table(
        "case_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=True),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=True),
        sa.Column("haulier_id", sa.BigInteger(), nullable=True),
        sa.Column("site_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("added_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("removed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("removed_by_name", sa.Text(), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'party') = (party_id is not null) and (kind = 'vehicle') = (vehicle_id is not null) and (kind = 'haulier') = (haulier_id is not null) and (kind = 'site') = (site_id is not null)",
            name=op.f("ck_case_link_kind_says"),
        ),
        sa.CheckConstraint("kind in ('party', 'vehicle', 'haulier', 'site')", name=op.f("ck_case_link_kind")),
        sa.CheckConstraint("removed_at is null or btrim(removed_reason) <> ''", name=op.f("ck_case_link_removed_why")),
        sa.CheckConstraint(
            "role in ('offender', 'driver', 'owner', 'builder', 'carrier', 'loader', 'source', 'witness', 'related')",
            name=op.f("ck_case_link_role"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(party_id, vehicle_id, haulier_id, site_id) = 1", name=op.f("ck_case_link_one")
        ),
        sa.ForeignKeyConstraint(["haulier_id"], ["haulier.id"], name=op.f("fk_case_link_haulier_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_case_link_party_id")),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_case_link_proceeding_id")),
        sa.ForeignKeyConstraint(["site_id"], ["source_site.id"], name=op.f("fk_case_link_site_id")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_case_link_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_link")),
        sa.UniqueConstraint(
            "proceeding_id",
            "role",
            "party_id",
            "vehicle_id",
            "haulier_id",
            "site_id",
            "removed_at",
            name="uq_case_link_present",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_case_link_haulier_id", "case_link", ["haulier_id"], unique=False)
    op.create_index("ix_case_link_party_id", "case_link", ["party_id"], unique=False)
    op.create_index("ix_case_link_site_id", "case_link", ["site_id"], unique=False)
    op.create_index("ix_case_link_vehicle_id", "case_link", ["vehicle_id"], unique=False)
    op.create_geospatial_table(
        "clue",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("tracking_no", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("waste_kind", sa.Text(), nullable=False),
        sa.Column("quantity_m3", sa.Numeric(precision=12, scale=1), nullable=True),
        sa.Column("what", sa.Text(), server_default="", nullable=False),
        sa.Column("place", Geometry("POINT", srid=4490, spatial_index=False), nullable=True),
        sa.Column("place_text", sa.Text(), server_default="", nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("happened_from", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("happened_to", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("seen_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("camera_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), server_default="new", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("has_reporter", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("(state = 'merged') = (merged_into_id is not null)", name=op.f("ck_clue_merged")),
        sa.CheckConstraint("(state = 'opened') = (case_id is not null)", name=op.f("ck_clue_opened")),
        sa.CheckConstraint(
            "source in ('patrol', 'phone', 'letter', 'public_page', 'camera', 'drone', 'hotline', 'police', 'media')",
            name=op.f("ck_clue_source"),
        ),
        sa.CheckConstraint("state <> 'dismissed' or btrim(reason) <> ''", name=op.f("ck_clue_dismissed_why")),
        sa.CheckConstraint("state in ('new', 'merged', 'opened', 'dismissed')", name=op.f("ck_clue_state")),
        sa.CheckConstraint(
            "waste_kind in ('construction', 'excavated_soil', 'domestic', 'mixed', 'sludge', 'hazardous', 'other')",
            name=op.f("ck_clue_waste_kind"),
        ),
        sa.CheckConstraint("happened_from <= happened_to", name=op.f("ck_clue_happened")),
        sa.CheckConstraint("merged_into_id <> id", name=op.f("ck_clue_merged_into_itself")),
        sa.CheckConstraint("quantity_m3 >= 0", name=op.f("ck_clue_quantity")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_clue_area_id")),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name=op.f("fk_clue_camera_id")),
        sa.ForeignKeyConstraint(["case_id"], ["proceeding.id"], name=op.f("fk_clue_case_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["clue.id"], name=op.f("fk_clue_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clue")),
        sa.UniqueConstraint("tracking_no", name=op.f("uq_clue_tracking_no")),
    )
    op.create_geospatial_index(
        "idx_clue_place", "clue", ["place"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_clue_area_id", "clue", ["area_id"], unique=False)
    op.create_index("ix_clue_case_id", "clue", ["case_id"], unique=False)
    op.create_index("ix_clue_merged_into_id", "clue", ["merged_into_id"], unique=False)
    op.create_index("ix_clue_state_id", "clue", ["state", "id"], unique=False)
    op.create_table(
        "clue_file",
        sa.Column("clue_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("thumbnail_sha256", sa.Text(), nullable=True),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("added_by_name", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name=op.f("fk_clue_file_clue_id")),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_clue_file_sha256")),
        sa.PrimaryKeyConstraint("clue_id", "sha256", name=op.f("pk_clue_file")),
    )
    op.create_table(
        "clue_reporter",
        sa.Column("clue_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("wants_answer", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name=op.f("fk_clue_reporter_clue_id")),
        sa.PrimaryKeyConstraint("clue_id", name=op.f("pk_clue_reporter")),
    )
    op.add_column("camera", sa.Column("reviewed_on", sa.Date(), nullable=True))
    op.add_column("camera", sa.Column("published_url", sa.Text(), nullable=True))
    op.add_column("camera_version", sa.Column("reviewed_on", sa.Date(), autoincrement=False, nullable=True))
    op.add_column("camera_version", sa.Column("published_url", sa.Text(), autoincrement=False, nullable=True))


def downgrade() -> None:
    # each names the other: the link by its key, the thing by the policy that shows it with its links
    for table in ("party", "vehicle", "haulier", "source_site"):
        op.execute(f"drop policy if exists scope on {table}")
    for table in ("camera_version", "camera"):
        op.drop_column(table, "published_url")
        op.drop_column(table, "reviewed_on")
    for table in (
        "clue_reporter", "clue_file", "clue", "case_link", "case_basis", "vehicle", "party_secret", "source_site", "party", "legal_basis", "haulier",
    ):  # fmt: skip
        op.drop_table(table)
