"""Reads of notifications, preferences and webhooks; and who is to be told."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from gis_service.access.models import RoleGrant, User
from gis_service.access.rules import PERMISSIONS, Role
from gis_service.notifications.models import Delivery, Notification, NotificationPreference, Webhook
from gis_service.notifications.rules import State

MOST_COUNTED = 100
"""The bell says 99+ beyond this; counting on would not help anybody."""


def users_with(
    session: Session, permission: str, *, area_id: int | None = None, unit_id: int | None = None
) -> list[int]:
    """The active people who may do `permission` on land of that area, or in that unit's care: by a grant for the area,
    for the unit, or for all land. Without area and unit: those whose grant is for all land. A guest's grant does not count.
    """
    roles = PERMISSIONS[permission] - {Role.GUEST}
    over = [and_(RoleGrant.area_id.is_(None), RoleGrant.unit_id.is_(None))]
    if area_id is not None:
        over.append(RoleGrant.area_id == area_id)
    if unit_id is not None:
        over.append(RoleGrant.unit_id == unit_id)
    statement = (
        select(User.id)
        .distinct()
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(User.state == "active", RoleGrant.revoked_at.is_(None), RoleGrant.role.in_(roles), or_(*over))
        .order_by(User.id)
    )
    return list(session.scalars(statement))


def own(user_id: int, *, before: int | None, unread: bool) -> Select[Notification]:
    """A person's notifications, newest first, from `before` on."""
    statement = select(Notification).where(Notification.user_id == user_id).order_by(Notification.id.desc())
    if before is not None:
        statement = statement.where(Notification.id < before)
    return statement.where(Notification.read_at.is_(None)) if unread else statement


def unread(session: Session, user_id: int) -> int:
    """How many a person has not read, counted up to `MOST_COUNTED`."""
    some = select(Notification.id).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    return session.scalar(select(func.count()).select_from(some.limit(MOST_COUNTED).subquery())) or 0


def kinds(session: Session, user_id: int) -> Sequence[Row[str, str, str]]:
    """The kinds a person was ever told of, each with its latest title: what may be muted, in words a person knows."""
    statement = (
        select(Notification.kind, Notification.title_zh, Notification.title_en)
        .ext(distinct_on(Notification.kind))
        .where(Notification.user_id == user_id)
        .order_by(Notification.kind, Notification.id.desc())
    )
    return session.execute(statement).all()


def preference(session: Session, user_id: int, *, lock: bool = False) -> NotificationPreference | None:
    return session.get(NotificationPreference, user_id, with_for_update=lock or None)


def webhooks(session: Session) -> Sequence[Row[Webhook, Delivery | None]]:
    """Every webhook with its latest delivery."""
    latest = (
        select(func.max(Delivery.id).label("id")).where(Delivery.webhook_id.is_not(None)).group_by(Delivery.webhook_id)
    ).subquery()
    statement = (
        select(Webhook, Delivery)
        .outerjoin(Delivery, and_(Delivery.webhook_id == Webhook.id, Delivery.id.in_(select(latest.c.id))))
        .order_by(Webhook.id)
    )
    return session.execute(statement).all()


def given_up(session: Session, channel: str) -> int:
    """Deliveries given up in the last seven days."""
    recent = func.now() - timedelta(days=7)
    statement = select(func.count()).select_from(Delivery)
    statement = statement.where(Delivery.channel == channel, Delivery.state == State.GIVEN_UP)
    return session.scalar(statement.where(Delivery.next_try_at > recent)) or 0
