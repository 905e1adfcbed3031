"""The coordinate systems that GIS clients may ask for (OGC API Features Part 2), with the axis order of the authority.

CRS84 is longitude, latitude; EPSG:4326 and 4490 are latitude, longitude; the Gauss-Krüger planes 4547 and 4526 are
northing, easting (X is north in Chinese surveying). PostGIS holds and computes east first, so coordinates are turned
at this edge and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite

import shapely
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from gis_service.core.errors import BadRequest
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
SAME_DEGREES = frozenset({4326, 4490})
"""WGS 84 and CGCS2000 degrees: PROJ's transformation between them is the identity (they differ by centimetres)."""


@dataclass(frozen=True)
class Crs:
    uri: str
    srid: int
    north_first: bool
    degrees: bool

    @property
    def is_stored(self) -> bool:
        """Whether stored coordinates can be given out without a transformation."""
        return self.srid == STORAGE_SRID or {self.srid, STORAGE_SRID} <= SAME_DEGREES

    @property
    def digits(self) -> int:
        """Decimals in GeoJSON: 0.1 mm on the ground either way."""
        return 9 if self.degrees else 4


def _epsg(srid: int) -> Crs:
    found = CRS.from_epsg(srid)
    north_first = found.axis_info[0].direction == "north"
    return Crs(f"http://www.opengis.net/def/crs/EPSG/0/{srid}", srid, north_first, found.is_geographic)


LONLAT = Crs(CRS84, 4326, north_first=False, degrees=True)
SUPPORTED = {
    crs.uri: crs
    for crs in (LONLAT, *map(_epsg, dict.fromkeys((4326, 4490, STORAGE_SRID, 3857, METRIC_SRID, 4547, 4526))))
}
STORED = _epsg(STORAGE_SRID)


def named(uri: str | None, parameter: str) -> Crs:
    """The system with this URI; CRS84 where none is named."""
    if uri is None:
        return LONLAT
    if uri not in SUPPORTED:
        raise BadRequest(parameter=parameter, value=uri)
    return SUPPORTED[uri]


def window(text: str | None, crs: Crs) -> str | None:
    """A bbox parameter in `crs` as EWKB hex in the storage CRS; None where there is no bbox.

    A box whose west is greater than its east crosses the antimeridian. Heights in a box of six numbers are ignored.
    """
    if text is None:
        return None
    try:
        area = box([float(word) for word in text.split(",")], crs)
    except ValueError:
        raise BadRequest(parameter="bbox", value=text) from None
    return ewkb(stored(area, crs))


def box(numbers: Sequence[float], crs: Crs) -> BaseGeometry:
    """The area of four or six numbers in the axis order of `crs`, east first; ValueError where they are no box."""
    west, south, east, north = _sides(numbers, crs)
    if south > north or (west > east and not crs.degrees):
        raise ValueError("the sides of the box are out of order")
    if west <= east:
        return shapely.box(west, south, east, north)
    return shapely.MultiPolygon([shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)])


def ewkb(area: BaseGeometry) -> str:
    """A shape in the storage CRS as PostGIS takes it."""
    return str(shapely.to_wkb(shapely.set_srid(area, STORAGE_SRID), hex=True, include_srid=True))


def is_wide(window: str, extent: tuple[float, float, float, float]) -> bool:
    """Whether a window holds a fifth or more of an extent, both in the storage CRS. (Of 100,000 parcels, a page of 100
    in all of them took 1 s by the spatial index and sorting, and 8 ms by walking the ids.)"""
    all_of_it = shapely.box(*extent)
    inside = shapely.from_wkb(window).envelope.intersection(all_of_it)
    return bool(inside.area >= all_of_it.area / 5)


def _sides(numbers: Sequence[float], crs: Crs) -> tuple[float, float, float, float]:
    """West, south, east, north of the box, whatever the order of the axes."""
    if len(numbers) not in (4, 6) or not all(map(isfinite, numbers)):
        raise ValueError("a box has four or six numbers")
    half = len(numbers) // 2
    first, second, third, fourth = *numbers[:2], *numbers[half : half + 2]
    return (second, first, fourth, third) if crs.north_first else (first, second, third, fourth)


def stored(area: BaseGeometry, crs: Crs) -> BaseGeometry:
    """A shape (east first) in the storage CRS. Straight edges of one system are curves in another: they get points between."""
    if crs.is_stored:
        return area
    length = max(area.bounds[2] - area.bounds[0], area.bounds[3] - area.bounds[1], 1e-9)
    moved = shapely.transform(shapely.segmentize(area, length / 16), _to_storage(crs.srid).transform, interleaved=False)
    return moved if shapely.is_valid(moved) else shapely.Polygon()


def placed(shape: BaseGeometry, crs: Crs) -> BaseGeometry:
    """A shape that somebody sends, in the axis order of `crs`, in the storage CRS: vertex by vertex, since each is meant."""
    if crs.north_first:
        shape = shapely.transform(shape, lambda places: places[:, ::-1])
    return shape if crs.is_stored else shapely.transform(shape, _to_storage(crs.srid).transform, interleaved=False)


@lru_cache(maxsize=16)
def _to_storage(srid: int) -> Transformer:
    return Transformer.from_crs(srid, STORAGE_SRID, always_xy=True)
