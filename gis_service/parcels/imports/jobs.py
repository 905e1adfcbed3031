"""What the worker does with a queued import: read the file outside of any transaction, then stage and check it in one."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from psycopg.errors import QueryCanceled
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.errors import Refusal
from gis_service.files.store import FileStore
from gis_service.parcels.imports import operations
from gis_service.parcels.imports.errors import FileUnreadable, ImportBroke, TooComplex, WrongState
from gis_service.parcels.imports.operations import District, Options
from gis_service.parcels.reading import reader
from gis_service.parcels.reading.result import Limits, ReadResult, Unreadable

TASK = "parcels.import"
"""The name this job is enqueued under."""


def process(
    sessions: sessionmaker[Session],
    store: FileStore,
    batch_id: int,
    *,
    box: tuple[float, float, float, float],
    district_code: str,
    limits: Limits | None = None,
) -> None:
    """Take a queued batch to `staged`, or to `failed` with the reason; nothing is ever half staged.

    A second call for a batch that is done changes nothing; one for a batch that was cut off begins again.
    """
    with suppress(WrongState):  # decided or refused meanwhile
        _process(sessions, store, batch_id, District(district_code, box), limits)


def _process(
    sessions: sessionmaker[Session], store: FileStore, batch_id: int, district: District, limits: Limits | None
) -> None:
    with transaction(sessions) as session:
        batch = operations.begin_reading(session, batch_id)
    try:
        with read(store.path(batch.file_sha256), batch.file_name, operations.options_of(batch), limits) as result:
            _stage_and_check(sessions, batch_id, result, district)
    except WrongState:
        raise
    except Refusal as refusal:
        _fail(sessions, batch_id, refusal)
    except OperationalError as error:
        if not isinstance(error.orig, QueryCanceled):
            raise  # the database went away: the queue tries again
        _fail(sessions, batch_id, TooComplex())
    except Exception:
        _fail(sessions, batch_id, ImportBroke(batch_id=batch_id))
        raise


def read(path: Path, file_name: str, options: Options, limits: Limits | None = None) -> ReadResult:
    """The file as its sandboxed reader understands it; raises `FileUnreadable`."""
    try:
        return reader.read(
            path,
            file_name=file_name,
            crs=options.crs,
            encoding=options.encoding,
            layer=options.layer,
            shift=options.shift,
            control_points=options.control_points or (),
            affine=options.affine,
            limits=limits,
        )
    except Unreadable as fault:
        raise FileUnreadable.from_reader(fault) from None


def _stage_and_check(sessions: sessionmaker[Session], batch_id: int, result: ReadResult, district: District) -> None:
    with transaction(sessions) as session:
        operations.begin_checking(session, batch_id)
    with transaction(sessions) as session:
        batch = operations.locked(session, batch_id, "process")
        operations.stage(session, batch, result)
        operations.check(session, batch, district)


def _fail(sessions: sessionmaker[Session], batch_id: int, refusal: Refusal) -> None:
    with transaction(sessions) as session:
        operations.fail(session, batch_id, refusal)


@contextmanager
def transaction(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A transaction of the service itself."""
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        yield session
