"""Roles of analysts in PostgreSQL, and what the database must have before anybody is let in.

Whoever may make roles runs these orders: the superuser of the private cluster, or the user of GIS_DATABASE_URL. What that user may
not do is returned as SQL for the database administrator.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

import psycopg
from psycopg import Connection, sql

from gis_service.access.analysts.errors import NotReady, RoleTaken
from gis_service.core.provision import ANALYST, APP, OWNER, READER, Wish, fulfil, group_wish

PREFIX = "gis_a_"
LONGEST_NAME = 63  # bytes, of PostgreSQL
CONNECTIONS = 6
"""QGIS holds one or two for each source; the private server has a hundred for all."""

LIMITS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "work_mem": "16MB",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "search_path": "analyst, public",
}
"""What a client finds set and may change. Nothing here keeps anything safe: grants do."""

FIXED = {"log_statement": "all", "temp_file_limit": "1GB"}
"""What only a superuser may set, so the client cannot change it: what was asked stays in the server's log, and sorts are bounded."""

REACHES: LiteralString = r"""
    select p.oid::regprocedure as f, n.nspname = 'pg_catalog' as of_server from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where has_function_privilege('public', p.oid, 'execute')
       and (n.nspname = 'pg_catalog' and p.proname ~ '^(lo_|loread$|lowrite$|pg_advisory|pg_try_advisory|pg_logical_emit_message$)'
            or p.proname in ('_postgis_stats', '_postgis_selectivity', '_postgis_join_selectivity', '_postgis_index_extent',
                                'st_estimatedextent')
               and exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e'))
"""
"""Functions that everybody may call and no analyst should: large objects and messages in the log fill the disk, locks by number hold
our jobs up, and PostGIS tells where features lie from statistics that row policies do not reach."""

SHUT_FUNCTIONS = f"""do $$
declare r record;
begin
    for r in {REACHES} loop
        execute format('revoke execute on function %s from public', r.f);
        execute format('grant execute on function %s to {OWNER}, {APP}, {READER}', r.f);
    end loop;
end $$"""


@dataclass(frozen=True)
class Login:
    """A role as it shall be."""

    role: str
    until: datetime
    password: str | None = None
    """A new one; None leaves the one that is."""


def name_for(username: str, user_id: int) -> str:
    """The role's name of a person.

    >>> name_for("chen", 7), name_for("陈" * 30, 7)
    ('gis_a_chen', 'gis_a_7')
    """
    name = PREFIX + username
    return name if len(name.encode()) <= LONGEST_NAME else f"{PREFIX}{user_id}"


def make_ready(connection: Connection) -> None:
    """What the database must have before an analyst enters; raises `NotReady` with the SQL for what we may not do."""
    undone = [sentence for wish in _wishes(connection) if (sentence := fulfil(connection, wish))]
    if undone:
        raise NotReady(orders=" ".join(undone))
    connection.execute(sql.SQL("set role {}").format(sql.Identifier(OWNER)))
    connection.execute("select public.let_analysts_in()")
    connection.execute("reset role")


def not_ready(connection: Connection) -> list[str]:
    """What lacks for analysts, as SQL; nothing is changed."""
    wishes = _wishes(connection)
    return [w.order.as_string(connection) for w in wishes if not _true(connection, w.met, *w.values)]


def _wishes(connection: Connection) -> Iterator[Wish]:
    """In this order: the others ask about the group, and cannot while there is none."""
    here, group = sql.Identifier(connection.info.dbname), sql.Identifier(ANALYST)
    yield group_wish()
    if not _exists(connection, ANALYST):
        return
    enters: LiteralString = "select has_database_privilege(%s, current_database(), 'connect')"
    yield Wish(enters, sql.SQL("grant connect on database {} to {}").format(here, group), (ANALYST,))
    ours = sql.SQL(", ").join(map(sql.Identifier, (OWNER, APP, READER)))
    yield Wish(
        "select not has_database_privilege(%s, current_database(), 'temporary,create')",
        sql.SQL(
            "grant temporary on database {here} to {ours}; revoke temporary, create on database {here} from public"
        ).format(here=here, ours=ours),
        (ANALYST,),
    )
    yield Wish(
        "select not exists (select from pg_namespace where has_schema_privilege(%s, oid, 'create'))",
        sql.SQL("revoke create on schema public from public").format(),
        (ANALYST,),
    )
    yield Wish(f"select not exists ({REACHES})", sql.SQL(SHUT_FUNCTIONS).format())


def shape(connection: Connection, login: Login) -> list[str]:
    """Make the role what it shall be; returns the SQL that our user may not run, which the administrator must."""
    _require_plain(connection, login.role)
    asked = []
    for order in _orders(connection, login):
        try:
            connection.execute(order)
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedObject):  # the latter of a role not made
            asked.append(order.as_string(connection) + ";")
    return asked


def _require_plain(connection: Connection, role: str) -> None:
    """A role that exists must be an analyst's and nothing else."""
    found = connection.execute(
        """select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication
                  or not exists (select from pg_auth_members m where m.member = r.oid and m.roleid = to_regrole(%(group)s))
                  or exists (select from pg_auth_members m where m.member = r.oid and m.roleid <> to_regrole(%(group)s))
             from pg_roles r where rolname = %(role)s""",
        {"role": role, "group": ANALYST},
    ).fetchone()
    if found and found[0]:
        raise RoleTaken(role=role)


def _orders(connection: Connection, login: Login) -> Iterator[sql.Composed]:
    role = sql.Identifier(login.role)
    if not _exists(connection, login.role):
        yield sql.SQL("create role {} nologin").format(role)
    yield sql.SQL("grant {} to {}").format(sql.Identifier(ANALYST), role)
    for name, value in (*LIMITS.items(), *FIXED.items()):
        # a list of schemas is no literal
        said = sql.SQL(value) if name == "search_path" else sql.Literal(value)
        yield sql.SQL("alter role {} set {} = {}").format(role, sql.Identifier(name), said)
    word = sql.SQL("password {}").format(_verifier(connection, login)) if login.password else sql.SQL("")
    yield sql.SQL("alter role {} with login connection limit {} valid until {} {}").format(
        role, sql.Literal(CONNECTIONS), sql.Literal(login.until.isoformat()), word
    )


def _verifier(connection: Connection, login: Login) -> sql.Literal:
    """What the server keeps of the password: the word itself comes into no log and no hand but the analyst's."""
    made = connection.pgconn.encrypt_password((login.password or "").encode(), login.role.encode(), b"scram-sha-256")
    return sql.Literal(made.decode())


def shut(connection: Connection, role: str) -> list[str]:
    """Let nobody in under this role any more, and end who is; returns the SQL that our user may not run."""
    if not _exists(connection, role):
        return []
    asked = []
    orders = (
        sql.SQL("alter role {} nologin").format(sql.Identifier(role)),
        sql.SQL("select pg_terminate_backend(pid) from pg_stat_activity where usename = {}").format(sql.Literal(role)),
    )
    for order in orders:
        try:
            connection.execute(order)
        except psycopg.errors.InsufficientPrivilege:
            asked.append(order.as_string(connection) + ";")
    return asked


def end_long_work(connection: Connection, minutes: int) -> int:
    """End the connections of analysts whose transaction is older; a client can unset every time limit but this one."""
    found = connection.execute(
        """select count(pg_terminate_backend(a.pid)) from pg_stat_activity a
             join pg_auth_members m on m.member = a.usesysid and m.roleid = to_regrole(%s)
            where a.xact_start < clock_timestamp() - make_interval(mins => %s)""",
        (ANALYST, minutes),
    ).fetchone()
    return int(found[0]) if found else 0


def can_login(connection: Connection, role: str) -> bool:
    return _true(connection, "select rolcanlogin from pg_roles where rolname = %s", role)


def connected(connection: Connection) -> dict[str, int]:
    """How many connections each analyst has open."""
    rows = connection.execute(
        "select usename, count(*) from pg_stat_activity where starts_with(usename::text, %s) group by usename",
        (PREFIX,),
    )
    return {name: int(n) for name, n in rows}


def _exists(connection: Connection, role: str) -> bool:
    return _true(connection, "select true from pg_roles where rolname = %s", role)


def _true(connection: Connection, query: LiteralString, *values: str) -> bool:
    row = connection.execute(query, values or None).fetchone()
    return bool(row and row[0])
