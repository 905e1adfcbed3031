"""Deadlines, worked out from the step log and the calendar each time they are asked for. Pure; nothing here is stored.

The day on which a period begins does not count; it ends with its last day, in Beijing. While a proceeding stands in a state that
pauses the clock, no day counts: counting goes on with the day after the one on which that state was left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from gis_service.core.clock import BEIJING
from gis_service.procedures.rules import Clock, Entry, Measure, Procedure
from gis_service.procedures.workdays import DAY, Workdays, months_after


class Stand(StrEnum):
    """How a clock stands."""

    RUNNING = "running"
    NEAR = "near"
    LATE = "late"
    PAUSED = "paused"
    MET = "met"
    MET_LATE = "met_late"


OPEN_STANDS = frozenset({Stand.RUNNING, Stand.NEAR, Stand.LATE, Stand.PAUSED})


@dataclass(frozen=True)
class Reading:
    """One run of a clock: when it began, when it is due, how it stands. `sure` is False where a year's calendar is missing."""

    clock: Clock
    started_at: datetime
    due_at: datetime
    ended_at: datetime | None
    stand: Stand
    sure: bool

    @property
    def due_on(self) -> date:
        return self.due_at.astimezone(BEIJING).date()

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


@dataclass(frozen=True)
class Run:
    """From the entry that started a clock to the one that ended it, if one did, with the times it was paused."""

    start: Entry
    end: Entry | None
    pauses: tuple[tuple[datetime, datetime | None], ...]


def runs(clock: Clock, log: Sequence[Entry]) -> Iterator[Run]:
    """Every run of a clock in a log. A second start while it runs (an order set anew) ends the first and begins anew."""
    begun: int | None = None
    for n, entry in enumerate(log):
        starts = _starts(clock, entry)
        if begun is not None and (starts or _ends(clock, entry)):
            yield _run(clock, log[begun:n], entry)
            begun = None
        if starts:
            begun = n
    if begun is not None:
        yield _run(clock, log[begun:], None)


def _starts(clock: Clock, entry: Entry) -> bool:
    if clock.during:
        return entry.after in clock.during and entry.before not in clock.during
    return entry.action in clock.starts


def _ends(clock: Clock, entry: Entry) -> bool:
    return entry.after not in clock.during if clock.during else entry.action in clock.ends


def _run(clock: Clock, part: Sequence[Entry], end: Entry | None) -> Run:
    pauses: list[tuple[datetime, datetime | None]] = []
    since: datetime | None = None
    for entry in part:
        paused = entry.after in clock.pauses
        if paused and since is None:
            since = counted_from(entry)
        elif not paused and since is not None:
            pauses.append((since, counted_from(entry)))
            since = None
    if since is not None:
        pauses.append((since, counted_from(end) if end else None))
    return Run(part[0], end, tuple(pauses))


def readings(procedure: Procedure, log: Sequence[Entry], workdays: Workdays, now: datetime) -> list[Reading]:
    """Every run of every clock of a proceeding, in the order of the table and of time."""
    return [read(clock, run, workdays, now) for clock in procedure.clocks for run in runs(clock, log)]


def read(clock: Clock, run: Run, workdays: Workdays, now: datetime) -> Reading:
    ended = done_at(run.end) if run.end else None
    until = ended or now
    due = due_at(clock, run, workdays, until)
    started = counted_from(run.start)
    first, last = _day(started), _day(due)
    sure = (clock.measure is not Measure.WORKING_DAYS and not clock.rolls) or workdays.known(first, last)
    if clock.waits and ended is None and now > due:
        ended = due
    return Reading(clock, started, due, ended, _stand(clock, run, due, workdays, now), sure)


def _stand(clock: Clock, run: Run, due: datetime, workdays: Workdays, now: datetime) -> Stand:
    if run.end:
        return Stand.MET if clock.waits or done_at(run.end) <= due else Stand.MET_LATE
    if run.pauses and run.pauses[-1][1] is None:
        return Stand.PAUSED
    if now > due:
        return Stand.MET if clock.waits else Stand.LATE
    return Stand.NEAR if now >= warned_at(clock, due, workdays) else Stand.RUNNING


def warned_at(clock: Clock, due: datetime, workdays: Workdays) -> datetime:
    """From when on a deadline is shown as near."""
    if clock.measure is Measure.HOURS:
        return due - timedelta(hours=clock.warn)
    day = (
        workdays.before(_day(due), clock.warn)
        if clock.measure is Measure.WORKING_DAYS
        else _day(due) - DAY * clock.warn
    )
    return datetime.combine(day, time.min, BEIJING)


def due_at(clock: Clock, run: Run, workdays: Workdays, until: datetime) -> datetime:
    """The last moment of the period; for a clock that is paused, as if it went on at `until`."""
    start = counted_from(run.start)
    if clock.measure is Measure.SET_DATE:
        return end_of(date.fromisoformat(run.start.facts[clock.length_fact]))
    length = int(run.start.facts.get(clock.length_fact, clock.length))
    if clock.measure is Measure.HOURS:
        paused = sum(((end or until) - since for since, end in run.pauses), timedelta())
        return start + timedelta(hours=length) + paused
    if clock.measure in (Measure.MONTHS, Measure.YEARS):
        day = months_after(_day(start), length * (12 if clock.measure is Measure.YEARS else 1))
        day += DAY * sum((_day(end or until) - _day(since)).days for since, end in run.pauses)
    else:
        day = _counted(clock, run, workdays, _day(start), length, until)
    return end_of(workdays.roll(day) if clock.rolls else day)


def _counted(clock: Clock, run: Run, workdays: Workdays, day: date, length: int, until: datetime) -> date:
    """The day on which the last of `length` counted days falls."""
    still = [(_day(since), _day(end or until)) for since, end in run.pauses]
    while length > 0:
        day += DAY
        counts = clock.measure is Measure.DAYS or workdays.is_working(day)
        if counts and not any(since < day <= end for since, end in still):
            length -= 1
    return day


def counted_from(entry: Entry) -> datetime:
    """When the period began: the day the act was done, where the log says another than that of writing it down."""
    if entry.happened_on is None or entry.happened_on == _day(entry.at):
        return entry.at
    return datetime.combine(entry.happened_on, time.min, BEIJING)


def done_at(entry: Entry) -> datetime:
    """When an act was done: of a day other than that of writing it down only the day is known, so its end."""
    if entry.happened_on is None or entry.happened_on == _day(entry.at):
        return entry.at
    return end_of(entry.happened_on)


def _day(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()


def end_of(day: date) -> datetime:
    """The last second of a day in Beijing."""
    return datetime.combine(day, time(23, 59, 59), BEIJING)


def most_pressing(found: Sequence[Reading]) -> Reading | None:
    """The open clock that ends first; paused ones only where no other runs."""
    running = [reading for reading in found if reading.is_open]
    return min(running, key=lambda reading: (reading.stand is Stand.PAUSED, reading.due_at), default=None)
