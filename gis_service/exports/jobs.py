"""What the worker does with an export that was asked for: write it, keep it; and each night remove what is too old."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import clock, db
from gis_service.core.errors import Refusal
from gis_service.exports import operations
from gis_service.exports.asked import Wish, understood
from gis_service.exports.errors import ExportBroke
from gis_service.exports.models import Export
from gis_service.exports.source import House
from gis_service.exports.writing import Written, write
from gis_service.files.store import LocalStore
from gis_service.jobs.ending import told

TASK = "parcels.export"
"""The name this job is enqueued under."""

TOLD_EVERY_S = 0.5
PATIENCE = {"statement_timeout": "600s", "idle_in_transaction_session_timeout": "600s"}
LARGEST_BYTES = 1 << 40


def process(
    sessions: sessionmaker[Session], store: LocalStore, export_id: int, *, house: House, keep_days: int
) -> None:
    """Take an export to `done`, or to `failed` with the reason. A second call for one that is done changes nothing."""
    with transaction(sessions) as session:
        export = operations.begin(session, export_id)
    if export is None:
        return
    with told(partial(_fail, sessions, export_id), ExportBroke(export_id=export_id)):
        _process(sessions, store, export, house, timedelta(days=keep_days))


def _process(sessions: sessionmaker[Session], store: LocalStore, export: Export, house: House, keep: timedelta) -> None:
    wish = understood(operations.said_of(export), operations.filters_of(export), catalogue=house.layers)
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        written = _written(sessions, export, wish, Path(folder) / f"out.{wish.format.suffix}", house)
        with written.path.open("rb") as file:
            store.put(file, limit_bytes=LARGEST_BYTES)
    with transaction(sessions) as session:
        operations.finish(session, export.id, written, keep=keep, asked=wish.described())


def _written(sessions: sessionmaker[Session], export: Export, wish: Wish, path: Path, house: House) -> Written:
    """Written in one look at the register, in the scope it was asked in."""
    with sessions() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        db.enter(session, operations.scope_of(export))
        db.setting(session, **PATIENCE)
        written = write(session, wish, path, house, told=_teller(sessions, export.id))
        session.rollback()
    return written


def _teller(sessions: sessionmaker[Session], export_id: int) -> Callable[[int], None]:
    """Notes the progress, not more often than somebody looks."""
    last = time.monotonic()

    def tell(count: int) -> None:
        nonlocal last
        if time.monotonic() - last >= TOLD_EVERY_S:
            last = time.monotonic()
            with transaction(sessions) as session:
                operations.progress(session, export_id, count)

    return tell


def _fail(sessions: sessionmaker[Session], export_id: int, refusal: Refusal) -> None:
    with transaction(sessions) as session:
        operations.fail(session, export_id, refusal)


def purge(sessions: sessionmaker[Session], store: LocalStore, now: datetime | None = None) -> int:
    """Remove files that were kept long enough; their records stay. Returns how many went."""
    with transaction(sessions) as session:
        free = operations.expire(session, now or clock.now())
    for sha256 in free:
        store.remove(sha256)
    return len(free)


@contextmanager
def transaction(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A transaction of the service itself."""
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        yield session
