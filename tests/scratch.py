"""Folders and a database server for the length of a run: quick, migrated once as a template, forgotten afterwards."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gis_service.core import migrate
from gis_service.core.cluster import Cluster

MEMORY, DISK = Path("/dev/shm"), Path("/tmp")
ROOM = 6 << 30
"""Bytes of memory that two runs side by side may want."""
FORGOTTEN_S = 24 * 3600


def new_folder(prefix: str) -> Path:
    """A short folder that other users may enter; in memory where there is room: a database is cloned in 0.1 s there, and in 1.7 s on
    a slow disk. Who asks removes it; what a killed run left goes after a day."""
    in_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM
    if in_memory:
        _sweep()
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if in_memory else DISK))
    folder.chmod(0o755)
    return folder


def _sweep() -> None:
    for left in MEMORY.glob("gis-*"):
        if time.time() - left.stat().st_mtime > FORGOTTEN_S:
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def scratch_cluster() -> Iterator[Cluster]:
    """In a folder of its own; databases are cloned from its template."""
    folder = new_folder("gis-test-")
    made = Cluster.for_tests(folder)
    try:
        made.start(owner=True)
        made.create_template(migrate.upgrade)
        yield made
    finally:
        made.remove()
        shutil.rmtree(folder, ignore_errors=True)
