"""Notes on parcels by month: what holds in a month, and writing another one. Nothing here commits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core.errors import NotFound, Stale
from gis_service.parcels.models import Parcel
from gis_service.reports import rules
from gis_service.reports.models import MonthlyNote

FIELDS = ("difficulty", "next_step", "responsible", "due_on")


@dataclass(frozen=True)
class Note:
    """What holds for a parcel in a month. `version` is 0 where it was carried over from an earlier one."""

    note: MonthlyNote
    month: date

    @property
    def version(self) -> int:
        return self.note.version if self.note.month == self.month else 0

    @property
    def carried_from(self) -> date | None:
        return None if self.version else self.note.month


def of_month(session: Session, month: date, parcel_ids: Iterable[int] | None = None) -> dict[int, Note]:
    """The latest note of each parcel in sight, by parcel: of the month or of the last month before it that has one."""
    asked = (
        select(MonthlyNote)
        .ext(distinct_on(MonthlyNote.parcel_id))
        .where(MonthlyNote.month <= month)
        .order_by(MonthlyNote.parcel_id, MonthlyNote.month.desc(), MonthlyNote.version.desc())
    )
    if parcel_ids is not None:
        asked = asked.where(MonthlyNote.parcel_id.in_(list(parcel_ids)))
    return {each.parcel_id: Note(each, month) for each in session.scalars(asked)}


def tag(month: date, parcel_id: int) -> str:
    """The name of a note in ETag and If-Match."""
    return f"note-{rules.said(month)}-{parcel_id}"


def write(session: Session, actor: Actor, month: date, parcel_id: int, seen: int, said: dict[str, Any]) -> Note:
    """The next version of a parcel's note of a month; raises `NotFound`, `Stale` where somebody else wrote meanwhile."""
    if session.scalar(select(Parcel.id).where(Parcel.id == parcel_id)) is None:
        raise NotFound(what="地块", key=parcel_id)
    mine = (MonthlyNote.parcel_id == parcel_id, MonthlyNote.month == month)
    known = session.scalar(select(func.max(MonthlyNote.version)).where(*mine)) or 0
    if known != seen:
        raise _stale(session, month, parcel_id)
    made = MonthlyNote(
        parcel_id=parcel_id, month=month, version=known + 1, written_by=actor.id, written_by_name=actor.name,
        **{name: said[name] for name in FIELDS},
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError:  # two at the same moment: the version is taken
        raise _stale(session, month, parcel_id) from None
    session.refresh(made)
    return Note(made, month)


def _stale(session: Session, month: date, parcel_id: int) -> Stale:
    now = of_month(session, month, [parcel_id]).get(parcel_id)
    number = session.scalar(select(Parcel.parcel_no).where(Parcel.id == parcel_id))
    return Stale(what="调度备注", key=f"{number} {rules.said(month)}", current=note_out(now) if now else {})


def note_out(found: Note) -> dict[str, Any]:
    note = found.note
    return {
        "parcel_id": note.parcel_id, "month": rules.said(found.month), "version": found.version,
        **{name: getattr(note, name) for name in FIELDS if name != "due_on"},
        "due_on": note.due_on.isoformat() if note.due_on else None, "written_by": note.written_by_name,
        "written_at": note.written_at.isoformat(),
        "carried_from": rules.said(found.carried_from) if found.carried_from else None,
    }  # fmt: skip
