"""Background work of the inbox: small copies of pictures, what was held, partial files that nobody finished."""

from datetime import timedelta

from sqlalchemy import select

from gis_service.core import clock
from gis_service.patrols.inbox import judging, uploads
from gis_service.patrols.inbox.models import InboxRecord
from gis_service.patrols.inbox.photos import TASK as THUMBNAILS
from gis_service.patrols.inbox.photos import make_small
from gis_service.patrols.inbox.taking import House
from gis_service.patrols.inbox.uploads import Uploads
from gis_service.patrols.inbox.verdicts import WAITS_FOR_PERSON

AT_ONCE = 100
"""Records judged in one transaction of the sweep."""


def judge_held(house: House) -> int:
    """Judge again what is held; returns how many records became rows. One that is in trouble does not keep the others."""
    with house.transaction(None) as session:
        waiting = select(InboxRecord.uuid).where(
            InboxRecord.verdict == "held", InboxRecord.reason["code"].astext.not_in(WAITS_FOR_PERSON)
        )
        held = list(session.scalars(waiting.order_by(InboxRecord.patrol_uuid, InboxRecord.seq)))
    for first in range(0, len(held), AT_ONCE):
        with house.transaction(None) as session:
            judging.judge(session, house.world(), held[first : first + AT_ONCE])
    with house.transaction(None) as session:
        left = set(
            session.scalars(select(InboxRecord.uuid).where(InboxRecord.uuid.in_(held), InboxRecord.verdict == "held"))
        )
    return len(held) - len(left)


def sweep_uploads(house: House, place: Uploads, keep_days: int) -> int:
    """Forget partial files that nobody has added to for so many days."""
    with house.transaction(None) as session:
        return uploads.sweep(session, place, clock.now() - timedelta(days=keep_days))


__all__ = ["THUMBNAILS", "judge_held", "make_small", "sweep_uploads"]
