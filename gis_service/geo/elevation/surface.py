"""A grid on the ground, and heights on it."""

import math
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from gis_service.geo.crs import Sentence

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

MOST_CELLS = 9_000_000
"""Cells held at once: 1.5 km × 1.5 km at half a metre. A comparison then takes about 1.4 GB (measured, see decision 0033)."""


@dataclass(frozen=True)
class Grid:
    """Cells in rows from north to south. `west_m`, `north_m`: the outer corner of the first cell, in the projected system `epsg`."""

    epsg: int
    west_m: float
    north_m: float
    cell_east_m: float
    cell_north_m: float
    rows: int
    cols: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows, self.cols

    @property
    def cell_m2(self) -> float:
        return self.cell_east_m * self.cell_north_m

    @property
    def cell_m(self) -> float:
        """Side of a square cell of the same area."""
        return math.sqrt(self.cell_m2)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        south = self.north_m - self.rows * self.cell_north_m
        return self.west_m, south, self.west_m + self.cols * self.cell_east_m, self.north_m

    @cached_property
    def transform(self) -> Affine:
        """From (column, row) to (east, north), as GDAL has it."""
        return Affine(self.cell_east_m, 0.0, self.west_m, 0.0, -self.cell_north_m, self.north_m)

    def easts(self) -> Floats:
        """Eastings of the centres of the columns."""
        return np.asarray(self.west_m + (np.arange(self.cols) + 0.5) * self.cell_east_m, dtype=np.float64)

    def norths(self) -> Floats:
        """Northings of the centres of the rows."""
        return np.asarray(self.north_m - (np.arange(self.rows) + 0.5) * self.cell_north_m, dtype=np.float64)

    def part(self, rows: slice, cols: slice) -> "Grid":
        """The grid of a window of whole cells."""
        return replace(
            self, west_m=self.west_m + cols.start * self.cell_east_m, north_m=self.north_m - rows.start * self.cell_north_m,
            rows=rows.stop - rows.start, cols=cols.stop - cols.start,
        )  # fmt: skip

    def window(self, bounds: tuple[float, float, float, float], margin: int = 0) -> tuple[slice, slice] | None:
        """Rows and columns of the cells that touch a rectangle (west, south, east, north), some cells more each way; None where it lies beside."""
        west, south, east, north = bounds
        left, right = _cells(
            (west - self.west_m) / self.cell_east_m, (east - self.west_m) / self.cell_east_m, self.cols, margin
        )
        top, bottom = _cells(
            (self.north_m - north) / self.cell_north_m, (self.north_m - south) / self.cell_north_m, self.rows, margin
        )
        return (slice(top, bottom), slice(left, right)) if left < right and top < bottom else None

    def same_as(self, other: "Grid") -> bool:
        """Whether cells lie on each other to a thousandth of a cell, whatever the codes of the systems."""
        if self.shape != other.shape:
            return False
        apart = np.subtract(self.bounds, other.bounds)
        return bool(np.abs(apart).max() < 1e-3 * self.cell_m)


def _cells(low: float, high: float, count: int, margin: int) -> tuple[int, int]:
    """First and one past the last cell of an interval in cells. Edges that touch to a millionth of a cell do not count as shared."""
    if not low < count or not high > 0:
        return 0, 0
    return max(math.floor(low + 1e-6) - margin, 0), min(math.ceil(high - 1e-6) + margin, count)


@dataclass(frozen=True)
class Surface:
    """Heights in metres, shape (rows, cols) of the grid, NaN where there is none. `vertical`: the datum of heights, where it was told."""

    grid: Grid
    z: Floats
    name: str
    vertical: str | None = None
    notes: tuple[Sentence, ...] = field(default=())

    @property
    def known(self) -> Mask:
        return np.isfinite(self.z)
