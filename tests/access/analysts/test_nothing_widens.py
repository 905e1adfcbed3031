"""Nothing that a client can do widens what an analyst sees, or reaches further."""

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import suppress
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from gis_service import worker
from gis_service.core import db
from gis_service.core.provision import connect
from gis_service.jobs import queue
from gis_service.parcels.search import jobs as search
from tests.access.analysts.conftest import Analyst, ids_of
from tests.conftest import CloneServices

EVERYTHING_SET = "set app.see_all = 'on'; set app.see_published = 'on'; set app.see_contacts = 'on'"
WIDENING: dict[str, tuple[str, ...]] = {
    "set": (EVERYTHING_SET,),
    "set the areas": ("set app.area_ids = '1,2,3,4,5,6,7,8,9'", "set app.unit_ids = '1,2,3,4,5,6,7,8,9,10'"),
    "set_config": ("select set_config('app.see_all', 'on', false)",),
    "set local": ("begin", "set local app.see_all = 'on'"),
    "set, then a savepoint": ("begin", "set local app.see_all = 'on'", "savepoint s", "rollback to s"),
    "set role none": (EVERYTHING_SET, "set role none"),
    "own role": (EVERYTHING_SET, "set role {me}"),
    "own authorization": (EVERYTHING_SET, "set session authorization default"),
    "prepared before": ("prepare p as select id from analyst.parcel", EVERYTHING_SET, "execute p"),
    "a cursor": ("begin", "declare c cursor for select id from analyst.parcel", EVERYTHING_SET, "fetch all from c"),
    "search_path": (EVERYTHING_SET, "set search_path = pg_temp, pg_catalog, analyst"),
    "no search_path": (EVERYTHING_SET, "set search_path = ''"),
    "account settings": ("set app.analyst = 'on'", "set app.actor = '1'", "set app.see_all = 'on'"),
    "as somebody else": ("set application_name = 'gis-service reader'", "set session.role = 'gis_app'"),
    "plans": ("set plan_cache_mode = force_generic_plan", "set enable_seqscan = off", "set app.see_all = on"),
    "parallel": ("set max_parallel_workers_per_gather = 4", "set parallel_setup_cost = 0", "set parallel_tuple_cost = 0",
                 "set min_parallel_table_scan_size = 0", EVERYTHING_SET),
    "repeatable read": ("begin isolation level repeatable read", "set local app.see_all = 'on'"),
    "discard all": (EVERYTHING_SET, "discard all", EVERYTHING_SET),
    "opened by the views' own functions": ("begin", "select * from analyst.patrol_coverage", "select * from analyst.patrol_overdue"),
}  # fmt: skip


@pytest.mark.parametrize("name", WIDENING)
def test_what_a_client_sets_shows_no_row_more(
    inspector: Analyst, seen: set[int], seen_ever: set[int], name: str
) -> None:
    with inspector.connect() as connection:
        for statement in WIDENING[name]:
            answer = connection.execute(statement.replace("{me}", f'"{inspector.role}"').encode())
            if "execute" in statement or "fetch" in statement:
                assert {row[0] for row in answer} == seen
        assert ids_of(connection) == seen
        assert ids_of(connection, "parcel_history") == seen_ever


def test_settings_of_the_connection_or_of_the_role_show_no_row_more(inspector: Analyst, seen: set[int]) -> None:
    with inspector.connect(options="-c app.see_all=on -c app.see_published=on") as connection:
        assert ids_of(connection) == seen
        connection.execute("set default_transaction_read_only = off")
        with suppress(psycopg.errors.InsufficientPrivilege):  # as PostgreSQL 15 answers
            connection.execute(sql.SQL("alter role {} set app.see_all = 'on'").format(sql.Identifier(inspector.role)))
    assert inspector.ids() == seen
    with pytest.raises(psycopg.Error, match="permission denied"):
        inspector.connect(options="-c role=gis_reader")


def test_in_one_statement_nothing_widens_either(inspector: Analyst, seen: set[int]) -> None:
    with inspector.connect() as connection:
        rows = connection.execute(
            "with s as materialized (select set_config('app.see_all', 'on', false)) select p.id from s, analyst.parcel p"
        )
        assert {row[0] for row in rows} == seen


def test_row_security_off_is_an_error_and_not_a_way(inspector: Analyst) -> None:
    with inspector.connect() as connection:
        connection.execute("set row_security = off")
        with pytest.raises(psycopg.Error, match="row-level security"):
            ids_of(connection)


REFUSED: tuple[LiteralString, ...] = (
    "set role gis_app", "set role gis_reader", "set role gis_owner", "set role gis_admin", "set role pg_read_all_data",
    "set role pg_monitor", "set session authorization gis_app", "set session authorization gis_admin",
    "select count(*) from layer.parcel", "select count(*) from public.parcel", "select * from public.parcel_version",
    "select * from public.audit_entry", "select * from public.app_user", "select * from public.analyst_account",
    "select * from public.role_grant", "select * from jobs.procrastinate_jobs", "select last_value from public.parcel_id_seq",
    "select nextval('public.parcel_id_seq')", "table layer.change", "table layer.change_count",
    "create temp table t (x int)", "create temp view v as select 1", "create table public.t (x int)", "create table analyst.t (x int)",
    "create view analyst.v as select 1", "create function public.f() returns int language sql as 'select 1'",
    "create function pg_temp.f() returns int language sql as 'select 1'", "create schema mine", "create extension dblink",
    "create extension postgres_fdw", "create operator public.=== (leftarg = int, rightarg = int, function = int4eq)",
    "create cast (int as text) with inout", "do $$ begin execute 'select count(*) from public.parcel'; end $$",
    "copy (select 1) to program 'id'", "copy (select 1) to '/tmp/analyst'", "copy public.parcel to stdout", "load 'auto_explain'",
    "select pg_read_file('/etc/passwd')", "select pg_read_binary_file('/etc/passwd')", "select pg_ls_dir('.')",
    "select pg_stat_file('postgresql.conf')", "select pg_current_logfile()", "select pg_ls_waldir()", "table pg_hba_file_rules",
    "select lo_import('/etc/passwd')", "select lo_create(0)", "select lo_creat(-1)", "select lo_from_bytea(0, 'x')", "select lo_open(1, 262144)",
    "select pg_advisory_lock(440402)", "select pg_try_advisory_xact_lock(hashtext('topology.check'), 0)",
    "select pg_logical_emit_message(false, 'x', 'y')", "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'gis_app'",
    "select pg_cancel_backend(pid) from pg_stat_activity where usename = 'gis_app'", "select pg_reload_conf()", "select pg_stat_reset()",
    "table pg_authid", "table pg_shadow", "table pg_statistic", "table pg_largeobject", "table pg_user_mapping",
    "alter role gis_app nologin", "alter role current_user createrole", "alter role current_user superuser", "alter role current_user bypassrls",
    "alter role current_user valid until 'infinity'", "alter role current_user connection limit 1000", "alter role current_user set log_statement = 'none'",
    "alter role gis_app password 'x'", "grant gis_app to current_user", "grant gis_reader to current_user", "set log_statement = 'none'",
    "set temp_file_limit = -1", "set session_replication_role = replica", "alter system set listen_addresses = '*'", "checkpoint",
    "update analyst.area set name = 'x'", "delete from analyst.area", "insert into analyst.area (name) values ('x')",
    "do $$ begin lock table analyst.parcel in exclusive mode; end $$", "truncate public.parcel", "alter view analyst.parcel set (security_barrier = false)",
    "drop view analyst.parcel", "alter table public.parcel disable row level security",
    "select closed.seen_lately(now())", "select closed.seen_over_time()", "select closed.patrol_last_visit(1)", "select public.settle_audit()",
    "select public.let_analysts_in()", "select public._postgis_stats('public.parcel', 'geom')",
    "select public._postgis_index_extent('public.parcel', 'geom')", "select public.st_estimatedextent('public', 'parcel', 'geom')",
    "create publication p for all tables",  "create event trigger e on ddl_command_start execute function f()",
    "comment on view analyst.parcel is 'x'",  "reindex table public.parcel",
    "select query_to_xml('select * from public.parcel', true, false, '')", "select table_to_xml('public.app_user', true, false, '')",
)  # fmt: skip


@pytest.fixture
def _service_at_work(town: CloneServices) -> Iterator[None]:
    """A connection of the application that somebody might want to end."""
    with connect(town.url(db.APP_ROLE)) as connection:
        yield
        assert connection.execute("select 1").fetchone() == (1,)


@pytest.mark.usefixtures("_service_at_work")
@pytest.mark.parametrize("statement", REFUSED)
def test_what_an_analyst_may_not(inspector: Analyst, seen: set[int], statement: LiteralString) -> None:
    with inspector.connect() as connection:
        connection.execute("set default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement).fetchall()
        assert ids_of(connection) == seen


def test_no_table_sequence_or_view_but_the_analysts_can_be_read(town: CloneServices, inspector: Analyst) -> None:
    with inspector.connect() as connection:
        readable = connection.execute(
            """select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and n.nspname not in ('pg_catalog', 'information_schema', 'analyst')
                  and has_schema_privilege(n.oid, 'usage')
                  and case c.relkind when 'S' then has_sequence_privilege(c.oid, 'usage,select,update')
                      else has_table_privilege(c.oid, 'select,insert,update,delete,truncate,references,trigger')
                           or has_any_column_privilege(c.oid, 'select,insert,update,references') end"""
        ).fetchall()
        writable = connection.execute(
            "select count(*) from pg_class where relnamespace = 'analyst'::regnamespace and has_table_privilege(oid, 'insert,update,delete,truncate')"
        ).fetchone()
    assert {name for (name,) in readable} == {
        "public.geometry_columns",
        "public.geography_columns",
        "public.spatial_ref_sys",
    }
    assert writable == (0,)


def test_of_our_functions_only_those_that_views_need_may_be_called(inspector: Analyst) -> None:
    """Those in `closed` are called by views alone: the schema cannot be entered."""
    with inspector.connect() as connection:
        rows = connection.execute(
            """select p.proname, p.prosecdef, has_schema_privilege(n.oid, 'usage') from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                where has_function_privilege(p.oid, 'execute') and n.nspname not in ('pg_catalog', 'information_schema')
                  and (has_schema_privilege(n.oid, 'usage') or n.nspname = 'closed')
                  and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')"""
        ).fetchall()  # fmt: skip
    entered = {name for name, _, inside in rows if inside}
    assert entered == {"scope_setting", "scope_ids", "analyst_setting", "is_the_service", "seen_band"}
    assert {name for name, definer, inside in rows if definer and inside} == {"analyst_setting"}
    assert {name for name, _, inside in rows if not inside} == {"patrol_last_visit", "seen_lately", "seen_over_time"}


def test_each_function_that_runs_as_the_owner_refuses_an_analyst(town: CloneServices, inspector: Analyst) -> None:
    with town.administrator() as admin:
        functions = admin.execute(
            """select n.nspname, p.proname, (select array_agg(format_type(a, null)) from unnest(p.proargtypes) a)
                 from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                where p.prosecdef and p.prokind = 'f' and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
                  and p.proowner = 'gis_owner'::regrole and p.proname <> 'analyst_setting'"""
        ).fetchall()
    assert {"settle_audit", "forget_track", "search_hits", "seen_lately"} <= {name for _, name, _ in functions}
    with inspector.connect() as connection:
        for schema, name, types in functions:
            nothing = ", ".join(f"null::{kind}" for kind in types or ())
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"select {schema}.{name}({nothing})".encode())


def test_policies_and_views_read_the_scope_by_the_function_that_knows_the_login(town: CloneServices) -> None:
    """Where this fails: write `(select scope_setting('app.…'))` instead of `current_setting('app.…', true)`."""
    with town.administrator() as admin:
        told = admin.execute(
            """select polrelid::regclass::text from pg_policy
                where concat(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) ~ 'current_setting'
               union all
               select oid::regclass::text from pg_class where relkind in ('v', 'm') and relnamespace in
                      ('layer'::regnamespace, 'report'::regnamespace, 'analyst'::regnamespace) and pg_get_viewdef(oid) ~ 'current_setting'"""
        ).fetchall()
    assert told == []


def test_what_others_ask_and_what_statistics_know_is_not_shown(town: CloneServices, inspector: Analyst) -> None:
    with connect(town.url(db.APP_ROLE)) as other, inspector.connect() as connection:
        other.execute("select 'a secret of the service'")
        texts = connection.execute("select query from pg_stat_activity where usename = 'gis_app'").fetchall()
        assert texts
        assert all("secret" not in (row[0] or "") for row in texts)
        assert connection.execute(
            "select count(*) from pg_stats where schemaname in ('public', 'layer') and tablename <> 'spatial_ref_sys'"
        ).fetchone() == (0,)


# --- what others are doing ---------------------------------------------------------------------------------------------

CHANNELS = ("procrastinate_any_queue_v1", f"procrastinate_queue_v1#{queue.QUEUE}")


def test_nothing_of_ours_shouts(town: CloneServices) -> None:
    """Whoever may connect can fill the queue of what is shouted, and a transaction that shouts is then refused; ours do not."""
    with town.administrator() as admin:
        shouting = admin.execute(
            """select t.tgrelid::regclass::text, t.tgname from pg_trigger t join pg_proc p on p.oid = t.tgfoid
                where t.tgenabled <> 'D' and p.prosrc ~* 'pg_notify|\\mnotify\\M'"""
        ).fetchall()
        known = admin.execute("select count(*) from pg_proc where prosrc ~* 'pg_notify'").fetchone()
    assert shouting == []
    assert known
    assert known[0] >= 2, "the queue would, if it were let"


def test_an_analyst_who_listens_hears_nothing(town: CloneServices, inspector: Analyst) -> None:
    with inspector.connect() as connection:
        for channel in CHANNELS:
            connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
        with town.sessions.begin() as session:
            queue.enqueue(session, search.TASK)
        assert list(connection.notifies(timeout=0.5)) == []
        connection.execute("select pg_notify(%s, 'own')", [CHANNELS[0]])
        assert [heard.payload for heard in connection.notifies(timeout=5, stop_after=1)] == ["own"], "it does listen"


def shouted_at(services: CloneServices, analyst: Analyst, *, listens: bool) -> bool:
    """Whether the worker goes on and does a job while an analyst shouts what is no JSON on its channels; one that listens is given
    none, and waited for until it has stopped."""

    async def story() -> bool:
        app = worker.build(services)
        async with app.open_async():
            looks = worker.LOOKS | {"listen_notify": listens, "install_signal_handlers": False}
            working = asyncio.create_task(app.run_worker_async(**looks))
            try:
                return await shouting(working)
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)

    async def shouting(working: asyncio.Task[None]) -> bool:
        job = None
        for number in itertools.count():
            for channel in CHANNELS:
                connection.execute("select pg_notify(%s, 'x')", [channel])
            await asyncio.sleep(0.1)
            if working.done():
                return False
            with services.sessions.begin() as session:
                if number == 5 and not listens:
                    job = queue.enqueue(session, search.TASK)
                if job and queue.state(session, job) is None:
                    return True
        raise AssertionError

    with analyst.connect() as connection:
        return asyncio.run(asyncio.wait_for(story(), 120))


def test_what_an_analyst_shouts_does_not_stop_our_work(town: CloneServices, inspector: Analyst) -> None:
    assert shouted_at(town, inspector, listens=worker.LOOKS["listen_notify"])


def test_a_worker_that_listened_would_be_stopped_by_it(town: CloneServices, inspector: Analyst) -> None:
    """The trap works."""
    assert not shouted_at(town, inspector, listens=True)
