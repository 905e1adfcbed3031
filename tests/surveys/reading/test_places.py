"""Where holes lie: which system, and every slip that puts a hole elsewhere, with the guess of what was meant."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from gis_service.geo import crs as systems
from gis_service.surveys.reading import reader
from gis_service.surveys.reading.result import Read
from tests.surveys.reading import made

EAST, NORTH = 453649.888, 2473733.499


def at(*pairs: tuple[Any, Any], crs: int | None = 4547, said: str | None = None, box: Any = made.BOX) -> Read:
    """Holes ZK01… at these (east, north), in a file that may say its system."""
    points = [[f"ZK{number:02d}", "钻孔", *pair, 3, 1, "是"] for number, pair in enumerate(pairs, 1)]
    layers = [[point[0], 0, 1, "淤泥", None, None] for point in points]

    def tell(book: Workbook) -> None:
        if said:
            book.create_sheet("说明").append(["坐标系(EPSG)", said])

    sheets = {"钻孔": [made.POINT_HEAD, *points], "地层": [made.LAYER_HEAD, *layers]}
    return reader.read(made.workbook(sheets, tell), "孔.xlsx", crs=crs, box=box)


def test_the_guide_names_the_system() -> None:
    found = at((EAST, NORTH), crs=None, said="EPSG:4547")

    assert (found.crs, found.warnings, found.errors) == (4547, [], [])


def test_a_zone_in_front_names_the_system_itself() -> None:
    found = at((38453649.888, NORTH), crs=None)

    assert (found.crs, found.logs[0].easting, found.issues) == (4526, Decimal("38453649.888"), [])


def test_six_digits_inside_the_district_are_its_own_zone_and_said_to_be_assumed() -> None:
    found = at((EAST, NORTH), crs=None)

    assert (found.crs, len(found.logs)) == (4547, 1)
    assert "EPSG:4547" in made.warnings(found)["crs_assumed"].zh


def test_six_digits_elsewhere_without_a_system_refuse_the_file() -> None:
    found = at((EAST + 90_000, NORTH), crs=None)

    assert list(found.logs) == []
    assert "“说明”表写明" in made.errors(found)["crs_missing"].zh


@pytest.mark.parametrize(("crs", "east", "read"), [(4547, "38453649.888", "453649.888"), (4526, "453649.888", "38453649.888")])  # fmt: skip
def test_the_zone_number_is_taken_off_or_put_in_front_and_said(crs: int, east: str, read: str) -> None:
    found = at((east, NORTH), crs=crs)

    assert found.logs[0].easting == Decimal(read)
    assert (made.warnings(found)["zone_prefix"].sheet, made.warnings(found)["zone_prefix"].row) == ("钻孔", 2)


def test_a_whole_file_with_north_before_east_is_turned_and_said() -> None:
    found = at((NORTH, EAST), (NORTH + 9, EAST + 9))

    assert (found.logs[0].easting, found.logs[0].northing) == (Decimal("453649.888"), Decimal("2473733.499"))
    assert "整表颠倒" in made.warnings(found)["axes_swapped"].zh


def test_a_single_hole_with_north_before_east_is_refused_with_the_guess() -> None:
    rest = [(EAST + step, NORTH + step) for step in (0, 10, 20, 30, 40)]

    found = at(*rest, (NORTH, EAST))

    issue = made.errors(found)["swapped"]
    assert (found.refused, issue.row) == (["ZK06"], 7)
    assert "应为东 453649.888、北 2473733.499" in issue.zh


def test_degrees_are_refused_with_the_metres_they_mean() -> None:
    found = at((EAST, NORTH), (113.55, 22.36))

    assert "东 453649.888、北 2473733.499" in made.errors(found)["degrees"].zh
    assert [log.point_no for log in found.logs] == ["ZK01"]


def test_a_file_all_in_degrees_is_refused_hole_by_hole_whatever_it_says() -> None:
    said = at((113.55, 22.36), crs=None, said="EPSG:4490")
    silent = at((113.55, 22.36), (113.551, 22.361), crs=None)

    assert "换算成 EPSG:4547" in made.errors(said)["crs_degrees"].zh
    assert [issue.code for issue in silent.errors] == ["degrees", "degrees"]


def test_the_number_of_another_zone_is_refused() -> None:
    found = at((38453649.888, NORTH), ("37762710.751", 2475889.26), (38453650, NORTH))

    assert "37 带" in made.errors(found)["zone_conflict"].zh
    assert found.refused == ["ZK02"]


@pytest.mark.parametrize(
    ("east", "north", "guess"),
    [
        ("45364.9888", "2473733.499", "东坐标可能少了一位,即东 453649.8880"),
        ("4536498.88", "2473733.499", "东坐标可能多了一位"),
        ("453649.888", "247373.3499", "北坐标可能少了一位"),
        ("762710.751", "2475889.260", "EPSG:4546(中央子午线 111°E)"),
    ],
)
def test_a_hole_outside_the_district_is_refused_with_what_would_bring_it_back(
    east: str, north: str, guess: str
) -> None:
    found = at((EAST, NORTH), (EAST + 10, NORTH), (east, north))

    assert found.refused == ["ZK03"]
    assert guess in made.errors(found)["outside_district"].zh


def test_without_a_district_a_hole_far_from_the_others_is_found_and_its_wrong_digit_named() -> None:
    rest = [(EAST + step, NORTH + step) for step in range(0, 100, 10)]

    found = at(*rest, (463649.888, NORTH), box=None)

    assert found.refused == ["ZK11"]
    assert "第 2 位可能写错,约为东 453649.888" in made.errors(found)["far_away"].zh


def test_without_a_district_numbers_no_zone_has_are_refused() -> None:
    found = at((EAST, NORTH), (45364.9, NORTH), box=None)

    assert found.refused == ["ZK02"]
    assert "核对位数" in made.errors(found)["implausible"].zh


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 5), st.sampled_from([-1, 1]))
def test_a_digit_lost_or_doubled_never_passes_the_district(place: int, way: int) -> None:
    digits = f"{EAST:.3f}"
    wrong = digits[:place] + digits[place + 1 :] if way < 0 else digits[: place + 1] + digits[place:]

    found = at((EAST, NORTH), (wrong, NORTH))

    east = float(wrong)
    lon, _ = systems.transform_xy(np.array([east]), np.array([NORTH]), 4547, 4490)
    inside = made.BOX[0] <= lon[0] <= made.BOX[2]
    assert ("ZK02" not in found.refused) == inside


@pytest.mark.parametrize(
    ("said", "code", "says"),
    [
        ("EPSG:2362", "crs_legacy", "CGCS2000"),
        ("EPSG:99999", "crs_unknown", "没有 EPSG:99999"),
        ("珠海坐标系", "crs.not_understood", "不认识坐标系"),
    ],
)
def test_a_system_that_cannot_be_placed_refuses_the_file(said: str, code: str, says: str) -> None:
    found = at((EAST, NORTH), crs=None, said=said)

    assert list(found.logs) == []
    assert says in made.errors(found)[code].zh


def test_two_systems_in_one_file_refuse_it_and_a_person_goes_before_the_file() -> None:
    rows = [[*made.POINT, "EPSG:4547"], ["ZK02", *made.POINT[1:], "EPSG:4526"]]
    content = made.holes(*rows, head=[*made.POINT_HEAD, "坐标系"])

    mixed = reader.read(content, "孔.xlsx")
    given_one = at((EAST, NORTH), crs=4547, said="EPSG:4526")

    assert "EPSG:4526, EPSG:4547" in made.errors(mixed)["crs_mixed"].zh
    assert "EPSG:4526" in made.warnings(given_one)["crs_overridden"].zh
    assert len(given_one.logs) == 1
