"""What the worker does for walks: measure one when its end or a late part has come; each night thin the tracks whose time is over."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import clock, db
from gis_service.patrols.inbox.rows import MEASURE as TASK
from gis_service.patrols.walks import operations, queries

__all__ = ["TASK", "measure", "thin_all"]

AT_ONCE = 100


def measure(sessions: sessionmaker[Session], patrol_id: int, *, view_m: float) -> None:
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        operations.measure(session, patrol_id, view_m=view_m, now=clock.now())


def thin_all(sessions: sessionmaker[Session], *, keep_days: int, view_m: float, now: datetime | None = None) -> int:
    """Thin every track whose time is over, each in a transaction of its own; returns how many."""
    moment = now or clock.now()
    before, done = moment - timedelta(days=keep_days), 0
    while True:
        with sessions.begin() as session:
            db.enter(session, EVERYTHING)
            due = [*queries.over(session, before, AT_ONCE), *queries.late(session, AT_ONCE)]
        for patrol_id in due:
            with sessions.begin() as session:
                db.enter(session, EVERYTHING)
                operations.thin(session, patrol_id, view_m=view_m, now=moment)
        done += len(due)
        if len(due) < AT_ONCE:
            return done
