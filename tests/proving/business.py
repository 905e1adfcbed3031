"""What a database holds, in one short word for each table: equal words, equal rows."""

from collections.abc import Mapping

from psycopg import Connection, sql

Columns = dict[str, tuple[str, ...]]
NOT_BUSINESS = ("alembic_version", "spatial_ref_sys", "deployment")
"""The first two are not ours to keep; the third holds the fingerprint of the views beside a remark or two."""

COLUMNS = """
    select c.relname, array_agg(a.attname::text order by a.attname)
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> all (%s) group by 1"""


def columns(connection: Connection) -> Columns:
    """Every column of every table, as the schema is now."""
    return {table: tuple(names) for table, names in connection.execute(COLUMNS, [list(NOT_BUSINESS)])}


def checksum(connection: Connection, of: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """For each table the number of its rows and a digest over these columns of all of them, in whatever order they lie."""
    return {table: _of_table(connection, table, names) for table, names in of.items()}


def _of_table(connection: Connection, table: str, names: tuple[str, ...]) -> str:
    row = sql.SQL(", ").join(map(sql.Identifier, names))
    digest = sql.SQL(
        "select count(*) || ' ' || coalesce(md5(string_agg(d, '' order by d)), '-') from (select md5(row({})::text) d from {}) each"
    )
    found = connection.execute(digest.format(row, sql.Identifier("public", table))).fetchone()
    return str(found[0]) if found else ""


def differing(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Tables whose rows are not what they were."""
    return sorted(table for table in before if before[table] != after.get(table))
