"""Accounts that nobody uses, wrong tries by name, sessions that can be named

Wrong tries in a row are counted by the hash of the name that was typed, known or not; so the counts leave the accounts.

Revision 0042, after 0040
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0040"
branch_labels = None
depends_on = None

Moment = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("app_user", sa.Column("enabled_at", Moment, nullable=True))
    op.add_column("app_user", sa.Column("unused", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_table(
        "sign_in_tries",
        sa.Column("name_hash", sa.LargeBinary(), nullable=False),
        sa.Column("wrong", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("locked_until", Moment, nullable=True),
        sa.Column("last_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("name_hash", name=op.f("pk_sign_in_tries")),
    )
    op.create_index(op.f("ix_sign_in_tries_last_at"), "sign_in_tries", ["last_at"])
    op.execute(
        """insert into sign_in_tries (name_hash, wrong, locked_until, last_at)
           select sha256(convert_to(username, 'UTF8')), failed_count, locked_until, now() from app_user where failed_count > 0"""
    )
    op.drop_column("app_user", "failed_count")
    op.drop_column("app_user", "locked_until")
    op.add_column("user_session", sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False))
    op.create_unique_constraint(op.f("uq_user_session_id"), "user_session", ["id"])
    op.add_column(
        "user_session", sa.Column("factor_due", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("user_session", "factor_due")
    op.drop_column("user_session", "id")
    op.add_column("app_user", sa.Column("failed_count", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("app_user", sa.Column("locked_until", Moment, nullable=True))
    op.execute(
        """update app_user set failed_count = t.wrong, locked_until = t.locked_until from sign_in_tries t
           where t.name_hash = sha256(convert_to(username, 'UTF8'))"""
    )
    op.drop_table("sign_in_tries")
    op.drop_column("app_user", "unused")
    op.drop_column("app_user", "enabled_at")
