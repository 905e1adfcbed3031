"""The squares of the web map (WebMercatorQuad), and the part of them a picture is drawn on. Pure; metres of EPSG:3857."""

import math
from dataclasses import dataclass

from affine import Affine

HALF_WORLD_M = 20037508.342789244
TILE_PX = 256
LAST_ZOOM = 22
"""3.7 cm a pixel on the equator: finer than flights for land are flown."""
COARSER = 0.3
"""Of a zoom level: up to a fifth coarser than the picture is not worth four times the pixels."""
OVERVIEWS = 8
"""Levels below the last that are halves of it to the pixel, since the picture begins on a square of the last."""

Box = tuple[float, float, float, float]


def pixel_m(zoom: int) -> float:
    """The side of a pixel in metres of EPSG:3857.

    >>> round(pixel_m(0)), round(pixel_m(18), 3)
    (156543, 0.597)
    """
    return float(2 * HALF_WORLD_M / TILE_PX / 2**zoom)


def zoom_for(resolution_m: float) -> int:
    """The first zoom that shows (nearly) all of a picture's pixels of so many metres of EPSG:3857.

    >>> zoom_for(0.6), zoom_for(0.5), zoom_for(0.001)
    (18, 19, 22)
    """
    return min(LAST_ZOOM, max(0, math.ceil(math.log2(pixel_m(0) / resolution_m) - COARSER)))


@dataclass(frozen=True)
class Sheet:
    """The squares of one zoom a picture lies on: first column and row, and how many."""

    zoom: int
    column: int
    row: int
    columns: int
    rows: int

    @classmethod
    def over(cls, box: Box, zoom: int) -> "Sheet":
        """The squares that west, south, east and north touch."""
        side = pixel_m(zoom) * TILE_PX
        west, east = math.floor((box[0] + HALF_WORLD_M) / side), math.ceil((box[2] + HALF_WORLD_M) / side)
        north, south = math.floor((HALF_WORLD_M - box[3]) / side), math.ceil((HALF_WORLD_M - box[1]) / side)
        return cls(zoom, west, north, max(1, east - west), max(1, south - north))

    @property
    def width(self) -> int:
        return self.columns * TILE_PX

    @property
    def height(self) -> int:
        return self.rows * TILE_PX

    @property
    def transform(self) -> Affine:
        pixel = pixel_m(self.zoom)
        west, north = self.column * pixel * TILE_PX - HALF_WORLD_M, HALF_WORLD_M - self.row * pixel * TILE_PX
        return Affine(pixel, 0, west, 0, -pixel, north)
