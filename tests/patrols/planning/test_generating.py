"""Tasks made of plans: every parcel due in exactly its rounds, with who walks it, however often they are made."""

from collections import Counter
from datetime import date, datetime, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.core.clock import BEIJING
from gis_service.notifications.models import Notification
from gis_service.parcels.models import Parcel
from gis_service.patrols.planning import generating, jobs, operations, queries, rules
from gis_service.patrols.planning.models import PatrolPlan, PatrolTask, PatrolTaskParcel
from gis_service.patrols.planning.operations import Move
from gis_service.procedures.workdays import DAY, Workdays
from tests.patrols.planning.conftest import Estate, make_estate

TODAY = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def _a_wednesday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


def rounds_of(session: Session, plan: PatrolPlan) -> Counter[tuple[int | None, int]]:
    """How often each parcel is in each round."""
    asked = select(PatrolTask.round_no, PatrolTaskParcel.parcel_id).join(
        PatrolTaskParcel, PatrolTaskParcel.task_id == PatrolTask.id
    )
    return Counter((no, parcel) for no, parcel in session.execute(asked.where(PatrolTask.plan_id == plan.id)))


def tasks_of(session: Session, plan: PatrolPlan, state: str = "open") -> list[PatrolTask]:
    asked = select(PatrolTask).where(PatrolTask.plan_id == plan.id, PatrolTask.state == state).order_by(PatrolTask.id)
    return list(session.scalars(asked))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    land=st.lists(
        st.tuples(st.integers(0, 5), st.booleans(), st.sampled_from(["high", "low"])), min_size=1, max_size=40
    ),
    times=st.integers(1, 3),
    per_days=st.sampled_from([1, 2, 7, 30]),
    walker=st.sampled_from(["custodian", "district"]),
    again=st.lists(st.integers(0, 9), max_size=3),
)
def test_every_parcel_due_is_in_exactly_one_task_of_each_round(
    sessions: sessionmaker[Session],
    land: list[tuple[int, bool, str]],
    times: int,
    per_days: int,
    walker: str,
    again: list[int],
) -> None:
    with sessions() as session:
        db.enter(session, EVERYTHING)
        estate = make_estate(session)
        for n, (cell, cared_for, risk) in enumerate(land):
            estate.parcel(n, cell, risk_level=risk, custodian_unit_id=estate.unit.id if cared_for else None)
        plan = estate.plan(times=times, per_days=per_days, walker=walker)
        last = TODAY
        for later in [0, *again]:
            last = max(last, TODAY + DAY * later)
            generating.generate(session, TODAY + DAY * later, [plan.id])
        due = rules.rounds(generating.frequency_of(plan), TODAY, last + DAY * rules.HORIZON_DAYS, Workdays())
        high = [p.id for p in estate.parcels if p.risk_level == "high"]
        told = rounds_of(session, plan)
        assert set(told.values()) <= {1}
        assert set(told) <= {(each.no, parcel) for each in due for parcel in high}
        # what was due on the first day and on the last is all there; between them whatever was made then
        for day in {TODAY, last}:
            on_day = rules.rounds(generating.frequency_of(plan), day, day + DAY * rules.HORIZON_DAYS, Workdays())
            assert {(each.no, parcel) for each in on_day for parcel in high} <= set(told)
        for task in tasks_of(session, plan):
            inside = session.scalars(
                select(Parcel.custodian_unit_id)
                .join(PatrolTaskParcel, PatrolTaskParcel.parcel_id == Parcel.id)
                .where(PatrolTaskParcel.task_id == task.id)
            ).all()
            assert {task.unit_id} == (set(inside) if walker == "custodian" else {None})
        session.rollback()


def test_making_tasks_again_makes_none(session: Session, estate: Estate) -> None:
    for n in range(20):
        estate.parcel(n, n % 3)
    plan = estate.plan()
    first = generating.generate(session, TODAY, [plan.id])
    assert first == 3 * 8  # three cells, eight days
    assert generating.generate(session, TODAY, [plan.id]) == 0
    assert generating.generate(session, TODAY + DAY, [plan.id]) == 3


def test_land_in_care_is_walked_by_its_unit_and_all_other_by_inspectors_of_the_area(
    session: Session, estate: Estate
) -> None:
    estate.parcel(0, custodian_unit_id=estate.unit.id)
    estate.parcel(1)
    elsewhere = estate.person(Role.INSPECTOR)
    plan = estate.plan(per_days=7)
    generating.generate(session, TODAY, [plan.id])
    told = {(task.unit_id, task.assignee_id) for task in tasks_of(session, plan)}
    assert (estate.unit.id, estate.guard) in told
    assert {person for unit, person in told if unit is None} <= {*estate.inspectors, elsewhere}
    assert None not in {person for _, person in told}


def test_the_same_person_walks_the_same_land_from_day_to_day(session: Session, estate: Estate) -> None:
    for n in range(24):
        estate.parcel(n, n % 6)
    plan = estate.plan()
    for later in range(6):
        generating.generate(session, TODAY + DAY * later, [plan.id])
    walkers: dict[int | None, set[int | None]] = {}
    for task in tasks_of(session, plan):
        walkers.setdefault(task.grid_cell_id, set()).add(task.assignee_id)
    assert all(len(people) == 1 for people in walkers.values())
    # and both inspectors have work
    assert {person for people in walkers.values() for person in people} == set(estate.inspectors)


def test_much_land_in_one_cell_makes_several_tasks_and_each_has_its_order(session: Session, estate: Estate) -> None:
    for n in range(40):
        estate.parcel(n)
    plan = estate.plan(per_days=30)
    generating.generate(session, TODAY, [plan.id])
    made = tasks_of(session, plan)
    assert len(made) >= 3
    assert [task.part_no for task in made] == list(range(1, len(made) + 1))
    assert made[1].title.endswith("(2) · 每日巡查")
    for task in made:
        seqs = [row["seq"] for row in queries.parcels_of(session, task.id)]
        assert seqs == list(range(1, len(seqs) + 1))
        assert task.minutes


def test_what_is_previewed_is_what_is_made(session: Session, estate: Estate) -> None:
    for n in range(30):
        estate.parcel(n, n % 4, custodian_unit_id=estate.unit.id if n % 2 else None)
    plan = estate.plan(times=2, per_days=7, starts_on=TODAY)
    over = queries.Over(estate.area.id, "high")
    told = generating.outlook(session, over, "custodian", generating.frequency_of(plan), today=TODAY, days=8)
    made = generating.generate(session, TODAY, [plan.id])
    assert (told.tasks, told.parcels, told.rounds) == (made, 30, made / 4)
    assert {row["unit_id"]: row["people"] for row in told.by_walker} == {None: 2, estate.unit.id: 1}


def test_a_new_parcel_joins_the_rounds_that_are_still_open(session: Session, estate: Estate) -> None:
    estate.parcel(0)
    plan = estate.plan(per_days=7)
    generating.generate(session, TODAY, [plan.id])
    fresh = estate.parcel(1)
    assert generating.generate(session, TODAY, [plan.id]) == 2
    assert rounds_of(session, plan)[1, fresh.id] == 1


def test_a_handover_moves_the_rounds_to_the_custodian(session: Session, estate: Estate) -> None:
    stays, goes = estate.parcel(0), estate.parcel(1)
    plan, check = estate.plan(per_days=7), estate.plan(per_days=7, walker="district", name="每周督查")
    generating.generate(session, TODAY, [plan.id, check.id])
    goes.custodian_unit_id = estate.unit.id
    session.flush()
    operations.parcel_handed_over(session, goes.id)
    generating.generate(session, TODAY, [plan.id, check.id])
    mine = {
        task.unit_id: {row["id"] for row in queries.parcels_of(session, task.id)} for task in tasks_of(session, plan)
    }
    assert mine == {None: {stays.id}, estate.unit.id: {goes.id}}
    assert set(rounds_of(session, plan).values()) == {1}
    # the district goes on checking all land
    assert {row["id"] for task in tasks_of(session, check) for row in queries.parcels_of(session, task.id)} == {
        stays.id,
        goes.id,
    }
    queued = session.scalar(text("select count(*) from jobs.procrastinate_jobs where task_name = 'patrols.plan'"))
    assert queued == 1


def test_a_task_that_loses_all_its_land_is_cancelled(session: Session, estate: Estate) -> None:
    only = estate.parcel(0)
    plan = estate.plan(per_days=30)
    generating.generate(session, TODAY, [plan.id])
    only.retired_on = TODAY
    session.flush()
    assert operations.switch_care(session) == 1
    assert [task.closed_reason for task in tasks_of(session, plan, "cancelled")] == ["地块已改由其他单位管护,或已注销"]


def test_a_task_by_hand_follows_its_land_to_the_new_custodian(session: Session, estate: Estate) -> None:
    old = estate.parcel(0, custodian_unit_id=estate.unit.id)
    facts = {"title": "复查缺口", "unit_id": estate.unit.id, "due_from": TODAY, "due_on": TODAY + DAY}
    task = operations.give_out(session, "440402", facts, [old.id])
    other = make_estate(session)
    old.custodian_unit_id = other.unit.id
    session.flush()
    operations.parcel_handed_over(session, old.id)
    moved = session.scalars(select(PatrolTask).where(PatrolTask.unit_id == other.unit.id)).one()
    assert (task.state, moved.title, moved.due_on) == ("cancelled", "复查缺口", TODAY + DAY)


def test_a_changed_plan_begins_anew_and_keeps_what_was_done(session: Session, estate: Estate) -> None:
    parcel = estate.parcel(0)
    plan = estate.plan(per_days=7)
    generating.generate(session, TODAY, [plan.id])
    done = tasks_of(session, plan)[0]
    operations.walk_began(session, done.id)
    operations.parcel_visited(session, done.id, parcel.id, clock.now())
    operations.walk_ended(session, done.id)
    operations.change_plan(session, plan.id, seen=1, facts={"times": 1, "per_days": 1, "starts_on": plan.starts_on})
    assert generating.generate(session, TODAY, [plan.id]) == 8
    session.refresh(done)
    assert (done.state, done.round_no) == ("done", None)
    assert len(tasks_of(session, plan, "cancelled")) == 1


def test_a_stopped_plan_makes_nothing_and_takes_its_open_tasks_back(session: Session, estate: Estate) -> None:
    estate.parcel(0)
    plan = estate.plan()
    generating.generate(session, TODAY, [plan.id])
    _, cancelled = operations.stop_plan(session, plan.id, seen=1)
    assert cancelled == 8
    assert generating.generate(session, TODAY, [plan.id]) == 0


def told_to(session: Session, person: int) -> list[str]:
    return list(
        session.scalars(select(Notification.title_zh).where(Notification.user_id == person).order_by(Notification.id))
    )


def test_a_missed_task_is_told_and_three_in_a_row_reach_those_who_supervise(session: Session, estate: Estate) -> None:
    planner, leader = estate.person(Role.LAND_OFFICER, area_id=estate.area.id), estate.person(Role.CASE_OFFICER)
    estate.parcel(0)
    plan = estate.plan()
    generating.generate(session, TODAY, [plan.id])
    walker = tasks_of(session, plan)[0].assignee_id
    for later in (1, 2, 3):
        jobs.tell_late(session, TODAY + DAY * later)
    assert len(tasks_of(session, plan, "missed")) == 3
    assert told_to(session, walker) == ["您有 1 个巡查任务逾期未巡"] * 3
    assert told_to(session, planner)[:1] == [f"{estate.area.name}有 1 个巡查任务逾期"]
    assert [title.split(":")[0] for title in told_to(session, leader)] == ["连续 3 轮漏巡"]
    jobs.tell_late(session, TODAY + DAY * 4)
    assert len(told_to(session, leader)) == 1  # not again before three more


def test_a_walk_whose_news_come_late_is_done_not_missed(session: Session, estate: Estate) -> None:
    parcel = estate.parcel(0)
    plan = estate.plan()
    generating.generate(session, TODAY, [plan.id])
    begun, other = tasks_of(session, plan)[:2]
    operations.walk_began(session, begun.id)
    jobs.tell_late(session, TODAY + DAY)  # it was begun: one more day for its records
    session.refresh(begun)
    assert begun.state == "started"
    jobs.tell_late(session, TODAY + DAY * 3)
    session.refresh(begun)
    assert begun.state == "missed"
    operations.parcel_visited(session, begun.id, parcel.id, datetime.combine(begun.due_on, time(9), BEIJING))
    operations.walk_ended(session, begun.id)
    session.refresh(begun)
    assert begun.state == "done"
    session.refresh(other)
    assert other.state == "missed"


def test_land_goes_only_to_people_who_see_it(session: Session, estate: Estate) -> None:
    estate.parcel(0)
    plan = estate.plan(per_days=7)
    generating.generate(session, TODAY, [plan.id])
    task = tasks_of(session, plan)[0]
    stranger = make_estate(session)
    for person in (stranger.inspectors[0], stranger.guard):
        with pytest.raises(operations.NotTheirs):
            operations.move(session, [Move(task.id, 1, person, task.due_from, task.due_on)])
    moved = operations.move(session, [Move(task.id, 1, estate.inspectors[1], TODAY, TODAY + DAY)])
    assert (moved[0].assignee_id, moved[0].due_on, moved[0].row_version) == (estate.inspectors[1], TODAY + DAY, 2)
