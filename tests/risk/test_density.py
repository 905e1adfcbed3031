"""Kernel density keeps the number of events, the weight of past events nests plain counting, the bandwidth follows the data."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.risk.density import DEFAULT_M, FEWEST, bandwidth, density_km2, near_and_late

spots = st.lists(st.tuples(st.floats(-2_000, 2_000), st.floats(-2_000, 2_000)), min_size=1, max_size=20)


@given(spots, st.sampled_from([200.0, 400.0]))
def test_the_density_integrates_to_the_number_of_events(told: list[tuple[float, float]], h: float) -> None:
    step = 100.0
    axis = np.arange(-2_000 - 5 * h, 2_000 + 5 * h, step)
    places = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    total = density_km2(np.array(told), places, h).sum() * step**2 / 1e6
    assert total == pytest.approx(len(told), rel=1e-4)


def test_without_events_there_is_no_density() -> None:
    assert density_km2(np.empty((0, 2)), np.zeros((3, 2)), 500).tolist() == [0, 0, 0]


def test_places_are_worked_on_in_parts_without_a_seam() -> None:
    places = np.random.default_rng(1).uniform(0, 1_000, (4_500, 2))
    events = places[:7]
    whole = density_km2(events, places, 150)
    assert whole[2_500] == pytest.approx(density_km2(events, places[2_500:2_501], 150)[0])


def test_with_no_reach_and_no_age_past_events_are_counted() -> None:
    away = np.array([[0.0, 0.0, 3.0], [0.0, 900.0, 0.0]])
    assert near_and_late(away, np.array([1.0, 500.0, 9_000.0]), 0.0, math.inf).sum(axis=1).tolist() == [2, 2]


@given(st.floats(0, 3_000), st.floats(0, 3_000), st.floats(0, 4_000), st.floats(0, 4_000))
def test_nearer_and_later_never_weighs_less(d1: float, d2: float, t1: float, t2: float) -> None:
    (near, far), (late, old) = sorted((d1, d2)), sorted((t1, t2))
    ours, theirs = near_and_late(np.array([near, far]), np.array([late, old]), 150.0, 1460.0)
    assert 0 <= theirs <= ours <= 1


def test_the_bandwidth_is_narrow_for_narrow_clusters_and_wide_for_wide_ones() -> None:
    random = np.random.default_rng(7)
    middles = random.uniform(0, 20_000, (20, 2))
    narrow, wide = (np.concatenate([m + random.normal(0, s, (15, 2)) for m in middles]) for s in (120, 1_200))
    assert bandwidth(narrow)[1] == "likelihood"
    assert bandwidth(narrow)[0] < 300 < bandwidth(wide)[0]


def test_reports_of_one_spot_do_not_choose_a_kernel_without_width() -> None:
    random = np.random.default_rng(3)
    spread = random.uniform(0, 8_000, (60, 2))
    assert bandwidth(np.concatenate([spread, np.repeat(spread[:1], 60, axis=0)]))[0] >= 300


def test_too_few_events_choose_nothing() -> None:
    assert bandwidth(np.zeros((FEWEST - 1, 2))) == (DEFAULT_M, "default")
