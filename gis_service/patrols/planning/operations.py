"""Verbs of plans and tasks: plan, change, stop, give out, move, cancel, and what a walk does to its task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.access.models import User
from gis_service.core import clock
from gis_service.core.errors import Stale
from gis_service.jobs import queue
from gis_service.patrols.planning import generating, queries, route, rules, sharing
from gis_service.patrols.planning.errors import DaysWrong, NoLand, NotTheirs, PlanStopped, TaskSettled
from gis_service.patrols.planning.models import PatrolPlan, PatrolTask, PatrolTaskParcel
from gis_service.patrols.planning.queries import Over
from gis_service.patrols.rules import ExtraReason, PlanKind, TaskState, Walker

TASK = "patrols.plan"
"""The job that makes tasks of plans."""

STATES = {
    TaskState.OPEN: ("待巡查", "open"),
    TaskState.STARTED: ("巡查中", "under way"),
    TaskState.DONE: ("已完成", "done"),
    TaskState.MISSED: ("已逾期", "missed"),
    TaskState.CANCELLED: ("已取消", "cancelled"),
}


def wake(session: Session, *plan_ids: int) -> None:
    """Have the tasks of these plans (or of all) made soon, once this transaction stands."""
    queue.enqueue(session, TASK, plan_ids=list(plan_ids) or None)


def make_plan(session: Session, actor: Actor, district_code: str, facts: Mapping[str, Any]) -> PatrolPlan:
    """A new plan; its tasks are made by the worker."""
    plan = PatrolPlan(district_code=district_code, created_by=actor.id, **facts)
    session.add(plan)
    session.flush()
    wake(session, plan.id)
    return plan


def change_plan(session: Session, plan_id: int, *, seen: int, facts: Mapping[str, Any]) -> PatrolPlan:
    """Another frequency, area or name. Open tasks are taken back and made anew from today on; what was begun or done stays, but its
    rounds were numbered by the old frequency, so it keeps no number."""
    plan = _plan(session, plan_id, seen)
    _take_back(session, plan, "计划已调整")
    session.execute(
        update(PatrolTask)
        .where(PatrolTask.plan_id == plan.id, PatrolTask.round_no.is_not(None))
        .values(round_no=None, part_no=PatrolTask.id)
    )
    for name, value in facts.items():
        setattr(plan, name, value)
    plan.starts_on = max(plan.starts_on, clock.today())
    plan.row_version += 1
    plan.generated_at = None
    session.flush()
    wake(session, plan.id)
    return plan


def stop_plan(session: Session, plan_id: int, *, seen: int) -> tuple[PatrolPlan, int]:
    """No more rounds; open tasks are cancelled. Gives the plan, and how many were."""
    plan = _plan(session, plan_id, seen)
    plan.stopped_at = clock.now()
    plan.row_version += 1
    return plan, _take_back(session, plan, "计划已停止")


def _plan(session: Session, plan_id: int, seen: int) -> PatrolPlan:
    plan = queries.plan(session, plan_id, lock=True)
    if plan.row_version != seen:
        raise Stale(what="巡查计划", key=plan.name)
    if plan.stopped_at is not None:
        raise PlanStopped(name=plan.name)
    return plan


def _take_back(session: Session, plan: PatrolPlan, reason: str) -> int:
    """Cancel the open tasks of a plan. Their numbers of rounds become those of no plan, so that the rounds can be made anew."""
    still = (PatrolTask.plan_id == plan.id, PatrolTask.state == TaskState.OPEN)
    taken = list(session.scalars(select(PatrolTask).where(*still).with_for_update()))
    for task in taken:
        task.state, task.closed_reason, task.round_no = TaskState.CANCELLED, reason, None
        task.part_no = task.id  # without a round it needs a number of its own
        _touched(task)
    session.flush()
    return len(taken)


def usual_missing(session: Session) -> list[rules.Usual]:
    """The usual plans that no running plan over all land matches."""
    running = [row[0] for row in queries.plans(session)]
    have = {(p.walker, p.risk_level, p.night) for p in running if p.kind == PlanKind.REGULAR and p.area_id is None}
    return [usual for usual in rules.USUAL if (usual.walker, usual.risk_level, usual.night) not in have]


def make_usual(session: Session, actor: Actor, district_code: str, starts_on: date) -> list[PatrolPlan]:
    """The usual plans that are wanting, over all land, from a day on."""
    return [
        make_plan(session, actor, district_code, {**vars(usual), "starts_on": starts_on})
        for usual in usual_missing(session)
    ]


@dataclass(frozen=True)
class ExtraRound:
    """An extra round: why, for which day, over which areas (none: all), before it, after it, by day or night."""

    reason: ExtraReason
    day: date
    area_ids: Sequence[int] = ()
    before: bool = True
    after: bool = True
    risk_level: str | None = None

    def plans(self, names: Mapping[int, str]) -> list[dict[str, Any]]:
        """The facts of the plans it makes: one before and one after for each area."""
        extra = rules.EXTRA[self.reason]
        made = []
        for after in [side for side, wanted in ((False, self.before), (True, self.after)) if wanted]:
            first, last = extra.days(self.day, after=after)
            areas: Sequence[int | None] = self.area_ids or [None]
            for area_id in areas:
                where = names.get(area_id, "") if area_id is not None else ""
                made.append(
                    {
                        "name": f"{extra.zh}{'后' if after else '前'}加密 {where}{self.day:%m-%d}", "kind": PlanKind.EXTRA,
                        "reason": self.reason, "walker": Walker.CUSTODIAN, "area_id": area_id, "risk_level": self.risk_level,
                        "times": 1, "per_days": (last - first).days + 1, "starts_on": first, "ends_on": last,
                    }
                )  # fmt: skip
        return made


def give_out(session: Session, district_code: str, facts: Mapping[str, Any], parcel_ids: Sequence[int]) -> PatrolTask:
    """A task by hand over parcels that were chosen; raises `NoLand` where none is in sight."""
    found = queries.land(session, Over(parcel_ids=parcel_ids))
    if not found:
        raise NoLand()
    _require_days(facts["due_from"], facts["due_on"])
    plots = generating.ordered([each.plot for each in found], {})
    way = route.length_m([(plot.x, plot.y) for plot in plots], range(len(plots)))
    cells, areas = {each.cell_id for each in found}, {each.area_id for each in found}
    # tasks by hand belong to no round: their own number keeps them apart
    own = session.scalar(select(func.nextval(func.pg_get_serial_sequence("patrol_task", "id"))))
    task = PatrolTask(
        id=own, part_no=own, district_code=district_code, area_id=found[0].area_id if len(areas) == 1 else None,
        grid_cell_id=found[0].cell_id if len(cells) == 1 else None, minutes=sharing.minutes(plots, way),
        route_m=round(way), **facts,
    )  # fmt: skip
    _require_able(session, task, task.assignee_id)
    session.add(task)
    session.flush()
    rows = [{"task_id": task.id, "parcel_id": plot.id, "seq": seq} for seq, plot in enumerate(plots, 1)]
    session.execute(insert(PatrolTaskParcel), rows)
    return task


@dataclass(frozen=True)
class Move:
    """Where a task goes: to whom (nobody: whoever of the unit, or of the district), and on which days."""

    task_id: int
    seen: int
    assignee_id: int | None
    due_from: date
    due_on: date


def move(session: Session, moves: Sequence[Move]) -> list[PatrolTask]:
    """Give tasks to other people or other days: all of them, or none."""
    moved = []
    for each in sorted(moves, key=lambda one: one.task_id):
        task = _movable(session, each.task_id, each.seen)
        if (task.due_from, task.due_on) != (each.due_from, each.due_on):
            _require_days(each.due_from, each.due_on)
            task.due_from, task.due_on = each.due_from, each.due_on
            if task.state == TaskState.MISSED:
                task.state = TaskState.OPEN
        _require_able(session, task, each.assignee_id)
        task.assignee_id = each.assignee_id
        _touched(task)
        moved.append(task)
    session.flush()
    return moved


def cancel(session: Session, task_id: int, *, seen: int, reason: str) -> PatrolTask:
    task = _movable(session, task_id, seen)
    task.state, task.closed_reason = TaskState.CANCELLED, reason
    _touched(task)
    session.flush()
    return task


def _movable(session: Session, task_id: int, seen: int) -> PatrolTask:
    task = queries.task(session, task_id, lock=True)
    if task.row_version != seen:
        raise Stale(what="巡查任务", key=task.title)
    if task.state not in rules.MOVABLE:
        zh, en = STATES[TaskState(task.state)]
        raise TaskSettled(title=task.title, state_zh=zh, state_en=en)
    return task


def _require_days(first: date, last: date) -> None:
    if last < first or last < clock.today():
        raise DaysWrong()


def _require_able(session: Session, task: PatrolTask, person: int | None) -> None:
    """Somebody of the unit in charge, or an inspector of that area: whoever walks must see the land."""
    if person is None:
        return
    people = queries.people(session)
    able = {*people.eligible(None, task.area_id), *(people.eligible(task.unit_id, None) if task.unit_id else ())}
    if person not in able:
        found = session.get(User, person)
        raise NotTheirs(name=found.display_name if found else person, title=task.title)


def _touched(task: PatrolTask) -> None:
    task.row_version += 1
    task.updated_at = clock.now()


def switch_care(session: Session, parcel_id: int | None = None) -> int:
    """Take land out of open tasks of those who no longer walk it (another custodian, struck off); returns how many pairs.

    A round of a plan is made anew for who walks now by the next making of tasks; a task by hand moves to the new unit with its days.
    A task that loses all its land is cancelled.
    """
    found = queries.astray(session, parcel_id)
    by_hand: dict[tuple[int, int], list[int]] = {}
    for task, parcel, unit_id, retired_on in found:
        session.execute(
            delete(PatrolTaskParcel).where(PatrolTaskParcel.task_id == task.id, PatrolTaskParcel.parcel_id == parcel)
        )
        if task.plan_id is None and retired_on is None and unit_id is not None:
            by_hand.setdefault((task.id, unit_id), []).append(parcel)
    tasks = {task.id: task for task, *_ in found}
    for (task_id, unit_id), parcels in by_hand.items():
        old = tasks[task_id]
        facts = {"title": old.title, "unit_id": unit_id, "night": old.night, "due_from": old.due_from}
        give_out(session, old.district_code, {**facts, "due_on": max(old.due_on, clock.today())}, parcels)
    for task in tasks.values():
        left = session.scalar(select(PatrolTaskParcel.parcel_id).where(PatrolTaskParcel.task_id == task.id).limit(1))
        if left is None:
            task.state, task.closed_reason = TaskState.CANCELLED, "地块已改由其他单位管护,或已注销"
        _touched(task)
    session.flush()
    return len(found)


def parcel_handed_over(session: Session, parcel_id: int) -> None:
    """After a parcel came into (or out of) a unit's care, in the same transaction: whoever walked it before is rid of it, and the
    tasks of who walks it now are made by the worker."""
    switch_care(session, parcel_id)
    wake(session)


def walk_began(session: Session, task_id: int) -> None:
    """A walk of this task was begun. Late news of a task that was settled meanwhile changes nothing."""
    session.execute(
        update(PatrolTask)
        .where(PatrolTask.id == task_id, PatrolTask.state == TaskState.OPEN)
        .values(state=TaskState.STARTED, row_version=PatrolTask.row_version + 1, updated_at=clock.now())
    )


def parcel_visited(session: Session, task_id: int, parcel_id: int, at: datetime) -> None:
    """Somebody stood there, `at` by the phone; the first visit counts, in whatever order visits come."""
    session.execute(
        update(PatrolTaskParcel)
        .where(PatrolTaskParcel.task_id == task_id, PatrolTaskParcel.parcel_id == parcel_id)
        .values(visited_at=func.least(func.coalesce(PatrolTaskParcel.visited_at, at), at))
    )


def walk_ended(session: Session, task_id: int) -> None:
    """A walk is over: its task is done when all its parcels were visited, even where the news of that come after its last day."""
    task = session.get_one(PatrolTask, task_id, with_for_update=True, populate_existing=True)
    visited = list(session.scalars(select(PatrolTaskParcel.visited_at).where(PatrolTaskParcel.task_id == task_id)))
    done_at = max((at for at in visited if at), default=None)
    if not visited or None in visited or done_at is None:
        return
    # a walk of the last day that came late was in time all the same
    in_time = done_at.astimezone(clock.BEIJING).date() <= task.due_on
    if task.state in (TaskState.OPEN, TaskState.STARTED) or (task.state == TaskState.MISSED and in_time):
        task.state, task.closed_reason, task.row_version = TaskState.DONE, None, task.row_version + 1
        task.updated_at = clock.now()
    session.flush()
