"""A delimited text, line by line, in bounded memory: its encoding, its separator, and what is broken about it."""

import codecs
import csv
import datetime
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from gis_service.parcels.reading.encoding import MARKS, Choice, asked_codec, shown
from gis_service.parcels.reading.result import EncodingInfo, Issue, issue, unreadable
from gis_service.parcels.reading.sniff import unmarked_utf16
from gis_service.parcels.reading.tables.grid import EPOCH_1900, HEAD_LINES, Cell, Line, Merges

BLOCK = 64 * 1024
MOST_CHARACTERS = 16 * 1024 * 1024
"""Of one line, and of one cell: an outline of several hundred thousand points as text."""

MOST_FIELDS = 20_000
SAMPLE_LINES, SAMPLE_BYTES = 200, 256 * 1024
SEPARATORS = (",", ";", "\t", "|")

_SEP = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_TABS = {",": "逗号", ";": "分号", "\t": "制表符", "|": "竖线"}


def encoding_of(path: Path, given: str | None) -> tuple[Choice, list[Issue]]:
    """The encoding of a text file, as `encoding.decoded` concludes it, without holding the file."""
    if given:
        codec = asked_codec(given)
        zh, en = f"导入时指定的编码：{shown(codec)}", f"The encoding given for this import: {shown(codec)}"
        return Choice(codec, zh, en), []
    with path.open("rb") as source:
        head = source.read(4096)
    for mark, codec, name in MARKS:
        if head.startswith(mark):
            return Choice(codec, f"文件开头有 {name} 标记(BOM)", f"The file begins with the mark (BOM) of {name}"), []
    if wide := unmarked_utf16(head):
        zh, en = (
            f"双字节文字，没有标记，是 {shown(wide)}",
            f"Two bytes for each character, without a mark: {shown(wide)}",
        )
        return Choice(wide, zh, en), []
    if _decodes(path, "ascii"):
        return Choice("utf-8", "全是 ASCII 字符", "All characters are ASCII"), []
    if _decodes(path, "utf-8"):
        return Choice("utf-8", "全部字节符合 UTF-8", "All bytes are UTF-8"), []
    choice = Choice("gb18030", "不是 UTF-8，按 GB18030(含 GBK)", "Not UTF-8, so GB18030 (which holds GBK)")
    return choice, [issue("encoding.not_utf8", used=shown("gb18030"))]


def _decodes(path: Path, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    with path.open("rb") as source:
        try:
            while block := source.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            return False
    return True


@dataclass
class Text:
    """A delimited file that can be read from the top as often as asked."""

    path: Path
    name: str
    codec: str
    separator: str = ","
    declared: bool = False
    epoch: datetime.datetime = EPOCH_1900
    merges: Merges = field(default_factory=Merges)

    def lines(self) -> Iterator[Line]:
        """Records that hold anything, each with the number a spreadsheet would give it."""
        physical = _Counted(self.physical(), 1 if self.declared else 0)
        reader = csv.reader(physical, delimiter=self.separator, strict=True)
        number = 1 if self.declared else 0
        while True:
            started = physical.number + 1
            try:
                record = next(reader, None)
            except csv.Error as fault:
                raise _broken(fault, started, physical.number) from None
            if record is None:
                return
            number += 1
            if len(record) > MOST_FIELDS:
                raise unreadable("csv.too_many_fields", line=started, limit=MOST_FIELDS)
            cells = {at: Cell(kept, kept) for at, value in enumerate(record, 1) if (kept := value.strip())}
            if cells:
                yield Line(number, cells, len(record))

    def head(self) -> list[Line]:
        return list(islice(self.lines(), HEAD_LINES))

    def physical(self) -> Iterator[str]:
        """Lines of text with their ends; a line without end is refused before it fills the memory."""
        lines = _physical(self.path, self.codec)
        first = next(lines, None)
        if first is not None and not self.declared:
            yield first
        yield from lines


class _Counted:
    """Counts the lines that are taken from it."""

    def __init__(self, lines: Iterator[str], number: int):
        self.lines, self.number = lines, number

    def __iter__(self) -> "_Counted":
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.number += 1
        if "\x00" in line:
            raise unreadable("csv.nul", line=self.number)
        return line


def _physical(path: Path, codec: str) -> Iterator[str]:
    """Lines with their ends, of any system; held to a length, so that an endless one does not fill the memory."""
    number = 0
    with path.open(encoding=codec, newline="") as source:
        try:
            while line := source.readline(MOST_CHARACTERS + 1):
                number += 1
                if len(line) > MOST_CHARACTERS:
                    raise unreadable("csv.line_too_long", line=number, limit=MOST_CHARACTERS)
                yield line.removeprefix("\ufeff") if number == 1 else line
        except UnicodeDecodeError:
            raise unreadable(
                "encoding.undecodable", encoding=shown(codec), position=_undecodable(path, codec)
            ) from None


def _undecodable(path: Path, codec: str) -> int:
    """The first byte that the encoding cannot be."""
    decoder = codecs.getincrementaldecoder(codec)()
    before = 0
    with path.open("rb") as source:
        while True:
            block = source.read(BLOCK)
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(block, not block)
            except UnicodeDecodeError as fault:
                return before - held + fault.start + 1
            before += len(block)
            if not block:
                return before


def _broken(fault: csv.Error, started: int, reached: int) -> Exception:
    text = str(fault)
    if "unexpected end" in text or "field larger" in text:
        return unreadable("csv.quote_open", line=started, reached=reached)
    return unreadable("csv.quote_stray", line=reached)


# --- separator ---------------------------------------------------------------------------------------------------


def opened(path: Path, name: str, choice: Choice, *, tabs: bool) -> tuple[Text, EncodingInfo]:
    """The text with its separator: declared (`sep=;`), by the name's ending, else the one that splits most evenly."""
    csv.field_size_limit(MOST_CHARACTERS)
    text = Text(path, name, choice.codec)
    first = next(text.physical(), "").strip()
    if said := _SEP.fullmatch(first):
        text.separator, text.declared = said[1], True
        told = (f"文件声明的分隔符：{_named(said[1])}", f"The file declares the separator {said[1]!r}")
    else:
        text.separator = _separator(text, tabs=tabs)
        told = (f"分隔符：{_named(text.separator)}", f"Separator: {text.separator!r}")
    info = choice.info()
    return text, EncodingInfo(info.name, [*info.evidence_zh, told[0]], [*info.evidence_en, told[1]])


def _named(separator: str) -> str:
    return _TABS.get(separator, separator)


def _separator(text: Text, *, tabs: bool) -> str:
    """The character that parts most lines into the same number of fields; among equals the first of the usual ones."""
    lines = _sample(text)
    order = ("\t", *SEPARATORS) if tabs else SEPARATORS
    return max(order, key=lambda separator: _evenness(lines, separator))


def _sample(text: Text) -> list[str]:
    lines: list[str] = []
    size = 0
    for line in text.physical():
        if line.strip():
            lines.append(line)
            size += len(line)
        if len(lines) >= SAMPLE_LINES or size > SAMPLE_BYTES:
            break
    return lines


def _evenness(lines: list[str], separator: str) -> tuple[float, int]:
    """The share of lines with the most frequent number of fields (of two and more), and that number."""
    counts: Counter[int] = Counter()
    try:
        counts.update(len(record) for record in csv.reader(lines, delimiter=separator))
    except csv.Error:
        return 0.0, 0
    several = {fields: times for fields, times in counts.items() if fields > 1}
    if not several:
        return 0.0, 0
    fields, times = max(several.items(), key=lambda pair: (pair[1], pair[0]))
    return round(times / counts.total(), 1), fields
