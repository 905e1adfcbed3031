"""Who reported a clue is forgotten some time after the matter is closed; the clue stays."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from gis_service.cases.clues.models import Clue, ClueReporter
from gis_service.cases.clues.rules import ClueState
from gis_service.cases.secrets import seeing_secrets
from gis_service.procedures.models import Proceeding


def due(session: Session, before: datetime) -> int:
    """How many reporters are still known of matters that were closed before then."""
    with seeing_secrets(session):
        return session.scalar(select(func.count()).select_from(_known_of_closed(before).subquery())) or 0


def forget(session: Session, before: datetime) -> int:
    """Empty what is known of them; returns how many. Clues that were merged go by the one they were merged into."""
    with seeing_secrets(session):
        done: Any = session.execute(
            update(ClueReporter)
            .where(ClueReporter.clue_id.in_(_known_of_closed(before)))
            .values(name=b"", phone=b"", wants_answer=False),
            execution_options={"synchronize_session": False},
        )
    return int(done.rowcount)


def _known_of_closed(before: datetime) -> Select[int]:
    whole = aliased(Clue)
    return (
        select(ClueReporter.clue_id)
        .join(Clue, Clue.id == ClueReporter.clue_id)
        .join(whole, whole.id == func.coalesce(Clue.merged_into_id, Clue.id))
        .outerjoin(Proceeding, Proceeding.id == whole.case_id)
        .where(or_(func.length(ClueReporter.name) > 0, func.length(ClueReporter.phone) > 0))
        .where(
            or_(
                (whole.state == ClueState.DISMISSED) & (whole.decided_at < before),
                (whole.state == ClueState.OPENED) & (Proceeding.closed_at < before),
            )
        )
    )
