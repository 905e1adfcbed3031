"""Roles, extensions and grants that the service needs in its database.

`prepare` does it as superuser in the private cluster; `provision` does what it may on a server that belongs to
somebody else, and says in sentences what its administrator must still do.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg import Connection, sql
from sqlalchemy import make_url

from gis_service.core.binaries import EXTENSIONS, OLDEST_MAJOR

OWNER, APP, READER, ADMIN = "gis_owner", "gis_app", "gis_reader", "gis_admin"
ROLES = (OWNER, APP, READER)
ANALYST = "gis_analyst"
"""The group of people with a login of their own (gis_service/access/analysts); nobody logs in under it."""
DATABASE = "gis"
OLDEST_POSTGIS = "3.3"

# A web request that takes longer has lost its reader; a parallel worker costs more (it loads PROJ) than it saves.
SESSION_LIMITS = {
    "max_parallel_workers_per_gather": "0",
    "statement_timeout": "20s",
    "idle_in_transaction_session_timeout": "30s",
}

IS_LEAKPROOF: LiteralString = (
    "select coalesce((select bool_and(proleakproof) from pg_proc where proname = 'geometry_overlaps'), false)"
)

RANGE_IS_LEAKPROOF: LiteralString = (
    "select proleakproof from pg_proc where oid = 'pg_catalog.range_contains_elem(anyrange, anyelement)'::regprocedure"
)
RANGE_ORDER = sql.SQL("alter function pg_catalog.range_contains_elem(anyrange, anyelement) leakproof").format()

POSTGIS_RECENT: LiteralString = """
    select coalesce((select string_to_array(substring(extversion from '^[0-9.]+'), '.')::int[]
                            >= string_to_array(%s, '.')::int[]
                     from pg_extension where extname = 'postgis'), true)
"""


def prepare(admin: Callable[[str], Connection]) -> None:
    """Roles, database and extensions in our own cluster; harmless to repeat. `admin` connects to a database."""
    with admin("postgres") as connection:
        for role in ROLES:
            _make_login(connection, role)
        fulfil(connection, group_wish())
        if not _one(connection, "select 1 from pg_database where datname = %s", DATABASE):
            _run(connection, "create database {} owner {} template template0", DATABASE, OWNER)
        _run(connection, "revoke all on database {} from public", DATABASE)
        _run(connection, "grant connect, temporary on database {} to {}", DATABASE, APP)
        _run(connection, "grant connect on database {} to {}", DATABASE, READER)
    with admin(DATABASE) as connection:
        for name in EXTENSIONS:
            _run(connection, "create extension if not exists {}", name)
        mark_leakproof(connection)


def _make_login(connection: Connection, role: str) -> None:
    if not _one(connection, "select 1 from pg_roles where rolname = %s", role):
        _run(connection, "create role {} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls", role)
    if role != OWNER:
        _limit(connection, role)


def _limit(connection: Connection, role: str) -> None:
    for name, value in SESSION_LIMITS.items():
        statement = sql.SQL("alter role {} set {} = {}")
        connection.execute(statement.format(sql.Identifier(role), sql.Identifier(name), sql.Literal(value)))


def mark_leakproof(connection: Connection) -> None:
    """Let boxes and times use their indexes under row policies (an update of the extension drops the mark of boxes)."""
    if not _one(connection, IS_LEAKPROOF):
        connection.execute(_leakproof_order(_postgis_schema(connection)))
    if not _one(connection, RANGE_IS_LEAKPROOF):
        connection.execute(RANGE_ORDER)


def _leakproof_order(schema: str) -> sql.Composed:
    """`&&` compares boxes and has no error that shows values; unmarked, row policies keep it from the index (40 to
    1,200 times slower)."""
    here = sql.Identifier(schema)
    order = "alter function {here}.geometry_overlaps({here}.geometry, {here}.geometry) leakproof"
    return sql.SQL(order).format(here=here)


def _postgis_schema(connection: Connection) -> str:
    found = _one(connection, "select extnamespace::regnamespace::text from pg_extension where extname = 'postgis'")
    return str(found or "public")


@dataclass(frozen=True)
class Wish:
    """One thing the database must have: a question that says whether it has, and the order that gives it."""

    met: LiteralString
    order: sql.Composed
    values: tuple[str, ...] = ()


def provision(url: str) -> list[str]:
    """Make an existing database ready as far as its user may; returns what its administrator must still do."""
    with connect(url) as connection:
        return [sentence for wish in _wishes(connection) if (sentence := fulfil(connection, wish))]


def connect(url: str) -> Connection:
    """A plain psycopg connection, each statement its own transaction, to where a SQLAlchemy URL points."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def fulfil(connection: Connection, wish: Wish) -> str | None:
    """Grant the wish if it is open; where that is not allowed, the sentence that asks somebody who may."""
    if _one(connection, wish.met, *wish.values):
        return None
    try:
        connection.execute(wish.order)
        reason = "no effect"  # PostgreSQL only warns when a grant granted nothing
    except psycopg.Error as refusal:
        reason = (refusal.diag.message_primary or str(refusal)).strip()
    if _one(connection, wish.met, *wish.values):
        return None
    ask = "请数据库管理员在本库执行 · Ask the database administrator to run in this database"
    return f"{ask}: {wish.order.as_string(connection)};  ({reason})"


def _wishes(connection: Connection) -> Iterator[Wish]:
    yield from _server_wishes()
    for name in EXTENSIONS:
        yield _wish("select 1 from pg_extension where extname = %s", name, "create extension if not exists {}", name)
    for role in ROLES:
        yield from _role_wishes(role, connection.info.user)
    yield from _grant_wishes(connection.info.dbname)
    yield Wish(IS_LEAKPROOF, _leakproof_order(_postgis_schema(connection)))
    # "which version held at t": compares times, and has no error that shows one
    yield Wish(RANGE_IS_LEAKPROOF, RANGE_ORDER)


def group_wish() -> Wish:
    """The group of analysts: wished for in our own cluster, elsewhere only once somebody wants an analyst."""
    return _wish("select 1 from pg_roles where rolname = %s", ANALYST, "create role {} nologin", ANALYST)


def _server_wishes() -> Iterator[Wish]:
    """What no statement of ours can give: the order is a remark for the administrator."""
    recent = "select current_setting('server_version_num')::int >= %s::int"
    yield _wish(recent, str(OLDEST_MAJOR * 10_000), f"-- PostgreSQL {OLDEST_MAJOR} +")
    utf8 = "select getdatabaseencoding() = %s"
    yield _wish(utf8, "UTF8", "-- create database … encoding 'UTF8' template template0")
    yield _wish(POSTGIS_RECENT, OLDEST_POSTGIS, f"-- PostGIS {OLDEST_POSTGIS} +: alter extension postgis update")


def _role_wishes(role: str, user: str) -> Iterator[Wish]:
    """The role, the right of the connecting user to become it (`set role`), and that it stands under row policies."""
    exists = "select 1 from pg_roles where rolname = %s"
    yield _wish(exists, role, "create role {} nologin", role)
    may_become = "select pg_has_role(current_user, oid, 'member') from pg_roles where rolname = %s"
    yield _wish(may_become, role, "grant {} to {}", role, user)
    is_bound = "select not (rolsuper or rolbypassrls) from pg_roles where rolname = %s"
    yield _wish(is_bound, role, "alter role {} nosuperuser nobypassrls", role)


def _grant_wishes(database: str) -> Iterator[Wish]:
    creates = "select has_database_privilege(oid, current_database(), 'create') from pg_roles where rolname = %s"
    yield _wish(creates, OWNER, "grant create on database {} to {}", database, OWNER)
    in_public = "select has_schema_privilege(oid, 'public', 'create') from pg_roles where rolname = %s"
    yield _wish(in_public, OWNER, "grant create, usage on schema public to {}", OWNER)
    for role in (APP, READER):
        enters = "select has_database_privilege(oid, current_database(), 'connect') from pg_roles where rolname = %s"
        yield _wish(enters, role, "grant connect, temporary on database {} to {}", database, role)


def _wish(met: LiteralString, value: str, order: str, *names: str) -> Wish:
    return Wish(met, sql.SQL(order).format(*map(sql.Identifier, names)), (value,))


def _one(connection: Connection, query: LiteralString, *values: str) -> object:
    row = connection.execute(query, values or None).fetchone()
    return None if row is None else row[0]


def _run(connection: Connection, statement: LiteralString, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
