"""Tasks made of plans: each parcel of a plan in exactly one task of each round. Harmless to repeat, however often.

Land in a unit's care is walked by its unit, all other land by the inspectors of the area; a plan whose walker is the district is
walked by the district everywhere. One task is land of one grid cell and area that one person can do in half a day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from gis_service.core import clock
from gis_service.patrols.planning import queries, route, rules, sharing
from gis_service.patrols.planning.models import PatrolPlan, PatrolTask, PatrolTaskParcel
from gis_service.patrols.planning.queries import Land, Over, People
from gis_service.patrols.planning.rules import Frequency, Round
from gis_service.patrols.planning.sharing import Plot
from gis_service.patrols.rules import Walker
from gis_service.procedures import queries as calendars
from gis_service.procedures.workdays import Workdays

LOCK = "patrols.generate"
Place = tuple[int | None, int | None, int]
"""Cell, unit, part: the piece of land one person walks again and again."""


def frequency_of(plan: PatrolPlan) -> Frequency:
    return Frequency(plan.times, plan.per_days, plan.starts_on, plan.ends_on, plan.workdays_only)


def walker_of(walker: str, land: Land) -> int | None:
    """The unit that walks a parcel; none: the district."""
    return land.unit_id if walker == Walker.CUSTODIAN else None


@dataclass(frozen=True)
class Piece:
    """Land of one task: one area, one cell, one unit, in the order in which it is walked."""

    area_id: int | None
    area: str | None
    cell_id: int | None
    cell: str | None
    unit_id: int | None
    plots: tuple[Plot, ...]
    way_m: float
    minutes: int


def pieces(
    found: Iterable[Land], walker: str, orders: dict[frozenset[int], tuple[Plot, ...]] | None = None
) -> list[Piece]:
    """The land cut into tasks. Without `orders` the way is only reckoned, by going to the nearest place each time."""

    def key(each: Land) -> tuple[int, int, int]:
        return (each.area_id or 0, each.cell_id or 0, walker_of(walker, each) or 0)

    made = []
    for _, group in groupby(sorted(found, key=lambda each: (*key(each), each.plot.id)), key=key):
        members = list(group)
        one = members[0]
        for part in sharing.parts([each.plot for each in members]):
            plots = ordered(part, orders)
            way = route.length_m([(plot.x, plot.y) for plot in plots], range(len(plots)))
            unit = walker_of(walker, one)
            made.append(
                Piece(one.area_id, one.area, one.cell_id, one.cell, unit, plots, way, sharing.minutes(plots, way))
            )
    return made


def ordered(part: Sequence[Plot], orders: dict[frozenset[int], tuple[Plot, ...]] | None) -> tuple[Plot, ...]:
    """The order in which parcels are walked; `orders` remembers it. Without it: by going to the nearest each time."""
    places = [(plot.x, plot.y) for plot in part]
    if orders is None:
        return tuple(part[n] for n in route.nearest_neighbour(places))
    ids = frozenset(plot.id for plot in part)
    if ids not in orders:
        orders[ids] = tuple(part[n] for n in route.best_order(places))
    return orders[ids]


@dataclass
class Roster:
    """Who walks which piece of land, and how many minutes a day each person has."""

    people: People
    load: dict[int, int] = field(default_factory=dict)
    holder: dict[Place, int] = field(default_factory=dict)
    settled: set[Place] = field(default_factory=set)

    @classmethod
    def read(cls, session: Session, today: date) -> "Roster":
        made = cls(queries.people(session))
        for cell, unit, part, person, minutes, per_days, times in queries.holders(session, today - timedelta(days=35)):
            if person is None:
                continue
            made.holder[cell, unit, part] = person
            made._burden(person, minutes, (per_days or 7) / (times or 1))
        return made

    def _burden(self, person: int, minutes: int | None, every_days: float) -> None:
        self.load[person] = self.load.get(person, 0) + round((minutes or 0) / every_days)

    def walker(self, piece: Piece, part_no: int, every_days: float) -> int | None:
        """Who gets this piece: through all rounds of one run the same person."""
        place = (piece.cell_id, piece.unit_id, part_no)
        eligible = self.people.eligible(piece.unit_id, piece.area_id)
        last = self.holder.get(place)
        if place in self.settled and last in eligible:
            return last
        person = sharing.chosen(eligible, self.load, last)
        if person is not None:
            if person != last:
                self._burden(person, piece.minutes, every_days)
            self.holder[place] = person
            self.settled.add(place)
        return person


def generate(session: Session, today: date, plan_ids: Sequence[int] | None = None) -> int:
    """Make the tasks that are wanting, of all running plans or of these; returns how many. The session must see all land."""
    session.execute(text("select pg_advisory_xact_lock(hashtext(:key))"), {"key": LOCK})
    roster, calendar = Roster.read(session, today), calendars.workdays(session)
    orders: dict[frozenset[int], tuple[Plot, ...]] = {}
    made = 0
    for plan in session.scalars(queries.running(today, plan_ids)).all():
        made += _of_plan(session, plan, _due(plan, today, calendar), roster, orders)
        plan.generated_at = clock.now()
    session.flush()
    return made


def _due(plan: PatrolPlan, today: date, calendar: Workdays) -> list[Round]:
    return rules.rounds(frequency_of(plan), today, today + timedelta(days=rules.HORIZON_DAYS), calendar)


def _of_plan(
    session: Session, plan: PatrolPlan, due: Sequence[Round], roster: Roster, orders: dict[frozenset[int], tuple[Plot, ...]]
) -> int:  # fmt: skip
    if not due:
        return 0
    nos = [each.no for each in due]
    there, parts = queries.covered(session, plan.id, nos), queries.parts_made(session, plan.id, nos)
    found = queries.land(session, Over(plan.area_id, plan.risk_level))
    made: list[tuple[PatrolTask, Piece]] = []
    for each in due:
        wanting = [one for one in found if (each.no, one.plot.id) not in there]
        for piece in pieces(wanting, plan.walker, orders):
            key = (each.no, piece.cell_id, piece.unit_id)
            parts[key] = part_no = parts.get(key, 0) + 1
            task = _task(plan, each, piece, part_no)
            task.assignee_id = roster.walker(piece, part_no, plan.per_days / plan.times)
            made.append((task, piece))
    _write(session, made)
    return len(made)


def _task(plan: PatrolPlan, each: Round, piece: Piece, part_no: int) -> PatrolTask:
    return PatrolTask(
        district_code=plan.district_code, plan_id=plan.id, round_no=each.no, part_no=part_no,
        title=title_of(piece.cell or piece.area, part_no, plan.name), area_id=piece.area_id, grid_cell_id=piece.cell_id,
        unit_id=piece.unit_id, night=plan.night, due_from=each.first, due_on=each.last, minutes=piece.minutes,
        route_m=round(piece.way_m),
    )  # fmt: skip


def title_of(where: str | None, part_no: int, what: str) -> str:
    """
    >>> title_of("北围第3网格", 2, "高风险每日巡查")
    '北围第3网格(2) · 高风险每日巡查'
    """
    return f"{where or '网格外地块'}{f'({part_no})' if part_no > 1 else ''} · {what}"


def _write(session: Session, made: Sequence[tuple[PatrolTask, Piece]]) -> None:
    session.add_all([task for task, _ in made])
    session.flush()
    rows = [
        {"task_id": task.id, "parcel_id": plot.id, "seq": seq}
        for task, piece in made
        for seq, plot in enumerate(piece.plots, 1)
    ]
    if rows:
        session.execute(insert(PatrolTaskParcel), rows)


@dataclass(frozen=True)
class Outlook:
    """What a plan will make in so many days."""

    days: int
    rounds: int
    tasks: int
    parcels: int
    hours: float
    first_rounds: tuple[Round, ...]
    by_walker: tuple[dict[str, object], ...]
    """Each unit that walks (none: the district): parcels, tasks of one round, hours of one round, people who may."""


def outlook(session: Session, over: Over, walker: str, frequency: Frequency, *, today: date, days: int = 28) -> Outlook:
    """What a plan would make from today (or its first day) on, before it is saved. Nothing is written."""
    first = max(today, frequency.starts_on)
    due = rules.rounds(frequency, first, first + timedelta(days=days - 1), calendars.workdays(session))
    cut = pieces(queries.land(session, over), walker)
    people = queries.people(session)
    names = calendars.names_of_units(session, [piece.unit_id for piece in cut])
    by_walker: list[dict[str, object]] = []
    for unit_id in sorted({piece.unit_id for piece in cut}, key=lambda each: (each is not None, each or 0)):
        own = [piece for piece in cut if piece.unit_id == unit_id]
        able = {person for piece in own for person in people.eligible(unit_id, piece.area_id)}
        by_walker.append(
            {
                "unit_id": unit_id, "unit": names.get(unit_id or 0), "parcels": sum(len(piece.plots) for piece in own),
                "tasks": len(own), "hours": round(sum(piece.minutes for piece in own) / 60, 1), "people": len(able),
                "unassigned": sum(not people.eligible(unit_id, piece.area_id) for piece in own),
            }
        )  # fmt: skip
    hours = sum(piece.minutes for piece in cut) * len(due) / 60
    parcels = sum(len(piece.plots) for piece in cut)
    return Outlook(days, len(due), len(cut) * len(due), parcels, round(hours, 1), tuple(due[:5]), tuple(by_walker))
