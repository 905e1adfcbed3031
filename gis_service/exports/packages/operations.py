"""Verbs of packages that are made as jobs: ask for one, note how far it is, cancel it. Nothing here commits."""

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core.db import Scope
from gis_service.exports import operations as exports
from gis_service.exports.models import Export
from gis_service.exports.packages.errors import Cancelled, CannotCancel
from gis_service.exports.rules import State
from gis_service.maps.packages.asked import Said
from gis_service.maps.packages.rules import KINDS

FORMATS = tuple(f"package-{name}" for name in KINDS)


def ask(session: Session, actor: Actor, scope: Scope, said: Said) -> Export:
    """A job for a wish that was understood, with the scope it was asked in."""
    package = Export(
        asked={"said": said.kept(), "filters": {}, "scope": exports.kept(scope)},
        state=State.QUEUED,
        rows=0,
        created_by=actor.id,
        created_by_name=actor.name,
    )
    session.add(package)
    session.flush()
    return package


def cancel(session: Session, package_id: int) -> Export:
    """End a job that waits or runs; the worker sees that it is ended, and stops. Raises `CannotCancel` where it is over."""
    over = CannotCancel(package_id=package_id)
    return exports.cancel(session, package_id, FORMATS, over=over, cancelled=Cancelled())


def is_cancelled(package: Export) -> bool:
    """Whether it ended because somebody wanted it to."""
    return exports.ended_with(package, Cancelled)


def progress(session: Session, package_id: int, done: int, total: int) -> None:
    """Note how many tiles are looked at; raises `Cancelled` where the job is no longer wanted."""
    package = exports.still_wanted(session, package_id, Cancelled())
    package.written, package.rows = done, total
