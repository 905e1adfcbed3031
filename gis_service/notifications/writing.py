"""What is sent: mail in plain text and simple HTML, Chinese first, and the JSON for other systems. Pure but for the template."""

import json
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from gis_service.core.clock import BEIJING
from gis_service.notifications.models import Notification
from gis_service.notifications.rules import Level, Line, arranged, one_line

PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("pages")),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
LEVELS = {Level.LATE: ("逾期", "late"), Level.WARN: ("提醒", "reminder"), Level.INFO: ("通知", "notice")}
MOST_LINES = 200
"""Lines of one digest; the rest is counted."""


@dataclass(frozen=True)
class House:
    """What every message says of the service that sends it."""

    title: str
    base_url: str
    sender: str


def mail(
    house: House, to: str, *, message_id: str, subject: str, at: datetime, page: str, **facts: Any
) -> EmailMessage:
    """A message of both kinds from the pages `page`.txt and `page`.html; raises `ValueError` where `to` is no address."""
    name, address = parseaddr(house.sender)
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = Address(one_line(name or house.title), addr_spec=address)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = one_line(subject)[:200]
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    told = {"house": house, "levels": LEVELS, **facts}
    message.set_content(PAGES.get_template(f"{page}.txt").render(told), cte="base64")
    message.add_alternative(PAGES.get_template(f"{page}.html").render(told), subtype="html", cte="base64")
    return message


def single(house: House, to: str, notification: Notification, *, message_id: str, at: datetime) -> EmailMessage:
    """The mail for one notification."""
    word = LEVELS[Level(notification.level)][0]
    subject = f"【{word}】{notification.title_zh}"
    return mail(house, to, message_id=message_id, subject=subject, at=at, page="single", one=notification)


def digest(
    house: House, to: str, notifications: list[Notification], *, message_id: str, at: datetime, due_at: datetime
) -> EmailMessage:
    """The mail for a digest: by kind, late first."""
    lines = [
        Line(one.kind, Level(one.level), one.title_zh, one.title_en, one.link, one.created_at) for one in notifications
    ]
    late = sum(line.level is Level.LATE for line in lines)
    day = due_at.astimezone(BEIJING).date().isoformat()
    subject = f"通知汇总 {day}:{len(lines)} 条" + (f",其中逾期 {late} 条" if late else "")
    groups, more = _cut(arranged(lines))
    return mail(
        house, to, message_id=message_id, subject=subject, at=at, page="digest",
        groups=groups, more=more, count=len(lines), late=late, day=day,
    )  # fmt: skip


def _cut(groups: list[tuple[str, list[Line]]]) -> tuple[list[tuple[str, list[Line]]], int]:
    """The first `MOST_LINES` lines, and how many are left out."""
    room, kept = MOST_LINES, []
    for kind, lines in groups:
        if room:
            kept.append((kind, lines[:room]))
            room -= len(kept[-1][1])
    return kept, sum(len(lines) for _, lines in groups) - (MOST_LINES - room)


def hook_body(house: House, notification: Notification | None, usernames: list[str], *, token: str) -> bytes:
    """What another system is told; without a notification it is a test."""
    told: dict[str, Any] = {"id": token, "test": notification is None}
    if notification is not None:
        told |= {
            "kind": notification.kind,
            "level": notification.level,
            "subject": notification.subject,
            "title": {"zh": notification.title_zh, "en": notification.title_en},
            "body": {"zh": notification.body_zh, "en": notification.body_en},
            "link": house.base_url + notification.link if notification.link else "",
            "created_at": notification.created_at.isoformat(),
            "to": usernames,
        }
    return json.dumps(told, ensure_ascii=False).encode()
