"""A mail server and another system on this machine, and a service whose clock the test holds."""

import json
import socket
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.core import db
from gis_service.core.clock import BEIJING
from gis_service.notifications import delivery, operations
from gis_service.notifications.models import Delivery, Notification, NotificationPreference, Webhook
from gis_service.notifications.outside import MailServer
from gis_service.notifications.writing import House
from tests.conftest import PASSWORD, CloneServices
from tests.live import Quiet, answering

SENDER = "空闲地服务 <land@example.org>"


def beijing(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=BEIJING)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Mailbox:
    """What a mail server took in, and how it behaves: `refuse` names addresses it will not have."""

    port: int = 0
    refuse: set[str] = field(default_factory=set)
    raw: list[bytes] = field(default_factory=list)
    receivers: list[list[str]] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802, ARG002
        if address in self.refuse:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002
        self.raw.append(envelope.content)
        self.receivers.append(list(envelope.rcpt_tos))
        return "250 OK"

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=policy.default) for content in self.raw]  # type: ignore[misc]

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@dataclass
class Receiver:
    """Another system: what it was sent, and what it answers."""

    url: str = ""
    answer: int = 204
    location: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    told = Receiver()

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.got.append(({key.lower(): value for key, value in self.headers.items()}, body))
            self.send_response(told.answer)
            if told.location:
                self.send_header("Location", told.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 -- a redirect that was followed would show

    with answering(Handler) as address:
        told.url = f"{address}/hook?x=1"
        yield told


@dataclass
class Bureau:
    """A service with people, and its way out."""

    services: CloneServices
    post: delivery.Post

    def person(self, **wishes: Any) -> int:
        """Somebody who wants mail, unless the wishes say otherwise."""
        with self.session() as session:
            name = f"w{uuid.uuid4().hex[:8]}"
            user = access.create_user(
                session, SERVICE, username=name, display_name=name, password=PASSWORD, own_choice=True
            )
            chosen = {"email": f"{name}@example.org", "by_email": True, **wishes}
            session.add(NotificationPreference(user_id=user.id, **chosen))
            return user.id

    def session(self) -> Any:
        return _ServiceSession(self.services)

    def told(self, user_id: int, at: datetime, **facts: Any) -> int:
        """A notification written at that moment."""
        with self.session() as session:
            row = Notification(
                **{
                    "event": uuid.uuid4(), "user_id": user_id, "kind": "case.step", "level": "info",
                    "title_zh": "案件已立案", "title_en": "The case was filed", "created_at": at, **facts,
                }
            )  # fmt: skip
            session.add(row)
            session.flush()
            return row.id

    def webhook(self, url: str, **facts: Any) -> int:
        with self.session() as session:
            row = Webhook(url=url, secret=b"", **facts)
            session.add(row)
            session.flush()
            operations.keep_secret(session, row, "s3cret")
            return row.id

    def run(self, at: datetime) -> None:
        delivery.run(self.services.sessions, self.post, now=lambda: at)

    def deliveries(self) -> list[Delivery]:
        with self.session() as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.id)))


class _ServiceSession:
    """A transaction of the service itself."""

    def __init__(self, services: CloneServices):
        self._begun = services.sessions.begin()

    def __enter__(self) -> Session:
        session = self._begun.__enter__()
        db.enter(session, EVERYTHING)
        return session

    def __exit__(self, *ended: Any) -> Any:
        return self._begun.__exit__(*ended)


@pytest.fixture
def make_bureau(services: CloneServices) -> Callable[..., Bureau]:
    def make(port: int, **server: Any) -> Bureau:
        facts = {"security": "none", "user": None, "password": None, "sender": SENDER, **server}
        house = House("国有空闲地管理服务", "https://land.example.org", SENDER)
        return Bureau(services, delivery.Post(house, MailServer("127.0.0.1", port, **facts)))

    return make


@pytest.fixture
def bureau(make_bureau: Callable[..., Bureau], mailbox: Mailbox) -> Bureau:
    return make_bureau(mailbox.port)
