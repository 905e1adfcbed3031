"""The sample's rankings and hotspots: of today, and of a quarter ago, worked out as every night works them out."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.core import clock, db
from gis_service.risk import operations
from gis_service.risk.models import RiskRun
from gis_service.risk.rules import RunKind

BEFORE = timedelta(days=90)


def load(session: Session, *, district_code: str) -> bool:
    """Both kinds, then and now, unless there were runs before; returns whether they were made. The caller commits."""
    db.enter(session, EVERYTHING)
    if session.scalar(select(RiskRun.id).limit(1)):
        return False
    now = clock.now()
    for as_of in (now - BEFORE, now):
        for kind in RunKind:
            run = operations.begin(session, SERVICE, district_code, kind, as_of=as_of, standing=True)
            operations.work_out(session, run)
    return True
