"""A piece of an orthophoto for paper: drawn anew on a plane, from the overview that is as fine as the paper needs. Pure."""

from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.warp import reproject, transform_bounds

from gis_service.geo.elevation.reading import SAFE

Bounds = tuple[float, float, float, float]


def cut(path: Path, land: Bounds, srid: int, pixel_m: float) -> NDArray[np.uint8]:
    """Red, green, blue and alpha of `land` (west, south, east, north in metres of the plane `srid`), as `(4, rows, columns)`.

    `path` is a file that `cog.draw` made. Pixels have about `pixel_m` metres of the ground, never finer than those of the file.
    Only the coarsest overview that is still as fine is read, so that work and memory follow the paper and not the picture.
    """
    west, south, east, north = land
    with rasterio.Env(**SAFE):
        with rasterio.open(path, driver="GTiff", sharing=False) as file:
            stretch = _stretch(land, srid, file.crs)
            finest = abs(file.transform.a) / stretch
            side = max(pixel_m, finest)
            level = sum(factor * finest <= side for factor in file.overviews(1)) - 1
        size = (max(1, round((north - south) / side)), max(1, round((east - west) / side)))
        piece = np.zeros((4, *size), np.uint8)
        more = {} if level < 0 else {"overview_level": level}
        with rasterio.open(path, driver="GTiff", sharing=False, **more) as file:
            reproject(
                rasterio.band(file, [1, 2, 3]), piece, dst_transform=_grid(land, size), dst_crs=CRS.from_epsg(srid), dst_alpha=4, src_alpha=4,
                resampling=Resampling.bilinear,
            )  # fmt: skip
    return piece


def _grid(land: Bounds, size: tuple[int, int]) -> Affine:
    west, south, east, north = land
    return Affine((east - west) / size[1], 0, west, 0, (south - north) / size[0], north)


def _stretch(land: Bounds, srid: int, of: CRS) -> float:
    """Metres of the file's system for one of the plane: Web Mercator stretches by 1 / cos(latitude)."""
    west, _, east, _ = transform_bounds(CRS.from_epsg(srid), of, *land)
    return float((east - west) / (land[2] - land[0]))
