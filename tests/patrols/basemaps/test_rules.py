"""Which ground tiles cover: the rule of 25 km² is only as good as this."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.geo.measure import CGCS2000_ELLIPSOID
from gis_service.patrols.basemaps import rules

zooms = st.integers(10, 18)
places = st.tuples(st.floats(113.0, 114.0), st.floats(22.0, 23.0))


@given(zooms, places)
def test_a_tile_covers_what_the_ellipsoid_says(z: int, place: tuple[float, float]) -> None:
    (spot,) = rules.tiles_over((*place, *place), z)
    west, south, east, north = rules.box_of(z, [spot])
    area, _ = CGCS2000_ELLIPSOID.polygon_area_perimeter([west, east, east, west], [south, south, north, north])
    assert rules.tile_m2(z, spot[1]) == pytest.approx(abs(area), rel=0.01)


@given(zooms, places)
def test_the_tile_of_a_place_holds_the_place(z: int, place: tuple[float, float]) -> None:
    west, south, east, north = rules.box_of(z, rules.tiles_over((*place, *place), z))
    assert west <= place[0] <= east
    assert south <= place[1] <= north


def test_apart_pieces_are_not_added_up() -> None:
    near, far = {(0, 0), (1, 1)}, {(10, 10)}
    one = rules.continuous_m2(17, {(0, 0)})
    assert rules.continuous_m2(17, near | far) == pytest.approx(2 * one, rel=1e-3)


def test_small_scales_do_not_count() -> None:
    wide = {(x, y) for x in range(100) for y in range(100)}
    assert rules.largest_m2({16: wide}) == 0.0
    assert rules.largest_m2({16: wide, 17: {(0, 0)}}) == rules.tile_m2(17, 0)


def test_zoom_17_is_the_first_drawn_larger_than_1_to_5000() -> None:
    def scale(z: int) -> float:
        return math.sqrt(rules.tile_m2(z, int(0.4359 * 2**z))) / 256 / 0.00028

    assert scale(rules.LARGE_FROM - 1) > 5000 > scale(rules.LARGE_FROM)
