"""What models differ by where nothing changed, and what that does to a volume."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from gis_service.geo.elevation import cover, noise
from gis_service.geo.elevation.noise import Noise
from tests.geo.elevation.scenes import GRID, cone, hills, noisy, places


def spherical_noise(range_m: float) -> Noise:
    return Noise(0.1, 0.0, (0.01,), (range_m,), 0.0, 0.0, 1000)


def test_nmad_is_the_standard_deviation_of_normal_noise_and_outliers_do_not_move_it() -> None:
    values = np.random.default_rng(1).normal(3, 0.1, 200_000)
    assert noise.nmad(values) == pytest.approx(0.1, rel=0.01)
    values[:10_000] += 50
    assert noise.nmad(values) == pytest.approx(0.1, rel=0.08)


def test_cells_that_err_alone_add_up_as_the_root_of_their_number() -> None:
    alone = Noise(0.1, 0.01, (), (), 0.0, 0.0, 1000)
    assert alone.erring_together(np.ones((20, 30)), (1, 1)) == pytest.approx(1)
    assert alone.volume_sigma_m3(np.ones((20, 30)), (0.5, 0.5)) == pytest.approx(0.1 * 0.25 * np.sqrt(600))


@pytest.mark.parametrize("range_m", [5.0, 8.0, 12.0])
def test_a_large_area_agrees_with_the_closed_form_of_rolstad(range_m: float) -> None:
    """π·a²/(5·A_cell) cells err together where the area is much larger than the range a; edges of the area make it a little less."""
    together = spherical_noise(range_m).erring_together(np.ones((300, 300)), (1.0, 1.0))
    assert together == pytest.approx(np.pi * range_m**2 / 5, rel=0.06)


def test_within_the_range_all_cells_err_as_one() -> None:
    small = np.ones((4, 4))
    assert spherical_noise(5000).volume_sigma_m3(small, (1, 1)) == pytest.approx(0.1 * 16, rel=1e-3)


def test_a_bias_grows_with_the_area() -> None:
    biased = Noise(0.0, 0.0, (), (), 0.03, 0.04, 1000)
    assert biased.volume_sigma_m3(np.ones((10, 10)), (2, 2)) == pytest.approx(0.05 * 400)


@given(st.integers(1, 12), st.integers(1, 12), st.floats(1, 60), st.floats(0, 1))
def test_the_sum_over_pairs_is_the_direct_sum(rows: int, cols: int, range_m: float, nugget: float) -> None:
    found = Noise(0.1, 0.01 * nugget, (0.01 * (1 - nugget),), (range_m,), 0.0, 0.0, 1000)
    weights = np.random.default_rng(rows * 100 + cols).uniform(0, 1, (rows, cols))
    north, east = np.meshgrid(np.arange(rows) * 2.0, np.arange(cols) * 0.5, indexing="ij")
    apart = np.hypot(east.reshape(-1, 1) - east.reshape(1, -1), north.reshape(-1, 1) - north.reshape(1, -1))
    direct = float((np.outer(weights, weights) * found.correlation(apart)).sum() / weights.sum())
    assert found.erring_together(weights, (0.5, 2.0)) == pytest.approx(direct, rel=1e-6, abs=1e-9)


def test_white_noise_is_found_to_err_alone() -> None:
    dh = noisy(5, 0.04)
    found = noise.measured(dh, np.ones(dh.shape, dtype=bool), (1, 1), bias_removed=True)
    assert found.sigma_m == pytest.approx(0.04, rel=0.03)
    assert found.level_m == pytest.approx(1.96 * 0.04, rel=0.03)
    assert found.erring_together(np.ones((10, 10)), (1, 1)) == pytest.approx(1, abs=0.6)


def test_the_error_of_sums_of_alike_cells_is_what_such_sums_scatter_by() -> None:
    """Squares of 8 × 8 cells of correlated noise: their sums scatter as the noise says, which independent cells would deny."""
    field = gaussian_filter(np.random.default_rng(6).normal(size=(400, 400)), 2.5, mode="wrap")
    field *= 0.05 / field.std()
    found = noise.measured(field, np.ones(field.shape, dtype=bool), (1, 1), bias_removed=True)
    sums = field.reshape(50, 8, 50, 8).sum(axis=(1, 3)).ravel()
    assert (
        0.95 < found.volume_sigma_m3(np.ones((8, 8)), (1, 1)) / sums.std() < 1.25
    )  # spherical models follow this noise on the safe side
    assert sums.std() > 3 * 0.05 * 8
    assert 5 < found.range_m < 20


def test_changed_ground_is_not_taken_for_stable() -> None:
    dh = noisy(7, 0.03) + cone(*places(), (60, -60), 12, 4)
    stable = noise.unchanged(dh)
    inside = cone(*places(), (60, -60), 12, 4) > 0.2
    assert not stable[inside].any()
    assert stable[~inside].mean() > 0.9


def test_missing_cells_are_not_stable() -> None:
    dh = noisy(8, 0.03)
    dh[:10] = np.nan
    assert not noise.unchanged(dh)[:10].any()
    assert noise.unchanged(dh)[20:].all()


def test_scatter_sees_leaves_and_no_slopes() -> None:
    slopes = hills(*places())
    leaves = np.abs(noisy(9, 0.3))
    assert np.nanmax(cover.scatter(slopes)[2:-2, 2:-2]) < 0.002
    assert float(np.nanmedian(cover.scatter(slopes + leaves))) == pytest.approx(leaves.std(), rel=0.2)


def test_plants_on_the_first_model_make_the_ground_beneath_uncertain() -> None:
    grass = np.zeros(GRID.shape, dtype=bool)
    grass[30:60, 30:60] = True
    before = hills(*places()) + noisy(10, 0.02) + np.where(grass, np.abs(noisy(11, 0.1)), 0)
    told = cover.buried(before, np.ones(GRID.shape, dtype=bool))
    assert 0.03 < float(told[35:55, 35:55].mean()) < 0.12
    assert float(told[70:].mean()) < 0.003
