"""Texts: four tables in a zip, or strata with their holes beside them, in the encodings people use."""

from decimal import Decimal

import pytest

from gis_service.surveys.reading import reader
from tests.surveys.reading import made

JOINED = [
    ["点号", "东坐标", "北坐标", "高程", "孔深", "坐标系", "层顶", "层底", "土名", "是否固废", "描述"],
    ["ZK01", "453649.888", "2473733.499", "3.25", "4.5", "EPSG:4547", "0", "0.8", "素填土", "否", "黄褐色"],
    ["ZK01", "453649.888", "2473733.499", "3.25", "4.5", "EPSG:4547", "0.8", "4.5", "杂填土", "是", "灰黑色"],
    ["ZK02", "453659.888", "2473743.499", "3.1", "2", "EPSG:4547", "0", "2", "淤泥", "否", ""],
]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_strata_with_their_holes_beside_them_are_read_in_every_encoding(codec: str) -> None:
    found = reader.read(made.lines(JOINED).encode(codec), "地层.csv", box=made.BOX)

    assert found.errors == []
    assert (found.format, found.crs, found.points, found.layers) == ("CSV", 4547, 2, 3)
    assert [(log.point_no, log.ground_elev_m, [layer.soil_name for layer in log.layers]) for log in found.logs] == [
        ("ZK01", Decimal("3.25"), ["素填土", "杂填土"]),
        ("ZK02", Decimal("3.1"), ["淤泥"]),
    ]
    assert ("encoding" in made.warnings(found)) == (codec in ("gbk", "gb18030"))


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_are_found(separator: str) -> None:
    found = reader.read(made.lines(JOINED, separator).encode(), "地层.csv", box=made.BOX)

    assert [len(log.layers) for log in found.logs] == [2, 1]


def test_a_hole_may_be_written_once_and_a_contradiction_is_refused() -> None:
    once = [JOINED[0], JOINED[1], ["", "", "", "", "", "", *JOINED[2][6:]], JOINED[3]]
    against = [JOINED[0], JOINED[1], [*JOINED[2][:3], "9.99", *JOINED[2][4:]], JOINED[3]]

    first = reader.read(made.lines(once).encode(), "地层.csv", box=made.BOX)
    second = reader.read(made.lines(against).encode(), "地层.csv", box=made.BOX)

    assert [len(log.layers) for log in first.logs] == [2, 1]
    assert (second.refused, made.errors(second)["contradiction"].row) == (["ZK01"], 3)


def test_a_joined_table_may_be_a_sheet_too() -> None:
    found = reader.read(made.workbook({"Sheet1": JOINED}), "地层.xlsx", box=made.BOX)

    assert [len(log.layers) for log in found.logs] == [2, 1]


def test_four_tables_in_a_zip_are_joined_and_other_files_named() -> None:
    samples = [["点号", "样品编号", "起", "止", "介质"], ["ZK01", "S1", 1, 2, "固废"]]
    results = [["样品编号", "项目", "数值", "单位"], ["S1", "铅", "<0.05", "mg/L"]]
    content = made.text_zip(
        钻孔=made.lines([made.POINT_HEAD, made.POINT]).encode("gbk"),
        地层=made.lines([made.LAYER_HEAD, *made.LAYERS]).encode("utf-8-sig"),
        样品=made.lines(samples).encode(),
        检测结果=made.lines(results).encode("gb18030"),
    )

    found = reader.read(content, "钻孔.zip", crs=4547, box=made.BOX)

    (log,) = found.logs
    assert found.errors == []
    assert (len(log.layers), log.samples[0].results[0].qualifier) == (3, "<")


def test_rows_of_a_text_are_numbered_as_a_spreadsheet_shows_them_line_breaks_in_cells_or_not() -> None:
    wrong = [JOINED[0], [*JOINED[1][:-1], '"一行\n两行"'], [*JOINED[2][:7], "没有", *JOINED[2][8:]], JOINED[3]]

    found = reader.read(made.lines(wrong).encode(), "地层.csv", box=made.BOX)

    issue = next(issue for issue in found.errors if issue.code == "not_understood")
    assert (issue.file, issue.sheet, issue.row) == ("地层.csv", "地层.csv", 3)


def test_holes_without_any_strata_and_strata_without_holes_are_told_apart() -> None:
    holes_only = reader.read(made.lines([made.POINT_HEAD, made.POINT]).encode(), "钻孔.csv", crs=4547)
    strata_only = reader.read(made.lines([made.LAYER_HEAD, *made.LAYERS]).encode(), "地层.csv", crs=4547)

    assert "“地层”表补上" in made.errors(holes_only)["no_layers"].zh
    assert "没有“钻孔”表" in made.errors(strata_only)["no_points"].zh


def test_the_guide_of_a_zip_names_the_system_and_a_table_may_be_called_so_too() -> None:
    content = made.text_zip(
        说明=made.lines([["坐标系(EPSG)", "EPSG:4547"]]).encode("gbk"),
        钻孔=made.lines([made.POINT_HEAD, made.POINT]).encode("gbk"),
        地层说明=made.lines([made.LAYER_HEAD, *made.LAYERS]).encode("gbk"),
    )

    found = reader.read(content, "钻孔.zip")

    assert (found.crs, [len(log.layers) for log in found.logs]) == (4547, [3])


def test_heads_that_say_x_and_y_are_the_surveyors_and_others_are_turned_and_told() -> None:
    """X is north in Chinese surveying; whoever writes it for east is understood by the values."""
    ours = [["点号", "X", "Y", *made.POINT_HEAD[4:]], ["ZK01", 2473733.499, 453649.888, *made.POINT[4:]]]
    theirs = [ours[0], ["ZK01", 453649.888, 2473733.499, *made.POINT[4:]]]

    for rows, turned in ((ours, False), (theirs, True)):
        content = made.text_zip(
            钻孔=made.lines(rows).encode(), 地层=made.lines([made.LAYER_HEAD, *made.LAYERS]).encode()
        )
        found = reader.read(content, "a.zip", crs=4547, box=made.BOX)
        assert found.logs[0].easting == Decimal("453649.888")
        assert ("axes_swapped" in made.warnings(found)) == turned
