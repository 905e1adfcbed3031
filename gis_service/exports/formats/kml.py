"""KML: a folder for each area, a style for each value of the axis, all columns as ExtendedData.

The names of the columns are ASCII, with the words people read beside them: GDAL turns every Chinese name into underscores.
Coordinates are longitude, latitude with all their digits. Everything is escaped, and signs XML does not know are left out.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape

import shapely
from shapely.geometry import MultiPolygon

from gis_service.exports.fields import plain
from gis_service.exports.source import Record, Source
from gis_service.exports.styles import looks_of
from gis_service.maps.catalogue import Look

FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NAME = "parcel_name"
"""Written even where there is none: else a reader takes what labels the placemark, the number, for the name."""
NO_AREA = {"zh": "未分片区", "en": "No area"}


def write(path: Path, source: Source) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document>\n')
        file.write(f"<name>{_safe(source.name)}</name>\n")
        file.write(f"<description>{_safe('; '.join(source.facts().values()))}</description>\n")
        for value, look in looks_of(source.house.layers, source.wish.axis).items():
            file.write(_style(value, look))
        _folders(file, source)
        file.write("</Document>\n</kml>\n")


def _folders(file: IO[str], source: Source) -> None:
    """Rows come by area: a folder ends where the next area begins."""
    here: Any = ...
    for record in source.records():
        area = record.row["area_name"]
        if area != here:
            file.write("" if here is ... else "</Folder>\n")
            file.write(f"<Folder><name>{_safe(area or NO_AREA[source.wish.lang])}</name>\n")
            here = area
        file.write(_placemark(source, record))
    file.write("" if here is ... else "</Folder>\n")


def _placemark(source: Source, record: Record) -> str:
    wish, row = source.wish, record.row
    value = row[wish.axis]
    style = value[0] if isinstance(value, list) else value
    data = "".join(
        f'<Data name="{field.en}"><displayName>{field.header(wish.lang)}</displayName><value>{_safe(text)}</value></Data>'
        for field in wish.fields
        if (text := plain(field, row[field.name], wish.lang)) or field.name == NAME
    )
    return (
        f'<Placemark id="parcel-{record.id}"><name>{_safe(record.parcel_no)}</name><styleUrl>#{style}</styleUrl>'
        f"<ExtendedData>{data}</ExtendedData>{_geometry(record.shape)}</Placemark>\n"
    )


def _geometry(shape: MultiPolygon) -> str:
    parts = "".join(_polygon(part) for part in shapely.orient_polygons(shape).geoms)
    return f"<MultiGeometry>{parts}</MultiGeometry>" if len(shape.geoms) > 1 else parts


def _polygon(part: Any) -> str:
    holes = "".join(f"<innerBoundaryIs>{_ring(ring.coords)}</innerBoundaryIs>" for ring in part.interiors)
    return f"<Polygon><outerBoundaryIs>{_ring(part.exterior.coords)}</outerBoundaryIs>{holes}</Polygon>"


def _ring(coordinates: Iterable[tuple[float, ...]]) -> str:
    return f"<LinearRing><coordinates>{' '.join(f'{x!r},{y!r}' for x, y in coordinates)}</coordinates></LinearRing>"


def _style(value: str, look: Look) -> str:
    line, fill = _colour(look.stroke or look.fill or "#3C4043", 1), _colour(look.fill or "#9AA0A6", 0.45)
    return (
        f'<Style id="{value}"><LineStyle><color>{line}</color><width>1.5</width></LineStyle>'
        f"<PolyStyle><color>{fill}</color></PolyStyle></Style>\n"
    )


def _colour(rgb: str, opacity: float) -> str:
    """KML writes alpha, blue, green, red.

    >>> _colour("#2E9E5B", 1)
    'ff5b9e2e'
    """
    red, green, blue = rgb[1:3], rgb[3:5], rgb[5:7]
    return f"{round(opacity * 255):02x}{blue}{green}{red}".lower()


def _safe(text: str) -> str:
    return escape(FORBIDDEN.sub("", text))
