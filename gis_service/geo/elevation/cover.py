"""How rough a surface is from cell to cell, and what that says of the plants on it.

A model of the surface shows the tops of plants. Where both dates show them they cancel; where a heap buried them, or a pit took them away,
the volume is wrong by their height, and no comparison of unchanged ground can show that. But plants scatter: their height is about as large
as their scatter from cell to cell. So the scatter of the first model, beyond that of bare ground, is held against changed cells.
"""

import numpy as np
from scipy.ndimage import binary_opening, convolve, label, minimum_filter, uniform_filter

from gis_service.geo.elevation.noise import FINEST_M
from gis_service.geo.elevation.surface import Floats, Mask

IMMERKAER = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]]) / 6
"""The mask of Immerkær (1996, Fast noise variance estimation, CVIU 64(2)): blind to any plane and any curved surface of second order."""
AROUND = 5
STEP = 1.5
"""How much of the slope of the mean is taken off, per metre a cell."""
ROUGH = 1.9
"""Times rougher than stable ground: leaves and stalks rather than soil and rubble. A hint, chosen on simulated scenes."""
LEAST_PATCH = 50
"""Cells of a patch of plants."""
BARE = 1.3
"""Times the scatter of most stable ground: less says nothing, since scatter over 5 × 5 cells is itself uncertain."""


def mean_around(z: Floats, size: int) -> Floats:
    """Mean over size × size cells, of those that have a height; NaN where the cell itself has none."""
    known = np.isfinite(z)
    share = uniform_filter(known.astype(np.float64), size, mode="constant")
    total = uniform_filter(np.where(known, z, 0.0), size, mode="constant")
    least = 0.5 / size**2
    return np.where(known & (share > least), total / np.maximum(share, least), np.nan)


def _answer(z: Floats) -> Floats:
    """What the mask answers to, as its size, which is σ of independent cells. NaN beside missing cells."""
    known = np.isfinite(z)
    answer = np.abs(convolve(np.where(known, z, 0.0), IMMERKAER, mode="nearest"))
    return np.where(minimum_filter(known, 3, mode="constant", cval=False), answer, np.nan)


def scatter(z: Floats) -> Floats:
    """σ by which cells scatter around their neighbours, over 5 × 5 cells: what leaves and stalks do."""
    return np.asarray(np.sqrt(np.pi / 2) * mean_around(_answer(z), AROUND), dtype=np.float64)


def roughness(dh: Floats, stable: Mask) -> Floats:
    """Scatter of a difference, times that of stable ground.

    The edge of a wall or a container is a step, not scatter: it also shows in the slope of the mean over 3 × 3 cells, which is taken off.
    """
    down, right = np.gradient(np.nan_to_num(mean_around(dh, 3)))
    rest = np.maximum(_answer(dh) - STEP * np.hypot(down, right), 0.0)
    around = mean_around(rest, AROUND)
    of_ground = around[stable & np.isfinite(around)]
    calm = max(float(np.median(of_ground)), FINEST_M) if len(of_ground) else FINEST_M
    return np.asarray(around / calm, dtype=np.float64)


def leafy(rough: Floats) -> Mask:
    """Patches so rough that they are plants rather than soil: wide, and of some size, since the edge of a wall is rough and narrow."""
    wide = binary_opening(np.nan_to_num(rough, nan=0.0) > ROUGH, np.ones((AROUND, AROUND)))
    labels, _ = label(wide)
    large = np.bincount(labels.ravel()) >= LEAST_PATCH
    large[0] = False
    return np.asarray(large[labels], dtype=np.bool_)


def buried(before: Floats, stable: Mask) -> Floats:
    """How uncertain, in metres, the ground beneath each cell of the first model is: its scatter beyond that of most stable ground."""
    found = scatter(before)
    of_ground = found[stable & np.isfinite(found)]
    bare = max(float(np.median(of_ground)), FINEST_M) if len(of_ground) else np.inf
    excess = np.sqrt(np.maximum(found**2 - bare**2, 0.0))
    return np.where(found > BARE * bare, excess, 0.0)
