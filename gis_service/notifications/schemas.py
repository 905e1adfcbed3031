"""What notifications, choices and webhooks look like to the pages."""

from datetime import datetime, time
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gis_service.notifications.rules import Digest, Level, State

Kind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_.]{0,59}$")]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+$")
]  # fmt: skip


class NotificationOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    kind: str
    level: Level
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str
    link: str
    subject: str
    created_at: datetime
    read_at: datetime | None


class NotificationPage(BaseModel):
    """`unread` is counted up to 100."""

    items: list[NotificationOut]
    next: str | None
    unread: int


class PreferenceIn(BaseModel):
    """Quiet hours are Beijing time and may run over midnight."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)
    email: Email | None = None
    by_email: bool = False
    digest: Digest = Digest.OFF
    digest_hour: Annotated[int, Field(ge=0, le=23)] = 8
    quiet_from: time | None = None
    quiet_to: time | None = None
    urgent_through_quiet: bool = True
    muted: Annotated[list[Kind], Field(max_length=100)] = []


class KindOut(BaseModel):
    """A kind of notification, with the latest title as an example."""

    model_config = ConfigDict(from_attributes=True)
    kind: str
    title_zh: str
    title_en: str


class PreferenceOut(PreferenceIn):
    """`has_mail`: whether this deployment sends mail at all; `kinds`: what the person was ever told of."""

    model_config = ConfigDict(extra="ignore", from_attributes=True)
    version: int = 0
    has_mail: bool = False
    kinds: list[KindOut] = []


class WebhookIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    url: str
    kinds: Annotated[list[Kind], Field(max_length=100)] = []


class WebhookOut(BaseModel):
    """The secret is shown once, when the webhook is made."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    url: str
    kinds: list[str]
    is_active: bool
    created_at: datetime
    secret: str | None = None
    last_state: State | None = None
    last_error: str | None = None
    last_at: datetime | None = None


class WebhookPage(BaseModel):
    """With what was given up in the last seven days, so that an administrator sees when something is wrong."""

    items: list[WebhookOut]
    has_mail: bool
    mails_given_up: int
    webhooks_given_up: int
