"""The workbook drillers fill in, and logs written into it: what `reader` reads back is what was written.

Lists, notes and formats help whoever types; the reader believes none of them. Texts that begin as formulas do are kept as texts.
"""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from gis_service.surveys import words
from gis_service.surveys.logs import Layer, Log, Result, Sample
from gis_service.surveys.reading.columns import (
    COMPONENT,
    CRS_LABEL,
    GAS,
    GASES,
    GUIDE,
    SHEETS,
    TABLES,
    Column,
)
from gis_service.surveys.reading.files import CHOICES
from gis_service.surveys.reading.grids import EXAMPLE
from gis_service.surveys.reading.ground import UNDECIDED
from gis_service.surveys.rules import MEDIUM_WORDS, ODOUR_WORDS, POINT_WORDS, POSITION_WORDS, WASTE_WORDS

Value = str | Decimal | date | None

DEFAULT_CRS = 4547
ROOM = 5000
"""Rows that have lists and formats."""

LISTS: dict[str, tuple[str, list[str]]] = {
    "kind": ("类型", [zh for zh, _, _ in POINT_WORDS.values()]),
    "position_method": ("定位方法", [zh for zh, _ in POSITION_WORDS.values()]),
    "odour": ("气味", [zh for zh, _ in ODOUR_WORDS.values()]),
    "waste_class": ("固废类别", [zh for zh, _ in WASTE_WORDS.values()]),
    "medium": ("介质", [zh for zh, _ in MEDIUM_WORDS.values()]),
    "soil_name": ("土名", list(words.soils())),
    "flag": ("是否", ["是", "否"]),
}
_HEAD = PatternFill("solid", fgColor="E8EDF3")
_EXAMPLE = Font(italic=True, color="7A7A7A")
_LINE = Border(bottom=Side(style="thin", color="9AA5B1"))
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

GUIDE_LINES = (
    ("怎么填", "How to fill in"),
    ("钻孔:一行一个点。点号必填,不能重复。", "钻孔: one row for each point, with a number of its own."),
    ("地层:一行一层,从 0 m 开始,上下相接,末层层底等于孔深。", "地层: one row for each layer, from 0 m, without gaps, to the depth of the hole."),
    ("土名从列表选。冲填土、素填土是土,不是固废;含垃圾的填土写杂填土。列表里没有的土名,要填“是否固废”。", "Choose the soil from the list. 冲填土 and 素填土 are soil, not waste; fill with rubbish is 杂填土. For a name of your own, say whether it is waste."),
    ("组分:各列合计 100,没有分拣就全部留空。", "Composition: the columns sum to 100, or are all left empty."),
    ("没见底(是否见底填“否”)的孔,固废厚度只是下限。", "Where the bottom was not reached, the thickness of waste is a lower bound."),
    ("检测结果:低于检出限写 <0.05,不要写 0。", "Results below the limit of detection are written <0.05, never 0."),
    ("日期写 2026-03-05。深度、水位都从地面往下,单位米。", "Dates are written 2026-03-05. Depths and water are metres below ground."),
    ("东坐标是测量上的 Y,北坐标是测量上的 X。", "The easting is what surveyors call Y, the northing X."),
    (f"灰色斜体、编号以“{EXAMPLE}”开头的行是示例,导入时不读,可以删去。", f"Rows in grey whose number begins with {EXAMPLE} are examples and are not read."),
)  # fmt: skip


def template(crs: int = DEFAULT_CRS) -> bytes:
    """An empty workbook with one example in every table."""
    example = Log(
        point_no=f"{EXAMPLE}ZK01", kind=next(iter(POINT_WORDS)), easting=Decimal("453649.888"), northing=Decimal("2473733.499"),
        crs=crs, total_depth_m=Decimal("4.5"), bottom_reached=True, ground_elev_m=Decimal("3.25"),
        position_method=next(iter(POSITION_WORDS)), made_on=date(2026, 3, 5), diameter_mm=Decimal(110), gas={"CH4_pct": Decimal("0.2")},
        layers=[
            Layer(Decimal(0), Decimal("0.8"), "素填土", False, description="黄褐色,稍湿,含少量碎石"),
            Layer(Decimal("0.8"), Decimal("3.6"), "建筑垃圾", True, words.soils()["建筑垃圾"].waste_class, {"brick_concrete": Decimal(70), "soil": Decimal(20), "plastic": Decimal(10)}),
            Layer(Decimal("3.6"), Decimal("4.5"), "淤泥", False),
        ],
        samples=[Sample(f"{EXAMPLE}ZK01-1", Decimal("1.5"), Decimal("2"), next(iter(MEDIUM_WORDS)), results=[Result("铅", Decimal("0.05"), "mg/L", "HJ 766-2015", Decimal("0.05"), "<")])],
    )  # fmt: skip
    return _workbook([example], crs, _EXAMPLE)


def write(logs: Sequence[Log]) -> bytes:
    """Logs in the workbook of the template. All must be in one coordinate system; ValueError where they are not."""
    codes = {log.crs for log in logs}
    if len(codes) > 1:
        raise ValueError(f"the logs are in several coordinate systems: {sorted(codes)}")
    return _workbook(logs, codes.pop() if codes else DEFAULT_CRS, None)


def _workbook(logs: Sequence[Log], crs: int, font: Font | None) -> bytes:
    book = Workbook()
    book.remove(book.active)
    other_gases = sorted({GAS + name for log in logs for name in log.gas} - {GAS + name for name in GASES})
    rows: dict[str, Iterable[dict[str, Value]]] = {
        "points": map(_point, logs),
        "layers": (_layer(log, layer) for log in logs for layer in log.layers),
        "samples": (_sample(log, sample) for log in logs for sample in log.samples),
        "results": (_result(sample, result) for log in logs for sample in log.samples for result in sample.results),
    }
    lists = _lists(book)
    for table, name in SHEETS.items():
        columns = [column for column in TABLES[table] if column.offered]
        if table == "points":
            columns += [Column(gas, f"气体 {gas.removeprefix(GAS)}", "plain") for gas in other_gases]
        _fill(book.create_sheet(name, len(book.sheetnames) - 1), columns, rows[table], lists, font)
    _guide(book.create_sheet(GUIDE, len(book.sheetnames) - 1), crs)
    book.active = 0
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- rows ------------------------------------------------------------------------------------------------------------


def _yes(value: bool) -> str:
    return "是" if value else "否"


def _point(log: Log) -> dict[str, Value]:
    same = {name: getattr(log, name) for name in ("point_no", "easting", "northing", "ground_elev_m", "made_on", "contractor", "driller", "logger", "total_depth_m", "diameter_mm", "water_first_m", "water_stable_m", "pid_ppm", "backfilled_on", "remark")}  # fmt: skip
    return same | {
        "kind": POINT_WORDS[log.kind][0],
        "position_method": POSITION_WORDS[log.position_method][0] if log.position_method else None,
        "bottom_reached": _yes(log.bottom_reached),
        "odour": ODOUR_WORDS[log.odour][0] if log.odour else None,
    } | {GAS + name: value for name, value in log.gas.items()}  # fmt: skip


def _layer(log: Log, layer: Layer) -> dict[str, Value]:
    same = {name: getattr(layer, name) for name in ("from_m", "to_m", "soil_name", "moisture", "colour", "degradation", "description")}  # fmt: skip
    decided = WASTE_WORDS[layer.waste_class][0] if layer.waste_class else (UNDECIDED if layer.is_waste else None)
    return same | {
        "point_no": log.point_no,
        "is_waste": _yes(layer.is_waste),
        "waste_class": decided,
        "odour": ODOUR_WORDS[layer.odour][0] if layer.odour else None,
    } | {COMPONENT + code: share for code, share in layer.composition_pct.items()}  # fmt: skip


def _sample(log: Log, sample: Sample) -> dict[str, Value]:
    same = {name: getattr(sample, name) for name in ("sample_no", "from_m", "to_m", "container", "preserved", "laboratory", "taken_on", "received_on")}  # fmt: skip
    return same | {"point_no": log.point_no, "medium": MEDIUM_WORDS[sample.medium][0]}


def _result(sample: Sample, result: Result) -> dict[str, Value]:
    same = {name: getattr(result, name) for name in ("analyte", "unit", "method", "detection_limit")}
    value = f"{result.qualifier}{result.value}" if result.qualifier else result.value
    return same | {"sample_no": sample.sample_no, "value": value}


# --- sheets ----------------------------------------------------------------------------------------------------------


def _lists(book: Workbook) -> dict[str, str]:
    """The hidden sheet of choices, since a list in a cell may hold 255 characters only; returns the range of each list."""
    sheet = book.create_sheet(CHOICES)
    sheet.sheet_state = "hidden"
    ranges = {}
    for column, (name, (title, choices)) in enumerate(LISTS.items(), 1):
        for row, text in enumerate([title, *choices], 1):
            sheet.cell(row, column, text)
        letter = get_column_letter(column)
        ranges[name] = f"{CHOICES}!${letter}$2:${letter}${len(choices) + 1}"
    return ranges


def _fill(
    sheet: Worksheet, columns: list[Column], rows: Iterable[dict[str, Value]], lists: dict[str, str], font: Font | None
) -> None:
    for at, column in enumerate(columns, 1):
        _head(sheet, at, column)
        _help(sheet, at, column, lists)
    for number, row in enumerate(rows, 2):
        for at, column in enumerate(columns, 1):
            _put(sheet, number, at, row.get(column.name), font)
    sheet.freeze_panes = "B2"


def _head(sheet: Worksheet, at: int, column: Column) -> None:
    cell = sheet.cell(1, at, column.head)
    cell.font, cell.fill, cell.border = Font(bold=True), _HEAD, _LINE
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    if column.note:
        cell.comment = Comment(column.note, "gis-service", height=60, width=240)
    wide = {"description": 40, "remark": 24, "soil_name": 14, "sample_no": 16, "method": 18}
    sheet.column_dimensions[get_column_letter(at)].width = wide.get(column.name, max(10, 2 * len(column.head)))


def _help(sheet: Worksheet, at: int, column: Column, lists: dict[str, str]) -> None:
    """The list of a column; other words are let in where the reader takes them."""
    name = "flag" if column.kind == "flag" else column.name
    if name not in lists:
        return
    strict = name != "soil_name"
    rule = DataValidation("list", formula1=lists[name], allow_blank=True, showErrorMessage=strict)
    rule.error, rule.errorTitle = "请从列表中选择", column.zh
    rule.prompt, rule.promptTitle = column.note[:250] or "从列表选", column.zh
    sheet.add_data_validation(rule)
    letter = get_column_letter(at)
    rule.add(f"{letter}2:{letter}{ROOM}")


def _put(sheet: Worksheet, row: int, at: int, value: Value, font: Font | None) -> None:
    if value is None or value == "":
        return
    cell: Any = sheet.cell(row, at)
    if isinstance(value, str):
        cell.value = _ESCAPE.sub("_x005F_", ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"  # never a formula, whatever it begins with
        cell.quotePrefix = value[:1] in "=+-@"
        cell.number_format = "@"
    else:
        cell.value = value
        cell.number_format = "yyyy-mm-dd" if isinstance(value, date) else _number_format(value)
    if font:
        cell.font = font


def _number_format(value: Decimal) -> str:
    """As many places as the value has: what was measured to the millimetre shows so."""
    places = max(0, -int(value.as_tuple().exponent))
    return "0." + "0" * places if places else "0"


def _guide(sheet: Worksheet, crs: int) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 60, 70
    sheet["A1"], sheet["B1"] = CRS_LABEL, f"EPSG:{crs}"
    sheet["A1"].font = sheet["B1"].font = Font(bold=True)
    sheet["B1"].fill = PatternFill("solid", fgColor="FFF4CC")
    sheet["A2"] = "EPSG:4547 东坐标 6 位;EPSG:4526 东坐标 8 位、以 38 开头"
    sheet["B2"] = "EPSG:4547 has eastings of 6 digits, EPSG:4526 of 8, beginning with 38"
    for row, (zh, en) in enumerate(GUIDE_LINES, 4):
        sheet.cell(row, 1, zh).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(row, 2, en).alignment = Alignment(wrap_text=True, vertical="top")
    sheet["A4"].font = sheet["B4"].font = Font(bold=True)
