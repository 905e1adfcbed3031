"""A real server process on a database of its own, to be killed; and a phone that does not give up."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.cluster import Cluster
from gis_service.services import Services
from gis_service.settings import Settings
from tests.factories import a_parcel, an_area, land
from tests.patrols.inbox.phone import Phone, piece, sha256
from tests.scratch import new_folder

PASSWORD = "Correct-horse-9"
PATIENCE_S = 240


@dataclass
class Live:
    """The service in a folder: its cluster, its web process, a port."""

    folder: Path
    cluster: Cluster
    services: Services
    port: int
    process: subprocess.Popen[bytes] | None = None
    parcels: list[int] = field(default_factory=list)
    area: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = {**os.environ, "GIS_VAR_DIR": str(self.folder), "GIS_ENVIRONMENT": "test"}
        command = [sys.executable, "-m", "uvicorn", "--factory", "gis_service.main:app", "--no-access-log",
                   "--host", "127.0.0.1", "--port", str(self.port), "--log-level", "critical"]  # fmt: skip
        with (self.folder / "web.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        until(lambda: answers(self.url), "the server answers")

    def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def kill_database(self) -> None:
        """An immediate stop of PostgreSQL: no checkpoint, every connection cut."""
        pid = self.cluster.server.pid
        assert pid
        os.kill(pid, signal.SIGQUIT)
        until(self.cluster.revive, "PostgreSQL is back")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            return [tuple(row) for row in session.connection().exec_driver_sql(sql)]

    def account(self, n: int, role: Role = Role.INSPECTOR) -> tuple[str, int]:
        with self.services.sessions.begin() as session:
            user = access.create_user(session, SERVICE, username=f"field{n}", display_name=f"巡查员{n}", password=PASSWORD,
                                      own_choice=True)  # fmt: skip
            access.grant_role(session, SERVICE, user.id, role)
            return user.username, user.id

    def sign_in(self, username: str) -> httpx.Client:
        client = httpx.Client(base_url=self.url, headers={"Sec-Fetch-Site": "same-origin"}, timeout=30)
        answer = client.post("/api/v1/sessions", json={"username": username, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        return client


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def until(question: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not question():
        assert time.monotonic() < end, f"not within {PATIENCE_S} s: {what}"
        time.sleep(0.1)


@contextmanager
def living(port: int, *, parcels: int = 4) -> Iterator[Live]:
    """The service with some land, for the length of the block."""
    folder = new_folder("gis-inbox-")
    with Cluster(folder / "pg").running() as cluster:
        services = Services(Settings(environment="test", var_dir=folder))
        services.migrate()
        live = Live(folder, cluster, services, port)
        try:
            with services.sessions.begin() as session:
                db.enter(session, EVERYTHING)
                live.area = an_area(session).id
                live.parcels = [
                    a_parcel(session, shape=land(n % 20, n // 20), area_id=live.area).id for n in range(parcels)
                ]
            live.start()
            yield live
        finally:
            if live.process and live.process.poll() is None:
                live.process.terminate()
                live.process.wait(20)
            services.close()
    shutil.rmtree(folder, ignore_errors=True)


class Persistent:
    """Sends until everything has its receipt, whatever breaks meanwhile: as the field app does."""

    def __init__(self, phone: Phone, client: httpx.Client, *, chunk: int = 100_000):
        self.phone, self.client, self.chunk, self.troubles = phone, client, chunk, 0

    def send_all(self, *, group: int = 3) -> dict[str, dict[str, Any]]:
        for content in self.phone.files.values():
            self._file(content)
        receipts: dict[str, dict[str, Any]] = {}
        records = list(self.phone.records)
        while records:
            batch, records = records[:group], records[group:]
            answer = self._bravely(
                lambda sent=batch: self.client.post("/api/v1/field/inbox", json=self.phone.batch(sent))
            )
            receipts |= {each["uuid"]: each for each in answer.json()["verdicts"]}
        return receipts

    def _file(self, content: bytes) -> None:
        offset, stored = 0, False
        while not stored:
            answer = self._bravely(lambda at=offset: piece(self.client, content, at, self.chunk))
            offset, stored = answer.json()["offset"], answer.json()["stored"]

    def _bravely(self, call: Callable[..., httpx.Response]) -> httpx.Response:
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = call()
                if answer.status_code in (200, 409):
                    return answer
                trouble = answer.text
            except httpx.HTTPError as fault:
                trouble = repr(fault)
            self.troubles += 1
            assert time.monotonic() < end, trouble
            time.sleep(0.2)


def ledger(live: Live, phone: Phone, receipts: dict[str, dict[str, Any]]) -> dict[str, int]:
    """What came of it: lost and doubled records, receipts that differ from what is kept, files that differ."""
    kept = {
        str(uuid): (sha, verdict) for uuid, sha, verdict in live.rows("select uuid, sha256, verdict from inbox_record")
    }
    tables = ["patrol", "visit", "observation", "track_part"]
    rows = sum(live.rows(f"select count(*) from {table}")[0][0] for table in tables)
    made = sum(1 for each in phone.records if '"kind":"patrol.end"' not in each["text"])
    return {
        "records": len(phone.records),
        "lost": sum(kept.get(each["uuid"], ("", ""))[0] != each["sha256"] for each in phone.records),
        "not_stored": sum(kept.get(each["uuid"], ("", ""))[1] != "stored" for each in phone.records),
        "rows_too_many_or_few": rows - made,
        "receipts_wrong": sum(receipts[each["uuid"]]["sha256"] != each["sha256"] for each in phone.records),
        "files": len(phone.files),
        "files_wrong": sum(sha256(live.services.store.path(each).read_bytes()) != each for each in phone.files),
    }
