"""GeoJSON (RFC 7946): longitude and latitude, no `crs` member, shells counter-clockwise, written feature by feature.

Coordinates have all the digits a float needs, so that an outline comes back bit for bit. WGS 84 and CGCS2000 are one
and the same here (domain 3.1).
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping

from gis_service.exports.source import Record, Source


def write(path: Path, source: Source) -> None:
    names = source.headers()
    with path.open("w", encoding="utf-8", newline="\n") as file:
        about = {"type": "FeatureCollection", "name": source.name, **source.facts()}
        file.write(_text(about)[:-1] + ',"features":[')
        for place, record in enumerate(source.records()):
            file.write(",\n" if place else "\n")
            file.write(_text(_feature(record, dict(zip(names, source.cells(record), strict=True)))))
        file.write("\n]}\n")


def _feature(record: Record, properties: dict[str, Any]) -> dict[str, Any]:
    shape = shapely.orient_polygons(record.shape)
    return {"type": "Feature", "id": record.id, "geometry": mapping(shape), "properties": properties}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_day)


def _day(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value))
