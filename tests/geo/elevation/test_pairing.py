"""Two models on one grid."""

from pathlib import Path

import numpy as np
import pytest

from gis_service.geo import crs
from gis_service.geo.elevation.pairing import pair_up
from gis_service.geo.elevation.reading import read
from gis_service.geo.elevation.refused import ElevationRefused
from gis_service.geo.elevation.surface import Grid, Surface
from tests.geo.elevation.conftest import EAST, NORTH

GRID = Grid(4547, EAST, NORTH, 1.0, 1.0, 30, 40)


def plane(grid: Grid, *, name: str = "a.tif", vertical: str | None = None) -> Surface:
    """A sloping plane, sampled at the centres of a grid (east and north of EPSG:4547)."""
    east, north = np.meshgrid(grid.easts(), grid.norths())
    if grid.epsg != 4547:
        east, north = (v.reshape(grid.shape) for v in crs.transform_xy(east.ravel(), north.ravel(), grid.epsg, 4547))
    return Surface(grid, 10 + 0.1 * (east - EAST) - 0.2 * (north - NORTH), name, vertical)


def test_the_same_grid_is_left_alone() -> None:
    pair = pair_up(plane(GRID), plane(GRID, name="b.tif"))
    assert not pair.resampled
    assert np.array_equal(pair.before, pair.after)


@pytest.mark.parametrize("other", [
    Grid(4547, EAST + 0.3, NORTH + 0.4, 1.0, 1.0, 30, 40), Grid(4547, EAST - 5, NORTH + 5, 0.5, 0.5, 90, 110), Grid(4547, EAST, NORTH, 2.0, 2.0, 15, 20),
])  # fmt: skip
def test_another_grid_is_warped_onto_the_first_and_told(other: Grid) -> None:
    pair = pair_up(plane(GRID), plane(other, name="b.tif"))
    inner = (slice(3, -3), slice(3, -3))
    assert pair.resampled
    assert "b.tif" in pair.notes[-1].zh
    assert pair.after[inner] == pytest.approx(pair.before[inner], abs=2e-3)


def test_another_system_is_warped_onto_the_first() -> None:
    east, north = crs.transform_xy(np.array([EAST - 20]), np.array([NORTH + 20]), 4547, 32649)
    pair = pair_up(plane(GRID), plane(Grid(32649, float(east[0]), float(north[0]), 0.8, 0.8, 100, 120), name="b.tif"))
    assert pair.after == pytest.approx(pair.before, abs=5e-3)
    assert any("大地基准不同" in note.zh for note in pair.notes)


def test_only_the_common_part_is_kept() -> None:
    pair = pair_up(plane(GRID), plane(Grid(4547, EAST + 30, NORTH - 20, 1.0, 1.0, 30, 40), name="b.tif"))
    assert pair.grid.bounds == (EAST + 30, NORTH - 30, EAST + 40, NORTH - 20)
    assert pair.after == pytest.approx(pair.before)


def refused(before: Surface, after: Surface) -> str:
    with pytest.raises(ElevationRefused) as caught:
        pair_up(before, after)
    return caught.value.code


def test_models_beside_each_other_are_refused() -> None:
    beside = plane(Grid(4547, EAST + 40, NORTH, 1.0, 1.0, 30, 40), name="b.tif")
    assert refused(plane(GRID), beside) == "elevation.no_overlap"


def test_models_whose_heights_never_meet_are_refused() -> None:
    left, right = plane(GRID), plane(GRID, name="b.tif")
    left.z[:, 20:] = np.nan
    right.z[:, :20] = np.nan
    assert refused(left, right) == "elevation.no_overlap"


def test_heights_over_the_sea_and_over_the_ellipsoid_are_not_compared() -> None:
    assert (
        refused(plane(GRID, vertical="1985国家高程基准"), plane(GRID, vertical="椭球高(大地高)"))
        == "elevation.vertical_conflict"
    )


def test_a_datum_of_heights_that_is_not_told_is_noted() -> None:
    notes = pair_up(plane(GRID, vertical="1985国家高程基准"), plane(GRID, name="b.tif")).notes
    assert "b.tif" in notes[0].zh
    both = pair_up(plane(GRID, vertical="1985国家高程基准"), plane(GRID, name="b.tif", vertical="1985国家高程基准"))
    assert both.notes == ()


def test_the_old_datum_is_not_warped_by_guess() -> None:
    grid = Grid(2382, EAST, NORTH, 1.0, 1.0, 30, 40)  # Xi'an 1980 / 3-degree Gauss-Kruger CM 114E
    old = Surface(grid, np.zeros(grid.shape), "b.tif")
    assert refused(plane(GRID), old) == "elevation.no_way_between"


@pytest.mark.shared_data
def test_the_same_grid_in_two_european_systems_is_not_resampled(shared_data: Path) -> None:
    """EPSG:25833 and EPSG:32633 are one projection on ETRS89 and WGS 84, less than a metre apart: cells lie on each other."""
    files = [shared_data / "raster" / f"longyearbyen_DEM_{when}_crop300.tif" for when in ("before", "after")]
    pair = pair_up(read(files[0]), read(files[1]))
    assert not pair.resampled
    assert int((np.isfinite(pair.before) & np.isfinite(pair.after)).sum()) == 72_118
    assert any("ETRS89" in note.en and "WGS 84" in note.en for note in pair.notes)
