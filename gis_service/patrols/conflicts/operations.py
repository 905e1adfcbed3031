"""Settle a conflict: a person says which value holds. Nothing here commits."""

from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import clock
from gis_service.core.errors import NotFound
from gis_service.parcels.facilities import operations as facilities
from gis_service.parcels.facilities.schemas import Act, CameraChange, FenceChange, SignChange
from gis_service.parcels.operations import Why
from gis_service.patrols.conflicts.errors import AlreadySettled, ChangedMeanwhile, NoSuchValue
from gis_service.patrols.conflicts.models import FieldConflict
from gis_service.patrols.conflicts.queries import column_of, table_of
from gis_service.patrols.conflicts.rules import plain
from gis_service.patrols.models import Observation, ObservationChange
from gis_service.patrols.rules import ConflictState

FACTS: dict[str, type[Act]] = {"fences": FenceChange, "signs": SignChange, "cameras": CameraChange}


def settle(
    session: Session, actor: Actor, conflict_id: int, *, value: Any, present: Any, reason: str
) -> FieldConflict:  # fmt: skip
    """The field has `value` from now on; `present` is what the person saw standing there.

    Raises `AlreadySettled`, `ChangedMeanwhile`, `NoSuchValue`. Every earlier value stays in the history of the thing.
    """
    found = session.get(FieldConflict, conflict_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(what="冲突", key=conflict_id)
    if found.state == ConflictState.SETTLED:
        raise AlreadySettled()
    subject = session.get(table_of(found.noun), found.subject_id, with_for_update=True, populate_existing=True)
    if subject is None:
        raise NotFound(what="冲突", key=conflict_id)
    column = column_of(found.noun, found.field)
    standing = plain(getattr(subject, column))
    if standing != plain(present):
        raise ChangedMeanwhile(present=standing)
    if standing != plain(value):
        _write(session, actor, found, subject, value, reason)
    found.state, found.chosen, found.reason = ConflictState.SETTLED, value, reason.strip()
    found.settled_by, found.settled_at = actor.id, clock.now()
    session.flush()
    return found


def _write(session: Session, actor: Actor, found: FieldConflict, subject: Any, value: Any, reason: str) -> None:
    if found.noun == "observation":
        _correct(session, actor, found, subject, value, reason)
        return
    try:
        facts = FACTS[found.noun].model_validate({found.field: value}).model_dump(exclude_unset=True)
    except ValidationError:
        raise NoSuchValue(value=value) from None
    why = Why(f"现场冲突处理:{reason.strip()}", None)
    facilities.change(
        session, found.noun, found.subject_id, seen=subject.row_version, facts=facts, geometry=None, why=why
    )


def _correct(
    session: Session, actor: Actor, found: FieldConflict, subject: Observation, value: Any, reason: str
) -> None:  # fmt: skip
    column = column_of("observation", found.field)
    if value not in (found.mine, found.theirs, found.was):  # what nobody said was never checked
        raise NoSuchValue(value=value)
    change = ObservationChange(
        observation_id=subject.id, field=found.field, was=plain(getattr(subject, column)), now=value, reason=reason.strip(),
        made_at=clock.now(), by_id=actor.id, by_name=actor.name,
    )  # fmt: skip
    session.add(change)
    setattr(subject, column, value)
    subject.row_version += 1
