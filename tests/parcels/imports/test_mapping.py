"""From the columns of files to the columns of the register."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.parcels.imports.columns.mapping import GIVEN_BY_TXT, Known, Mapped, mapper_for
from gis_service.parcels.imports.columns.recognise import NoSuchField, header, recognise
from gis_service.parcels.imports.columns.spelling import normal
from gis_service.parcels.imports.columns.values import Unusable, area_m2, code, day, number, yes_no
from gis_service.parcels.imports.notes import NOTES
from gis_service.parcels.vocabulary import vocabulary

CLASSES = {
    "GBT21010": {"06": "工矿仓储用地", "0601": "工业用地", "0701": "城镇住宅用地", "1001": "铁路用地", "1201": "空闲地"},
    "LU2023": {
        "0601": "农村道路", "0701": "城镇住宅用地", "10": "工矿用地", "1001": "工业用地", "100102": "二类工业用地",
        "1401": "公园绿地", "2301": "空闲地",
    },
}  # fmt: skip
KNOWN = Known(units={normal("土地储备中心"): 4, normal("唐家湾镇"): 5}, areas={normal("北围"): 1}, classes=CLASSES)

Row = Mapping[str, Any]


def mapped(*rows: Row, **options: Any) -> list[Mapped]:
    mapper, _ = mapper_for(lambda: rows, KNOWN, temporary="IMP-7-", **options)
    return [mapper.row(number, row) for number, row in enumerate(rows, start=1)]


def only(row: Row, **options: Any) -> Mapped:
    return mapped(row, **options)[0]


def codes(row: Mapped) -> list[str]:
    return [note.code for note in row.notes]


# --- headers


@pytest.mark.parametrize(
    ("name", "field", "unit"),
    [
        ("地块编号", "parcel_no", None),
        ("DKBH", "parcel_no", None),
        ("parcel_no", "parcel_no", None),
        (" 用地 面积\n（㎡）", "area_registered_m2", "m2"),
        ("用地面积(亩)", "area_registered_m2", "亩"),
        ("面积／公顷", "area_registered_m2", "公顷"),
        ("MJ", "area_registered_m2", None),
        ("area_ha", "area_registered_m2", "ha"),
        ("ACREAGE", "area_registered_m2", "acre"),
        ("ZDDM", "parcel_code", None),
        ("ZL", "location_text", None),
        ("QLR", "right_holder_unit_id", None),
        ("宗地四至－东", "bounds_east", None),
        ("固废方量(m³)", "waste_volume_m3", None),
        ("Planned_Supply_Year", "planned_supply_year", None),
        ("用地面积-㎡", "area_registered_m2", "m2"),
        ("用地面积-万㎡", "area_registered_m2", "万m2"),
        ("用地-面积（亩）", "area_registered_m2", "亩"),
        ("地块-编号", "parcel_no", None),
        ("基本信息-地块编号", "parcel_no", None),
        ("四至-东", "bounds_east", None),
        ("管护单位-名称", "custodian_unit_id", None),
        ("管护情况-管护单位", "custodian_unit_id", None),
    ],
)
def test_headers_are_recognised_as_people_write_them(name: str, field: str, unit: str | None) -> None:
    found = header(name)
    assert found is not None
    assert (found.spec.field, found.unit) == (field, unit)


@pytest.mark.parametrize(
    "name", ["AREA", "序号", "FID", "OBJECTID", "Shape_Area", "perimeter", "面积比例", "建筑物-面积", "承租人-名称"]
)
def test_what_may_mean_anything_is_not_recognised(name: str) -> None:
    assert header(name) is None


OF_DEVICES = {"fence_type", "fence_condition", "sign_type", "sign_condition", "camera_condition", "file_kind"}
OF_PATROLS = {"check_item", "followed_by", "hotspot_grade", "observation_severity", "patrol_stand", "seen_band"}
OF_WASTE = {
    "point_kind",
    "point_found",
    "geophysics_method",
    "waste_class",
    "waste_hazard",
    "body_state",
    "heap_state",
    "site_kind",
}
OF_CHECKS = {"ground_kind", "topology_rule", "fault_level", "fault_state"}
NOT_OF_PARCELS = {*OF_DEVICES, *OF_PATROLS, *OF_WASTE, *OF_CHECKS}


def test_every_field_of_an_axis_is_recognised_by_its_title() -> None:
    titles = {axis: words["title"][0] for axis, words in vocabulary().items() if axis not in NOT_OF_PARCELS}
    unknown = {
        axis: title for axis, title in titles.items() if not (found := header(title)) or found.spec.field != axis
    }
    assert unknown == {}


def test_what_is_said_of_fences_and_signs_is_not_said_of_parcels() -> None:
    assert [title for axis in OF_DEVICES if header(title := vocabulary()[axis]["title"][0])] == []


def test_of_two_columns_for_one_field_the_usual_name_wins_and_the_other_is_told() -> None:
    found = recognise(["编号", "地块编号", "备注"])
    assert found.name_of("parcel_no") == "地块编号"
    assert [(note.code, note.column) for note in found.notes] == [("column.second", "编号")]


def test_of_one_area_in_two_units_the_one_that_was_not_rounded_is_used() -> None:
    for names in (["用地面积(亩)", "用地面积(㎡)"], ["用地面积(㎡)", "用地面积(亩)"]):
        assert recognise(names).name_of("area_registered_m2") == "用地面积(㎡)"


def test_a_name_known_as_it_is_wins_over_one_known_by_a_part_of_it() -> None:
    assert recognise(["规划-备注", "备注"]).name_of("remark") == "备注"


def test_the_person_may_say_which_column_holds_the_number() -> None:
    row = only({"opa_id": "161064101", "地块编号": "x"}, number_field="opa_id")
    assert row.parcel_no == "161064101"


def test_a_number_column_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(NoSuchField, match=r"opa_id"):
        recognise(["a", "opa_id"], number_field="b")


# --- numbers


def test_without_a_number_column_the_file_is_told_once_and_rows_get_temporary_numbers() -> None:
    rows = [{"name": "a"}, {"name": "b"}]
    mapper, notes = mapper_for(lambda: rows, KNOWN, temporary="IMP-7-")
    assert [mapper.row(n, row).parcel_no for n, row in enumerate(rows, 1)] == ["IMP-7-1", "IMP-7-2"]
    assert "parcel.no_number_column" in [note.code for note in notes]
    assert mapper.row(1, rows[0]).notes == []


def test_a_row_without_a_number_is_told() -> None:
    first, second = mapped({"地块编号": "BW-1"}, {"地块编号": " "})
    assert (first.parcel_no, second.parcel_no) == ("BW-1", "IMP-7-2")
    assert codes(second) == ["parcel.no_number"]


def test_the_row_number_of_an_export_program_is_no_parcel_number() -> None:
    mapper, _ = mapper_for(lambda: [{}], KNOWN, temporary="IMP-7-", given=GIVEN_BY_TXT)
    row = mapper.row(1, {}, parcel_no="FID_0", parcel_name="DKMC", area_m2=26_708.0)
    assert (row.parcel_no, row.fields, row.area_registered_m2) == ("IMP-7-1", {}, Decimal("26708.00"))
    assert codes(row) == ["parcel.number_is_row"]


@pytest.mark.parametrize(
    ("cell", "kept"), [("007", "007"), ("ＢＷ－０１", "BW-01"), (12.0, "12"), (0, "0"), ("  a  b ", "a b")]
)
def test_numbers_stay_text_with_their_leading_zeros(cell: Any, kept: str) -> None:
    assert code(cell) == kept


@pytest.mark.parametrize("cell", [4.40402e17, "4.40402E+17", "1e+20"])
def test_a_number_rounded_by_a_spreadsheet_is_not_used(cell: Any) -> None:
    row = only({"地块编号": "A", "不动产单元号": cell})
    assert "real_estate_unit_no" not in row.fields
    assert codes(row) == ["value.destroyed"]


def test_a_page_of_text_is_no_number() -> None:
    row = only({"地块编号": "x" * 61})
    assert row.parcel_no == "IMP-7-1"
    assert codes(row) == ["value.too_long", "parcel.no_number"]


# --- areas


@pytest.mark.parametrize(
    ("row", "area"),
    [
        ({"用地面积(㎡)": "90,000.5"}, "90000.50"),
        ({"用地面积(亩)": 135}, "90000.00"),
        ({"面积": "9公顷"}, "90000.00"),
        ({"面积(亩)": "9公顷"}, "90000.00"),
        ({"MJ": 9, "MJDW": "公顷"}, "90000.00"),
        ({"用地面积(万㎡)": 9}, "90000.00"),
        ({"ACREAGE": 1}, "4046.86"),
    ],
)
def test_areas_come_in_the_unit_of_header_cell_or_unit_column(row: Row, area: str) -> None:
    assert only(row).area_registered_m2 == Decimal(area)


def test_a_mu_is_a_fifteenth_of_a_hectare_and_never_667() -> None:
    assert area_m2(15, "亩") == Decimal("10000.00")


def test_zero_means_that_the_area_is_not_known() -> None:
    assert only({"MJ": 0}).area_registered_m2 is None


@pytest.mark.parametrize(
    ("cell", "why"), [("约九万", "value.not_number"), ("9 顷", "value.area_unit"), (1e15, "value.out_of_range")]
)
def test_an_area_that_cannot_be_read_says_why(cell: Any, why: str) -> None:
    row = only({"用地面积": cell})
    assert row.area_registered_m2 is None
    assert why in codes(row)


# --- words, units, dates


def test_words_in_either_language_become_values() -> None:
    row = only(
        {
            "围蔽情况": "已全围蔽",
            "供应情况": "Planned",
            "现状使用": "堆土、停车场",
            "风险等级": "高风险",
            "是否含固废": "是",
        }
    )
    assert row.fields == {
        "fence_status": "full",
        "supply_status": "planned",
        "use_status": ["stockpile", "parking"],
        "risk_level": "high",
        "waste_found": True,
    }
    assert row.notes == [note for note in row.notes if note.code.startswith("parcel.no_number")]


def test_an_unknown_word_is_told_with_the_words_that_are_known() -> None:
    row = only({"围蔽情况": "半截"})
    (note,) = row.notes
    assert "半截" in note.sentence.zh
    assert "已全围蔽" in note.sentence.zh
    assert "fence_status" not in row.fields


def test_units_are_found_by_name_and_unknown_ones_told() -> None:
    row = only({"权属单位": "土地储备中心", "管护单位": "无名公司"})
    assert row.fields == {"right_holder_unit_id": 4}
    assert codes(row) == ["value.unknown_unit"]


def test_bounds_in_one_cell_are_taken_apart_and_own_columns_win() -> None:
    row = only({"四至": "东至港湾大道，南临规划路，西至山边，北至排洪渠", "四至(北)": "北渠"})
    assert row.fields["bounds_east"] == "港湾大道"
    assert row.fields["bounds_north"] == "北渠"


def test_a_month_is_no_date_and_stays_among_the_attributes() -> None:
    row = only({"收储时间": "2024年5月", "移交时间": "2024.5.22"})
    assert row.fields == {"handed_over_on": "2024-05-22"}
    assert codes(row) == ["value.not_date"]


@pytest.mark.parametrize(
    "cell", ["2024.5", 2024.5, "2024.12", 2024.12, "2024-05", "202405", "24/5/22", "2024年", "2024.13.1"]
)
def test_half_a_date_is_never_taken_for_a_whole_one(cell: Any) -> None:
    with pytest.raises(Unusable):
        day(cell)


def test_a_malformed_cadastral_code_is_left_out_and_told() -> None:
    good, bad = mapped({"宗地代码": " 440402 001001gb00001 "}, {"宗地代码": "4404020010"})
    assert good.fields == {"parcel_code": "440402001001GB00001"}
    assert codes(bad) == ["value.parcel_code"]


@pytest.mark.parametrize("level", ["秘密", "机密★10年", "SECRET"])
def test_classified_rows_are_noticed(level: str) -> None:
    assert codes(only({"密级": level})) == ["secrecy.classified"]


# --- land classes


def test_a_code_with_its_name_tells_the_system() -> None:
    row = only({"规划用途代码": "1001", "规划用途名称": "工业用地"})
    assert row.fields == {"planned_class_system": "LU2023", "planned_class_code": "1001"}


def test_a_code_that_means_two_things_is_not_guessed() -> None:
    row = only({"规划用途代码": "0601"})
    assert row.fields == {}
    (note,) = row.notes
    assert "工业用地" in note.sentence.zh
    assert "农村道路" in note.sentence.zh


def test_a_code_that_means_two_things_follows_the_rest_of_the_file() -> None:
    rows = mapped({"规划用途代码": "0701"}, {"规划用途代码": "1401"})
    assert [row.fields["planned_class_system"] for row in rows] == ["LU2023", "LU2023"]


def test_the_person_may_say_which_system_is_meant() -> None:
    row = only({"规划用途代码": "0601"}, class_system="GBT21010")
    assert row.fields["planned_class_system"] == "GBT21010"


def test_a_leading_zero_lost_in_a_spreadsheet_comes_back() -> None:
    row = only({"规划用途代码": 601, "规划用途名称": "工业用地"})
    assert row.fields["planned_class_code"] == "0601"
    assert codes(row) == ["value.leading_zero"]


def test_in_plot_files_the_class_code_is_that_of_the_use() -> None:
    row = only({"DKYT": "工业用地", "DLBM": "100102"})
    assert row.fields == {"planned_class_system": "LU2023", "planned_class_code": "100102"}


def test_a_name_without_a_code_is_enough_where_one_system_has_it() -> None:
    assert only({"规划用途": "公园绿地"}).fields["planned_class_code"] == "1401"


# --- everything


def test_attributes_that_nobody_knows_harm_nothing() -> None:
    row = only({"地块编号": "A", "x": {"deep": [1]}, "y": None, "地块名称": " in one\nline ", "备注": "  two\nlines "})
    assert row.fields == {"parcel_name": "in one line", "remark": "two\nlines"}


cells = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.lists(st.text()))
headers = st.sampled_from(
    [
        "地块编号",
        "用地面积(亩)",
        "MJ",
        "围蔽情况",
        "现状使用",
        "权属单位",
        "收储时间",
        "宗地代码",
        "四至",
        "规划用途代码",
        "密级",
        "容积率",
        "x",
    ]
)


@given(st.dictionaries(headers, cells))
def test_no_cell_whatever_breaks_the_mapping(row: dict[str, Any]) -> None:
    found = only(row)
    assert found.parcel_no.strip() == found.parcel_no != ""
    assert all(note.sentence.zh and note.sentence.en for note in found.notes)


@given(st.decimals(min_value="0.01", max_value="99999999", places=2))
def test_a_number_written_by_people_is_read_back(value: Decimal) -> None:
    assert number(f" {value:,} ") == value


@given(st.dates(min_value=date(1950, 1, 1)))
def test_dates_are_read_in_all_their_forms(when: date) -> None:
    year, month, in_month = when.year, when.month, when.day
    forms = [when.isoformat(), f"{when:%Y%m%d}", f"{year}年{month}月{in_month}日", f"{year}/{month}/{in_month}"]
    assert {day(form) for form in forms} == {when.isoformat()}


def test_yes_and_no_are_nothing_else() -> None:
    assert (yes_no("是"), yes_no("无"), yes_no("")) == (True, False, None)
    with pytest.raises(Unusable):
        yes_no("可能")


def test_every_note_has_both_sentences() -> None:
    assert all(entry.zh.strip() and entry.en.strip() for entry in NOTES.values())
