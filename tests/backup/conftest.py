"""A service of its own with a durable database: written to, copied, written to again, and killed."""

import io
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from gis_service.audit import operations as audit
from gis_service.backup import taking
from gis_service.backup.shelf import Backup, Shelf
from gis_service.core import clock
from gis_service.core.cluster import Cluster
from gis_service.files import noting
from gis_service.services import Services
from gis_service.settings import Settings
from tests.scratch import new_folder


@dataclass
class Origin:
    """Where it all comes from, and a ledger of what was acknowledged."""

    folder: Path
    services: Services
    shelf: Shelf
    acknowledged: dict[int, datetime] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    backup: Backup = field(init=False)

    def write(self, count: int) -> None:
        """Acts, each its own transaction; noted here when the commit came back."""
        for _ in range(count):
            number = len(self.acknowledged)
            with self.services.sessions.begin() as session:
                audit.record(session, "test.write", number, actor_id=None, actor_name="writer")
            self.acknowledged[number] = clock.now()

    def store(self, content: bytes) -> str:
        self.files.append(stored(self.services, content))
        return self.files[-1]

    def seal(self) -> None:
        with self.services.sessions.begin() as session:
            audit.seal(session)

    def until(self, moment: datetime) -> set[int]:
        """What was acknowledged by then."""
        return {number for number, at in self.acknowledged.items() if at <= moment}


def stored(services: Services, content: bytes) -> str:
    """A file in the store and named in the database; its hash."""
    sha256, size = services.store.put(io.BytesIO(content), limit_bytes=1 << 20)
    with services.sessions.begin() as session:
        noting.note_file(session, sha256, "附件.pdf", size)
    return sha256


def archive_all(cluster: Cluster) -> None:
    """Have everything written so far in the archive, as the clock does within a minute."""
    with cluster.admin() as connection:
        connection.execute("select pg_logical_emit_message(true, 'test', 'there is something to archive')")
        (piece,) = connection.execute("select pg_walfile_name(pg_switch_wal())").fetchone() or ("",)
    until = time.monotonic() + 60
    while not (cluster.server.archive / f"{piece}.gz").exists():  # type: ignore[operator]
        assert time.monotonic() < until, "it was not archived"
        time.sleep(0.1)


def settings_in(folder: Path, backups: Path | None) -> Settings:
    return Settings(environment="test", var_dir=folder / "var", backup_dir=backups, threads=2)


@pytest.fixture(scope="module")
def origin() -> Iterator[Origin]:
    """Ten acts and a file, a copy, ten acts and a file that are archived, five that are not; then `kill -9` of the server."""
    folder = new_folder("gis-backup-")
    services = Services(settings_in(folder, folder / "backups"))
    cluster = services.private()
    made = Origin(folder, services, Shelf(folder / "backups"))
    try:
        cluster.start(owner=True)
        services.migrate()
        made.write(10)
        made.store(b"%PDF-1.4 before")
        made.seal()
        made.backup = taking.take(cluster, made.shelf, services.store, var_dir=services.settings.var_dir)
        made.write(10)
        made.store(b"%PDF-1.4 after")
        with cluster.admin() as connection:
            taking.keep_files(connection, services.store, made.shelf)
        archive_all(cluster)
        made.write(5)
        services.close()
        os.kill(cluster.server.pid or 0, signal.SIGKILL)
        while cluster.server.collect():
            pass
        yield made
    finally:
        services.close()
        cluster.release()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def elsewhere(origin: Origin) -> Iterator[Callable[..., Services]]:
    """Services of a new machine; without an archive of their own unless said."""
    made: list[tuple[Services, Path]] = []

    def make(backups: Path | None = None) -> Services:
        folder = new_folder("gis-restore-")
        made.append((Services(settings_in(folder, backups)), folder))
        return made[-1][0]

    yield make
    for services, folder in made:
        services.close()
        services.private().stop()
        shutil.rmtree(folder, ignore_errors=True)
