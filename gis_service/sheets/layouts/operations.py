"""Verbs of layouts: make, change, put away, take out again."""

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import clock
from gis_service.core.errors import Stale
from gis_service.maps.catalogue import Catalogue
from gis_service.sheets.layouts import queries
from gis_service.sheets.layouts.definition import Definition, require_usable
from gis_service.sheets.layouts.errors import NotYours, NoUnit
from gis_service.sheets.layouts.models import SheetLayout


def make(session: Session, actor: Actor, catalogue: Catalogue, name: str, wanted: Definition) -> SheetLayout:
    """A new layout of the actor's unit. Raises `NoUnit` and `BrokenLayout`."""
    if actor.unit_id is None:
        raise NoUnit()
    require_usable(wanted, catalogue)
    layout = SheetLayout(
        unit_id=actor.unit_id, name=name, kind=wanted.kind, definition=wanted.model_dump(mode="json"),
        created_by=actor.id, created_by_name=actor.name, updated_by_name=actor.name,
    )  # fmt: skip
    session.add(layout)
    session.flush()
    return layout


def change(
    session: Session, actor: Actor, catalogue: Catalogue, layout_id: int, *, seen: int, name: str, wanted: Definition
) -> SheetLayout:
    """Another name or definition. Raises `Stale`, `NotYours`, `BrokenLayout`."""
    layout = _own(session, actor, layout_id, seen)
    require_usable(wanted, catalogue)
    layout.name, layout.kind, layout.definition = name, wanted.kind, wanted.model_dump(mode="json")
    return _touched(session, actor, layout)


def archive(session: Session, actor: Actor, layout_id: int, *, seen: int) -> SheetLayout:
    """Put away: no more offered, still there for what was printed with it."""
    layout = _own(session, actor, layout_id, seen)
    layout.archived_at, layout.archived_by_name = clock.now(), actor.name
    return _touched(session, actor, layout)


def restore(session: Session, actor: Actor, layout_id: int, *, seen: int) -> SheetLayout:
    layout = _own(session, actor, layout_id, seen)
    layout.archived_at = layout.archived_by_name = None
    return _touched(session, actor, layout)


def _own(session: Session, actor: Actor, layout_id: int, seen: int) -> SheetLayout:
    layout, unit = queries.layout(session, layout_id)
    if actor.unit_id != layout.unit_id:
        raise NotYours(name=layout.name, unit=unit.name)
    layout, _ = queries.layout(session, layout_id, lock=True)
    session.refresh(layout)
    if layout.row_version != seen:
        raise Stale(what="版式", key=layout.name)
    return layout


def _touched(session: Session, actor: Actor, layout: SheetLayout) -> SheetLayout:
    layout.row_version += 1
    layout.updated_at, layout.updated_by_name = clock.now(), actor.name
    session.flush()
    return layout
