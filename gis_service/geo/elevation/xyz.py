"""Heights as text: `x y z` on each line, apart by blanks, commas or semicolons, on a regular grid, perhaps under a heading.

Read here and not by GDAL, whose XYZ driver wants its points in order and leaves out what is not.
"""

import re
from pathlib import Path

import numpy as np
from pyproj import CRS, Transformer

from gis_service.geo.elevation.refused import ElevationRefused
from gis_service.geo.elevation.surface import MOST_CELLS, Floats, Grid, Surface

MOST_BYTES = 400 * 2**20
OFF_GRID = 0.05
"""Part of a cell a point may lie beside its place: coordinates are rounded when written."""
SPARSEST = 0.02
"""Fewer points than this share of the cells they span are scattered points, not a grid."""
_NUMBERS = re.compile(r"^\s*[-+.\d]")


def looks_like_text(head: bytes) -> bool:
    """Whether the beginning of a file could be lines of numbers: no control characters, and a digit somewhere."""
    return bool(head) and not any(byte < 9 or 13 < byte < 32 for byte in head) and any(48 <= b <= 57 for b in head)


def read(path: Path, epsg: int | None, *, north_first: bool = False, most_cells: int = MOST_CELLS) -> Surface:
    """Heights of a text on the grid its points lie on; cells without a point are NaN. Raises `ElevationRefused`."""
    name = path.name
    if epsg is None:
        raise ElevationRefused("elevation.no_crs", name=name)
    if (size := path.stat().st_size) > MOST_BYTES:
        raise ElevationRefused(
            "elevation.file_too_large", name=name, megabytes=size >> 20, most_megabytes=MOST_BYTES >> 20
        )
    east, north, z = _columns(path, most_cells)
    if north_first:
        east, north = north, east
    _require_on_its_side(east, north, epsg, name)
    grid, rows, cols = _gridded(east, north, epsg, most_cells, name)
    made = np.full(grid.shape, np.nan)
    made[rows, cols] = np.where(np.isfinite(z), z, np.nan)
    return Surface(grid, made, name)


def _columns(path: Path, most: int) -> tuple[Floats, Floats, Floats]:
    """The three columns; a line too many, or one that is not three numbers, is refused."""
    name = path.name
    skip, separator = _layout(path)
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            table = np.loadtxt(
                file, delimiter=separator, skiprows=skip, usecols=(0, 1, 2), ndmin=2, max_rows=most + 1, comments="#"
            )
    except (ValueError, IndexError) as error:
        raise _bad_line(path, skip, separator, error) from None
    if len(table) > most:
        raise ElevationRefused("elevation.too_large", name=name, rows=1, cols=len(table), most=most)
    known = table[np.isfinite(table[:, :2]).all(axis=1)]
    if len(known) < 4:
        raise _irregular(name, "不足四个点", "fewer than four points")
    return known[:, 0], known[:, 1], known[:, 2]


def _layout(path: Path) -> tuple[int, str | None]:
    """Lines before the first number, and what stands between numbers (None: blanks)."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for skipped, line in zip(range(20), file, strict=False):
            if _NUMBERS.match(line):
                return skipped, next((mark for mark in ";," if mark in line), None)
    raise ElevationRefused("elevation.not_a_model", name=path.name)


def _bad_line(path: Path, skip: int, separator: str | None, error: Exception) -> ElevationRefused:
    """Names the first line that is not three numbers."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if number > skip and line.strip() and not _is_three_numbers(line, separator):
                return ElevationRefused("elevation.xyz_line", name=path.name, line=number, text=line.strip()[:60])
    return ElevationRefused("elevation.damaged", name=path.name, reason=str(error)[:120])


def _is_three_numbers(line: str, separator: str | None) -> bool:
    try:
        return len([float(word) for word in line.partition("#")[0].split(separator)[:3]]) == 3
    except ValueError:
        return not line.partition("#")[0].strip()


def _require_on_its_side(east: Floats, north: Floats, epsg: int, name: str) -> None:
    """Refused where the points lie in the area of their system only once swapped: X of surveyors is north."""
    middle = float(np.median(east)), float(np.median(north))
    if not _inside(middle, epsg) and _inside(middle[::-1], epsg):
        raise ElevationRefused("elevation.xyz_swapped", name=name, crs=f"EPSG:{epsg}")


def _inside(place: tuple[float, float], epsg: int) -> bool:
    system = CRS.from_epsg(epsg)
    area, below = system.area_of_use, system.geodetic_crs
    if area is None or below is None:
        return True
    lon, lat = Transformer.from_crs(system, below, always_xy=True).transform(*place, errcheck=False)
    return bool(area.west - 1 <= lon <= area.east + 1 and area.south - 1 <= lat <= area.north + 1)


def _gridded(
    east: Floats, north: Floats, epsg: int, most: int, name: str
) -> tuple[Grid, np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """The grid of the points, and the row and column of each."""
    west, wide, cols = _axis(east, name)
    south, high, rows = _axis(north, name)
    count_e, count_n = int(cols.max()) + 1, int(rows.max()) + 1
    if count_e * count_n > most:
        raise ElevationRefused("elevation.too_large", name=name, rows=count_n, cols=count_e, most=most)
    if len(east) < SPARSEST * count_e * count_n:
        raise _irregular(
            name, f"{len(east)} 点散布在 {count_e}×{count_n} 格", f"{len(east)} points on {count_e}×{count_n} cells"
        )
    down = count_n - 1 - rows
    if len(np.unique(down * count_e + cols)) < len(east):
        raise _irregular(name, "同一格有两个点", "two points in one cell")
    grid = Grid(epsg, west - wide / 2, south + (count_n - 0.5) * high, wide, high, count_n, count_e)
    return grid, down, cols


def _axis(values: Floats, name: str) -> tuple[float, float, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """First place, spacing and index of each value along one direction."""
    places = np.unique(np.round(values, 4))
    if len(places) < 2:
        raise _irregular(name, "所有点在一条线上", "all points lie on one line")
    gaps = np.diff(places)
    rough = float(np.median(gaps[gaps > OFF_GRID * np.median(gaps)]))
    # counted from one place to the next: a spacing rounded to the centimetre adds up over a thousand columns
    count = np.concatenate(([0.0], np.cumsum(np.round(gaps / rough))))
    step = float(np.polyfit(count, places, 1)[0]) if count[-1] > 0 else rough
    index = np.round((values - places[0]) / step)
    start = float(np.mean(values - index * step))
    if np.abs(values - start - index * step).max() > OFF_GRID * step:
        raise _irregular(name, f"间距 {step:.3f} 米时有点不在格上", f"some points lie beside a spacing of {step:.3f} m")
    return start, step, index.astype(np.int64)


def _irregular(name: str, zh: str, en: str) -> ElevationRefused:
    return ElevationRefused("elevation.xyz_irregular", name=name, reason=zh, reason_en=en)
