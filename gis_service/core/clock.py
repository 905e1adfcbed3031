"""Times: stored in UTC, shown in Beijing time."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """The day it is in Beijing."""
    return now().astimezone(BEIJING).date()


def as_instant(value: str) -> datetime:
    """The instant a person means by `as_of`: a date is the end of that day in Beijing, a time without zone is Beijing time.

    >>> as_instant("2026-10-31").isoformat()
    '2026-10-31T23:59:59.999999+08:00'
    """
    moment = datetime.fromisoformat(value)
    if len(value) == len("2026-10-31"):
        return moment.replace(hour=23, minute=59, second=59, microsecond=999999, tzinfo=BEIJING)
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)
