"""What the worker does with imports: read a queued file outside of any transaction, then stage and check it in one; accept
a long batch; ask the checks of a long batch again."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from psycopg.errors import QueryCanceled
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.errors import Refusal
from gis_service.core.http import conflict
from gis_service.files.store import FileStore
from gis_service.parcels.imports import bundled, operations
from gis_service.parcels.imports.errors import FileUnreadable, ImportBroke, TooComplex, WrongState
from gis_service.parcels.imports.operations import District, Options
from gis_service.parcels.imports.rules import State
from gis_service.parcels.models import ImportBatch
from gis_service.parcels.reading import reader
from gis_service.parcels.reading.result import Limits, ReadResult, Unreadable

TASK = "parcels.import"
"""The name of the reading job: it is enqueued under it."""

ACCEPT = "parcels.import.accept"
CHECK = "parcels.import.check"
FILES = bundled.TASK


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
            columns=options.columns,
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


def accept(sessions: sessionmaker[Session], batch_id: int, district: District) -> None:
    """Accept a batch that somebody handed to a job, in the scope of that person. A refusal goes back to them with the batch."""
    with suppress(WrongState):
        try:
            with sessions.begin() as session:
                db.enter(session, EVERYTHING)
                batch = operations.locked(session, batch_id, "land")
                scope = operations.wished_scope(batch)
                db.enter(session, scope)
                operations.accept_as_wished(session, batch, scope, district)
        except WrongState:
            raise
        except Refusal as refusal:
            _give_up(sessions, batch_id, refusal)
        except IntegrityError as clash:
            _give_up(sessions, batch_id, conflict(clash))
        except Exception as error:
            if not isinstance(error, OperationalError):
                _give_up(sessions, batch_id, ImportBroke(batch_id=batch_id))
            raise


def _give_up(sessions: sessionmaker[Session], batch_id: int, refusal: Refusal) -> None:
    with transaction(sessions) as session:
        operations.give_up_accepting(session, batch_id, refusal)


def check_again(sessions: sessionmaker[Session], batch_id: int, district: District) -> None:
    """Ask the checks of a staged batch again."""
    with suppress(WrongState), transaction(sessions) as session:
        batch = operations.locked(session, batch_id, "process")
        operations.check_again(session, batch, district)


def attach_files(sessions: sessionmaker[Session], store: FileStore, batch_id: int) -> None:
    """Attach what came in one zip with the sheet of an accepted batch."""
    with transaction(sessions) as session:
        batch = session.get(ImportBatch, batch_id, with_for_update=True)
        if batch is not None and batch.state == State.ACCEPTED:
            bundled.attach(session, store, batch)


@contextmanager
def transaction(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A transaction of the service itself."""
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        yield session
