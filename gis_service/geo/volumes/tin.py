"""三角网: positive holes and the outline's rim are triangulated (Delaunay). V = Σ A·(t₁+t₂+t₃)/3 within the outline.

A triangle that reaches out of the outline counts with the part inside: a plane's volume over any shape is its area times
the height at its centroid, so that the cut changes nothing in the sum of the triangles that lie wholly inside.
"""

import numpy as np
import shapely
from scipy.spatial import Delaunay
from shapely.geometry import MultiPolygon

from gis_service.geo.volumes.holes import Floats
from gis_service.geo.volumes.surface import Rim


def volume_m3(outline: MultiPolygon, xy: Floats, thickness_m: Floats, rim: Rim) -> float:
    """From the positive holes (n × 2, n) and the rim. Never more than area × greatest thickness."""
    corner = rim.xy.min(axis=0)
    points, height = np.vstack([xy, rim.xy]) - corner, np.concatenate([thickness_m, rim.thickness_m])
    triangles = Delaunay(points).simplices
    at, of = points[triangles], height[triangles]
    shapes = shapely.intersection(shapely.polygons(at + corner), outline)
    area = shapely.area(shapes)
    held = area > 0
    center = shapely.get_coordinates(shapely.centroid(shapes[held])) - corner
    return float(np.dot(area[held], _plane_at(at[held], of[held], center)))


def _plane_at(corners: Floats, height: Floats, place: Floats) -> Floats:
    """Height of the planes through three corners (m × 3 × 2, m × 3) at a place of each (m × 2), by barycentric shares.

    A triangle without area (a hole on the rim's line) has no plane; its corners' mean stands for it.
    """
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    off = place - corners[:, 0]
    double = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    flat = np.abs(double) < 1e-9
    safe = np.where(flat, 1.0, double)
    u = np.where(flat, 1 / 3, (off[:, 0] * b[:, 1] - off[:, 1] * b[:, 0]) / safe)
    v = np.where(flat, 1 / 3, (a[:, 0] * off[:, 1] - a[:, 1] * off[:, 0]) / safe)
    value = (1 - u - v) * height[:, 0] + u * height[:, 1] + v * height[:, 2]
    return np.clip(value, height.min(axis=1), height.max(axis=1))
