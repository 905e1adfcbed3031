"""When a message may leave, when a digest is due and what stands in it, when a failed try is repeated. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from itertools import groupby

from gis_service.core.clock import BEIJING


class Level(StrEnum):
    INFO = "info"
    WARN = "warn"
    LATE = "late"


class Digest(StrEnum):
    OFF = "off"
    DAILY = "daily"
    WEEKLY = "weekly"


class Channel(StrEnum):
    EMAIL = "email"
    WEBHOOK = "webhook"


class State(StrEnum):
    """`failed` will be tried again, `given_up` will not."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"


WEIGHT = {Level.LATE: 0, Level.WARN: 1, Level.INFO: 2}
RETRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=12))
LEASE = timedelta(minutes=10)
"""How long a worker has a message to itself. One that died meanwhile leaves it to the next after this time."""


@dataclass(frozen=True)
class Quiet:
    """Hours in Beijing time in which nothing is sent; they may run over midnight. The same time twice is no quiet at all."""

    start: time
    end: time

    def holds(self, at: datetime) -> bool:
        """
        >>> night = Quiet(time(22), time(7))
        >>> [night.holds(datetime(2026, 11, 28, hour, tzinfo=BEIJING)) for hour in (21, 22, 3, 7)]
        [False, True, True, False]
        """
        clock = at.astimezone(BEIJING).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


def may_go_at(at: datetime, quiet: Quiet | None, *, passes: bool) -> datetime:
    """The first moment from `at` on when a message may leave; one that `passes` does not wait for quiet hours to end."""
    if quiet is None or passes or not quiet.holds(at):
        return at
    local = at.astimezone(BEIJING)
    ends = datetime.combine(local.date(), quiet.end, BEIJING)
    return ends if ends > local else ends + timedelta(days=1)


def goes_at_once(level: Level, digest: Digest) -> bool:
    """Whether a message is sent by itself. What is late does not wait for a digest."""
    return digest is Digest.OFF or level is Level.LATE


def digest_moment(at: datetime, digest: Digest, hour: int) -> datetime | None:
    """The last moment up to `at` when a digest was due: each day, or each Monday, at that hour of Beijing; None without digest.

    >>> digest_moment(datetime(2026, 11, 28, 7, 59, tzinfo=BEIJING), Digest.DAILY, 8).isoformat()
    '2026-11-27T08:00:00+08:00'
    >>> digest_moment(datetime(2026, 11, 28, 9, tzinfo=BEIJING), Digest.WEEKLY, 8).isoformat()
    '2026-11-23T08:00:00+08:00'
    """
    if digest is Digest.OFF:
        return None
    local = at.astimezone(BEIJING)
    day = local.date()
    if digest is Digest.WEEKLY:
        day -= timedelta(days=day.weekday())
    due = datetime.combine(day, time(hour), BEIJING)
    return due if due <= local else due - timedelta(days=1 if digest is Digest.DAILY else 7)


def retry_at(tries: int, at: datetime) -> datetime | None:
    """When to try again after the `tries`-th try failed; None when it is given up.

    >>> retry_at(1, datetime(2026, 11, 28, 9, 0)).minute, retry_at(6, datetime(2026, 11, 28, 9, 0))
    (1, None)
    """
    return at + RETRIES[tries - 1] if tries <= len(RETRIES) else None


@dataclass(frozen=True)
class Line:
    """One message as it stands in a digest."""

    kind: str
    level: Level
    title_zh: str
    title_en: str
    link: str
    created_at: datetime


def arranged(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    """The lines of a digest by kind: first the kinds that have something late; in each the late ones first, then the oldest."""
    by_kind = sorted(lines, key=lambda line: (line.kind, WEIGHT[line.level], line.created_at))
    groups = [(kind, list(group)) for kind, group in groupby(by_kind, key=lambda line: line.kind)]
    return sorted(groups, key=lambda group: (WEIGHT[group[1][0].level], group[0]))


def one_line(text: str) -> str:
    """The text without line breaks or other signs that are no writing: what may stand in a header.

    >>> one_line("逾期\\r\\nBcc: a@b.example")
    '逾期 Bcc: a@b.example'
    """
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
