"""Rounds, risk, parts and routes: pure decisions."""

from datetime import date, timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.parcels.rules import RiskLevel
from gis_service.patrols.planning import route, rules, sharing
from gis_service.patrols.planning.rules import Frequency, Ground
from gis_service.patrols.planning.sharing import Plot
from gis_service.procedures.workdays import DAY, Workdays

MONDAY = date(2026, 11, 23)
WEEK_OFF = Workdays({MONDAY + DAY * n: False for n in range(7)})
frequencies = st.builds(
    Frequency, times=st.integers(1, 10), per_days=st.integers(1, 100), starts_on=st.just(MONDAY), ends_on=st.none()
)
places = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000)), min_size=1, max_size=8, unique=True)


@pytest.mark.parametrize(
    ("ground", "level", "codes"),
    [
        (Ground(dumpings=1, fence="full", cameras=2), RiskLevel.HIGH, ["dumping"]),
        (Ground(waste_left=True, fence="none", road_m=10), RiskLevel.HIGH, ["waste", "open_to_road"]),
        (Ground(fence="none", road_m=31), RiskLevel.MEDIUM, ["bare"]),
        (Ground(fence="full", site_m=499), RiskLevel.HIGH, ["site"]),
        (Ground(fence="partial", uses=frozenset({"parking"})), RiskLevel.MEDIUM, ["partial_fence", "parking"]),
        (Ground(fence="full", cameras=1, road_m=900), RiskLevel.LOW, ["full_fence", "camera", "remote"]),
        (Ground(), RiskLevel.MEDIUM, ["nothing"]),
    ],
)
def test_the_highest_level_with_a_trigger_holds_and_says_why(
    ground: Ground, level: RiskLevel, codes: list[str]
) -> None:
    told = rules.judged(ground)
    assert (told.level, [reason.code for reason in told.reasons]) == (level, codes)


def test_the_usual_plans_are_those_of_the_handbook() -> None:
    told = {(p.risk_level, p.walker, p.night): (p.times, p.per_days) for p in rules.USUAL}
    assert told == {
        ("high", "custodian", False): (1, 1), ("high", "custodian", True): (2, 7), ("high", "district", False): (1, 7),
        ("medium", "custodian", False): (2, 7), ("medium", "district", False): (1, 30),
        ("low", "custodian", False): (1, 7), ("low", "district", False): (1, 90),
    }  # fmt: skip


@given(frequencies, st.integers(0, 400), st.integers(0, 60))
def test_rounds_follow_each_other_and_miss_no_day(frequency: Frequency, after: int, span: int) -> None:
    since = MONDAY + DAY * after
    told = rules.rounds(frequency, since, since + DAY * span, Workdays())
    assert told
    assert [each.no for each in told] == list(range(told[0].no, told[0].no + len(told)))
    assert told[0].first <= since <= told[-1].last or told[0].first == since
    for one, following in pairwise(told):
        assert following.first in (one.last, one.last + DAY)  # several rounds on one day share it


@given(frequencies, st.integers(0, 200), st.integers(1, 30))
def test_a_round_has_the_same_number_and_days_whenever_it_is_asked_for(
    frequency: Frequency, after: int, later: int
) -> None:
    since, until = MONDAY + DAY * after, MONDAY + DAY * (after + 30)
    early = {each.no: each for each in rules.rounds(frequency, since, until, Workdays())}
    late = {each.no: each for each in rules.rounds(frequency, since + DAY * later, until, Workdays())}
    assert {no: early[no] for no in late.keys() & early.keys()} == {no: late[no] for no in late.keys() & early.keys()}
    assert set(late) <= set(early)


def test_a_period_has_as_many_rounds_as_it_says() -> None:
    told = rules.rounds(Frequency(3, 7, MONDAY), MONDAY, MONDAY + DAY * 27, Workdays())
    assert len(told) == 12


def test_rounds_on_working_days_keep_off_weekends_and_holidays() -> None:
    weekly = Frequency(1, 7, MONDAY, workdays_only=True)
    assert [(r.first, r.last) for r in rules.rounds(weekly, MONDAY, MONDAY + DAY * 6, Workdays())] == [
        (MONDAY, MONDAY + DAY * 4)
    ]
    # a whole week of holidays: the round moves to the day work begins again
    first = rules.rounds(weekly, MONDAY, MONDAY + DAY * 7, WEEK_OFF)[0]
    assert (first.no, first.first, first.last) == (1, MONDAY + DAY * 7, MONDAY + DAY * 7)
    # daily rounds of a free day are left out: the next one is near
    daily = Frequency(1, 1, MONDAY, workdays_only=True)
    assert rules.rounds(daily, MONDAY, MONDAY + DAY * 6, WEEK_OFF) == []


def test_nothing_begins_after_the_last_day() -> None:
    ends = Frequency(1, 7, MONDAY, ends_on=MONDAY + DAY * 9)
    assert [(r.first, r.last) for r in rules.rounds(ends, MONDAY, MONDAY + DAY * 60, Workdays())] == [
        (MONDAY, MONDAY + DAY * 6), (MONDAY + DAY * 7, MONDAY + DAY * 9),
    ]  # fmt: skip


@given(st.lists(st.tuples(st.floats(0, 3000), st.floats(0, 3000)), max_size=80))
def test_parts_hold_all_land_once_and_nobody_has_too_much(spots: list[tuple[float, float]]) -> None:
    plots = [Plot(n, x, y, 400) for n, (x, y) in enumerate(spots)]
    cut = sharing.parts(plots)
    assert sorted(plot.id for part in cut for plot in part) == list(range(len(plots)))
    assert all(0 < len(part) <= sharing.MOST_PARCELS for part in cut)
    assert sharing.parts(plots[::-1]) == cut


@settings(deadline=None, max_examples=25)
@given(places)
def test_the_order_equals_the_best_of_all_orders(spots: list[tuple[float, float]]) -> None:
    spots = spots[:7]
    best = min(route.length_m(spots, order) for order in permutations(range(len(spots))))
    order = route.best_order(spots)
    assert sorted(order) == list(range(len(spots)))
    # the solver counts in decimetres
    assert route.length_m(spots, order) == pytest.approx(best, abs=0.1 * len(spots))


def test_the_order_of_eight_equals_the_best_of_all() -> None:
    spots = [(0, 0), (900, 30), (40, 800), (870, 910), (500, 480), (100, 420), (610, 60), (350, 900)]
    best = min(route.length_m(spots, order) for order in permutations(range(8)))
    assert route.length_m(spots, route.best_order(spots)) == pytest.approx(best, abs=1)


@settings(deadline=None, max_examples=10)
@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000)), min_size=9, max_size=20))
def test_the_order_is_never_longer_than_by_nearest_neighbour_and_always_the_same(
    spots: list[tuple[float, float]],
) -> None:
    order = route.best_order(spots)
    assert route.length_m(spots, order) <= route.length_m(spots, route.nearest_neighbour(spots)) + 1e-6
    assert route.best_order(spots) == order


def test_an_extra_round_lies_before_and_after_its_day() -> None:
    typhoon = rules.EXTRA[rules.ExtraReason.TYPHOON]
    assert typhoon.days(MONDAY, after=False) == (MONDAY - timedelta(days=2), MONDAY - DAY)
    assert typhoon.days(MONDAY, after=True) == (MONDAY, MONDAY + DAY)
