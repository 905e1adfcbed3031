"""The live service with authentication on, and the outside suite in an environment of its own."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from gis_service.access import operations as access
from gis_service.access import queries
from gis_service.access.actor import SERVICE
from gis_service.access.rules import Role
from gis_service.core import clock
from gis_service.core.cluster import Cluster
from gis_service.main import create_app
from tests.conformance.rows import Land, served
from tests.conftest import CloneServices
from tests.live import serving

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LOCK = HERE / "requirements.lock"
VENV = ROOT / ".venv-ogctests"


@dataclass(frozen=True)
class Live:
    """The service on a port of this machine, and a token of somebody who may read maps."""

    host: str
    port: int
    token: str

    @property
    def client(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"http://{self.host}:{self.port}", headers={"Authorization": f"Bearer {self.token}"}, timeout=60
        )


@pytest.fixture
def live(sample_services: CloneServices) -> Iterator[Live]:
    """The sample district served over HTTP."""
    app = create_app(sample_services.settings, sample_services)
    with serving(app) as port:
        yield Live("127.0.0.1", port, token_for(app, Role.LAND_OFFICER))


def token_for(app: FastAPI, role: Role) -> str:
    """A new person's personal token."""
    with app.state.sessions.begin() as session:
        name = f"gis-{role.value}"
        user = access.create_user(
            session, SERVICE, username=name, display_name=name, password="Correct-horse-9", own_choice=True
        )
        access.grant_role(session, SERVICE, user.id, role)
        session.flush()
        person = queries.actor_named(session, name, at=clock.now())
        assert person
        return access.make_token(session, person, "conformance", at=clock.now(), days=1)[0]


@pytest.fixture
def sample_app(sample_services: CloneServices) -> FastAPI:
    return create_app(sample_services.settings, sample_services)


@pytest.fixture
def officer(sample_app: FastAPI) -> TestClient:
    """A land officer's GIS client, in the sample district."""
    token = token_for(sample_app, Role.LAND_OFFICER)
    return TestClient(sample_app, headers={"Authorization": f"Bearer {token}"}, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def land(cluster: Cluster, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Land]:
    """A few parcels of our own; one set for all tests of a file."""
    with served(cluster, f"land_{request.module.__name__.rsplit('.')[-1]}", tmp_path_factory.mktemp("land")) as made:
        yield made


@pytest.fixture(scope="module")
def gis(land: Land) -> TestClient:
    """A land officer's GIS client on that land."""
    return land.client(Role.LAND_OFFICER, "gis-officer")


@pytest.fixture(scope="module")
def editor(land: Land) -> TestClient:
    """A land officer's GIS client that edits."""
    return land.client(Role.LAND_OFFICER, "gis-editor", reason="2026年11月界址核对")


@pytest.fixture(scope="session")
def ogctests() -> Path:
    """The Python of the suite's own environment, made at first use: it pins an older httpx than ours."""
    mark = VENV / "installed"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not (mark.is_file() and mark.read_text() == wanted):
        _install(wanted, mark)
    return VENV / "bin" / "python"


def _install(wanted: str, mark: Path) -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    pip = [VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*pip, "--no-deps", "--require-hashes", "-r", LOCK], capture_output=True, text=True, check=False
    )
    if done.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        pytest.skip(f"the conformance suite could not be fetched: {done.stderr.strip().splitlines()[-1]}")
    mark.write_text(wanted)
