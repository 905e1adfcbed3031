"""Secrets of webhooks are sealed with a key outside the database

Revision 0043, after 0042. Rows that are there are sealed by the vault that `migrate.upgrade` is given.
"""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from gis_service.core.vault import NoVault, Row, Vault

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _convert("bytea", lambda row, secret: row.seal("secret", str(secret)))


def downgrade() -> None:
    _convert("text", lambda row, secret: row.unseal("secret", bytes(secret)))  # type: ignore[arg-type]


def _convert(after: str, change: Callable[[Row, object], object]) -> None:
    """The column in a new one of the other type beside it, which then takes its name. The owner passes the row policies only
    while they are not forced."""
    op.execute("alter table webhook no force row level security")
    op.execute("alter table webhook rename column secret to secret_before")
    op.execute(f"alter table webhook add column secret {after} not null default ''")
    connection = op.get_bind()
    for key, secret in connection.execute(sa.text("select id, secret_before from webhook")).all():
        changed = change(Row(_vault(), "webhook", key), secret)
        connection.execute(
            sa.text("update webhook set secret = :secret where id = :key"), {"key": key, "secret": changed}
        )
    op.execute("alter table webhook drop column secret_before")
    op.execute("alter table webhook alter column secret drop default")
    op.execute("alter table webhook force row level security")


def _vault() -> Vault:
    give: Callable[[], Vault] | None = op.get_context().config.attributes.get("vault")  # type: ignore[union-attr]
    if give is None:
        raise NoVault(about="webhook")
    return give()
