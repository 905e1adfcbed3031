"""Two flights over one place, written as files: rolling ground, noise, and heaps of a known volume on the second."""

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray

from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs
from gis_service.sample.heaps import Cone
from tests.surveys.making import SQUARE

CELLS, CELL_M = 140, 1.0


LARGE, SMALL = Cone(-20, 15, 9, 3.0), Cone(22, -18, 6, 2.0)


def middle_of(shape: Any = SQUARE) -> tuple[float, float]:
    point = crs.transform(shape.representative_point(), STORAGE_SRID, METRIC_SRID)
    return round(point.x), round(point.y)


def heights(middle: tuple[float, float], seed: int, cones: tuple[Cone, ...] = ()) -> NDArray[np.float32]:
    """Ground with slopes to hold on to, 3 cm of noise, and cones."""
    offset = (np.arange(CELLS) + 0.5) * CELL_M - CELLS * CELL_M / 2
    x, y = np.meshgrid(offset, -offset)
    z = 8 + 1.5 * np.sin(x / 19) + 2 * np.cos(y / 23 + 1) + 0.01 * (x + 2 * y)
    for cone in cones:
        z += cone.height_m * np.maximum(1 - np.hypot(x - cone.east_m, y - cone.north_m) / cone.radius_m, 0)
    return (z + np.random.default_rng(seed).normal(0, 0.03, z.shape)).astype(np.float32)


def write(
    path: Path, z: NDArray[Any], middle: tuple[float, float], *, epsg: int | None = METRIC_SRID, driver: str = "GTiff", **more: Any
) -> Path:  # fmt: skip
    """A raster whose middle is there."""
    west, north = middle[0] - z.shape[1] * CELL_M / 2, middle[1] + z.shape[0] * CELL_M / 2
    transform = Affine(CELL_M, 0, west, 0, -CELL_M, north)
    facts = {"count": 1, "dtype": z.dtype, "height": z.shape[0], "width": z.shape[1], "transform": transform, **more}
    with rasterio.open(path, "w", driver=driver, crs=epsg and f"EPSG:{epsg}", **facts) as file:
        file.write(z, 1)
    return path


def write_xyz(path: Path, z: NDArray[Any], middle: tuple[float, float]) -> Path:
    east = middle[0] + (np.arange(z.shape[1]) + 0.5) * CELL_M - z.shape[1] * CELL_M / 2
    north = middle[1] + z.shape[0] * CELL_M / 2 - (np.arange(z.shape[0]) + 0.5) * CELL_M
    x, y = np.meshgrid(east, north)
    np.savetxt(path, np.column_stack((x.ravel(), y.ravel(), z.ravel())), fmt="%.3f")
    return path


def a_pair(folder: Path, middle: tuple[float, float] | None = None) -> tuple[Path, Path]:
    """Before and after, with a large and a small heap on the second."""
    at = middle or middle_of()
    return (
        write(folder / "前期.tif", heights(at, 1), at),
        write(folder / "后期.tif", heights(at, 2, (LARGE, SMALL)), at),
    )
