"""What a package of tiles may hold, and which tiles a shape needs. Pure."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from enum import StrEnum
from math import asinh, atan, ceil, cos, floor, pi, radians, sinh, tan

EARTH_M = 2 * pi * 6378137.0
"""Around the equator of the Web Mercator sphere."""

LIMIT_M2 = 25_000_000.0
"""Continuous coverage above this is a state secret for maps of a scale larger than 1:5000 (handbook §10.2, [SEC95] item 18)."""

LARGE_FROM = 17
"""The first zoom that is drawn larger than 1:5000: at 22° north, on pixels of 0.28 mm, zoom 16 is 1:7900 and zoom 17 1:3900."""

FIRST, LAST = 12, 17
"""Zooms of the packages that are made of the register's own ground."""

MOST_TILES = 500_000
"""More tiles than this nobody carries on a phone."""

CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
"""How a package is named in addresses and file names."""


class Kind(StrEnum):
    RASTER = "raster"
    VECTOR = "vector"


class TiandituLayer(StrEnum):
    """天地图: vector map and imagery, each with its labels as a layer of its own (handbook §3.4)."""

    VEC = "vec"
    CVA = "cva"
    IMG = "img"
    CIA = "cia"


TIANDITU_ZOOMS = range(1, 19)

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""
Spot = tuple[int, int]
"""Column and row of a tile; rows count from the north."""


def tile_m2(z: int, y: int) -> float:
    """The ground that one tile covers, in square metres: Mercator stretches by 1 / cos(latitude) both ways.

    >>> round(tile_m2(17, 57153) / 1e4, 2)  # hectares, in the north of Zhuhai
    7.99
    """
    side = EARTH_M / float(2**z)
    latitude = atan(sinh(pi * (1 - 2 * (y + 0.5) / 2**z)))
    stretched = side * cos(latitude)
    return stretched * stretched


def tiles_over(box: Box, z: int) -> Iterator[Spot]:
    """The tiles of a zoom that a box in degrees touches.

    >>> list(tiles_over((113.53, 22.40, 113.54, 22.41), 12))
    [(3339, 1785)]
    """
    west, south, east, north = box
    left, top = _spot(west, north, z)
    right, bottom = _spot(east, south, z)
    yield from (
        (x, y) for x in range(floor(left), _last(left, right) + 1) for y in range(floor(top), _last(top, bottom) + 1)
    )


def _spot(lon: float, lat: float, z: int) -> tuple[float, float]:
    return (lon + 180) / 360 * 2**z, (1 - asinh(tan(radians(lat))) / pi) / 2 * 2**z


def _last(first: float, end: float) -> int:
    """A box that ends on the edge of a tile does not touch the next one."""
    return max(floor(first), ceil(end) - 1)


def box_of(z: int, spots: Iterable[Spot]) -> Box:
    """The box in degrees around tiles."""
    xs, ys = zip(*spots, strict=True)

    def lat(row: int) -> float:
        return atan(sinh(pi * (1 - 2 * row / 2**z))) * 180 / pi

    return min(xs) / 2**z * 360 - 180, lat(max(ys) + 1), (max(xs) + 1) / 2**z * 360 - 180, lat(min(ys))


def continuous_m2(z: int, spots: Iterable[Spot]) -> float:
    """The largest ground that tiles of one zoom cover without a gap, in square metres. Tiles that meet in a corner hang together."""
    left, largest = set(spots), 0.0
    while left:
        waiting, covered = deque([left.pop()]), 0.0
        while waiting:
            x, y = waiting.popleft()
            covered += tile_m2(z, y)
            for near in ((x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
                if near in left:
                    left.remove(near)
                    waiting.append(near)
        largest = max(largest, covered)
    return largest


def largest_m2(tiles: dict[int, set[Spot]]) -> float:
    """The largest continuous coverage among the zooms that are of a large scale; 0 where there are none."""
    return max((continuous_m2(z, spots) for z, spots in tiles.items() if z >= LARGE_FROM), default=0.0)
