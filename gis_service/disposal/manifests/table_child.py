"""The child process that reads one workbook of loads: `input` in its cell, its verdict the filled lines as text."""

import json
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

from gis_service.parcels.reading import sandbox
from gis_service.parcels.reading.result import Limits, Unreadable
from gis_service.parcels.reading.tables import package
from gis_service.parcels.reading.tables.sheet import Sheet

UNSOUND = (zipfile.BadZipFile, EOFError, NotImplementedError, UnicodeDecodeError, zlib.error, OSError, MemoryError)


def main(arguments: list[str]) -> int:
    asked = json.loads(arguments[0])
    limits = Limits(**asked["limits"])
    sandbox.lock_down(limits)
    sandbox.confine_files(Path.cwd())
    sandbox.forbid()
    said = _said(asked["name"], asked["sheet"], asked["most"], limits)
    Path(sandbox.VERDICT).write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    return 0


def _said(name: str, wanted: str, most: int, limits: Limits) -> dict[str, Any]:
    """The lines of the sheet `wanted` (else of the first), one more than `most` at most, or why there are none."""
    try:
        with zipfile.ZipFile("input") as zipped:
            book = package.opened(zipped, name, limits)
            sheets = [Sheet(book, part) for part in book.sheets]
            sheet = next((each for each in sheets if each.name.strip() == wanted), sheets[0] if sheets else None)
            return {"lines": _lines(sheet, most) if sheet else []}
    except Unreadable as fault:
        return {"refused": [fault.zh, fault.en]}
    except UNSOUND:
        return {"refused": ["不是完好的 XLSX 文件。", "it is no sound XLSX file."]}


def _lines(sheet: Sheet, most: int) -> list[Any]:
    """`[number, {column: [text, fault]}]` of each filled line; the heading is the first."""
    found: list[Any] = []
    for line in sheet.lines():
        if any(cell.text.strip() for cell in line.cells.values()):
            found.append([line.number, {at: [cell.text, cell.fault] for at, cell in line.cells.items()}])
        if len(found) > most + 1:
            break
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
