"""Gi* against a plain computation of its formula, and the false discovery rate against its steps."""

import numpy as np
import pytest
from scipy.stats import norm

from gis_service.risk.clusters import Gathering, gathering
from gis_service.risk.rules import Grade

SIDE = 12
CENTRES = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij"), axis=-1).reshape(-1, 2) * 200.0 + 100


def counts(seed: int = 4) -> np.ndarray:  # type: ignore[type-arg]
    made = np.random.default_rng(seed).poisson(0.3, SIDE * SIDE)
    made[5 * SIDE + 5 : 5 * SIDE + 8] += 6
    made[6 * SIDE + 5 : 6 * SIDE + 8] += 5
    return made


def plain_g_star(x, d: float):  # type: ignore[no-untyped-def]
    """Ord and Getis 1995, eq. 14, with weights of 1 within the distance, the cell itself among them."""
    n = len(x)
    w = (np.hypot(*(CENTRES[:, None] - CENTRES[None]).transpose(2, 0, 1)) <= d).astype(float)
    mean = x.sum() / n
    s = np.sqrt((x**2).sum() / n - mean**2)
    sum_w, sum_w2 = w.sum(axis=1), (w**2).sum(axis=1)
    return (w @ x - mean * sum_w) / (s * np.sqrt((n * sum_w2 - sum_w**2) / (n - 1)))


@pytest.mark.parametrize("distance", [250.0, 450.0])
def test_gi_star_is_that_of_the_formula(distance: float) -> None:
    x = counts()
    found = gathering(CENTRES, x, distance)
    assert found.z == pytest.approx(plain_g_star(x.astype(float), distance), abs=1e-9)
    assert found.p == pytest.approx(2 * (1 - norm.cdf(np.abs(found.z))), abs=1e-9)


def test_the_false_discovery_rate_is_that_of_benjamini_and_hochberg() -> None:
    found = gathering(CENTRES, counts(), 450.0)
    order = np.argsort(found.p)
    n, least, q = len(order), 1.0, np.empty(len(order))
    for place in range(n, 0, -1):
        least = min(least, found.p[order[place - 1]] * n / place)
        q[order[place - 1]] = least
    assert found.q == pytest.approx(q)
    assert (found.q <= 0.05).sum() < (found.p <= 0.05).sum(), "the correction takes nothing away here"


def test_a_neighbourhood_is_counted_once() -> None:
    x = counts()
    found = gathering(CENTRES, x, 250.0)
    middle = 3 * SIDE + 3
    assert found.around[middle] == x[[middle, middle - 1, middle + 1, middle - SIDE, middle + SIDE]].sum()


def test_the_seeded_cluster_is_hot_and_a_far_corner_is_not() -> None:
    found = gathering(CENTRES, counts(), 450.0)
    assert found.grade(6 * SIDE + 6, 3) == Grade.HOT99
    assert found.grade(0, 3) in {Grade.PLAIN, Grade.COLD}


def test_where_all_count_the_same_nothing_gathers() -> None:
    for x in (np.zeros(len(CENTRES), int), np.full(len(CENTRES), 2)):
        found = gathering(CENTRES, x, 450.0)
        assert set(found.q) == {1.0}
        assert {found.grade(n, 3) for n in range(len(x))} == {Grade.PLAIN}


@pytest.mark.parametrize(
    ("z", "q", "around", "grade"),
    [(4, 0.009, 3, "hot99"), (4, 0.009, 2, "plain"), (3, 0.05, 9, "hot95"), (2, 0.09, 9, "hot90"), (2, 0.11, 9, "plain"), (-3, 0.04, 0, "cold"), (-3, 0.06, 0, "plain")],
)  # fmt: skip
def test_grades_by_sureness_and_number(z: float, q: float, around: int, grade: str) -> None:
    one = Gathering(np.array([z]), np.array([q]), np.array([q]), np.array([around]))
    assert one.grade(0, 3) == grade
