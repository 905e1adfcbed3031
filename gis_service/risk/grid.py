"""The cells hotspots are worked out on: squares of the metric plane over the areas, and wherever something was dumped. Pure."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cells:
    """Cells by their lower left corners in units of the cell's side."""

    corners: NDArray[np.int64]
    cell_m: float

    @property
    def centres(self) -> Floats:
        return np.asarray((self.corners + 0.5) * self.cell_m, dtype=float)

    def counts(self, places: Floats) -> NDArray[np.int64]:
        """How many places lie in each cell. A place on an edge lies in the cell east or north of it."""
        known = {(x, y): n for n, (x, y) in enumerate(self.corners.tolist())}
        found = np.zeros(len(self.corners), dtype=np.int64)
        for x, y in np.floor(places / self.cell_m).astype(int).tolist():
            found[known[x, y]] += 1
        return found

    def squares(self) -> NDArray[np.object_]:
        low = self.corners * self.cell_m
        return np.asarray(shapely.box(low[:, 0], low[:, 1], low[:, 0] + self.cell_m, low[:, 1] + self.cell_m))


def cells(region: Any, places: Floats, cell_m: float, most: int) -> Cells:
    """The cells whose middle lies in the region and those with a place in them; with more than `most` the side is doubled until it fits."""
    box = shapely.total_bounds(np.array([region, *shapely.points(places)], dtype=object))
    if not np.isfinite(box).all():
        return Cells(np.empty((0, 2), dtype=np.int64), cell_m)
    while (box[2] - box[0]) * (box[3] - box[1]) > most * cell_m**2:
        cell_m *= 2
    west, south = (math.floor(v / cell_m) for v in box[:2])
    east, north = (math.floor(v / cell_m) + 1 for v in box[2:])
    corners = np.stack(np.meshgrid(np.arange(west, east), np.arange(south, north), indexing="ij"), axis=-1).reshape(
        -1, 2
    )
    middle = (corners + 0.5) * cell_m
    struck = np.zeros(len(corners), dtype=bool)
    for x, y in np.unique(np.floor(places / cell_m).astype(int).reshape(-1, 2), axis=0).tolist():
        struck[(x - west) * (north - south) + (y - south)] = True
    shapely.prepare(region)
    return Cells(corners[shapely.contains_xy(region, middle[:, 0], middle[:, 1]) | struck], cell_m)
