"""A zip file is what lies in it: Shapefiles, or MapInfo tables. Which of them is decided here, the rest by their readers."""

import zipfile
from pathlib import PurePosixPath

from gis_service.parcels.reading import archive, mapinfo, shapefile
from gis_service.parcels.reading.request import Emit, Request
from gis_service.parcels.reading.result import Summary


def read(request: Request, emit: Emit) -> Summary:
    """Shapefiles where there are any; they refuse, too, what is neither."""
    suffixes = _suffixes(request)
    if ".shp" not in suffixes and suffixes & {".tab", ".mif"}:
        return mapinfo.read_zip(request, emit)
    return shapefile.read_zip(request, emit)


def _suffixes(request: Request) -> set[str]:
    """Endings of the members' names; none where the archive cannot be opened, which its reader then says."""
    try:
        with zipfile.ZipFile(request.source) as zipped:
            return {PurePosixPath(name).suffix.lower() for name in zipped.namelist()}
    except archive.FAULTS:
        return set()
