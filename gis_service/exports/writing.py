"""A wish written to a file: the one way of every door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from gis_service.exports import queries
from gis_service.exports.asked import Wish
from gis_service.exports.errors import NothingToExport
from gis_service.exports.formats import (
    delimited,
    dxf,
    geojson,
    geopackage,
    geoparquet,
    kml,
    land_txt,
    shapefile,
    workbook,
)
from gis_service.exports.source import House, Source
from gis_service.files.store import sha256_of

WRITERS: Mapping[str, Callable[[Path, Source], None]] = {
    "gpkg": geopackage.write,
    "shp": shapefile.write,
    "geojson": geojson.write,
    "kml": kml.write,
    "dxf": dxf.write,
    "parquet": geoparquet.write,
    "csv": delimited.write,
    "txt": land_txt.write,
    "xlsx": workbook.write,
}
"""Format → what writes it."""


@dataclass(frozen=True)
class Written:
    """A file that was made, and what there is to say of it."""

    path: Path
    name: str
    media_type: str
    rows: int
    crs: int | None
    sha256: str
    size_bytes: int
    notes: list[dict[str, str]] = field(default_factory=list)

    def described(self) -> dict[str, Any]:
        return {"rows": self.rows, "crs": self.crs, "sha256": self.sha256, "bytes": self.size_bytes}


def write(session: Session, wish: Wish, path: Path, house: House, told: Callable[[int], None] | None = None) -> Written:
    """Write the parcels of a wish to `path`, as the session's scope sees them; `told` hears how many are written."""
    source = Source(session, wish, house)
    if told:
        source.told = told
    WRITERS[wish.format.name](path, source)
    if not source.count:
        raise NothingToExport()
    sha256 = sha256_of(path)
    return Written(
        path=path,
        name=f"{source.name}.{wish.format.suffix}",
        media_type=wish.format.media_type,
        rows=source.count,
        crs=None if wish.format.systems == "none" else source.crs,
        sha256=sha256,
        size_bytes=path.stat().st_size,
        notes=source.notes.told(),
    )


def count(session: Session, wish: Wish) -> int:
    """How many parcels a wish is about; raises `NothingToExport` at none."""
    found = queries.count(session, wish.filters, wish.as_of)
    if not found:
        raise NothingToExport()
    return found
