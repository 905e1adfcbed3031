"""What holds along the outline: thickness 0 where the waste ends, the nearest hole's thickness where only the parcel ends.

The rule of practice puts points of zero thickness along the outline. Half-way to a negative hole that is what the outline
means. Where the outline is nothing but the parcel's boundary, nothing tells that the waste ends there, and zero would leave out a
strip all along it: there the nearest positive hole's thickness is carried on.
"""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree
from shapely.geometry import MultiPolygon

from gis_service.geo.volumes.holes import Floats, Land

ON_BOUNDARY_M = 0.01
"""Closer to the parcel's boundary than this is on it."""


class Rim(NamedTuple):
    """Points along the outline (m × 2) and the thickness that is taken there (m)."""

    xy: Floats
    thickness_m: Floats


def rim(outline: MultiPolygon, parcel: Land, xy: Floats, thickness_m: Floats, step_m: float) -> Rim:
    """Points at every corner of the outline and at most `step_m` apart. `xy`, `thickness_m`: the positive holes."""
    points = np.unique(shapely.get_coordinates(shapely.segmentize(outline, step_m)), axis=0)
    return Rim(points, rim_thickness_m(points, parcel, xy, thickness_m))


def rim_thickness_m(points: Floats, parcel: Land, xy: Floats, thickness_m: Floats) -> Floats:
    on_parcel: NDArray[np.bool_] = shapely.dwithin(parcel.boundary, shapely.points(points), ON_BOUNDARY_M)
    _, nearest = KDTree(xy).query(points)
    return np.where(on_parcel, thickness_m[nearest], 0.0)
