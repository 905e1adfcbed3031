"""New files go to the backup folder within seconds, and before the log that names them.

The server waits a little for the mark that is left here before it archives a piece of its log (core/pgconf.py), so that a restored
database names no file that the folder lacks. In a thread of its own: a job of an hour must not hold it up.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import psycopg
import structlog

from gis_service.backup import taking
from gis_service.backup.shelf import Shelf
from gis_service.core import clock
from gis_service.core.cluster import Cluster
from gis_service.files.store import FileStore
from gis_service.services import Services

EVERY_S = 5.0
OVERLAP = timedelta(minutes=10)
"""How far back a look for new files reaches: longer than any transaction that stores one."""

log = structlog.get_logger("gis_service.backup")


def shelf_of(services: Services) -> Shelf | None:
    return Shelf(services.settings.backup_dir) if services.settings.backup_dir else None


@contextmanager
def files_kept(services: Services) -> Iterator[None]:
    """Copy stored files to the backup folder, if there is one, until the block ends."""
    cluster, shelf = services.cluster, shelf_of(services)
    if not (cluster and shelf):
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=_keep, args=(cluster, services.store, shelf, stop), name="backup.files")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        shelf.files_kept.unlink(missing_ok=True)  # the server need not wait for anybody when it is shut down


def _keep(cluster: Cluster, store: FileStore, shelf: Shelf, stop: threading.Event) -> None:
    """First all files, as somebody may have been away for long; then those that came since."""
    since: datetime | None = None
    while not stop.is_set():
        began = clock.now()
        try:
            look(cluster, store, shelf, since)
            since = began - OVERLAP
        except (psycopg.Error, OSError) as trouble:
            log.warning("files not copied", error=str(trouble))
        stop.wait(EVERY_S)


def look(cluster: Cluster, store: FileStore, shelf: Shelf, since: datetime | None) -> None:
    """Copy what the folder lacks and leave the mark: all files named by then are there. In whole seconds, as shells compare them."""
    began = int(time.time())
    with cluster.admin() as connection:
        taking.keep_files(connection, store, shelf, since=since)
    shelf.files_kept.parent.mkdir(parents=True, exist_ok=True)
    shelf.files_kept.touch()
    os.utime(shelf.files_kept, (began, began))
