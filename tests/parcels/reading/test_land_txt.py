"""The land offices' TXT: the handbook's examples to the square metre, and every way real files stray from the format."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.parcels.reading.land_txt import lines as land_txt_lines
from gis_service.parcels.reading.land_txt import read as land_txt
from gis_service.parcels.reading.result import Unreadable
from tests.examples import TXT_A, TXT_B

Reading = Callable[..., Any]
Refusing = Callable[..., Unreadable]


@pytest.fixture
def parse(parse_file: Reading) -> Reading:
    """Read a TXT in this process."""
    return lambda content, **asked: parse_file(land_txt.read, content, **asked)


# --- the two examples of the handbook ----------------------------------------------------------------------------


def test_example_a_is_one_polygon_with_a_hole_of_exactly_90_000_m2(read_file: Reading) -> None:
    got = read_file(TXT_A, "示例.txt")
    (row,) = got.rows
    assert got.summary.crs.epsg == 4526
    assert row.source_area_m2 == 90_000
    assert row.declared_area_m2 == 90_000
    assert [len(part.interiors) for part in row.shape.geoms] == [1]
    assert (row.parcel_no, row.parcel_name) == ("BW-0001", "北围示例地块一")
    assert row.attributes["地类编码"] == "100102"
    assert got.codes == []


def test_example_b_has_12_000_and_6_000_plus_4_000_m2(read_file: Reading) -> None:
    got = read_file(TXT_B, "示例.txt")
    assert got.summary.crs.epsg == 4547
    assert [row.source_area_m2 for row in got.rows] == [12_000, 10_000]
    assert [len(row.shape.geoms) for row in got.rows] == [1, 2]
    assert [row.declared_area_m2 for row in got.rows] == [12_000, 10_000]
    assert got.codes == ["txt.ring_closed"]


def test_boundary_points_keep_the_text_of_the_file(parse: Reading) -> None:
    points = parse(TXT_A).rows[0].boundary_points
    assert [p.point_no for p in points] == ["J1", "J2", "J3", "J4", "J5", "J6", "J7", "J8"]
    assert [(p.part_no, p.ring_no, p.ring_text, p.seq) for p in points[3:6]] == [
        (1, 1, "1", 4),
        (1, 2, "2", 1),
        (1, 2, "2", 2),
    ]
    assert (points[0].northing_text, points[0].easting_text) == ("2478700.000", "38452100.000")
    assert (points[0].lon, points[0].lat) == pytest.approx((113.5346, 22.4047), abs=1e-3)


def test_a_second_part_is_numbered_as_a_part(parse: Reading) -> None:
    points = parse(TXT_B).rows[1].boundary_points
    assert [(p.point_no, p.part_no, p.ring_no, p.ring_text) for p in points[3:5]] == [
        ("4", 1, 1, "1"),
        ("5", 2, 1, "2"),
    ]


# --- encodings, line ends, stray characters ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codec", "shown"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gbk", "GB18030"), ("gb18030", "GB18030"), ("utf-16", "UTF-16LE")],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_encoding_and_line_end_gives_the_same_parcel(
    parse: Reading, codec: str, shown: str, line_end: str
) -> None:
    got = parse(TXT_A.replace("\n", line_end).encode(codec))
    assert got.summary.encoding.name == shown
    assert got.rows[0].parcel_name == "北围示例地块一"
    assert got.area_m2 == 90_000


def test_utf_16_without_its_mark_is_seen(parse: Reading) -> None:
    assert parse(TXT_A.encode("utf-16-be")).summary.encoding.name == "UTF-16BE"
    assert parse(TXT_A.encode("utf-16-le")).rows[0].parcel_name == "北围示例地块一"


def test_an_encoding_can_be_given_and_a_wrong_one_is_refused(parse: Reading) -> None:
    assert parse(TXT_A.encode("gbk"), encoding="GBK").codes == []
    with pytest.raises(Unreadable, match="cannot be decoded as UTF-8") as refusal:
        parse(TXT_A.encode("gbk"), encoding="utf-8")
    assert refusal.value.code == "encoding.undecodable"
    with pytest.raises(Unreadable, match="klingon"):
        parse(TXT_A, encoding="klingon")


def test_files_glued_together_may_hold_marks_and_a_second_head(parse: Reading) -> None:
    got = parse(TXT_A + "\ufeff" + TXT_A.replace("BW-0001", "BW-0002"))
    assert [row.parcel_no for row in got.rows] == ["BW-0001", "BW-0002"]
    assert got.area_m2 == 180_000


def test_full_width_digits_commas_and_blanks_are_read_and_kept(parse: Reading) -> None:
    wide = str.maketrans("0123456789,.", "０１２３４５６７８９，．")
    lines = [line.translate(wide) if line.startswith("J") else line for line in TXT_A.splitlines()]
    text = "\u3000" + "  \n ".join(lines).replace("工业用地,100102", "工业用地，100102")
    got = parse(text.replace("J1", "Ｊ１", 1))
    assert got.area_m2 == 90_000
    assert got.rows[0].boundary_points[0].northing_text == "２４７８７００．０００"
    assert got.rows[0].attributes["地类编码"] == "100102"


def test_brackets_in_a_name_stay_as_they_were_written(parse: Reading) -> None:
    assert parse(TXT_A.replace("北围示例地块一", "北围（一期）")).rows[0].parcel_name == "北围（一期）"


# --- headers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "10,9.0000,BW-0001,北围示例地块一,面,,工业用地,@",
        "10,9.0000,BW-0001,北围示例地块一,面,,工业用地,100102,@",
        "10,9.0000,BW-0001,北围示例地块一,面,,工业用地,地上,@",
        "10,9.0000,BW-0001,北围示例地块一,面,,工业用地,100102,甲,乙,@",
        "10,9.0000,BW-0001,北围示例地块一,面,,工业用地,100102,甲,乙,丙,@",
        "10,9.0000,BW-0001,北围示例地块一,面,,工业用地,100102,甲,乙,丙,丁,@",
        "10,9.0000,BW-0001,北围示例地块一,面@ ",
        "10，9.0000，BW-0001，北围示例地块一，面，，，，＠",
    ],
)
def test_headers_of_any_length_are_read_from_the_left(parse: Reading, header: str) -> None:
    got = parse(TXT_A.replace("10,9.0000,BW-0001,北围示例地块一,面,,工业用地,100102,@", header))
    (row,) = got.rows
    assert (row.parcel_no, row.parcel_name, row.declared_area_m2) == ("BW-0001", "北围示例地块一", 90_000)
    if "丁" in header:
        assert [row.attributes[f"其他{n}"] for n in (1, 2, 3, 4)] == ["甲", "乙", "丙", "丁"]


def test_other_sections_and_a_missing_head_do_no_harm(parse: Reading) -> None:
    project = "[项目信息]\n项目名称=示例\n" + TXT_A
    assert parse(project).codes == []
    bare = TXT_A[TXT_A.index("10,9.0000") :]
    got = parse(bare)
    assert (got.summary.crs.epsg, got.summary.crs.source) == (4526, "detected")
    assert "未写坐标系" in got.summary.crs.evidence_zh[-1]


def test_blank_fields_are_empty(parse: Reading) -> None:
    got = parse(TXT_A.replace("10,9.0000,BW-0001,北围示例地块一,面,,", "10,, , ,面,,"))
    row = got.rows[0]
    assert (row.declared_area_m2, row.parcel_no, row.parcel_name) == (None, None, None)


def test_points_and_lines_are_skipped_with_a_message(parse: Reading) -> None:
    line = "2,,L-1,管线,线,,,,@\nJ1,1,2478700.000,38452100.000\nJ2,1,2478700.000,38452500.000\n"
    got = parse(TXT_A + line)
    assert [row.row for row in got.rows] == [1]
    (skipped,) = got.summary.issues
    assert (skipped.code, skipped.row) == ("txt.plot_not_area", 2)
    with pytest.raises(Unreadable, match="polygon") as refusal:
        parse(line)
    assert refusal.value.code == "read.no_polygons"


def test_a_text_without_plots_is_refused(parse: Reading) -> None:
    with pytest.raises(Unreadable, match="@") as refusal:
        parse("会议纪要\n一、关于北围片区\n")
    assert refusal.value.code == "txt.no_plots"


def test_lines_nobody_understands_are_named_and_counted(parse: Reading) -> None:
    got = parse(TXT_A + "备注 以上\n" * 30)
    assert got.codes.count("txt.line_not_understood") == 20
    assert "txt.more_lines" in got.codes
    assert "第 24 行" in got.summary.issues[0].message_zh


# --- rings -------------------------------------------------------------------------------------------------------


def test_an_unclosed_ring_is_closed_and_told(parse: Reading) -> None:
    got = parse(TXT_A.replace("J5,2,2478600.000,38452250.000\n", "", 2) + "J5,2,2478600.000,38452250.000\n")
    assert got.codes == ["txt.ring_closed"]
    assert "第 2 圈" in got.rows[0].issues[0].message_zh


def test_a_ring_number_that_does_not_change_is_split_where_the_ring_closes(parse: Reading) -> None:
    got = parse(TXT_A.replace(",2,24", ",1,24"))
    assert got.area_m2 == 90_000
    assert len(got.rows[0].boundary_points) == 8


def test_the_closing_point_may_carry_the_next_number_or_stand_twice(parse: Reading) -> None:
    next_number = TXT_A.replace("J4,1,2478450.000,38452100.000\nJ1,1", "J4,1,2478450.000,38452100.000\nJ5,1")
    assert parse(next_number).area_m2 == 90_000
    twice = TXT_A + "J5,2,2478600.000,38452250.000\n"
    assert parse(twice).area_m2 == 90_000


def test_a_ring_of_two_points_is_no_area(parse: Reading) -> None:
    got = parse(TXT_A + "J9,3,2478650.000,38452150.000\nJ10,3,2478650.000,38452160.000\n")
    assert "geometry.too_few_points" in got.codes
    assert got.rows[0].geometry is None


def test_a_number_that_is_none_names_its_line(parse: Reading) -> None:
    got = parse(TXT_A.replace("J2,1,2478700.000", "J2,1,24787OO.000"))
    (fault,) = [i for i in got.rows[0].issues if i.level == "error"]
    assert fault.code == "txt.coordinate"
    assert "第 15 行" in fault.message_zh
    assert got.rows[0].geometry is None


def test_a_bow_tie_is_passed_on_with_its_place(parse: Reading) -> None:
    crossed = TXT_B.replace("2,1,2475800.00,459120.00\n3,1,2475700.00", "2,1,2475700.00,459120.00\n3,1,2475800.00")
    got = parse(crossed)
    (fault,) = [i for i in got.rows[0].issues if i.level == "error"]
    assert fault.code == "geometry.invalid"
    assert "459060" in fault.message_zh
    assert "113." in fault.message_zh
    assert got.rows[0].geometry is not None


numbers = st.integers(-20, 20)


@given(st.lists(st.tuples(st.sampled_from("123"), numbers, numbers), max_size=25))
def test_every_point_stays_in_exactly_one_ring_in_its_order(rows: list[tuple[str, int, int]]) -> None:
    points = [
        land_txt_lines.PointLine(n, f"J{n}", ring, (str(y), str(x)), float(y), float(x))
        for n, (ring, y, x) in enumerate(rows)
    ]
    found = land_txt_lines.rings_of(points)
    kept = [point.line for ring in found for point in ring.points]
    assert kept == sorted(kept)
    assert all(ring.points and {p.ring for p in ring.points} == {ring.text} for ring in found)
    closing = [p for p in points if p.line not in kept]
    assert all(any(p.pair == ring.points[0].pair for ring in found) for p in closing)


@given(st.text(alphabet="J1,，@[]=面线.0９ \n\r\t北\ufeff-", max_size=300))
def test_no_text_breaks_the_parser(text: str) -> None:
    parsed = land_txt_lines.parse(text)
    for plot in parsed.plots:
        land_txt_lines.rings_of(plot.points)
        assert len(plot.header) >= land_txt_lines.FEWEST_FIELDS


# --- coordinate systems ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["2000国家大地坐标系", "2000", "CGCS2000", "cgcs2000", ""])
def test_names_of_cgcs2000_are_understood(parse: Reading, name: str) -> None:
    assert parse(TXT_A.replace("2000国家大地坐标系", name)).summary.crs.epsg == 4526


@pytest.mark.parametrize("name", ["80国家大地坐标系", "1980西安坐标系", "北京54", "1954北京坐标系"])
def test_old_datums_are_refused_with_the_way_out(parse: Reading, name: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        parse(TXT_A.replace("2000国家大地坐标系", name))
    assert refusal.value.code == "crs.legacy_datum"
    assert "控制点" in refusal.value.zh


def test_a_local_system_is_refused_by_name(parse: Reading) -> None:
    with pytest.raises(Unreadable) as refusal:
        parse(TXT_A.replace("2000国家大地坐标系", "珠海坐标系"))
    assert refusal.value.code == "txt.local_system"


def test_swapped_columns_are_exchanged_and_told(parse: Reading) -> None:
    lines = []
    for line in TXT_A.splitlines():
        fields = line.split(",")
        lines.append(",".join([*fields[:2], fields[3], fields[2]]) if line.startswith("J") else line)
    got = parse("\n".join(lines))
    assert got.summary.crs.axis_swapped
    assert got.codes == ["crs.axes_swapped"]
    point = got.rows[0].boundary_points[0]
    assert (point.northing_text, point.easting_text) == ("2478700.000", "38452100.000")
    assert point.lat == pytest.approx(22.4047, abs=1e-3)
    assert got.area_m2 == 90_000
    assert got.rows[0].shape.bounds == pytest.approx(parse(TXT_A).rows[0].shape.bounds)


def test_a_zone_number_that_contradicts_the_eastings_is_refused(parse: Reading) -> None:
    with pytest.raises(Unreadable) as refusal:
        parse(TXT_A.replace("带号=38", "带号=39"))
    assert refusal.value.code == "crs.zone_conflict"
    assert refusal.value.zh.startswith("带号不符")


@pytest.mark.parametrize("zone", ["38", "38带", "３８", "114", "114°E"])
def test_the_zone_is_read_however_it_is_written(parse: Reading, zone: str) -> None:
    assert parse(TXT_B.replace("带号=38", f"带号={zone}")).summary.crs.epsg == 4547


def test_a_zone_that_is_none_and_a_wrong_width_are_told(parse: Reading) -> None:
    assert "txt.zone_not_understood" in parse(TXT_B.replace("带号=38", "带号=7")).codes
    assert "txt.belt_conflict" in parse(TXT_B.replace("几度分带=3", "几度分带=6")).codes
    assert parse(TXT_B.replace("带号=38", "带号=19")).summary.crs.epsg == 4508


def test_without_any_zone_the_district_is_assumed_only_inside_it(parse: Reading) -> None:
    got = parse(TXT_B.replace("带号=38", "带号="))
    assert got.summary.crs.epsg == 4547
    assert "crs.zone_assumed" in got.codes
    with pytest.raises(Unreadable) as refusal:
        parse(TXT_B.replace("带号=38", "带号=").replace(",459", ",659"))
    assert refusal.value.code == "crs.unknown"
    given_crs = parse(TXT_B.replace("带号=38", "带号=").replace(",459", ",659"), crs="EPSG:4547")
    assert (given_crs.summary.crs.epsg, given_crs.summary.crs.source) == (4547, "given")


DEGREES = """[属性描述]
坐标系=2000国家大地坐标系
计量单位=度
[地块坐标]
4,,D-1,经纬度地块,面,,,,@
J1,1,22.40470871,113.53462113
J2,1,22.40472287,113.53850681
J3,1,22.40246601,113.53851634
J4,1,22.40245184,113.53463073
"""


def test_degrees_are_latitude_then_longitude(parse: Reading) -> None:
    got = parse(DEGREES)
    assert got.summary.crs.epsg == 4490
    assert got.area_m2 == pytest.approx(100_000, rel=0.01)
    assert got.rows[0].source_area_crs == 4547
    swapped = parse("\n".join(_exchanged(line) for line in DEGREES.splitlines()))
    assert swapped.summary.crs.axis_swapped
    assert swapped.rows[0].shape.equals_exact(got.rows[0].shape, 1e-12)


def _exchanged(line: str) -> str:
    fields = line.split(",")
    return ",".join([*fields[:2], fields[3], fields[2]]) if line.startswith("J") else line


def test_packed_degrees_are_asked_for(parse: Reading) -> None:
    packed = DEGREES.replace("0470871", "2416").replace("0472287", "2417").replace("0246601", "2408")
    packed = packed.replace("0245184", "2408").replace("53462113", "3204").replace("53850681", "3218")
    packed = packed.replace("53851634", "3218").replace("53463073", "3204")
    with pytest.raises(Unreadable) as refusal:
        parse(packed)
    assert "度.分秒" in refusal.value.zh


def test_transformation_parameters_are_not_used_and_that_is_told(parse: Reading) -> None:
    assert parse(TXT_A.replace("转换参数=,,,,,,", "转换参数=10.5,,,,,,")).codes == ["txt.parameters_ignored"]
    assert parse(TXT_A.replace("转换参数=,,,,,,", "转换参数=0,0,0,0,0,0,0")).codes == []


# --- areas and counts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("9.0000", None),
        ("9", None),
        ("９.０", None),
        ("9.0000公顷", None),
        ("90000㎡", None),
        ("90000平方米", None),
        ("90000.00 m2", None),
        ("135亩", None),
        ("90000", "txt.area_unit"),
        ("135.00", "txt.area_unit"),
        ("9.2", "txt.area_differs"),
        ("约九公顷", "txt.area_not_understood"),
    ],
)
def test_the_stated_area_is_read_in_its_unit(parse: Reading, text: str, code: str | None) -> None:
    got = parse(TXT_A.replace("10,9.0000,", f"10,{text},"))
    assert got.codes == ([code] if code else [])
    expected = {"txt.area_differs": 92_000, "txt.area_not_understood": None}.get(code or "", 90_000)
    assert got.rows[0].declared_area_m2 == pytest.approx(expected) if expected else not got.rows[0].declared_area_m2


@pytest.mark.parametrize(("count", "codes"), [("8", []), ("10", []), ("", []), ("7", ["txt.count_differs"])])
def test_the_stated_count_may_hold_the_closing_points_or_not(parse: Reading, count: str, codes: list[str]) -> None:
    assert parse(TXT_A.replace("10,9.0000,", f"{count},9.0000,")).codes == codes


def test_a_plot_without_points_is_an_error_of_its_row(parse: Reading) -> None:
    got = parse(TXT_A + "0,1.0,X,空,面,,,,@\n")
    assert [i.code for i in got.rows[1].issues] == ["txt.no_points"]


def test_points_before_any_plot_are_told(parse: Reading) -> None:
    assert "txt.point_without_plot" in parse("J1,1,2478700.000,38452100.000\n" + TXT_A).codes


# --- files glued together, and dialects of one -------------------------------------------------------------------


def test_files_glued_together_are_each_placed_by_their_own_head(parse: Reading) -> None:
    other = TXT_B.replace("带号=38", "带号=37").replace(",459", ",750")
    got = parse(TXT_A + "\ufeff" + other)
    assert [row.source_area_crs for row in got.rows] == [4526, 4546, 4546]
    assert [row.points_crs for row in got.rows] == [4526, 4546, 4546]
    assert got.codes.count("txt.several_heads") == 1
    told = next(found for found in got.summary.issues if found.code == "txt.several_heads")
    assert "EPSG:4526 (1), EPSG:4546 (2)" in told.message_zh
    with pytest.raises(Unreadable) as refusal:
        parse(TXT_A + TXT_B.replace("2000国家大地坐标系", "1980西安坐标系"))
    assert refusal.value.code == "crs.legacy_datum"


def test_heads_that_say_the_same_are_one(parse: Reading) -> None:
    assert parse(TXT_A + TXT_A.replace("BW-0001", "BW-0002")).codes == []


def test_a_further_head_without_its_section_says_only_what_it_repeats(parse: Reading) -> None:
    bare = TXT_B.replace("[属性描述]\n", "").replace("坐标系=2000国家大地坐标系\n", "").replace("带号=38", "带号=37")
    got = parse(TXT_A + bare.replace(",459", ",750"))
    assert [row.source_area_crs for row in got.rows] == [4526, 4546, 4546]


@pytest.mark.parametrize("label", ["J01", "J1", "1", "j1", "JZD1", "K-1"])
def test_point_numbers_are_read_however_they_are_written(parse: Reading, label: str) -> None:
    got = parse(TXT_A.replace("J1,1,", f"{label},1,"))
    assert got.area_m2 == 90_000
    assert got.rows[0].boundary_points[0].point_no == label


def test_a_counter_of_rings_for_each_part_is_read(parse: Reading) -> None:
    parts = TXT_B.replace("5,2,24758", "1,1,24758").replace("6,2,24758", "2,1,24758").replace("7,2,", "3,1,")
    assert parse(parts).rows[1].source_area_m2 == pytest.approx(10_000)


def test_open_parts_of_one_ring_number_are_told_apart_by_their_point_numbers(parse: Reading) -> None:
    rows = ["8,1.6,P-1,两块,面,,,,@"]
    for east in (459_200, 459_600):
        corners = ((2475900, east), (2475900, east + 100), (2475820, east + 100), (2475820, east))
        rows += [f"J{n},1,{north}.000,{y}.000" for n, (north, y) in enumerate(corners, start=1)]
    got = parse(TXT_B[: TXT_B.index("4,1.2000")] + "\n".join(rows))
    assert got.area_m2 == pytest.approx(16_000)
    assert len(got.rows[0].shape.geoms) == 2
    assert got.codes == ["txt.ring_closed"]


# --- ways out ----------------------------------------------------------------------------------------------------

FITTED = (
    (38_452_000.0, 2_478_000.0, 452_110.0, 2_478_020.0),
    (38_453_000.0, 2_478_000.0, 453_110.0, 2_478_020.0),
    (38_453_000.0, 2_479_000.0, 453_110.0, 2_479_020.0),
)


@pytest.mark.parametrize("name", ["1980西安坐标系", "北京54", "珠海坐标系", "2000国家大地坐标系"])
def test_any_system_lands_by_control_points(parse: Reading, name: str) -> None:
    got = parse(TXT_A.replace("2000国家大地坐标系", name), control_points=FITTED)
    (row,) = got.rows
    assert (got.summary.crs.epsg, got.summary.crs.geom_source, row.points_crs) == (4547, "imported", 4547)
    assert row.source_area_m2 == pytest.approx(90_000)
    point = row.boundary_points[0]
    assert (point.northing_text, point.easting_text) == ("2478720.000", "452210.000")
    assert got.codes == ["txt.points_converted"]
    assert name in got.summary.crs.evidence_zh[-1]


def test_shifted_degrees_are_set_right_when_that_is_told(parse: Reading) -> None:
    got = parse(DEGREES, shift="gcj02")
    there = parse(DEGREES).rows[0].shape.centroid
    here = got.rows[0].shape.centroid
    assert (there.x - here.x, there.y - here.y) == pytest.approx((0.00513, -0.00297), abs=5e-5)
    point = got.rows[0].boundary_points[0]
    assert (float(point.easting_text), float(point.northing_text)) == pytest.approx((point.lon, point.lat), abs=1e-9)
    assert (got.rows[0].points_crs, got.codes) == (4490, ["txt.points_converted", "txt.ring_closed"])
