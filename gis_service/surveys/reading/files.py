"""Workbooks, delimited texts and zips of them, opened with the guards that protect imports of parcels."""

import tempfile
import zipfile
import zlib
from contextlib import ExitStack
from pathlib import Path

from gis_service.parcels.reading import archive
from gis_service.parcels.reading.result import MEGABYTE, Limits, Unreadable
from gis_service.parcels.reading.tables import package, text
from gis_service.parcels.reading.tables.sheet import Sheet
from gis_service.surveys.reading import grids, values
from gis_service.surveys.reading.result import Entry, Notes, RefusedFile, Tables

LIMITS = Limits(input_bytes=50 * MEGABYTE, unpacked_bytes=300 * MEGABYTE, zip_members=200, rows=grids.MOST_ROWS)
"""What one file may cost: a survey is small."""

CHOICES = "列表"
"""The hidden sheet of the template, which holds its lists."""

TEXTS = (".csv", ".tsv", ".txt")


def workbook(path: Path, name: str, notes: Notes) -> Tables:
    """The visible sheets of a workbook. Nothing in it is executed: formulas are read as the values saved with them."""
    try:
        with zipfile.ZipFile(path) as zipped:
            book = package.opened(zipped, name, LIMITS)
            sheets = [Sheet(book, part) for part in book.sheets if not part.hidden]
            _tell_hidden([part.name for part in book.sheets if part.hidden and part.name != CHOICES], notes)
            for sheet in sheets:
                _refuse_too_many(sheet)
            return grids.tables(sheets, "XLSX", notes)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, UnicodeDecodeError, zlib.error) as fault:
        raise archive.damaged(fault) from None


def _tell_hidden(names: list[str], notes: Notes) -> None:
    for name in names:
        notes.warning(
            "sheet_hidden", f"没有读隐藏的工作表“{values.short(name)}”。需要的话请取消隐藏", f"The hidden sheet '{values.short(name)}' was not read. Unhide it if it matters",
            at=Entry(name, 1, {}),
        )  # fmt: skip


def _refuse_too_many(sheet: Sheet) -> None:
    """Counted before anything is parsed."""
    rows = sheet.survey().rows
    if rows > grids.MOST_ROWS + grids.HEAD_LINES:
        raise RefusedFile(
            "too_many_rows", f"工作表“{values.short(sheet.name)}”有 {rows} 行,超过 {grids.MOST_ROWS} 行。请分成几个文件导入",
            f"The sheet '{values.short(sheet.name)}' has {rows} rows, more than {grids.MOST_ROWS}. Split it into several files", sheet=sheet.name,
        )  # fmt: skip


def delimited(path: Path, name: str, notes: Notes) -> Tables:
    """One text: strata with the columns of their holes beside them."""
    return grids.tables([_opened(path, name, notes)], "CSV", notes)


def zipped(path: Path, notes: Notes) -> Tables:
    """The tables as texts in a zip, each named after its sheet."""
    with tempfile.TemporaryDirectory(prefix="boreholes-") as folder, ExitStack() as stack:
        opened = stack.enter_context(archive.opened(path))
        members = archive.members(opened, LIMITS)
        found = []
        for at, member in enumerate(each for each in members if each.suffix in TEXTS):
            target = Path(folder) / f"{at}.csv"
            archive.unpack(opened, member, target)
            found.append(_opened(target, member.path.name, notes))
        if not found:
            raise RefusedFile(
                "zip_without_tables", "压缩包里没有 .csv 表格。请放入 钻孔.csv、地层.csv(以及 样品.csv、检测结果.csv)",
                "The zip holds no .csv tables. Put 钻孔.csv and 地层.csv (and 样品.csv, 检测结果.csv) in it",
            )  # fmt: skip
        for member in members:
            if member.suffix not in TEXTS:
                grids.left_out(str(member.path), notes)
        return grids.tables(found, "CSV", notes)


def _opened(path: Path, name: str, notes: Notes) -> text.Text:
    try:
        choice, issues = text.encoding_of(path, None)
        for issue in issues:
            notes.warning("encoding", issue.message_zh, issue.message_en, at=Entry(name, 1, {}))
        return text.opened(path, name, choice, tabs=name.lower().endswith(".tsv"))[0]
    except Unreadable as fault:
        raise RefusedFile(fault.code, fault.zh, fault.en, sheet=name, row=fault.place.line) from None
