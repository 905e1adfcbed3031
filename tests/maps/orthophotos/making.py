"""Pictures made for tests: grey ground with red marks at known places, written in whatever system."""

import shutil
import warnings
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.errors import NotGeoreferencedWarning
from sqlalchemy.orm import Session

from gis_service.access.actor import SERVICE
from gis_service.files.store import FileStore
from gis_service.maps.orthophotos import operations, working
from gis_service.maps.orthophotos.models import Orthophoto
from gis_service.maps.orthophotos.operations import Told
from gis_service.maps.orthophotos.reading import Said, examined
from gis_service.parcels.attachments.operations import Kept
from tests.factories import SOUTH, WEST

WINDOW = (113.45, 22.28, 113.72, 22.48)
SIDE, MARK = 600, 16
"""Pixels of a picture and of a mark in it."""
MARKS = ((60, 80), (300, 300), (520, 90), (130, 500))
"""Columns and rows of the middles of the marks."""
PIXEL = {4547: 0.3, 3857: 0.4, 4490: 3e-6, 4526: 0.25}


def ground() -> NDArray[np.uint8]:
    """Rough grey ground, and the marks."""
    rng = np.random.default_rng(7)
    bands = np.repeat(rng.integers(90, 120, (1, SIDE, SIDE)), 3, axis=0).astype(np.uint8)
    half = MARK // 2
    for column, row in MARKS:
        bands[:, row - half : row + half, column - half : column + half] = np.array([255, 0, 0])[:, None, None]
    return bands


def corner(epsg: int) -> tuple[float, float]:
    """East and north of the north-western corner, in 北围."""
    east, north = Transformer.from_crs(4490, epsg, always_xy=True).transform(WEST, SOUTH + 0.004)
    return (east, north) if epsg == 4490 else (round(east, 1), round(north, 1))


def place(epsg: int = 4547) -> Affine:
    east, north = corner(epsg)
    return Affine(PIXEL[epsg], 0, east, 0, -PIXEL[epsg], north)


def write(path: Path, bands: NDArray[Any] | None = None, *, epsg: int | None = 4547, **more: Any) -> Path:
    """A GeoTIFF of these bands at the usual place."""
    bands = ground() if bands is None else bands
    facts = {
        "count": bands.shape[0], "height": bands.shape[1], "width": bands.shape[2], "dtype": bands.dtype, "transform": place(epsg or 4547),
        **({"photometric": "RGB"} if bands.shape[0] in (3, 4) else {}), "compress": "deflate", **more,
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "w", driver="GTiff", crs=epsg and f"EPSG:{epsg}", **facts) as file:
            file.write(bands)
    return path


@dataclass(frozen=True)
class Spot:
    """A mark in pixels of a zoom, counted over the whole world from its north-western corner."""

    x: float
    y: float


def spots(epsg: int, zoom: int) -> list[Spot]:
    """Where the marks must be drawn, by PROJ alone."""
    move = Transformer.from_crs(epsg, 4490, always_xy=True)
    pixels = 256 * 2**zoom
    found = []
    for column, row in MARKS:
        lon, lat = move.transform(*(place(epsg) @ (column, row)))
        lat = np.radians(lat)
        found.append(Spot((lon + 180) / 360 * pixels, (1 - np.arcsinh(np.tan(lat)) / np.pi) / 2 * pixels))
    return found


def looked_at(path: Path, **said: Any) -> Any:
    return examined(path, Said(**said), WINDOW)


def a_picture(session: Session, store: FileStore, folder: Path, *, title: str, taken_on: str) -> Orthophoto:
    """A picture that is ready, worked out here."""
    original, cog = write(folder / f"{taken_on}.tif"), folder / f"{taken_on}.cog.tif"
    shutil.copyfile(original, cog.with_suffix(".copy"))
    told = Told(title, date.fromisoformat(taken_on), cleared=True, source="试飞队")
    made = operations.ask(session, SERVICE, "440402", _kept(store, original), told, by_worker=False)
    facts = working.worked_out({"path": str(cog.with_suffix(".copy")), "window": WINDOW}, cog, lambda *_: None)
    operations.finish(session, made.id, facts, _kept(store, cog))
    return made


def _kept(store: FileStore, path: Path) -> Kept:
    with path.open("rb") as source:
        return Kept(*store.put(source, limit_bytes=1 << 28), path.name)
