"""New heaps and holes between two models."""

import numpy as np
import pytest
import shapely

from gis_service.geo.elevation.comparing import Change, compare
from gis_service.geo.elevation.heaps import Heap, heaps
from gis_service.geo.elevation.refused import ElevationRefused
from gis_service.geo.elevation.surface import Floats, Grid
from tests.benchmarks import heaps as benchmark
from tests.geo.elevation.conftest import EAST, NORTH
from tests.geo.elevation.scenes import GRID, cone, hills, noisy, pair_of, places

TWO = ((35.0, -35.0), (100.0, -80.0))


def change_with(raised: Floats, sigma: float = 0.03) -> Change:
    ground = hills(*places())
    return compare(pair_of(ground + noisy(1, sigma), ground + noisy(2, sigma) + raised))


def one(found: list[Heap]) -> Heap:
    assert len(found) == 1
    return found[0]


def test_a_cone_is_one_heap_with_its_volume_height_and_place() -> None:
    heap = one(heaps(change_with(cone(*places(), (60, -60), 10, 4))))
    assert heap.kind == "heap"
    assert heap.low_m3 < np.pi * 100 * 4 / 3 < heap.high_m3
    assert heap.volume_m3 == pytest.approx(np.pi * 100 * 4 / 3, rel=0.02)
    assert heap.height_m == pytest.approx(4, abs=0.4)
    assert heap.outline.centroid.distance(shapely.Point(EAST + 60, NORTH - 60)) < 0.5
    assert heap.outline.area == pytest.approx(heap.area_m2, rel=0.1)
    assert heap.epsg == 4547
    assert not heap.vegetation_likely


def test_the_foot_below_the_level_of_detection_belongs_to_the_heap() -> None:
    """A low spread of rubble: cut off at the level it would lose a tenth."""
    low = change_with(cone(*places(), (60, -60), 20, 0.35))
    heap = one(heaps(low))
    assert low.noise is not None
    above = low.dh[(low.dh > low.noise.level_m) & (cone(*places(), (60, -60), 20, 0.35) > 0)].sum()
    true = np.pi * 400 * 0.35 / 3
    assert above < 0.93 * true
    assert heap.volume_m3 == pytest.approx(true, rel=0.04)


def test_a_pit_is_a_hole_and_positive() -> None:
    change = change_with(-cone(*places(), (60, -60), 10, 4))
    hole = one(heaps(change))
    assert hole.kind == "hole"
    assert hole.volume_m3 == pytest.approx(np.pi * 100 * 4 / 3, rel=0.02)
    assert heaps(change, holes=False) == []


def test_unchanged_ground_has_no_heaps() -> None:
    assert heaps(change_with(np.zeros(GRID.shape))) == []


def test_a_ring_of_rubble_keeps_its_hole() -> None:
    away = np.hypot(places()[0] - EAST - 60, places()[1] - NORTH + 60)
    heap = one(heaps(change_with(np.where(np.abs(away - 25) < 6, 1.5, 0.0))))
    assert len(heap.outline.interiors) == 1
    assert heap.outline.is_valid
    assert not heap.outline.contains(shapely.Point(EAST + 60, NORTH - 60))


def test_heaps_come_largest_first_and_always_alike() -> None:
    raised = cone(*places(), TWO[0], 6, 2) + cone(*places(), TWO[1], 12, 4)
    first, again = heaps(change_with(raised)), heaps(change_with(raised))
    assert [round(h.volume_m3 / 50) for h in first] == [12, 2]
    assert first == again


def test_small_ones_are_left_out_by_volume_and_by_area() -> None:
    change = change_with(cone(*places(), TWO[0], 4, 0.9) + cone(*places(), TWO[1], 8, 3))
    assert len(heaps(change, least_m3=5)) == 2
    assert len(heaps(change, least_m3=30)) == 1
    assert len(heaps(change, least_m3=5, least_m2=150)) == 1


def test_what_may_have_the_least_volume_is_kept() -> None:
    """A heap of just the least volume is measured a little too small half of the time."""
    kept = 0
    for seed in range(20):
        raised = cone(*places(), (60, -60), 5, 10 / (np.pi * 25 / 3))
        ground = hills(*places())
        kept += len(heaps(compare(pair_of(ground + noisy(seed, 0.04), ground + noisy(seed + 99, 0.04) + raised)))) == 1
    assert kept >= 18


def test_zones_to_ignore_are_left_out() -> None:
    change = change_with(cone(*places(), TWO[0], 8, 3) + cone(*places(), TWO[1], 8, 3))
    yard = shapely.box(EAST + 90, NORTH - 90, EAST + 110, NORTH - 70)
    heap = one(heaps(change, ignore=[yard]))
    assert heap.outline.disjoint(yard)


def test_heaps_beside_each_other_stay_two_and_count_nothing_twice() -> None:
    raised = np.maximum(cone(*places(), (50, -60), 9, 3), cone(*places(), (72, -60), 9, 3))
    found = heaps(change_with(raised))
    assert len(found) == 2
    assert sum(h.volume_m3 for h in found) == pytest.approx(2 * np.pi * 81, rel=0.03)
    assert found[0].outline.intersection(found[1].outline).area < 0.05 * found[0].area_m2


def test_weeds_are_pointed_out_and_a_heap_in_them_is_kept_apart() -> None:
    weeds = np.zeros(GRID.shape)
    weeds[50:70, 60:85] = np.random.default_rng(3).lognormal(np.log(0.3), 0.6, (20, 25))
    found = heaps(change_with(weeds + cone(*places(), (40, -60), 10, 3)))
    cone_again = one([h for h in found if h.outline.contains(shapely.Point(EAST + 40, NORTH - 60))])
    assert cone_again.volume_m3 == pytest.approx(np.pi * 100, rel=0.04)
    assert not cone_again.vegetation_likely
    rest = [h for h in found if h is not cone_again]
    assert sum(h.volume_m3 for h in rest if h.vegetation_likely) > 0.7 * weeds.sum()


def test_a_container_with_upright_walls_is_one_thing_and_no_weeds() -> None:
    east, north = places()
    turned = (
        (east - EAST - 60) * 0.8 + (north - NORTH + 60) * 0.6,
        (north - NORTH + 60) * 0.8 - (east - EAST - 60) * 0.6,
    )
    box = one(heaps(change_with(np.where((np.abs(turned[0]) < 6) & (np.abs(turned[1]) < 3.5), 2.5, 0.0))))
    assert not box.vegetation_likely
    assert box.volume_m3 == pytest.approx(12 * 7 * 2.5, rel=0.05)


def test_missing_cells_are_not_bridged() -> None:
    raised = cone(*places(), (60, -60), 10, 4)
    raised[55:65, 58:60] = np.nan
    heap = one(heaps(change_with(raised)))
    assert heap.volume_m3 == pytest.approx(float(np.nansum(raised)), rel=0.03)
    assert not heap.outline.contains(shapely.Point(EAST + 59, NORTH - 60))


def test_a_heap_at_the_edge_of_the_models_is_found() -> None:
    heap = one(heaps(change_with(cone(*places(), (0, -60), 10, 4))))
    assert heap.volume_m3 == pytest.approx(np.pi * 100 * 4 / 6, rel=0.05)


def test_without_known_noise_heaps_are_refused() -> None:
    tiny = Grid(4547, EAST, NORTH, 1.0, 1.0, 5, 5)
    change = compare(pair_of(np.zeros((5, 5)), np.ones((5, 5)), tiny), coregister=False)
    with pytest.raises(ElevationRefused) as caught:
        heaps(change)
    assert caught.value.code == "elevation.too_little_stable"


@pytest.mark.slow
def test_seeded_heaps_are_found_again_and_their_intervals_hold() -> None:
    """A small run of `python -m tests.benchmarks.heaps`, on a seed on which nothing was chosen; the margins are those of its numbers."""
    tally = benchmark.run(2027, 12)
    assert tally.found_again / tally.true >= 0.95
    assert tally.right / tally.reported >= 0.8
    assert tally.right_large / tally.reported >= 0.8
    assert 0.82 <= np.mean(tally.covered) <= 0.98
    assert 0.82 <= np.mean(tally.covered_plan) <= 0.98
    assert abs(np.median(tally.error)) < 0.03


@pytest.mark.parametrize("shape", ["cone", "dome", "bell", "flat"])
def test_the_closed_forms_of_the_benchmark_are_true(shape: str) -> None:
    seeded = benchmark.Seeded(shape, EAST + 20, NORTH - 20, 12, 7, 0.6, 3)
    fine = Grid(4547, EAST, NORTH, 0.1, 0.1, 400, 400)
    assert float(seeded.above(*places(fine)).sum()) * 0.01 == pytest.approx(seeded.volume_m3, rel=1e-3)
