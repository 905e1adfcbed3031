"""Which lines of a table are data: not totals, notes, signatures or headings; and what a line says, by column."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from openpyxl.utils.datetime import from_excel

from gis_service.parcels.imports.columns.recognise import UNITS_M2
from gis_service.parcels.imports.columns.recognise import header as header_of
from gis_service.parcels.imports.columns.spelling import normal
from gis_service.parcels.reading.result import Issue, issue
from gis_service.parcels.reading.tables import roles
from gis_service.parcels.reading.tables.grid import Cell, Line, Table, Value, cell_name, letters, listed
from gis_service.parcels.reading.tables.headers import Header
from gis_service.parcels.reading.tables.sheet import day_or_moment
from gis_service.parcels.reading.values import cleaned, shown

_TOTAL = re.compile(
    r".{0,40}?(?:小计|合计|总计|累计|共计)(?:[:(].*|共?[\d.]+.*)?|其中:?.{0,10}|totals?:?|.{0,40}?(?:sub|grand)totals?:?",
    re.IGNORECASE,
)
_COUNT = re.compile(r"共?\d+(?:宗|块|个|幅|处|地块|parcels?|plots?)")
_SIGNERS = "填报人|填表人|制表人|制表|审核人|审核|复核人|复核|负责人|单位负责人|分管领导|经办人|填报单位|填表单位|制表单位|编制单位|填报日期|填表日期|制表日期|日期|(?:filledin|prepared|checked|reviewed|approved)by"
_NOTE = re.compile(
    rf"(?:注\d*|备注|说明|填表说明|填报说明|数据来源|截止时间|截至|联系人|联系电话|打印日期|notes?|source)[:.、].*|(?:{_SIGNERS})(?:[:(].*)?",
    re.IGNORECASE,
)
#: The number of a section, where parcels are counted 1, 2, 3 below it.
_SECTION = re.compile(r"[(（]?[一二三四五六七八九十]{1,3}[)）]?[、.．]?")
#: Serial numbers of days from 1990 to 2100: a whole number of this size in a column of dates is one.
SERIAL_DAYS = range(32_874, 73_051)

#: A text that would run as a formula, with the apostrophe that exports put before it. Nothing else loses an apostrophe.
_NEUTRALISED = re.compile(r"'+[=+\-@\t\r]")

#: What is not said again of every line that a merged cell reaches: a sum would be counted twice.
NOT_REPEATED = frozenset({"area", "number"})

#: In the lines that skip the header again (printed on every page) so many names must be the same.
SAME_NAMES = 3
FEWEST_COUNTED = 4


class Kind(Enum):
    DATA = auto()
    TOTAL = auto()
    NOTE = auto()
    HEADING = auto()
    NOTHING = auto()


@dataclass
class Sorter:
    """Tells the kinds of lines of one table, from the first to the last, and remembers what was left out."""

    header: Header
    number_column: int | None
    totals: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    _signed: bool = False

    def kind(self, line: Line) -> Kind:
        found = self._kind(line)
        if found is Kind.TOTAL:
            self.totals.append(line.number)
        elif found in (Kind.NOTE, Kind.HEADING):
            self.notes.append(line.number)
        return found

    def _kind(self, line: Line) -> Kind:
        cells = line.cells
        first, *more = sorted(cells)
        words = _words(cells[first])
        numbered = self._is_numbered(cells, first)
        if self._repeats_header(cells) or _counts(cells, first):
            return Kind.NOTE
        if _TOTAL.fullmatch(words) or (not numbered and any(_TOTAL.fullmatch(_words(cells[c])) for c in more[:2])):
            return Kind.TOTAL
        if self._is_note(cells, first, words, numbered=numbered):
            return Kind.NOTE
        if not more and len(self.header.names) > 2 and first != self.number_column:
            return Kind.NOTHING if cells[first].is_number or cells[first].text.isdecimal() else Kind.HEADING
        return Kind.DATA

    def _is_note(self, cells: Mapping[int, Cell], first: int, words: str, *, numbered: bool) -> bool:
        """Whether a line is a section, a note or a signature, or goes on below one."""
        little = len(cells) <= 2 < len(self.header.names) - 1
        if (little or not numbered) and _SECTION.fullmatch(cells[first].text):
            return True
        if not numbered and _NOTE.fullmatch(words):
            self._signed = True
            return True
        goes_on = 1 < len(cells) <= 2 and self._signed
        return goes_on and not numbered

    def _is_numbered(self, cells: Mapping[int, Cell], first: int) -> bool:
        """Whether a line has the number of a parcel, behind something else; 3宗 and 小计 are none."""
        if self.number_column is None or self.number_column == first or self.number_column not in cells:
            return False
        words = _words(cells[self.number_column])
        return not (_COUNT.fullmatch(words) or _TOTAL.fullmatch(words))

    def _repeats_header(self, cells: Mapping[int, Cell]) -> bool:
        same = sum(cell.text in self.header.words for cell in cells.values())
        return same >= min(SAME_NAMES, len(self.header.names)) and same * 2 > len(cells)

    def issues(self, layer: str) -> list[Issue]:
        told = (("table.totals", self.totals), ("table.notes", self.notes))
        return [issue(code, layer=layer, rows=listed(rows)) for code, rows in told if rows]


#: What a text holds that may be a total, a note or a signature; all others need no second look.
_SUSPECT = re.compile(
    r"[计其注备说共:：、.．]|total|note|source|人|制表|[审复]核|日期|单位|领导|宗|块|个|幅|处|parcel|plot",
    re.IGNORECASE,
)


def _words(cell: Cell) -> str:
    """The text of a cell made comparable, where it may be no data."""
    return normal(cell.text) if _SUSPECT.search(cell.text) else ""


def _counts(cells: Mapping[int, Cell], first: int) -> bool:
    """Whether a line only numbers the columns: 1 2 3 4, or (1) (2) (3) (4)."""
    if len(cells) < FEWEST_COUNTED or len(cells[first].text) > len("(1)栏"):
        return False
    digits = [normal(cells[c].text).strip("()栏") for c in sorted(cells)]
    numbers = [int(text) for text in digits if text.isdecimal() and len(text) <= 3]
    return len(numbers) >= FEWEST_COUNTED and len(numbers) >= len(digits) - 2 and numbers == list(
        range(numbers[0], numbers[0] + len(numbers))
    )  # fmt: skip


def below(table: Table, header: Header, alone: Collection[int] = ()) -> Iterator[Line]:
    """The lines below the header; a cell merged downwards is said of every line it reaches, except in columns `alone`."""
    names = header.names
    kept = {c for c in table.merges.down() if c not in alone and roles.kind_of(names.get(c, "")) not in NOT_REPEATED}
    held: dict[int, tuple[int, Cell]] = {}
    for line in table.lines():
        for column in kept:
            if column in line.cells:
                held[column] = (line.number, line.cells[column])
            elif column in held and table.merges.top_of(line.number, column) == held[column][0]:
                line.cells[column] = held[column][1]
        if line.number > header.last:
            yield line


def as_meant(text: str) -> str:
    """A text without the apostrophe that an export put before it.

    >>> as_meant("'=1+1"), as_meant("''=1+1"), as_meant("'甲'"), as_meant("'5")
    ('=1+1', "'=1+1", "'甲'", "'5")
    """
    return text[1:] if _NEUTRALISED.match(text) else text


# --- what a line says --------------------------------------------------------------------------------------------


@dataclass
class Teller:
    """What lines say of their parcels, by the names of the columns; `used` columns are told elsewhere."""

    table: Table
    header: Header
    used: Collection[int] = ()
    added: dict[str, str] = field(default_factory=dict)
    unnamed: set[int] = field(default_factory=set)
    serials: Counter[str] = field(default_factory=Counter)
    example: dict[str, tuple[str, str]] = field(default_factory=dict)
    neutralised: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        names = self.header.names
        self.columns = [c for c in names if c not in self.used]
        self.dates = {c for c in self.columns if roles.kind_of(names[c]) == "date"}
        self.widest = max(names)

    def said(self, line: Line) -> tuple[dict[str, Any], list[Issue]]:
        """The attributes of a line, and what is wrong with its cells."""
        pairs: list[tuple[str, Value]] = []
        issues: list[Issue] = []
        for column in self.columns:
            cell = line.cells.get(column)
            pairs.append((self.header.names[column], None if cell is None else self._value(line, column, cell, issues)))
        for column in line.cells.keys() - self.header.names.keys():
            self.unnamed.add(column)
            pairs.append((f"列{letters(column)}", line.cells[column].value))
        attributes, complaints = cleaned(pairs, line.number, self.table.name)
        return attributes | self.added, issues + complaints

    def _value(self, line: Line, column: int, cell: Cell, issues: list[Issue]) -> Value:
        name = self.header.names[column]
        if cell.fault:
            where = {"cell": cell_name(line.number, column), "field": name, "text": shown(cell.text, 20)}
            issues.append(issue(cell.fault, row=line.number, layer=self.table.name, **where))
        elif column in self.dates and (day := self._serial(cell)):
            self.serials[name] += 1
            self.example.setdefault(name, (cell.text, day))
            return day
        if isinstance(cell.value, str) and (text := as_meant(cell.value)) != cell.value:
            self.neutralised[name] += 1
            return text
        return cell.value

    def _serial(self, cell: Cell) -> str | None:
        """The day a bare number means in a column of dates."""
        text = cell.text
        number = cell.value if cell.is_number else float(text) if re.fullmatch(r"\d{5}(?:\.\d+)?", text) else None
        if not isinstance(number, int | float) or int(number) not in SERIAL_DAYS:
            return None
        return day_or_moment(from_excel(number, self.table.epoch))

    def issues(self) -> list[Issue]:
        layer = self.table.name
        told = [
            issue("table.serials", layer=layer, field=name, count=count, example=self.example[name][0], day=self.example[name][1])
            for name, count in self.serials.items()
        ]  # fmt: skip
        told += [
            issue("table.apostrophes", layer=layer, field=name, count=count) for name, count in self.neutralised.items()
        ]
        if self.unnamed:
            columns = "、".join(letters(column) for column in sorted(self.unnamed)[:20])
            told.append(issue("table.unnamed", layer=layer, columns=columns))
        return told


def ragged(line: Line, header: Header, layer: str) -> list[Issue]:
    """What is to be said of a delimited line with more or fewer fields than the header."""
    columns, given = max(header.names), line.width
    if not given or given == columns:
        return []
    facts = {"line": line.number, "fields": given, "columns": columns}
    if given < columns:
        return [issue("csv.short", row=line.number, layer=layer, **facts)]
    too_much = any(column > columns for column in line.cells)
    return [issue("csv.ragged", row=line.number, layer=layer, **facts)] if too_much else []


# --- what stands above the header --------------------------------------------------------------------------------

_UNIT_ABOVE = re.compile(r"单位[:：]\s*([^\s,，;；]+)")
_SAID_ABOVE = re.compile(r"([^\s:：;；,，]{2,20}?)\s*[:：]\s*([^\s;；,，]+)")
TOLD_ABOVE = frozenset({"parcel_no", "parcel_name", "area_registered_m2", "location_text", "right_holder_unit_id", "parcel_code"})  # fmt: skip


def unit_above(header: Header) -> str | None:
    """The unit of area given over the header, where areas have none of their own."""
    areas = [name for name in header.names.values() if roles.field_of(name) == "area_registered_m2"]
    has_own = any(column.unit for column in map(header_of, areas) if column)
    if not areas or has_own or any(roles.field_of(name) == "area_unit" for name in header.names.values()):
        return None
    said = {
        unit
        for text in header.above
        for given in _UNIT_ABOVE.findall(text)
        for unit in re.split(r"[、/和]", given)
        if normal(unit) in UNITS_M2
    }
    return said.pop() if len(said) == 1 else None


def said_above(texts: list[str]) -> dict[str, str]:
    """What titles say of a parcel whose points stand below: 地块编号：BW-0001.

    >>> said_above(["宗地名称：北围地块一  宗地面积(㎡)：1200.50", "填表：张三"])
    {'宗地名称': '北围地块一', '宗地面积(㎡)': '1200.50'}
    """
    pairs = (pair for text in texts for pair in _SAID_ABOVE.findall(text))
    return {name: value for name, value in pairs if roles.field_of(name) in TOLD_ABOVE}
