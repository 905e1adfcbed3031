"""台账 XLSX in the office's form: title, cut-off time and unit, a header of two levels, rows by area with 小计 and 合计,
print set-up A3 landscape, signature row. Totals are values that a program can read; texts are never formulas.

Rows are streamed into the sheet, so that memory does not grow with them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins

from gis_service.exports.fields import Field, Value, cell, named
from gis_service.exports.source import Record, Source

A3 = 8
HEADER_ROWS = (3, 4)
FIRST_ROW = 5
RISKY = ("=", "+", "-", "@", "\t", "\r")
#: Texts with the mark of a neutralised formula before them (in a CSV that was saved as a workbook the import takes it away):
#: they get a second one, so that they come back as they are. What looks like an escaped character gets its own escape.
MARKED, ESCAPED = re.compile(r"'+[=+\-@\t\r]"), re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True)
class Column:
    """A column of the sheet: the field it shows, the group above it, its width in characters."""

    field: str
    width: float
    group: tuple[str, str] | None = None


AREAS = ("面积", "Area")
UNITS = ("权属与管护", "Right and care")
PLAN = ("规划与供应", "Plan and supply")
STATES = ("状态", "Status")
GUARDS = ("围蔽与设施", "Fences and devices")
WASTE = ("固废", "Waste")

COLUMNS = (
    Column("area_name", 9), Column("parcel_no", 14), Column("parcel_name", 24), Column("location_text", 22),
    Column("area_registered_m2", 14, AREAS), Column("area_mu", 10, AREAS), Column("area_computed_m2", 14, AREAS),
    Column("ownership", 8, UNITS), Column("right_holder", 20, UNITS), Column("managing_unit", 20, UNITS),
    Column("custodian_unit", 20, UNITS), Column("contact_person", 9, UNITS), Column("contact_phone", 14, UNITS),
    Column("planned_class_code", 9, PLAN), Column("planned_class_name", 14, PLAN), Column("planned_class_system", 10, PLAN),
    Column("planned_supply_mode", 9, PLAN), Column("planned_supply_year", 8, PLAN),
    Column("supply_status", 11, STATES), Column("use_status", 11, STATES), Column("fence_status", 10, STATES),
    Column("survey_status", 11, STATES), Column("disposal_status", 11, STATES), Column("handover_status", 12, STATES),
    Column("fence_ratio", 8, GUARDS), Column("fence_length_m", 10, GUARDS), Column("sign_count", 8, GUARDS),
    Column("camera_count", 8, GUARDS),
    Column("waste_found", 8, WASTE), Column("waste_volume_m3", 12, WASTE), Column("waste_class", 10, WASTE),
    Column("handed_over_on", 12), Column("risk_level", 7), Column("remark", 24),
)  # fmt: skip
SUMMED = ("area_registered_m2", "area_mu", "area_computed_m2", "waste_volume_m3")
NUMBER_FORMATS = {"area": "#,##0.00", "number": "#,##0.0", "integer": "0", "date": "yyyy-mm-dd"}

WORDS = {
    "zh": {
        "sheet": "台账", "title": "国有空闲地管理台账", "sample": "(示例数据)", "cut_off": "截止时间", "unit": "单位:宗、㎡、亩",
        "office": "填报单位", "seq": "序号", "subtotal": "小计", "total": "合计", "count": "{n} 宗", "no_area": "未分片区",
        "filled": "填报人:", "checked": "审核人:", "date": "日期:", "rounding": "注:分项和与合计不等系四舍五入。",
        "page": "第 &P 页 共 &N 页",
    },
    "en": {
        "sheet": "Register", "title": "Register of idle state-owned land", "sample": " (sample data)", "cut_off": "As of",
        "unit": "Units: parcels, m², mu", "office": "Office", "seq": "No.", "subtotal": "Subtotal", "total": "Total",
        "count": "{n} parcels", "no_area": "No area", "filled": "Filled in by:", "checked": "Checked by:", "date": "Date:",
        "rounding": "Parts may not add up to totals because of rounding.", "page": "Page &P of &N",
    },
}  # fmt: skip

THIN = Side(style="thin", color="9AA0A6")
GRID = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
SHADE = {"head": PatternFill("solid", fgColor="E8EEF5"), "sub": PatternFill("solid", fgColor="F4F6F8"),
         "all": PatternFill("solid", fgColor="E8EEF5")}  # fmt: skip


def write(path: Path, source: Source) -> None:
    Sheet(source).write(path)


def is_risky(value: Value) -> bool:
    return isinstance(value, str) and value.startswith(RISKY)


def fill(made: Any, value: Value) -> None:
    """A value into a cell; what looks like a formula or an error stays a text."""
    made.value = written(value) if isinstance(value, str) else value
    if isinstance(value, str):
        made.data_type = "s"


def written(text: str) -> str:
    """A text as the file has it.

    >>> written("'=1"), written("'甲'"), written("A_x0041_")
    ("''=1", "'甲'", 'A_x005F_x0041_')
    """
    kept = ESCAPED.sub("_x005F_", ILLEGAL_CHARACTERS_RE.sub("", text))
    return f"'{kept}" if MARKED.match(kept) else kept


class Stamp:
    """A dressed cell that is filled again for every row: rows are written before the next is made.

    A text that a spreadsheet would run has a cell of its own, marked as text.
    """

    def __init__(self, dress: Callable[[Value], Any]):
        self._plain, self._quoted = dress(None), dress("=")

    def pressed(self, value: Value) -> Any:
        made = self._quoted if is_risky(value) else self._plain
        fill(made, value)
        return made


@dataclass
class Sums:
    """Count and sums of the rows since an area began, or of all."""

    count: int = 0
    of: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(SUMMED, Decimal(0)))

    def add(self, record: Record) -> None:
        self.count += 1
        for name in SUMMED:
            self.of[name] += record.row[name] or 0


class Sheet:
    """The sheet while it is written, row by row from the top."""

    def __init__(self, source: Source):
        self.source, self.words, self.lang = source, WORDS[source.wish.lang], source.wish.lang
        known = {each.name for each in source.wish.fields}
        self.columns = [column for column in COLUMNS if column.field in known]
        self.fields = [named(column.field) for column in self.columns]
        self.width = len(self.columns) + 1
        self.book = Workbook(write_only=True)
        self.sheet: Any = self.book.create_sheet(self.words["sheet"])
        self.row = 0

    def write(self, path: Path) -> None:
        self._set_up()
        self._top()
        self._head()
        self._rows()
        self._bottom()
        self.book.properties.title = self.words["title"]
        self.book.save(path)

    # --- pieces ----------------------------------------------------------------------------------------------------

    def _set_up(self) -> None:
        """Widths, frozen panes, print set-up; before the first row."""
        sheet = self.sheet
        for place, width in enumerate([6.0, *(column.width for column in self.columns)], start=1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        sheet.freeze_panes = f"{get_column_letter(4)}{FIRST_ROW}"  # number and area stay in sight, and the header
        sheet.print_title_rows = f"{HEADER_ROWS[0]}:{HEADER_ROWS[1]}"
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A3
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.print_options.horizontalCentered = True
        sheet.oddFooter.center.text = self.words["page"]
        for row, height in ((1, 30), (2, 18), (3, 18), (4, 32)):
            sheet.row_dimensions[row].height = height

    def _top(self) -> None:
        words, facts = self.words, self.source.facts()
        title = words["title"] + (words["sample"] if "sample" in facts else "")
        self._put([self._cell(title, font=Font(size=18, bold=True), across="center")], merge=[(1, self.width)])
        half = self.width // 2
        left = f"{words['cut_off']}:{facts['cut_off']}    {words['office']}:{facts['producer']}"
        cells = [self._cell(left, across="left"), *[None] * (half - 1), self._cell(words["unit"], across="right")]
        self._put(cells, merge=[(1, half), (half + 1, self.width)])

    def _head(self) -> None:
        """Two rows: groups above their columns; a column without a group takes both."""
        upper: list[Any] = [self._heading(self.words["seq"])]
        lower: list[Any] = [self._heading(None)]
        merge: list[tuple[int, int]] = []
        before: tuple[str, str] | None = None
        for place, (column, field_) in enumerate(zip(self.columns, self.fields, strict=True), start=2):
            name = self._heading(field_.header(self.lang))
            group = column.group
            if group is None:
                upper.append(name)
                lower.append(self._heading(None))
            else:
                upper.append(self._heading(group[self.lang == "en"] if group != before else None))
                lower.append(name)
                merge = [*merge[:-1], (merge[-1][0], place)] if group == before else [*merge, (place, place)]
            before = group
        alone = [1, *(place for place, column in enumerate(self.columns, start=2) if column.group is None)]
        self._put(upper, merge=merge)
        self._put(lower)
        for place in alone:
            letter = get_column_letter(place)
            self.sheet.merged_cells.add(f"{letter}{HEADER_ROWS[0]}:{letter}{HEADER_ROWS[1]}")

    def _rows(self) -> None:
        everything, here = Sums(), Sums()
        area: Any = ...
        for number, record in enumerate(self.source.records(), start=1):
            if record.row["area_name"] != area and here.count:
                self._sums(self._subtotal(area), here, "sub")
                here = Sums()
            area = record.row["area_name"]
            here.add(record)
            everything.add(record)
            self._put([self.stamps[0].pressed(number), *self._values(record)])
        if here.count:
            self._sums(self._subtotal(area), here, "sub")
        self._sums(self.words["total"], everything, "all")

    def _subtotal(self, area: str | None) -> str:
        return f"{area or self.words['no_area']}{' ' if self.lang == 'en' else ''}{self.words['subtotal']}"

    def _sums(self, label: str, sums: Sums, shade: str) -> None:
        cells: list[Any] = [self._cell(label, font=Font(bold=True), shade=shade)]
        for field_ in self.fields:
            if field_.name == "parcel_no":
                cells.append(self._cell(self.words["count"].format(n=sums.count), font=Font(bold=True), shade=shade))
            elif field_.name in SUMMED:
                value = float(sums.of[field_.name])
                cells.append(self._cell(value, font=Font(bold=True), shade=shade, form=NUMBER_FORMATS[field_.kind]))
            else:
                cells.append(self._cell(None, shade=shade))
        self._put(cells, merge=[(1, 2)])

    def _values(self, record: Record) -> Iterator[Any]:
        for stamp, field_ in zip(self.stamps[1:], self.fields, strict=True):
            yield stamp.pressed(cell(field_, record.row[field_.name], self.lang))

    @cached_property
    def stamps(self) -> list["Stamp"]:
        """One for each column: dressing every cell anew takes ten times as long."""
        return [Stamp(lambda value: self._cell(value, form="0", across="center")), *map(self._stamp, self.fields)]

    def _stamp(self, field_: Field) -> "Stamp":
        across = {"text": "left", "date": "center"}.get(field_.holds, "right")
        form, wrap = NUMBER_FORMATS.get(field_.kind), field_.holds == "text"
        return Stamp(lambda value: self._cell(value, form=form, across=across, wrap=wrap))

    def _bottom(self) -> None:
        self._put([self._cell(self.words["rounding"], grid=False, across="left")], merge=[(1, self.width)])
        self._put([])
        third = self.width // 3
        cells: list[Any] = [None] * self.width
        for place, name in enumerate(("filled", "checked", "date")):
            cells[place * third + 1] = self._cell(self.words[name], grid=False, across="left")
        self._put(cells)

    # --- cells -----------------------------------------------------------------------------------------------------

    def _put(self, cells: Iterable[Any], merge: Iterable[tuple[int, int]] = ()) -> None:
        """The next row; `merge` names its cells that become one, as (first, last)."""
        self.row += 1
        self.sheet.append(list(cells))
        for first, last in merge:
            if last > first:
                place = f"{get_column_letter(first)}{self.row}:{get_column_letter(last)}{self.row}"
                self.sheet.merged_cells.add(place)

    def _heading(self, text: str | None) -> Any:
        return self._cell(text, font=Font(bold=True), shade="head", across="center", wrap=True)

    def _cell(
        self,
        value: Value,
        *,
        font: Font | None = None,
        form: str | None = None,
        across: str | None = None,
        shade: str | None = None,
        wrap: bool = False,
        grid: bool = True,
    ) -> Any:
        made = WriteOnlyCell(self.sheet)
        fill(made, value)
        made.quotePrefix = is_risky(value)
        made.font, made.border = font or Font(), GRID if grid and self.row >= HEADER_ROWS[0] - 1 else Border()
        made.alignment = Alignment(horizontal=across, vertical="center", wrap_text=wrap)
        if shade:
            made.fill = SHADE[shade]
        if form:
            made.number_format = form
        return made
