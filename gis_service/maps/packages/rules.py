"""Bounds of a package, and which tiles it needs. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import asinh, atan, floor, pi, radians, sinh, tan
from math import degrees as math_degrees

import shapely
from pmtiles.tile import zxy_to_tileid
from shapely.geometry.base import BaseGeometry

from gis_service.core.media import PMTILES

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""
Spot = tuple[int, int, int]
"""Zoom, column, row; rows count from the north."""

MOST_TILES = 200_000
DEEPEST = 16
"""From zoom 14 on parcels are exact to a unit of the tile, 0.6 m; programs draw deeper zooms from these. From 17 on a map is
larger than 1:5000, and more than 25 km² of that may not be carried about (`patrols/basemaps/rules.py`)."""
NORTHMOST = 85.0511
"""Where the Web Mercator square ends."""


@dataclass(frozen=True)
class Kind:
    """A kind of package."""

    name: str
    zh: str
    suffix: str
    media_type: str


KINDS = {
    kind.name: kind
    for kind in (
        Kind("pmtiles", "PMTiles", "pmtiles", PMTILES),
        Kind("mbtiles", "MBTiles", "mbtiles", "application/vnd.sqlite3"),
        Kind("gpkg", "GeoPackage", "gpkg", "application/geopackage+sqlite3"),
    )
}


def corner(lon: float, lat: float, z: int) -> tuple[int, int]:
    """The tile over a place, within the square.

    >>> corner(113.5301, 22.4001, 14)
    (13358, 7145)
    """
    lat = min(max(lat, -NORTHMOST), NORTHMOST)
    x = floor((lon + 180) / 360 * 2**z)
    y = floor((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**z)
    return min(max(x, 0), 2**z - 1), min(max(y, 0), 2**z - 1)


def count(box: Box, zooms: range) -> int:
    """How many tiles a box needs.

    >>> count((113.53, 22.40, 113.54, 22.41), range(10, 13))
    3
    """
    west, south, east, north = box
    total = 0
    for z in zooms:
        (left, top), (right, bottom) = corner(west, north, z), corner(east, south, z)
        total += (right - left + 1) * (bottom - top + 1)
    return total


def spots(box: Box, outline: BaseGeometry | None, zooms: range) -> list[Spot]:
    """The tiles that a box, or an outline in it, touches, in the order in which PMTiles stores them."""
    found = [spot for z in zooms for spot in _of_zoom(box, outline, z)]
    return sorted(found, key=lambda spot: zxy_to_tileid(*spot))


def _of_zoom(box: Box, outline: BaseGeometry | None, z: int) -> Iterator[Spot]:
    west, south, east, north = box
    (left, top), (right, bottom) = corner(west, north, z), corner(east, south, z)
    for x in range(left, right + 1):
        column = [(z, x, y) for y in range(top, bottom + 1)]
        if outline is None:
            yield from column
            continue
        touched = shapely.intersects(outline, [shapely.box(*degrees(spot)) for spot in column])
        yield from (spot for spot, hit in zip(column, touched, strict=True) if hit)


def degrees(spot: Spot) -> Box:
    """A tile in degrees."""
    z, x, y = spot

    def lat(row: int) -> float:
        return math_degrees(atan(sinh(pi * (1 - 2 * row / 2**z))))

    return x / 2**z * 360 - 180, lat(y + 1), (x + 1) / 2**z * 360 - 180, lat(y)
