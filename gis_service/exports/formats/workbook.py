"""台账 XLSX in the office's form: title, cut-off time and unit, a header of two levels, rows by area with 小计 and 合计,
print set-up A3 landscape, signature row. Totals are values that a program can read; texts are never formulas.

Rows are streamed into the sheet (XlsxWriter's constant memory), so that memory does not grow with them.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from gis_service.exports.fields import Field, Value, cell, named
from gis_service.exports.source import Record, Source

A3 = 8
PADDING = 5 / 7
"""XlsxWriter adds to a width, in characters, the padding of a cell; the widths here are those of the file."""
HEADER_ROWS = (3, 4)
FIRST_ROW = 5
RISKY = ("=", "+", "-", "@", "\t", "\r")
#: Texts with the mark of a neutralised formula before them (in a CSV that was saved as a workbook the import takes it away):
#: they get a second one, so that they come back as they are. What looks like an escaped character gets its own escape when written.
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

GRID, HEAD, SUB = "#9AA0A6", "#E8EEF5", "#F4F6F8"


def write(path: Path, source: Source) -> None:
    Sheet(source, path).write()


def is_risky(value: Value) -> bool:
    return isinstance(value, str) and value.startswith(RISKY)


def written(text: str) -> str:
    """A text as the file has it.

    >>> written("'=1"), written("'甲'"), written("A_x0041_")
    ("''=1", "'甲'", 'A_x005F_x0041_')
    """
    return ESCAPED.sub("_x005F_", shown(text))


def shown(text: str) -> str:
    """A text as it is handed to the writer, which escapes what looks like an escaped character itself."""
    kept = ILLEGAL_CHARACTERS_RE.sub("", text)
    return f"'{kept}" if MARKED.match(kept) else kept


@dataclass
class Sums:
    """Count and sums of the rows since an area began, or of all."""

    count: int = 0
    of: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(SUMMED, Decimal(0)))

    def add(self, record: Record) -> None:
        self.count += 1
        for name in SUMMED:
            self.of[name] += record.row[name] or 0


@dataclass(frozen=True)
class Dress:
    """The look of a column's cells, and of those that hold what a spreadsheet would run."""

    plain: Format
    quoted: Format


class Sheet:
    """The sheet while it is written, row by row from the top."""

    def __init__(self, source: Source, path: Path):
        self.source, self.words, self.lang = source, WORDS[source.wish.lang], source.wish.lang
        known = {each.name for each in source.wish.fields}
        self.columns = [column for column in COLUMNS if column.field in known]
        self.fields = [named(column.field) for column in self.columns]
        self.width = len(self.columns) + 1
        plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book = Workbook(str(path), plain)
        self.sheet: Worksheet = self.book.add_worksheet(self.words["sheet"])
        self.row = -1
        self.looks: dict[tuple[tuple[str, Any], ...], Format] = {}

    def write(self) -> None:
        self._set_up()
        self._top()
        self._head()
        self._rows()
        self._bottom()
        self.book.set_properties({"title": self.words["title"]})
        self.book.close()

    # --- pieces ----------------------------------------------------------------------------------------------------

    def _set_up(self) -> None:
        """Widths, frozen panes, print set-up; before the first row."""
        sheet = self.sheet
        for place, width in enumerate([6.0, *(column.width for column in self.columns)]):
            sheet.set_column(place, place, width - PADDING)
        sheet.freeze_panes(FIRST_ROW - 1, 3)  # number and area stay in sight, and the header
        sheet.repeat_rows(HEADER_ROWS[0] - 1, HEADER_ROWS[1] - 1)
        sheet.set_landscape()
        sheet.set_paper(A3)
        # as a text it is written although it is the usual: not every reader knows what is usual
        sheet.fit_to_pages("1", 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.center_horizontally()
        sheet.set_footer(f"&C{self.words['page']}")
        for row, height in ((0, 30), (1, 18), (2, 18), (3, 32)):
            sheet.set_row(row, height)

    def _top(self) -> None:
        words, facts = self.words, self.source.facts()
        title = words["title"] + (words["sample"] if "sample" in facts else "")
        self._next()
        self._span(0, self.width - 1, title, self._look(bold=True, font_size=18, align="center"))
        half = self.width // 2
        left = f"{words['cut_off']}:{facts['cut_off']}    {words['office']}:{facts['producer']}"
        self._next()
        self._span(0, half - 1, left, self._look(align="left"))
        self._span(half, self.width - 1, words["unit"], self._look(align="right"))

    def _head(self) -> None:
        """Two rows: groups above their columns; a column without a group takes both."""
        look = self._look(grid=True, bold=True, align="center", text_wrap=True, bg_color=HEAD)
        names = [self.words["seq"], *(each.header(self.lang) for each in self.fields)]
        groups = [None, *(column.group for column in self.columns)]
        self._next()
        place = 0
        while place < self.width:
            last, group = place, groups[place]
            while group and last + 1 < self.width and groups[last + 1] == group:
                last += 1
            self._span(place, last, group[self.lang == "en"] if group else names[place], look)
            place = last + 1
        self._next()
        for place, (name, group) in enumerate(zip(names, groups, strict=True)):
            self._text(place, name if group else "", look)
            if not group:
                self.sheet.merge.append([HEADER_ROWS[0] - 1, place, HEADER_ROWS[1] - 1, place])

    def _rows(self) -> None:
        everything, here = Sums(), Sums()
        area: Any = ...
        dresses = [self._dress(each) for each in self.fields]
        count_look = self._look(grid=True, align="center", num_format="0")
        for number, record in enumerate(self.source.records(), start=1):
            if record.row["area_name"] != area and here.count:
                self._sums(self._subtotal(area), here, SUB)
                here = Sums()
            area = record.row["area_name"]
            here.add(record)
            everything.add(record)
            self._next()
            self.sheet.write_number(self.row, 0, number, count_look)
            for place, (dress, field_) in enumerate(zip(dresses, self.fields, strict=True), start=1):
                self._value(place, cell(field_, record.row[field_.name], self.lang), dress)
        if here.count:
            self._sums(self._subtotal(area), here, SUB)
        self._sums(self.words["total"], everything, HEAD)

    def _subtotal(self, area: str | None) -> str:
        return f"{area or self.words['no_area']}{' ' if self.lang == 'en' else ''}{self.words['subtotal']}"

    def _sums(self, label: str, sums: Sums, shade: str) -> None:
        self._next()
        look = self._look(grid=True, bold=True, bg_color=shade)
        self._span(0, 1, label, look)
        for place, field_ in enumerate(self.fields, start=1):
            if field_.name == "parcel_no":
                self._text(place, self.words["count"].format(n=sums.count), look)
            elif field_.name in SUMMED:
                form = self._look(grid=True, bold=True, bg_color=shade, num_format=NUMBER_FORMATS[field_.kind])
                self.sheet.write_number(self.row, place, float(sums.of[field_.name]), form)
            elif place > 1:
                self.sheet.write_blank(self.row, place, None, look)

    def _bottom(self) -> None:
        self._next()
        self._span(0, self.width - 1, self.words["rounding"], self._look(align="left"))
        self._next()
        self._next()
        third = self.width // 3
        for place, name in enumerate(("filled", "checked", "date")):
            self._text(place * third + 1, self.words[name], self._look(align="left"))

    # --- cells -----------------------------------------------------------------------------------------------------

    def _next(self) -> None:
        self.row += 1

    def _span(self, first: int, last: int, said: str, look: Format) -> None:
        """Cells of this row that become one."""
        if last > first:
            self.sheet.merge_range(self.row, first, self.row, last, "", look)
        self._text(first, said, look)

    def _text(self, place: int, said: str, look: Format) -> None:
        if said:
            self.sheet.write_string(self.row, place, shown(said), look)
        else:
            self.sheet.write_blank(self.row, place, None, look)

    def _value(self, place: int, value: Value, dress: Dress) -> None:
        if value is None or value == "":
            self.sheet.write_blank(self.row, place, None, dress.plain)
        elif isinstance(value, str):
            look = dress.quoted if value.startswith(RISKY) else dress.plain
            self.sheet.write_string(self.row, place, shown(value), look)
        elif isinstance(value, bool):
            self.sheet.write_boolean(self.row, place, value, dress.plain)
        elif isinstance(value, date | datetime):
            self.sheet.write_datetime(self.row, place, value, dress.plain)
        else:
            self.sheet.write_number(self.row, place, float(value), dress.plain)

    def _dress(self, field_: Field) -> Dress:
        """One for each column: dressing every cell anew would take most of the time."""
        across = {"text": "left", "date": "center"}.get(field_.holds, "right")
        look: dict[str, Any] = {"grid": True, "align": across}
        if field_.holds == "text":
            look["text_wrap"] = True
        if form := NUMBER_FORMATS.get(field_.kind):
            look["num_format"] = form
        return Dress(self._look(**look), self._look(**look, quote_prefix=True))

    def _look(self, *, grid: bool = False, **more: Any) -> Format:
        key = (("grid", grid), *sorted(more.items()))
        if key not in self.looks:
            frame = {"border": 1, "border_color": GRID} if grid else {}
            self.looks[key] = self.book.add_format({"valign": "vcenter", **frame, **more})
        return self.looks[key]
