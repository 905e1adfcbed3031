"""A fit finds the transformation its points were made by, says how far it is off, and refuses what carries none."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.geo import fit

Rows = list[tuple[float, float]]
SQUARE: Rows = [(0, 0), (800, 0), (800, 600), (0, 600)]


def moved(
    rows: Rows, *, turn: float = 0.0, scale: float = 1.0, east: float = 452_000, north: float = 2_478_000
) -> list[list[float]]:
    """Points with where a similarity carries them."""
    cos, sin = scale * math.cos(turn), scale * math.sin(turn)
    return [[x, y, east + cos * x - sin * y, north + sin * x + cos * y] for x, y in rows]


offsets = st.floats(-5e7, 5e7).map(lambda value: round(value, 3))


@given(
    turn=st.floats(-3.1, 3.1),
    scale=st.floats(0.9, 1.1),
    far=st.tuples(offsets, offsets),
    pick=st.sampled_from([2, 3, 4]),
)
def test_a_similarity_is_recovered_however_far_its_zero_lies(
    turn: float, scale: float, far: tuple[float, float], pick: int
) -> None:
    rows = moved(SQUARE, turn=turn, scale=scale)
    found = fit.fit([[x + far[0], y + far[1], e, n] for x, y, e, n in rows[:pick]])
    east, north = found.apply(np.array([200 + far[0]]), np.array([300 + far[1]]))
    ((_, _, true_east, true_north),) = moved([(200, 300)], turn=turn, scale=scale)
    assert (east[0], north[0]) == pytest.approx((true_east, true_north), abs=1e-5)
    assert found.scale == pytest.approx(scale, abs=1e-8)
    assert math.cos(math.radians(found.turn_degrees) - turn) == pytest.approx(1, abs=1e-9)


@given(st.tuples(*[st.floats(-0.3, 0.3)] * 4))
def test_an_affine_fit_takes_up_shear_and_unequal_scales(matrix: tuple[float, float, float, float]) -> None:
    a, b, c, d = matrix
    rows = [[x, y, 452_000 + (1 + a) * x + b * y, 2_478_000 + c * x + (1 + d) * y] for x, y in SQUARE]
    found = fit.fit(rows, "affine")
    assert found.residuals.max() < 1e-6
    east, north = found.apply(np.array([100.0]), np.array([50.0]))
    assert east[0] == pytest.approx(452_000 + (1 + a) * 100 + b * 50, abs=1e-6)
    assert north[0] == pytest.approx(2_478_000 + c * 100 + (1 + d) * 50, abs=1e-6)


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=4, max_size=4))
def test_no_other_similarity_comes_closer(noise: Rows) -> None:
    rows = [[x, y, e + dx, n + dy] for (x, y, e, n), (dx, dy) in zip(moved(SQUARE), noise, strict=True)]
    found = fit.fit(rows)
    best = float((found.residuals**2).sum())
    for step in (-1e-4, 1e-4):
        other = [
            math.dist((x * (1 + step) + east, y * (1 + step) + north), (e, n))
            for x, y, e, n in rows
            for east, north in [found.target - (1 + step) * found.center]
        ]
        assert best <= sum(value**2 for value in other) + 1e-9


def test_residuals_and_accuracy_say_how_good_it_is() -> None:
    rows = moved(SQUARE)
    rows[2][2] += 1.0
    found = fit.fit(rows)
    assert found.spare == 4
    assert 0.2 < found.rms_m < 1.0
    assert found.accuracy_m == max(found.rms_m, fit.ACCURACY_CHECKED_M)
    unchecked = fit.fit(moved(SQUARE[:2]))
    assert (unchecked.spare, unchecked.rms_m, unchecked.accuracy_m) == (0, 0.0, fit.ACCURACY_UNCHECKED_M)


def test_a_drawing_in_millimetres_is_scaled() -> None:
    found = fit.fit(moved([(x * 1000, y * 1000) for x, y in SQUARE], scale=0.001))
    assert found.scale == pytest.approx(0.001)


@pytest.mark.parametrize(
    ("rows", "model", "code", "words"),
    [
        (moved(SQUARE[:1]), "similarity", "fit.too_few", "只有 1 个"),
        (moved(SQUARE[:2]), "affine", "fit.too_few", "至少要 3 个"),
        (moved([(5, 5), (5, 5)]), "similarity", "fit.degenerate", "重合"),
        (moved([(0, 0), (2, 2), (3, 1)]), "similarity", "fit.degenerate", "重合"),
        ([[0, 0, 452000, 2478000], [500, 0, 452000, 2478000]], "similarity", "fit.degenerate", "EPSG:4547"),
        (moved([(0, 0), (100, 100), (300, 300)]), "affine", "fit.degenerate", "一条直线"),
        ([[0, 0, 452000, 2478000], [math.inf, 0, 452500, 2478000]], "similarity", "fit.degenerate", "无效"),
        ([*moved(SQUARE), [400, 300, 452_400, 2_478_320]], "similarity", "fit.residuals", "第 5 个点"),
        ([[y, x, e, n] for x, y, e, n in moved(SQUARE)], "similarity", "fit.residuals", "对调"),
    ],
)
def test_what_carries_no_fit_is_refused_with_what_to_do(
    rows: list[list[float]], model: fit.Model, code: str, words: str
) -> None:
    with pytest.raises(fit.FitError) as refusal:
        fit.fit(rows, model)
    assert refusal.value.code == code
    assert words in refusal.value.zh
    assert refusal.value.en
