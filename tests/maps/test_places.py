"""A coordinate in any notation becomes the same place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.geo import notation
from gis_service.geo.crs import transform_xy
from gis_service.maps.places import places

SPOT = (113.55, 22.36)


@pytest.mark.parametrize("text", [
    "113.55, 22.36", "22.36 113.55", "（22.36，113.55）", "113°33′00″E 22°21′36″N", "北纬22度21分36秒，东经113度33分", "113 33 00 22 21 36",
    "113-33-00,22-21-36", "N22.36 E113.55", "2473733.499,453649.888", "453649.888 2473733.499", "X=2473733.499, Y=453649.888",
    "X2,473,733.499 Y453,649.888", "纵坐标：2473733.499 横坐标：453649.888", "x:2473733.499 y:38453649.888", "38453649.888\t2473733.499",
])  # fmt: skip
def test_every_notation_of_a_place_is_read(text: str) -> None:
    first = places(text, 4547)[0]
    assert (first.lon, first.lat) == pytest.approx(SPOT, abs=1e-7)


def test_packed_degrees_are_a_second_reading_where_they_can_be() -> None:
    assert [(round(p.lon, 6), round(p.lat, 6)) for p in places("113.3300 22.2136", 4547)] == [(113.33, 22.2136), SPOT]
    assert len(places("113.3361 22.2136", 4547)) == 1, "61 seconds are none"
    assert len(places("113.33°E 22.2136°N", 4547)) == 1, "a sign of degrees says that they are decimal"


@pytest.mark.parametrize(
    "text", ["", "113.55", "东至路", "1,1", "nan,nan", "1e308 1e308", "北围-001", "113.55,22.36,5", "181 91"]
)
def test_what_is_no_place_is_none(text: str) -> None:
    assert places(text, 4547) == []


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    places(text, 4547)


@given(st.floats(113.0, 114.9), st.floats(21.5, 23.5), st.sampled_from([4547, 4526]))
def test_there_and_back(lon: float, lat: float, srid: int) -> None:
    east, north = transform_xy([lon], [lat], 4490, srid)
    for text in (
        f"X {north[0]:.4f} Y {east[0]:.4f}",
        f"{notation.as_dms(lon)} {notation.as_dms(lat)}",
        f"{lon:.9f},{lat:.9f}",
    ):
        first = places(text, 4547)[0]
        assert (first.lon, first.lat) == pytest.approx((lon, lat), abs=2e-8)
