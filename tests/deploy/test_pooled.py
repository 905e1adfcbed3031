"""The service behind PgBouncer in transaction mode: the same rows for the same people, and nothing without the right role."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.cluster import Cluster
from gis_service.core.db import OWNER_ROLE
from gis_service.main import create_app
from gis_service.services import Services, ThroughThePooler, WrongPool
from gis_service.settings import Settings
from tests.conftest import CloneServices, Person
from tests.factories import a_parcel, an_area
from tests.pooling import LOGIN, PROGRAM, WORD, Pooler, let_in, pooling

pytestmark = pytest.mark.skipif(not PROGRAM, reason="pgbouncer is not installed (apt-get install pgbouncer)")
SESSIONS = 2
"""Fewer than the threads that ask, so that each session serves everybody in turn."""
SignIn = Callable[..., Person]


@pytest.fixture
def pooler(cluster: Cluster, services: CloneServices) -> Iterator[Pooler]:
    with cluster.admin() as connection:
        let_in(connection)
    with pooling(cluster, database=services.name, size=SESSIONS) as running:
        yield running


def behind(pooler: Pooler, folder: Path) -> Services:
    return Services(
        Settings(environment="test", var_dir=folder, threads=8, database_url=pooler.url, database_pooled=True)
    )


@pytest.fixture
def app(pooler: Pooler, tmp_path: Path) -> Iterator[FastAPI]:
    with closing(behind(pooler, tmp_path)) as services:
        yield create_app(services.settings, services)


def seen(person: Person) -> tuple[set[int], set[str]]:
    """Parcels by the register (as gis_app) and by the map (as gis_reader)."""
    listed = person.get("/api/v1/parcels", params={"limit": 100}).json()["items"]
    drawn = person.get("/ogc/collections/parcel-supply/items", params={"limit": 100}).json()["features"]
    return {item["id"] for item in listed}, {feature["properties"]["parcel_no"] for feature in drawn}


def test_two_people_who_share_sessions_see_each_their_own(app: FastAPI, sign_in: SignIn) -> None:
    own: list[tuple[set[int], set[str]]] = []
    people = []
    for _ in range(2):
        with app.state.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            area = an_area(session)
            parcels = [a_parcel(session, area_id=area.id) for _ in range(3)]
            own.append(({each.id for each in parcels}, {each.parcel_no for each in parcels}))
            area_id = area.id
        people.append(sign_in(Role.INSPECTOR, area_id=area_id))
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda n: (n % 2, seen(people[n % 2])), range(60)))
    assert [answer for who, answer in found if answer != own[who]] == []


def test_a_session_of_the_pool_keeps_no_scope_and_no_other_role(app: FastAPI, pooler: Pooler, sign_in: SignIn) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        a_parcel(session)
    seen(sign_in(Role.LAND_OFFICER))
    for role in ("gis_app", "gis_reader"):
        address = f"host=127.0.0.1 port={pooler.port} user={LOGIN} password={WORD} dbname={role}"
        with psycopg.connect(address, autocommit=True, prepare_threshold=None) as plain:
            for _ in range(2 * SESSIONS):
                scope = "select current_user::text, coalesce(current_setting('app.see_all', true), '')"
                assert plain.execute(scope).fetchone() == (role, "")
    with psycopg.connect(address.replace("gis_reader", "gis_app"), autocommit=True, prepare_threshold=None) as plain:
        assert plain.execute("select count(*) from parcel").fetchone() == (0,)


def test_its_limits_hold_though_the_service_sets_none(app: FastAPI) -> None:
    with app.state.sessions.begin() as session:
        limits = [session.scalar(text(f"show {name}")) for name in ("lock_timeout", "statement_timeout")]
    assert limits == ["5s", "20s"]


def test_a_database_of_the_pooler_that_takes_another_role_is_not_worked_with(
    cluster: Cluster, services: CloneServices, tmp_path: Path
) -> None:
    with cluster.admin() as connection:
        let_in(connection)
    swapped = {"gis_app": "gis_owner"}
    with (
        pooling(cluster, database=services.name, roles=swapped) as pooler,
        closing(behind(pooler, tmp_path)) as pooled,
        pytest.raises(WrongPool, match="gis_app works as gis_owner"),
        pooled.engine.connect(),
    ):
        pass


def test_migrations_and_jobs_do_not_go_through_it(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path, database_url="postgresql://u@127.0.0.1:1/gis", database_pooled=True)
    with pytest.raises(ThroughThePooler, match="PostgreSQL itself"):
        Services(settings).migrate()
    with pytest.raises(ThroughThePooler):
        Services(settings).url(OWNER_ROLE)
    with pytest.raises(ThroughThePooler):
        _ = Services(settings, long_work=True).engine


def test_a_pooler_without_an_address_is_a_wrong_setting() -> None:
    with pytest.raises(ValueError, match="database_pooled needs database_url"):
        Settings(database_url=None, database_pooled=True)


@pytest.mark.parametrize("said", ["*", "proxy.example", "10.0.0.0/99"])
def test_proxies_are_named_by_address(said: str) -> None:
    with pytest.raises(ValueError, match="proxies"):
        Settings(proxies=said)
