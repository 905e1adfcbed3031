"""New heaps and new holes: connected ground that differs by more than noise, with outline, volume and interval.

Found where the mean of 3 × 3 cells lies beyond the level of detection. What lies below it at the foot of a heap is then added ring by
ring, as long as a ring is on the whole higher than its own error: cut off at the level, a cone with a tenth of its height below it would
lose 3 % of its volume, a low spread of rubble a third.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from rasterio.features import shapes
from scipy.ndimage import (
    binary_closing,
    binary_dilation,
    distance_transform_cdt,
    find_objects,
    label,
)
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.base import BaseGeometry

from gis_service.geo.elevation import cells
from gis_service.geo.elevation.comparing import Change
from gis_service.geo.elevation.cover import ROUGH, leafy, mean_around, roughness
from gis_service.geo.elevation.limits import LEAST_M2, LEAST_M3
from gis_service.geo.elevation.noise import LEAST_STABLE, Z90, Noise
from gis_service.geo.elevation.refused import ElevationRefused
from gis_service.geo.elevation.surface import Floats, Grid, Mask

MOST_RINGS = 12
EIGHT = np.ones((3, 3), dtype=np.bool_)
SMOOTHED = 0.75
"""Outlines may leave the edges of cells by this part of a cell."""


@dataclass(frozen=True)
class Heap:
    """Ground that rose (`heap`) or fell (`hole`). Volume and interval (90 %) in m³ in place, heights and areas without sign.

    `height_m`: the greatest difference of a cell. `roughness`: how rough the difference is, times that of stable ground.
    `outline` is in the plane of `epsg`; holes in it are kept.
    """

    kind: Literal["heap", "hole"]
    outline: Polygon
    volume_m3: float
    low_m3: float
    high_m3: float
    sigma_m3: float
    area_m2: float
    height_m: float
    roughness: float
    vegetation_likely: bool
    epsg: int


def heaps(
    change: Change, *, least_m3: float = LEAST_M3, least_m2: float = LEAST_M2, ignore: Sequence[BaseGeometry] = (),
    holes: bool = True,
) -> list[Heap]:  # fmt: skip
    """New heaps, and new holes unless not wanted, the largest first. Kept is what may have the least volume, by its interval, and is not nothing.

    `ignore`: polygons (in the system of the change) whose cells are left out: buildings, water, yards with machines. Raises `ElevationRefused`
    where the noise is not known.
    """
    noise = change.noise
    if noise is None:
        raise ElevationRefused("elevation.too_little_stable", cells=int(change.stable.sum()), least=LEAST_STABLE)
    usable = np.isfinite(change.dh) & ~cells.centred_in(change.grid, ignore)
    rough = roughness(change.dh, change.stable)
    found: list[Heap] = []
    kinds: tuple[Literal["heap", "hole"], ...] = ("heap", "hole") if holes else ("heap",)
    for kind in kinds:
        raised = np.where(usable, change.dh if kind == "heap" else -change.dh, np.nan)
        for window, mask in _bodies(raised, rough, noise, change.grid, least_m2):
            heap = _heap(
                kind, change.grid.part(*window), raised[window], mask, noise, rough[window], change.cover_m[window]
            )
            if heap.high_m3 >= least_m3 and heap.low_m3 > 0 and heap.area_m2 >= least_m2:
                found.append(heap)
    return sorted(found, key=_order)


def _order(heap: Heap) -> tuple[float, float, float]:
    west, _, _, north = heap.outline.bounds
    return -heap.volume_m3, -north, west


def _bodies(
    raised: Floats, rough: Floats, noise: Noise, grid: Grid, least_m2: float
) -> Iterator[tuple[cells.Window, Mask]]:
    """Each connected body with its foot: a window of the grid, and its cells in it. Rough ground is kept apart from a smooth heap beside it."""
    known = np.isfinite(raised)
    seeds = binary_closing(np.nan_to_num(mean_around(raised, 3), nan=-np.inf) > noise.level_m, EIGHT) & known
    plants = leafy(rough)
    for kind in (~plants, plants):
        free = kind & known
        parts = [p for p in _parts(seeds & kind, margin=MOST_RINGS + 1) if p[1].sum() * grid.cell_m2 >= least_m2]
        for window, mask in parts:
            free[window] &= ~mask
        for window, mask in sorted(parts, key=lambda part: -int(part[1].sum())):
            foot = _foot(raised[window], mask, free[window])
            free[window] &= ~foot
            yield window, mask | foot


def _parts(mask: Mask, margin: int) -> Iterator[tuple[cells.Window, Mask]]:
    """Connected parts (also over corners), each with its window and some cells around."""
    labels, _ = label(mask, structure=EIGHT)
    for number, found in enumerate(find_objects(labels), start=1):
        window = tuple(
            slice(max(s.start - margin, 0), min(s.stop + margin, n)) for s, n in zip(found, mask.shape, strict=True)
        )
        yield (window[0], window[1]), labels[window] == number


def _foot(raised: Floats, mask: Mask, free: Mask) -> Mask:
    """The free cells around a body as far out as its sides, followed downwards, meet the ground.

    How far is told by the body alone, never by the cells outside: to add what happens to be high there would add noise, always upwards.
    """
    inward = distance_transform_cdt(np.pad(mask | ~np.isfinite(raised), 1))[
        1:-1, 1:-1
    ]  # a gap in the data is no edge of the body
    edge, within = (_mean_of(raised[mask & (inward == ring)]) for ring in (1, 3))
    fall = (within - edge) / 2
    rings = math.ceil(edge / fall + 0.5) if fall > 0 else 2  # sides that do not fall: a wall
    foot: Mask = binary_dilation(mask, EIGHT, iterations=min(max(rings, 1), MOST_RINGS), mask=mask | free)
    return foot


def _mean_of(values: Floats) -> float:
    return float(values.mean()) if len(values) else math.nan


def _heap(
    kind: Literal["heap", "hole"], grid: Grid, raised: Floats, mask: Mask, noise: Noise, rough: Floats, cover_m: Floats
) -> Heap:  # fmt: skip
    volume = float(raised[mask].sum()) * grid.cell_m2
    measured = noise.volume_sigma_m3(mask.astype(np.float64), (grid.cell_east_m, grid.cell_north_m))
    sigma = float(np.hypot(measured, cover_m[mask].sum() * grid.cell_m2))
    inside = rough[mask & np.isfinite(rough)]
    times = float(np.median(inside)) if len(inside) else 0.0
    return Heap(
        kind=kind, outline=_outline(grid, mask), volume_m3=volume, low_m3=volume - Z90 * sigma, high_m3=volume + Z90 * sigma,
        sigma_m3=sigma, area_m2=float(mask.sum()) * grid.cell_m2, height_m=float(raised[mask].max()), roughness=times,
        vegetation_likely=times > ROUGH, epsg=grid.epsg,
    )  # fmt: skip


def _outline(grid: Grid, mask: Mask) -> Polygon:
    """The edge of the cells, simplified; cells that touch at corners are joined there by a hair."""
    squares = [shape(s) for s, value in shapes(mask.astype(np.uint8), mask=mask, transform=grid.transform) if value]
    joined = shapely.union_all(squares).buffer(0.01 * grid.cell_m, join_style="mitre")
    simple = joined.simplify(SMOOTHED * grid.cell_m)
    whole = simple if simple.is_valid and not simple.is_empty else joined
    return max(whole.geoms, key=lambda part: part.area) if isinstance(whole, MultiPolygon) else whole
