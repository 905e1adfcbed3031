"""The door of the private server: analysts alone, by password, encrypted; and it is shut unless asked for."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection

from gis_service.access.analysts import roles
from gis_service.access.analysts.errors import NoTls
from gis_service.access.analysts.roles import Login
from gis_service.core import clock, pgconf
from gis_service.core.cluster import Cluster
from gis_service.core.pgconf import Door
from gis_service.core.provision import ADMIN, APP, OWNER, READER
from gis_service.doctor import examine
from gis_service.services import Services
from gis_service.settings import Settings, WrongSetting, load
from gis_service.tls import keeping
from tests.scratch import new_folder
from tests.test_serve import free_port

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def open_cluster() -> Iterator[Cluster]:
    """A private server with a door that asks for TLS, one analyst, and passwords of the service's own roles."""
    folder = new_folder("gis-test-")
    known = keeping.make(Settings(var_dir=folder / "var"), [], ["127.0.0.1"])
    made = Cluster.for_tests(folder, door=Door("127.0.0.1", free_port(), known.server_pem))
    try:
        made.start(owner=True)
        with made.admin() as admin:
            roles.shape(admin, Login("gis_a_chen", clock.now() + timedelta(days=1), PASSWORD))
            admin.execute("grant connect on database gis to gis_analyst")
            for role in (OWNER, APP, READER, ADMIN):
                admin.execute(f"alter role {role} password '{PASSWORD}'".encode())
            admin.execute(f"create role stranger login password '{PASSWORD}'".encode())
            admin.execute("grant connect on database gis to stranger")
        yield made
    finally:
        made.remove()
        shutil.rmtree(folder, ignore_errors=True)


def through(cluster: Cluster, user: str, **more: str) -> Connection:
    door = cluster.door
    assert door
    words = {"dbname": "gis", "sslmode": "require", "password": PASSWORD, **more}
    return psycopg.connect(host=door.address, port=door.port, user=user, **words)  # type: ignore[arg-type]


def test_an_analyst_enters_by_password_and_is_encrypted(open_cluster: Cluster) -> None:
    with through(open_cluster, "gis_a_chen") as connection:
        row = connection.execute("select session_user, (select ssl from pg_stat_ssl where pid = pg_backend_pid())")
        assert row.fetchone() == ("gis_a_chen", True)


def test_the_certificate_is_that_of_the_deployment(open_cluster: Cluster) -> None:
    door = open_cluster.door
    assert door
    assert door.certificate
    ca = door.certificate.with_name("ca.crt")
    with through(open_cluster, "gis_a_chen", sslmode="verify-full", sslrootcert=str(ca)) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


@pytest.mark.parametrize(
    ("user", "more"),
    [
        ("gis_a_chen", {"password": "wrong"}),
        ("gis_a_chen", {"sslmode": "disable"}),
        ("gis_a_chen", {"dbname": "postgres"}),
        *((role, {}) for role in (OWNER, APP, READER, ADMIN, "stranger")),
    ],
)
def test_nobody_else_and_nothing_in_the_clear(open_cluster: Cluster, user: str, more: dict[str, str]) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"rejects|failed|no pg_hba"):
        through(open_cluster, user, **more)


def test_the_service_still_goes_by_the_socket(open_cluster: Cluster) -> None:
    with open_cluster.admin() as admin:
        assert admin.execute("show log_connections").fetchone() == ("on",)
    key = open_cluster.server.data / pgconf.CERTIFICATE
    assert key.stat().st_mode & 0o077 == 0


def test_without_a_door_the_server_listens_on_no_port() -> None:
    text = pgconf.text(True, Path("/run/x"), 1 << 30, 1 << 40)
    assert "listen_addresses = ''" in text
    assert "ssl" not in text
    assert Services(Settings()).analyst_door is None


def test_beyond_this_machine_it_needs_a_certificate(tmp_path: Path) -> None:
    here = Settings(var_dir=tmp_path, analyst_listen="127.0.0.1:5433")
    assert Services(here).analyst_door == Door("127.0.0.1", 5433)
    assert "host gis +gis_analyst all scram-sha-256" in pgconf.access(Door("127.0.0.1", 5433))
    wide = Settings(var_dir=tmp_path, analyst_listen="0.0.0.0:5433")
    with pytest.raises(NoTls):
        _ = Services(wide).cluster
    assert any(not found.good and "GIS_ANALYST_LISTEN" in found.zh for found in examine(wide))
    keeping.make(wide, [], ["10.0.0.5"])
    door = Services(wide).analyst_door
    assert door
    assert door.certificate
    assert "hostssl gis +gis_analyst" in pgconf.access(door)
    assert any("0.0.0.0:5433" in found.zh for found in examine(wide))
    assert ip_address("::1").is_loopback
    assert Services(Settings(var_dir=tmp_path, analyst_listen="[::1]:5433")).analyst_door


@pytest.mark.parametrize("value", ["5433", "localhost:5433", "127.0.0.1:80", "127.0.0.1:", "127.0.0.1:x"])
def test_a_wrong_address_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("GIS_ANALYST_LISTEN", value)
    with pytest.raises(WrongSetting, match="GIS_ANALYST_LISTEN"):
        load()
