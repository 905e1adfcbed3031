"""普通克里金: best linear estimate under a fitted variogram, with its standard deviation (GSTools). Within the outline.

The variogram is fitted to all holes, negative ones as zero. Below `TRUSTED` holes the fit is a guess, and it says so; where it
does not converge, a stated default stands in (exponential, a third of the parcel's size, the holes' variance).
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from gis_service.geo.volumes.cells import Cells
from gis_service.geo.volumes.holes import Floats

TRUSTED = 30
"""Holes below which a variogram is not trusted (domain 5.4, a rule of thumb)."""


@dataclass(frozen=True)
class Variogram:
    """γ(h) = nugget + sill·(1 − exp(−h/length)); `fitted` is false where the default stands in."""

    model: str
    sill_m2: float
    length_m: float
    nugget_m2: float
    fitted: bool
    trusted: bool


@dataclass(frozen=True)
class Kriged:
    volume_m3: float
    sigma_m3: float
    """Standard deviation of the volume if the variogram were true and the outline known: less than the whole error."""
    variogram: Variogram


def krige(cells: Cells, coarse: Cells, xy: Floats, seen_m: Floats, *, size_m: float) -> Kriged:
    """Over cells that are already cut to the outline, from all holes (n × 2, n). `size_m`: the parcel's √area.

    σ of the volume is summed over the `coarse` cells of the same outline: it needs all pairs.
    """
    corner = cells.xy.min(axis=0)
    spots, places = cells.xy - corner, xy - corner
    variogram = fit(places, seen_m, size_m)
    model = _model(variogram)
    if variogram.sill_m2 <= 0:  # all holes alike
        return Kriged(float(cells.area_m2.sum() * seen_m[0]), 0.0, variogram)
    import gstools

    kriged = gstools.krige.Ordinary(model, places.T, seen_m, exact=True)
    field, _ = kriged(spots.T, return_var=True, store=False)
    volume = float(np.dot(cells.area_m2, np.maximum(field, 0.0)))
    return Kriged(volume, _volume_sigma_m3(model, variogram, coarse.xy - corner, coarse.area_m2, places), variogram)


def fit(xy: Floats, seen_m: Floats, size_m: float) -> Variogram:
    """An exponential variogram fitted to the holes by GSTools, or the stated default where that fails."""
    import gstools

    sill, trusted = float(np.var(seen_m)), len(xy) >= TRUSTED
    default = Variogram("exponential", sill, size_m / 3, 0.0, fitted=False, trusted=False)
    if sill == 0:
        return default
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a fit that does not converge is caught and told, not printed
            center, gamma, count = gstools.vario_estimate(xy.T, seen_m, _bins(xy), return_counts=True)
            model = gstools.Exponential(dim=2)
            model.set_arg_bounds(var=[0, 4 * sill], len_scale=[size_m / 30, 2 * size_m], nugget=[0, sill])
            model.fit_variogram(center[count > 0], gamma[count > 0], weights=np.sqrt(count[count > 0]))
    except (RuntimeError, ValueError):
        return default
    if not np.isfinite([model.var, model.len_scale, model.nugget]).all() or model.var <= 1e-6 * sill:
        return default
    return Variogram(
        "exponential", float(model.var), float(model.len_scale), float(model.nugget), fitted=True, trusted=trusted
    )


def _bins(xy: Floats) -> Floats:
    """Ten classes of distance up to half the greatest: beyond, too few pairs share the same holes."""
    return np.linspace(0.0, float(np.hypot(*np.ptp(xy, axis=0))) / 2, 11)


def _model(variogram: Variogram) -> Any:
    import gstools

    return gstools.Exponential(
        dim=2, var=max(variogram.sill_m2, 1e-12), len_scale=variogram.length_m, nugget=variogram.nugget_m2
    )


def _volume_sigma_m3(model: Any, variogram: Variogram, spots: Floats, area_m2: Floats, places: Floats) -> float:
    """σ of the weighted sum of cells under ordinary kriging: σ² = c(V,V) − [c;1]ᵀ K⁻¹ [c;1] (Chilès & Delfiner, §3.5)."""

    def cover(a: Floats, b: Floats) -> Floats:
        gap = np.hypot(a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1])
        return np.asarray(model.covariance(gap), dtype=float)

    size = len(places)
    system = np.ones((size + 1, size + 1))
    system[:size, :size] = cover(places, places) + variogram.nugget_m2 * np.eye(size)
    system[size, size] = 0.0
    to_volume = cover(places, spots) @ area_m2
    right = np.append(to_volume, area_m2.sum())
    whole = sum(
        float(area_m2[i : i + 256] @ cover(spots[i : i + 256], spots) @ area_m2) for i in range(0, len(spots), 256)
    )
    return float(np.sqrt(max(0.0, whole - right @ np.linalg.solve(system, right))))
