"""A district of its own for a proof about running it: a durable private database with land in two areas, people, and processes."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import update

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.edge import COOKIE
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.parcels.models import Parcel
from gis_service.services import Services
from gis_service.settings import ROOT, Settings
from gis_service.supervisor import prepare
from tests.conftest import PASSWORD
from tests.factories import a_parcel, a_unit, an_area, land
from tests.test_serve import free_port, get, until

PARCELS = 20
"""In each area: all of them fit on one page of the register."""


@dataclass(frozen=True)
class Somebody:
    """A person with a session, and the parcels of the area that is theirs."""

    name: str
    cookie: dict[str, str]
    own: frozenset[int]
    numbers: frozenset[str]

    def at(self, port: int) -> httpx2.Client:
        """Their browser, at a web process."""
        return httpx2.Client(
            base_url=f"http://127.0.0.1:{port}",
            cookies=self.cookie,
            headers={"Sec-Fetch-Site": "same-origin"},
            timeout=30,
        )


@dataclass(frozen=True)
class Premises:
    folder: Path
    services: Services

    def somebody(self, name: str, role: Role, area_id: int, *, unit_id: int | None = None) -> Somebody:
        """Somebody with a role in one area (or for the land in a unit's care, if one is named), signed in already."""
        _, secret = signed_in(self.services, name, role, area_id=None if unit_id else area_id, unit_id=unit_id)
        with self.services.private().admin() as connection:
            rows = connection.execute("select id, parcel_no from parcel where area_id = %s", [area_id]).fetchall()
        return Somebody(name, {COOKIE: secret}, frozenset(row[0] for row in rows), frozenset(row[1] for row in rows))

    def unit(self) -> int:
        """A new unit, which has the first area's land in its care."""
        with self.services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            unit = a_unit(session).id
            session.execute(update(Parcel).where(Parcel.area_id == self.areas()[0]).values(custodian_unit_id=unit))
            return unit

    def areas(self) -> list[int]:
        """Areas with land, the fullest first."""
        with self.services.private().admin() as connection:
            counted = "select area_id from parcel where retired_on is null and area_id is not null group by 1 order by count(*) desc"
            return [row[0] for row in connection.execute(counted)]

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
def premises(*, sample: bool = False, **settings: Any) -> Iterator[Premises]:
    """Two areas with land, or the sample district, in a scratch folder; ended and removed with the block."""
    folder = Path(tempfile.mkdtemp(prefix="gis-proof-", dir="/tmp"))
    folder.chmod(0o755)  # the server's user must be able to enter
    services = Services(Settings(environment="test", var_dir=folder, **settings), long_work=True)
    cluster = services.private()
    try:
        cluster.start(owner=True)
        services.migrate()
        prepare(services, sample=sample)
        if not sample:
            _land(services)
        with closing(services):
            yield Premises(folder, services)
    finally:
        cluster.stop()
        for place in {cluster.server.socket_dir, cluster.home, folder}:
            shutil.rmtree(place, ignore_errors=True)


def _land(services: Services) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        for column in range(2):
            area = an_area(session)
            for row in range(PARCELS):
                a_parcel(session, shape=land(column, row), area_id=area.id)


def percentile(values: list[float], share: float) -> float:
    """The value that this share of them does not exceed (0 < share ≤ 1)."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def since(began: float) -> float:
    """Seconds since a reading of the monotonic clock."""
    return time.monotonic() - began
