"""What a file of somebody says of itself: a picture in true colour, its place, its system. Nothing is read before its size is known."""

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rasterio
from affine import Affine
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCrsError
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from shapely import Polygon, box, segmentize

from gis_service.geo import crs as systems
from gis_service.geo.elevation.reading import SAFE, TIFF
from gis_service.maps.orthophotos.refused import OrthophotoRefused

__all__ = ["SAFE", "TIFF"]

MOST_PIXELS = 500_000_000
"""22000 × 22000: 1.2 square kilometres at 5 cm, 125 at half a metre. More would keep the one worker from all else for too long."""
LARGEST_BLOCK = 100_000_000
COLOURS = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Said:
    """What its sender says of a file beside its bytes: the system, and the six numbers of a world file as they are written."""

    crs: int | None = None
    world: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Picture:
    """A picture that can be drawn: where it lies, in which system, and whether its fourth band says what of it is there."""

    path: Path
    epsg: int
    transform: Affine
    width: int
    height: int
    has_alpha: bool

    @property
    def outline(self) -> Polygon:
        """Its rectangle in its own system, with points along the edges: they bend elsewhere."""
        west, north = self.transform @ (0, 0)
        east, south = self.transform @ (self.width, self.height)
        return segmentize(box(west, south, east, north), max(east - west, north - south) / 8)


@contextmanager
def safe_gdal(name: str) -> Iterator[None]:
    """GDAL with its hands tied; its errors become refusals that name the file."""
    try:
        with rasterio.Env(**SAFE), warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # said in our own words
            yield
    except (RasterioError, ProjCrsError) as error:
        said = str(error.__cause__ or error).splitlines()[0].rsplit("/", 1)[-1][:200]
        raise OrthophotoRefused("orthophoto.damaged", name=name, reason=said) from None


def world_numbers(content: bytes, name: str) -> tuple[float, ...]:
    """The six numbers of a world file.

    >>> world_numbers(b"0.5\\n0\\n0\\n-0.5\\n452000.25\\n2479999.75\\n", "a.tfw")
    (0.5, 0.0, 0.0, -0.5, 452000.25, 2479999.75)
    """
    try:
        numbers = tuple(float(word) for word in content[:1000].decode("ascii").split())
    except ValueError:
        numbers = ()
    if len(numbers) != 6 or not all(map(math.isfinite, numbers)):
        raise OrthophotoRefused("orthophoto.world_file", name=name)
    return numbers


def examined(path: Path, said: Said, window: Box) -> Picture:
    """A file looked at without reading its pixels. `window`: west, south, east, north in degrees, where the district's land lies.

    Raises `OrthophotoRefused`, and `CrsError` where the system has no way to the map.
    """
    name = path.name
    with safe_gdal(name), rasterio.open(path.resolve(), driver="GTiff", sharing=False) as file:
        _require_small(file, name)
        has_alpha = _require_colour(file, name)
        transform = _place(file.transform, said.world, name)
        own = CRS.from_wkt(file.crs.to_wkt()) if file.crs else None
        epsg = _system(own, said.crs, name)
        picture = Picture(path, epsg, transform, file.width, file.height, has_alpha)
    _require_here(picture, window)
    return picture


def _require_small(file: Any, name: str) -> None:
    if file.width * file.height > MOST_PIXELS:
        most = MOST_PIXELS // 100_000_000
        raise OrthophotoRefused("orthophoto.too_large", name=name, width=file.width, height=file.height, most=most)
    high, wide = file.block_shapes[0]
    if high * wide > LARGEST_BLOCK:
        raise OrthophotoRefused("orthophoto.block_too_large", name=name, width=wide, height=high)


def _require_colour(file: Any, name: str) -> bool:
    """Red, green and blue of 8 bits each; true where a fourth band is alpha. What a further band holds is not guessed."""
    bits = int(file.tags(1, ns="IMAGE_STRUCTURE").get("NBITS", 8 if set(file.dtypes) == {"uint8"} else 0))
    coloured = file.count in (3, 4) and file.colorinterp[:3] == COLOURS and set(file.dtypes) == {"uint8"} and bits == 8
    if not coloured:
        told = bits or {"int8": 8, "uint16": 16, "int16": 16}.get(file.dtypes[0], 32)
        raise OrthophotoRefused("orthophoto.not_colour", name=name, bands=file.count, bits=told, dtype=file.dtypes[0])
    return bool(file.count == 4 and file.colorinterp[3] == ColorInterp.alpha)


def _place(own: Affine, world: tuple[float, ...] | None, name: str) -> Affine:
    """Where the picture lies, by itself or by its world file, which speaks of the middle of the first pixel."""
    found = own
    if world is not None:
        a, d, b, e, x, y = world
        found = Affine(a, b, x - (a + b) / 2, d, e, y - (d + e) / 2)
        if not own.is_identity and not own.almost_equals(found, precision=1e-3):
            raise OrthophotoRefused("orthophoto.two_places", name=name)
    if not all(math.isfinite(v) for v in found[:6]):
        raise OrthophotoRefused("orthophoto.damaged", name=name, reason="geotransform")
    if found.is_identity:  # GDAL's way of saying that the file has no place
        raise OrthophotoRefused("orthophoto.no_place", name=name)
    if max(abs(found.b), abs(found.d)) > 1e-9 * abs(found.a) or found.a <= 0 or found.e >= 0:
        raise OrthophotoRefused("orthophoto.rotated", name=name)
    return found


def _system(own: CRS | None, given: int | None, name: str) -> int:
    """The horizontal system, by the file or by who knows it; both must agree."""
    if own is None and given is None:
        raise OrthophotoRefused("orthophoto.no_crs", name=name)
    told = _code(own, name) if own else None
    said = _code(systems.parse(str(given)), name) if given else None
    if told and said and told != said:
        raise OrthophotoRefused("orthophoto.crs_conflict", name=name, told=f"EPSG:{told}", given=f"EPSG:{said}")
    return told or said or 0


def _code(crs: CRS, name: str) -> int:
    flat = crs.sub_crs_list[0] if crs.is_compound else crs
    epsg = systems.epsg_of(flat.to_2d())
    if epsg is None:
        raise OrthophotoRefused("orthophoto.crs_unknown", name=name, crs=flat.name)
    return epsg


def _require_here(picture: Picture, window: Box) -> None:
    """By the middle and the edges; a shift of some hundred metres cannot be seen so."""
    outline = systems.transform(picture.outline, picture.epsg, systems.CGCS2000)
    if not outline.is_valid or not outline.intersects(box(*window)):
        middle = outline.centroid
        raise OrthophotoRefused(
            "orthophoto.outside", name=picture.path.name, lon=f"{middle.x:.3f}", lat=f"{middle.y:.3f}"
        )
