"""Planned values of figures, with every state they had; indexes for what a month holds

Revision 0028, after 0027
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

Moment = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "kpi_target",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("value", sa.Numeric(precision=16, scale=3), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("set_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", Moment, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("area_id is null or unit_id is null", name=op.f("ck_kpi_target_one_scope")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_kpi_target_value")),
        sa.CheckConstraint("year between 2000 and 2100", name=op.f("ck_kpi_target_year")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_kpi_target_area_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_kpi_target_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kpi_target")),
        sa.UniqueConstraint(
            "district_code", "code", "year", "area_id", "unit_id", name="uq_kpi_target_of", postgresql_nulls_not_distinct=True
        ),
    )  # fmt: skip
    op.create_table(
        "kpi_target_version",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        *(
            sa.Column(name, kind, autoincrement=False, nullable=True)
            for name, kind in (
                ("district_code", sa.Text()), ("code", sa.Text()), ("area_id", sa.BigInteger()), ("unit_id", sa.BigInteger()),
                ("year", sa.Integer()), ("value", sa.Numeric(precision=16, scale=3)), ("note", sa.Text()), ("set_by_name", sa.Text()),
                ("row_version", sa.Integer()), ("updated_at", Moment),
            )
        ),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("valid_from", Moment, sa.Computed("lower(valid)", persisted=True), nullable=True),
        sa.Column("valid_to", Moment, sa.Computed("coalesce(upper(valid), 'infinity'::timestamptz)", persisted=True), nullable=True),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("version_document_id", sa.BigInteger(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("tx", sa.Text(), nullable=False),
        postgresql.ExcludeConstraint(
            ("id", "="), (sa.text("tstzrange(valid_from, valid_to)"), "&&"), using="gist", name="ex_kpi_target_version_valid"
        ),
        sa.PrimaryKeyConstraint("id", "version_no", name=op.f("pk_kpi_target_version")),
    )  # fmt: skip
    op.create_index("ix_observation_seen_at", "observation", ["seen_at"])
    op.create_index("ix_patrol_task_due_on", "patrol_task", ["due_on"])


def downgrade() -> None:
    op.drop_index("ix_patrol_task_due_on", "patrol_task")
    op.drop_index("ix_observation_seen_at", "observation")
    op.drop_table("kpi_target_version")
    op.drop_table("kpi_target")
