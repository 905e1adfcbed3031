"""Verbs of notifications: tell people, mark as read, choose how to be told, keep webhooks."""

import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.access.operations import note
from gis_service.core import vault
from gis_service.core.errors import NotFound, Stale
from gis_service.notifications import queries
from gis_service.notifications.errors import BadWebhookAddress, WebhookDisabled
from gis_service.notifications.models import Delivery, Notification, NotificationPreference, Webhook
from gis_service.notifications.rules import Channel, Level, one_line


def tell(
    session: Session,
    *,
    user_ids: Iterable[int],
    kind: str,
    level: Level,
    title_zh: str,
    title_en: str,
    body_zh: str = "",
    body_en: str = "",
    link: str = "",
    subject: str = "",
    dedupe_key: str | None = None,
) -> None:
    """Tell each of these people, in the running transaction. `link` is an address on the desk, `subject` such as `case/12`.

    A person who has not yet read a message of the same `dedupe_key` is not told again.
    """
    message = {
        "event": uuid.uuid4(),
        "kind": kind,
        "level": level,
        "title_zh": one_line(title_zh),
        "title_en": one_line(title_en),
        "body_zh": body_zh,
        "body_en": body_en,
        "link": link,
        "subject": subject,
        "dedupe_key": dedupe_key,
    }
    rows = [{"user_id": user_id, **message} for user_id in sorted(set(user_ids))]
    if rows:
        # Who tells may not see what others were told. So the conflict is left to the index, and nothing is asked back:
        # naming the index, or `returning`, would ask the row policy for a look.
        session.execute(insert(Notification.__table__).values(rows).on_conflict_do_nothing())  # type: ignore[arg-type]


def mark_read(session: Session, user_id: int, notification_id: int, *, at: datetime) -> None:
    found = session.get(Notification, notification_id)
    if found is None or found.user_id != user_id:
        raise NotFound(what="通知", key=notification_id)
    found.read_at = found.read_at or at


def mark_all_read(session: Session, user_id: int, *, upto: int, at: datetime) -> None:
    """Everything up to the newest that was on the screen; what came later stays unread."""
    session.execute(
        update(Notification)
        .where(Notification.user_id == user_id, Notification.read_at.is_(None), Notification.id <= upto)
        .values(read_at=at)
    )


def prefer(session: Session, user_id: int, *, seen: int, **choices: Any) -> NotificationPreference:
    """Keep a person's choices; version 0 is that of somebody who has made none yet."""
    row = queries.preference(session, user_id, lock=True)
    if seen != (row.row_version if row else 0):
        raise Stale(what="通知设置", key=user_id)
    if row is None:
        row = NotificationPreference(user_id=user_id, row_version=0)
        session.add(row)
    for name, value in choices.items():
        setattr(row, name, value)
    row.row_version += 1
    session.flush()
    return row


def add_webhook(session: Session, actor: Actor, *, url: str, kinds: list[str]) -> tuple[Webhook, str]:
    """A new webhook with a secret of its own, which lies sealed from now on and is returned this once."""
    webhook = Webhook(url=checked_address(url), kinds=sorted(set(kinds)), secret=b"", created_by=actor.id)
    session.add(webhook)
    session.flush()
    secret = secrets.token_urlsafe(32)
    keep_secret(session, webhook, secret)
    note(session, actor, "webhook.change", webhook.id, detail={"url": webhook.url, "kinds": webhook.kinds})
    return webhook, secret


def keep_secret(session: Session, webhook: Webhook, secret: str) -> None:
    """Seal what messages to it are signed with, bound to its row."""
    webhook.secret = vault.row(session, Webhook.__tablename__, webhook.id).seal("secret", secret)
    session.flush()


def secret_of(session: Session, webhook: Webhook) -> str:
    """Raises `SealBroken`, `KeyMissing`."""
    return vault.row(session, Webhook.__tablename__, webhook.id).unseal("secret", webhook.secret)


def checked_address(url: str) -> str:
    """The address of another system, if it is one; raises `BadWebhookAddress`."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        plain = not (parts.username or parts.password or parts.fragment) and url.isascii() and one_line(url) == url
    except ValueError:
        good = plain = False
    if not good or not plain or " " in url or len(url) > 500:
        raise BadWebhookAddress(url=url[:200])
    return url


def disable_webhook(session: Session, actor: Actor, webhook_id: int) -> Webhook:
    webhook = _webhook(session, webhook_id)
    webhook.is_active = False
    note(session, actor, "webhook.change", webhook.id, detail={"is_active": False})
    return webhook


def test_webhook(session: Session, actor: Actor, webhook_id: int) -> Delivery:
    """A delivery without a message, to see whether the other side answers."""
    webhook = _webhook(session, webhook_id)
    if not webhook.is_active:
        raise WebhookDisabled()
    delivery = Delivery(webhook_id=webhook.id, channel=Channel.WEBHOOK)
    session.add(delivery)
    session.flush()
    note(session, actor, "webhook.change", webhook.id, detail={"test": delivery.id})
    return delivery


def _webhook(session: Session, webhook_id: int) -> Webhook:
    found = session.get(Webhook, webhook_id, with_for_update=True)
    if found is None:
        raise NotFound(what="推送", key=webhook_id)
    return found
