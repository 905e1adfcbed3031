"""The drill: restore the newest copy beside the service, prove it, throw it away."""

import shutil
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gis_service.backup.proving import Proof, prove
from gis_service.backup.restoring import restore
from gis_service.backup.shelf import Backup, Shelf
from gis_service.core.cluster import Cluster
from gis_service.services import Services
from gis_service.settings import Settings


@dataclass(frozen=True)
class Drill:
    """How a restore for trial went; `seconds` from nothing to a database that answers."""

    backup: str
    seconds: float
    proofs: list[Proof]

    @property
    def good(self) -> bool:
        return all(proof.good for proof in self.proofs)


def drill(settings: Settings, shelf: Shelf, backup: Backup | None = None) -> Drill:
    """Restore for trial into a folder of its own, with the whole log; raises what a restore raises."""
    backup = backup or shelf.newest()
    place = settings.var_dir.absolute() / "drill"
    shutil.rmtree(place, ignore_errors=True)
    services = Services(
        settings.model_copy(update={"var_dir": place, "backup_dir": None, "analyst_listen": None}), long_work=True
    )
    cluster = services.private()
    began = time.monotonic()
    try:
        restored = restore(cluster, backup, shelf, shelf.files)  # they stay where they are
        seconds = time.monotonic() - began
        with closing(services):
            return Drill(backup.name, seconds, prove(services, cluster, backup.facts, restored.missing))
    finally:
        _clear(cluster, place)


def _clear(cluster: Cluster, place: Path) -> None:
    cluster.stop()
    for folder in {cluster.server.socket_dir, cluster.home, place}:
        shutil.rmtree(folder, ignore_errors=True)
