"""Send what is due. A delivery is claimed in one transaction, sent outside of any, and noted in another.

The claim counts the try and moves the next one ahead by a lease, so no second worker takes it meanwhile. A worker that dies
between sending and noting leaves it to be sent once more after the lease, under the same Message-ID.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.access.models import User
from gis_service.core import clock, db
from gis_service.core.errors import Refusal
from gis_service.notifications import operations, outside, planning, queries, rules, writing
from gis_service.notifications.models import Delivery, Notification, NotificationDigest, Webhook
from gis_service.notifications.outside import MailServer
from gis_service.notifications.rules import Channel, State
from gis_service.notifications.writing import House

log = structlog.get_logger("gis_service.notifications")

TASK = "notifications.send"
"""The name under which sending at once is enqueued; each minute it happens by itself."""

BUDGET_S = 20.0
"""How long one run may take: other jobs wait behind it."""


@dataclass(frozen=True)
class Hook:
    """A message for another system, ready to be posted."""

    url: str
    secret: str
    token: str
    body: bytes


@dataclass(frozen=True)
class Claimed:
    """A delivery that this worker has to itself; without `content` there is nobody left to send it to, unless a fault of ours is in
    the way, which may be mended before the next try."""

    id: int
    tries: int
    content: EmailMessage | Hook | None
    fault: str | None = None


@dataclass(frozen=True)
class Post:
    """The way out of this deployment; without a mail server no mail is planned."""

    house: House
    server: MailServer | None


def run(sessions: sessionmaker[Session], post: Post, *, now: Callable[[], datetime] = clock.now) -> None:
    """Plan what is new, then send what is due until nothing is left or the time is used up."""
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        planning.plan(session, at=now(), has_mail=post.server is not None)
    ends = time.monotonic() + BUDGET_S
    while time.monotonic() < ends and (claimed := claim(sessions, post, at=now())):
        error = _send(claimed, post, now())
        note(sessions, claimed, error, at=now())


def claim(sessions: sessionmaker[Session], post: Post, *, at: datetime) -> Claimed | None:
    """Take the delivery that has waited longest; None where nothing is due."""
    waiting = [Delivery.next_try_at <= at, Delivery.state.in_([State.WAITING, State.FAILED])]
    if post.server is None:
        waiting.append(Delivery.channel != Channel.EMAIL)
    statement = select(Delivery).where(*waiting).order_by(Delivery.next_try_at, Delivery.id).limit(1)
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        delivery = session.scalar(statement.with_for_update(skip_locked=True))
        if delivery is None:
            return None
        delivery.tries += 1
        delivery.next_try_at = at + rules.LEASE
        try:
            content = _content(session, post, delivery, at)
        except ValueError as error:  # an address that is none
            delivery.last_error = str(error)[:300]
            content = None
        except Refusal as refusal:  # the key of a webhook's secret is not there, or the secret was changed
            log.error("not sealed as it was", delivery=delivery.id, error=str(refusal)[:300])
            return Claimed(delivery.id, delivery.tries, None, fault=str(refusal)[:300])
        return Claimed(delivery.id, delivery.tries, content)


def _content(session: Session, post: Post, delivery: Delivery, at: datetime) -> EmailMessage | Hook | None:
    if delivery.webhook_id:
        return _hook(session, post, delivery)
    return _mail(session, post.house, post.server, delivery, at) if post.server else None


def _hook(session: Session, post: Post, delivery: Delivery) -> Hook | None:
    webhook = session.get_one(Webhook, delivery.webhook_id)
    if not webhook.is_active:
        return None
    notification = session.get(Notification, delivery.notification_id) if delivery.notification_id else None
    told: list[str] = []
    if notification is not None:
        everybody = select(User.username).join(Notification, Notification.user_id == User.id)
        told = list(session.scalars(everybody.where(Notification.event == notification.event).order_by(User.username)))
    token = str(delivery.token)
    secret = operations.secret_of(session, webhook)
    return Hook(webhook.url, secret, token, writing.hook_body(post.house, notification, told, token=token))


def _mail(session: Session, house: House, server: MailServer, delivery: Delivery, at: datetime) -> EmailMessage | None:
    """The mail, to where its person wants it now."""
    digest = session.get(NotificationDigest, delivery.digest_id) if delivery.digest_id else None
    notification = session.get(Notification, delivery.notification_id) if delivery.notification_id else None
    user_id = digest.user_id if digest else notification.user_id if notification else 0
    user, wish = session.get_one(User, user_id), queries.preference(session, user_id)
    if wish is None or not wish.by_email or not wish.email or user.state != "active":
        return None
    message_id = f"<{delivery.token}@{server.domain}>"
    if digest is None and notification is not None:
        return writing.single(house, wish.email, notification, message_id=message_id, at=at)
    lines = select(Notification).where(Notification.digest_id == delivery.digest_id).order_by(Notification.id)
    due_at = digest.due_at if digest else at
    all_lines = list(session.scalars(lines))
    return writing.digest(house, wish.email, all_lines, message_id=message_id, at=at, due_at=due_at)


def _send(claimed: Claimed, post: Post, at: datetime) -> str | None:
    """Try it; what went wrong, in a few words, or None."""
    content = claimed.content
    if claimed.fault:
        return claimed.fault
    try:
        if isinstance(content, Hook):
            stamp = int(at.timestamp())
            outside.post(content.url, content.body, secret=content.secret, token=content.token, timestamp=stamp)
        elif content is not None and post.server is not None:
            post.server.send(content)
    except outside.FAULTS as error:
        log.warning("delivery failed", delivery=claimed.id, tries=claimed.tries, error=str(error)[:300])
        return f"{type(error).__name__}: {error}"[:300]
    return None


def note(sessions: sessionmaker[Session], claimed: Claimed, error: str | None, *, at: datetime) -> None:
    """Write down how the try ended."""
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        delivery = session.get_one(Delivery, claimed.id, with_for_update=True)
        if claimed.content is None and not claimed.fault:
            delivery.state, delivery.next_try_at = State.GIVEN_UP, at
            delivery.last_error = delivery.last_error or "no receiver any more"
        elif error is None:
            delivery.state, delivery.sent_at, delivery.last_error = State.SENT, at, None
        else:
            again = rules.retry_at(claimed.tries, at)
            delivery.state = State.FAILED if again else State.GIVEN_UP
            delivery.next_try_at, delivery.last_error = again or at, error
