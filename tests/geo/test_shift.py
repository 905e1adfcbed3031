"""The shift of internet maps: the two rows of the handbook, and there and back without a trace."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.geo import measure, shift

KINDS = ("gcj02", "bd09")
MILLIMETRE_DEGREES = 0.001 / 111_320

places = st.tuples(st.floats(73.5, 134.8), st.floats(18.0, 53.5))


@pytest.mark.parametrize(
    ("place", "gcj02", "bd09"),
    [
        ((113.537, 22.4025), (113.542136, 22.399528), (113.548592, 22.405661)),  # 北围
        ((113.6, 22.378), (113.605026, 22.374952), (113.611549, 22.380865)),  # 后环
    ],
)
def test_the_rows_of_the_handbook(
    place: tuple[float, float], gcj02: tuple[float, float], bd09: tuple[float, float]
) -> None:
    here = tuple(map(np.array, place))
    assert shift.wgs84_to_gcj02(*here) == pytest.approx(gcj02, abs=6e-7)
    assert shift.wgs84_to_bd09(*here) == pytest.approx(bd09, abs=6e-7)


@pytest.mark.parametrize(("place", "metres", "toward"), [((113.537, 22.4025), 623, 122), ((113.6, 22.378), 618, 123)])
def test_the_shift_has_the_length_and_direction_of_the_handbook(
    place: tuple[float, float], metres: int, toward: int
) -> None:
    there = shift.wgs84_to_gcj02(*map(np.array, place))
    azimuth, _, length = measure.CGCS2000_ELLIPSOID.inv(*place, *map(float, there))
    assert (round(length), round(azimuth)) == (metres, toward)


@given(st.lists(places, min_size=1, max_size=50), st.sampled_from(KINDS))
def test_there_and_back_is_less_than_a_millimetre(rows: list[tuple[float, float]], kind: shift.Kind) -> None:
    lon, lat = np.array(rows).T
    back_lon, back_lat = shift.unshifted(kind, *shift.shifted(kind, lon, lat))
    assert np.abs(back_lon - lon).max() < MILLIMETRE_DEGREES
    assert np.abs(back_lat - lat).max() < MILLIMETRE_DEGREES


@given(places)
def test_baidu_and_back_to_gcj02(place: tuple[float, float]) -> None:
    lon, lat = map(np.array, place)
    assert shift.bd09_to_gcj02(*shift.gcj02_to_bd09(lon, lat)) == pytest.approx(place, abs=MILLIMETRE_DEGREES)


def test_nothing_is_shifted_abroad_and_no_place_stays_none() -> None:
    assert [float(v) for v in shift.wgs84_to_gcj02(np.array(2.35), np.array(48.86))] == [2.35, 48.86]
    lost = shift.unshifted("gcj02", np.array([np.inf, 113.5]), np.array([22.4, 22.4]))
    assert not np.isfinite(lost[0][0])
    assert np.isfinite(lost[0][1])
