"""Warning before a deadline, 督办 after it: worked out anew each time from logs and calendar, each told once for each run of a clock."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import clock, db
from gis_service.notifications import operations as notifications
from gis_service.notifications import queries as readers
from gis_service.notifications.rules import Level
from gis_service.procedures import queries, telling
from gis_service.procedures.clocks import Reading, Stand
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.models import Proceeding
from gis_service.procedures.work import MOST

TOLD = {Stand.NEAR: (Level.WARN, "将到期", "due soon"), Stand.LATE: (Level.LATE, "已超期", "late")}


def process(sessions: sessionmaker[Session], conducts: Sequence[Conduct]) -> int:
    """Look through all open proceedings and tell whom it concerns; returns how many clocks were near or late."""
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return sum(warn(session, conduct, clock.now()) for conduct in conducts)


def warn(session: Session, conduct: Conduct, now: datetime) -> int:
    """The near and late clocks of one procedure: those whose turn it is, and for late ones those who supervise (督办)."""
    rows = queries.listed(session, conduct.procedure, queries.Wanted(is_closed=False, size=MOST))
    clocks = queries.clocks_of(session, conduct.procedure, rows, now)
    pressing = [(row, each) for row in rows for each in clocks[row.id] if each.stand in TOLD]
    for row, reading in pressing:
        _tell(session, conduct, row, reading)
    return len(pressing)


def _tell(session: Session, conduct: Conduct, proceeding: Proceeding, reading: Reading) -> None:
    level, zh, en = TOLD[reading.stand]
    people = telling.people_for(session, conduct, proceeding)
    if reading.stand is Stand.LATE:
        people |= set(readers.users_with(session, "late.read", area_id=proceeding.area_id))
    due = f"{reading.due_on:%Y-%m-%d}"
    notifications.tell(
        session, user_ids=people, kind=conduct.procedure.noun, level=level,
        title_zh=f"{zh}:{proceeding.proceeding_no} {reading.clock.zh},期限 {due}",
        title_en=f"{en}: {proceeding.proceeding_no} {reading.clock.en}, due {due}",
        body_zh=f"{conduct.procedure.zh}“{proceeding.title}”的“{reading.clock.zh}”{zh},期限 {due}。",
        body_en=f"'{reading.clock.en}' of {conduct.procedure.en} '{proceeding.title}' is {en}; it was due {due}.",
        link=telling.link_to(conduct.procedure.plural, proceeding.id), subject=f"{conduct.procedure.noun}/{proceeding.id}",
        dedupe_key=f"{conduct.procedure.noun}/{proceeding.id}/{reading.clock.code}/{reading.started_at:%s}/{reading.stand}/{due}",
    )  # fmt: skip
