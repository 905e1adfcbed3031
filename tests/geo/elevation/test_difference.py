"""Volumes between two models."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gis_service.geo.elevation import cells
from gis_service.geo.elevation.comparing import Change, compare
from gis_service.geo.elevation.difference import difference
from gis_service.geo.elevation.pairing import pair_up
from gis_service.geo.elevation.reading import read
from gis_service.geo.elevation.refused import ElevationRefused
from gis_service.geo.elevation.surface import Floats, Grid
from tests.geo.elevation.conftest import EAST, NORTH
from tests.geo.elevation.scenes import GRID, cone, noisy, pair_of, places

SMALL = Grid(4547, EAST, NORTH, 2.0, 1.0, 15, 16)
heights = arrays(np.float64, SMALL.shape, elements=st.one_of(st.floats(-20, 20, width=32), st.just(np.nan)))


def change_of(before: Floats, after: Floats, grid: Grid = SMALL) -> Change:
    return compare(pair_of(before, after, grid), coregister=False)


def some(z: Floats) -> Floats:
    """With one height at least, as every pair has."""
    return np.where(np.isfinite(z).any(), z, 0.0)


# --- closed forms ------------------------------------------------------------------------------------------------------


def test_a_cone_on_a_plane_has_its_volume() -> None:
    fine = Grid(4547, EAST, NORTH, 0.25, 0.25, 400, 400)
    tilted = 0.1 * places(fine)[0] - 0.05 * places(fine)[1]
    told = difference(change_of(tilted, tilted + cone(*places(fine), (50, -50), 12, 6), fine))
    assert told.fill_m3 == pytest.approx(np.pi * 12**2 * 6 / 3, rel=1e-3)
    assert told.cut_m3 == pytest.approx(0, abs=1e-6)
    assert told.net_m3 == pytest.approx(told.fill_m3)


def test_a_heap_beside_a_pit_of_the_same_size_is_net_nothing_and_not_twice() -> None:
    """Net has a sign: the sum of what came and what went must not be called volume."""
    heap, pit = (cone(*places(), at, 10, 3) for at in ((30, -30), (90, -80)))
    told = difference(change_of(np.zeros(GRID.shape), heap - pit, GRID))
    assert told.net_m3 == pytest.approx(0, abs=0.01 * told.fill_m3)
    assert told.fill_m3 == pytest.approx(np.pi * 100, rel=0.01)
    assert told.cut_m3 == pytest.approx(np.pi * 100, rel=0.01)


def test_more_dug_than_filled_is_negative() -> None:
    assert difference(change_of(np.zeros(SMALL.shape), np.full(SMALL.shape, -1.0))).net_m3 == -15 * 16 * 2


def test_cells_on_the_edge_of_a_polygon_count_in_part() -> None:
    triangle = shapely.Polygon([(EAST + 1.3, NORTH - 2.2), (EAST + 29.1, NORTH - 3.7), (EAST + 11.9, NORTH - 13.4)])
    told = difference(change_of(np.zeros(SMALL.shape), np.full(SMALL.shape, 2.0)), triangle)
    assert told.net_m3 == pytest.approx(2 * triangle.area)
    assert told.area_m2 == pytest.approx(triangle.area)
    assert told.missing_m2 == pytest.approx(0, abs=1e-6)


def test_a_hole_in_a_polygon_is_left_out() -> None:
    yard = shapely.box(EAST + 2, NORTH - 14, EAST + 30, NORTH - 1)
    ring = yard.difference(shapely.box(EAST + 10, NORTH - 8, EAST + 15, NORTH - 4))
    assert difference(change_of(np.zeros(SMALL.shape), np.ones(SMALL.shape)), ring).net_m3 == pytest.approx(ring.area)


def test_missing_heights_are_told_and_not_made_up() -> None:
    after = np.ones(SMALL.shape)
    after[:5] = np.nan
    told = difference(change_of(np.zeros(SMALL.shape), after))
    assert (told.cells, told.area_m2, told.missing_m2, told.net_m3) == (160, 320, 160, 320)


def test_where_all_heights_are_missing_there_are_no_cells() -> None:
    after = np.ones(SMALL.shape)
    after[:5] = np.nan
    told = difference(change_of(np.zeros(SMALL.shape), after), shapely.box(EAST + 2, NORTH - 4, EAST + 10, NORTH - 1))
    assert (told.cells, told.net_m3, told.missing_m2) == (0, 0, 24)


# --- properties --------------------------------------------------------------------------------------------------------


@given(heights, heights)
def test_net_is_fill_less_cut(before: Floats, after: Floats) -> None:
    told = difference(change_of(some(before), some(after) * 1.0))
    assert told.net_m3 == pytest.approx(told.fill_m3 - told.cut_m3)
    assert min(told.fill_m3, told.cut_m3) >= 0
    dh = some(after) - some(before)
    assert told.net_m3 == pytest.approx(float(np.nansum(dh)) * 2.0, abs=1e-6)


@given(heights, heights, st.floats(-500, 500))
def test_raising_both_models_changes_nothing(before: Floats, after: Floats, by: float) -> None:
    told, raised = (difference(change_of(some(before) + h, some(after) + h)) for h in (0.0, by))
    assert (raised.cells, raised.area_m2, raised.missing_m2) == (told.cells, told.area_m2, told.missing_m2)
    assert (raised.fill_m3, raised.cut_m3) == pytest.approx((told.fill_m3, told.cut_m3), abs=1e-6)


@given(heights, heights)
def test_swapping_the_models_swaps_the_sign(before: Floats, after: Floats) -> None:
    there, back = difference(change_of(some(before), some(after))), difference(change_of(some(after), some(before)))
    assert back.net_m3 == pytest.approx(-there.net_m3)
    assert (back.fill_m3, back.cut_m3) == pytest.approx((there.cut_m3, there.fill_m3))


@given(st.lists(st.tuples(st.floats(-5, 37), st.floats(-20, 5)), min_size=3, max_size=7))
def test_shares_of_cells_sum_up_to_the_part_of_the_polygon_on_the_grid(corners: list[tuple[float, float]]) -> None:
    polygon = shapely.MultiPoint([(EAST + x, NORTH + y) for x, y in corners]).convex_hull
    on_grid = polygon.intersection(shapely.box(*SMALL.bounds))
    if polygon.geom_type != "Polygon" or on_grid.area < 1e-3:
        return
    _, inside = cells.shares(SMALL, polygon)
    assert float(inside.sum()) * SMALL.cell_m2 == pytest.approx(on_grid.area, rel=1e-6, abs=1e-6)
    assert inside.min() >= 0
    assert inside.max() <= 1 + 1e-9


@given(st.floats(40, 1000), st.floats(0, 1000))
def test_a_polygon_outside_is_refused(east: float, north: float) -> None:
    beside = shapely.box(EAST + east, NORTH + north, EAST + east + 10, NORTH + north + 10)
    with pytest.raises(ElevationRefused) as caught:
        difference(change_of(np.zeros(SMALL.shape), np.ones(SMALL.shape)), beside)
    assert caught.value.code == "elevation.polygon_outside"
    assert "EPSG:4547" in caught.value.zh


@pytest.mark.parametrize("shape", [
    shapely.Polygon([(EAST, NORTH - 9), (EAST + 9, NORTH), (EAST + 9, NORTH - 9), (EAST, NORTH)]), shapely.Point(EAST + 1, NORTH - 1),
])  # fmt: skip
def test_what_is_no_valid_polygon_is_refused(shape: shapely.Geometry) -> None:
    with pytest.raises(ElevationRefused, match="not valid"):
        difference(change_of(np.zeros(SMALL.shape), np.ones(SMALL.shape)), shape)


# --- intervals ---------------------------------------------------------------------------------------------------------


def test_without_stable_ground_there_is_no_interval_and_that_is_told() -> None:
    tiny = Grid(4547, EAST, NORTH, 1.0, 1.0, 5, 5)
    change = change_of(np.zeros((5, 5)), np.ones((5, 5)), tiny)
    told = difference(change)
    assert (told.net_m3, told.sigma_m3, told.net_low_m3, told.fill_above_m3) == (25, None, None, None)
    assert "不带区间" in change.notes[-1].zh


@settings(max_examples=5)
@given(st.integers(0, 10_000))
def test_the_interval_is_symmetric_around_the_net(seed: int) -> None:
    told = difference(compare(pair_of(noisy(seed, 0.05), noisy(seed + 1, 0.05))))
    assert told.net_low_m3 is not None
    assert told.net_high_m3 is not None
    assert told.net_high_m3 - told.net_m3 == pytest.approx(told.net_m3 - told.net_low_m3)
    assert told.net_high_m3 > told.net_m3


def test_noise_alone_is_fill_and_cut_but_hardly_any_of_it_above_the_level() -> None:
    told = difference(compare(pair_of(noisy(1, 0.05), noisy(2, 0.05))))
    assert told.fill_above_m3 is not None
    assert told.fill_m3 > 0.3 * 0.07 * told.area_m2
    assert told.fill_above_m3 < 0.2 * told.fill_m3


def test_what_a_heap_buried_widens_the_interval() -> None:
    change = compare(pair_of(noisy(1, 0.05), noisy(2, 0.05) + cone(*places(), (60, -60), 10, 4)))
    plan = shapely.Point(EAST + 60, NORTH - 60).buffer(10)
    covered = replace(change, cover_m=np.full(GRID.shape, 0.1))
    bare = replace(change, cover_m=np.zeros(GRID.shape))
    told, without = difference(covered, plan).sigma_m3, difference(bare, plan).sigma_m3
    assert told is not None
    assert without is not None
    assert told == pytest.approx(np.hypot(without, 0.1 * plan.area), rel=0.1)


# --- real models -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def longyearbyen(shared_data: Path) -> list[Path]:
    """Two models of one valley in Svalbard: one grid, written as EPSG:25833 and as EPSG:32633, with different marks for no data."""
    return [shared_data / "raster" / f"longyearbyen_DEM_{when}_crop300.tif" for when in ("before", "after")]


@pytest.mark.shared_data
def test_real_models_differ_by_what_numpy_says(longyearbyen: list[Path]) -> None:
    """ETRS89 and WGS 84 are less than a metre apart, 0.05 cells: the grids are taken as one, so the plain difference must come out."""
    told = difference(compare(pair_up(*(read(path) for path in longyearbyen)), coregister=False))
    bands = []
    for path in longyearbyen:
        with rasterio.open(path) as file:
            band = file.read(1).astype(np.float64)
            bands.append(np.where(band == np.float64(np.float32(file.nodata)), np.nan, band))
    dh = bands[1] - bands[0]
    assert told.cells == np.isfinite(dh).sum() == 72_118
    assert told.fill_m3 == pytest.approx(float(np.nansum(dh[dh > 0])) * 400, rel=1e-6)
    assert told.cut_m3 == pytest.approx(float(-np.nansum(dh[dh < 0])) * 400, rel=1e-6)
    assert told.net_m3 == pytest.approx(-58_069_115.9, rel=1e-3)
    assert told.net_m3 / told.area_m2 == pytest.approx(-2.01299, abs=1e-4)
    assert told.area_m2 + told.missing_m2 == pytest.approx(300 * 300 * 400)


@pytest.mark.shared_data
def test_registering_real_models_makes_unchanged_ground_agree(longyearbyen: list[Path]) -> None:
    change = compare(pair_up(*(read(path) for path in longyearbyen)))
    told = change.coregistration
    assert told is not None
    assert told.horizontal
    assert told.nmad_after_m < 0.25 * told.nmad_before_m
    net = difference(change)
    assert net.net_low_m3 is not None
    assert net.net_high_m3 is not None
    assert abs(net.net_m3) < 0.03 * 58_069_115.9  # the change was a shift, not earth
    assert net.net_low_m3 < 0 < net.net_high_m3
