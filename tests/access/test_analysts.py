"""Somebody who connects to PostgreSQL itself sees what the same person sees at `/ogc/`, and nothing a client can do widens it."""

import itertools
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import geopandas
import pandas
import psycopg
import pyogrio
import pytest
from fastapi.testclient import TestClient
from psycopg import Connection, sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from gis_service.access import operations as access
from gis_service.access import queries
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.analysts import cli, keeping, operations, roles
from gis_service.access.analysts.errors import HasAccount, NoAccount, NothingToSee, NotReady, RoleTaken
from gis_service.access.errors import OwnRights
from gis_service.access.models import RoleGrant, User
from gis_service.access.rules import PERMISSIONS, Role
from gis_service.core import clock, db
from gis_service.core.cluster import Cluster
from gis_service.core.errors import Forbidden
from gis_service.core.provision import connect
from gis_service.main import create_app
from gis_service.maps.catalogue import Catalogue
from gis_service.settings import Settings
from tests.commands import installed
from tests.conftest import PASSWORD, CloneServices
from tests.factories import a_parcel, an_area, land
from tests.maps.district import District, settled

_numbers = itertools.count(1)
CATALOGUE = Catalogue.load()


@dataclass(frozen=True)
class Analyst:
    """A person with a token for `/ogc/` and a login to the database."""

    user_id: int
    username: str
    role: str
    door: TestClient
    address: str

    def connect(self, **more: str) -> Connection:
        return psycopg.connect(make_conninfo(self.address, **more), autocommit=True)

    def ids(self, view: str = "parcel") -> set[Any]:
        with self.connect() as connection:
            return ids_of(connection, view)


def ids_of(connection: Connection, view: str = "parcel", key: str = "id") -> set[Any]:
    asked = sql.SQL("select {} from analyst.{}").format(sql.Identifier(key), sql.Identifier(view))
    return {row[0] for row in connection.execute(asked)}


def on_a_clone(cluster: Cluster, template: str, folder: Path) -> Iterator[CloneServices]:
    """Services for the tests of this module."""
    name = cluster.clone(f"analysts_{os.getpid()}_{next(_numbers)}", template)
    services = CloneServices(Settings(environment="test", var_dir=folder, threads=4), cluster, name)
    yield services
    services.close()
    cluster.drop(name)


def making(services: CloneServices, cluster: Cluster) -> Iterator[Callable[..., Analyst]]:
    """`make((Role.INSPECTOR, {"area_id": 1}), …)`: an analyst with these grants; the roles are dropped in the end."""
    app, made = create_app(services.settings, services), []

    def analyst(*grants: tuple[Role, dict[str, int]]) -> Analyst:
        user_id, username = a_person(services, *grants)
        with services.sessions.begin() as session:
            person = queries.actor_named(session, username, at=clock.now())
            assert person
            token = access.make_token(session, person, "gis", at=clock.now(), days=1)[0]
            given = operations.add(session, SERVICE, services.administrator, username=username, days=1, at=clock.now())
        made.append(given.role)
        door = TestClient(app, headers={"Authorization": f"Bearer {token}"})
        return Analyst(user_id, username, given.role, door, plain(services.url(given.role)))

    yield analyst
    with cluster.admin() as connection:
        for role in made:
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(role)))


@pytest.fixture(scope="module")
def town(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloneServices]:
    """216 parcels in two areas."""
    yield from on_a_clone(cluster, "gis_template", tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def sample(cluster: Cluster, sample_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloneServices]:
    """The sample district: something in every layer."""
    yield from on_a_clone(cluster, sample_template, tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def make(town: CloneServices, cluster: Cluster) -> Iterator[Callable[..., Analyst]]:
    yield from making(town, cluster)


@pytest.fixture(scope="module")
def make_in_sample(sample: CloneServices, cluster: Cluster) -> Iterator[Callable[..., Analyst]]:
    yield from making(sample, cluster)


def a_person(services: CloneServices, *grants: tuple[Role, dict[str, int]]) -> tuple[int, str]:
    username = f"an{os.getpid()}-{next(_numbers)}"
    with services.sessions.begin() as session:
        user = access.create_user(
            session, SERVICE, username=username, display_name=username, password=PASSWORD, own_choice=True
        )
        for role, where in grants:
            access.grant_role(session, SERVICE, user.id, role, **where)
        return user.id, username


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


@pytest.fixture(scope="module")
def places(town: CloneServices) -> District:
    return settled(town)


@pytest.fixture(scope="module")
def places_of_sample(sample: CloneServices) -> District:
    """Two areas of the sample, the unit that cares for most parcels, and some land made public."""
    with sample.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        areas = {row.name: row.id for row in session.execute(text("select name, id from area"))}
        unit = session.scalar(
            text(
                "select custodian_unit_id from parcel where custodian_unit_id is not null"
                " group by 1 order by count(*) desc limit 1"
            )
        )
        session.execute(
            text("update parcel set is_published = true where id in (select id from parcel order by id limit 5)")
        )
    return District(areas["北围"], areas["后环"], int(unit or 0), ())


PEOPLE: dict[str, Callable[[District], tuple[tuple[Role, dict[str, int]], ...]]] = {
    "leader": lambda _: ((Role.LEADER, {}),),
    "inspector of an area": lambda p: ((Role.INSPECTOR, {"area_id": p.first}),),
    "officer of one area, inspector of the other": lambda p: (
        (Role.LAND_OFFICER, {"area_id": p.first}),
        (Role.INSPECTOR, {"area_id": p.second}),
    ),
    "custodian": lambda p: ((Role.UNIT_USER, {"unit_id": p.unit}),),
    "guest": lambda _: ((Role.GUEST, {}),),
    "guest with an area": lambda p: ((Role.GUEST, {}), (Role.WASTE_OFFICER, {"area_id": p.second})),
}


@pytest.fixture(scope="module")
def people(make_in_sample: Callable[..., Analyst], places_of_sample: District) -> dict[str, Analyst]:
    return {name: make_in_sample(*grants(places_of_sample)) for name, grants in PEOPLE.items()}


@pytest.fixture(scope="module")
def leader(make: Callable[..., Analyst], places: District) -> Analyst:
    return make(*PEOPLE["leader"](places))


@pytest.fixture(scope="module")
def inspector(make: Callable[..., Analyst], places: District) -> Analyst:
    return make(*PEOPLE["inspector of an area"](places))


@pytest.fixture(scope="module")
def seen(inspector: Analyst, then: datetime) -> set[int]:
    assert then  # what moves has moved
    return inspector.ids()


@pytest.fixture(scope="module")
def seen_ever(inspector: Analyst, seen: set[int]) -> set[int]:
    """In the past too: some that are not seen today."""
    found = inspector.ids("parcel_history")
    assert found > seen
    return found


# --- the same rows and columns -----------------------------------------------------------------------------------------


def at_the_door(person: Analyst, layer: str, **query: str) -> dict[Any, dict[str, Any]]:
    """Features of a layer by id."""
    answer = person.door.get(f"/ogc/collections/{layer}/items", params={"limit": "5000", **query})
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["numberMatched"] == page["numberReturned"]
    return {feature["id"]: feature["properties"] for feature in page["features"]}


@pytest.mark.parametrize("name", PEOPLE)
def test_an_analyst_sees_the_rows_that_the_person_sees_at_the_door(people: dict[str, Analyst], name: str) -> None:
    person, counts = people[name], {}
    with person.connect() as connection:
        for layer in CATALOGUE.values():
            view = layer.source.split(".")[1]
            direct = ids_of(connection, view, layer.id_column)
            assert direct == set(at_the_door(person, layer.id)), layer.id
            counts[view] = len(direct)
    assert counts["parcel"] > 0
    assert counts["area"] > 0
    if name == "leader":
        assert {view for view, n in counts.items() if not n} <= {"topology_fault_area", "heap", "ground"}, counts


@pytest.mark.parametrize("name", PEOPLE)
def test_an_analyst_sees_the_past_as_the_person_does(
    town: CloneServices, make: Callable[..., Analyst], places: District, then: datetime, name: str
) -> None:
    """Some parcels went to the other area since: who has the first sees them in its past."""
    person = make(*PEOPLE[name](places))
    with person.connect() as connection:
        for layer in ("parcel-fence", "boundary-point", "fence"):
            view = str(CATALOGUE[layer].history).split(".")[1]
            asked = sql.SQL("select id from analyst.{} where valid @> %s").format(sql.Identifier(view))
            direct = {row[0] for row in connection.execute(asked, [then])}
            assert direct == set(at_the_door(person, layer, as_of=then.isoformat()))
            if name == "inspector of an area" and layer == "parcel-fence":
                assert direct > person.ids()


@pytest.fixture(scope="module")
def then(town: CloneServices, places: District) -> datetime:
    """A moment before ten parcels of the first area went to the second."""
    with town.sessions() as session:
        moment = session.scalar(text("select clock_timestamp()"))
    with town.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        going = "select id from parcel where area_id = :first order by id limit 10"
        session.execute(
            text(f"update parcel set area_id = :second where id in ({going})"),
            {"first": places.first, "second": places.second},
        )
    assert isinstance(moment, datetime)
    return moment


def test_the_people_see_different_land(people: dict[str, Analyst]) -> None:
    found = {name: person.ids() for name, person in people.items()}
    assert len(found["leader"]) > 150
    assert all(found[name] < found["leader"] for name in found if name != "leader")
    assert len(set(map(frozenset, found.values()))) == len(found)


def test_the_columns_are_those_of_the_door(inspector: Analyst) -> None:
    expected: dict[str, set[str]] = {}
    for layer in CATALOGUE.values():
        here = {a.name for a in layer.attributes} | {layer.id_column, "geom"}
        here |= {layer.version_column} if layer.version_column else set()
        expected.setdefault(layer.source, set()).update(here)
        if layer.history:
            expected.setdefault(layer.history, set()).update(here | {"valid", "valid_from", "valid_to"})
    with inspector.connect() as connection:
        rows = connection.execute(
            "select 'layer.' || table_name, array_agg(column_name::text) from information_schema.columns"
            " where table_schema = 'analyst' group by 1"
        ).fetchall()
    assert {view: set(columns) for view, columns in rows} == expected


def test_the_values_are_those_of_the_door(people: dict[str, Analyst]) -> None:
    names = ("parcel_no", "area_name", "supply_status", "custodian_unit", "waste_found", "planned_supply_year")
    inspector = people["inspector of an area"]
    at_door = at_the_door(inspector, "parcel-supply")
    with inspector.connect() as connection:
        for number, *values in connection.execute(f"select id, {', '.join(names)} from analyst.parcel".encode()):
            assert values == [at_door[number].get(name) for name in names]


def test_whom_the_database_takes_for_a_reader_of_maps_is_whom_the_map_of_permissions_takes(
    town: CloneServices,
) -> None:
    with town.administrator() as connection:
        (source,) = connection.execute("select prosrc from pg_proc where proname = 'analyst_setting'").fetchone() or (
            "",
        )
    assert {role for role in Role if f"'{role}'" in source.split("g.role in")[1]} == PERMISSIONS[operations.SIGHT]


# --- nothing widens it -------------------------------------------------------------------------------------------------

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


# --- what a question brings along is not worked out on hidden rows -----------------------------------------------------


def test_errors_tell_nothing_of_hidden_rows(leader: Analyst, inspector: Analyst, seen_ever: set[int]) -> None:
    hidden = min(leader.ids() - seen_ever)
    with leader.connect() as connection:
        (number,) = connection.execute("select parcel_no from analyst.parcel where id = %s", [hidden]).fetchone() or (
            "",
        )
        for question in LEAKING:
            with pytest.raises(psycopg.DataError):  # who may see it: the trap works
                connection.execute(question.encode(), {"id": hidden, "number": number}).fetchall()
    with inspector.connect() as connection:
        for question in LEAKING:
            connection.execute(question.encode(), {"id": hidden, "number": number}).fetchall()


LEAKING = (
    "select id from analyst.parcel where 1 / (id - %(id)s) > -1",
    "select id from analyst.parcel where case when parcel_no = %(number)s then parcel_no::int else 1 end = 1",
    "select id from analyst.parcel where case when id = %(id)s then (parcel_no || 'x')::numeric else 1 end = 1 and geom && st_makeenvelope(113, 22, 114, 23, 4490)",
    "select id from analyst.parcel_history where 1 / (id - %(id)s) > -1",
    "select parcel_no from analyst.patrol_overdue where 1 / (id - %(id)s) > -1",
    "select count(*) from analyst.parcel group by 1 / (id - %(id)s)",
    "select a.id from analyst.area a join analyst.parcel p on 1 / (p.id - %(id)s) > a.id",
)  # fmt: skip


def test_days_of_walks_on_other_land_do_not_come_out_by_an_error(
    sample: CloneServices, make_in_sample: Callable[..., Analyst]
) -> None:
    """The walks come from a function that sees all land; a question about their day must wait for the parcel."""
    with sample.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area = an_area(session)
        a_parcel(session, shape=land(90, 90), area_id=area.id)
        area_id = area.id
    newcomer = make_in_sample((Role.INSPECTOR, {"area_id": area_id}))
    question: LiteralString = "select id from {}.patrol_coverage_history where last_on::int > 0"
    with newcomer.connect() as connection:
        assert connection.execute(question.format("analyst")).fetchall() == []
    with connect(sample.url(db.READER_ROLE)) as connection, connection.transaction():
        connection.execute("select set_config('app.area_ids', %s, true)", [str(area_id)])
        with pytest.raises(psycopg.DataError):  # without the barrier it does come out
            connection.execute(question.format("layer")).fetchall()


# --- rights that change ------------------------------------------------------------------------------------------------


def test_a_changed_scope_is_seen_by_the_next_statement(
    town: CloneServices, make: Callable[..., Analyst], places: District
) -> None:
    person = make((Role.INSPECTOR, {"area_id": places.first}))
    with person.connect() as connection:
        before = ids_of(connection)
        with town.sessions.begin() as session:
            second = access.grant_role(session, SERVICE, person.user_id, Role.LAND_OFFICER, area_id=places.second).id
            assert ids_of(connection) == before  # not before the commit
        wider = ids_of(connection)
        assert wider > before
        with town.sessions.begin() as session:
            access.revoke_role(session, SERVICE, person.user_id, second, at=clock.now())
        assert ids_of(connection) == before
        with town.sessions.begin() as session:
            for grant in session.query(RoleGrant).filter_by(user_id=person.user_id, revoked_at=None):
                grant.revoked_at = clock.now()
        assert ids_of(connection) == ids_of(connection, "area") == set()


def ended(connection: Connection) -> bool:
    try:
        connection.execute("select 1")
    except psycopg.OperationalError:
        return True
    return False


def test_a_disabled_person_sees_nothing_at_once_and_is_disconnected(
    town: CloneServices, make: Callable[..., Analyst]
) -> None:
    person = make((Role.LEADER, {}))
    with person.connect() as connection:
        assert ids_of(connection)
        with town.sessions.begin() as session:
            user = session.get_one(User, person.user_id)
            access.change_user(session, SERVICE, user.id, seen=user.row_version, at=clock.now(), state="disabled")
        assert ids_of(connection) == ids_of(connection, "area") == set()
        assert keeping.settle(town.sessions, town.administrator, at=clock.now()) == []
        assert ended(connection)
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        person.connect()
    with town.sessions.begin() as session:  # letting the person in again does not revive the login
        user = session.get_one(User, person.user_id)
        access.change_user(session, SERVICE, user.id, seen=user.row_version, at=clock.now(), state="active")
    keeping.settle(town.sessions, town.administrator, at=clock.now())
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        person.connect()


def test_an_account_that_is_over_sees_nothing_and_a_renewed_one_again(
    town: CloneServices, make: Callable[..., Analyst]
) -> None:
    person = make((Role.LEADER, {}))
    with person.connect() as connection:
        with town.sessions.begin() as session:
            session.execute(
                text("update analyst_account set valid_until = now() where user_id = :id"), {"id": person.user_id}
            )
        assert ids_of(connection) == set()
        keeping.settle(town.sessions, town.administrator, at=clock.now())
        assert ended(connection)
    with town.sessions.begin() as session:
        operations.renew(session, SERVICE, town.administrator, username=person.username, days=2, at=clock.now())
    assert person.ids()
    with town.administrator() as connection:
        (until,) = connection.execute(
            "select rolvaliduntil from pg_roles where rolname = %s", [person.role]
        ).fetchone() or (None,)
    assert until
    assert timedelta(days=1) < until - clock.now() <= timedelta(days=2)


def test_an_analyst_who_holds_a_transaction_open_is_disconnected(
    town: CloneServices, make: Callable[..., Analyst]
) -> None:
    person = make((Role.LEADER, {}))
    with person.connect() as idle, person.connect() as connection, town.administrator() as admin:
        connection.execute("set idle_in_transaction_session_timeout = 0")
        connection.execute("begin")
        assert roles.end_long_work(admin, 1) == 0
        time.sleep(0.1)
        assert roles.end_long_work(admin, 0) >= 1
        assert ended(connection)
        assert not ended(idle)


# --- who makes them ----------------------------------------------------------------------------------------------------


def test_the_security_administrator_makes_logins_and_nobody_else(
    town: CloneServices, places: District, cluster: Cluster
) -> None:
    whom = a_person(town, (Role.LEADER, {}))[1]
    doers = {
        role: a_person(town, (role, {}))[1] for role in (Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, Role.LAND_OFFICER)
    }
    run = CliRunner()
    app = installed(cli.install, town)
    for role in (Role.SYSTEM_ADMIN, Role.LAND_OFFICER):
        assert isinstance(run.invoke(app, ["add", whom, "--by", doers[role]]).exception, Forbidden)
    refused = run.invoke(app, ["add", doers[Role.SECURITY_ADMIN], "--by", doers[Role.SECURITY_ADMIN]]).exception
    assert isinstance(refused, OwnRights)
    assert isinstance(run.invoke(app, ["add", doers[Role.SYSTEM_ADMIN]]).exception, NothingToSee)
    assert isinstance(run.invoke(app, ["renew", whom]).exception, NoAccount)
    done = run.invoke(app, ["add", whom, "--by", doers[Role.SECURITY_ADMIN], "--days", "7", "--json"])
    assert done.exit_code == 0, done.exception
    given = json.loads(done.stdout)
    assert given["role"] == f"gis_a_{whom}"
    assert len(given["password"]) >= 24
    assert given["to_ask"] == []
    assert isinstance(run.invoke(app, ["add", whom]).exception, HasAccount)
    again = json.loads(run.invoke(app, ["renew", whom, "--json"]).stdout)
    assert again["password"] is None
    listed = {row["username"]: row for row in json.loads(run.invoke(app, ["list", "--json"]).stdout)}
    assert listed[whom]["ended"] is None
    assert whom in run.invoke(app, ["list"]).stdout
    assert "已停用" in run.invoke(app, ["disable", whom]).stdout
    with town.sessions() as session:
        trail = session.execute(
            text("select action, actor_name, detail::text from audit_entry where subject = :s and action like 'analyst.%' order by id"), {"s": whom}
        ).all()  # fmt: skip
    assert [(row.action, row.actor_name) for row in trail] == [
        ("analyst.add", doers[Role.SECURITY_ADMIN]), ("analyst.renew", "系统"), ("analyst.end", "系统"),
    ]  # fmt: skip
    assert all(given["password"] not in row.detail for row in trail)
    with cluster.admin() as admin:
        admin.execute(sql.SQL("drop role {}").format(sql.Identifier(given["role"])))


def test_a_role_that_is_more_than_an_analyst_is_not_taken_over(town: CloneServices, cluster: Cluster) -> None:
    whom = a_person(town, (Role.LEADER, {}))[1]
    role = sql.Identifier(f"gis_a_{whom}")
    with cluster.admin() as admin:
        admin.execute(sql.SQL("create role {} login").format(role))
        admin.execute(sql.SQL("grant gis_reader, gis_analyst to {}").format(role))
        with pytest.raises(RoleTaken), town.sessions.begin() as session:
            operations.add(session, SERVICE, town.administrator, username=whom, days=1, at=clock.now())
        admin.execute(sql.SQL("drop role {}").format(role))
    with town.sessions() as session:
        assert whom not in {row[0] for row in operations.accounts(session)}


def test_a_server_that_is_not_ours_is_asked_for_by_sql(
    town: CloneServices, make: Callable[..., Analyst], cluster: Cluster
) -> None:
    """Whoever may not make roles gets the statements, with what the server keeps of the password instead of the password."""
    make((Role.LEADER, {}))  # the database is ready for analysts
    whom = a_person(town, (Role.LEADER, {}))[1]

    def owner() -> Connection:
        return connect(town.url(db.OWNER_ROLE))

    with town.sessions.begin() as session:
        given = operations.add(session, SERVICE, owner, username=whom, days=1, at=clock.now())
    asked = "\n".join(given.to_ask)
    assert "create role" in asked
    assert "SCRAM-SHA-256$" in asked
    assert given.password
    assert given.password not in asked
    with cluster.admin() as admin:
        for order in given.to_ask:
            admin.execute(order.encode())
    with psycopg.connect(plain(town.url(given.role))) as connection:
        assert ids_of(connection)
    with town.sessions.begin() as session:
        shut = operations.end(session, SERVICE, owner, username=whom, at=clock.now())
    assert "nologin" in "\n".join(shut.to_ask)
    with cluster.admin() as admin:
        admin.execute(sql.SQL("drop role {}").format(sql.Identifier(given.role)))


def test_a_database_that_is_open_to_everybody_lets_no_analyst_in(services: CloneServices) -> None:
    """PostgreSQL lets everybody make temporary tables and large objects; while we may not stop that, there is no account."""
    whom = a_person(services, (Role.LEADER, {}))[1]
    with pytest.raises(NotReady) as refused, services.sessions.begin() as session:
        operations.add(
            session, SERVICE, lambda: connect(services.url(db.APP_ROLE)), username=whom, days=1, at=clock.now()
        )
    assert "revoke temporary" in str(refused.value)
    with services.administrator() as admin:
        assert roles.not_ready(admin)
        roles.make_ready(admin)
        assert roles.not_ready(admin) == []


# --- clients -----------------------------------------------------------------------------------------------------------


def test_pandas_and_geopandas_read_it(inspector: Analyst, town: CloneServices, seen: set[int]) -> None:
    engine = create_engine(town.url(inspector.role))
    table = pandas.read_sql("select id, parcel_no, area_computed_m2 from parcel order by id", engine)
    assert set(table["id"]) == seen
    shapes = geopandas.read_postgis("select id, parcel_no, geom from parcel", engine, geom_col="geom")
    engine.dispose()
    assert set(shapes["id"]) == seen
    assert shapes.crs.to_epsg() == 4490
    assert shapes.geometry.is_valid.all()


def test_gdal_reads_it(inspector: Analyst, town: CloneServices, seen: set[int]) -> None:
    if "PostgreSQL" not in pyogrio.list_drivers():
        pytest.skip("this GDAL was built without its PostgreSQL driver")
    words = psycopg.conninfo.conninfo_to_dict(plain(town.url(inspector.role)))
    source = "PG:" + " ".join(f"{key}='{value}'" for key, value in words.items())
    found = pyogrio.read_dataframe(source, layer="analyst.parcel", fid_as_index=True)
    assert set(found.index) == seen


def test_gis_programs_find_type_and_system_of_each_layer(inspector: Analyst) -> None:
    """QGIS asks `geometry_columns`."""
    with inspector.connect() as connection:
        rows = connection.execute(
            "select f_table_name, srid, type from geometry_columns where f_table_schema = 'analyst' and f_table_name <> 'topology_fault_area'"
        ).fetchall()
        (path,) = connection.execute("show search_path").fetchone() or ("",)
    known = {name: (srid, kind) for name, srid, kind in rows}
    assert known["parcel"] == (4490, "MULTIPOLYGON")
    assert {srid for srid, _ in known.values()} == {4490}
    assert path == "analyst, public"
