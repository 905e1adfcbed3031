"""Every clock against days reckoned by hand on the calendar of 2026 (中秋 25–27 September, 国庆 1–7 October, 20 September and 10 October
worked), once met and once late."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from gis_service.cases.rules import DUMPING_CASE
from gis_service.core.clock import BEIJING
from gis_service.procedures import calendar
from gis_service.procedures.clocks import Reading, Stand, readings
from gis_service.procedures.rules import OPEN
from gis_service.procedures.workdays import Workdays

DAYS = Workdays({day.day: day.is_working for _, days in calendar.built_in() for day in days})


@dataclass(frozen=True)
class Line:
    action: str
    before: str
    after: str
    at: datetime
    facts: dict[str, Any] = field(default_factory=dict)
    actor_id: int | None = None

    @property
    def happened_on(self) -> date:
        return self.at.date()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


RECKONED = [
    # clock, action that starts it (from, to), when, facts, action that ends it, due
    ("accept", OPEN, "", "clue", "2026-09-18 15:00", {}, "accept", "2026-09-20 23:59:59"),
    ("verify", "accept", "clue", "accepted", "2026-09-02 09:00", {}, "verify", "2026-09-03 09:00"),
    ("verify", "accept", "clue", "accepted", "2026-09-02 09:00", {"verify_hours": 72}, "verify", "2026-09-05 09:00"),
    ("decide", "file", "verifying", "filed", "2026-09-01 10:00", {}, "decide", "2026-11-30 23:59:59"),
    ("decide", "find_offender", "ownerless", "filed", "2026-07-03 10:00", {}, "warn", "2026-10-01 23:59:59"),
    ("preserve", "preserve", "investigating", "investigating", "2026-09-18 10:00", {}, "decide_preserved", "2026-09-29 23:59:59"),
    ("transfer_decision", "propose_transfer", "hearing", "hearing", "2026-09-24 10:00", {}, "refuse_transfer", "2026-09-27 23:59:59"),
    ("transfer", "approve_transfer", "hearing", "hearing", "2026-09-24 10:30", {}, "transfer", "2026-09-25 10:30"),
    ("police", "transfer", "investigating", "transferred", "2026-09-30 10:00", {}, "police_refuse", "2026-10-03 23:59:59"),
    ("objects", "police_file", "transferred", "transferred", "2026-09-30 10:00", {}, "hand_objects", "2026-10-03 23:59:59"),
    ("ask_hearing", "notify", "legal_review", "notified", "2026-09-28 10:00", {}, "ask_hearing", "2026-10-10 23:59:59"),
    ("hearing_told", "call_hearing", "notified", "notified", "2026-09-28 10:00", {}, "hear", "2026-10-13 23:59:59"),
    ("serve", "decide", "hearing", "decided", "2026-10-08 10:00", {}, "serve", "2026-10-16 23:59:59"),
    ("pay", "serve", "decided", "served", "2026-09-20 10:00", {}, "pay", "2026-10-05 23:59:59"),
    ("clear", "order_clear", "served", "ordered_clear", "2026-09-20 10:00", {"clear_by": "2026-10-03"}, "perform", "2026-10-03 23:59:59"),
    ("demand", "demand", "ordered_clear", "ordered_clear", "2026-09-30 10:00", {}, "perform", "2026-10-10 23:59:59"),
    ("court_demand", "demand_payment", "served", "served", "2026-09-30 10:00", {}, "apply_court", "2026-10-20 23:59:59"),
    ("court", "period_over", "served", "served", "2026-11-30 10:00", {}, "apply_court", "2027-02-28 23:59:59"),
]  # fmt: skip


def reading(code: str, log: list[Line], now: datetime) -> Reading:
    (found,) = [each for each in readings(DUMPING_CASE, log, DAYS, now) if each.clock.code == code]
    return found


@pytest.mark.parametrize("case", RECKONED, ids=lambda case: f"{case[0]} from {case[1]}")
def test_a_clock_ends_on_the_day_reckoned_by_hand(case: Any) -> None:
    code, action, before, after, begun, facts, end, due = case
    first = Line(action, before, after, moment(begun), facts)
    found = reading(code, [first], first.at)
    assert found.due_at == moment(due)
    assert found.stand in (Stand.RUNNING, Stand.NEAR)
    waits = found.clock.waits
    after_it = reading(code, [first], found.due_at + timedelta(seconds=1))
    assert (after_it.stand, after_it.is_open) == ((Stand.MET, False) if waits else (Stand.LATE, True))
    step = next(each for each in DUMPING_CASE.steps if each.action == end)
    target = DUMPING_CASE.target(after, step)
    for at, stand in (
        (found.due_at, Stand.MET),
        (found.due_at + timedelta(seconds=1), Stand.MET if waits else Stand.MET_LATE),
    ):
        assert reading(code, [first, Line(end, after, target, at)], at).stand is stand


def test_every_clock_was_reckoned() -> None:
    assert {case[0] for case in RECKONED} == {clock.code for clock in DUMPING_CASE.clocks}


def test_what_the_law_gives_names_its_rule_and_what_we_chose_names_none() -> None:
    chosen = {clock.code for clock in DUMPING_CASE.clocks if not clock.basis}
    assert chosen == {"accept", "verify", "clear"}
    assert {clock.code for clock in DUMPING_CASE.clocks if clock.waits} == {
        "ask_hearing",
        "hearing_told",
        "demand",
        "court_demand",
    }
    waited_for = {clock.code for clock in DUMPING_CASE.clocks if clock.whose == "other"}
    assert waited_for == {"police", "ask_hearing", "hearing_told", "pay", "clear", "demand", "court_demand"}
