"""Personal tokens made for editing, each with the reason of its changes

Revision 0031, after 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("access_token", sa.Column("may_edit", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("access_token", sa.Column("reason", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_access_token_edits_for_a_reason"), "access_token", "may_edit = (reason is not null)"
    )
    op.create_check_constraint(
        op.f("ck_access_token_reason"), "access_token", "char_length(btrim(reason)) between 4 and 200"
    )
    op.create_check_constraint(
        op.f("ck_access_token_edits_for_a_month"),
        "access_token",
        "not may_edit or expires_at <= created_at + interval '31 days'",
    )


def downgrade() -> None:
    """A token for editing becomes none: it must not outlive the mark that holds it to its doors."""
    op.execute("update access_token set revoked_at = now() where may_edit and revoked_at is null")
    for name in ("edits_for_a_month", "reason", "edits_for_a_reason"):
        op.drop_constraint(op.f(f"ck_access_token_{name}"), "access_token", type_="check")
    op.drop_column("access_token", "reason")
    op.drop_column("access_token", "may_edit")
