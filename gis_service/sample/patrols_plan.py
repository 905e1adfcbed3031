"""The sample's patrols: people who walk, the usual plans, two weeks of tasks up to today — most done, some missed,
the last ones open."""

import secrets
from datetime import date, datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gis_service.access import operations as access
from gis_service.access.accounts import SAMPLE
from gis_service.access.actor import SERVICE
from gis_service.access.models import Area
from gis_service.access.rules import Role
from gis_service.core import clock
from gis_service.core.clock import BEIJING
from gis_service.patrols.planning import generating, rules
from gis_service.patrols.planning.models import PatrolPlan, PatrolTask, PatrolTaskParcel
from gis_service.patrols.rules import TaskState
from gis_service.sample.proceedings import Teller

DAYS_BACK = 12
MISSED_EVERY = 13
"""One task in so many was missed."""

INSPECTORS = (
    ("黄国强(示例)", ("北围",)),
    ("林志远(示例)", ("后环", "淇澳")),
    ("吴秀珍(示例)", ("金鼎", "上栅")),
    ("郑伟明(示例)", ()),
)
"""Inspectors and the areas they walk; without: all of them."""

GUARDS = (
    ("梁伟(示例)", "GH01"), ("冯丽华(示例)", "GH01"), ("谭永强(示例)", "GH02"), ("邓小燕(示例)", "GH03"), ("苏志明(示例)", "GH04"),
    ("何婉仪(示例)", "CBZX"), ("关健文(示例)", "CBZX"), ("古志成(示例)", "SQ-NZ"),
)  # fmt: skip


def tell(teller: Teller) -> None:
    """People, plans and tasks; the walks by which tasks were done are told in `rounds.py`."""
    session, today = teller.session, clock.today()
    began = today - timedelta(days=DAYS_BACK)
    _people(session, teller)
    for usual in rules.USUAL:
        session.add(PatrolPlan(district_code=teller.district_code, starts_on=began, **vars(usual)))
    session.flush()
    day = began
    while day <= today:
        generating.generate(session, day)
        day += timedelta(days=rules.HORIZON_DAYS)
    _past(session, today)


def _people(session: Session, teller: Teller) -> None:
    """They have accounts, since tasks are theirs, and passwords that nobody was told."""
    areas = dict(session.execute(select(Area.name, Area.id)).all())
    people: list[tuple[str, Role, list[dict[str, int]], int | None]] = [
        *(
            (name, Role.INSPECTOR, [{"area_id": areas[a]} for a in where if a in areas] or [{}], None)
            for name, where in INSPECTORS
        )
    ]
    people += [(name, Role.UNIT_USER, [{"unit_id": teller.units[code]}], teller.units[code]) for name, code in GUARDS]
    for n, (name, role, scopes, unit_id) in enumerate(people, 1):
        password = f"Aa1-{secrets.token_urlsafe(24)}"
        user = access.create_user(
            session,
            SERVICE,
            username=f"{SAMPLE}{n:02}",
            display_name=name,
            password=password,
            unit_id=unit_id,
            own_choice=True,
        )
        for scope in scopes:
            access.grant_role(session, SERVICE, user.id, role, **scope)


def _past(session: Session, today: date) -> None:
    """What was due before today was done on its last day (or its middle, where it had long), or missed."""
    land: dict[int, list[int]] = {}
    for task_id, parcel_id in session.execute(
        select(PatrolTaskParcel.task_id, PatrolTaskParcel.parcel_id).order_by(
            PatrolTaskParcel.task_id, PatrolTaskParcel.seq
        )
    ):
        land.setdefault(task_id, []).append(parcel_id)
    visits = []
    due = select(PatrolTask).where(PatrolTask.due_on < today).order_by(PatrolTask.due_on, PatrolTask.id)
    for n, task in enumerate(session.scalars(due).all(), 1):
        if n % MISSED_EVERY == 0 or task.assignee_id is None:
            task.state = TaskState.MISSED
            continue
        task.state = TaskState.DONE
        begins = datetime.combine(task.due_on, time(21 if task.night else 9, 5 * (n % 11)), BEIJING)
        visits += [
            {"task_id": task.id, "parcel_id": parcel_id, "visited_at": begins + timedelta(minutes=14 * k)}
            for k, parcel_id in enumerate(land[task.id])
        ]
    session.flush()
    session.execute(update(PatrolTaskParcel), visits)
