"""Restore: the database at the end of its log or at a moment of the past, the files, the certificates.

What was there before is set aside, never deleted.
"""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gis_service.backup.errors import NotReached
from gis_service.backup.shelf import STAMP, Backup, Shelf
from gis_service.backup.taking import bring, run
from gis_service.core import clock, pgconf
from gis_service.core.cluster import Cluster
from gis_service.core.postmaster import DoesNotStart
from gis_service.files.store import FileStore

RECOVERY = (
    "restore_command",
    "recovery_target_timeline",
    "recovery_target_action",
    "hot_standby",
    "recovery_target_time",
)
OVERRUN = "recovery ended before configured recovery target was reached"


@dataclass(frozen=True)
class Restored:
    """What a restore did. `aside` is where the former data lie; `missing` are files that neither place has whole."""

    aside: Path | None
    files: int
    missing: list[str]


def restore(
    cluster: Cluster,
    backup: Backup,
    shelf: Shelf,
    store: FileStore,
    *,
    var_dir: Path | None = None,
    to: datetime | None = None,
    timeline: str = "latest",
) -> Restored:
    """Bring the data of the backup into the cluster, with all changes up to `to`, or all there are; leaves it running.

    The copy is checked against its manifest first. `timeline` names the history to follow where there are several: each
    restore begins a new one. Certificates are put back where `var_dir` has none. Raises `CopyFailed` for a damaged copy; `InUse`
    while somebody uses the database; `NotReached` if the log ends before `to`, the former data then being back in place.
    """
    run(cluster, "pg_verifybackup", "-q", str(backup.data))
    lines = _recovery(shelf.wal(backup.facts["system_id"]), to, timeline)
    aside = cluster.adopt(backup.data, lines, stamp=clock.now().strftime(STAMP))
    try:
        cluster.start(owner=False)
    except DoesNotStart:
        reached = OVERRUN not in _last_words(cluster)
        cluster.take_back(aside)
        if reached or to is None:
            raise
        raise NotReached(to=f"{to:%Y-%m-%d %H:%M:%S%z}") from None
    _forget_recovery(cluster)
    files, missing = _bring_files(cluster, shelf, store)
    if var_dir and (shelf.root / "tls").is_dir() and not (var_dir / "tls").exists():
        shutil.copytree(shelf.root / "tls", var_dir / "tls")
    return Restored(aside, files, missing)


def _recovery(wal: Path, to: datetime | None, timeline: str) -> str:
    """Settings of the recovery, as lines of the server's configuration. Nobody is let in before its end."""
    values = [pgconf.fetching(wal), timeline, "promote", "off", to.astimezone(UTC).isoformat() if to else ""]
    lines = [f"{name} = {pgconf.quoted(value)}" for name, value in zip(RECOVERY, values, strict=True) if value]
    return "".join(f"{line}\n" for line in lines)


def _last_words(cluster: Cluster) -> str:
    logs = sorted((cluster.server.data / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
    return logs[-1].read_text(errors="replace")[-20_000:] if logs else ""


def _forget_recovery(cluster: Cluster) -> None:
    with cluster.admin() as connection:
        for name in RECOVERY:
            connection.execute(f"alter system reset {name}".encode())


def _bring_files(cluster: Cluster, shelf: Shelf, store: FileStore) -> tuple[int, list[str]]:
    """Copy back what the file store lacks of the files that the database names."""
    with cluster.admin() as connection:
        rows = connection.execute("select sha256, size_bytes from stored_file").fetchall()
    missing = [sha256 for sha256, size in rows if not bring(shelf.files, store, sha256, size)]
    return len(rows), missing
