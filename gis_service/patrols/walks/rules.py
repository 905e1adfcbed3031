"""Pure decisions of walks: which coverage is enough, when a track's time is over, what a reason is. Pure."""

from datetime import datetime, timedelta

ENOUGH, SOME = 0.8, 0.4
"""Shares of a parcel seen that count as most of it, and as part of it (product defaults)."""

LEAST_REASON = 4
"""Characters of a reason: a word, not a full stop."""

COMPARED_DAYS = 90
"""A track is compared with those of so many days before."""
MOST_COMPARED = 400


def band(share: float, *, proved: bool) -> str:
    """most, part, little or none.

    >>> band(0.85, proved=True), band(0.5, proved=True), band(0.0, proved=True), band(0.0, proved=False)
    ('most', 'part', 'little', 'none')
    """
    if share >= ENOUGH:
        return "most"
    if share >= SOME:
        return "part"
    return "little" if share > 0 or proved else "none"


def kept_until(started_at: datetime, keep_days: int) -> datetime:
    """When the time of a track is over."""
    return started_at + timedelta(days=keep_days)
