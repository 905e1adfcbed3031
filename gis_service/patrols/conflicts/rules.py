"""Three-way merge of one field: what it was, what stands there, what somebody now says. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Merge(StrEnum):
    SAME = "same"
    """What is said stands there already."""
    APPLY = "apply"
    """Nobody else changed it."""
    CONFLICT = "conflict"
    """Somebody else changed it to something else: both values stay, a person decides."""


@dataclass(frozen=True)
class Absent:
    """No value is known, which is another thing than the value null."""


ABSENT = Absent()


def plain(value: Any) -> Any:
    """A value of a column or of JSON as JSON has it, so that the two can be compared.

    >>> plain(Decimal("1.80")) == plain(1.8), plain(date(2026, 11, 28))
    (True, '2026-11-28')
    """
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def merge(*, was: Any, seen: Any, theirs: Any, mine: Any) -> Merge:
    """`was`: what the phone said stood there; `seen`: what history says stood there in the version the phone had; either may be
    `ABSENT`. `theirs`: what stands there now.

    >>> merge(was="good", seen="good", theirs="good", mine="damaged"), merge(was="good", seen="good", theirs="damaged", mine="damaged")
    (<Merge.APPLY: 'apply'>, <Merge.SAME: 'same'>)
    >>> merge(was="good", seen="good", theirs="removed", mine="damaged")
    <Merge.CONFLICT: 'conflict'>
    """
    was, seen, theirs, mine = (plain(value) for value in (was, seen, theirs, mine))
    if theirs == mine:
        return Merge.SAME
    return Merge.APPLY if theirs in (was, seen) else Merge.CONFLICT
