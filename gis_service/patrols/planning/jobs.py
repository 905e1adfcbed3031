"""What the worker does for plans: tasks each night and on demand, and the late ones each hour."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import clock, db
from gis_service.notifications import operations as notifications
from gis_service.notifications import queries as readers
from gis_service.notifications.rules import Level
from gis_service.patrols.planning import generating, operations, queries, rules
from gis_service.patrols.planning.models import PatrolTask
from gis_service.patrols.planning.operations import TASK
from gis_service.patrols.rules import TaskState
from gis_service.procedures.queries import names_of_areas

__all__ = ["HOURLY", "LATE", "NIGHTLY", "TASK", "late", "process", "tell_late"]

NIGHTLY = "10 18 * * *"
"""02:10 in Beijing; the queue's clock is UTC."""

LATE, HOURLY = "patrols.late", "5 * * * *"
PATIENCE = {"statement_timeout": "600s", "idle_in_transaction_session_timeout": "600s"}
KIND = "patrol_task"


def process(sessions: sessionmaker[Session], plan_ids: Sequence[int] | None = None) -> int:
    """Make the tasks that are wanting; land that changed hands leaves its old tasks first. Returns how many were made."""
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        db.setting(session, **PATIENCE)
        operations.switch_care(session)
        return generating.generate(session, clock.today(), plan_ids)


def late(sessions: sessionmaker[Session], today: date | None = None) -> int:
    """Tasks whose last day went by are missed, and told of; and land that changed hands leaves its old tasks. Returns how many."""
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        if operations.switch_care(session):
            operations.wake(session)
        return tell_late(session, today or clock.today())


def tell_late(session: Session, today: date) -> int:
    missed = list(session.scalars(queries.overdue(today, today - timedelta(days=1))))
    for task in missed:
        task.state = TaskState.MISSED
        task.row_version += 1
        task.updated_at = clock.now()
    session.flush()
    _tell_walkers(session, missed, today)
    _tell_planners(session, missed, today)
    for task in missed:
        _escalate(session, task)
    return len(missed)


def _tell_walkers(session: Session, missed: Sequence[PatrolTask], today: date) -> None:
    own = defaultdict(list)
    for task in missed:
        if task.assignee_id is not None:
            own[task.assignee_id].append(task)
    for person, tasks in own.items():
        _tell(
            session,
            [person],
            tasks,
            today,
            "您有 {n} 个巡查任务逾期未巡",
            "{n} of your patrol tasks were missed",
            person,
        )


def _tell_planners(session: Session, missed: Sequence[PatrolTask], today: date) -> None:
    """One message for each area to those who plan there."""
    areas = defaultdict(list)
    for task in missed:
        areas[task.area_id].append(task)
    names = names_of_areas(session, areas)
    for area_id, tasks in areas.items():
        where = names.get(area_id or 0, "全区")
        people = readers.users_with(session, "patrol.plan", area_id=area_id)
        zh, en = f"{where}有 {{n}} 个巡查任务逾期", f"{{n}} patrol tasks were missed in {where}"
        _tell(session, people, tasks, today, zh, en, f"area{area_id}")


def _tell(
    session: Session, people: Sequence[int], tasks: Sequence[PatrolTask], today: date, zh: str, en: str, key: object
) -> None:
    lines = [f"{task.title}(应于 {task.due_on:%Y-%m-%d} 前)" for task in tasks[:20]]
    more = f"等 {len(tasks)} 个" if len(tasks) > 20 else ""
    notifications.tell(
        session, user_ids=people, kind=KIND, level=Level.LATE, title_zh=zh.format(n=len(tasks)), title_en=en.format(n=len(tasks)),
        body_zh=";".join(lines) + more, body_en="; ".join(f"{task.title} (due {task.due_on:%Y-%m-%d})" for task in tasks[:20]),
        link="/desk/patrols?task_state=missed" if len(tasks) > 1 else f"/desk/patrols/{tasks[0].id}",
        subject=f"{KIND}/{tasks[0].id}", dedupe_key=f"{KIND}/missed/{key}/{today}/{tasks[0].id}",
    )  # fmt: skip


def _escalate(session: Session, task: PatrolTask) -> None:
    """Three rounds in a row missed over the same land: those who supervise are told, once for each three."""
    if task.plan_id is None or task.round_no is None:
        return
    last = queries.last_rounds(session, task, rules.MISSED_IN_A_ROW)
    if len(last) < rules.MISSED_IN_A_ROW or any(each.state != TaskState.MISSED or each.escalated_at for each in last):
        return
    task.escalated_at = clock.now()
    count = rules.MISSED_IN_A_ROW
    notifications.tell(
        session, user_ids=readers.users_with(session, "late.read", area_id=task.area_id), kind=KIND, level=Level.LATE,
        title_zh=f"连续 {count} 轮漏巡:{task.title}", title_en=f"Missed {count} rounds in a row: {task.title}",
        body_zh=f"最近一轮应于 {task.due_on:%Y-%m-%d} 前完成。请督促,或改派他人。",
        body_en=f"The last one was due on {task.due_on:%Y-%m-%d}. Urge those in charge, or give it to somebody else.",
        link=f"/desk/patrols/{task.id}", subject=f"{KIND}/{task.id}", dedupe_key=f"{KIND}/escalated/{task.id}",
    )  # fmt: skip
