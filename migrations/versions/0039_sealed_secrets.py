"""What is secret of parties and reporters is sealed with a key outside the database

Revision 0039, after 0038. Rows that are there are sealed by the vault that `migrate.upgrade` is given.
"""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from gis_service.core.vault import NoVault, Row, Vault

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

SEALED = {
    "party_secret": ("party_id", ("id_number", "phone", "address")),
    "clue_reporter": ("clue_id", ("name", "phone")),
}


def upgrade() -> None:
    for table, (key, columns) in SEALED.items():
        _convert(table, key, columns, "text", "bytea", lambda row, column, value: row.seal(column, value))


def downgrade() -> None:
    for table, (key, columns) in SEALED.items():
        _convert(table, key, columns, "bytea", "text", lambda row, column, value: row.unseal(column, bytes(value)))


def _convert(
    table: str,
    key: str,
    columns: tuple[str, ...],
    before: str,
    after: str,
    change: Callable[[Row, str, object], object],
) -> None:
    """Each column in a new one of the other type beside it, which then takes its name. The owner passes the row policies
    only while they are not forced."""
    op.execute(f"alter table {table} no force row level security")
    for column in columns:
        op.execute(f"alter table {table} rename column {column} to {column}_{before}")
        op.execute(f"alter table {table} add column {column} {after} not null default ''")
    connection = op.get_bind()
    old = ", ".join(f"{column}_{before} as {column}" for column in columns)
    rows = connection.execute(sa.text(f"select {key}, {old} from {table}")).mappings().all()  # noqa: S608  (our own names)
    for row in rows:
        sealing = Row(_vault(table), table, row[key])
        changed = {
            column: change(sealing, column, row[column]) if row[column] else row[column] or _empty(after)
            for column in columns
        }
        to = ", ".join(f"{column} = :{column}" for column in columns)
        connection.execute(sa.text(f"update {table} set {to} where {key} = :key"), {"key": row[key], **changed})  # noqa: S608  (our own names)
    for column in columns:
        op.execute(f"alter table {table} drop column {column}_{before}")
    op.execute(f"alter table {table} force row level security")


def _empty(kind: str) -> object:
    return b"" if kind == "bytea" else ""


def _vault(about: str) -> Vault:
    give: Callable[[], Vault] | None = op.get_context().config.attributes.get("vault")  # type: ignore[union-attr]
    if give is None:
        raise NoVault(about=about)
    return give()
