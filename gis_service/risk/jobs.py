"""What the worker does: the usual ranking and hotspots each night, and runs that were asked for."""

from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.core import clock, db
from gis_service.risk import operations
from gis_service.risk.models import RiskRun
from gis_service.risk.operations import TASK
from gis_service.risk.rules import RunKind, RunState

__all__ = ["NIGHTLY", "TASK", "nightly", "process"]

NIGHTLY = "50 18 * * *"
"""02:50 in Beijing, after the tasks of the plans; the queue's clock is UTC."""

PATIENCE = {"statement_timeout": "600s", "idle_in_transaction_session_timeout": "600s"}


def process(sessions: sessionmaker[Session], run_id: int) -> None:
    """Work a queued run out; one that was done or failed before is left alone. A failure is noted and raised."""
    try:
        with sessions.begin() as session:
            db.enter(session, EVERYTHING)
            db.setting(session, **PATIENCE)
            run = session.get_one(RiskRun, run_id, with_for_update=True)
            if run.state == RunState.QUEUED:
                operations.work_out(session, run)
    except Exception:
        with sessions.begin() as session:
            db.enter(session, EVERYTHING)
            session.get_one(RiskRun, run_id).state = RunState.FAILED
        raise


def nightly(sessions: sessionmaker[Session], district_code: str, now: datetime | None = None) -> list[int]:
    """The usual ranking and hotspots of this moment, and nights long past thinned. Returns the runs."""
    at = now or clock.now()
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        runs = [operations.begin(session, SERVICE, district_code, kind, as_of=at, standing=True).id for kind in RunKind]
        operations.thin(session, at)
    for run_id in runs:
        process(sessions, run_id)
    return runs
