"""Mends of an outline, each by its own name. Nothing is mended in silence: a mend says what it moved and what it did to the area.

Every function gives the mended outline, or None where it has nothing to mend. Lengths are those of the plane the outline
is in, so a tolerance in metres needs an outline in metres.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis_service.geo import rings

Floats = NDArray[np.float64]

SNAP_M = 0.05
"""How far a corner may be moved onto a neighbour: what two surveys of one corner usually differ by (product default)."""

SAME_PLACE_M = 0.001
"""Points nearer than the millimetre in which coordinates are written are one point."""

WIDEST_SNAP_M = 1.0
"""Beyond this a corner is not the same corner measured twice."""


# --- the mends ---------------------------------------------------------------------------------------------------


def swap_axes(shape: BaseGeometry) -> BaseGeometry:
    """East and north exchanged.

    >>> swap_axes(shapely.Point(22.4, 113.5)).wkt
    'POINT (113.5 22.4)'
    """
    swapped: BaseGeometry = shapely.transform(shape, lambda x, y: (y, x), interleaved=False)
    return swapped


def close_ring(shape: BaseGeometry) -> MultiPolygon | None:
    """The area that lines enclose once each is led back to its beginning; pieces that meet are joined first.

    >>> close_ring(LineString([(0, 0), (2, 0), (2, 2), (0, 2)])).area
    4.0
    """
    lines = _lines(shape)
    if not lines or any(rings.corners(line) < 3 for line in lines):
        return None
    return rings.polygons([rings.closed(line) for line in lines])


def gap(shape: BaseGeometry) -> float:
    """The longest step by which a line misses its own beginning.

    >>> gap(LineString([(0, 0), (2, 0), (2, 2), (0, 0.5)]))
    0.5
    """
    return max((float(np.hypot(*(line[0] - line[-1]))) for line in _lines(shape)), default=0.0)


def _lines(shape: BaseGeometry) -> list[Floats]:
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, LineString) and not part.is_empty]
    if len(parts) != len(shapely.get_parts(shape)):
        return []
    open_ones = [part for part in parts if not part.is_closed]
    merged = shapely.get_parts(shapely.line_merge(shapely.MultiLineString(open_ones))) if open_ones else []
    return [shapely.get_coordinates(part) for part in [*(p for p in parts if p.is_closed), *merged]]


def drop_duplicate_points(shape: BaseGeometry, tolerance: float = SAME_PLACE_M) -> MultiPolygon | None:
    """The outline without points that stand on their predecessor."""
    area = as_area(shape)
    if area is None:
        return None
    kept = as_area(shapely.remove_repeated_points(area, tolerance))
    if kept is None or len(kept.geoms) != len(area.geoms) or _points(kept) == _points(area):
        return None
    return kept


def make_valid(shape: BaseGeometry) -> MultiPolygon | None:
    """The area an outline at fault most likely means: loops become parts, what is covered twice is covered once."""
    area = as_area(shape)
    if area is None or area.is_valid:
        return None
    valid = shapely.make_valid(area, method="structure", keep_collapsed=False)
    parts = [part for part in shapely.get_parts(valid, return_index=False) if isinstance(part, Polygon) and part.area]
    return MultiPolygon(parts) if parts else None


def snap(shape: BaseGeometry, neighbours: Sequence[BaseGeometry], tolerance: float = SNAP_M) -> MultiPolygon | None:
    """The outline with its corners on those of its neighbours, or on their edges, where these are within the tolerance.

    Corners of a neighbour that lie along an edge become corners of that edge, so that both have the same line in common.
    No point of the outline moves further than the tolerance; where the result would be no proper area nothing is done.
    """
    area = as_area(shape)
    beside = [other for other in neighbours if area is not None and shapely.dwithin(area, other, tolerance)]
    if area is None or not area.is_valid or not beside:
        return None
    target = _Target(beside, tolerance)
    parts = []
    for part in area.geoms:
        drawn = [target.ring(shapely.get_coordinates(ring)) for ring in (part.exterior, *part.interiors)]
        if any(rings.corners(ring) < 3 for ring in drawn):
            return None
        parts.append(Polygon(drawn[0], drawn[1:]))
    snapped = MultiPolygon(parts)
    return None if not snapped.is_valid or same_points(snapped, area) else snapped


class _Target:
    """Corners and edges of the neighbours, found quickly."""

    def __init__(self, neighbours: Sequence[BaseGeometry], tolerance: float) -> None:
        self.tolerance = tolerance
        self.corners: Floats = np.unique(np.vstack([shapely.get_coordinates(one) for one in neighbours]), axis=0)
        self.edges = shapely.union_all([shapely.boundary(one) for one in neighbours])
        self.tree = shapely.STRtree(shapely.points(self.corners))

    def ring(self, ring: Floats) -> Floats:
        """A closed ring with its points on the target, and the target's corners put in along its edges."""
        moved = np.array([self._point(point) for point in ring[:-1]])
        drawn = [part for a, b in zip(moved, np.roll(moved, -1, axis=0), strict=True) for part in self._edge(a, b)]
        return rings.closed(rings.without_repeats(np.array(drawn)))

    def _point(self, point: Floats) -> Floats:
        here = shapely.Point(point)
        nearest = self.tree.query_nearest(here, max_distance=self.tolerance)
        if len(nearest):
            corner: Floats = self.corners[nearest[0]]
            return corner
        onto = shapely.shortest_line(here, self.edges)
        if onto is not None and onto.length <= self.tolerance:
            foot: Floats = shapely.get_coordinates(onto)[-1]
            return foot
        return point

    def _edge(self, a: Floats, b: Floats) -> list[Floats]:
        """The beginning of an edge, and after it the corners along it in their order."""
        edge = LineString([a, b])
        if edge.length == 0:
            return [a]
        along = [self.corners[i] for i in self.tree.query(edge, "dwithin", self.tolerance)]
        placed = [(edge.project(shapely.Point(corner)), corner) for corner in along]
        inner = [(at, corner) for at, corner in placed if 0 < at < edge.length]
        return [a, *(corner for _, corner in sorted(inner, key=lambda one: one[0]))]


# --- what a mend changed -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """Before and after a mend; lengths and areas in the unit of the plane."""

    area_before: float
    area_after: float
    parts_before: int
    parts_after: int
    points_before: int
    points_after: int
    moved: float
    """How far the two outlines lie apart at most."""


def difference(before: BaseGeometry, after: MultiPolygon) -> Difference:
    """What changed between two outlines in the same plane.

    >>> difference(shapely.box(0, 0, 2, 2), MultiPolygon([shapely.box(0, 0, 2, 3)])).moved
    1.0
    """
    outline = shapely.boundary(before) if shapely.get_dimensions(before) == 2 else before
    return Difference(
        area_before=float(before.area),
        area_after=float(after.area),
        parts_before=len(shapely.get_parts(before)),
        parts_after=len(after.geoms),
        points_before=_points(before),
        points_after=_points(after),
        moved=float(shapely.hausdorff_distance(outline, shapely.boundary(after))),
    )


def as_area(shape: BaseGeometry) -> MultiPolygon | None:
    """The areas of a geometry as one, or None where it is no area."""
    if isinstance(shape, Polygon) and not shape.is_empty:
        return MultiPolygon([shape])
    return shape if isinstance(shape, MultiPolygon) and not shape.is_empty else None


def same_points(one: BaseGeometry, other: BaseGeometry, within: float = SAME_PLACE_M / 2) -> bool:
    """Whether two geometries have the same points in the same order, to within the rounding of their coordinates."""
    a, b = shapely.get_coordinates(one), shapely.get_coordinates(other)
    return a.shape == b.shape and bool((np.abs(a - b) <= within).all())


def _points(shape: BaseGeometry) -> int:
    """Points without the repeated closing points of rings."""
    closing = int(shapely.get_num_interior_rings(shapely.get_parts(shape)).sum()) + len(shapely.get_parts(shape))
    return int(shapely.count_coordinates(shape)) - (closing if shapely.get_dimensions(shape) == 2 else 0)
