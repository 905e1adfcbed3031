"""Analysts with logins of their own: whom they are, what land there is, and what they see of it."""

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import Connection, sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import text

from gis_service.access import operations as access
from gis_service.access import queries
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.analysts import operations
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.core.cluster import Cluster
from gis_service.main import create_app
from gis_service.maps.catalogue import Catalogue
from gis_service.settings import Settings
from tests.conftest import PASSWORD, CloneServices
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
    """Services for the tests of this folder."""
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


@pytest.fixture(scope="package")
def town(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloneServices]:
    """216 parcels in two areas."""
    yield from on_a_clone(cluster, "gis_template", tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="package")
def sample(cluster: Cluster, sample_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloneServices]:
    """The sample district: something in every layer."""
    yield from on_a_clone(cluster, sample_template, tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="package")
def make(town: CloneServices, cluster: Cluster) -> Iterator[Callable[..., Analyst]]:
    yield from making(town, cluster)


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
def places(town: CloneServices) -> District:
    return settled(town)


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
def people(make_in_sample: Callable[..., Analyst], places_of_sample: District) -> dict[str, Analyst]:
    return {name: make_in_sample(*grants(places_of_sample)) for name, grants in PEOPLE.items()}


@pytest.fixture(scope="package")
def leader(make: Callable[..., Analyst], places: District) -> Analyst:
    return make(*PEOPLE["leader"](places))


@pytest.fixture(scope="package")
def inspector(make: Callable[..., Analyst], places: District) -> Analyst:
    return make(*PEOPLE["inspector of an area"](places))


@pytest.fixture(scope="package")
def seen(inspector: Analyst, then: datetime) -> set[int]:
    assert then  # what moves has moved
    return inspector.ids()


@pytest.fixture(scope="package")
def seen_ever(inspector: Analyst, seen: set[int]) -> set[int]:
    """In the past too: some that are not seen today."""
    found = inspector.ids("parcel_history")
    assert found > seen
    return found


@pytest.fixture(scope="package")
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


def ended(connection: Connection) -> bool:
    try:
        connection.execute("select 1")
    except psycopg.OperationalError:
        return True
    return False
