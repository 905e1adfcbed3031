"""What the worker does for the search: fill every term that waits, a portion at a time."""

from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.parcels.search import operations

TASK = operations.TASK


def fill_all(sessions: sessionmaker[Session], *, portion: int = operations.AT_ONCE) -> int:
    """Fill all waiting terms; returns how many there were. Each portion is a transaction, so that nobody waits long."""
    filled = 0
    while True:
        with sessions.begin() as session:
            db.enter(session, EVERYTHING)
            done = operations.fill(session, portion)
        filled += done
        if done < portion:
            return filled
