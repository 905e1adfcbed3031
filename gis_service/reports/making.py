"""From the register to the files of a pack, for the worker and for the command: take the snapshot once, then make all of it.

The snapshot is read in one look at the register and kept before anything is made of it; a pack is made of the kept bytes, never
of what was just in memory, so that the first pack and the hundredth are made alike.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import Actor
from gis_service.access.models import Area
from gis_service.core import clock, db
from gis_service.core.db import Scope
from gis_service.core.reader import Reader
from gis_service.files.store import FileStore
from gis_service.maps.standing import standing
from gis_service.reports import operations, queries, rules
from gis_service.reports.forms.pack import Made, pack
from gis_service.reports.freezing import maps, snapshot
from gis_service.reports.freezing.snapshot import Edition
from gis_service.reports.models import MonthlyReport
from gis_service.sheets.gather import Desk

PATIENCE = {"statement_timeout": "600s", "idle_in_transaction_session_timeout": "600s"}
LARGEST_BYTES = 1 << 30
AROUND_MAPS = 8
"""Steps beside the maps: register, figures, table, report, its PDF, slides, ZIP, keeping."""
Told = Callable[[str], None]


@dataclass(frozen=True)
class House:
    """What making a pack needs of the deployment."""

    sessions: sessionmaker[Session]
    store: FileStore
    reader: Reader
    office: str
    district_code: str


@dataclass(frozen=True)
class Frozen:
    """The bytes of a snapshot; `report` is None for a draft."""

    content: bytes
    as_of: datetime
    report: MonthlyReport | None = None
    is_new: bool = False


def steps(session: Session) -> int:
    """How many steps a pack will take, about: every area is drawn twice and printed once a kind."""
    areas = min(session.scalar(select(func.count()).select_from(Area)) or 0, maps.MOST_AREAS)
    return AROUND_MAPS + 2 * areas * len(maps.SHOWN)


def frozen(house: House, actor: Actor, scope: Scope, month: date, reason: str, told: Told) -> Frozen:
    """The snapshot a pack is made of: of a month that is over the edition that stands, or a new one where there is none yet or where
    a reason asks for it; of the current month a draft that is kept nowhere."""
    now = clock.now()
    if not rules.is_over(month, now):
        return Frozen(_taken(house, scope, Edition(month, is_draft=True), now, told), rules.cut_off(month, now))
    with house.sessions.begin() as session:
        db.enter(session, scope)
        known = queries.latest(session, house.district_code, month, scope)
    if known is not None and not reason:
        return _kept(house, known)
    edition = Edition(month, known.edition + 1 if known else 1, reason)
    content = _taken(house, scope, edition, now, told)
    stored = house.store.put(io.BytesIO(content), limit_bytes=LARGEST_BYTES)
    try:
        with house.sessions.begin() as session:
            db.enter(session, scope)
            made = operations.close_month(session, actor, scope, house.district_code, month, stored, reason)
            if made.edition != edition.number:
                raise _Overtaken
    except (IntegrityError, _Overtaken):  # somebody closed it a moment before: theirs stands
        with house.sessions.begin() as session:
            db.enter(session, scope)
            other = queries.latest(session, house.district_code, month, scope)
        if other is None:
            raise
        return _kept(house, other)
    return Frozen(content, made.as_of, made, is_new=True)


class _Overtaken(Exception):
    pass


def _kept(house: House, report: MonthlyReport) -> Frozen:
    return Frozen(house.store.path(report.snapshot_sha256).read_bytes(), report.as_of, report)


def _taken(house: House, scope: Scope, edition: Edition, now: datetime, told: Told) -> bytes:
    """Read in one look, in the sight of whoever asked."""
    at = rules.cut_off(edition.month, now)
    with house.sessions() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        db.enter(session, scope)
        db.setting(session, **PATIENCE)
        desk = Desk(house.reader, session, scope, standing(house.reader), now, at)
        taken = snapshot.taken(desk, edition, office=house.office, told=told)
        session.rollback()
    return snapshot.written(taken)


def made_of(content: bytes, told: Told) -> list[Made]:
    """The files of a pack, from the bytes of its snapshot."""
    return pack(snapshot.read(content), told)
