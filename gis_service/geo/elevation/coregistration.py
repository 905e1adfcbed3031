"""The second model laid onto the first by ground that did not change.

Nuth & Kääb (2011, The Cryosphere 5, 271–290): where a model is shifted sideways by a towards b, heights on stable ground differ by
dh = a·cos(b − aspect)·tan(slope) + dz. They divide by tan(slope) and fit a cosine; here the same equation is solved as it stands, linear in
(east, north, dz) and robustly, so that flat cells count little instead of dividing by almost nothing. Then the model is moved, the rest is
fitted again, and the height follows from the median.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from gis_service.geo.elevation import noise
from gis_service.geo.elevation.surface import Floats, Grid, Mask

MOST_ROUNDS = 12
SETTLED = 0.01
"""Part of a cell by which the last round may still move."""
TELLING = 3.0
SMOOTHING = 1.5
"""Cells over which slopes are smoothed."""
HUBER = 1.345
MOST_CELLS_FITTED = 400_000


@dataclass(frozen=True)
class Coregistration:
    """By how much the second model was moved, in metres, and what that did to unchanged ground.

    `horizontal`: false where the sideways shift could not be told from nothing (flat ground, noise) and only the height was moved.
    `sigma_m`: how certain the sideways shift is. NMADs are over the same stable cells, before and after.
    """

    east_m: float
    north_m: float
    up_m: float
    sigma_m: float
    horizontal: bool
    rounds: int
    nmad_before_m: float
    nmad_after_m: float
    stable_cells: int
    stable_ground: Literal["given", "found"]
    epsg: int


def registered(before: Floats, after: Floats, grid: Grid, given: Mask | None) -> tuple[Coregistration, Floats, Mask]:
    """The shift, the second model moved by it (same shape), and the stable cells. `given`: stable ground, None to find it."""
    slopes = _slopes(before, grid)
    east = north = 0.0
    rounds, settled = 0, False
    moved = after
    while rounds < MOST_ROUNDS and not settled:
        rounds += 1
        step = _fit(moved - before, slopes, _stable(moved - before, given))
        east, north = east + step[0], north + step[1]
        if np.hypot(east, north) > 0.25 * min(np.ptp(grid.easts()), np.ptp(grid.norths())):
            east, north, moved = 0.0, 0.0, after  # ran away: there is nothing to hold on to
            break
        settled = bool(np.hypot(step[0], step[1]) < SETTLED * grid.cell_m)
        moved = shifted(after, grid, east, north)
    told = _told(before, after, moved, grid, given, (east, north))
    return _finished(replace(told, rounds=rounds), before, after, moved, given)


def _stable(dh: Floats, given: Mask | None) -> Mask:
    return noise.unchanged(dh) if given is None else given & np.isfinite(dh)


def _slopes(z: Floats, grid: Grid) -> tuple[Floats, Floats]:
    """How the ground rises to the east and to the north, metres a metre, of the gently smoothed model: noise has no slope."""
    known = np.isfinite(z)
    share = gaussian_filter(known.astype(np.float64), SMOOTHING, mode="nearest")
    level = float(z[known].mean()) if known.any() else 0.0
    smooth = gaussian_filter(np.where(known, z - level, 0.0), SMOOTHING, mode="nearest") / np.maximum(share, 1e-9)
    down, right = np.gradient(np.where(known, smooth, np.nan))
    return right / grid.cell_east_m, -down / grid.cell_north_m


def _fit(dh: Floats, slopes: tuple[Floats, Floats], stable: Mask) -> tuple[float, float, float]:
    """East, north and up by which the second model has to move, by robust least squares (Huber) over stable cells.

    Moved by (e, n), a model of heights z takes the height z − e·z_east − n·z_north here: so dh = e·z_east + n·z_north − up is taken away.
    """
    design, values = _equations(dh, slopes, stable)
    weight = np.ones(len(values))
    solution: Floats = np.zeros(3)
    if len(values) < noise.LEAST_STABLE:
        return 0.0, 0.0, 0.0
    for _ in range(8):
        root = np.sqrt(weight)
        solution = np.asarray(np.linalg.lstsq(design * root[:, None], values * root, rcond=None)[0], dtype=np.float64)
        rest = values - design @ solution
        scale = max(noise.nmad(rest), 1e-9)
        weight = np.minimum(1.0, HUBER * scale / np.maximum(np.abs(rest), 1e-12))
    return float(solution[0]), float(solution[1]), float(solution[2])


def _equations(dh: Floats, slopes: tuple[Floats, Floats], stable: Mask) -> tuple[Floats, Floats]:
    """One row for each stable cell: (slope east, slope north, 1) and dh; of very many cells every n-th."""
    used = np.flatnonzero(stable & np.isfinite(slopes[0]) & np.isfinite(slopes[1]) & np.isfinite(dh))
    used = used[:: len(used) // MOST_CELLS_FITTED + 1]
    design = np.column_stack((slopes[0].ravel()[used], slopes[1].ravel()[used], np.ones(len(used))))
    return design, dh.ravel()[used]


def shifted(z: Floats, grid: Grid, east_m: float, north_m: float) -> Floats:
    """A model moved so many metres to the east and north, bilinear on the same cells; NaN where it has moved away."""
    if not east_m and not north_m:
        return z
    rows = np.arange(grid.rows)[:, None] + north_m / grid.cell_north_m
    cols = np.arange(grid.cols)[None, :] - east_m / grid.cell_east_m
    places: NDArray[np.float64] = np.array(np.broadcast_arrays(rows, cols))
    return np.asarray(map_coordinates(z, places, order=1, mode="constant", cval=np.nan), dtype=np.float64)


def _told(
    before: Floats, after: Floats, moved: Floats, grid: Grid, given: Mask | None, shift: tuple[float, float]
) -> Coregistration:
    """Whether the sideways shift is real: larger than three times its own uncertainty, and good for unchanged ground."""
    stable = _stable(moved - before, given) & np.isfinite(after)
    cell = grid.cell_east_m, grid.cell_north_m
    found = noise.measured(moved - before, stable, cell, bias_removed=True)
    together = found.erring_together(stable.astype(np.float64), cell)
    design, _ = _equations(moved - before, _slopes(before, grid), stable)
    normal = design.T @ design * (stable.sum() / max(len(design), 1))
    spread = np.linalg.pinv(normal) * found.variance_m2 * max(together, 1.0)
    sigma = float(np.sqrt(max(spread[0, 0] + spread[1, 1], 0.0)))
    first, last = noise.nmad((after - before)[stable]), noise.nmad((moved - before)[stable])
    real = float(np.hypot(*shift)) > TELLING * sigma and last < first
    return Coregistration(
        shift[0] if real else 0.0, shift[1] if real else 0.0, 0.0, sigma, real, 0, first, last, 0, "given" if given is not None else "found", grid.epsg,
    )  # fmt: skip


def _finished(
    told: Coregistration, before: Floats, after: Floats, moved: Floats, given: Mask | None
) -> tuple[Coregistration, Floats, Mask]:
    """The height follows from the median of what is left."""
    kept = moved if told.horizontal else after
    stable = _stable(kept - before, given)
    up = -float(np.median((kept - before)[stable])) if stable.any() else 0.0
    both = stable & np.isfinite(after)
    first, last = noise.nmad((after - before)[both]), noise.nmad((kept - before)[both])
    return (
        replace(told, up_m=up, nmad_before_m=first, nmad_after_m=last, stable_cells=int(stable.sum())),
        kept + up,
        stable,
    )
