"""Workbooks: registers as offices keep them are read whole, and nothing in them is taken for what it is not."""

import contextlib
import datetime
import doctest
import io
import struct
import zipfile
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from gis_service.parcels.imports.columns import recognise as columns
from gis_service.parcels.imports.columns import values
from gis_service.parcels.imports.columns.recognise import recognise
from gis_service.parcels.reading import sniff
from gis_service.parcels.reading.result import Limits, Unreadable
from gis_service.parcels.reading.tables import (
    grid,
    headers,
    outlines,
    package,
    records,
    roles,
    sheet,
    systems,
    workbook,
)
from tests.parcels.reading.sheets import REGISTER, REGISTER_MERGES, book, changed, raw_book, sheet_xml

Reading = Callable[..., Any]
Refusing = Callable[..., Unreadable]

HEAD = ["地块编号", "地块名称", "用地面积(㎡)"]


@pytest.fixture
def parse(parse_file: Reading) -> Reading:
    return partial(parse_file, workbook.read, name="台账.xlsx")


def column(got: Any, name: str) -> list[Any]:
    return [row.attributes[name] for row in got.rows]


def sentences(got: Any, code: str) -> list[str]:
    return [found.message_zh for found in (*got.summary.issues, *(i for r in got.rows for i in r.issues)) if found.code == code]  # fmt: skip


# --- registers ---------------------------------------------------------------------------------------------------


def test_a_register_as_offices_keep_it_is_read_in_the_child(read_file: Reading) -> None:
    got = read_file(book(REGISTER, REGISTER_MERGES), "台账.xlsx")
    assert (got.summary.format, got.summary.encoding.name, got.summary.crs.epsg) == ("XLSX", "UTF-8", None)
    assert [row.row for row in got.rows] == [5, 6, 9], "a row has the number it has in the sheet"
    assert column(got, "地块信息-地块编号") == ["BW-0001", "BW-0002", "HH-0001"]
    assert column(got, "片区") == ["北围", "北围", "后环"], "a merged cell is said of each of its rows"
    assert column(got, "用地面积-㎡") == [90000, 1200.5, 12000]
    assert all(row.geometry is None for row in got.rows)
    assert [i for row in got.rows for i in row.issues] == [], "without an outline nothing is held against a row here"
    assert got.codes == ["table.header", "table.totals", "table.notes"]
    assert sentences(got, "table.totals") == ["第 7、10、11 行是小计或合计，没有作为地块。"]
    assert "第 12、13、14 行" in sentences(got, "table.notes")[0]


def test_its_two_level_headers_are_recognised_with_their_units(parse: Reading) -> None:
    got = parse(book(REGISTER, REGISTER_MERGES))
    found = recognise(got.rows[0].attributes).by_field
    assert {field: column.name for field, column in found.items()} == {
        "area": "片区",
        "parcel_no": "地块信息-地块编号",
        "parcel_name": "地块信息-地块名称",
        "area_registered_m2": "用地面积-㎡",
        "plot_ratio": "规划指标-容积率",
        "bounds_east": "四至-东",
        "bounds_west": "四至-西",
        "acquired_on": "收储时间",
        "remark": "备注",
    }
    assert found["area_registered_m2"].unit == "m2"


def test_a_line_of_units_below_the_names_belongs_to_the_header(parse: Reading) -> None:
    got = parse(book([["地块编号", "用地面积", "方量"], [None, "（公顷）", "m³"], ["A-1", 1.2, 30]]))
    assert list(got.rows[0].attributes) == ["地块编号", "用地面积-（公顷）", "方量-m³"]
    assert recognise(got.rows[0].attributes).by_field["area_registered_m2"].unit == "公顷"


def test_three_levels_and_years_as_names_are_joined(parse: Reading) -> None:
    rows = [["地块编号", "计划", None, None], [None, "供地", None, "其他"], [None, 2025, 2026, None], ["A-1", 1, 2, 3]]
    got = parse(book(rows, ("A1:A3", "B1:D1", "B2:C2", "D2:D3")))
    assert got.rows[0].attributes == {"地块编号": "A-1", "计划-供地-2025": 1, "计划-供地-2026": 2, "计划-其他": 3}


def test_a_unit_given_above_the_header_holds_for_areas_without_one(parse: Reading) -> None:
    got = parse(
        book([["台账"], ["单位：亩", None, "2026年6月"], ["地块编号", "地块名称", "用地面积"], ["A-1", "甲", 135]])
    )
    assert got.rows[0].attributes["面积单位"] == "亩"
    assert "table.unit_above" in got.codes
    own = parse(book([["单位：亩"], HEAD, ["A-1", "甲", 90000]]))
    assert "面积单位" not in own.rows[0].attributes, "a unit in the header is nearer"


def test_blank_rows_and_columns_around_the_table_do_not_matter(parse: Reading) -> None:
    got = parse(book([[], [], [None, None, *HEAD], [], [None, None, "A-1", "甲", 1], [], [None, None, "A-2", "乙", 2]]))
    assert [(row.row, row.attributes["地块编号"]) for row in got.rows] == [(5, "A-1"), (7, "A-2")]


def test_the_header_printed_on_each_page_and_the_numbers_of_columns_are_no_parcels(parse: Reading) -> None:
    names = ["序号", *HEAD]
    got = parse(book([names, [1, 2, 3, 4], [1, "A-1", "甲", 5], names, [2, "A-2", "乙", 6], [3], [4]]))
    assert column(got, "地块编号") == ["A-1", "A-2"]


@pytest.mark.parametrize(
    "total", ["合计", "合 计", "小计：", "北围片区小计", "总计（3宗）", "累计", "其中：国有", "Total", "Grand total"]
)
def test_totals_are_left_out_wherever_they_stand(parse: Reading, total: str) -> None:
    got = parse(
        book(
            [["序号", *HEAD], [1, "A-1", "甲", 5], [total, None, None, 5], [None, total, None, 5], [2, "A-2", "乙", 6]]
        )
    )
    assert column(got, "地块编号") == ["A-1", "A-2"]


def test_sections_are_no_parcels(parse: Reading) -> None:
    rows = [["序号", *HEAD], ["一、北围片区"], [1, "A-1", "甲", 5], ["二", "后环片区"], ["（三）", None, "金鼎", 6], [2, "A-2", "乙", 6]]  # fmt: skip
    got = parse(book(rows))
    assert [row.row for row in got.rows] == [3, 6]


def test_a_parcel_whose_name_sounds_like_a_total_stays(parse: Reading) -> None:
    got = parse(book([["序号", *HEAD], [1, "A-1", "总计划展馆", 5], [2, "A-2", "合计", 6]]))
    assert column(got, "地块名称") == ["总计划展馆", "合计"]


def test_an_area_merged_over_several_rows_is_not_counted_twice(parse: Reading) -> None:
    rows = [["权属单位", *HEAD], ["土储中心", "A-1", "甲", 500], [None, "A-2", "乙", None]]
    got = parse(book(rows, ("A2:A3", "D2:D3")))
    assert column(got, "权属单位") == ["土储中心", "土储中心"]
    assert column(got, "用地面积(㎡)") == [500, None]


def test_names_that_occur_twice_are_told_apart(parse: Reading) -> None:
    got = parse(book([["地块编号", "备注", "备注"], ["A-1", "一", "二"]]))
    assert got.rows[0].attributes == {"地块编号": "A-1", "备注": "一", "备注_2": "二"}
    assert "field.renamed" in got.codes


def test_a_column_without_a_name_is_kept_under_its_letter(parse: Reading) -> None:
    got = parse(book([HEAD, ["A-1", "甲", 1, None, "旁注"]]))
    assert got.rows[0].attributes["列E"] == "旁注"
    assert sentences(got, "table.unnamed") == ["这些列有内容但没有列名：E，内容保留在原始属性中。"]


def test_a_sheet_without_names_of_columns_is_refused(refused: Refusing) -> None:
    refusal = refused(book([[1, 2, 3], [4, 5, 6]]), "a.xlsx")
    assert refusal.code == "table.no_header"
    assert "X坐标" in refusal.zh


# --- sheets ------------------------------------------------------------------------------------------------------

SHEETS = {"说明": [["填报说明"], ["本表由各单位填报"]], "旧台账": [HEAD, ["O-1", "旧", 1]], "台账": [HEAD, ["A-1", "甲", 1]], "代码": [["码", "值"], ["1", "是"]]}  # fmt: skip


def test_the_first_visible_sheet_that_looks_like_a_register_is_read_and_the_others_are_listed(parse: Reading) -> None:
    got = parse(book(SHEETS, hidden=["旧台账"]))
    assert column(got, "地块编号") == ["A-1"]
    assert [(layer.name, layer.rows, layer.read) for layer in got.summary.layers] == [
        ("说明", 2, False),
        ("旧台账", 2, False),
        ("台账", 1, True),
        ("代码", 2, False),
    ]
    assert "旧台账(隐藏)" in sentences(got, "table.sheets")[0]


def test_a_hidden_sheet_is_read_when_it_is_named(parse: Reading) -> None:
    assert column(parse(book(SHEETS, hidden=["旧台账"]), layer="旧台账"), "地块编号") == ["O-1"]


def test_hidden_sheets_alone_are_refused_and_named(refused: Refusing) -> None:
    content = changed(book(SHEETS), {"xl/workbook.xml": ('state="visible"', 'state="veryHidden"')})
    refusal = refused(content, "a.xlsx")
    assert refusal.code == "table.no_sheets"
    assert "旧台账" in refusal.zh


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(refused: Refusing) -> None:
    refusal = refused(book(SHEETS, hidden=["旧台账"]), "a.xlsx", layer="清单")
    assert refusal.code == "read.no_layer"
    assert "台账、代码" in refusal.zh


# --- cells -------------------------------------------------------------------------------------------------------


def test_dates_come_as_dates_however_they_are_kept(parse: Reading) -> None:
    rows = [
        ["地块编号", "收储时间"],
        ["A-1", datetime.date(2024, 5, 2)],
        ["A-2", 45414],
        ["A-3", datetime.datetime(2024, 5, 2, 9, 30)],  # noqa: DTZ001
        ["A-4", "2024.5.2"],
        ["A-5", 2024.5],
        ["A-6", "2024年5月"],
        ["A-7", 2024],
    ]
    got = parse(book(rows, formats={"B3": "General"}))
    assert column(got, "收储时间") == [
        "2024-05-02",
        "2024-05-02",
        "2024-05-02 09:30:00",
        "2024.5.2",
        2024.5,
        "2024年5月",
        2024,
    ]
    assert sentences(got, "table.serials") == [
        "列“收储时间”中有 1 个数字按电子表格的日期序列号读取(如 45414 → 2024-05-02)。"
    ]


def test_the_date_system_of_1904_is_minded(parse: Reading) -> None:
    rows = [["地块编号", "收储时间"], ["A-1", datetime.date(2024, 5, 2)], ["A-2", 45414 - 1462]]
    got = parse(book(rows, epoch=CALENDAR_MAC_1904, formats={"B3": "General"}))
    assert column(got, "收储时间") == ["2024-05-02", "2024-05-02"]


def test_numbers_booleans_and_codes_keep_what_they_are(parse: Reading) -> None:
    rows = [
        ["地块编号", "地类编码", "是否未建设", "证号", "面积(亩)", "电话"],
        ["A-1", "0601", True, 440402001001123456789, 12.30, "013800000000"],
        ["A-2", 601, False, 123456789012345, 0.1, 13800000000],
    ]
    got = parse(book(rows, formats={"B3": "0000", "E2": "0.00"}))
    assert column(got, "地类编码") == ["0601", "0601"], "filled up with zeros as the sheet shows it"
    assert column(got, "是否未建设") == [True, False]
    assert column(got, "证号") == [pytest.approx(4.40402001001123e20), 123456789012345]
    assert isinstance(got.rows[0].attributes["证号"], float), "digits were lost: no whole number any more"
    assert column(got, "电话") == ["013800000000", 13800000000]


def test_a_number_that_lost_its_digits_is_told_by_the_register(parse: Reading) -> None:
    from gis_service.parcels.imports.columns.values import Unusable, code

    got = parse(book([["地块编号", "不动产单元号"], ["A-1", 440402001001123456]]))
    with pytest.raises(Unusable) as unusable:
        code(got.rows[0].attributes["不动产单元号"])
    assert unusable.value.code == "value.destroyed"


FORMULA = '<c r="C2"><f>1+1</f><v></v></c>'


def formulas(value: str) -> bytes:
    made = book([HEAD, ["A-1", "甲", "=1+1"]])
    return changed(made, {"xl/worksheets/sheet1.xml": (FORMULA, value)})


def test_a_formula_counts_as_its_kept_result(parse: Reading) -> None:
    got = parse(formulas('<c r="C2"><f>1+1</f><v>2</v></c>'))
    assert column(got, "用地面积(㎡)") == [2]
    assert column(parse(formulas('<c r="C2" t="str"><f>""</f><v></v></c>')), "用地面积(㎡)") == [None]


def test_a_formula_without_a_result_is_an_error_that_names_the_cell(parse: Reading) -> None:
    got = parse(book([HEAD, ["A-1", "甲", "=SUM(1,2)"]]))
    (found,) = got.rows[0].issues
    assert (found.level, found.code, found.row, found.field) == ("error", "cell.no_value", 2, "用地面积(㎡)")
    assert "单元格 C2" in found.message_zh


def test_an_error_cell_is_told_and_empty(parse: Reading) -> None:
    got = parse(formulas('<c r="C2" t="e"><f>X9</f><v>#REF!</v></c>'))
    assert column(got, "用地面积(㎡)") == [None]
    assert sentences(got, "cell.error") == ["单元格 C2(列“用地面积(㎡)”)是错误值 #REF!，按空值处理。请改正公式。"]


def test_other_files_a_workbook_refers_to_are_not_opened(parse: Reading) -> None:
    link = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    got = parse(changed(book([HEAD, ["A-1", "甲", 1]]), {"xl/externalLinks/externalLink1.xml": link}))
    assert "table.external" in got.codes


def test_texts_are_read_from_wherever_a_writer_puts_them(parse: Reading) -> None:
    cells = (
        '<c r="A1" t="inlineStr"><is><r><t>地块</t></r><r><t>编号</t></r></is></c><c r="B1" t="s"><v>0</v></c>',
        '<c t="str"><v>A_x000D_-1</v></c><c t="d"><v>2024-05-02T00:00:00</v></c>',
    )
    shared = '<sst><si><r><t>收储</t></r><rPh sb="0" eb="1"><t>shou</t></rPh><r><t>时间</t></r></si></sst>'
    got = parse(raw_book(sheet_xml(f"<row>{cells[0]}</row><row>{cells[1]}</row>"), shared))
    assert got.rows[0].attributes == {"地块编号": "A\r-1", "收储时间": "2024-05-02"}


def test_names_with_a_prefix_are_the_same_names(parse: Reading) -> None:
    xml = sheet_xml('<row r="1"><c r="A1" t="str"><v>地块编号</v></c><c r="B1" t="str"><v>地块名称</v></c></row><row r="3"><c r="A3"><v>7</v></c></row>')  # fmt: skip
    for name in ("worksheet", "sheetData", "row", "c", "v"):
        xml = (
            xml.replace(f"<{name} ", f"<x:{name} ")
            .replace(f"<{name}>", f"<x:{name}>")
            .replace(f"</{name}>", f"</x:{name}>")
        )
    got = parse(raw_book(xml.replace("xmlns=", "xmlns:x=")))
    assert [(row.row, row.attributes["地块编号"]) for row in got.rows] == [(3, 7)]


words = st.text("北围后环地块ABC-12.° ", min_size=1, max_size=12).filter(
    lambda text: text.strip() and text.strip() != "."
)
numbers = st.integers(-(10**14), 10**14) | st.decimals(-(10**9), 10**9, places=4).map(float).filter(
    lambda x: not x.is_integer()
)
cells = st.none() | words | numbers | st.booleans() | st.dates(datetime.date(1990, 1, 1), datetime.date(2100, 1, 1))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.tuples(words, cells, cells), min_size=1, max_size=8))
def test_what_is_written_is_what_is_read(parse: Reading, rows: list[tuple[Any, ...]]) -> None:
    table = [["地块编号", "说明一", "说明二"], *([f"N{at}-{first}", *more] for at, (first, *more) in enumerate(rows))]
    got = parse(book(table))
    assert [list(row.attributes.values()) for row in got.rows] == [[_kept(cell) for cell in row] for row in table[1:]]


def _kept(cell: Any) -> Any:
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    return cell.strip() if isinstance(cell, str) else cell


# --- files that are something else -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.xls", "a.xlsm", "a.xlsb", "a.et", "a.ods", "a.XLT"])
def test_other_tables_are_refused_with_the_way_out(refused: Refusing, name: str) -> None:
    refusal = refused(book([HEAD]), name)
    assert refusal.code == "table.other_format"
    assert "另存为" in refusal.zh
    assert ".xlsx" in refusal.zh


def ole(*entries: str, at: int = 40) -> bytes:
    """The beginning of an OLE file whose directory stands in a late sector."""
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    head[30:32], head[48:52] = struct.pack("<H", 9), struct.pack("<I", at)
    directory = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *entries))
    return bytes(head) + b"\xff" * 512 * at + directory


def test_a_workbook_behind_a_password_is_told_from_an_old_one_under_a_new_name(refused: Refusing) -> None:
    locked = refused(ole("EncryptionInfo", "EncryptedPackage"), "台账.xlsx")
    assert locked.code == "table.encrypted"
    assert "密码" in locked.zh
    assert refused(ole("Workbook"), "台账.xlsx").code == "table.other_format"
    assert refused(ole("EncryptedPackage"), "台账.xls").code == "table.encrypted"
    assert refused(ole("Workbook"), "台账.xls").code == "table.other_format"


def test_a_directory_that_lies_far_outside_the_file_harms_nobody() -> None:
    assert sniff.directory_at(ole(at=40)) == 41 * 512
    assert sniff.directory_at(b"\xd0\xcf\x11\xe0" + b"\xff" * 600) <= 1 << 31
    assert sniff.directory_at(b"PK") == 0


def test_macros_are_found_whatever_the_name(refused: Refusing) -> None:
    refusal = refused(changed(book([HEAD, ["A-1", "甲", 1]]), {"xl/vbaProject.bin": b"\0"}), "a.xlsx")
    assert refusal.code == "table.other_format"
    assert "宏" in refusal.zh


def test_a_zip_of_something_else_is_no_workbook(refused: Refusing) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("parcels.shp", b"x")
    assert refused(out.getvalue(), "a.xlsx").code == "table.not_a_workbook"
    assert refused("地块编号,面积\nA,1\n", "a.xlsx").code == "read.kind_mismatch"
    assert refused(book([HEAD]), "a.csv").code == "read.kind_mismatch"


# --- files that mean harm ----------------------------------------------------------------------------------------

XXE = '<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst><si><t>&x;</t></si></sst>'
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><worksheet><sheetData><row><c t='str'><v>&i;</v></c></row></sheetData></worksheet>"
)


@pytest.mark.parametrize(
    "content",
    [raw_book(sheet_xml('<row><c t="s"><v>0</v></c></row>'), XXE), raw_book(LAUGHS)],
    ids=["external entity", "entities of entities"],
)
def test_a_document_type_is_refused_at_its_first_sign(refused: Refusing, content: bytes) -> None:
    assert refused(content, "a.xlsx").code == "table.doctype"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"])
def test_no_part_may_bring_entities(parse: Reading, part: str) -> None:
    content = changed(book([HEAD, ["A-1", "甲", 1]]), {part: XXE.encode()})
    with pytest.raises(Unreadable) as refusal:
        parse(content)
    assert refusal.value.code in ("table.doctype", "table.damaged")


def test_a_zip_bomb_is_refused_from_the_directory(refused: Refusing) -> None:
    bomb = changed(book([HEAD]), {"xl/worksheets/sheet1.xml": sheet_xml(" " * 60_000_000).encode()})
    assert refused(bomb, "a.xlsx").code == "zip.bomb"


def test_a_million_empty_rows_cost_nothing(refused: Refusing, read_file: Reading) -> None:
    row = '<row r="{0}"><c r="A{0}" s="1"/><c r="B{0}" s="1"></c></row>'
    rows = "".join(row.format(number) for number in range(2, 300_000)) + "".join(f'<row r="{n}"/>' for n in range(300_000, 1_000_000))  # fmt: skip
    head = '<row r="1"><c r="A1" t="str"><v>地块编号</v></c><c r="B1" t="str"><v>地块名称</v></c></row>'
    last = '<row r="1048576"><c r="A1048576" t="str"><v>A-1</v></c><c r="B1048576" t="str"><v>甲</v></c></row>'
    got = read_file(raw_book(sheet_xml(head + rows + last)), "a.xlsx")
    assert [(row.row, row.attributes["地块编号"]) for row in got.rows] == [(1_048_576, "A-1")]
    assert got.summary.cost.peak_memory_mb < 150


def test_sixteen_thousand_columns_are_refused(refused: Refusing) -> None:
    rows = "".join(f'<row r="{n}">' + "<c><v>1</v></c>" * 16_384 + "</row>" for n in range(1, 40))
    assert refused(raw_book(sheet_xml(rows)), "a.xlsx").code == "table.too_many_columns"


def test_too_many_filled_cells_are_refused(parse: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gis_service.parcels.reading.tables.sheet.MOST_CELLS", 5)
    with pytest.raises(Unreadable) as refusal:
        parse(book([HEAD, ["A-1", "甲", 1]]))
    assert refusal.value.code == "table.too_many_cells"


def test_too_many_rows_are_refused(refused: Refusing) -> None:
    content = book([HEAD, *(["A", "甲", 1] for _ in range(30))])
    assert refused(content, "a.xlsx", limits=Limits(rows=20)).code == "read.too_many_rows"


@pytest.mark.parametrize(
    "xml",
    [
        sheet_xml('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'),
        sheet_xml('<row r="1"><c r="ZZZZ1"><v>7</v></c></row>'),
        sheet_xml('<row r="1"><c r="A1"><v>7</c></row>'),
        sheet_xml('<row r="1"><c r="A1"><v>7</v></c></row>').replace(
            "</sheetData>", '</sheetData><mergeCell ref="A0"/>'
        ),
    ],
)
def test_damage_is_told_and_not_guessed_over(parse: Reading, xml: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        parse(raw_book(xml))
    assert refusal.value.code == "table.damaged"


def test_no_cut_workbook_breaks_the_reader(parse: Reading) -> None:
    whole = book(REGISTER, REGISTER_MERGES)
    for keep in range(30, len(whole), 517):
        with pytest.raises(Unreadable):
            parse(whole[:keep])


def test_no_broken_sheet_breaks_the_reader(parse: Reading) -> None:
    with zipfile.ZipFile(io.BytesIO(book(REGISTER, REGISTER_MERGES))) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    for keep in range(0, len(xml), 397):
        for broken in (xml[:keep], xml[:keep] + b'"' + xml[keep:], xml[:keep] + b"\xff" + xml[keep + 1 :]):
            with contextlib.suppress(Unreadable):
                parse(changed(book(REGISTER, REGISTER_MERGES), {"xl/worksheets/sheet1.xml": broken}))


@pytest.mark.parametrize("module", [columns, values, grid, headers, outlines, package, records, roles, sheet, systems])
def test_the_examples_in_the_modules_hold(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0
