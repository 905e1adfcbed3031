"""Real PostGIS for every test: one quick server a run, a migrated template, clones of it, and thrown-away transactions."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.cluster import Cluster
from gis_service.main import create_app
from gis_service.services import Services
from gis_service.settings import Settings
from gis_service.sheets.printing.press import PRESS
from gis_service.supervisor import prepare
from tests import documented
from tests.scratch import scratch_cluster

hypothesis.settings.register_profile("ours", deadline=None)  # a busy machine is no fault of the code
hypothesis.settings.load_profile("ours")

PASSWORD = "Correct-horse-9"
SHARED = Path(__file__).parents[2] / "shared" / "data"
_numbers = itertools.count(1)


access.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Real hashing, with costs for tests: nobody attacks these passwords."""


@pytest.fixture(scope="session", autouse=True)
def _press() -> Iterator[None]:
    """The printing process of the tests is ended with them."""
    yield
    PRESS.close()


@pytest.fixture(scope="session", autouse=True)
def _watched() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        documented.watch(patch)
        yield


@pytest.fixture(autouse=True)
def _as_documented() -> Iterator[None]:
    """No test is answered in a way that the API document does not know."""
    documented.STRAYS.clear()
    yield
    assert documented.STRAYS == []


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real files by other people; absent outside the development tree."""
    if not SHARED.is_dir():
        pytest.skip("../shared/data is not here")
    return SHARED


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with scratch_cluster() as made:
        yield made


class CloneServices(Services):
    """Services on one database of the test server."""

    def __init__(self, settings: Settings, server: Cluster, name: str):
        super().__init__(settings)
        self._server, self.name = server, name

    def url(self, role: str) -> str:
        return self._server.url(role, self.name)


@pytest.fixture
def make_services(cluster: Cluster, tmp_path: Path) -> Iterator[Callable[..., CloneServices]]:
    """Services on a fresh clone of a template; dropped after the test."""
    made: list[CloneServices] = []

    def make(template: str = "gis_template") -> CloneServices:
        name = cluster.clone(f"clone_{os.getpid()}_{next(_numbers)}", template)
        settings = Settings(environment="test", var_dir=tmp_path, threads=4)
        made.append(CloneServices(settings, cluster, name))
        return made[-1]

    yield make
    for services in made:
        services.close()
        cluster.drop(services.name)


@pytest.fixture
def services(make_services: Callable[..., CloneServices]) -> CloneServices:
    """An empty, migrated database of the test's own: for what needs commits or several connections."""
    return make_services()


@pytest.fixture(scope="session")
def sample_var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the papers and photos of the sample district lie."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="session")
def sample_template(cluster: Cluster, sample_var: Path) -> str:
    """A template that holds the sample district."""
    cluster.clone("gis_sample")
    services = CloneServices(Settings(environment="test", var_dir=sample_var), cluster, "gis_sample")
    prepare(services, sample=True)
    services.close()
    return "gis_sample"


@pytest.fixture
def sample_services(
    make_services: Callable[..., CloneServices], sample_template: str, sample_var: Path
) -> CloneServices:
    """The sample district, free to be changed; its papers, photos and keys with it, linked, since kept bytes never change."""
    services = make_services(sample_template)
    for folder in ("files", "keys"):
        shutil.copytree(
            sample_var / folder, services.settings.var_dir / folder, copy_function=os.link, dirs_exist_ok=True
        )
    return services


@pytest.fixture(scope="session")
def shared_engine(cluster: Cluster) -> Iterator[Engine]:
    engine = create_engine(cluster.url(db.APP_ROLE, cluster.clone("shared")))
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(shared_engine: Engine, tmp_path: Path) -> Iterator[sessionmaker[Session]]:
    """Sessions whose commits are thrown away after the test; what they seal, they seal with keys of the test's own."""
    vault = Services(Settings(environment="test", var_dir=tmp_path)).vault
    with shared_engine.connect() as connection:
        outer = connection.begin()
        yield sessionmaker(
            connection,
            join_transaction_mode="create_savepoint",
            expire_on_commit=False,
            info={"vault": lambda: vault},
        )
        outer.rollback()


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A session that sees all land; nothing of it stays."""
    with sessions() as opened:
        db.enter(opened, EVERYTHING)
        yield opened


@pytest.fixture
def app(services: CloneServices) -> FastAPI:
    return create_app(services.settings, services)


class Person(TestClient):
    """Somebody signed in, with a browser's manners."""

    user_id: int


@pytest.fixture
def sign_in(app: FastAPI) -> Callable[..., Person]:
    """`sign_in(Role.LAND_OFFICER, area_id=…)`: a new person with that role, signed in."""

    def make(*roles: Role, area_id: int | None = None, unit_id: int | None = None, on: FastAPI = app) -> Person:
        username = f"p{next(_numbers)}"
        with on.state.sessions.begin() as session:
            user = access.create_user(
                session, SERVICE, username=username, display_name=username, password=PASSWORD, own_choice=True
            )
            for role in roles:
                access.grant_role(session, SERVICE, user.id, role, area_id=area_id, unit_id=unit_id)
        person = Person(
            on, base_url="http://testserver", headers={"Sec-Fetch-Site": "same-origin"}, raise_server_exceptions=False
        )
        answer = person.post("/api/v1/sessions", json={"username": username, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        person.user_id = user.id
        return person

    return make
