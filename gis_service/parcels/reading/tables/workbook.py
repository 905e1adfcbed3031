"""Workbooks (.xlsx): the sheet that is asked for, else the first visible one that looks like a register."""

import zipfile
import zlib
from pathlib import PurePath

from gis_service.parcels.reading import archive
from gis_service.parcels.reading.request import Emit, Request
from gis_service.parcels.reading.result import EncodingInfo, Layer, Summary, issue, unreadable
from gis_service.parcels.reading.tables import headers, package, rows
from gis_service.parcels.reading.tables.sheet import Sheet

FORMAT = "XLSX"
ENOUGH = 2
"""Columns that must be recognised before a sheet is taken for a register."""

UTF8 = EncodingInfo("UTF-8", ["Excel 工作簿的文字都是 Unicode"], ["Texts of Excel workbooks are Unicode"])


def read(request: Request, emit: Emit) -> Summary:
    try:
        with zipfile.ZipFile(request.source) as zipped:
            return _read(package.opened(zipped, PurePath(request.file).name, request.limits), request, emit)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, UnicodeDecodeError, zlib.error) as fault:
        raise archive.damaged(fault) from None


def _read(book: package.Package, request: Request, emit: Emit) -> Summary:
    sheets = [Sheet(book, part) for part in book.sheets]
    chosen = _chosen(sheets, request)
    outcome = rows.read(chosen, request, emit)
    layers = [outcome.layer if sheet is chosen else _left(sheet) for sheet in sheets]
    issues = list(outcome.issues)
    if len(sheets) > 1:
        others = "、".join(_shown(sheet) for sheet in sheets if sheet is not chosen)
        issues.insert(0, issue("table.sheets", layer=chosen.name, others=others))
    if book.external:
        issues.append(issue("table.external"))
    return Summary(FORMAT, layers, outcome.crs, UTF8, issues)


def _left(sheet: Sheet) -> Layer:
    return Layer(sheet.name, sheet.survey().rows, "NONE", None, read=False)


def _shown(sheet: Sheet) -> str:
    return f"{sheet.name}(隐藏)" if sheet.part.hidden else sheet.name


def _chosen(sheets: list[Sheet], request: Request) -> Sheet:
    """The sheet of that name, hidden or not; without a name a visible one, never a hidden one in silence."""
    if request.layer is not None:
        named = [sheet for sheet in sheets if sheet.name.strip() == request.layer.strip()]
        if not named:
            raise unreadable("read.no_layer", layer=request.layer[:60], layers="、".join(map(_shown, sheets)) or "—")
        return named[0]
    visible = [sheet for sheet in sheets if not sheet.part.hidden and sheet.survey().rows]
    if not visible:
        hidden = "、".join(sheet.name for sheet in sheets if sheet.part.hidden)
        raise unreadable("table.no_sheets", hidden=f"隐藏的工作表 · hidden sheets: {hidden}" if hidden else "")
    found = {sheet.name: _recognised(sheet, request) for sheet in visible}
    return next(
        (sheet for sheet in visible if found[sheet.name] >= ENOUGH),
        max(visible, key=lambda sheet: found[sheet.name]),
    )


def _recognised(sheet: Sheet, request: Request) -> int:
    """How many columns of a sheet are known; -1 where it has no header."""
    header = headers.find(sheet.head(), sheet.merges, request.columns)
    return -1 if header is None else header.recognised
