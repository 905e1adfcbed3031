"""Reads of plans, tasks, the land they are over, and the people who may walk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from gis_service.access.models import Area, RoleGrant, Unit, User
from gis_service.access.rules import Role
from gis_service.core.errors import NotFound
from gis_service.core.srid import METRIC_SRID
from gis_service.parcels.models import Ground as GroundFeature
from gis_service.parcels.models import Parcel
from gis_service.parcels.rules import GroundKind
from gis_service.parcels.topology.models import GridCell, ParcelGridCell
from gis_service.patrols.items import ITEMS
from gis_service.patrols.models import Observation
from gis_service.patrols.planning import rules
from gis_service.patrols.planning.models import PatrolPlan, PatrolTask, PatrolTaskParcel
from gis_service.patrols.planning.sharing import Plot
from gis_service.patrols.rules import TaskState
from gis_service.procedures.models import Proceeding, ProceedingParcel

MOST_TASKS = 5000
DUMPING = [code for code, item in ITEMS.items() if item.case]


@dataclass(frozen=True)
class Land:
    """A parcel that a plan is over: where it lies, in whose care it is, and as a planner sees it."""

    plot: Plot
    area_id: int | None
    area: str | None
    cell_id: int | None
    cell: str | None
    unit_id: int | None
    """In whose care it is; none: nobody's, so the district walks it."""
    risk_level: str


@dataclass(frozen=True)
class Over:
    """Which land: of one area or all, of one risk or all, or these parcels."""

    area_id: int | None = None
    risk_level: str | None = None
    parcel_ids: Sequence[int] | None = None


def land(session: Session, over: Over) -> list[Land]:
    """The living parcels in sight, each with its inner point and outline in plane metres, cell by cell."""
    inner = func.st_transform(func.st_pointonsurface(Parcel.geom), METRIC_SRID)
    outline = func.st_perimeter(func.st_transform(Parcel.geom, METRIC_SRID))
    asked = (
        select(
            Parcel.id, func.st_x(inner), func.st_y(inner), outline, Parcel.area_id, Area.name, GridCell.id,
            func.coalesce(GridCell.name, GridCell.code), Parcel.custodian_unit_id, Parcel.risk_level,
        )
        .outerjoin(Area, Area.id == Parcel.area_id)
        .outerjoin(ParcelGridCell, and_(ParcelGridCell.parcel_id == Parcel.id, ParcelGridCell.is_main))
        .outerjoin(GridCell, GridCell.id == ParcelGridCell.grid_cell_id)
        .where(Parcel.retired_on.is_(None))
        .order_by(Parcel.id)
    )  # fmt: skip
    if over.area_id is not None:
        asked = asked.where(Parcel.area_id == over.area_id)
    if over.risk_level is not None:
        asked = asked.where(Parcel.risk_level == over.risk_level)
    if over.parcel_ids is not None:
        asked = asked.where(Parcel.id.in_(over.parcel_ids))
    return [
        Land(Plot(id_, x, y, perimeter), area_id, area, cell_id, cell, unit_id, risk)
        for id_, x, y, perimeter, area_id, area, cell_id, cell, unit_id, risk in session.execute(asked)
    ]


@dataclass(frozen=True)
class People:
    """Who may walk: inspectors by area (those of all land under None), and the users of each unit."""

    inspectors: dict[int | None, list[int]]
    of_units: dict[int, list[int]]

    def eligible(self, unit_id: int | None, area_id: int | None) -> list[int]:
        if unit_id is not None:
            return self.of_units.get(unit_id, [])
        everywhere = self.inspectors.get(None, [])
        return sorted({*everywhere, *(self.inspectors.get(area_id, []) if area_id is not None else [])})


def people(session: Session) -> People:
    """The active inspectors and unit users by their grants."""
    asked = (
        select(User.id, RoleGrant.role, RoleGrant.area_id, RoleGrant.unit_id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            User.state == "active",
            RoleGrant.revoked_at.is_(None),
            RoleGrant.role.in_([Role.INSPECTOR, Role.UNIT_USER]),
        )
        .order_by(User.id)
    )
    inspectors: dict[int | None, list[int]] = {}
    of_units: dict[int, list[int]] = {}
    for user_id, role, area_id, unit_id in session.execute(asked):
        if role == Role.UNIT_USER and unit_id is not None:
            of_units.setdefault(unit_id, []).append(user_id)
        elif role == Role.INSPECTOR and unit_id is None:
            inspectors.setdefault(area_id, []).append(user_id)
    return People(inspectors, of_units)


def covered(session: Session, plan_id: int, round_nos: Iterable[int]) -> set[tuple[int, int]]:
    """(round, parcel) for which there is a task already, whatever became of it."""
    asked = (
        select(PatrolTask.round_no, PatrolTaskParcel.parcel_id)
        .join(PatrolTaskParcel, PatrolTaskParcel.task_id == PatrolTask.id)
        .where(PatrolTask.plan_id == plan_id, PatrolTask.round_no.in_(list(round_nos)))
    )
    return {(no, parcel_id) for no, parcel_id in session.execute(asked) if no is not None}


def parts_made(
    session: Session, plan_id: int, round_nos: Iterable[int]
) -> dict[tuple[int, int | None, int | None], int]:
    """The highest part number of each (round, cell, unit)."""
    key = (PatrolTask.round_no, PatrolTask.grid_cell_id, PatrolTask.unit_id)
    asked = (
        select(*key, func.max(PatrolTask.part_no))
        .where(PatrolTask.plan_id == plan_id, PatrolTask.round_no.in_(list(round_nos)))
        .group_by(*key)
    )
    return {(no, cell, unit): part for no, cell, unit, part in session.execute(asked) if no is not None}


def holders(
    session: Session, since: date
) -> Sequence[Row[int | None, int | None, int, int | None, int | None, int, int]]:
    """Of each piece of land and plan the newest task with a person: (cell, unit, part, person, minutes, plan's days, plan's times)."""
    key = (PatrolTask.plan_id, PatrolTask.grid_cell_id, PatrolTask.unit_id, PatrolTask.part_no)
    newest = (
        select(func.max(PatrolTask.id))
        .where(PatrolTask.assignee_id.is_not(None), PatrolTask.due_on >= since, PatrolTask.state != TaskState.CANCELLED)
        .group_by(*key)
    )
    asked = (
        select(
            PatrolTask.grid_cell_id, PatrolTask.unit_id, PatrolTask.part_no, PatrolTask.assignee_id, PatrolTask.minutes,
            PatrolPlan.per_days, PatrolPlan.times,
        )
        .outerjoin(PatrolPlan, PatrolPlan.id == PatrolTask.plan_id)
        .where(PatrolTask.id.in_(newest))
        .order_by(PatrolTask.id)
    )  # fmt: skip
    return session.execute(asked).all()


def plan(session: Session, plan_id: int, *, lock: bool = False) -> PatrolPlan:
    found = session.get(PatrolPlan, plan_id, with_for_update=lock or None)
    if found is None:
        raise NotFound(what="巡查计划", key=plan_id)
    return found


def plans(
    session: Session, *, stopped: bool = False
) -> Sequence[Row[PatrolPlan, str | None, int | None, int | None, int | None]]:
    """Plans with the name of their area and how their tasks stand: open, late, done; running ones first."""
    counts = (
        select(
            PatrolTask.plan_id,
            func.count().filter(PatrolTask.state.in_([TaskState.OPEN, TaskState.STARTED])).label("open"),
            func.count().filter(PatrolTask.state == TaskState.MISSED).label("missed"),
            func.count().filter(PatrolTask.state == TaskState.DONE).label("done"),
        )
        .group_by(PatrolTask.plan_id)
        .subquery()
    )
    asked = (
        select(PatrolPlan, Area.name, counts.c.open, counts.c.missed, counts.c.done)
        .outerjoin(Area, Area.id == PatrolPlan.area_id)
        .outerjoin(counts, counts.c.plan_id == PatrolPlan.id)
        .order_by(PatrolPlan.stopped_at.is_not(None), PatrolPlan.kind.desc(), PatrolPlan.id)
    )
    if not stopped:
        asked = asked.where(PatrolPlan.stopped_at.is_(None))
    return session.execute(asked).all()


def running(today: date, plan_ids: Sequence[int] | None = None) -> Select[PatrolPlan]:
    """Plans of which rounds may still be due."""
    asked = (
        select(PatrolPlan)
        .where(PatrolPlan.stopped_at.is_(None), or_(PatrolPlan.ends_on.is_(None), PatrolPlan.ends_on >= today))
        .order_by(PatrolPlan.id)
    )
    return asked if plan_ids is None else asked.where(PatrolPlan.id.in_(plan_ids))


def task(session: Session, task_id: int, *, lock: bool = False) -> PatrolTask:
    found = session.get(PatrolTask, task_id, with_for_update=lock or None)
    if found is None:
        raise NotFound(what="巡查任务", key=task_id)
    return found


@dataclass(frozen=True)
class Wanted:
    """Which tasks: between two days, of an area, a unit, a person, a plan, of these states; or one."""

    since: date | None = None
    until: date | None = None
    area_id: int | None = None
    unit_id: int | None = None
    assignee_id: int | None = None
    plan_id: int | None = None
    states: Sequence[str] = ()
    id: int | None = None


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    exact = {"area_id": wanted.area_id, "unit_id": wanted.unit_id, "assignee_id": wanted.assignee_id}
    exact |= {"plan_id": wanted.plan_id, "id": wanted.id}
    found = [getattr(PatrolTask, name) == value for name, value in exact.items() if value is not None]
    if wanted.since:
        found.append(PatrolTask.due_on >= wanted.since)
    if wanted.until:
        found.append(PatrolTask.due_from <= wanted.until)
    if wanted.states:
        found.append(PatrolTask.state.in_(wanted.states))
    return found


def tasks(session: Session, wanted: Wanted) -> list[dict[str, Any]]:
    """Tasks as the board shows them, the earliest due first."""
    land_of = (
        select(
            PatrolTaskParcel.task_id,
            func.count().label("parcels"),
            func.count(PatrolTaskParcel.visited_at).label("visited"),
        )
        .group_by(PatrolTaskParcel.task_id)
        .subquery()
    )
    names = (
        "id",
        "title",
        "night",
        "due_from",
        "due_on",
        "state",
        "minutes",
        "route_m",
        "plan_id",
        "round_no",
        "area_id",
    )
    more = ("unit_id", "assignee_id", "closed_reason", "escalated_at", "row_version", "grid_cell_id", "part_no")
    asked = (
        select(
            *(getattr(PatrolTask, name) for name in (*names, *more)),
            Area.name.label("area"), Unit.name.label("unit"), User.display_name.label("assignee"),
            PatrolPlan.name.label("plan"), PatrolPlan.risk_level, PatrolPlan.kind, PatrolPlan.reason, PatrolPlan.walker,
            GridCell.code.label("cell_code"), GridCell.name.label("cell"),
            func.coalesce(land_of.c.parcels, 0).label("parcels"), func.coalesce(land_of.c.visited, 0).label("visited"),
        )
        .outerjoin(land_of, land_of.c.task_id == PatrolTask.id)
        .outerjoin(Area, Area.id == PatrolTask.area_id)
        .outerjoin(Unit, Unit.id == PatrolTask.unit_id)
        .outerjoin(User, User.id == PatrolTask.assignee_id)
        .outerjoin(PatrolPlan, PatrolPlan.id == PatrolTask.plan_id)
        .outerjoin(GridCell, GridCell.id == PatrolTask.grid_cell_id)
        .where(*_conditions(wanted))
        .order_by(PatrolTask.due_on, PatrolTask.night, PatrolTask.title, PatrolTask.id)
        .limit(MOST_TASKS)
    )  # fmt: skip
    return [dict(row) for row in session.execute(asked).mappings()]


def parcels_of(session: Session, task_id: int) -> list[dict[str, Any]]:
    """The parcels of a task in their order, each with its inner point in degrees."""
    inner = func.st_pointonsurface(Parcel.geom)
    asked = (
        select(
            Parcel.id, PatrolTaskParcel.seq, PatrolTaskParcel.visited_at, Parcel.parcel_no, Parcel.parcel_name,
            Parcel.risk_level, Parcel.fence_status, func.st_x(inner).label("lon"), func.st_y(inner).label("lat"),
        )
        .join(PatrolTaskParcel, PatrolTaskParcel.parcel_id == Parcel.id)
        .where(PatrolTaskParcel.task_id == task_id)
        .order_by(PatrolTaskParcel.seq, Parcel.id)
    )  # fmt: skip
    return [dict(row) for row in session.execute(asked).mappings()]


def columns(session: Session, *, only: Iterable[int] | None = None) -> list[dict[str, Any]]:
    """The people the board has columns for: those who may walk, or `only` these. `walks_for`: units, `areas`: those inspected,
    `everywhere`: an inspector of all land."""
    asked = (
        select(User.id, User.display_name.label("name"), User.unit_id, Unit.name.label("unit"))
        .outerjoin(Unit, Unit.id == User.unit_id)
        .order_by(User.display_name, User.id)
    )
    known = people(session)
    if only is None:
        only = {each for listed in (*known.inspectors.values(), *known.of_units.values()) for each in listed}
    walks_for, areas = _turned(known.of_units), _turned(known.inspectors)
    rows = session.execute(asked.where(User.id.in_(list(only)))).mappings()
    return [
        {
            **row,
            "walks_for": walks_for.get(row["id"], []),
            "areas": [each for each in areas.get(row["id"], []) if each is not None],
            "everywhere": None in areas.get(row["id"], []),
        }
        for row in rows
    ]


K = TypeVar("K")


def _turned(users_of: Mapping[K, Iterable[int]]) -> dict[int, list[K]]:
    """By user what was by unit or area."""
    found: dict[int, list[K]] = {}
    for key, users in users_of.items():
        for user_id in users:
            found.setdefault(user_id, []).append(key)
    return found


def astray(session: Session, parcel_id: int | None = None) -> Sequence[Row[PatrolTask, int, int | None, date | None]]:
    """(task, parcel, its custodian now, whether it is struck off) of open tasks over land that is no longer theirs: in the care of
    another unit than the one that walks, or struck off. A round of the district beside the custodian's is not concerned."""
    other_care = PatrolTask.unit_id.is_distinct_from(Parcel.custodian_unit_id)
    asked = (
        select(PatrolTask, Parcel.id, Parcel.custodian_unit_id, Parcel.retired_on)
        .join(PatrolTaskParcel, PatrolTaskParcel.task_id == PatrolTask.id)
        .join(Parcel, Parcel.id == PatrolTaskParcel.parcel_id)
        .outerjoin(PatrolPlan, PatrolPlan.id == PatrolTask.plan_id)
        .where(
            PatrolTask.state == TaskState.OPEN,
            PatrolTaskParcel.visited_at.is_(None),
            or_(
                Parcel.retired_on.is_not(None),
                and_(PatrolPlan.walker == "custodian", other_care),
                and_(PatrolTask.plan_id.is_(None), PatrolTask.unit_id.is_not(None), other_care),
            ),
        )
        .order_by(PatrolTask.id, Parcel.id)
    )
    return session.execute(asked if parcel_id is None else asked.where(Parcel.id == parcel_id)).all()


def overdue(today: date, yesterday: date) -> Select[PatrolTask]:
    """Tasks whose last day went by. A walk that was begun has one more day for its records to come in."""
    return (
        select(PatrolTask)
        .where(
            or_(
                and_(PatrolTask.state == TaskState.OPEN, PatrolTask.due_on < today),
                and_(PatrolTask.state == TaskState.STARTED, PatrolTask.due_on < yesterday),
            )
        )
        .order_by(PatrolTask.id)
        .with_for_update()
    )


def last_rounds(session: Session, task: PatrolTask, count: int) -> list[PatrolTask]:
    """The newest tasks of the same plan over the same land up to this one."""
    same = (
        PatrolTask.plan_id == task.plan_id, PatrolTask.part_no == task.part_no, PatrolTask.round_no <= task.round_no,
        PatrolTask.grid_cell_id.is_not_distinct_from(task.grid_cell_id), PatrolTask.unit_id.is_not_distinct_from(task.unit_id),
    )  # fmt: skip
    return list(session.scalars(select(PatrolTask).where(*same).order_by(PatrolTask.round_no.desc()).limit(count)))


def grounds(session: Session, at: datetime, parcel_ids: Sequence[int] | None = None) -> list[tuple[Any, rules.Ground]]:
    """Of each parcel in sight: (id, number, name, area, risk in the register) and what its risk is judged by."""
    recent = at - rules.RECENT
    cases = (
        select(ProceedingParcel.parcel_id, func.count().label("n"))
        .join(Proceeding, Proceeding.id == ProceedingParcel.proceeding_id)
        .where(Proceeding.noun == "case", Proceeding.opened_at >= recent, Proceeding.state != "not_established")
        .group_by(ProceedingParcel.parcel_id)
        .subquery()
    )
    finds = (
        select(Observation.parcel_id, func.count().label("n"))
        .where(
            Observation.item_code.in_(DUMPING),
            Observation.seen_at >= recent,
            Observation.followed_by_noun.is_distinct_from("case"),
        )
        .group_by(Observation.parcel_id)
        .subquery()
    )
    # in degrees the index finds what is near; the plane says how near (a degree of longitude here is about 103 km)
    near = rules.REMOTE_M * 2 / 100_000
    plane = func.st_transform(Parcel.geom, METRIC_SRID)
    road = (
        select(func.min(func.st_distance(func.st_transform(GroundFeature.geom, METRIC_SRID), plane)))
        .where(GroundFeature.kind == GroundKind.ROAD, func.st_dwithin(GroundFeature.geom, Parcel.geom, near))
        .correlate(Parcel)
        .scalar_subquery()
    )
    other = Parcel.__table__.alias("site")
    site = (
        select(func.min(func.st_distance(func.st_transform(other.c.geom, METRIC_SRID), plane)))
        .where(
            other.c.id != Parcel.id,
            other.c.retired_on.is_(None),
            other.c.use_status.contains(["construction"]),
            func.st_dwithin(other.c.geom, Parcel.geom, near),
        )
        .correlate(Parcel)
        .scalar_subquery()
    )
    cleared = Parcel.disposal_status.in_(["closed_out", "audited"])
    asked = (
        select(
            Parcel.id, Parcel.parcel_no, Parcel.parcel_name, Area.name, Parcel.risk_level,
            func.coalesce(cases.c.n, 0) + func.coalesce(finds.c.n, 0),
            and_(func.coalesce(Parcel.waste_found, False), ~cleared),
            Parcel.fence_status, Parcel.use_status, Parcel.camera_count, road, site,
        )
        .outerjoin(Area, Area.id == Parcel.area_id)
        .outerjoin(cases, cases.c.parcel_id == Parcel.id)
        .outerjoin(finds, finds.c.parcel_id == Parcel.id)
        .where(Parcel.retired_on.is_(None))
        .order_by(Parcel.parcel_no)
    )  # fmt: skip
    if parcel_ids is not None:
        asked = asked.where(Parcel.id.in_(parcel_ids))
    return [(row[:5], _ground(*row[5:])) for row in session.execute(asked)]


def _ground(
    dumpings: int, waste: bool, fence: str, uses: list[str], cameras: int, road: float | None, site: float | None
) -> rules.Ground:
    near_site = site if site is not None and site <= rules.NEAR_SITE_M else None
    return rules.Ground(dumpings, bool(waste), fence, frozenset(uses), cameras, road, near_site)
