"""What two models differ by where nothing changed: how much, and how far such errors reach.

Elevation errors of neighbouring cells are alike, so that a sum over n cells is far less certain than n independent cells would be.
With ρ the correlation by distance, the sum of n cells of variance σ² has the variance σ²·n·n_corr, where n_corr = (1/n)·ΣᵢΣⱼ ρ(hᵢⱼ) is
the number of cells that err together. Rolstad, Haug & Denby (2009, J. Glaciol. 55(192), 666–680) integrate that sum over a disc much
larger than the range a of a spherical variogram: n_corr = π·a² / (5·A_cell). A heap is often smaller than the range, so here the sum is
taken over its own cells; for large areas both agree (tested).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, binary_opening
from scipy.optimize import nnls
from scipy.signal import oaconvolve

from gis_service.geo.elevation.surface import Floats, Mask

TO_SIGMA = 1.4826
"""The median of absolute deviations, times this, is the standard deviation where errors are normal."""
OUTLIER = 3.0
"""Cells that differ by more NMADs than this are not used to see whether ground is stable."""
LEVEL = 1.96
"""Of unchanged cells 1 in 20 lies beyond so many σ."""
Z90 = 1.6448536269514722
"""A normal value lies within so many σ with 90 %."""
LEAST_STABLE = 200
FINEST_M = 0.001
"""No survey from the air is better than a millimetre."""
MOST_LAG = 60
"""Errors are followed over so many cells."""


def nmad(values: Floats) -> float:
    """Normalised median absolute deviation: a standard deviation that outliers do not move (Höhle & Höhle 2009)."""
    return float(TO_SIGMA * np.median(np.abs(values - np.median(values)))) if len(values) else 0.0


def unchanged(dh: Floats) -> Mask:
    """Cells where the difference is as small, around its median, as that of most: ground that did not change, found without being told.

    Single outliers stay, since they belong to the noise; patches of them, and what is within three cells of a patch, go.
    """
    known = np.isfinite(dh)
    stable = known.copy()
    for _ in range(5 if known.any() else 0):
        middle, spread = float(np.median(dh[stable])), nmad(dh[stable])
        changed = np.abs(np.where(known, dh, middle) - middle) > max(OUTLIER * spread, 1e-9)
        patches = binary_dilation(binary_opening(changed, np.ones((3, 3))), np.ones((7, 7)))
        refined = known & ~patches
        if not refined.any() or np.array_equal(refined, stable):
            break
        stable = refined
    return stable


@dataclass(frozen=True)
class Noise:
    """`sigma_m`: NMAD of dh of one cell, which decides what is seen. What a sum of cells errs by follows from the whole variance, tails (grass)
    included: what a cell errs alone (`nugget_m2`) and with others (`sills_m2` with ranges in metres).

    `bias_m`: the mean error that is left over all cells, unsigned; `bias_sigma_m` how certain that is. `cells`: stable cells looked at.
    """

    sigma_m: float
    nugget_m2: float
    sills_m2: tuple[float, ...]
    ranges_m: tuple[float, ...]
    bias_m: float
    bias_sigma_m: float
    cells: int

    @property
    def level_m(self) -> float:
        """Level of detection of one cell: what differs less may be nothing."""
        return LEVEL * max(self.sigma_m, FINEST_M) + self.bias_m

    @property
    def variance_m2(self) -> float:
        """Variance of one cell, what is rare and large included."""
        return self.nugget_m2 + sum(self.sills_m2)

    @property
    def range_m(self) -> float:
        """How far errors are alike: the distance at which correlation has fallen below a twentieth."""
        reach = np.linspace(0, max(self.ranges_m, default=0.0), 401)
        alike = reach[self.correlation(reach) > 0.05]
        return float(alike.max()) if len(alike) and self.ranges_m else 0.0

    def correlation(self, distance_m: Floats) -> Floats:
        """ρ by distance: 1 at the cell itself, then what spherical models say."""
        total = self.variance_m2
        made = np.where(distance_m == 0, self.nugget_m2, 0.0)
        for sill, reach in zip(self.sills_m2, self.ranges_m, strict=True):
            made = made + sill * (1 - spherical(distance_m, reach))
        return np.asarray(made / total if total > 0 else np.where(distance_m == 0, 1.0, 0.0), dtype=np.float64)

    def erring_together(self, weights: Floats, cell_m: tuple[float, float]) -> float:
        """n_corr of the cells of an area: (1/n)·ΣΣ wᵢwⱼρᵢⱼ with n = Σw. `weights`: part of each cell inside, `cell_m`: (east, north)."""
        total = float(weights.sum())
        if total <= 0:
            return 0.0
        reach = max(self.ranges_m, default=0.0)
        far = [min(int(reach / side), n - 1) for side, n in zip(cell_m[::-1], weights.shape, strict=True)]
        north, east = (np.arange(-f, f + 1) * side for f, side in zip(far, cell_m[::-1], strict=True))
        rho = self.correlation(np.hypot(*np.meshgrid(east, north)))
        return max(float((weights * oaconvolve(weights, rho, mode="same")).sum()) / total, 0.0)

    def volume_sigma_m3(self, weights: Floats, cell_m: tuple[float, float]) -> float:
        """σ of a volume: σ·A_cell·√(n·n_corr), and what a common bias does to it, A·√(bias² + σ_bias²); all in m³."""
        n, cell_m2 = float(weights.sum()), cell_m[0] * cell_m[1]
        random = cell_m2 * np.sqrt(self.variance_m2 * n * self.erring_together(weights, cell_m))
        return float(np.hypot(random, n * cell_m2 * np.hypot(self.bias_m, self.bias_sigma_m)))


def spherical(distance_m: Floats, range_m: float) -> Floats:
    """The spherical variogram of sill 1: 0 here, 1 from the range on."""
    h = np.minimum(distance_m / range_m, 1.0)
    return np.asarray(1.5 * h - 0.5 * h**3, dtype=np.float64)


@dataclass(frozen=True)
class Variogram:
    """Half the mean squared difference of dh (m²) between cells so far apart (m), and of how many pairs."""

    distance_m: Floats
    gamma_m2: Floats
    pairs: NDArray[np.int64]


def variogram(dh: Floats, stable: Mask, cell_m: tuple[float, float]) -> Variogram:
    """Empirical variogram along rows, columns and diagonals, over distances up to a third of the model. NaN outside `stable`."""
    z = np.where(stable, dh, np.nan)
    lags = [k for k in _lags(min(MOST_LAG, max(z.shape) // 3)) if k < min(z.shape)]
    rows = []
    for k in lags:
        for down, right in ((0, k), (k, 0), (k, k), (k, -k)):
            square = (_shifted(z, down, right) - _shifted(z, -down, -right)) ** 2
            count = int(np.isfinite(square).sum())
            if count:
                rows.append(
                    (np.hypot(right * cell_m[0], down * cell_m[1]), float(np.nansum(square)) / count / 2, count)
                )
    table = np.array(rows, dtype=float).reshape(-1, 3)
    return Variogram(table[:, 0], table[:, 1], table[:, 2].astype(np.int64))


def _lags(most: int) -> Iterable[int]:
    """1, 2, 3 … then in growing steps."""
    return sorted({round(k) for k in np.geomspace(1, max(most, 1), 18)})


def _shifted(z: Floats, down: int, right: int) -> Floats:
    """The part of z that has a partner so many cells away; with the opposite shift, the partners."""
    rows = slice(max(down, 0), z.shape[0] + min(down, 0))
    cols = slice(max(right, 0), z.shape[1] + min(right, 0))
    return z[rows, cols]


def fitted(of: Variogram, variance_m2: float) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
    """Nugget, sills and ranges of nested spherical models that follow a variogram; they sum up to the variance.

    Ranges are chosen from a ladder and sills by non-negative least squares, each point weighed by its own size: deterministic, no start
    values, and no more than the data hold.
    """
    if not len(of.distance_m) or variance_m2 <= 0:
        return variance_m2, (), ()
    ladder = np.geomspace(1.5 * of.distance_m.min(), max(of.distance_m.max(), 2 * of.distance_m.min()), 14)
    design = np.column_stack([np.ones_like(of.distance_m), *(spherical(of.distance_m, reach) for reach in ladder)])
    weight = 1 / np.maximum(of.gamma_m2, 1e-3 * variance_m2)
    sills, _ = nnls(design * weight[:, None], of.gamma_m2 * weight)
    if sills.sum() <= 0:
        return variance_m2, (), ()
    sills = sills * variance_m2 / sills.sum()
    kept = [(float(s), float(a)) for s, a in zip(sills[1:], ladder, strict=True) if s > 1e-3 * variance_m2]
    nugget = variance_m2 - sum(s for s, _ in kept)
    return float(nugget), tuple(s for s, _ in kept), tuple(a for _, a in kept)


def measured(dh: Floats, stable: Mask, cell_m: tuple[float, float], *, bias_removed: bool) -> Noise:
    """The noise of a difference by its stable cells. Where the bias was not removed, what is left of it is held against every volume."""
    values = dh[stable]
    sigma, middle = nmad(values), float(np.median(values))
    calm = stable & (np.abs(np.where(stable, dh, middle) - middle) <= 2 * OUTLIER * sigma)
    nugget, sills, ranges = fitted(variogram(dh, calm, cell_m), float(dh[calm].var()) if calm.any() else 0.0)
    plain = Noise(sigma, nugget, sills, ranges, 0.0, 0.0, len(values))
    # the median of normal errors scatters √(π/2) times as much as their mean
    together = plain.erring_together(stable.astype(np.float64), cell_m)
    bias_sigma = np.sqrt(np.pi / 2 * plain.variance_m2 * min(together / len(values), 1.0))
    return Noise(sigma, nugget, sills, ranges, 0.0 if bias_removed else abs(middle), float(bias_sigma), len(values))
