"""A zip file is what lies in it: Shapefiles, MapInfo tables, or one sheet with the files that belong to its parcels."""

import zipfile
from dataclasses import replace
from pathlib import PurePosixPath

from gis_service.parcels.reading import archive, mapinfo, shapefile, sniff
from gis_service.parcels.reading.archive import Member
from gis_service.parcels.reading.request import Emit, Reader, Request
from gis_service.parcels.reading.result import Summary, issue, unreadable

# imported here and not when a sheet is met: by then the child is shut in and can import nothing more
from gis_service.parcels.reading.tables import delimited, workbook

SHEETS: dict[str, Reader] = {".xlsx": workbook.read, ".csv": delimited.read, ".tsv": delimited.read}
"""Name ending → its reader."""


def read(request: Request, emit: Emit) -> Summary:
    """Shapefiles where there are any; they refuse, too, what is nothing that is known."""
    suffixes = _suffixes(request)
    if ".shp" not in suffixes and suffixes & {".tab", ".mif"}:
        return mapinfo.read_zip(request, emit)
    if ".shp" not in suffixes and suffixes & SHEETS.keys():
        return _read_sheet(request, emit)
    return shapefile.read_zip(request, emit)


def _suffixes(request: Request) -> set[str]:
    """Endings of the members' names; none where the archive cannot be opened, which its reader then says."""
    try:
        with zipfile.ZipFile(request.source) as zipped:
            return {PurePosixPath(name).suffix.lower() for name in zipped.namelist()}
    except archive.FAULTS:
        return set()


def _read_sheet(request: Request, emit: Emit) -> Summary:
    """The one sheet of the archive; its other files are named, and attached when the rows are accepted."""
    folder = request.folder / "sheet"
    folder.mkdir()
    with archive.opened(request.source) as zipped:
        members = archive.members(zipped, request.limits)
        sheet = _sheet([member for member in members if member.suffix in SHEETS])
        archive.unpack(zipped, sheet, folder / "input")
    kind = sniff.kind_of(folder / "input", sheet.path.name)
    inside = replace(request, kind=kind, file=sheet.path.name, folder=folder)
    summary = SHEETS[sheet.suffix](inside, emit)
    files = [str(member.path) for member in members if member is not sheet]
    told = issue("zip.sheet", sheet=str(sheet.path)[:80], files=len(files))
    return replace(summary, issues=[told, *summary.issues], files=files)


def _sheet(sheets: list[Member]) -> Member:
    """The sheet that lies uppermost; one file must be the register, the rest belongs to its parcels."""
    highest = min(len(sheet.path.parts) for sheet in sheets)
    uppermost = [sheet for sheet in sheets if len(sheet.path.parts) == highest]
    if len(uppermost) > 1:
        raise unreadable("zip.sheets", members="、".join(str(sheet.path)[:60] for sheet in uppermost[:10]))
    return uppermost[0]
