"""Figures as every door tells them: against the end of the month before and against the year's plan, by the rights of who asks."""

import time
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING, Actor
from gis_service.core import clock, db
from gis_service.core.clock import BEIJING
from gis_service.core.db import Scope
from gis_service.core.errors import BadRequest
from gis_service.core.reader import sight
from gis_service.kpi.catalogue import CATALOGUE
from gis_service.kpi.errors import IndicatorUnknown, NotYet
from gis_service.kpi.figures import By, Figure, figures
from gis_service.kpi.targets import planned

REMEMBERED_S = 60.0
"""How long a process trusts what it counted for the end of the month before: late news of the past is seen after this time."""
MOST_REMEMBERED = 200
MONTHS = 12
"""Points of a trend."""


@dataclass(frozen=True)
class Line:
    """A figure with its value at the end of the month before and what was planned for the year."""

    figure: Figure
    before: Decimal | None
    plan: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """Against the month before; percentage points for a ratio."""
        now = self.figure.value
        return None if now is None or self.before is None else now - self.before

    @property
    def to_plan(self) -> Decimal | None:
        """What there is beyond the plan (negative: short of it)."""
        now = self.figure.value
        return None if now is None or self.plan is None else now - self.plan


Sight = tuple[Scope, list[str]]
"""Some indicators, and the scope in which this reader may see what they count."""


def sights(actor: Actor | None, request_id: str = "", codes: Sequence[str] | None = None) -> list[Sight]:
    """The indicators somebody may see, by the permission each needs and the land that permission opens; nobody: the service itself.

    Raises `IndicatorUnknown` for one that is named and not theirs.
    """
    wanted = list(CATALOGUE if codes is None else codes)
    for code in wanted:
        if code not in CATALOGUE or (codes is not None and actor is not None and not actor.may(CATALOGUE[code].needs)):
            raise IndicatorUnknown(indicator=code)
    if actor is None:
        return [(EVERYTHING, wanted)]
    found: dict[str, list[str]] = {}
    for code in wanted:
        if actor.may(CATALOGUE[code].needs):
            found.setdefault(CATALOGUE[code].needs, []).append(code)
    return [(actor.scope(needs, request_id), those) for needs, those in found.items()]


def told(session: Session, seen: Iterable[Sight], as_of: datetime, by: By) -> list[Line]:
    """The lines of figures in the order of the catalogue."""
    found = [line for scope, codes in _in(session, seen) for line in _lines(session, scope, codes, as_of, by)]
    order = {code: n for n, code in enumerate(CATALOGUE)}
    return sorted(found, key=lambda line: order[line.figure.code])


def trend(session: Session, seen: Iterable[Sight], as_of: datetime) -> list[tuple[datetime, list[Figure]]]:
    """The figures of the district at the last twelve month ends and now, oldest first."""
    moments = [*month_ends(as_of, MONTHS), as_of]
    found: dict[datetime, list[Figure]] = {moment: [] for moment in moments}
    for _scope, codes in _in(session, seen):
        for moment in moments:
            found[moment] += figures(session, moment, codes=codes)
    return list(found.items())


def _in(session: Session, seen: Iterable[Sight]) -> Iterator[Sight]:
    """Each sight with the session entered in its scope."""
    for scope, codes in seen:
        db.enter(session, scope)
        yield scope, codes


_remembered: dict[Hashable, tuple[float, list[Figure]]] = {}


def _month_before(session: Session, scope: Scope, codes: Sequence[str], as_of: datetime, by: By) -> list[Figure]:
    """The figures at the end of the month before, as this reader sees them; everybody asks for them, and they hardly change."""
    moment, bind = end_of_month_before(as_of), session.get_bind()
    asked = (str(bind.engine.url), sight(scope), tuple(codes), moment, by)
    known = _remembered.get(asked)
    if known and time.monotonic() - known[0] < REMEMBERED_S:
        return known[1]
    if len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    found = figures(session, moment, codes=codes, by=by)
    _remembered[asked] = (time.monotonic(), found)
    return found


def _lines(session: Session, scope: Scope, codes: Sequence[str], as_of: datetime, by: By) -> list[Line]:
    before = {key(each): each.value for each in _month_before(session, scope, codes, as_of, by)}
    plan = planned(session, as_of, by)
    return [
        Line(each, before.get(key(each)), plan.get((each.code, each.area or each.unit)))
        for each in figures(session, as_of, codes=codes, by=by)
    ]


def key(figure: Figure) -> tuple[str, str | None, str | None]:
    return figure.code, figure.area, figure.unit


def end_of_month_before(moment: datetime) -> datetime:
    """The last instant of the month before, in Beijing.

    >>> end_of_month_before(datetime(2026, 3, 31, 12, tzinfo=BEIJING)).isoformat()
    '2026-02-28T23:59:59.999999+08:00'
    """
    first = moment.astimezone(BEIJING).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first - timedelta(microseconds=1)


def month_ends(moment: datetime, count: int) -> list[datetime]:
    """The ends of the `count` months before, oldest first."""
    found: list[datetime] = []
    while len(found) < count:
        found.append(end_of_month_before(found[-1] if found else moment))
    return found[::-1]


def asked_moment(text: str | None) -> datetime:
    """The moment asked for (a date means its end in Beijing), or now; today's date means now. Raises `BadRequest`, `NotYet`."""
    now = clock.now()
    try:
        wanted = clock.as_instant(text) if text else now
    except ValueError:
        raise BadRequest(parameter="as_of", value=text) from None
    if wanted.astimezone(BEIJING).date() > now.astimezone(BEIJING).date():
        raise NotYet(day=wanted.astimezone(BEIJING).date().isoformat())
    return min(wanted, now)


def out(line: Line) -> dict[str, Any]:
    """A line as JSON and as the command print it."""
    each = line.figure
    return {
        "code": each.code, "area": each.area, "unit": each.unit, "numerator": as_number(each.numerator),
        "denominator": as_number(each.denominator), "value": as_number(each.value), "low": as_number(each.low), "high": as_number(each.high),
        "before": as_number(line.before), "change": as_number(line.change), "plan": as_number(line.plan), "to_plan": as_number(line.to_plan),
    }  # fmt: skip


def row_out(row: dict[str, Any]) -> dict[str, Any]:
    """A row behind a figure as JSON."""
    return row | {name: as_number(row[name]) for name in ("amount", "weight", "low", "high")}


def as_number(value: Decimal | None) -> float | int | None:
    """A number as JSON writes it: whole ones without a point."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
