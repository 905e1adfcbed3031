"""Reads of the inbox: for the phone that asks, and for the land officer who looks after what did not become rows."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from gis_service.access.models import User
from gis_service.patrols.inbox.models import FieldDevice, InboxRecord, InboxStray

BY, SENT_BY = aliased(User), aliased(User)


def own(session: Session, user_id: int, uuids: Iterable[UUID]) -> list[InboxRecord]:
    """Of these records, those that the person recorded or sent."""
    theirs = or_(InboxRecord.by_id == user_id, InboxRecord.sent_by_id == user_id)
    return list(session.scalars(select(InboxRecord).where(InboxRecord.uuid.in_(list(uuids)), theirs)))


def unsettled(session: Session, verdict: str, limit: int) -> list[Any]:
    """Records of a verdict, newest first, with who recorded and who sent them and the name of the phone."""
    return list(
        session.execute(
            select(InboxRecord, BY.display_name, SENT_BY.display_name, FieldDevice.name)
            .outerjoin(BY, BY.id == InboxRecord.by_id)
            .outerjoin(SENT_BY, SENT_BY.id == InboxRecord.sent_by_id)
            .outerjoin(FieldDevice, FieldDevice.id == InboxRecord.device_id)
            .where(InboxRecord.verdict == verdict)
            .order_by(InboxRecord.received_at.desc(), InboxRecord.uuid)
            .limit(limit)
        )
    )


def one(session: Session, uuid: UUID) -> Any | None:
    return session.execute(
        select(InboxRecord, BY.display_name, SENT_BY.display_name, FieldDevice.name)
        .outerjoin(BY, BY.id == InboxRecord.by_id)
        .outerjoin(SENT_BY, SENT_BY.id == InboxRecord.sent_by_id)
        .outerjoin(FieldDevice, FieldDevice.id == InboxRecord.device_id)
        .where(InboxRecord.uuid == uuid)
    ).first()


def strays(session: Session, limit: int) -> list[Any]:
    found = select(InboxStray, User.display_name).join(User, User.id == InboxStray.sent_by_id)
    return list(session.execute(found.order_by(InboxStray.received_at.desc(), InboxStray.uuid).limit(limit)))


def counts(session: Session) -> dict[str, int]:
    """How many records are held, and refused."""
    found = (
        select(InboxRecord.verdict, func.count()).where(InboxRecord.verdict != "stored").group_by(InboxRecord.verdict)
    )
    return {"held": 0, "refused": 0} | dict(session.execute(found).all())


def devices(session: Session) -> list[Any]:
    """Phones, longest unseen first among those that hold something; with how many of their records are here."""
    here = (
        select(InboxRecord.device_id, func.count().label("count"), func.max(InboxRecord.received_at).label("last_at"))
        .group_by(InboxRecord.device_id)
        .subquery()
    )
    holds = func.coalesce(FieldDevice.holds["records"].as_integer(), 0) + func.coalesce(
        FieldDevice.holds["files"].as_integer(), 0
    )
    return list(
        session.execute(
            select(FieldDevice, User.display_name, func.coalesce(here.c.count, 0), here.c.last_at)
            .outerjoin(User, User.id == FieldDevice.last_user_id)
            .outerjoin(here, here.c.device_id == FieldDevice.id)
            .order_by((holds > 0).desc(), FieldDevice.last_seen_at)
        )
    )
