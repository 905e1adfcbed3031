"""The service as people run it: `gis-service serve` with two web processes, the worker and its own durable PostgreSQL; with land and people."""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psycopg
from shapely import box
from shapely.geometry import mapping

from gis_service.access.actor import EVERYTHING
from gis_service.access.edge import COOKIE
from gis_service.access.rules import Role
from gis_service.audit import operations as audit
from gis_service.audit import verifying
from gis_service.core import db
from gis_service.services import Services
from gis_service.settings import Settings
from tests.factories import SOUTH, WEST, a_parcel, an_area, land
from tests.proving.premises import signed_in
from tests.test_serve import PATIENCE_S, Serving, processes_with, until

OURS = {"Sec-Fetch-Site": "same-origin"}
WEB, WORKER = b"multiprocessing.spawn", b"gis_service.worker"


@dataclass(frozen=True)
class Somebody:
    """A person with a session."""

    id: int
    secret: str

    @property
    def headers(self) -> dict[str, str]:
        return {**OURS, "Cookie": f"{COOKIE}={self.secret}"}


@dataclass
class House:
    """A running service of the proof's own. `services` reaches its database from outside."""

    service: Serving
    services: Services
    parcels: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.service.port}"

    @property
    def pid(self) -> int:
        assert self.service.process is not None
        return self.service.process.pid

    def web_processes(self) -> list[int]:
        return children(self.pid, WEB)

    def worker(self) -> list[int]:
        return children(self.pid, WORKER)

    def whole(self) -> bool:
        """Both web processes and the worker are there, and the service says it is ready."""
        return len(self.web_processes()) == 2 and bool(self.worker()) and self.ready().status_code == 200

    def ready(self) -> httpx.Response:
        """What the service says of itself; 599 where it says nothing."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5)
        except httpx.HTTPError:
            return httpx.Response(599)

    def superuser(self) -> psycopg.Connection:
        return self.services.private().admin()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.superuser() as connection:
            return connection.execute(sql.encode()).fetchall()

    def marks(self, sql: str) -> list[str]:
        return [str(row[0]) for row in self.rows(sql)]

    def somebody(self, name: str, *roles: Role) -> Somebody:
        """A person who is signed in already, so that no proof waits for passwords."""
        return Somebody(*signed_in(self.services, name, *roles))

    def faults_of_indexes(self) -> list[str]:
        """amcheck over every B-tree, with the rows of its table looked up in it; what it complains of."""
        found = []
        with self.superuser() as connection:
            connection.execute("create extension if not exists amcheck")
            for (name,) in connection.execute(BTREES).fetchall():
                try:
                    connection.execute("select bt_index_check(%s::regclass, true)", [name])
                except psycopg.Error as fault:
                    found.append(f"{name}: {str(fault).splitlines()[0]}")
        return found

    def faults_of_audit(self) -> list[str]:
        """Seal what is not sealed yet and recompute the whole chain; what is wrong with it."""
        with self.services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            audit.seal(session)
            return [fault.en for fault in verifying.verify(session).faults]


BTREES = """select c.oid::regclass::text from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
 where a.amname = 'btree' and i.indisvalid and c.relpersistence = 'p' order by 1"""


def new_parcel(mark: str) -> dict[str, Any]:
    """What is sent to make a parcel: its number is the mark, its land a square of some ten metres somewhere in the district."""
    west, south = WEST + int(mark[:8], 16) % 40_000 / 1e6, SOUTH + int(mark[8:16], 16) % 40_000 / 1e6
    return {
        "parcel_no": mark,
        "parcel_name": mark,
        "reason": "proof",
        "geometry": mapping(box(west, south, west + 1e-4, south + 1e-4)),
    }


def children(parent: int, word: bytes) -> list[int]:
    """Living processes started by another (by any thread of it) whose command line has a word."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state, by = (entry / "stat").read_text().rsplit(")", 1)[1].split()[:2]
            if int(by) == parent and state != "Z" and word in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return sorted(found)


@contextlib.contextmanager
def house(*, parcels: int = 20, **settings: str) -> Iterator[House]:
    """A service in a scratch folder, with a grid of land; ended and removed with the block."""
    folder = Path(tempfile.mkdtemp(prefix="gis-holds-", dir="/tmp"))
    folder.chmod(0o755)
    service = Serving(folder, GIS_WORKERS="2", **settings)
    services = Services(Settings(environment="test", var_dir=folder))
    try:
        service.start()
        here = House(service, services)
        with services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            area = an_area(session).id
            here.parcels = [a_parcel(session, shape=land(n % 40, n // 40), area_id=area).id for n in range(parcels)]
        until(here.whole, "both web processes and the worker")
        yield here
    finally:
        services.close()
        if service.process and service.process.poll() is None:
            service.end()
        until(lambda: not processes_with(str(folder)), "every process of the service ends")
        shutil.rmtree(folder, ignore_errors=True)


def seconds_until(question: Any, patience_s: float = PATIENCE_S) -> float | None:
    """How long until it is so; None when it never was."""
    began = time.monotonic()
    while time.monotonic() - began < patience_s:
        if question():
            return time.monotonic() - began
        time.sleep(0.05)
    return None
