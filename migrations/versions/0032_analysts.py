"""Logins of analysts to the database

Revision 0032, after 0031
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

Moment = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "analyst_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role_name", sa.Text(), nullable=False),
        sa.Column("valid_until", Moment, nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", Moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["app_user.id"], name=op.f("fk_analyst_account_made_by_app_user")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_analyst_account_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analyst_account")),
    )
    live = sa.text("ended_at is null")
    op.create_index("ix_analyst_account_live_user", "analyst_account", ["user_id"], unique=True, postgresql_where=live)
    op.create_index(
        "ix_analyst_account_live_role", "analyst_account", ["role_name"], unique=True, postgresql_where=live
    )


def downgrade() -> None:
    op.drop_table("analyst_account")
