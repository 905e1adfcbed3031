"""Verbs of atlases that are made as jobs: ask for one, cancel it. Their records are exports of a format of their own. Nothing
here commits."""

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core.db import Scope
from gis_service.exports import operations as exports
from gis_service.exports.models import Export
from gis_service.exports.rules import State
from gis_service.sheets.atlas.asked import Said, Wish
from gis_service.sheets.atlas.errors import Cancelled, CannotCancel
from gis_service.sheets.atlas.rules import ATLAS
from gis_service.sheets.atlas.subjects import count
from gis_service.sheets.gather import Desk

FORMATS = (ATLAS,)


def ask(desk: Desk, actor: Actor, scope: Scope, wish: Wish, said: Said) -> Export:
    """A job for a wish, with the scope it was asked in; raises `NothingToBind` and `TooManyPages`."""
    atlas = Export(
        asked={"said": said.kept(), "filters": dict(wish.filters), "scope": exports.kept(scope)},
        state=State.QUEUED,
        rows=count(desk, wish),
        created_by=actor.id,
        created_by_name=actor.name,
    )
    desk.session.add(atlas)
    desk.session.flush()
    return atlas


def wish_of(atlas: Export) -> tuple[Said, dict[str, object]]:
    """The words of who asked, and the filters."""
    said = {name: value for name, value in atlas.asked["said"].items() if name != "format"}
    return Said(**said), dict(atlas.asked["filters"])


def cancel(session: Session, atlas_id: int) -> Export:
    """End a job that waits or runs; the worker sees that it is ended, and stops. Raises `CannotCancel` where it is over."""
    over = CannotCancel(atlas_id=atlas_id)
    return exports.cancel(session, atlas_id, FORMATS, over=over, cancelled=Cancelled())


def is_cancelled(atlas: Export) -> bool:
    """Whether it ended because somebody wanted it to."""
    return exports.ended_with(atlas, Cancelled)


def progress(session: Session, atlas_id: int, done: int) -> None:
    """Note how many parcels are drawn; raises `Cancelled` where the job is no longer wanted."""
    exports.still_wanted(session, atlas_id, Cancelled()).written = done
