"""A district of a proof's own, in a scratch folder with a durable private database: as separate processes (`premises`), or as the whole
service that people run (`house`: two web processes, the worker, their PostgreSQL)."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psycopg
from shapely import box
from shapely.geometry import mapping
from sqlalchemy import update

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.edge import COOKIE
from gis_service.access.rules import Role
from gis_service.audit import operations as audit
from gis_service.audit import verifying
from gis_service.core import db
from gis_service.parcels.models import Parcel
from gis_service.services import Services
from gis_service.settings import ROOT, Settings
from gis_service.supervisor import prepare
from tests.conftest import PASSWORD
from tests.factories import SOUTH, WEST, a_parcel, a_unit, an_area, land
from tests.test_serve import PATIENCE_S, Serving, free_port, get, processes_with, until

PARCELS = 20
"""In each area: all of them fit on one page of the register."""
OURS = {"Sec-Fetch-Site": "same-origin"}
WEB, WORKER = b"multiprocessing.spawn", b"gis_service.worker"


@dataclass(frozen=True)
class Somebody:
    """A person with a session, and the parcels of the area that is theirs, if one is."""

    id: int
    name: str
    secret: str
    own: frozenset[int] = frozenset()
    numbers: frozenset[str] = frozenset()

    @property
    def cookie(self) -> dict[str, str]:
        return {COOKIE: self.secret}

    @property
    def headers(self) -> dict[str, str]:
        return {**OURS, "Cookie": f"{COOKIE}={self.secret}"}

    def at(self, port: int) -> httpx2.Client:
        """Their browser, at a web process."""
        return httpx2.Client(base_url=f"http://127.0.0.1:{port}", cookies=self.cookie, headers=OURS, timeout=30)


@dataclass
class Place:
    """A folder and what works in it; `services` reaches its database from outside."""

    folder: Path
    services: Services

    def superuser(self) -> psycopg.Connection:
        return self.services.private().admin()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.superuser() as connection:
            return connection.execute(sql.encode()).fetchall()

    def marks(self, sql: str) -> list[str]:
        return [str(row[0]) for row in self.rows(sql)]


@dataclass
class Premises(Place):
    """A database with land in two areas; each process is started by the proof."""

    def somebody(self, name: str, role: Role, area_id: int, *, unit_id: int | None = None) -> Somebody:
        """Somebody with a role in one area (or for the land in a unit's care, if one is named), signed in already."""
        id_, secret = signed_in(self.services, name, role, area_id=None if unit_id else area_id, unit_id=unit_id)
        rows = self.rows(f"select id, parcel_no from parcel where area_id = {area_id}")
        return Somebody(id_, name, secret, frozenset(row[0] for row in rows), frozenset(row[1] for row in rows))

    def unit(self) -> int:
        """A new unit, which has the first area's land in its care."""
        with self.services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            unit = a_unit(session).id
            session.execute(update(Parcel).where(Parcel.area_id == self.areas()[0]).values(custodian_unit_id=unit))
            return unit

    def areas(self) -> list[int]:
        """Areas with land, the fullest first."""
        counted = "select area_id from parcel where retired_on is null and area_id is not null group by 1 order by count(*) desc"
        return [row[0] for row in self.rows(counted)]

    @contextmanager
    def started(
        self, *command: str, name: str, ready: int | None = None, **variables: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A process of the service with these settings, ended with the block; waits for its port where `ready` names one."""
        environment = {**os.environ, "GIS_VAR_DIR": str(self.folder), "GIS_SAMPLE": "false", **variables}
        log = self.folder / f"{name}.log"
        with log.open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", *command], env=environment, cwd=ROOT, stdout=out, stderr=out
            )
            try:
                if ready:
                    until(lambda: process.poll() is not None or get(ready, "/readyz") == 200, f"{name} is ready")
                    assert process.poll() is None, log.read_text(errors="replace")
                yield process
            finally:
                process.terminate()
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    @contextmanager
    def web(self, **variables: str) -> Iterator[int]:
        """A web process on a port of its own; gives the port."""
        port = free_port()
        with self.started("gis_service.cli", "web", "--port", str(port), name=f"web-{port}", ready=port, **variables):
            yield port


@dataclass
class House(Place):
    """The running service, as `gis-service serve` starts it."""

    service: Serving
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

    def ready(self) -> httpx2.Response:
        """What the service says of itself; 599 where it says nothing."""
        try:
            return httpx2.get(f"{self.url}/readyz", timeout=5)
        except httpx2.HTTPError:
            return httpx2.Response(599)

    def somebody(self, name: str, *roles: Role) -> Somebody:
        """A person who is signed in already, so that no proof waits for passwords."""
        id_, secret = signed_in(self.services, name, *roles)
        return Somebody(id_, name, secret)

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


def signed_in(
    services: Services, name: str, *roles: Role, area_id: int | None = None, unit_id: int | None = None
) -> tuple[int, str]:
    """A new person with these roles and a session already, so that no proof waits for passwords: id, and the secret of the session."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        user = access.create_user(
            session, SERVICE, username=name, display_name=name, password=PASSWORD, own_choice=True
        )
        for role in roles:
            access.grant_role(session, SERVICE, user.id, role, area_id=area_id, unit_id=unit_id)
        secret, _ = access.open_session(session, user, address="127.0.0.1", agent="proof")
        return user.id, secret


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for a place, removed with the block."""
    folder = Path(tempfile.mkdtemp(prefix="gis-proof-", dir="/tmp"))
    folder.chmod(0o755)  # the server's user must be able to enter
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def premises(*, sample: bool = False, **settings: Any) -> Iterator[Premises]:
    """Two areas with land, or the sample district; ended and removed with the block."""
    with scratch() as folder, emptied(folder, **settings) as place:
        place.services.private().start(owner=True)
        place.services.migrate()
        prepare(place.services, sample=sample)
        if not sample:
            _land(place.services)
        yield place


@contextmanager
def emptied(folder: Path, **settings: Any) -> Iterator[Premises]:
    """Premises without a database yet; whatever server there is in the end is stopped, and its folders outside are removed."""
    services = Services(Settings(environment="test", var_dir=folder, **settings), long_work=True)
    cluster = services.private()
    try:
        with closing(services):
            yield Premises(folder, services)
    finally:
        cluster.stop()
        for place in {cluster.server.socket_dir, cluster.home}:
            shutil.rmtree(place, ignore_errors=True)


def _land(services: Services) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        for column in range(2):
            area = an_area(session)
            for row in range(PARCELS):
                a_parcel(session, shape=land(column, row), area_id=area.id)


@contextmanager
def house(*, parcels: int = 20, **settings: str) -> Iterator[House]:
    """The service with a grid of land; ended and removed with the block."""
    with scratch() as folder:
        service = Serving(folder, GIS_WORKERS="2", **settings)
        services = Services(Settings(environment="test", var_dir=folder))
        try:
            service.start()
            here = House(folder, services, service)
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


def seconds_until(question: Any, patience_s: float = PATIENCE_S) -> float | None:
    """How long until it is so; None when it never was."""
    began = time.monotonic()
    while time.monotonic() - began < patience_s:
        if question():
            return time.monotonic() - began
        time.sleep(0.05)
    return None


def percentile(values: list[float], share: float) -> float:
    """The value that this share of them does not exceed (0 < share ≤ 1)."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def since(began: float) -> float:
    """Seconds since a reading of the monotonic clock."""
    return time.monotonic() - began
