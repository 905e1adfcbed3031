"""One tile of a picture: a piece of its Cloud Optimized GeoTIFF, on the same squares, so that nothing is moved or resampled."""

from io import BytesIO
from pathlib import Path

import numpy as np
import rasterio
from PIL import Image
from rasterio.windows import Window

from gis_service.core.media import PNG, WEBP
from gis_service.geo.elevation.reading import SAFE
from gis_service.maps.orthophotos.grid import HALF_WORLD_M, OVERVIEWS, TILE_PX, pixel_m

MEDIA = {"webp": WEBP, "png": PNG}


def tile(path: Path, last_zoom: int, z: int, x: int, y: int, kind: str = "webp") -> bytes | None:
    """The tile as WebP or PNG with transparency, or nothing where the picture shows nothing there.

    `path` is a file that `cog.draw` made, with tiles of `last_zoom` down to `OVERVIEWS` levels below. Only its driver is let in,
    no network and no file beside it.
    """
    factor = 2 ** (last_zoom - z)
    if not 1 <= factor <= 2**OVERVIEWS:
        return None
    with rasterio.Env(**SAFE), rasterio.open(path, driver="GTiff", sharing=False) as file:
        pixel = pixel_m(last_zoom)
        first_x = round((file.transform.c + HALF_WORLD_M) / pixel)
        first_y = round((HALF_WORLD_M - file.transform.f) / pixel)
        left, top, side = x * TILE_PX * factor - first_x, y * TILE_PX * factor - first_y, TILE_PX * factor
        west, east = max(0, left), min(file.width, left + side)
        north, south = max(0, top), min(file.height, top + side)
        if west >= east or north >= south:
            return None
        size = (max(1, (south - north) // factor), max(1, (east - west) // factor))
        part = file.read(window=Window(west, north, east - west, south - north), out_shape=(4, *size))
    if not part[3].any():
        return None
    whole = np.zeros((4, TILE_PX, TILE_PX), np.uint8)
    row, column = (north - top) // factor, (west - left) // factor
    whole[:, row : row + size[0], column : column + size[1]] = part
    return _packed(whole, kind)


def _packed(whole: np.ndarray, kind: str) -> bytes:
    """Opaque tiles carry no alpha: most do not need it, and are smaller without."""
    bands = whole[:3] if whole[3].min() == 255 else whole
    picture = Image.fromarray(np.ascontiguousarray(np.moveaxis(bands, 0, -1)))
    out = BytesIO()
    picture.save(out, kind.upper(), **({"quality": 85, "method": 1} if kind == "webp" else {"compress_level": 3}))
    return out.getvalue()
