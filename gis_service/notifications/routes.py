"""HTTP doors of notifications: one's own, how one wants them, and webhooks for the system administrator."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from gis_service.access.edge import Route, Work, doing
from gis_service.core import clock
from gis_service.core.etags import version_seen
from gis_service.core.paging import cursor, place
from gis_service.notifications import delivery, operations, queries
from gis_service.notifications.models import Delivery, NotificationPreference, Webhook
from gis_service.notifications.rules import Channel, State
from gis_service.notifications.schemas import (
    KindOut,
    NotificationOut,
    NotificationPage,
    PreferenceIn,
    PreferenceOut,
    WebhookIn,
    WebhookOut,
    WebhookPage,
)

router = APIRouter(prefix="/api/v1", route_class=Route)
unkept = APIRouter(prefix="/api/v1")
"""Whose answers hold a secret: they take no Idempotency-Key, under which the answer would be kept."""

ReadMe = Annotated[Work, doing("me.read")]
ChangeMe = Annotated[Work, doing("me.change")]
ReadWebhooks = Annotated[Work, doing("webhook.read")]
ChangeWebhooks = Annotated[Work, doing("webhook.change")]


def _me(work: Work) -> int:
    return work.actor.id or 0


def _has_mail(work: Work) -> bool:
    return bool(work.request.app.state.settings.smtp_host)


@router.get("/me/notifications")
def list_notifications(
    work: ReadMe,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 30,
    unread: bool = False,
) -> NotificationPage:
    """Newest first."""
    before = int(place(after, 1)[0]) if after else None
    rows = list(work.session.scalars(queries.own(_me(work), before=before, unread=unread).limit(limit + 1)))
    return NotificationPage(
        items=[NotificationOut.model_validate(row) for row in rows[:limit]],
        next=cursor([rows[limit - 1].id]) if len(rows) > limit else None,
        unread=queries.unread(work.session, _me(work)),
    )


@router.post("/me/notifications/read-all", status_code=204)
def read_all(work: ChangeMe, upto: Annotated[int, Query(ge=0)]) -> None:
    """Mark as read up to the newest one shown; what came later stays unread."""
    operations.mark_all_read(work.session, _me(work), upto=upto, at=clock.now())


@router.post("/me/notifications/{notification_id}/read", status_code=204)
def read_one(work: ChangeMe, notification_id: int) -> None:
    operations.mark_read(work.session, _me(work), notification_id, at=clock.now())


@router.get("/me/notification-preferences")
def preferences(work: ReadMe, response: Response) -> PreferenceOut:
    return _told(work, response, queries.preference(work.session, _me(work)))


@router.put("/me/notification-preferences")
def change_preferences(
    work: ChangeMe, body: PreferenceIn, response: Response, if_match: Annotated[str | None, Header()] = None
) -> PreferenceOut:
    seen = version_seen(if_match, f"np{_me(work)}")
    return _told(work, response, operations.prefer(work.session, _me(work), seen=seen, **body.model_dump()))


def _told(work: Work, response: Response, row: NotificationPreference | None) -> PreferenceOut:
    chosen = PreferenceOut.model_validate(row) if row else PreferenceOut()
    version = row.row_version if row else 0
    response.headers["ETag"] = f'"np{_me(work)}.{version}"'
    kinds = [KindOut.model_validate(row) for row in queries.kinds(work.session, _me(work))]
    return chosen.model_copy(update={"version": version, "has_mail": _has_mail(work), "kinds": kinds})


@router.get("/webhooks")
def list_webhooks(work: ReadWebhooks) -> WebhookPage:
    return WebhookPage(
        items=[_shown(webhook, last) for webhook, last in queries.webhooks(work.session)],
        has_mail=_has_mail(work),
        mails_given_up=queries.given_up(work.session, Channel.EMAIL),
        webhooks_given_up=queries.given_up(work.session, Channel.WEBHOOK),
    )


def _shown(webhook: Webhook, last: Delivery | None) -> WebhookOut:
    told = WebhookOut(id=webhook.id, url=webhook.url, kinds=webhook.kinds, is_active=webhook.is_active, created_at=webhook.created_at)  # fmt: skip
    if last is None:
        return told
    at = last.sent_at or last.created_at
    return told.model_copy(update={"last_state": State(last.state), "last_error": last.last_error, "last_at": at})


@unkept.post("/webhooks", status_code=201)
def add_webhook(work: ChangeWebhooks, body: WebhookIn) -> WebhookOut:
    """The answer holds the secret, once."""
    webhook, secret = operations.add_webhook(work.session, work.actor, url=body.url, kinds=body.kinds)
    work.session.refresh(webhook)
    return _shown(webhook, None).model_copy(update={"secret": secret})


@router.post("/webhooks/{webhook_id}/disable")
def disable_webhook(work: ChangeWebhooks, webhook_id: int) -> WebhookOut:
    return _shown(operations.disable_webhook(work.session, work.actor, webhook_id), None)


@router.post("/webhooks/{webhook_id}/test", status_code=202)
def test_webhook(work: ChangeWebhooks, webhook_id: int) -> dict[str, int]:
    """Send a test message at once; the list tells how it ended."""
    made = operations.test_webhook(work.session, work.actor, webhook_id)
    return {"delivery": made.id, "job": work.request.app.state.enqueue(work.session, delivery.TASK)}
