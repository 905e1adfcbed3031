"""What the worker does with a large bulk change: all of it in one transaction, or none and the reason why."""

from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.errors import Refusal
from gis_service.parcels.bulk import operations

TASK = operations.TASK
PATIENCE = {"statement_timeout": "600s", "idle_in_transaction_session_timeout": "600s"}


def process(sessions: sessionmaker[Session], bulk_id: int) -> None:
    """Make or take back a queued bulk change; a second call for one that is done changes nothing."""
    try:
        with sessions.begin() as session:
            db.enter(session, EVERYTHING)
            bulk = operations.locked(session, bulk_id)
            if bulk.waiting is None:
                return
            db.setting(session, **PATIENCE)
            db.enter(session, operations.scope_of(bulk.waiting))
            operations.go_on(session, bulk)
    except Refusal as refusal:
        with sessions.begin() as session:
            db.enter(session, EVERYTHING)
            operations.fail(operations.locked(session, bulk_id), refusal)
