"""What leaves the service: for each new notification, whom it goes to and when; and the digests that are due."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gis_service.access.models import User
from gis_service.notifications import rules
from gis_service.notifications.models import (
    Delivery,
    Notification,
    NotificationDigest,
    NotificationPreference,
    Webhook,
)
from gis_service.notifications.rules import Channel, Digest, Level

AT_ONCE = 2000
"""Notifications planned in one transaction."""


def plan(session: Session, *, at: datetime, has_mail: bool) -> None:
    """Decide on everything new. One worker plans at a time; a second one leaves it to the first."""
    if not session.scalar(text("select pg_try_advisory_xact_lock(hashtext('notifications.plan'))")):
        return
    unplanned = select(Notification).where(Notification.planned_at.is_(None)).order_by(Notification.id).limit(AT_ONCE)
    new = session.scalars(unplanned).all()
    _plan_webhooks(session, new, at)
    if has_mail:
        _plan_mails(session, new, at)
    for notification in new:
        notification.planned_at = at
    session.flush()
    if has_mail:
        _plan_digests(session, at)


def _plan_webhooks(session: Session, new: Sequence[Notification], at: datetime) -> None:
    """Each webhook is told of an event once, however many people were told; by the first of its notifications."""
    events = {notification.event for notification in new}
    firsts = select(func.min(Notification.id)).where(Notification.event.in_(events)).group_by(Notification.event)
    first_ids = set(session.scalars(firsts))
    for webhook in session.scalars(select(Webhook).where(Webhook.is_active)):
        for notification in new:
            if notification.id in first_ids and (not webhook.kinds or notification.kind in webhook.kinds):
                goes = {"channel": Channel.WEBHOOK, "webhook_id": webhook.id, "next_try_at": at}
                session.add(Delivery(notification_id=notification.id, **goes))


def _plan_mails(session: Session, new: Sequence[Notification], at: datetime) -> None:
    wishes = _wishes(session, {notification.user_id for notification in new})
    for notification in new:
        wish = wishes.get(notification.user_id)
        if wish is None or notification.kind in wish.muted:
            continue
        level = Level(notification.level)
        if rules.goes_at_once(level, Digest(wish.digest)):
            passes = level is Level.LATE and wish.urgent_through_quiet
            goes = rules.may_go_at(at, quiet_of(wish), passes=passes)
            session.add(Delivery(notification_id=notification.id, channel=Channel.EMAIL, next_try_at=goes))
        else:
            notification.waits_for_digest = True


def _wishes(session: Session, user_ids: set[int]) -> dict[int, NotificationPreference]:
    """Who of these people wants mail."""
    statement = (
        select(NotificationPreference)
        .join(User, User.id == NotificationPreference.user_id)
        .where(NotificationPreference.user_id.in_(user_ids), NotificationPreference.by_email, User.state == "active")
    )
    return {wish.user_id: wish for wish in session.scalars(statement)}


def quiet_of(wish: NotificationPreference) -> rules.Quiet | None:
    if wish.quiet_from is None or wish.quiet_to is None:
        return None
    return rules.Quiet(wish.quiet_from, wish.quiet_to)


def _plan_digests(session: Session, at: datetime) -> None:
    """A digest for everybody who has something waiting from before the moment that is due."""
    waiting = (
        Notification.waits_for_digest,
        Notification.digest_id.is_(None),
        Notification.read_at.is_(None),
    )
    users = set(session.scalars(select(Notification.user_id).distinct().where(*waiting)))
    for user_id, wish in _wishes(session, users).items():
        due = rules.digest_moment(at, Digest(wish.digest), wish.digest_hour)
        if due is None:
            continue
        ready = (*waiting, Notification.user_id == user_id, Notification.created_at < due)
        if not session.scalar(select(select(Notification.id).where(*ready).exists())):
            continue
        row = {"user_id": user_id, "due_at": due}
        made = insert(NotificationDigest).values(row).on_conflict_do_nothing().returning(NotificationDigest.id)
        digest_id = session.scalar(made)
        if digest_id is None:  # the digest of this moment has gone out
            continue
        session.execute(update(Notification).where(*ready).values(digest_id=digest_id))
        goes = rules.may_go_at(at, quiet_of(wish), passes=False)
        session.add(Delivery(digest_id=digest_id, channel=Channel.EMAIL, next_try_at=goes))
