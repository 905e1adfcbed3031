"""A picture drawn anew on the squares of the web map, as a Cloud Optimized GeoTIFF whose blocks are the tiles."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from pyproj import Geod
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.features import shapes
from rasterio.shutil import copy
from rasterio.warp import reproject
from rasterio.windows import Window
from shapely import Polygon, convex_hull, union_all
from shapely.geometry import shape

from gis_service.core.srid import STORAGE_SRID
from gis_service.geo import crs as systems
from gis_service.maps.orthophotos.grid import OVERVIEWS, TILE_PX, Sheet, zoom_for
from gis_service.maps.orthophotos.reading import SAFE, Picture, safe_gdal
from gis_service.maps.orthophotos.refused import OrthophotoRefused

MERCATOR = CRS.from_epsg(systems.WEB_MERCATOR)
PIECE_PX = 2048
QUALITY = 82
"""Of WebP: nothing is seen of it at the scale of the map, in a fifth of the room."""
WIDE_ENOUGH = 256
"""Pixels of the small copy the outline is read from."""
Told = Callable[[str, int], bool | None]


@dataclass(frozen=True)
class Drawn:
    """What was made: the zooms it has tiles of, the ground it shows (storage system), and the size of a pixel of the original."""

    min_zoom: int
    max_zoom: int
    footprint: Polygon
    resolution_m: float


def draw(picture: Picture, out: Path, told: Told) -> Drawn:
    """Write the picture to `out`; `told` hears of the stage and of percent. Raises `OrthophotoRefused`, `CrsError`."""
    edge = systems.transform(picture.outline, picture.epsg, systems.WEB_MERCATOR).bounds
    across = (edge[2] - edge[0]) / picture.width
    sheet = Sheet.over(edge, zoom_for(min(across, (edge[3] - edge[1]) / picture.height)))
    flat = out.with_name("flat.tif")
    with safe_gdal(picture.path.name):
        _stamp(picture)
        _redraw(picture, sheet, flat, told)
        told("packing", 0)
        with rasterio.Env(GDAL_CACHEMAX=256):
            copy(
                flat, out, driver="COG", compress="WEBP", quality=QUALITY, blocksize=TILE_PX, overview_resampling="AVERAGE",
                bigtiff="IF_SAFER",
            )  # fmt: skip
        flat.unlink()
        footprint = _footprint(out, picture.path.name)
    return Drawn(max(0, sheet.zoom - OVERVIEWS), sheet.zoom, footprint, _ground_m(picture))


def _stamp(picture: Picture) -> None:
    """Write place and system into the copy, where they were told beside the file: the warper reads them there."""
    with rasterio.open(picture.path, "r+", driver="GTiff", sharing=False) as file:
        if file.transform != picture.transform:
            file.transform = picture.transform
        if file.crs is None or file.crs.to_epsg() != picture.epsg:
            file.crs = CRS.from_epsg(picture.epsg)


def _redraw(picture: Picture, sheet: Sheet, flat: Path, told: Told) -> None:
    """Piece by piece; what the picture does not show stays transparent, and is not written at all where a piece has nothing."""
    facts = {
        "driver": "GTiff", "width": sheet.width, "height": sheet.height, "count": 4, "dtype": "uint8", "crs": MERCATOR,
        "transform": sheet.transform, "tiled": True, "blockxsize": TILE_PX, "blockysize": TILE_PX, "photometric": "RGB", "alpha": "YES",
        "compress": "zstd", "zstd_level": 1, "bigtiff": "IF_SAFER", "sparse_ok": True,
    }  # fmt: skip
    pieces = [(x, y) for y in range(0, sheet.height, PIECE_PX) for x in range(0, sheet.width, PIECE_PX)]
    with (
        rasterio.open(picture.path, driver="GTiff", sharing=False) as source,
        rasterio.open(flat, "w", **facts) as target,
    ):
        for done, (x, y) in enumerate(pieces):
            told("drawing", 100 * done // len(pieces))
            window = Window(x, y, min(PIECE_PX, sheet.width - x), min(PIECE_PX, sheet.height - y))
            piece = _piece(source, sheet.transform @ Affine.translation(x, y), window, picture.has_alpha)
            if piece[3].any():
                target.write(piece, window=window)


def _piece(source: rasterio.DatasetReader, transform: Affine, window: Window, has_alpha: bool) -> np.ndarray:
    piece = np.zeros((4, int(window.height), int(window.width)), np.uint8)
    reproject(
        rasterio.band(source, [1, 2, 3]), piece, dst_transform=transform, dst_crs=MERCATOR, dst_alpha=4,
        resampling=Resampling.bilinear, **({"src_alpha": 4} if has_alpha else {}),
    )  # fmt: skip
    return piece


def _footprint(path: Path, name: str) -> Polygon:
    """The hull of what is there, by a small copy; raises `OrthophotoRefused` where nothing is."""
    with rasterio.Env(**SAFE), rasterio.open(path, driver="GTiff", sharing=False) as file:
        shrink = max(1, max(file.width, file.height) // WIDE_ENOUGH)
        size = (max(1, file.height // shrink), max(1, file.width // shrink))
        alpha = file.read(4, out_shape=size, resampling=Resampling.average)
        scaled = file.transform @ Affine.scale(file.width / size[1], file.height / size[0])
    there = (alpha > 0).astype(np.uint8)
    if not there.any():
        raise OrthophotoRefused("orthophoto.empty", name=name)
    parts = [shape(outline) for outline, _ in shapes(there, mask=there == 1, transform=scaled)]
    hull = convex_hull(union_all(parts))
    return systems.transform(hull, systems.WEB_MERCATOR, STORAGE_SRID)


def _ground_m(picture: Picture) -> float:
    """The side of a pixel of the original in metres of the ground, at its middle."""
    if not systems.as_crs(picture.epsg).is_geographic and picture.epsg != systems.WEB_MERCATOR:
        return float(abs(picture.transform.e))
    middle = picture.transform @ (picture.width / 2, picture.height / 2)
    ends = [middle, (middle[0], middle[1] + picture.transform.e)]
    east, north = np.array(ends).T
    lon, lat = systems.transform_xy(east, north, picture.epsg, systems.CGCS2000)
    return float(Geod(ellps="GRS80").inv(lon[0], lat[0], lon[1], lat[1])[2])
