"""Rasters written for a test."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

EAST, NORTH = 452_000.0, 2_478_000.0
WriteTiff = Callable[..., Path]


@pytest.fixture
def write_tiff(tmp_path: Path) -> WriteTiff:
    """Writes heights as a GeoTIFF in EPSG:4547 with cells of a metre, unless told otherwise."""

    def write(
        z: Any, name: str = "model.tif", *, west: float = EAST, north: float = NORTH, cell: float = 1.0, **told: Any
    ) -> Path:
        z = np.asarray(z)
        profile = {
            "driver": "GTiff", "height": z.shape[-2], "width": z.shape[-1], "count": 1, "dtype": z.dtype, "crs": "EPSG:4547",
            "transform": Affine(cell, 0, west, 0, -cell, north),
        } | {k: v for k, v in told.items() if k not in {"unit", "mask", "scale", "tags"}}  # fmt: skip
        path = tmp_path / name
        path.unlink(missing_ok=True)
        with rasterio.open(path, "w", **profile) as file:
            file.write(z.reshape(profile["count"], *z.shape[-2:]))
            if "unit" in told:
                file.set_band_unit(1, told["unit"])
            if "scale" in told:
                file.scales = (told["scale"],)
            if "mask" in told:
                file.write_mask(told["mask"])
        return path

    return write
