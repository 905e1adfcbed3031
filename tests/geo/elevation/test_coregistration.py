"""Laying the second model onto the first."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.geo.elevation.comparing import compare
from gis_service.geo.elevation.coregistration import shifted
from gis_service.geo.elevation.refused import ElevationRefused
from tests.geo.elevation.conftest import EAST, NORTH
from tests.geo.elevation.scenes import GRID, cone, hills, noisy, pair_of, places


def moved_survey(east_m: float, north_m: float, up_m: float, sigma: float = 0.0):  # type: ignore[no-untyped-def]
    """Hills, and the same hills as a survey shows them that lies so far off."""
    east, north = places()
    before = hills(east, north) + noisy(1, sigma)
    return pair_of(before, hills(east - east_m, north - north_m) + up_m + noisy(2, sigma))


@settings(max_examples=12)
@given(st.floats(-2.5, 2.5), st.floats(-2.5, 2.5), st.floats(-3, 3))
def test_an_exact_shift_is_recovered(east: float, north: float, up: float) -> None:
    told = compare(moved_survey(east, north, up)).coregistration
    assert told is not None
    assert (told.east_m, told.north_m) == pytest.approx((-east, -north), abs=0.02)
    assert told.up_m == pytest.approx(-up, abs=0.005)


def test_a_shift_is_recovered_under_noise_and_heaps() -> None:
    pair = moved_survey(0.8, -0.5, 0.2, sigma=0.05)
    heaped = pair_of(pair.before, pair.after + cone(*places(), (60, -60), 15, 5))
    told = compare(heaped).coregistration
    assert told is not None
    assert told.horizontal
    assert (told.east_m, told.north_m) == pytest.approx((-0.8, 0.5), abs=3 * max(told.sigma_m, 0.01))
    assert told.up_m == pytest.approx(-0.2, abs=0.01)
    assert told.nmad_after_m < 0.6 * told.nmad_before_m


def test_what_is_not_shifted_stays() -> None:
    told = compare(moved_survey(0, 0, 0, sigma=0.05)).coregistration
    assert told is not None
    assert not told.horizontal
    assert (told.east_m, told.north_m) == (0, 0)
    assert told.up_m == pytest.approx(0, abs=0.003)


def test_on_a_plane_only_the_height_is_registered_and_that_is_told() -> None:
    flat = np.full(GRID.shape, 5.0)
    change = compare(pair_of(flat + noisy(1, 0.03), flat + 0.4 + noisy(2, 0.03)))
    assert change.coregistration is not None
    assert not change.coregistration.horizontal
    assert change.coregistration.up_m == pytest.approx(-0.4, abs=0.005)
    assert any("sideways" in note.en for note in change.notes)


def test_given_stable_ground_keeps_a_fill_of_everything() -> None:
    """Three quarters rise by two metres: found stable ground would take the fill for a bias, a road that is given does not."""
    east, north = places()
    before = hills(east, north) + noisy(1, 0.03)
    filled = hills(east, north) + np.where(east > EAST + 35, 2.0, 0.0) + noisy(2, 0.03)
    road = shapely.box(EAST, NORTH - 120, EAST + 35, NORTH)
    told, found = compare(pair_of(before, filled), stable=[road]), compare(pair_of(before, filled))
    assert told.coregistration is not None
    assert told.coregistration.stable_ground == "given"
    assert told.coregistration.stable_cells == 35 * 120
    assert float(np.median(told.dh)) == pytest.approx(2, abs=0.02)
    assert float(np.median(found.dh)) == pytest.approx(0, abs=0.02)
    assert any("+2.00" in note.zh for note in found.notes)  # what was removed is said


def test_too_little_stable_ground_is_refused() -> None:
    with pytest.raises(ElevationRefused) as caught:
        compare(moved_survey(0, 0, 0), stable=[shapely.box(EAST, NORTH - 10, EAST + 10, NORTH)])
    assert caught.value.code == "elevation.too_little_stable"


def test_co_registration_can_be_switched_off() -> None:
    pair = moved_survey(1, 0, 0.5)
    change = compare(pair, coregister=False)
    assert change.coregistration is None
    assert np.array_equal(change.dh, pair.after - pair.before)
    assert change.noise is not None
    assert change.noise.bias_m == pytest.approx(0.5, abs=0.05)  # what is not removed counts as uncertain


def test_a_model_moved_by_a_whole_cell_has_its_cells_one_further() -> None:
    z = noisy(3, 1.0)
    moved = shifted(z, GRID, 1.0, -1.0)
    assert moved[1:, 1:] == pytest.approx(z[:-1, :-1])
    assert np.isnan(moved[0]).all()
    assert np.isnan(moved[:, 0]).all()
