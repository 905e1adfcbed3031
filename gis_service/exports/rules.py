"""The formats and what each may be asked for; the states of an export that is made as a job. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from gis_service.core.media import CSV, GEOJSON, XLSX, ZIP


class State(StrEnum):
    QUEUED = "queued"
    WRITING = "writing"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


DEGREES = 4490
PLANE, PREFIXED = 4547, 4526
"""CGCS2000, 3° zone around 114°E: without and with the zone number before the easting."""


@dataclass(frozen=True)
class Format:
    """A kind of file: its ending, the systems its coordinates may be in, the encodings its texts may be in."""

    name: str
    zh: str
    en: str
    suffix: str
    media_type: str
    systems: Literal["any", "plane", "degrees", "none"]
    crs: int | None
    """The system where nothing is said."""
    encodings: tuple[str, ...] = ("UTF-8",)
    """The first where nothing is said."""


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("gpkg", "GeoPackage", "GeoPackage", "gpkg", "application/geopackage+sqlite3", "any", DEGREES),
        Format("shp", "Shapefile", "Shapefile", "zip", ZIP, "any", DEGREES, ("UTF-8", "GBK")),
        Format("geojson", "GeoJSON", "GeoJSON", "geojson", GEOJSON, "degrees", DEGREES),
        Format("kml", "KML", "KML", "kml", "application/vnd.google-earth.kml+xml", "degrees", DEGREES),
        Format("dxf", "DXF 图纸", "DXF drawing", "dxf", "image/vnd.dxf", "plane", PLANE, ("UTF-8", "GBK")),
        Format("parquet", "GeoParquet", "GeoParquet", "parquet", "application/vnd.apache.parquet", "any", DEGREES),
        Format("csv", "CSV", "CSV", "csv", CSV, "any", DEGREES, ("UTF-8", "GB18030")),
        Format("txt", "国土 TXT", "land office TXT", "txt", "text/plain", "plane", PREFIXED, ("GB18030", "UTF-8")),
        Format(
            "xlsx", "台账 Excel", "register workbook", "xlsx",
            XLSX, "none", None,
        ),
    )
}  # fmt: skip

AXIS = "supply_status"
"""The axis whose styles are the first where nothing is said."""


def encoding_named(format_: Format, said: str) -> str | None:
    """The encoding of a format that a person means, None where the format does not have it.

    >>> encoding_named(FORMATS["txt"], "utf8"), encoding_named(FORMATS["shp"], "ANSI_936"), encoding_named(FORMATS["kml"], "gbk")
    ('UTF-8', 'GBK', None)
    """
    key = said.casefold().replace("-", "").replace("_", "").replace(" ", "")
    meant = ALSO.get(key)
    return next((each for each in format_.encodings if meant and each in meant), None)


ALSO: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("utf8", "utf8bom", "utf8sig"), ("UTF-8",)),
    **dict.fromkeys(("gbk", "gb2312", "gb18030", "cp936", "ansi936", "ansi"), ("GBK", "GB18030")),
}
"""How encodings are also called, and which of them is meant; a format has one of those in a row."""
