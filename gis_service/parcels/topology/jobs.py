"""What the worker does: after every change of the register, and once a night over all of it."""

from contextlib import suppress

from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.parcels.topology import operations
from gis_service.parcels.topology.errors import CheckRunning

TASK = "topology.check"
"""The name the triggers of the register enqueue this under (`migrations/objects/087_topology.sql`)."""

NIGHTLY = "20 19 * * *"
"""03:20 in Beijing: everything is checked once more, whatever the marks say."""


def process(sessions: sessionmaker[Session], *, full: bool = False) -> None:
    """Check what is marked (or everything). While another check runs there is nothing to do: it, or the next, takes the marks."""
    with suppress(CheckRunning), sessions.begin() as session:
        db.enter(session, EVERYTHING)
        operations.check(session, full=full)
