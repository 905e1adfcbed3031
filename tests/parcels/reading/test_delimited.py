"""Delimited texts and the coordinates in tables: points become parcels, and what cannot is told by line and cell."""

import contextlib
import itertools
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_service.geo import crs as systems
from gis_service.geo import notation
from gis_service.parcels.reading.result import Unreadable
from gis_service.parcels.reading.tables import delimited, text, workbook
from tests.parcels.reading.sheets import book

Reading = Callable[..., Any]
Refusing = Callable[..., Unreadable]

Corners = list[tuple[float, float]]


@pytest.fixture
def parse(parse_file: Reading) -> Reading:
    return partial(parse_file, delimited.read, name="表.csv")


@pytest.fixture
def parse_book(parse_file: Reading) -> Reading:
    return partial(parse_file, workbook.read, name="表.xlsx")


def corners(east: float, north: float, width: float, height: float) -> Corners:
    """(north, east) of a rectangle from its north-west corner, clockwise."""
    return [(north, east), (north, east + width), (north - height, east + width), (north - height, east)]


PLOT, HOLE, OTHER = corners(452100, 2478700, 400, 250), corners(452250, 2478600, 100, 100), corners(459000, 2475800, 120, 100)  # fmt: skip


def sentences(got: Any, code: str) -> list[str]:
    return [found.message_zh for found in (*got.summary.issues, *(i for r in got.rows for i in r.issues)) if found.code == code]  # fmt: skip


def points_csv(points: Corners, head: str = "点号,X坐标,Y坐标") -> str:
    return head + "".join(f"\n{n},{x},{y}" for n, (x, y) in enumerate(points, 1)) + "\n"


# --- texts -------------------------------------------------------------------------------------------------------

REGISTER = "地块编号,地块名称,用地面积(亩)\nA-1,甲,135\n\nA-2,乙,18\n"


@pytest.mark.parametrize(
    ("codec", "mark", "name"),
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8-sig", b"", "UTF-8"),
        ("gb18030", b"", "GB18030"),
        ("utf-16-le", b"\xff\xfe", "UTF-16LE"),
        ("utf-16-be", b"\xfe\xff", "UTF-16BE"),
        ("utf-16-le", b"", "UTF-16LE"),
    ],
)
def test_a_register_is_read_in_any_encoding_with_its_evidence(
    read_file: Reading, codec: str, mark: bytes, name: str
) -> None:
    got = read_file(mark + REGISTER.encode(codec), "台账.csv")
    assert got.summary.format == "CSV"
    assert got.summary.encoding.name == name
    assert "分隔符：逗号" in got.summary.encoding.evidence_zh
    assert [(row.row, row.attributes["地块名称"]) for row in got.rows] == [(2, "甲"), (4, "乙")]
    assert [layer.name for layer in got.summary.layers] == ["台账"]
    assert ("encoding.not_utf8" in got.codes) is (codec == "gb18030")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_ends_of_lines_are_found_out(parse: Reading, separator: str, end: str) -> None:
    got = parse(REGISTER.replace(",", separator).replace("\n", end))
    assert [(row.row, row.attributes["地块编号"], row.attributes["用地面积(亩)"]) for row in got.rows] == [
        (2, "A-1", "135"),
        (4, "A-2", "18"),
    ]


def test_a_separator_may_be_declared_and_a_tsv_has_tabs(parse: Reading) -> None:
    got = parse("sep=|\n地块编号|地块名称\nA|1;b;c,d,e,f\n")
    assert got.rows[0].attributes == {"地块编号": "A", "地块名称": "1;b;c,d,e,f"}
    assert parse("地块编号\t地块名称\na,b\tc,d\n", name="a.tsv").rows[0].attributes == {
        "地块编号": "a,b",
        "地块名称": "c,d",
    }


def test_quotes_hold_separators_line_breaks_and_quotes(parse: Reading) -> None:
    got = parse('地块编号,备注\nA-1,"一,二\n三 ""四"""\nA-2,五\n')
    assert [(row.row, row.attributes["备注"]) for row in got.rows] == [(2, '一,二\n三 "四"'), (3, "五")]


def test_codes_stay_texts(parse: Reading) -> None:
    got = parse("地块编号,地类编码,证号\n007,0601,440402001001123456789\n")
    assert got.rows[0].attributes == {"地块编号": "007", "地类编码": "0601", "证号": "440402001001123456789"}


def test_two_levels_of_names_are_joined_where_blanks_show_them(parse: Reading) -> None:
    got = parse("台账,,,,\n序号,地块编号,用地面积,,备注\n,,㎡,亩,\n1,A-1,90000,135,\n合计,,90000,135,\n")
    assert got.rows[0].attributes == {
        "序号": "1",
        "地块编号": "A-1",
        "用地面积-㎡": "90000",
        "用地面积-亩": "135",
        "备注": None,
    }
    assert sentences(got, "table.totals") == ["第 5 行是小计或合计，没有作为地块。"]


def test_a_line_with_too_many_fields_is_an_error_and_one_with_too_few_a_warning(parse: Reading) -> None:
    got = parse("地块编号,地块名称,备注\nA-1,甲,一,二\nA-2,乙\nA-3,丙,三,\n")
    assert [(i.row, i.level, i.code) for row in got.rows for i in row.issues] == [
        (2, "error", "csv.ragged"),
        (3, "warning", "csv.short"),
    ]
    assert sentences(got, "csv.ragged") == ["第 2 行有 4 列，表头只有 3 列，多出的内容无法归属。请检查分隔符和引号。"]


@pytest.mark.parametrize(
    ("content", "code", "named"),
    [
        ('地块编号,备注\nA-1,一\nA-2,"二\nA-3,三\n', "csv.quote_open", "第 3 行"),
        ('地块编号,备注\nA-1,"一"二\n', "csv.quote_stray", "第 2 行"),
        ("地块编号,备注\nA-1,一\nA-2,\x00\n", "csv.nul", "第 3 行"),
        ("地块编号,备注\n" + "A-1,一\n" * 3000 + "A-2,\x00\n", "csv.nul", "第 3002 行"),
        ("地块编号,备注\nA," + "," * 30_000, "csv.too_many_fields", "第 2 行"),
        ("地块编号,备注\n", "read.no_rows", "记录"),
        ("随便写的一行字\n又一行\n", "table.no_header", "列名"),
    ],
)
def test_what_is_broken_is_refused_with_its_line(refused: Refusing, content: str, code: str, named: str) -> None:
    refusal = refused(content, "a.csv")
    assert refusal.code == code
    assert named in refusal.zh


def test_an_endless_line_and_an_endless_quote_are_refused_in_little_memory(
    parse: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "MOST_CHARACTERS", 10_000)
    for content, code in (
        ("地块编号,备注\nA," + "一" * 20_000, "csv.line_too_long"),
        ('地块编号,备注\nA,"一\n' + "B,二\n" * 5000, "csv.quote_open"),
    ):
        with pytest.raises(Unreadable) as refusal:
            parse(content)
        assert refusal.value.code == code
        assert "第 2 行" in refusal.value.zh


def test_bytes_that_are_no_text_are_refused_with_their_place(refused: Refusing, parse: Reading) -> None:
    content = "地块编号,备注\nA,".encode() + b"\xff\xff\xff\n"
    refusal = refused(content, "a.csv")
    assert refusal.code == "encoding.undecodable"
    assert f"第 {content.index(0xFF) + 1} 字节" in refusal.zh
    late = "地块编号,备注\n".encode() + b"A,b\n" * 20_000 + b"\xff"
    with pytest.raises(Unreadable) as refusal_late:
        parse(late, encoding="UTF-8")
    assert refusal_late.value.facts["position"] == len(late)


def test_a_long_table_is_read_in_little_memory(read_file: Reading) -> None:
    got = read_file("地块编号,备注\n" + "A-1,一二三四五六七八九十\n" * 60_000, "a.csv")
    assert got.summary.row_count == 60_000
    assert got.summary.cost.peak_memory_mb < 150


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=400))
def test_no_bytes_whatever_break_the_reader(parse: Reading, content: bytes) -> None:
    for raw in (content, "地块编号,X,Y,wkt\n".encode() + content):
        with contextlib.suppress(Unreadable):
            parse(raw)


# --- boundary points ---------------------------------------------------------------------------------------------


def test_points_of_one_parcel_are_drawn_with_x_to_the_north(read_file: Reading) -> None:
    got = read_file(points_csv(PLOT), "a.csv")
    (row,) = got.rows
    assert (got.summary.crs.epsg, row.source_area_m2, row.source_area_crs) == (4547, pytest.approx(100_000), 4547)
    assert [(p.point_no, p.northing_text, p.easting_text) for p in row.boundary_points][:2] == [
        ("1", "2478700", "452100"),
        ("2", "2478700", "452500"),
    ]
    assert got.codes == ["crs.zone_assumed", "coordinate.ring_closed"]


def test_swapped_columns_are_told_by_their_size_and_put_right(parse: Reading) -> None:
    got = parse(points_csv([(y + 38_000_000, x) for x, y in PLOT]))
    assert (got.summary.crs.epsg, got.summary.crs.axis_swapped) == (4526, True)
    assert "crs.axes_swapped" in got.codes
    assert got.rows[0].source_area_m2 == pytest.approx(100_000)
    assert got.rows[0].boundary_points[0].northing_text == "2478700"


GROUPED = [
    ["界址点成果表"],
    ["坐标系：2000国家大地坐标系", None, "中央子午线：114°"],
    ["地块编号", "地块名称", "圈号", "点号", "X坐标(m)", "Y坐标(m)", "边长(m)"],
    *(["BW-0001" if n == 0 else None, "北围一" if n == 0 else None, 1, f"J{n + 1}", x, y, None] for n, (x, y) in enumerate(PLOT)),
    [None, None, 1, "J1", *PLOT[0]],
    [None, None, None, None, None, None, 250.0],
    *([None, None, 2, f"J{n + 5}", x, y, None] for n, (x, y) in enumerate(HOLE)),
    *(["HH-0001" if n == 0 else None, "后环一" if n == 0 else None, 1, f"J{n + 1}", x, y, None] for n, (x, y) in enumerate(OTHER)),
    ["合计"],
    ["注：坐标为2000国家大地坐标系。"],
]  # fmt: skip


@pytest.mark.parametrize(
    "merges", [(), ("A4:A12", "B4:B12", "A14:A17", "B14:B17")], ids=["blank cells", "merged cells"]
)
def test_points_of_several_parcels_are_parted_by_number_and_ring(parse_book: Reading, merges: tuple[str, ...]) -> None:
    got = parse_book(book(GROUPED, merges))
    assert [(row.row, row.parcel_no, row.source_area_m2) for row in got.rows] == [
        (4, "BW-0001", pytest.approx(90_000)),
        (14, "HH-0001", pytest.approx(12_000)),
    ]
    assert [row.attributes for row in got.rows] == [
        {"地块编号": "BW-0001", "地块名称": "北围一"},
        {"地块编号": "HH-0001", "地块名称": "后环一"},
    ]
    assert got.summary.crs.evidence_zh[0].startswith("东坐标 6 位、无带号前缀，带号 38 另行声明")
    points = got.rows[0].boundary_points
    assert [(p.point_no, p.ring_no, p.ring_text) for p in points] == [
        (f"J{n}", 1 + n // 5, str(1 + n // 5)) for n in range(1, 9)
    ]


def test_a_parcel_may_stand_on_a_line_above_its_points_or_have_none(parse_book: Reading) -> None:
    rows = [["地块编号", "面积(㎡)", "点号", "X", "Y"], ["A", 100000], *([None, None, n, *p] for n, p in enumerate(PLOT, 1)), ["B", 5]]  # fmt: skip
    got = parse_book(book(rows))
    assert [(row.row, row.parcel_no, row.source_area_m2, row.issues == []) for row in got.rows] == [
        (2, "A", pytest.approx(100_000), False),
        (7, "B", None, True),
    ]
    assert [row.attributes["面积(㎡)"] for row in got.rows] == [100000, 5]


def test_what_lies_outside_the_first_ring_is_a_part_whatever_its_number(parse_book: Reading) -> None:
    rows = [
        ["地块编号", "圈号", "X", "Y"],
        *(["A", 1, *point] for point in PLOT),
        *(["A", 2, *point] for point in OTHER),
    ]
    got = parse_book(book(rows))
    assert [len(part.interiors) for part in got.rows[0].shape.geoms] == [0, 0]
    assert got.rows[0].source_area_m2 == pytest.approx(112_000)


@pytest.mark.parametrize(
    "between",
    [[], [[]], [[], []]],
    ids=["numbers begin again", "a blank row", "two blank rows"],
)
def test_rings_without_a_number_are_found(parse_book: Reading, between: list[list[Any]]) -> None:
    first, second = ([[f"J{n}", *point] for n, point in enumerate(ring, 1)] for ring in (PLOT, HOLE))
    got = parse_book(book([["点号", "X", "Y"], *first, *between, *second]))
    assert got.rows[0].source_area_m2 == pytest.approx(90_000)


def test_points_on_every_second_row_are_one_ring(parse_book: Reading) -> None:
    rows = [["点号", "X", "Y"], *itertools.chain.from_iterable(([n, *point], []) for n, point in enumerate(PLOT, 1))]
    assert parse_book(book(rows)).rows[0].source_area_m2 == pytest.approx(100_000)


def test_headings_between_points_name_parcels(parse_book: Reading) -> None:
    rows = [["点号", "X", "Y"], ["地块一"], *([n, *p] for n, p in enumerate(PLOT, 1)), ["地块编号：HH-0001"], *([n, *p] for n, p in enumerate(OTHER, 1)), ["以上坐标仅供参考"]]  # fmt: skip
    got = parse_book(book(rows))
    assert [(row.row, row.attributes, row.source_area_m2) for row in got.rows] == [
        (2, {"地块名称": "地块一"}, pytest.approx(100_000)),
        (7, {"地块编号": "HH-0001"}, pytest.approx(12_000)),
    ]
    assert "第 12 行" in sentences(got, "table.notes")[0]


def test_a_title_tells_of_the_one_parcel_below_it(parse_book: Reading) -> None:
    rows = [["宗地编号", None], ["地块编号：BW-0001  地块名称：北围一", "宗地面积(㎡)：100000"], ["点号", "X", "Y"], *([n, *p] for n, p in enumerate(PLOT, 1))]  # fmt: skip
    got = parse_book(book(rows))
    assert got.rows[0].attributes == {"地块编号": "BW-0001", "地块名称": "北围一", "宗地面积(㎡)": "100000"}


def test_points_out_of_order_follow_their_running_number(parse: Reading) -> None:
    lines = points_csv(PLOT, "序号,X,Y").splitlines()
    got = parse("\n".join([lines[0], lines[1], lines[3], lines[2], lines[4]]))
    assert got.rows[0].source_area_m2 == pytest.approx(100_000)
    assert "table.ordered" in got.codes


def test_a_cell_that_is_no_coordinate_is_named(parse_book: Reading) -> None:
    rows = [["地块编号", "X", "Y"], ["A", *PLOT[0]], ["A", "24787OO", 452500], ["A", 2478450, None], ["A", *PLOT[3]], *(["B", *p] for p in OTHER)]  # fmt: skip
    got = parse_book(book(rows))
    assert sentences(got, "coordinate.not_understood") == ["单元格 B3(列“X”)的“24787OO”不是坐标。"]
    assert sentences(got, "coordinate.missing") == ["第 4 行缺少“Y”的坐标。"]
    assert [row.geometry is None for row in got.rows] == [True, False]


def test_texts_of_points_stay_as_the_sheet_shows_them(parse_book: Reading) -> None:
    got = parse_book(book([["点号", "X", "Y"], *([n, *p] for n, p in enumerate(PLOT, 1))], formats={"B2": "0.000"}))
    assert got.rows[0].boundary_points[0].northing_text == "2478700.000"


def test_tables_side_by_side_are_refused_rather_than_read_by_half(refused: Refusing, parse: Reading) -> None:
    content = "序号,X,Y,序号,X,Y\n" + "".join(f"{n},{x},{y},{n},{x + 9},{y}\n" for n, (x, y) in enumerate(PLOT, 1))
    refusal = refused(content, "a.csv")
    assert refusal.code == "table.twice"
    got = parse(content, columns={"northing": "X", "easting": "Y"})
    assert got.rows[0].source_area_m2 == pytest.approx(100_000)


@pytest.mark.parametrize("where", ["西安80坐标系,,\n点号,X,Y", "点号,X(西安80),Y", "点号,X,Y,坐标系"])
def test_old_datums_are_refused_wherever_they_are_named(refused: Refusing, where: str) -> None:
    lines = points_csv(PLOT, where).splitlines()
    content = "\n".join(f"{line},1980西安坐标系" if line[0].isdigit() else line for line in lines) if "坐标系" in where[-5:] else "\n".join(lines)  # fmt: skip
    assert refused(content, "a.csv").code == "crs.legacy_datum"


def test_a_local_system_is_refused(refused: Refusing) -> None:
    assert refused(points_csv(PLOT, "坐标系：珠海坐标系,,\n点号,X,Y"), "a.csv").code == "txt.local_system"


# --- degrees -----------------------------------------------------------------------------------------------------

SQUARE = [(113.5445, 22.4025), (113.5545, 22.4025), (113.5545, 22.3925), (113.5445, 22.3925)]


def in_degrees(write: Callable[[float], str], points: Corners = SQUARE, head: str = "点号,经度,纬度") -> str:
    return head + "".join(f"\n{n},{write(lon)},{write(lat)}" for n, (lon, lat) in enumerate(points, 1))


def chinese(value: float) -> str:
    return notation.as_dms(value, 2).replace("°", "度").replace("′", "分").replace("″", "秒")


@pytest.mark.parametrize(
    "write",
    [
        str,
        notation.as_dms,
        chinese,
        lambda value: notation.as_dms(value, 2).replace("°", "-").replace("′", "-").rstrip("″"),
        lambda value: notation.as_dms(value, 2).replace("°", " ").replace("′", " ").rstrip("″"),
        lambda value: ("E" if value > 90 else "N") + notation.as_dms(value, 2),
        lambda value: ("东经" if value > 90 else "北纬") + chinese(value),
    ],
    ids=["decimal", "signs", "characters", "hyphens", "blanks", "letters", "words"],
)
def test_degrees_are_read_in_every_dress(parse: Reading, write: Callable[[float], str]) -> None:
    content = in_degrees(write)
    got = parse(content)
    assert got.summary.crs.epsg == 4490
    assert got.codes == ["coordinate.ring_closed"]
    assert shapely.get_coordinates(got.rows[0].shape)[:4] == pytest.approx(np.array(SQUARE), abs=1e-9)
    assert got.rows[0].boundary_points[0].easting_text == write(SQUARE[0][0]), "kept as typed"


def test_latitude_under_the_name_of_longitude_is_told(parse: Reading) -> None:
    got = parse(in_degrees(str, head="点号,纬度,经度"))
    assert "crs.axes_swapped" in got.codes
    assert shapely.get_coordinates(got.rows[0].shape)[0] == pytest.approx(SQUARE[0])


def packed(value: float) -> str:
    return notation.as_packed(value, 0)


def test_packed_degrees_are_read_so_where_only_so_they_lie_in_the_district(parse: Reading) -> None:
    at_home = [(113.6006, 22.4172), (113.6106, 22.4172), (113.6106, 22.4111), (113.6006, 22.4111)]
    got = parse(in_degrees(packed, at_home))
    assert shapely.get_coordinates(got.rows[0].shape)[:4] == pytest.approx(np.array(at_home), abs=2e-4)
    assert "coordinate.packed" in got.codes
    (told,) = sentences(got, "coordinate.packed")
    assert "113.3602 → 113.600556°" in told
    assert "--crs EPSG:4490" in told
    decimal = parse(in_degrees(packed, at_home), crs="EPSG:4490")
    assert shapely.get_coordinates(decimal.rows[0].shape)[0] == pytest.approx([113.3602, 22.2502])


def test_one_value_that_cannot_be_packed_makes_all_of_them_decimal(parse: Reading) -> None:
    got = parse("点号,经度,纬度\n1,113.3602,22.2502\n2,113.3638,22.2502\n3,113.3675,22.2440\n4,113.3602,22.2440\n")
    assert not {"coordinate.packed", "coordinate.maybe_packed"} & set(got.codes)


def test_decimal_degrees_are_preferred_where_both_may_be_and_that_is_told(parse: Reading) -> None:
    elsewhere = in_degrees(packed, [(117.6006, 34.4172), (117.6106, 34.4172), (117.6106, 34.4111), (117.6006, 34.4111)])
    got = parse(elsewhere)
    assert got.codes == ["coordinate.maybe_packed", "coordinate.ring_closed"]
    assert "经度(度.分秒)" in sentences(got, "coordinate.maybe_packed")[0]
    said = parse(elsewhere.replace("经度,纬度", "经度(度.分秒),纬度(度.分秒)"))
    assert shapely.get_coordinates(said.rows[0].shape)[0] == pytest.approx([117.6006, 34.4172], abs=2e-4)


def test_a_header_that_says_packed_over_values_that_are_not_is_refused(refused: Refusing) -> None:
    content = in_degrees(str, [(113.5475, 22.40), (113.55, 22.40), (113.55, 22.39)], "点号,经度(度.分秒),纬度(度.分秒)")
    assert refused(content, "a.csv").code == "table.not_packed"


def test_decimal_degrees_of_the_district_are_never_suspected(parse: Reading) -> None:
    got = parse(in_degrees(str, [(113.5412, 22.4021), (113.5433, 22.4021), (113.5433, 22.3958), (113.5412, 22.3958)]))
    assert got.codes == ["coordinate.ring_closed"]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    east=st.integers(441_000, 470_000),
    north=st.integers(2_465_000, 2_488_000),
    radii=st.lists(st.integers(20, 400), min_size=3, max_size=9),
)
def test_the_same_corners_in_metres_and_degrees_are_the_same_parcel(
    parse: Reading, east: int, north: int, radii: list[int]
) -> None:
    turn = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    e, n = east + np.array(radii) * np.cos(turn), north + np.array(radii) * np.sin(turn)
    e, n = e.round(3), n.round(3)
    lon, lat = systems.transform_xy(e, n, 4547, 4490)
    metres = parse(points_csv(list(zip(n.tolist(), e.tolist(), strict=True))))
    degrees = parse(in_degrees(partial(notation.as_dms, places=6), list(zip(lon.tolist(), lat.tolist(), strict=True))))
    same = [shapely.get_coordinates(got.rows[0].shape) for got in (metres, degrees)]
    assert same[0] == pytest.approx(same[1], abs=1e-9)


# --- outlines in one cell ----------------------------------------------------------------------------------------


def test_lists_of_points_in_one_cell_are_outlines(parse: Reading) -> None:
    ring = ";".join(f"{lon},{lat}" for lon, lat in SQUARE)
    got = parse(f'地块编号,界址点坐标,备注\nA,"{ring}",一\nB,见附图,二\nC,,三\nD,"{ring};{ring}",四\n')
    assert [(row.row, row.geometry is not None, row.attributes["备注"]) for row in got.rows] == [(2, True, "一"), (3, False, "二"), (4, False, "三"), (5, True, "四")]  # fmt: skip
    assert sentences(got, "coordinate.list")[0].startswith("单元格 B3(列“界址点坐标”)不是坐标串")
    assert got.rows[2].issues == [], "the register may have rows without an outline"
    assert "界址点坐标" not in got.rows[0].attributes
    assert [p.point_no for p in got.rows[0].boundary_points] == ["J1", "J2", "J3", "J4"]


def test_lists_are_found_whatever_the_column_is_called(parse: Reading) -> None:
    ring = "|".join(f"{x} {y}" for x, y in PLOT)
    got = parse(f"地块编号;红线\nA;{ring}\n")
    assert got.rows[0].source_area_m2 == pytest.approx(100_000)


def test_wkt_is_an_outline_and_a_broken_one_is_named(parse: Reading) -> None:
    ring = ",".join(f"{lon} {lat}" for lon, lat in [*SQUARE, SQUARE[0]])
    got = parse(
        f'地块编号,范围,中心\nA,"POLYGON (({ring}))",POINT(113.55 22.4)\nB,"POLYGON (({ring.rsplit(",", 1)[0]}))",\nC,,\n'
        f'D,"MULTIPOLYGON ((({ring})))",\nE,POLYGON ((1 2,\nF,POINT (113.55 22.40),\nG,见附图,\nH,NA,\n'
    )
    assert [row.geometry is not None for row in got.rows] == [True, False, False, True] + [False] * 4
    assert sentences(got, "coordinate.wkt") == [
        "单元格 B3(列“范围”)的 WKT 无法读取：环未闭合。",
        "单元格 B6(列“范围”)的 WKT 无法读取：语法有误。",
        "单元格 B8(列“范围”)的 WKT 无法读取：语法有误。",
    ]
    assert got.rows[5].issues[0].code == "geometry.not_area"
    assert got.rows[2].issues == got.rows[7].issues == [], "NA is no outline"
    assert got.rows[0].attributes == {"地块编号": "A", "中心": "POINT(113.55 22.4)"}


def test_an_outline_that_is_a_formula_without_result_is_an_error(parse_book: Reading) -> None:
    ring = ",".join(f"{lon} {lat}" for lon, lat in [*SQUARE, SQUARE[0]])
    got = parse_book(book([["地块编号", "wkt"], ["A", f"POLYGON(({ring}))"], ["B", '=CONCAT("POLYGON")']]))
    assert [(row.geometry is None, [i.code for i in row.issues]) for row in got.rows] == [
        (False, []),
        (True, ["cell.no_value"]),
    ]


def test_outlines_that_begin_far_below_are_found(parse: Reading) -> None:
    ring = ",".join(f"{lon} {lat}" for lon, lat in [*SQUARE, SQUARE[0]])
    listed = ";".join(f"{lon},{lat}" for lon, lat in SQUARE)
    blank = "".join(f"N{n},\n" for n in range(90))
    for head, outline in (("wkt", f"POLYGON(({ring}))"), ("界址点坐标", listed)):
        got = parse(f'地块编号,{head}\n{blank}A,"{outline}"\n')
        assert [row.row for row in got.rows if row.geometry] == [92]


def test_wkt_that_names_its_system_is_believed_and_checked(parse: Reading, refused: Refusing) -> None:
    ring = ",".join(f"{y + 38_000_000} {x}" for x, y in [*PLOT, PLOT[0]])
    got = parse(f'地块编号,wkt\nA,"SRID=4526;POLYGON (({ring}))"\n')
    assert (got.summary.crs.epsg, got.rows[0].source_area_m2) == (4526, pytest.approx(100_000))
    two = f'地块编号,wkt\nA,"SRID=4526;POLYGON (({ring}))"\nB,"SRID=4547;POLYGON (({ring}))"\n'
    assert refused(two, "a.csv").code == "table.mixed_srid"


# --- registers that have only points, and columns that are told --------------------------------------------------


def test_one_point_for_each_parcel_makes_no_outline(parse: Reading) -> None:
    got = parse("地块编号,地块名称,经度,纬度\nA,甲,113.54,22.40\nB,乙,113.55,22.40\nC,丙,113.55,22.39\n")
    assert [(row.geometry, row.issues) for row in got.rows] == [(None, [])] * 3
    assert got.codes == ["table.points_only"]
    assert got.rows[0].attributes["经度"] == "113.54"


def test_columns_are_taken_as_they_are_told(parse: Reading) -> None:
    lines = "".join(f"{x},{y},P{n // 4}\n" for n, (x, y) in enumerate([*PLOT, *OTHER]))
    asked = {"northing": "甲", "easting": "乙", "group": "丙"}
    got = parse(f"甲,乙,丙\n{lines}", columns=asked)
    assert [(row.parcel_no, row.source_area_m2) for row in got.rows] == [
        ("P0", pytest.approx(100_000)),
        ("P1", pytest.approx(12_000)),
    ]
    assert got.rows[0].attributes == {"丙": "P0", "地块编号": "P0"}


def test_a_role_may_be_told_to_be_no_column(parse: Reading) -> None:
    got = parse("点号,经度,纬度,X,Y\n" + "".join(f"{n},{lon},{lat},1,2\n" for n, (lon, lat) in enumerate(SQUARE, 1)), columns={"northing": "", "parcel_no": ""})  # fmt: skip
    assert (got.summary.crs.epsg, got.rows[0].attributes) == (4490, {"X": "1", "Y": "2"})


def test_a_column_that_is_told_and_not_there_is_refused_with_those_that_are(refused: Refusing) -> None:
    refusal = refused("甲,乙\n1,2\n", "a.csv", columns={"easting": "丁"})
    assert refusal.code == "table.no_such_column"
    assert "甲, 乙" in refusal.zh


# --- real files of others ----------------------------------------------------------------------------------------


@pytest.mark.shared_data
def test_the_three_tables_of_one_parcel_near_xuzhou_agree(shared: Path, read_file: Reading) -> None:
    metric, swapped, degrees = (
        read_file(shared / "coord_tables" / name, name)
        for name in ("坐标_投影.csv", "坐标_投影 - 交换顺序.csv", "坐标-经纬度.csv")
    )
    assert [got.summary.crs.epsg for got in (metric, swapped, degrees)] == [4527, 4527, 4490]
    assert [got.summary.crs.axis_swapped for got in (metric, swapped, degrees)] == [False, True, False]
    plane, turned, lonlat = (shapely.get_coordinates(got.rows[0].shape) for got in (metric, swapped, degrees))
    assert turned == pytest.approx(plane, abs=1e-12)
    assert lonlat == pytest.approx(plane, abs=0.51e-6), "the degrees have six decimals"
    lines = (shared / "coord_tables" / "坐标_投影.csv").read_text("utf-8-sig").split()[1:]
    at = [(Decimal(east), Decimal(north)) for _, north, east in (line.split(",") for line in lines)]
    exact = abs(sum(a * d - c * b for (a, b), (c, d) in itertools.pairwise([*at, at[0]]))) / 2
    # the README says 130 241.33; its sums are off by a centimetre or two, as in the TXT files
    assert metric.rows[0].source_area_m2 == swapped.rows[0].source_area_m2 == pytest.approx(float(exact), abs=1e-4)
    assert float(exact) == pytest.approx(130_241.33, abs=0.03)


@pytest.mark.shared_data
def test_conservation_areas_as_wkt_land_once_the_system_is_told(
    shared: Path, refused: Refusing, read_file: Reading
) -> None:
    path = shared / "wkt_csv/camden_conservation_area.csv"
    assert refused(path, path.name).code == "crs.unknown"
    got = read_file(path, path.name, crs="EPSG:4326")
    assert got.summary.row_count == sum(row.geometry is not None for row in got.rows) > 0
    assert "Point" in got.rows[0].attributes


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("vacant_land/cartofriches_standard_A.csv", 1297),
        ("dumping/san_jose_illegal_dumping.csv", 2000),
        ("dumping/seattle_illegal_dumping_sample.csv", 76),
    ],
)
def test_tables_of_points_have_no_parcels_and_say_so(shared: Path, read_file: Reading, name: str, rows: int) -> None:
    got = read_file(shared / name, Path(name).name)
    assert got.summary.row_count == rows
    assert all(row.geometry is None for row in got.rows)
    assert "table.points_only" in got.codes
    assert got.summary.crs.epsg is None
