"""A grid over the parcel whose edge cells are cut to it: areas add up to the parcel, places are centroids."""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.geo.volumes.holes import Floats, Land

MOST = 2500
"""Cells of a grid. A covariance of all with all is 50 MB."""


@dataclass(frozen=True)
class Cells:
    """The cells of a grid within the land: centroids (m × 2), areas (m), and the step in metres."""

    xy: Floats
    area_m2: Floats
    step_m: float

    def within(self, land: Land) -> "Cells":
        """The cells cut to another land: those that are left, with the area that is left, and its centroid."""
        half = self.step_m / 2
        boxes = shapely.box(self.xy[:, 0] - half, self.xy[:, 1] - half, self.xy[:, 0] + half, self.xy[:, 1] + half)
        return _cut(boxes, land, self.step_m)


def default_step_m(land: Land, cells: int) -> float:
    """A step that covers the land's area with about so many cells."""
    return math.sqrt(land.area / cells)


def over(land: Land, step_m: float) -> Cells:
    """Cells of `step_m` from the south-west corner of the land's box, cut to the land."""
    west, south, east, north = land.bounds
    columns = max(1, math.ceil((east - west) / step_m - 1e-6))
    rows = max(1, math.ceil((north - south) / step_m - 1e-6))
    x, y = np.meshgrid(west + step_m * np.arange(columns), south + step_m * np.arange(rows))
    return _cut(shapely.box(x.ravel(), y.ravel(), x.ravel() + step_m, y.ravel() + step_m), land, step_m)


def _cut(boxes: NDArray[np.object_], land: Land, step_m: float) -> Cells:
    shapely.prepare(land)
    inside = shapely.covers(land, boxes)
    touched = shapely.intersects(land, boxes) & ~inside
    parts: NDArray[np.object_] = np.where(inside, boxes, np.array(None))
    parts[touched] = shapely.intersection(boxes[touched], land)
    kept = parts[inside | touched]
    kept = kept[shapely.area(kept) > 0]
    return Cells(shapely.get_coordinates(shapely.centroid(kept)), shapely.area(kept), step_m)
