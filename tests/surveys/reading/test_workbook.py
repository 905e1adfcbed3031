"""Workbooks as people fill them in: other heads, units in cells, merged numbers; and every mistake with its row and remedy."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from gis_service.surveys.rules import Odour, PointKind, PositionMethod, WasteClass
from tests.surveys.reading import made


def test_a_filled_in_workbook_gives_its_holes_with_everything_in_place() -> None:
    found = made.read(made.holes(), box=made.BOX)

    (log,) = found.logs
    assert (found.errors, found.warnings, found.refused) == ([], [], [])
    assert (found.format, found.crs, found.points, found.layers) == ("XLSX", 4547, 1, 3)
    assert (log.point_no, log.kind, log.easting, log.ground_elev_m) == (
        "ZK01",
        PointKind.BOREHOLE,
        Decimal("453649.888"),
        Decimal("3.25"),
    )
    assert [(layer.soil_name, layer.is_waste, layer.waste_class, layer.row) for layer in log.layers] == [
        ("素填土", False, None, 2),
        ("建筑垃圾", True, WasteClass.DEMOLITION_WASTE, 3),
        ("淤泥", False, None, 4),
    ]


def test_other_heads_in_another_order_below_a_title_are_understood_and_the_rest_is_named() -> None:
    content = made.workbook(
        {
            "1.勘探点一览表": [
                ["北围地块勘探点一览表"],
                ["序号", "纵坐标X（m）", "横坐标Y（m）", "孔口标高/m", "终孔深度(m)", "孔 号", "见底", "钻探日期", "异味", "定位方式", "负责人电话"],
                [None, "m", "m", "m", "m"],
                [1, "2473733.499", "453649.888", "3.25", "４．５", "ZK01", "Y", "2026年3月5日", "轻微", "手持GPS", "123"],
            ],
            "2.地层描述表": [
                ["孔号", "起始深度(m)", "终止深度(m)", "岩土名称", "岩性描述"],
                ["ZK01", 0, "80cm", "填土", "黄褐色\n含碎石"],
                [None, "0.8m", "3.6米", "杂填土", None],
                [],
                [None, 3.6, 4.5, "海泥", None],
            ],
        }
    )  # fmt: skip

    found = made.read(content, box=made.BOX)

    (log,) = found.logs
    assert found.errors == []
    assert (log.northing, log.total_depth_m, log.bottom_reached) == (Decimal("2473733.499"), Decimal("4.5"), True)
    assert (log.made_on, log.odour, log.position_method) == (
        datetime.date(2026, 3, 5),
        Odour.WEAK,
        PositionMethod.HANDHELD,
    )
    assert [(layer.from_m, layer.to_m, layer.soil_name, layer.is_waste) for layer in log.layers] == [
        (0, Decimal("0.8"), "填土", False),
        (Decimal("0.8"), Decimal("3.6"), "杂填土", True),
        (Decimal("3.6"), Decimal("4.5"), "海泥", False),
    ]
    assert log.layers[0].description == "黄褐色\n含碎石"
    assert "序号、负责人电话" in made.warnings(found)["columns_left_out"].zh


def test_a_number_merged_over_its_layers_belongs_to_all_of_them() -> None:
    content = made.holes(
        layers=[made.LAYERS[0], [None, *made.LAYERS[1][1:]], [None, *made.LAYERS[2][1:]]],
    )

    def merged(book: Workbook) -> None:
        book["地层"].merge_cells("A2:A4")

    again = made.workbook(
        {
            "钻孔": [made.POINT_HEAD, made.POINT],
            "地层": [made.LAYER_HEAD, made.LAYERS[0], [None, *made.LAYERS[1][1:]], [None, *made.LAYERS[2][1:]]],
        },
        merged,
    )

    assert [len(log.layers) for log in made.read(content).logs] == [3]
    assert [len(log.layers) for log in made.read(again).logs] == [3]


def test_the_unit_of_a_head_counts_for_the_numbers_below_it() -> None:
    content = made.holes(
        layer_head=["点号", "层顶(cm)", "层底(cm)", "土名"],
        layers=[["ZK01", 0, 80, "素填土"], ["ZK01", 80, "450 cm", "淤泥"]],
    )

    (log,) = made.read(content).logs

    assert [layer.to_m for layer in log.layers] == [Decimal("0.8"), Decimal("4.5")]


def test_dates_of_cells_and_numbers_with_the_noise_of_floats_are_read_as_they_were_meant() -> None:
    content = made.holes(
        ["ZK01", "钻孔", 453649.888, 2473733.499, 3.25, 0.1 + 0.2, "是", datetime.date(2026, 3, 5)],
        head=[*made.POINT_HEAD, "日期"],
        layers=[["ZK01", 0, 0.3, "淤泥", None, None]],
    )

    (log,) = made.read(content).logs

    assert (log.total_depth_m, log.made_on) == (Decimal("0.3"), datetime.date(2026, 3, 5))


def test_samples_and_results_belong_to_their_holes_and_less_than_is_a_qualifier() -> None:
    content = made.holes(
        样品=[
            ["点号", "样品编号", "起", "止", "介质"],
            ["ZK01", "S1", 1, 1.5, "固废"],
            ["ZK01", "S2", 4, None, "土壤"],
        ],
        检测结果=[
            ["样品编号", "项目", "数值", "单位", "方法", "检出限"],
            ["S1", "铅", "＜0.05", "mg/L", "HJ 766", 0.05],
            [None, "镉", "未检出", "mg/L", None, 0.01],
            ["S2", "砷", 12.5, "mg/kg", None, None],
        ],
    )

    (log,) = made.read(content).logs

    assert [(sample.sample_no, sample.from_m, sample.to_m, len(sample.results)) for sample in log.samples] == [
        ("S1", 1, Decimal("1.5"), 2),
        ("S2", 4, 4, 1),
    ]
    assert [(result.analyte, result.qualifier, result.value) for result in log.samples[0].results] == [
        ("铅", "<", Decimal("0.05")),
        ("镉", "<", Decimal("0.01")),
    ]


def test_what_was_composed_is_kept_and_percent_cells_are_multiplied_and_said() -> None:
    head = [*made.LAYER_HEAD, "砖瓦混凝土", "渣土(%)"]
    whole = [["ZK01", 0, 4.5, "杂填土", "是", "混合垃圾", "70%", 30]]
    shares = [["ZK01", 0, 4.5, "杂填土", "是", "混合垃圾", 0.7, 0.3]]

    first, second = made.read(made.holes(layer_head=head, layers=whole)), made.read(
        made.holes(layer_head=head, layers=shares)
    )  # fmt: skip

    assert first.logs[0].layers[0].composition_pct == {"brick_concrete": 70, "soil": 30}
    assert second.logs[0].layers[0].composition_pct == {"brick_concrete": 70, "soil": 30}
    assert "composition_fractions" in made.warnings(second)


# --- mistakes --------------------------------------------------------------------------------------------------------

ZK02 = ["ZK02", "钻孔", 453659.888, 2473743.499, 3.3, 2.0, "是"]
GOOD_02 = [["ZK02", 0, 2.0, "淤泥", "否", None]]


@pytest.mark.parametrize(
    ("layers", "code", "row", "says"),
    [
        ([["ZK01", 0.5, 4.5, "淤泥"]], "first_layer", 2, "补上从 0 m 开始"),
        ([["ZK01", 0, 1, "素填土"], ["ZK01", 1.5, 4.5, "淤泥"]], "gap", 3, "1 m 至 1.5 m 之间没有记录"),
        ([["ZK01", 0, 2, "素填土"], ["ZK01", 1.5, 4.5, "淤泥"]], "overlap", 3, "与上一层重叠"),
        ([["ZK01", 0, 5, "淤泥"]], "last_layer", 2, "超过孔深"),
        ([["ZK01", 0, 4, "淤泥"]], "last_layer", 2, "未到孔深"),
        ([["ZK01", 4.5, 0, "淤泥"]], "upside_down", 2, "写反"),
        ([["ZK01", -1, 4.5, "淤泥"]], "negative_depth", 2, "不写负号"),
        ([["ZK01", 0, 4.5, "淤妮"]], "unknown_soil", 2, "相近的有:淤泥"),
        ([["ZK01", 0, 4.5, None]], "no_soil_name", 2, "从列表选"),
        ([["ZK01", 0, "很深", "淤泥"]], "not_understood", 2, "“很深”不是数"),
        ([["ZK01", 0, None, "淤泥"]], "no_depth", 2, "没有层底"),
        ([["ZK01", 0, 4.5, "杂填土", "是", "宇宙垃圾"]], "not_understood", 2, "“宇宙垃圾”不在列表中"),
        ([["ZK01", 0, 4.5, "淤泥", "也许"]], "not_understood", 2, "应为“是”或“否”"),
        ([["ZK01", 0, 4.5, "淤泥", "否", "生活垃圾"]], "class_without_waste", 2, "删去类别"),
    ],
)
def test_a_wrong_layer_refuses_its_hole_with_row_and_remedy_and_the_other_stays(
    layers: list[list[Any]], code: str, row: int, says: str
) -> None:
    found = made.read(made.holes(made.POINT, ZK02, layers=[*layers, *GOOD_02]))

    assert [log.point_no for log in found.logs] == ["ZK02"]
    assert found.refused == ["ZK01"]
    ((told, issue),) = made.errors(found).items()
    assert (told, issue.file, issue.sheet, issue.row) == (code, "孔.xlsx", "地层", row)
    assert says in issue.zh
    assert issue.en


@pytest.mark.parametrize(
    ("column", "value", "code", "says"),
    [
        (0, None, "no_point_no", "没有点号"),
        (1, "钻洞", "not_understood", "请从这些里选:钻孔、探坑、探槽"),
        (2, None, "no_coordinates", "没有坐标"),
        (3, "北", "not_understood", "不是数"),
        (5, -4.5, "depth", "应大于 0"),
        (6, "差不多", "not_understood", "应为“是”或“否”"),
    ],
)
def test_a_wrong_hole_is_refused_with_row_and_remedy(column: int, value: Any, code: str, says: str) -> None:
    point = list(made.POINT)
    point[column] = value

    found = made.read(made.holes(point, ZK02, layers=[*made.LAYERS, *GOOD_02]))

    assert [log.point_no for log in found.logs] == ["ZK02"]
    issue = next(issue for issue in found.errors if issue.code == code)
    assert (issue.sheet, issue.row) == ("钻孔", 2)
    assert says in issue.zh


def test_everything_wrong_with_a_hole_is_told_at_once() -> None:
    found = made.read(
        made.holes(
            ["ZK01", "钻洞", None, 2473733, None, "深", "是"],
            layers=[["ZK01", 0, 1, "素填土"], ["ZK01", 1, 2, "天外来物"]],
        )
    )

    assert [(issue.code, issue.sheet) for issue in found.errors] == [
        ("no_coordinates", "钻孔"),
        ("unknown_soil", "地层"),
        ("not_understood", "钻孔"),
        ("not_understood", "钻孔"),
    ]
    assert list(found.logs) == []


def test_a_number_that_stands_twice_refuses_both() -> None:
    found = made.read(made.holes(made.POINT, made.POINT))

    assert (list(found.logs), found.refused) == ([], ["ZK01"])
    assert "在第 2 行已有" in made.errors(found)["duplicate_point"].zh


def test_a_layer_of_a_hole_that_is_not_there_names_the_nearest() -> None:
    found = made.read(made.holes(layers=[*made.LAYERS, ["ZK0l", 0, 1, "淤泥", None, None]]))

    assert "ZK01" in made.errors(found)["unknown_point"].zh
    assert [log.point_no for log in found.logs] == ["ZK01"]


def test_a_new_name_of_soil_is_taken_where_it_is_said_whether_it_is_waste() -> None:
    found = made.read(made.holes(layers=[["ZK01", 0, 4.5, "蚝壳土", "否", None]]))

    assert not found.logs[0].layers[0].is_waste
    assert "蚝壳土" in made.warnings(found)["new_soil"].zh


def test_fill_is_no_waste_unless_somebody_says_so_and_then_it_is_pointed_out() -> None:
    quiet = made.read(made.holes(layers=[["ZK01", 0, 4.5, "冲填土", None, None]]))
    told = made.read(made.holes(layers=[["ZK01", 0, 4.5, "冲填土", "是", "工程渣土"]]))

    assert not quiet.logs[0].layers[0].is_waste
    assert told.logs[0].layers[0].is_waste
    assert "通常不是固废" in made.warnings(told)["waste_against_name"].zh


def test_what_is_missing_and_can_be_concluded_is_concluded_and_said() -> None:
    point = ["ZK01", None, 453649.888, 2473733.499, None, None, None]

    found = made.read(made.holes(point))

    (log,) = found.logs
    assert (log.kind, log.total_depth_m, log.bottom_reached) == (PointKind.BOREHOLE, Decimal("4.5"), True)
    assert made.warnings(found).keys() == {"no_ground_elevation", "depth_from_layers", "bottom_concluded"}


@pytest.mark.parametrize(("last", "reached"), [("淤泥", True), ("杂填土", False), ("素填土", False), ("未取芯", False)])
def test_the_bottom_is_reached_in_natural_ground_only(last: str, reached: bool) -> None:
    point = [*made.POINT[:6], None]

    (log,) = made.read(made.holes(point, layers=[["ZK01", 0, 4.5, last, None, None]])).logs

    assert log.bottom_reached is reached


def test_water_and_samples_below_the_hole_are_refused() -> None:
    water = made.read(made.holes([*made.POINT, 9], head=[*made.POINT_HEAD, "初见水位"]))
    sample = made.read(made.holes(样品=[["点号", "样品编号", "起", "止", "介质"], ["ZK01", "S1", 4, 9, "固废"]]))

    assert made.errors(water)["water_depth"].sheet == "钻孔"
    assert (made.errors(sample)["sample_depth"].sheet, made.errors(sample)["sample_depth"].row) == ("样品", 2)


@pytest.mark.parametrize(
    ("samples", "results", "codes"),
    [
        ([["ZK01", "S1", 1, 2, "固废"], ["ZK01", "S1", 2, 3, "固废"]], [], {"sample_no"}),
        ([["ZK01", None, 1, 2, "固废"]], [], {"sample_no"}),
        ([["ZK01", "S1", None, 2, "固废"]], [], {"incomplete_sample"}),
        ([["ZK01", "S1", 1, 2, None]], [], {"incomplete_sample"}),
        ([["ZK01", "S1", 1, 2, "空气"]], [], {"not_understood"}),
        ([["ZK01", "S1", 1, 2, "固废"]], [["S1", "铅", ">5", "mg/L"]], {"not_understood"}),
        ([["ZK01", "S1", 1, 2, "固废"]], [["S1", "铅", "未检出", "mg/L"]], {"not_understood"}),
        ([["ZK01", "S1", 1, 2, "固废"]], [["S1", "铅", None, "mg/L"]], {"no_value"}),
        ([["ZK01", "S1", 1, 2, "固废"]], [["S1", None, 5, "mg/L"]], {"no_analyte"}),
        ([["ZK01", "S1", 1, 2, "固废"]], [["S9", "铅", 5, "mg/L"]], {"unknown_sample"}),
    ],
)
def test_samples_and_results_that_say_too_little_are_told(
    samples: list[list[Any]], results: list[list[Any]], codes: set[str]
) -> None:
    found = made.read(
        made.holes(
            样品=[["点号", "样品编号", "起", "止", "介质"], *samples],
            检测结果=[["样品编号", "项目", "数值", "单位"], *results],
        )
    )

    assert {issue.code for issue in found.errors} == codes
    assert all(issue.row for issue in found.errors)


def test_a_date_with_the_month_in_front_is_refused_since_nobody_knows() -> None:
    found = made.read(made.holes([*made.POINT, "05/03/2026"], head=[*made.POINT_HEAD, "日期"]))

    assert "请写成 2026-03-05" in made.errors(found)["not_understood"].zh


# --- formulas --------------------------------------------------------------------------------------------------------


def test_a_formula_without_a_saved_result_refuses_its_hole_and_names_the_cell() -> None:
    found = made.read(made.holes([*made.POINT, "=1+1"], head=[*made.POINT_HEAD, "备注"]))

    assert made.errors(found)["formula"].field == "H2"
    assert found.refused == ["ZK01"]


def test_sheets_that_are_no_tables_and_hidden_ones_are_named() -> None:
    def hide(book: Workbook) -> None:
        book["旧数据"].sheet_state = "hidden"

    content = made.workbook(
        {
            "封面": [["北围地块摸排"], ["2026 年 3 月"]],
            "钻孔": [made.POINT_HEAD, made.POINT],
            "地层": [made.LAYER_HEAD, *made.LAYERS],
            "旧数据": [made.LAYER_HEAD, ["ZK01", 0, 9, "淤泥", None, None]],
        },
        hide,
    )

    found = made.read(content)

    assert found.errors == []
    assert "封面" in made.warnings(found)["sheet_left_out"].zh
    assert "旧数据" in made.warnings(found)["sheet_hidden"].zh


def test_every_code_has_its_remedy_in_both_languages() -> None:
    """Sentences end in what to do: none is only a complaint."""
    from gis_service.surveys.reading.assemble import REMEDIES

    assert all(zh and en for zh, en in REMEDIES.values())
    found = made.read(made.holes(["ZK01", "钻洞", None, "x", None, -1, "?"], layers=[["ZK02", 3, 1, "土", None, None]]))
    assert all("请" in issue.zh for issue in found.issues), [issue.zh for issue in found.issues if "请" not in issue.zh]
