"""Deadlines from a log and a calendar: every measure, pauses, rolls, warnings, what is not sure, a calendar that changes."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from gis_service.access.rules import Role
from gis_service.core.clock import BEIJING
from gis_service.procedures import calendar, clocks, operations, queries
from gis_service.procedures.clocks import Reading, Stand, end_of, readings
from gis_service.procedures.errors import CalendarRefused
from gis_service.procedures.operations import Opening, Told
from gis_service.procedures.rules import Clock, Fact, FactKind, Measure, Procedure, State, Step
from gis_service.procedures.workdays import Workdays
from tests.filing import somebody
from tests.procedures.conftest import ERRANDS

NOTICES = Workdays({day.day: day.is_working for _, days in calendar.built_in() for day in days})


@dataclass
class Line:
    """A line of a log."""

    action: str
    before: str
    after: str
    at: datetime
    happened_on: date | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    actor_id: int | None = None


def at(day: str, time: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=BEIJING)


def order(length: int, measure: Measure, **more: Any) -> Clock:
    return Clock("term", "期限", "term", length, measure, **{"during": ("doing", "resting"), **more})


def procedure(clock: Clock) -> Procedure:
    until = Fact("until", "期限", "until", FactKind.DATE)
    return Procedure(
        "case", "cases", "差事", "errand", "CS",
        (State("told", "", ""), State("doing", "", ""), State("resting", "", ""), State("done", "", "", final=True)),
        (
            Step("told", "take", "doing", "", "", "case.handle", facts=(until,)), Step("doing", "rest", "resting", "", "", "case.handle"),
            Step("resting", "resume", "doing", "", "", "case.handle"), Step(("doing", "resting"), "finish", "done", "", "", "case.handle"),
            Step("doing", "order_anew", None, "", "", "case.handle", facts=(until,)),
        ),
        (clock,),
    )  # fmt: skip


def read(clock: Clock, *log: Line, now: datetime, workdays: Workdays = NOTICES) -> Reading:
    return readings(procedure(clock), log, workdays, now)[-1]


def begun(moment: datetime, **more: Any) -> Line:
    return Line("take", "told", "doing", moment, **more)


# --- measures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "measure", "due"), [
    (24, Measure.HOURS, at("2026-09-19")),
    (3, Measure.DAYS, end_of(date(2026, 9, 21))),
    (15, Measure.DAYS, end_of(date(2026, 10, 3))),
    (1, Measure.WORKING_DAYS, end_of(date(2026, 9, 20))),  # the Sunday worked for National Day
    (5, Measure.WORKING_DAYS, end_of(date(2026, 9, 24))),
    (6, Measure.WORKING_DAYS, end_of(date(2026, 9, 28))),  # 中秋节 between
    (3, Measure.MONTHS, end_of(date(2026, 12, 18))),
    (5, Measure.YEARS, end_of(date(2031, 9, 18))),
])  # fmt: skip
def test_each_measure_counts_in_its_own_way(length: int, measure: Measure, due: datetime) -> None:
    found = read(order(length, measure), begun(at("2026-09-18")), now=at("2026-09-18", "11:00"))
    assert found.due_at == due


def test_a_period_ends_with_the_last_second_in_beijing() -> None:
    clock = order(2, Measure.DAYS)
    log = begun(at("2026-09-18"))
    assert read(clock, log, now=at("2026-09-20", "23:59:59")).stand is Stand.NEAR
    assert read(clock, log, now=at("2026-09-21", "00:00")).stand is Stand.LATE


def test_a_set_date_is_the_one_of_the_last_order() -> None:
    clock = order(1, Measure.SET_DATE, length_fact="until", during=(), starts=("take", "order_anew"), ends=("finish",))
    first = begun(at("2026-09-01"), facts={"until": "2026-09-10"})
    again = Line("order_anew", "doing", "doing", at("2026-09-12"), facts={"until": "2026-09-20"})
    both = readings(procedure(clock), [first, again], NOTICES, at("2026-09-13"))
    assert [(each.due_on, each.stand) for each in both] == [
        (date(2026, 9, 10), Stand.MET_LATE),
        (date(2026, 9, 20), Stand.RUNNING),
    ]


def test_a_fact_gives_the_length_and_nought_is_a_length() -> None:
    clock = order(5, Measure.DAYS, length_fact="days")
    for facts, due in (({"days": 2}, 20), ({"days": 0}, 18), ({}, 23)):
        found = read(clock, begun(at("2026-09-18"), facts=facts), now=at("2026-09-18", "11:00"))
        assert found.due_on == date(2026, 9, due)


def test_the_day_an_act_was_done_counts_not_that_of_writing_it_down() -> None:
    clock = order(3, Measure.DAYS)
    start = begun(at("2026-09-21"), happened_on=date(2026, 9, 18))
    end = Line("finish", "doing", "done", at("2026-09-23"), happened_on=date(2026, 9, 21))
    assert read(clock, start, now=at("2026-09-21")).due_on == date(2026, 9, 21)
    assert read(clock, start, end, now=at("2026-09-23")).stand is Stand.MET
    assert read(clock, start, replace(end, happened_on=date(2026, 9, 22)), now=at("2026-09-23")).stand is Stand.MET_LATE
    assert read(clock, start, replace(end, happened_on=None), now=at("2026-09-23")).stand is Stand.MET_LATE


# --- pauses, rolls, warnings --------------------------------------------------------------------------------------------


def test_days_of_a_pause_do_not_count() -> None:
    clock = order(3, Measure.WORKING_DAYS, pauses=("resting",))
    log = [
        begun(at("2026-03-02")),
        Line("rest", "doing", "resting", at("2026-03-03")),
        Line("resume", "resting", "doing", at("2026-03-06")),
    ]
    assert read(clock, *log, now=at("2026-03-06")).due_on == date(2026, 3, 10)
    paused = read(clock, *log[:2], now=at("2026-03-20"))
    assert paused.stand is Stand.PAUSED
    assert paused.due_on > date(2026, 3, 20)


def test_hours_stand_still_in_a_pause() -> None:
    clock = order(24, Measure.HOURS, pauses=("resting",))
    log = [
        begun(at("2026-03-02")),
        Line("rest", "doing", "resting", at("2026-03-02", "12:00")),
        Line("resume", "resting", "doing", at("2026-03-02", "15:30")),
    ]
    assert read(clock, *log, now=at("2026-03-02", "16:00")).due_at == at("2026-03-03", "13:30")


def test_months_move_by_the_days_of_the_pause() -> None:
    clock = order(1, Measure.MONTHS, pauses=("resting",))
    log = [
        begun(at("2026-03-02")),
        Line("rest", "doing", "resting", at("2026-03-05")),
        Line("resume", "resting", "doing", at("2026-03-15")),
    ]
    assert read(clock, *log, now=at("2026-03-16")).due_on == date(2026, 4, 12)


def test_what_ends_in_a_pause_is_met() -> None:
    clock = order(3, Measure.DAYS, pauses=("resting",))
    log = [
        begun(at("2026-03-02")),
        Line("rest", "doing", "resting", at("2026-03-03")),
        Line("finish", "resting", "done", at("2026-03-20")),
    ]
    assert read(clock, *log, now=at("2026-03-21")).stand is Stand.MET


def test_only_what_a_party_must_do_rolls_to_the_next_working_day() -> None:
    log = begun(at("2026-09-22"))
    assert read(order(3, Measure.DAYS), log, now=at("2026-09-22")).due_on == date(2026, 9, 25)
    assert read(order(3, Measure.DAYS, rolls=True), log, now=at("2026-09-22")).due_on == date(2026, 9, 28)


@pytest.mark.parametrize(("measure", "length", "warn", "near"), [
    (Measure.HOURS, 24, 4, at("2026-09-19", "06:00")), (Measure.DAYS, 10, 3, at("2026-09-25", "00:00")),
    (Measure.WORKING_DAYS, 6, 2, at("2026-09-23", "00:00")), (Measure.MONTHS, 1, 7, at("2026-10-11", "00:00")),
])  # fmt: skip
def test_a_warning_comes_in_the_measure_of_the_clock(measure: Measure, length: int, warn: int, near: datetime) -> None:
    clock, log = order(length, measure, warn=warn), begun(at("2026-09-18"))
    assert read(clock, log, now=near - timedelta(seconds=1)).stand is Stand.RUNNING
    assert read(clock, log, now=near).stand is Stand.NEAR


# --- a calendar that is missing, or changes -----------------------------------------------------------------------------


def test_without_its_notice_a_deadline_is_not_sure() -> None:
    log = begun(at("2026-12-30"))
    assert read(order(1, Measure.WORKING_DAYS), log, now=at("2026-12-30")).sure is True
    assert read(order(3, Measure.WORKING_DAYS), log, now=at("2026-12-30")).sure is False
    assert read(order(10, Measure.DAYS), log, now=at("2026-12-30")).sure is True
    assert read(order(10, Measure.DAYS, rolls=True), log, now=at("2026-12-30")).sure is False


def test_a_changed_calendar_moves_every_open_deadline(session: Session) -> None:
    calendar.fill(session)
    officer = somebody(session, Role.CASE_OFFICER, Role.LEADER)
    errands = []
    for n in range(3):
        opening = Opening(f"差事 {n}", {"what": "清理"}, at=at("2026-09-17"))
        errand = operations.open_proceeding(session, ERRANDS, officer, "440402", opening)
        operations.advance(session, ERRANDS, officer, errand.id, "take", seen=1, told=Told(at=at("2026-09-17")))
        errands.append(errand)
    assert due(session, errands) == {date(2026, 9, 21)}
    held = [
        (day.day, day.is_working, day.name) for _, days in calendar.built_in() for day in days if day.day.year == 2026
    ]
    changed = [each for each in held if each[0] != date(2026, 9, 20)]
    assert calendar.replace(session, changed, "更正通知") == [2026]
    session.expire_all()
    assert due(session, errands) == {date(2026, 9, 22)}


def due(session: Session, errands: list[Any]) -> set[date]:
    found = queries.clocks_of(session, ERRANDS.procedure, errands, at("2026-09-18"))
    return {each.due_on for one in found.values() for each in one if each.clock.code == "do"}


@pytest.mark.parametrize("days", [
    [(date(2027, 1, 1), False, "元旦"), (date(2027, 1, 1), False, "元旦")],
    [(date(2027, 1, 4), True, "调休")],
])  # fmt: skip
def test_a_calendar_without_sense_is_refused(session: Session, days: list[tuple[date, bool, str]]) -> None:
    with pytest.raises(CalendarRefused):
        calendar.replace(session, days, "通知")


# --- properties ---------------------------------------------------------------------------------------------------------

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 9, 1)).map(lambda each: each.replace(tzinfo=BEIJING))  # noqa: DTZ001
COUNTED = st.sampled_from([Measure.HOURS, Measure.WORKING_DAYS, Measure.DAYS, Measure.MONTHS])


@given(MOMENTS, COUNTED, st.integers(1, 30), st.integers(1, 30))
def test_a_longer_period_never_ends_sooner(start: datetime, measure: Measure, length: int, more: int) -> None:
    one, longer = (read(order(n, measure), begun(start), now=start) for n in (length, length + more))
    assert start < one.due_at <= longer.due_at


@given(MOMENTS, COUNTED, st.integers(1, 30), st.integers(0, 40), st.integers(0, 40))
def test_a_pause_never_brings_the_end_nearer(
    start: datetime, measure: Measure, length: int, until: int, rests: int
) -> None:
    clock = order(length, measure, pauses=("resting",))
    since = start + timedelta(days=until)
    log = [
        begun(start),
        Line("rest", "doing", "resting", since),
        Line("resume", "resting", "doing", since + timedelta(days=rests)),
    ]
    plain, paused = read(clock, log[0], now=start), read(clock, *log, now=since + timedelta(days=rests))
    assert paused.due_at >= plain.due_at
    if measure is Measure.DAYS and until < length:
        assert (paused.due_on - plain.due_on).days == rests


@given(MOMENTS, COUNTED, st.integers(1, 20), st.integers(0, 60))
def test_a_clock_is_late_exactly_after_its_end(start: datetime, measure: Measure, length: int, hours: int) -> None:
    clock = order(length, measure)
    due_at = read(clock, begun(start), now=start).due_at
    now = due_at + timedelta(hours=hours - 30)
    found = read(clock, begun(start), now=max(now, start))
    assert (found.stand is Stand.LATE) is (max(now, start) > due_at)
    finished = read(clock, begun(start), Line("finish", "doing", "done", max(now, start)), now=max(now, start))
    assert (finished.stand is Stand.MET_LATE) is (max(now, start) > due_at)


@given(MOMENTS, st.integers(1, 20))
def test_working_days_are_never_shorter_than_days_less_those_worked_on_weekends(start: datetime, length: int) -> None:
    found = read(order(length, Measure.WORKING_DAYS), begun(start), now=start)
    assert NOTICES.between(start.date(), found.due_on) == length
    assert NOTICES.is_working(found.due_on)


def test_the_most_pressing_is_the_open_one_that_ends_first() -> None:
    log = [begun(at("2026-03-02"))]
    short, long_ = (read(order(n, Measure.DAYS), *log, now=at("2026-03-02")) for n in (2, 9))
    paused = replace(short, stand=Stand.PAUSED, due_at=at("2026-03-01"))
    ended = replace(short, ended_at=at("2026-03-02"))
    assert clocks.most_pressing([long_, short, paused, ended]) is short
    assert clocks.most_pressing([paused, ended]) is paused
    assert clocks.most_pressing([ended]) is None
