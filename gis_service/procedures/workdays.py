"""Chinese working days: Monday to Friday, less public holidays, plus the weekend days worked for them (调休). Pure.

The days come from the yearly notice of the State Council's office; a year without its notice is counted by weekdays alone and
`known` says so, that a deadline in it may still move.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Workdays:
    """The exceptions of the years whose notice is known: True for a weekend day that is worked, False for a holiday."""

    exceptions: Mapping[date, bool] = field(default_factory=dict)

    @property
    def years(self) -> frozenset[int]:
        return frozenset(day.year for day in self.exceptions)

    def known(self, first: date, last: date) -> bool:
        """Whether the notices of all years from `first` to `last` are known."""
        return all(year in self.years for year in range(first.year, last.year + 1))

    def is_working(self, day: date) -> bool:
        """
        >>> Workdays({date(2026, 1, 4): True}).is_working(date(2026, 1, 4))
        True
        """
        return self.exceptions.get(day, day.weekday() < 5)

    def roll(self, day: date) -> date:
        """The day itself, or the next working day after it."""
        while not self.is_working(day):
            day += DAY
        return day

    def after(self, start: date, days: int) -> date:
        """The `days`-th working day after `start`; the day itself does not count.

        >>> Workdays().after(date(2026, 11, 27), 2)  # a Friday
        datetime.date(2026, 12, 1)
        """
        day = start
        while days > 0:
            day += DAY
            days -= self.is_working(day)
        return day

    def before(self, end: date, days: int) -> date:
        """The `days`-th working day before `end`."""
        day = end
        while days > 0:
            day -= DAY
            days -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Working days after `start`, up to and with `end`; negative where `end` comes first.

        >>> Workdays().between(date(2026, 11, 27), date(2026, 12, 1))
        2
        """
        if end < start:
            return -self.between(end, start)
        return sum(self.is_working(start + DAY * n) for n in range(1, (end - start).days + 1))


def months_after(start: date, months: int) -> date:
    """The same day of a later month, or its last day where it has no such day.

    >>> months_after(date(2026, 11, 30), 3)
    datetime.date(2027, 2, 28)
    """
    count = start.year * 12 + start.month - 1 + months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
