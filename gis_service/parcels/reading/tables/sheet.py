"""One sheet of a workbook, line by line: nothing of it is held but the line at hand and the list of merged cells."""

import datetime
import itertools
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from openpyxl.utils.datetime import from_excel, from_ISO8601

from gis_service.parcels.reading.result import unreadable
from gis_service.parcels.reading.tables.grid import (
    EPOCH_1900,
    EPOCH_1904,
    HEAD_LINES,
    MOST_NAMED,
    Cell,
    Line,
    Merge,
    Merges,
    Value,
)
from gis_service.parcels.reading.tables.package import (
    GENERAL,
    Attributes,
    Format,
    Package,
    Parser,
    SheetPart,
    local,
    unescaped,
)

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""Of a sheet, by the format's own definition."""

MOST_CELLS = 8_000_000
"""Filled cells that are taken from one sheet."""

MOST_MERGES = 200_000
BLOCK = 256 * 1024
MOST_OF_A_CELL = 4 * 1024 * 1024
"""Bytes that are held back to look for the end of an empty cell."""

EXACT = 10**15
"""From here on a spreadsheet has lost digits of a whole number."""

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")


class Survey(NamedTuple):
    """What a sheet holds: lines with anything in them, filled cells, merged cells."""

    rows: int
    merges: Merges


@dataclass
class Sheet:
    """A sheet that can be read from the top as often as asked."""

    package: Package
    part: SheetPart
    _survey: Survey | None = field(default=None, repr=False)
    _head: list[Line] | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return self.part.name

    @property
    def epoch(self) -> datetime.datetime:
        return EPOCH_1904 if self.package.date_1904 else EPOCH_1900

    @property
    def merges(self) -> Merges:
        return self.survey().merges

    def survey(self) -> Survey:
        """A quick look at all of it: merged cells are listed only at its end."""
        if self._survey is None:
            self._survey = _surveyed(self.package, self.part)
        return self._survey

    def head(self) -> list[Line]:
        if self._head is None:
            self._head = list(itertools.islice(self._parsed(), HEAD_LINES))
        return self._head

    def lines(self) -> Iterator[Line]:
        if len(self.head()) < HEAD_LINES:  # that was all of it
            return (line._replace(cells=dict(line.cells)) for line in self.head())
        return self._parsed()

    def _parsed(self) -> Iterator[Line]:
        reading = _Reading(self.package, self.epoch, self.name)
        parser = Parser()
        parser.expat.StartElementHandler = reading.start
        parser.expat.EndElementHandler = reading.end
        parser.expat.CharacterDataHandler = reading.text
        for _ in parser.parse(_filled_only(self.package, self.part), self.name):
            while reading.done:
                yield reading.done.popleft()
        yield from reading.done


def _is_count(text: str) -> bool:
    """Whether a text is a whole number of a size that counts something here."""
    return text.isascii() and text.isdigit() and len(text) <= 9


def place(reference: str) -> tuple[int, int]:
    """Row and column of a cell by its name.

    >>> place("B12"), place("XFD1")
    ((12, 2), (1, 16384))
    """
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise unreadable("table.damaged", part=reference[:20], reason_zh="单元格名称有误", reason_en="cell name")
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    row = int(match[2])
    if not (1 <= row <= MOST_ROWS and column <= MOST_COLUMNS):
        raise unreadable("table.damaged", part=reference[:20], reason_zh="单元格名称有误", reason_en="cell name")
    return row, column


def _surveyed(package: Package, part: SheetPart) -> Survey:
    """Counted and listed by patterns, not parsed: a sheet of a million empty rows is looked through in a second."""
    rows = cells = 0
    merges: list[Merge] = []
    for block in _filled_only(package, part):
        rows += len(_ROW.findall(block))
        cells += len(_VALUE.findall(block))
        merges += [_merge(reference.decode("ascii", "replace")) for reference in _MERGE.findall(block)]
        if cells > MOST_CELLS or len(merges) > MOST_MERGES:
            raise unreadable("table.too_many_cells", sheet=part.name, limit=MOST_CELLS)
    return Survey(min(rows, cells), Merges.of(merges))


_ROW = re.compile(rb"<(?:\w+:)?row[\s>]")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)>")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?ref=[\"']([^\"']+)[\"']")
#: Cells and rows of which nothing but the place is told. They are dropped unparsed; offices leave them by the million.
_EMPTY_CELLS = re.compile(rb"<c r=[^<>/]*(?:/>|></c>)")
_EMPTY_ROWS = re.compile(rb"<row r=[^<>/]*(?:/>|>\s*</row>)")


def _filled_only(package: Package, part: SheetPart) -> Iterator[bytes]:
    """The XML of a sheet without its empty cells and rows, cut between elements."""
    rest = b""
    with package.open(part.part) as source:
        while block := source.read(BLOCK):
            if not rest and block[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise unreadable("table.damaged", part=part.name, reason_zh="UTF-16 编码有误", reason_en="UTF-16")
            found = _EMPTY_ROWS.sub(b"", _EMPTY_CELLS.sub(b"", rest + block))
            cut = max(found.rfind(b"<row"), found.rfind(b"<c "), 0)
            if len(found) - cut > MOST_OF_A_CELL:
                cut = len(found)
            yield found[:cut]
            rest = found[cut:]
    yield rest


def _merge(reference: str) -> Merge:
    first, _, last = reference.partition(":")
    (top, left), (bottom, right) = place(first), place(last or first)
    return Merge(top, bottom, left, right)


class _Reading:
    """The state of reading one sheet; finished lines wait in `done`."""

    def __init__(self, package: Package, epoch: datetime.datetime, name: str):
        self.name = name
        self.strings, self.formats, self.epoch = package.strings, package.formats, epoch
        self.done: deque[Line] = deque()
        self.row = self.column = 0
        self.columns: dict[str, int] = {}
        self.cells: dict[int, Cell] = {}
        self.said: Attributes = {}
        self.pieces: list[str] = []
        self.taking = self.reading_aid = self.formula = self.value = False

    def start(self, name: str, said: Attributes) -> None:
        if name == "c":
            self._open_cell(said)
        elif name in ("v", "t"):
            self.taking = not self.reading_aid
            self.value = True
        elif name == "row":
            number = said.get("r", "")
            self.row = int(number) if _is_count(number) and int(number) <= MOST_ROWS else self.row + 1
            self.column, self.cells = 0, {}
        elif name == "f":
            self.formula = True
        elif name == "rPh":
            self.reading_aid = True
        elif ":" in name:
            self.start(local(name), said)

    def _open_cell(self, said: Attributes) -> None:
        self.said = said
        self.pieces.clear()
        self.formula = self.value = False
        reference = said.get("r")
        if reference is None:
            self.column += 1
            return
        name = reference.rstrip("0123456789")
        self.column = self.columns.get(name) or self.columns.setdefault(name, place(reference)[1])

    def text(self, content: str) -> None:
        if self.taking:
            self.pieces.append(content)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self.taking = False
        elif name == "c":
            if self.value or self.formula:
                self._close_cell()
        elif name == "row":
            if self.cells:
                self.done.append(Line(self.row, self.cells))
        elif name == "rPh":
            self.reading_aid = False
        elif ":" in name:
            self.end(local(name))

    def _close_cell(self) -> None:
        raw, kind = "".join(self.pieces), self.said.get("t", "n")
        if self.formula and not raw and kind != "str":
            self.cells[self.column] = Cell(None, "", "cell.no_value")
            return
        cell = self._cell(raw, kind)
        if cell.fault or cell.text:
            self.cells[self.column] = cell
            if len(self.cells) > MOST_NAMED:
                raise unreadable("table.too_many_columns", layer=self.name, limit=MOST_NAMED)

    def _cell(self, raw: str, kind: str) -> Cell:
        if kind == "s":
            return _text(self._shared(raw))
        if kind in ("str", "inlineStr"):
            return _text(unescaped(raw))
        if kind == "b":
            return Cell(raw.strip() in ("1", "true"), "TRUE" if raw.strip() in ("1", "true") else "FALSE")
        if kind == "e":
            return Cell(None, raw, "cell.error")
        if kind == "d":
            return _text(_iso(raw))
        return number(raw, self._format(), self.epoch)

    def _shared(self, raw: str) -> str:
        if not _is_count(raw) or int(raw) >= len(self.strings):
            raise unreadable(
                "table.damaged", part="sharedStrings", reason_zh=f"没有第 {raw[:20]} 条文字", reason_en=raw[:20]
            )
        return self.strings[int(raw)]

    def _format(self) -> Format:
        style = self.said.get("s", "0")
        return self.formats[int(style)] if _is_count(style) and int(style) < len(self.formats) else GENERAL


def _text(text: str) -> Cell:
    text = text.strip()
    return Cell(text or None, text)


def _iso(raw: str) -> str:
    try:
        return day_or_moment(from_ISO8601(raw.strip()))
    except (ValueError, TypeError):
        return raw


def number(raw: str, look: Format, epoch: datetime.datetime) -> Cell:
    """A number as its format shows it: a day, digits filled up with zeros, or just the number.

    >>> number("45414", Format(date=True), EPOCH_1900), number("601", Format(digits=4), EPOCH_1900)
    (Cell(value='2024-05-02', text='2024-05-02', fault=None), Cell(value='0601', text='0601', fault=None))
    >>> number("2478700", Format(places=3), EPOCH_1900).text, number("0.1", GENERAL, EPOCH_1900).value
    ('2478700.000', 0.1)
    """
    try:
        found = float(raw)
    except ValueError:
        return _text(raw)
    if look.date or look.duration:
        return _dated(found, look, epoch)
    value: Value = int(found) if found.is_integer() and abs(found) < EXACT else found
    if look.digits and isinstance(value, int) and value >= 0:
        padded = str(value).zfill(look.digits)
        return Cell(padded, padded)
    shown = f"{found:.{look.places}f}" if look.places else str(value)
    return Cell(value, shown if float(shown) == found else str(value))


def _dated(serial: float, look: Format, epoch: datetime.datetime) -> Cell:
    try:
        found = from_excel(serial, epoch, look.duration)
    except (OverflowError, ValueError):
        return Cell(serial, str(serial))
    text = day_or_moment(found)
    return Cell(text, text)


def day_or_moment(found: object) -> str:
    """A date as ISO text, with its time only where it has one."""
    if isinstance(found, datetime.datetime):
        whole = found.time() == datetime.time(0)
        return found.date().isoformat() if whole else found.isoformat(" ", "seconds")
    return found.isoformat() if isinstance(found, datetime.date | datetime.time) else str(found)
