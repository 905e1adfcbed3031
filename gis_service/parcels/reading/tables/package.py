"""The package of a workbook: a zip of XML parts. What is no plain workbook is refused before any part is parsed.

openpyxl is not asked: reading on the fly it knows no merged cells, reading whole it needs fifty times the file in memory,
neither can tell a formula without a value from an empty cell, and it gives up on styles other programs write. The parts
that matter are read here by expat; a DTD, and with it every entity, is refused at its first sign.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO, Any
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.escape import unescape

from gis_service.parcels.reading import archive
from gis_service.parcels.reading.result import Limits, unreadable

BLOCK = 64 * 1024
ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")

Attributes = dict[str, str]


def local(name: str) -> str:
    """A name without its prefix; some programs write x:row."""
    return name.rpartition(":")[2] if ":" in name else name


def unescaped(text: str) -> str:
    """Text without the _x000D_ that stand for control characters."""
    return unescape(text) if "_x" in text and ESCAPED.search(text) else text


class Parser:
    """An expat parser that knows elements only: no document types, no entities, nothing from elsewhere."""

    def __init__(self) -> None:
        self.expat: Any = expat.ParserCreate()
        self.expat.buffer_text = True
        self.expat.StartDoctypeDeclHandler = self.expat.EntityDeclHandler = self.expat.UnparsedEntityDeclHandler = (
            _refuse
        )
        self.expat.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def parse(self, blocks: Iterable[bytes], part: str) -> Iterator[None]:
        """Feed a part block by block; gives way after each, so that what was found can be handed on."""
        try:
            for block in blocks:
                self.expat.Parse(block, False)
                yield
            self.expat.Parse(b"", True)
        except (expat.ExpatError, zipfile.BadZipFile, EOFError, OSError, ValueError) as fault:
            raise unreadable("table.damaged", part=part, **_reason(fault)) from None


def _reason(fault: Exception) -> dict[str, str]:
    if isinstance(fault, expat.ExpatError):
        place = f"第 {fault.lineno} 行第 {fault.offset + 1} 列"
        return {"reason_zh": f"XML {place}有误", "reason_en": str(fault)[:80]}
    return {"reason_zh": "无法解压", "reason_en": str(fault)[:80]}


def blocks_of(source: IO[bytes]) -> Iterator[bytes]:
    while block := source.read(BLOCK):
        yield block


def _refuse(*_: object) -> None:
    raise unreadable("table.doctype")


@dataclass(frozen=True)
class Format:
    """What a style says of numbers: dates, durations, `places` behind the point, `digits` filled up with zeros."""

    date: bool = False
    duration: bool = False
    places: int = 0
    digits: int = 0


GENERAL = Format()


def format_of(code: str | None) -> Format:
    """
    >>> format_of("yyyy/m/d").date, format_of("0.000").places, format_of("0000").digits
    (True, 3, 4)
    """
    if not code or code == "General":
        return GENERAL
    first = code.split(";")[0]
    if is_timedelta_format(code):
        return Format(duration=True)
    if is_date_format(code):
        return Format(date=True)
    places = re.search(r"\.(0+)", first)
    zeros = re.fullmatch(r"0{2,}", first)
    return Format(places=len(places[1]) if places else 0, digits=len(first) if zeros else 0)


@dataclass(frozen=True)
class SheetPart:
    """A sheet as the workbook lists it."""

    name: str
    part: str
    hidden: bool


@dataclass
class Package:
    """An opened workbook: its sheets in order, and what their cells refer to."""

    zip: zipfile.ZipFile
    members: dict[str, zipfile.ZipInfo]
    sheets: list[SheetPart] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    formats: list[Format] = field(default_factory=list)
    date_1904: bool = False
    external: bool = False

    def open(self, part: str) -> IO[bytes]:
        info = self.members.get(part.casefold())
        if info is None:
            raise unreadable("table.damaged", part=part, reason_zh="缺少这一部分", reason_en="missing")
        try:
            return self.zip.open(info)
        except OSError as fault:  # a damaged directory may point before the file
            raise zipfile.BadZipFile(part) from fault

    def has(self, part: str) -> bool:
        return part.casefold() in self.members


def opened(zipped: zipfile.ZipFile, file: str, limits: Limits) -> Package:
    """The workbook in a zip, checked as every archive is, with everything but its sheets read."""
    found = [(str(member.path), member.info) for member in archive.members(zipped, limits)]
    package = Package(zipped, {name.casefold(): info for name, info in found})
    if len(package.members) < len(found):
        raise unreadable("zip.duplicate", member=_first_twice([name for name, _ in found]))
    _require_workbook(package, file)
    main = _main_part(package)
    _workbook(package, main)
    package.external = any("/externallinks/" in name for name in package.members)
    return package


def _first_twice(names: list[str]) -> str:
    folded = [name.casefold() for name in names]
    return next(name for name in names if folded.count(name.casefold()) > 1)[:80]


def _require_workbook(package: Package, file: str) -> None:
    if not package.has("[Content_Types].xml"):
        kind = ("ODS 表格", "an ODS sheet") if package.has("mimetype") else ("普通压缩包", "an ordinary zip")
        raise unreadable("table.not_a_workbook", file=file, kind_zh=kind[0], kind_en=kind[1])
    types = package.open("[Content_Types].xml").read(1_000_000).decode("utf-8", "replace")
    if "macroEnabled" in types or any(name.endswith("vbaproject.bin") for name in package.members):
        raise unreadable("table.other_format", file=file, kind_zh="带宏的工作簿", kind_en="a workbook with macros")
    if "sheet.binary" in types:
        raise unreadable("table.other_format", file=file, kind_zh="二进制工作簿(.xlsb)", kind_en="a binary workbook")
    if "spreadsheetml" not in types:
        raise unreadable("table.not_a_workbook", file=file, kind_zh="其他 Office 文件", kind_en="another Office file")


def _elements(package: Package, part: str, take: Callable[[str, Attributes], None]) -> None:
    """Every element of a part that is small."""
    parser = Parser()
    parser.expat.StartElementHandler = lambda name, attributes: take(local(name), attributes)
    with package.open(part) as source:
        for _ in parser.parse(blocks_of(source), part):
            pass


def _targets(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Relations of a part: id → (kind, part). Those that lead out of the package are left out and never followed."""
    path = PurePosixPath(part)
    relations = str(path.parent / "_rels" / f"{path.name}.rels").removeprefix("./")
    found: dict[str, tuple[str, str]] = {}

    def take(name: str, said: Attributes) -> None:
        if name == "Relationship" and said.get("TargetMode") != "External" and "Target" in said:
            target = said["Target"]
            inside = target.lstrip("/") if target.startswith("/") else _joined(path.parent, target)
            found[said.get("Id", "")] = (said.get("Type", "").rpartition("/")[2], inside)

    if package.has(relations):
        _elements(package, relations, take)
    return found


def _joined(folder: PurePosixPath, target: str) -> str:
    parts: list[str] = []
    for step in (*folder.parts, *target.split("/")):
        if step == "..":
            parts = parts[:-1]
        elif step not in ("", "."):
            parts.append(step)
    return "/".join(parts)


def _main_part(package: Package) -> str:
    kinds = dict(_targets(package, "").values()) if package.has("_rels/.rels") else {}
    return kinds.get("officeDocument", "xl/workbook.xml")


def _workbook(package: Package, main: str) -> None:
    listed: list[Attributes] = []

    def take(name: str, said: Attributes) -> None:
        if name == "sheet":
            listed.append({local(key): value for key, value in said.items()})
        elif name == "workbookPr":
            package.date_1904 = said.get("date1904", "0").lower() in ("1", "true")

    _elements(package, main, take)
    targets = _targets(package, main)
    parts = dict(targets.values())
    for sheet in listed:
        kind, part = targets.get(sheet.get("id", ""), ("", ""))
        if kind == "worksheet":  # not charts and dialogs
            package.sheets.append(SheetPart(sheet.get("name", part), part, sheet.get("state", "visible") != "visible"))
    if package.has(parts.get("styles", "")):
        package.formats = _formats(package, parts["styles"])
    if package.has(parts.get("sharedStrings", "")):
        package.strings = _strings(package, parts["sharedStrings"])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9


def _formats(package: Package, part: str) -> list[Format]:
    """The number format of each cell style, by its place."""
    own: dict[int, str] = {}
    found: list[Format] = []
    inside = ""

    def take(name: str, said: Attributes) -> None:
        nonlocal inside
        if name in ("cellXfs", "cellStyleXfs", "dxfs", "cellStyles"):
            inside = name
        elif name == "numFmt" and _is_number(said.get("numFmtId", "")):
            own[int(said["numFmtId"])] = said.get("formatCode", "")
        elif name == "xf" and inside == "cellXfs":
            number = said.get("numFmtId", "0")
            found.append(_format(int(number) if _is_number(number) else 0, own))

    _elements(package, part, take)
    return found


#: Formats 27 to 58 are dates in Chinese, Japanese and Korean programs and have no code of their own.
EAST_ASIAN_DATES = {*range(27, 32), 36, *range(50, 53), 54, 57, 58}


def _format(number: int, own: dict[int, str]) -> Format:
    if number in EAST_ASIAN_DATES and number not in own:
        return Format(date=True)
    return format_of(own.get(number, BUILTIN_FORMATS.get(number)))


def _strings(package: Package, part: str) -> list[str]:
    """The shared texts, without the readings (phonetic guides) beside them."""
    found: list[str] = []
    pieces: list[str] = []
    taking = reading = False

    def start(name: str, _: Attributes) -> None:
        nonlocal taking, reading
        name = local(name)
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            reading = True
        taking = name == "t" and not reading

    def end(name: str) -> None:
        nonlocal taking, reading
        taking = False
        name = local(name)
        if name == "rPh":
            reading = False
        elif name == "si":
            found.append(unescaped("".join(pieces)))

    def text(content: str) -> None:
        if taking:
            pieces.append(content)

    parser = Parser()
    parser.expat.StartElementHandler, parser.expat.EndElementHandler = start, end
    parser.expat.CharacterDataHandler = text
    with package.open(part) as source:
        for _ in parser.parse(blocks_of(source), part):
            pass
    return found
