"""Coordinates as people write them: every dress of degrees is understood, and comes back as it went out."""

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.geo import notation

WRITTEN = [
    "113°32′40.2″",
    "113º32'40.2\"",
    "113度32分40.2秒",
    "113 度 32 分 40.2 秒",
    "113-32-40.2",
    "113－32－40.2",
    "113 32 40.2",
    "113:32:40.2",
    "１１３°３２′４０．２″",
    "113°32’40.2”",
    "113°32′40.2''",
    "E113°32′40.2″",
    "113°32′40.2″E",
    "东经113°32′40.2″",
    "东经：113度32分40.2秒",
    "经度113°32′40.2″",
    "  113° 32′ 40.2″ ",
    "113°32.67′",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_degrees_minutes_seconds_are_understood_in_every_dress(text: str) -> None:
    found = notation.parse(text)
    assert found is not None
    assert found.value == pytest.approx(113.5445, abs=1e-12)
    assert found.degrees


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("113.5445", 113.5445),
        ("２４７８７００．１２３", 2478700.123),
        ("2,478,700.123", 2478700.123),
        ("38452100.000米", 38452100.0),
        ("452100.5 m", 452100.5),
        ("-0.125888", -0.125888),
        ("+22.36", 22.36),
        ("3.8452100E+7", 38452100.0),
        (".5", 0.5),
    ],
)
def test_numbers_are_understood_and_say_nothing_of_degrees(text: str, value: float) -> None:
    assert notation.parse(text) == (value, False, None)


@pytest.mark.parametrize(
    ("text", "value"), [("S22°30′", -22.5), ("122-30-0W", -122.5), ("南纬22.5", -22.5), ("-22°30′00″", -22.5)]
)
def test_south_and_west_are_negative(text: str, value: float) -> None:
    found = notation.parse(text)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    "text",
    ["", "—", "见附图", "113°60′00″", "113°32′61″", "181°00′00″", "113 32", "113.5°32′", "113°32.5′40″", "24787OO", "1,23", "nan", "1e999", "J1", "E"],
)  # fmt: skip
def test_what_is_no_coordinate_is_none(text: str) -> None:
    assert notation.parse(text) is None


def test_sixty_seconds_from_rounding_are_a_minute() -> None:
    assert notation.parse("113°32′60″") == notation.parse("113°33′00″")


degrees = st.floats(-179.9, 179.9, allow_nan=False)


@given(degrees, st.integers(0, 6))
def test_degrees_come_back_from_minutes_and_seconds(value: float, places: int) -> None:
    found = notation.parse(notation.as_dms(value, places))
    assert found is not None
    assert abs(found.value - value) <= 0.51 * 10**-places / 3600 + 1e-12
    assert notation.as_dms(found.value, places) == notation.as_dms(value, places) or found.value == 0


@given(degrees, st.integers(0, 6))
def test_degrees_come_back_from_packed_ones(value: float, places: int) -> None:
    packed = np.array([float(notation.as_packed(value, places))])
    assert abs(float(notation.unpacked(packed)[0]) - value) <= 0.51 * 10**-places / 3600 + 1e-9


@given(st.lists(degrees, min_size=6, max_size=30, unique=True), st.integers(0, 6))
def test_whatever_is_packed_fits(values: list[float], places: int) -> None:
    packed = np.array([float(notation.as_packed(value, places)) for value in values])
    seconds = {notation.as_packed(value, 0)[-2:] for value in values}
    enough = len(np.unique(np.abs(packed))) >= notation.FEWEST_PACKED
    if enough and seconds != {"00"} and places:
        assert notation.fits_packed(packed)


@given(st.text(max_size=40))
def test_no_text_whatever_breaks_the_parser(text: str) -> None:
    found = notation.parse(text)
    assert found is None or np.isfinite(found.value)
    notation.points(text)


def test_one_value_with_sixty_seconds_and_more_is_enough_to_be_decimal() -> None:
    packed = np.array([113.3240, 113.3359, 113.3300, 22.2430, 22.2445])
    assert notation.fits_packed(packed)
    assert not notation.fits_packed(np.append(packed, 22.2475))
    assert not notation.fits_packed(np.append(packed, 22.6030))


def test_the_examples_in_the_module_hold() -> None:
    assert doctest.testmod(notation).failed == 0


# --- lists -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "113.54,22.40;113.55,22.40;113.55,22.39",
        "113.54，22.40；113.55，22.40；113.55，22.39；",
        "113.54 22.40;113.55 22.40;113.55 22.39",
        "113.54,22.40 113.55,22.40 113.55,22.39",
        "113.54,22.40\n113.55,22.40\n113.55,22.39",
        "113.54,22.40|113.55,22.40|113.55,22.39",
        "[113.54,22.40],[113.55,22.40],[113.55,22.39]",
        "[[113.54, 22.40], [113.55, 22.40], [113.55, 22.39]]",
        "(113.54 22.40)(113.55 22.40)(113.55 22.39)",
        "113.54,22.40,0;113.55,22.40,0;113.55,22.39,0",
        "1,113.54,22.40;2,113.55,22.40;3,113.55,22.39",
        "J1,113.54,22.40;J2,113.55,22.40;J3,113.55,22.39",
        "113.54,22.40,113.55,22.40,113.55,22.39",
    ],
)
def test_points_in_one_cell_are_found_whatever_parts_them(text: str) -> None:
    found = notation.points(text)
    assert found is not None
    assert [(one.first, one.second) for one in found] == [("113.54", "22.40"), ("113.55", "22.40"), ("113.55", "22.39")]


def test_points_in_degrees_minutes_seconds_keep_their_blanks() -> None:
    found = notation.points("113 32 40.2,22 24 10.5;113 32 50.2,22 24 10.5;113 32 50.2,22 24 00.5")
    assert found is not None
    assert found[0].first == "113 32 40.2"


@pytest.mark.parametrize(
    "text", ["", "东至路;南至河;西至山;北至海", "113.54,22.40", "113.54,22.40;113.55,22.40", "a,b;c,d;e,f"]
)
def test_what_lists_no_points_is_none(text: str) -> None:
    assert notation.points(text) is None
