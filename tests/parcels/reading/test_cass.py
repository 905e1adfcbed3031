"""CASS point files: east before north, joined in their order, and that is told."""

from collections.abc import Callable
from typing import Any

import pytest

from gis_service.parcels.reading import cass
from gis_service.parcels.reading.result import Unreadable

Reading = Callable[..., Any]

DAT = """1,,38452100.000,2478700.000,3.2
2,,38452500.000,2478700.000,3.1
3,,38452500.000,2478450.000,3.0
4,,38452100.000,2478450.000,2.9
"""


@pytest.fixture
def parse(parse_file: Reading) -> Reading:
    return lambda content, **asked: parse_file(cass.read, content, **asked)


@pytest.mark.parametrize(
    "content",
    [
        DAT,
        "4\r\n" + DAT.replace("\n", "\r\n"),
        DAT + "5,,38452100.000,2478700.000,3.2\n",
        DAT.replace(",", "，"),
        DAT + "\x1a",
    ],
)
def test_points_in_their_order_are_one_parcel(parse: Reading, content: str) -> None:
    got = parse(content)
    (row,) = got.rows
    assert (got.summary.crs.epsg, row.source_area_m2) == (4526, pytest.approx(100_000))
    assert [p.point_no for p in row.boundary_points] == ["1", "2", "3", "4"]
    point = row.boundary_points[0]
    assert (point.northing_text, point.easting_text) == ("2478700.000", "38452100.000")
    assert point.lat == pytest.approx(22.4047, abs=1e-3)
    assert got.codes == ["dat.points_joined"]


def test_codes_with_points_enough_are_parcels_of_their_own(parse: Reading) -> None:
    other = DAT.replace(",,", ",B,").replace("384521", "384531").replace("384525", "384535")
    got = parse(DAT.replace(",,", ",A,") + other)
    assert [row.attributes["编码"] for row in got.rows] == ["A", "B"]
    mixed = parse(DAT.replace("1,,", "1,JZ,"))
    assert len(mixed.rows) == 1


def test_swapped_columns_are_exchanged_and_odd_lines_named(parse: Reading) -> None:
    lines = [line.split(",") for line in DAT.splitlines()]
    swapped = parse("\n".join(f"{a},{b},{n},{e},{h}" for a, b, e, n, h in lines) + "\n说明\n")
    assert swapped.codes == ["txt.line_not_understood", "dat.points_joined", "crs.axes_swapped"]
    assert swapped.rows[0].boundary_points[0].northing_text == "2478700.000"


def test_files_without_points_are_refused(parse: Reading, refused: Callable[..., Unreadable]) -> None:
    with pytest.raises(Unreadable) as refusal:
        parse("1,,38452100.000,2478700.000,3.2\n")
    assert refusal.value.code == "dat.too_few"
    assert refused(b"\x00\x01\x02\x03" * 100, "a.dat").code == "read.kind_mismatch"
    same = parse("\n".join(["1,,38452100,2478700,0"] * 4))
    assert same.rows[0].issues[0].code == "geometry.too_few_points"
