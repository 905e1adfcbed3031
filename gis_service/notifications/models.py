"""Tables of notifications, of how each person wants them, and of what left the service."""

import uuid
from datetime import datetime, time

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import Moment, one_of
from gis_service.core.db import Base
from gis_service.core.http import CONFLICTS
from gis_service.notifications import rules

CONFLICTS |= {
    "ck_notification_preference_address": (
        "要用邮件接收,请填写邮箱地址,如 name@example.com。",
        "to be told by e-mail, give an address such as name@example.com.",
    ),
    "ck_notification_preference_quiet": (
        "免打扰时段的开始和结束须同时填写,或都不填。",
        "give both the beginning and the end of the quiet hours, or neither.",
    ),
    "ck_notification_preference_digest_hour": ("汇总时间应为 0 至 23 点。", "the hour of the digest is 0 to 23."),
}


class Notification(Base):
    """One message to one person. `event` is the same for all who were told in one act."""

    __tablename__ = "notification"
    __table_args__ = (
        one_of("level", rules.Level),
        CheckConstraint("kind ~ '^[a-z][a-z_.]{0,59}$'", name="kind"),
        CheckConstraint("link = '' or link ~ '^/[^/\\\\]'", name="link"),
        Index("ix_notification_user_id_id", "user_id", "id"),
        Index("ix_notification_unread", "user_id", postgresql_where=text("read_at is null")),
        Index(
            "uq_notification_told",
            "user_id",
            "dedupe_key",
            unique=True,
            postgresql_where=text("read_at is null and dedupe_key is not null"),
        ),
        Index("ix_notification_unplanned", "id", postgresql_where=text("planned_at is null")),
        Index(
            "ix_notification_for_digest",
            "user_id",
            postgresql_where=text("waits_for_digest and digest_id is null and read_at is null"),
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    event: Mapped[uuid.UUID] = mapped_column(Uuid)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    kind: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text, server_default="info")
    title_zh: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    body_zh: Mapped[str] = mapped_column(Text, server_default="")
    body_en: Mapped[str] = mapped_column(Text, server_default="")
    link: Mapped[str] = mapped_column(Text, server_default="")
    subject: Mapped[str] = mapped_column(Text, server_default="")
    dedupe_key: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    read_at: Mapped[datetime | None] = mapped_column(Moment)
    planned_at: Mapped[datetime | None] = mapped_column(Moment)
    waits_for_digest: Mapped[bool] = mapped_column(server_default=text("false"))
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("notification_digest.id"), index=True)


class NotificationPreference(Base):
    """How a person wants to be told beside the bell; who has none is told inside the service only."""

    __tablename__ = "notification_preference"
    __table_args__ = (
        one_of("digest", rules.Digest),
        CheckConstraint("digest_hour between 0 and 23", name="digest_hour"),
        CheckConstraint("(quiet_from is null) = (quiet_to is null)", name="quiet"),
        # ASCII only, one @, nothing that could begin a second address or header
        CheckConstraint(
            "not by_email or (email is not null and email ~ '^[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+$')",
            name="address",
        ),
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    email: Mapped[str | None] = mapped_column(Text)
    by_email: Mapped[bool] = mapped_column(server_default=text("false"))
    digest: Mapped[str] = mapped_column(Text, server_default="off")
    digest_hour: Mapped[int] = mapped_column(SmallInteger, server_default=text("8"))
    quiet_from: Mapped[time | None] = mapped_column()
    quiet_to: Mapped[time | None] = mapped_column()
    urgent_through_quiet: Mapped[bool] = mapped_column(server_default=text("true"))
    muted: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    row_version: Mapped[int] = mapped_column(server_default=text("1"))


class NotificationDigest(Base):
    """One digest to one person: what had come in up to the moment it was due."""

    __tablename__ = "notification_digest"
    __table_args__ = (Index("uq_notification_digest_due", "user_id", "due_at", unique=True),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    due_at: Mapped[datetime] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())


class Webhook(Base):
    """Another system that is told. `kinds` empty means everything. Never deleted, only disabled."""

    __tablename__ = "webhook"
    __table_args__ = (CheckConstraint("url ~ '^https?://'", name="url"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[bytes] = mapped_column(LargeBinary, doc="sealed with a key outside the database (core/vault)")
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())


class Delivery(Base):
    """What is to leave the service, or has left it. `token` names it outside: in Message-ID and to webhooks, at every try."""

    __tablename__ = "notification_delivery"
    __table_args__ = (
        one_of("channel", rules.Channel),
        one_of("state", rules.State),
        CheckConstraint("(channel = 'webhook') = (webhook_id is not null)", name="receiver"),
        CheckConstraint(
            "num_nonnulls(notification_id, digest_id) = 1 or (channel = 'webhook' and digest_id is null)",
            name="content",
        ),
        Index("ix_notification_delivery_due", "next_try_at", postgresql_where=text("state in ('waiting', 'failed')")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    token: Mapped[uuid.UUID] = mapped_column(Uuid, server_default=func.gen_random_uuid(), unique=True)
    notification_id: Mapped[int | None] = mapped_column(ForeignKey("notification.id"), index=True)
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("notification_digest.id"), index=True)
    webhook_id: Mapped[int | None] = mapped_column(ForeignKey("webhook.id"), index=True)
    channel: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    next_try_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    last_error: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
