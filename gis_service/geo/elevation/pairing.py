"""Two models on one grid: the later one is brought onto the cells of the earlier one, and what that took is told."""

from dataclasses import dataclass

import numpy as np
from rasterio.enums import Resampling
from rasterio.warp import reproject

from gis_service.geo import crs as systems
from gis_service.geo.crs import CrsError, Sentence
from gis_service.geo.elevation.reading import safe_gdal
from gis_service.geo.elevation.refused import ElevationRefused
from gis_service.geo.elevation.surface import Floats, Grid, Surface


@dataclass(frozen=True)
class Pair:
    """Heights before and after on one grid, in metres; NaN where either side has none of its own."""

    grid: Grid
    before: Floats
    after: Floats
    notes: tuple[Sentence, ...]
    resampled: bool


def pair_up(before: Surface, after: Surface) -> Pair:
    """The part of `before` that `after` also covers, with the heights of `after` on the same cells (bilinear where grids differ).

    Raises `ElevationRefused`: different datums of heights, no way between the systems, no cell in common.
    """
    notes = [*before.notes, *after.notes, *_vertical(before, after), *_datums(before, after)]
    bounds = _bounds_on(after, before)
    window = before.grid.window(bounds)
    if window is None:
        raise _no_overlap(before, after)
    grid, z = before.grid.part(*window), before.z[window]
    if _identical(before, after):
        grid, z, other, resampled = before.grid, before.z, after.z, False
    else:
        other, resampled = _warped(after, grid), True
        notes.append(_resampled(before, after))
    if not (np.isfinite(z) & np.isfinite(other)).any():
        raise _no_overlap(before, after)
    return Pair(grid, z, other, tuple(notes), resampled)


def _no_overlap(before: Surface, after: Surface) -> ElevationRefused:
    return ElevationRefused("elevation.no_overlap", first=before.name, second=after.name)


def _vertical(before: Surface, after: Surface) -> list[Sentence]:
    """Refused where both say what heights are counted from and differ; a note where only one says."""
    if before.vertical and after.vertical and before.vertical != after.vertical:
        raise ElevationRefused(
            "elevation.vertical_conflict", first=before.name, second=after.name,
            first_vertical=before.vertical, second_vertical=after.vertical,
        )  # fmt: skip
    if before.vertical and after.vertical:
        return []
    silent = " / ".join(s.name for s in (before, after) if not s.vertical)
    return [
        Sentence(
            f"“{silent}”没有写明高程基准,按两次相同处理。", f"The datum of heights of '{silent}' is not told; both are taken to have the same."
        )
    ]  # fmt: skip


def _datums(before: Surface, after: Surface) -> list[Sentence]:
    """Where two systems are less than a metre apart but not the same, as ETRS89 and WGS 84, or CGCS2000 and WGS 84, that is told."""
    first, second = (systems.as_crs(s.grid.epsg) for s in (before, after))
    try:
        systems.steps(second, first)
    except CrsError as error:
        raise ElevationRefused(
            "elevation.no_way_between", first=before.name, second=after.name, reason=error.zh, reason_en=error.en
        ) from None
    if systems.datum_epsg(first) == systems.datum_epsg(second):
        return []
    zh = f"两次的大地基准不同({first.name}、{second.name}),相差不到 1 米,按重合处理;残余平移由配准消除。"
    en = f"The datums differ ({first.name}, {second.name}) by less than a metre and are taken as one; co-registration removes the rest."
    return [Sentence(zh, en)]


def _bounds_on(surface: Surface, onto: Surface) -> tuple[float, float, float, float]:
    """The rectangle of one model in the system of the other, its edges followed at 21 points each since they bend."""
    west, south, east, north = surface.grid.bounds
    if surface.grid.epsg == onto.grid.epsg:
        return west, south, east, north
    t = np.linspace(0, 1, 21)
    x, y = west + t * (east - west), south + t * (north - south)
    edge_x = np.concatenate((x, x, np.full_like(t, west), np.full_like(t, east)))
    edge_y = np.concatenate((np.full_like(t, south), np.full_like(t, north), y, y))
    ex, ny = systems.transform_xy(edge_x, edge_y, surface.grid.epsg, onto.grid.epsg)
    if not (np.isfinite(ex).all() and np.isfinite(ny).all()):
        raise _no_overlap(onto, surface)
    return float(ex.min()), float(ny.min()), float(ex.max()), float(ny.max())


def _identical(before: Surface, after: Surface) -> bool:
    """Whether cells lie on each other once the systems are brought together; then nothing is resampled."""
    if not before.grid.same_as(after.grid):
        return False
    if before.grid.epsg == after.grid.epsg:
        return True
    moved = np.subtract(_bounds_on(after, before), before.grid.bounds)
    return bool(np.abs(moved).max() < 1e-3 * before.grid.cell_m)


def _warped(surface: Surface, grid: Grid) -> Floats:
    """Heights on another grid, bilinear; a cell whose centre the model does not cover has none."""
    made = np.full(grid.shape, np.nan)
    # GDAL widens its kernel where cells grow, and for odd ratios loses its balance: centimetres on a slope
    plain = {"XSCALE": 1, "YSCALE": 1} if grid.cell_m < 2 * surface.grid.cell_m else {}
    with safe_gdal(surface.name):
        reproject(
            surface.z, made, src_transform=surface.grid.transform, src_crs=f"EPSG:{surface.grid.epsg}", src_nodata=np.nan,
            dst_transform=grid.transform, dst_crs=f"EPSG:{grid.epsg}", dst_nodata=np.nan, resampling=Resampling.bilinear,
            tolerance=0,  # GDAL else allows itself an eighth of a cell, centimetres of height on a slope
            **plain,
        )  # fmt: skip
    return made


def _resampled(before: Surface, after: Surface) -> Sentence:
    a, b = before.grid, after.grid
    zh = f"“{after.name}”(EPSG:{b.epsg},{b.cell_m:.3g} 米)已双线性重采样到“{before.name}”的格网(EPSG:{a.epsg},{a.cell_m:.3g} 米)。"
    en = f"'{after.name}' (EPSG:{b.epsg}, {b.cell_m:.3g} m) was resampled, bilinear, onto the grid of '{before.name}' (EPSG:{a.epsg}, {a.cell_m:.3g} m)."
    return Sentence(zh, en)
