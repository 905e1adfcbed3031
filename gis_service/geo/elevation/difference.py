"""Volumes between two models: what came, what went, and both together with their sign."""

from dataclasses import dataclass

import numpy as np
from shapely.geometry.base import BaseGeometry

from gis_service.geo.elevation import cells
from gis_service.geo.elevation.comparing import Change
from gis_service.geo.elevation.noise import Z90
from gis_service.geo.elevation.surface import Floats


@dataclass(frozen=True)
class Difference:
    """Volumes in m³ in place, not loosened. `net_m3` = `fill_m3` − `cut_m3`, negative where more went than came.

    The interval of 90 % is that of the net; None where the noise is not known. Fill and cut alone also add up the noise of unchanged ground
    (about 0.4·σ of each a cell), which cancels in the net; `fill_above_m3` and `cut_above_m3` count only cells beyond the level of detection.
    `missing_m2`: the part of the area asked for where a height is missing; nothing is assumed there.
    """

    fill_m3: float
    cut_m3: float
    net_m3: float
    sigma_m3: float | None
    net_low_m3: float | None
    net_high_m3: float | None
    fill_above_m3: float | None
    cut_above_m3: float | None
    cells: int
    area_m2: float
    missing_m2: float
    epsg: int


def difference(change: Change, polygon: BaseGeometry | None = None) -> Difference:
    """Volumes inside a polygon (in the system of the change), or wherever both models have heights. Cells on the edge count in part.

    Raises `ElevationRefused` where the polygon is invalid or beside both models.
    """
    grid, dh = change.grid, change.dh
    if polygon is None:
        window, inside, asked_m2 = (slice(None), slice(None)), np.ones(dh.shape), grid.cell_m2 * dh.size
    else:
        window, inside = cells.shares(grid, polygon)
        dh, asked_m2 = dh[window], float(polygon.area)
    weights = np.where(np.isfinite(dh), inside, 0.0)
    height = np.where(np.isfinite(dh), dh, 0.0)
    volume = weights * height * grid.cell_m2
    fill, cut = float(volume[volume > 0].sum()), float(-volume[volume < 0].sum())
    sigma = _sigma_m3(change, window, weights, height)
    level = change.noise.level_m if change.noise else None
    net, area = fill - cut, float(weights.sum()) * grid.cell_m2
    return Difference(
        fill_m3=fill, cut_m3=cut, net_m3=net, sigma_m3=sigma,
        net_low_m3=None if sigma is None else net - Z90 * sigma,
        net_high_m3=None if sigma is None else net + Z90 * sigma,
        fill_above_m3=None if level is None else float(volume[height > level].sum()),
        cut_above_m3=None if level is None else float(-volume[height < -level].sum()),
        cells=int((weights > 0).sum()), area_m2=area, missing_m2=max(asked_m2 - area, 0.0), epsg=grid.epsg,
    )  # fmt: skip


def _sigma_m3(change: Change, window: cells.Window, weights: Floats, height: Floats) -> float | None:
    """Noise and bias of all cells, and of the changed ones what they may have buried; None where the noise is not known."""
    if change.noise is None:
        return None
    measured = change.noise.volume_sigma_m3(weights, (change.grid.cell_east_m, change.grid.cell_north_m))
    changed = np.abs(height) > change.noise.level_m
    buried = (change.cover_m[window] * weights)[changed].sum() * change.grid.cell_m2
    return float(np.hypot(measured, buried))
