"""反距离加权: a cell's thickness is the mean of all holes, negative ones too, weighted by 1/distance². Within the outline."""

import numpy as np

from gis_service.geo.volumes.cells import Cells
from gis_service.geo.volumes.holes import Floats

POWER = 3.0


def thickness_m(cells: Cells, xy: Floats, seen_m: Floats, power: float = POWER) -> Floats:
    """Thickness at the cells' centroids (m) from all holes (n × 2, n): never outside what was seen."""
    gap2 = ((cells.xy[:, None] - xy[None]) ** 2).sum(axis=2)
    weight = np.maximum(gap2, 1e-12) ** (-power / 2)
    mean: Floats = (weight @ seen_m) / weight.sum(axis=1)
    return mean


def volume_m3(cells: Cells, xy: Floats, seen_m: Floats, power: float = POWER) -> float:
    """Over cells that are already cut to the outline. Never more than area × greatest thickness."""
    return float(np.dot(cells.area_m2, thickness_m(cells, xy, seen_m, power)))
