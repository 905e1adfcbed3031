"""What the worker does: follow one observation, and every minute those that a job missed."""

import structlog
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.errors import Refusal
from gis_service.following import operations, queries
from gis_service.following.operations import House
from gis_service.patrols.inbox.rows import FOLLOW as TASK

__all__ = ["TASK", "process", "sweep"]
PATIENCE = {"lock_timeout": "60s", "idle_in_transaction_session_timeout": "300s"}
"""Photos are decoded while the transaction is open, one after another for what lies on the same parcel."""

log = structlog.get_logger("gis_service.following")


def process(sessions: sessionmaker[Session], house: House, observation_id: int) -> None:
    """Follow one; again and again does no harm."""
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        db.setting(session, **PATIENCE)
        operations.follow(session, house, observation_id)


def sweep(sessions: sessionmaker[Session], house: House) -> int:
    """Follow what is left; one that fails keeps none of the others. Answers how many were looked at."""
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        left = queries.waiting(session)
    for observation_id in left:
        try:
            process(sessions, house, observation_id)
        except Refusal as refusal:
            log.warning("an observation could not be followed", observation=observation_id, why=refusal.sentence("en"))
    return len(left)
