"""The desk of imports: remembered columns, mended outlines, corrected files, updates

Revision 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATES = "'queued', 'reading', 'checking', 'staged', 'accepted', 'refused', 'undone', 'failed'"


def upgrade() -> None:
    op.create_table(
        "import_profile",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("columns", JSONB(), nullable=False),
        sa.Column("class_system", sa.Text()),
        sa.Column("crs", sa.Text()),
        sa.Column("encoding", sa.Text()),
        sa.Column("used_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("used_by", sa.BigInteger()),
        sa.Column("used_by_name", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_profile")),
        sa.UniqueConstraint(
            "district_code", "sender", "fingerprint", name=op.f("uq_import_profile_district_code_sender_fingerprint")
        ),
    )
    op.create_index(op.f("ix_import_profile_fingerprint"), "import_profile", ["fingerprint"])
    _states(f"{STATES}, 'accepting'")
    op.add_column("import_batch", sa.Column("columns", JSONB(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column("import_batch", sa.Column("previous_batch_id", sa.BigInteger()))
    op.create_foreign_key(
        op.f("fk_import_batch_previous_batch_id"),
        "import_batch",
        "import_batch",
        ["previous_batch_id"],
        ["id"],
    )
    raw = Geometry(srid=-1, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry")
    op.add_column("staged_row", sa.Column("raw_geom", raw))
    op.add_column("staged_row", sa.Column("known_id", sa.BigInteger()))
    for name in ("changes", "former", "original"):
        op.add_column("staged_row", sa.Column(name, JSONB()))
    op.add_column("staged_row", sa.Column("fixes", JSONB(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column("import_issue", sa.Column("source", sa.Text(), server_default="read", nullable=False))


def downgrade() -> None:
    op.drop_column("import_issue", "source")
    for name in ("fixes", "original", "former", "changes", "known_id", "raw_geom"):
        op.drop_column("staged_row", name)
    op.drop_constraint(op.f("fk_import_batch_previous_batch_id"), "import_batch")
    op.drop_column("import_batch", "previous_batch_id")
    op.drop_column("import_batch", "columns")
    op.execute("update import_batch set state = 'staged' where state = 'accepting'")
    _states(STATES)
    op.drop_table("import_profile")


def _states(allowed: str) -> None:
    op.drop_constraint(op.f("ck_import_batch_state"), "import_batch")
    op.create_check_constraint(op.f("ck_import_batch_state"), "import_batch", f"state in ({allowed})")
