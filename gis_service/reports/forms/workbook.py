"""调度表 XLSX: the form of domain 8.3, and the figures and lists on further sheets. Rows are written as they come (constant memory).

Every text is written as a text, whatever it begins with; one that a spreadsheet would run is marked so besides.
"""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from gis_service.exports.formats.workbook import is_risky
from gis_service.reports.forms import words
from gis_service.reports.forms.words import Snapshot
from gis_service.reports.freezing import snapshot as snapshots
from gis_service.reports.rules import COLUMNS, Column
from gis_service.sheets.drawing.svg import clean

A3 = 8
HEADER_ROW = 3
"""The fourth row: title, cut-off and unit, correction or definitions stand above it."""
FONT, GRID, HEAD, SUM = "宋体", "#9AA0A6", "#E8EEF5", "#F3F5F8"
MOST_FORMATS = 150
"""Volumes that show their spread by a number format of their own: Excel allows some 200 such formats a file."""
RULE = "注:面积为图形面积(1 亩=2000/3 ㎡);固废方量为自然方,括号内为下限–上限,≥ 表示钻孔未见底;问题依次为本月新增/本月销号/截止时超期。"
FORMS = {"mu": "#,##0.00", "m3": "#,##0", "count": "0", "date": "yyyy-mm-dd"}


def workbook(snapshot: Snapshot) -> bytes:
    """The same snapshot makes the same bytes."""
    made = io.BytesIO()
    at = snapshots.cut_off(dict(snapshot)).replace(tzinfo=None)
    book = Workbook(made, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": words.title(snapshot, "调度表"), "author": "", "created": at})
    book.set_size(2400, 1500)
    writer = _Writer(book, snapshot)
    writer.table()
    writer.figures()
    writer.list("议定事项", ACTIONS, snapshot["actions"]["items"])
    writer.list("超期督办", LATE, snapshot["late"])
    writer.list("案件", CASES, snapshot["cases"])
    book.close()
    return made.getvalue()


Head = tuple[str, str, float]
ACTIONS: tuple[Head, ...] = (
    ("no", "编号", 14), ("title", "事项", 40), ("unit", "责任单位", 24), ("person", "责任人", 14), ("due_on", "完成时限", 12), ("state", "状态", 14), ("days_late", "超期(天)", 9),
)  # fmt: skip
LATE: tuple[Head, ...] = (
    ("kind", "类别", 12), ("no", "编号", 14), ("title", "事项", 40), ("state", "状态", 14), ("clock", "时限", 18), ("due_on", "应于", 12), ("days_late", "超期(天)", 9),
    ("unit", "责任单位", 24), ("person", "责任人", 14),
)  # fmt: skip
CASES: tuple[Head, ...] = (
    ("no", "编号", 14), ("title", "案件", 40), ("area", "片区", 10), ("opened_on", "登记日期", 12), ("state", "状态", 14), ("unit", "责任单位", 24), ("due_on", "完成时限", 12),
    ("days_late", "超期(天)", 9),
)  # fmt: skip
FIGURES: tuple[tuple[str, float], ...] = (
    ("类别", 6), ("指标", 24), ("本月", 14), ("单位", 9), ("分子", 14), ("分母(口径)", 14), ("上月", 14), ("变化", 18), ("年计划", 12), ("口径说明", 70),
)  # fmt: skip


LINE_POINTS, MOST_LINES = 14.0, 12


def _height(said: Sequence[tuple[object, float]]) -> float:
    """How high a row must be, in points: office programs do not all work it out. A Chinese character takes two places of a width."""
    lines = 1
    for value, width in said:
        places = sum(2 if ord(sign) > 0x2E7F else 1 for sign in str(value or ""))
        lines = max(lines, ceil(places / (width * 1.1)))
    return LINE_POINTS * min(lines, MOST_LINES) + 3


class _Writer:
    """The workbook while it is written; a look is made once however many cells have it."""

    def __init__(self, book: Workbook, snapshot: Snapshot):
        self.book, self.snapshot = book, snapshot
        self.looks: dict[tuple[tuple[str, Any], ...], Format] = {}

    # --- sheets ----------------------------------------------------------------------------------------------------

    def table(self) -> None:
        sheet, rows = self._sheet("调度表", "调度表", [column.width for column in COLUMNS], RULE), self.snapshot["rows"]
        sheet.freeze_panes(HEADER_ROW + 1, 3)
        sheet.set_row(HEADER_ROW, 44)
        for n, column in enumerate(COLUMNS):
            self._text(sheet, HEADER_ROW, n, column.zh, self._head())
        for n, row in enumerate(rows, HEADER_ROW + 1):
            said = [(row[each.name], each.width) for each in COLUMNS if each.form == "text"]
            sheet.set_row(n, _height(said))
            for at, column in enumerate(COLUMNS):
                self._cell(sheet, n, at, column, row)
        last = HEADER_ROW + len(rows)
        sheet.autofilter(HEADER_ROW, 0, max(last, HEADER_ROW + 1), len(COLUMNS) - 1)
        self._sums(sheet, last + 1)
        self._signatures(sheet, last + 3, len(COLUMNS))

    def figures(self) -> None:
        sheet = self._sheet("指标", "主要指标", [width for _, width in FIGURES], "")
        sheet.freeze_panes(HEADER_ROW + 1, 2)
        for n, (name, _) in enumerate(FIGURES):
            self._text(sheet, HEADER_ROW, n, name, self._head())
        catalogue = self.snapshot["figures"]["catalogue"]
        for n, figure in enumerate(self.snapshot["figures"]["district"], HEADER_ROW + 1):
            about = catalogue[figure["code"]]
            sheet.set_row(n, _height([(about["sentence"], FIGURES[-1][1])]))
            self._text(sheet, n, 0, about["group"], self._look(align="center"))
            self._text(sheet, n, 1, about["zh"], self._look())
            self._number(sheet, n, 2, figure["value"])
            self._text(sheet, n, 3, about["unit"], self._look(align="center"))
            self._number(sheet, n, 4, figure["numerator"])
            self._number(sheet, n, 5, figure["denominator"], missing="" if about["unit"] != "%" else words.NONE)
            self._number(sheet, n, 6, figure["last"]["value"])
            self._text(sheet, n, 7, words.change(figure, about), self._look(align="center"))
            self._number(sheet, n, 8, figure["plan"])
            self._text(sheet, n, 9, about["sentence"], self._look(text_wrap=True))

    def list(self, name: str, heads: Sequence[Head], rows: Sequence[dict[str, Any]]) -> None:
        sheet = self._sheet(name, name, [width for *_, width in heads], "")
        sheet.freeze_panes(HEADER_ROW + 1, 0)
        for n, (_, zh, _) in enumerate(heads):
            self._text(sheet, HEADER_ROW, n, zh, self._head())
        for n, row in enumerate(rows, HEADER_ROW + 1):
            sheet.set_row(n, _height([(row[key], width) for key, _, width in heads]))
            for at, (key, *_) in enumerate(heads):
                if key.endswith("_on"):
                    self._day(sheet, n, at, row[key])
                elif key == "days_late":
                    self._count(sheet, n, at, row[key] if row[key] > 0 else None)
                else:
                    self._text(sheet, n, at, row[key], self._look(text_wrap=True))
        if not rows:
            self._text(sheet, HEADER_ROW + 1, 0, "无", self._look())

    # --- pieces ----------------------------------------------------------------------------------------------------

    def _head(self) -> Format:
        return self._look(bold=True, align="center", text_wrap=True, bg_color=HEAD)

    def _sheet(self, name: str, what: str, widths: Sequence[float], rule: str) -> Worksheet:
        """Widths, title, cut-off, rule; A3 landscape, one page wide, the header on every page, pages counted."""
        sheet: Worksheet = self.book.add_worksheet(name)
        snapshot, last = self.snapshot, len(widths) - 1
        for n, width in enumerate(widths):
            sheet.set_column(n, n, width)
        sheet.set_landscape()
        sheet.set_paper(A3)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.center_horizontally()
        sheet.repeat_rows(HEADER_ROW)
        left = "&L" + "  ".join([*words.marks(snapshot), words.INSIDE])
        sheet.set_footer(f"{left}&C第 &P 页 共 &N 页&R{words.cut_off(snapshot)}")
        marked = "".join(f"({mark})" for mark in words.marks(snapshot)[:1] if snapshot["sample"])
        sheet.set_row(0, 32)
        plain = self._look(grid=False)
        sheet.merge_range(0, 0, 0, last, "", self._look(grid=False, bold=True, align="center", font_size=18))
        self._text(sheet, 0, 0, words.title(snapshot, what) + marked, self._look(grid=False, bold=True, align="center", font_size=18))  # fmt: skip
        said = "    ".join(
            part
            for part in (words.cut_off(snapshot), f"填报单位:{snapshot['office']}", words.correction(snapshot))
            if part
        )
        sheet.merge_range(1, 0, 1, last, "", plain)
        self._text(sheet, 1, 0, said, plain)
        sheet.merge_range(2, 0, 2, last, "", plain)
        self._text(sheet, 2, 0, rule, plain)
        return sheet

    def _cell(self, sheet: Worksheet, row: int, at: int, column: Column, line: dict[str, Any]) -> None:
        value = line[column.name]
        if column.form == "count":
            self._count(sheet, row, at, value)
        elif column.form == "mu":
            sheet.write_number(row, at, float(value), self._look(num_format=FORMS["mu"]))
        elif column.form == "m3":
            self._volume(sheet, row, at, value)
        elif column.form == "date":
            self._day(sheet, row, at, value)
        elif column.form == "problems":
            self._text(sheet, row, at, words.problems(line), self._look(align="center"))
        else:
            self._text(sheet, row, at, value, self._look(text_wrap=True))

    def _volume(self, sheet: Worksheet, row: int, at: int, waste: dict[str, Any] | None) -> None:
        """A number that can be summed and shows its spread."""
        if waste is None:
            sheet.write_blank(row, at, None, self._look())
            return
        form, low, high = FORMS["m3"], Decimal(waste["low"]), Decimal(waste["high"])
        if len(self.looks) < MOST_FORMATS:
            form = f'{"≥" if waste["open_ended"] else ""}{form}"({low:,.0f}–{high:,.0f})"'
        sheet.write_number(row, at, float(waste["best"]), self._look(num_format=form))

    def _sums(self, sheet: Worksheet, row: int) -> None:
        totals = self.snapshot["totals"]
        look: dict[str, Any] = {"bold": True, "bg_color": SUM}
        known: dict[str, str] = {"seq": "合计", "parcel_no": f"{totals['parcels']} 宗"}
        for at, column in enumerate(COLUMNS):
            if column.name == "area_mu":
                sheet.write_number(row, at, float(totals["area_mu"]), self._look(num_format=FORMS["mu"], **look))
            elif column.name == "waste_m3":
                sheet.write_number(
                    row, at, float(totals["waste_m3"]["best"]), self._look(num_format=FORMS["m3"], **look)
                )
            elif column.name == "patrols":
                sheet.write_number(row, at, totals["patrols"], self._look(num_format="0", **look))
            elif column.name == "problems":
                self._text(sheet, row, at, words.problems(totals), self._look(align="center", **look))
            else:
                self._text(sheet, row, at, known.get(column.name, ""), self._look(**look))

    def _signatures(self, sheet: Worksheet, row: int, columns: int) -> None:
        for n, said in enumerate(("填报人:", "审核人:", "日期:")):
            self._text(sheet, row, n * columns // 3 + 1, said, self._look(grid=False))

    # --- cells -----------------------------------------------------------------------------------------------------

    def _text(self, sheet: Worksheet, row: int, at: int, value: object, look: Format) -> None:
        said = clean(value)
        if not said:
            sheet.write_blank(row, at, None, look)
        elif is_risky(said):
            sheet.write_string(row, at, said, self._look(quote_prefix=True, text_wrap=True))
        else:
            sheet.write_string(row, at, said, look)

    def _number(self, sheet: Worksheet, row: int, at: int, value: str | None, missing: str = words.NONE) -> None:
        if value is None:
            self._text(sheet, row, at, missing, self._look(align="right"))
            return
        digits = -int(Decimal(value).as_tuple().exponent)
        form = "#,##0" + (f".{'0' * digits}" if digits > 0 else "")
        sheet.write_number(row, at, float(value), self._look(num_format=form))

    def _count(self, sheet: Worksheet, row: int, at: int, value: int | None) -> None:
        if value is None:
            sheet.write_blank(row, at, None, self._look())
        else:
            sheet.write_number(row, at, value, self._look(num_format=FORMS["count"], align="center"))

    def _day(self, sheet: Worksheet, row: int, at: int, said: str | None) -> None:
        day: date | None = words.day(said)
        if day is None:
            sheet.write_blank(row, at, None, self._look())
        else:
            sheet.write_datetime(row, at, day, self._look(num_format=FORMS["date"], align="center"))

    def _look(self, *, grid: bool = True, **more: Any) -> Format:
        key = (("grid", grid), *sorted(more.items()))
        if key not in self.looks:
            frame = {"border": 1, "border_color": GRID} if grid else {}
            dress = {"font_name": FONT, "font_size": 10, "valign": "vcenter", **frame, **more}
            self.looks[key] = self.book.add_format(dress)
        return self.looks[key]
