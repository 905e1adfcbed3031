"""Rings: closing them, nesting them into polygons, numbering their points, and saying where one is at fault."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]


def is_closed(ring: Floats) -> bool:
    return len(ring) > 1 and bool((ring[0] == ring[-1]).all())


def closed(ring: Floats) -> Floats:
    """The ring with its first point repeated at the end, once."""
    return ring if is_closed(ring) or not len(ring) else np.vstack([ring, ring[:1]])


def without_repeats(ring: Floats) -> Floats:
    """The ring without points that stand on their predecessor; a closed ring stays closed."""
    if len(ring) < 2:
        return ring
    moved = np.append(True, (np.diff(ring, axis=0) != 0).any(axis=1))
    kept: Floats = ring[moved]
    return kept


def corners(ring: Floats) -> int:
    """How many different points a ring has; fewer than three enclose nothing."""
    return len(set(map(tuple, ring.tolist())))


class Nested(NamedTuple):
    """A polygon by the positions of its rings in the list they came from."""

    shell: int
    holes: tuple[int, ...]


def nest(rings: Sequence[Floats]) -> list[Nested]:
    """Group closed rings into polygons by containment, even-odd: a ring inside one other is its hole, a ring inside
    that hole is a new part. Ring numbers are not trusted (domain 4.1, rule 4).
    """
    shapes = [Polygon(ring) for ring in rings]
    around = _containers(shapes)
    holes: dict[int, list[int]] = {i: [] for i in range(len(rings)) if len(around[i]) % 2 == 0}
    for i, outer in enumerate(around):
        if len(outer) % 2 == 1:
            holes[_parent(around, outer)].append(i)
    return [Nested(shell, tuple(inner)) for shell, inner in holes.items()]


def _parent(around: list[list[int]], outer: list[int]) -> int:
    """The innermost ring around a hole: the one that itself has the most rings around it."""
    return max(outer, key=lambda j: len(around[j]))


def _containers(shapes: Sequence[Polygon]) -> list[list[int]]:
    """For each ring the rings around it: larger (of equal ones: earlier), and holding a point inside it."""
    size = [(-shape.area, i) for i, shape in enumerate(shapes)]
    inner = [_inner_point(shape) for shape in shapes]
    return [
        [j for j, outer in enumerate(shapes) if size[j] < size[i] and shapely.intersects(outer, inner[i])]
        for i in range(len(shapes))
    ]


def _inner_point(shape: Polygon) -> Point:
    """A point inside a ring; a self-crossing ring is mended for this question only."""
    whole = shape if shape.is_valid else shapely.make_valid(shape)
    return whole.representative_point()


def polygons(rings: Sequence[Floats]) -> MultiPolygon:
    """The multipolygon that closed rings draw; it may be invalid, nothing is mended."""
    return MultiPolygon([Polygon(rings[n.shell], [rings[h] for h in n.holes]) for n in nest(rings)])


# --- faults ------------------------------------------------------------------------------------------------------

_REASON = re.compile(r"(?P<reason>[^\[]*)(?:\[(?P<x>\S+) (?P<y>\S+?)\])?")
_CHINESE = {
    "Self-intersection": "边界自相交",
    "Ring Self-intersection": "环自相交(边界在一点相碰)",
    "Hole lies outside shell": "洞在外环之外",
    "Holes are nested": "洞中有洞",
    "Nested shells": "外环套在另一外环之内",
    "Interior is disconnected": "内部被洞隔断",
    "Duplicate Rings": "环重复",
    "Too few points in geometry component": "点数太少，不成面",
    "Invalid Coordinate": "坐标无效",
    "Ring not closed": "环未闭合",
}


@dataclass(frozen=True)
class Fault:
    """Why a geometry is not a proper area, and the place in its own coordinates."""

    zh: str
    en: str
    x: float | None
    y: float | None


def fault(shape: BaseGeometry) -> Fault | None:
    """The first fault of a geometry, or None when it is valid.

    >>> bow_tie = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> fault(bow_tie)
    Fault(zh='边界自相交', en='Self-intersection', x=1.0, y=1.0)
    """
    text = shapely.is_valid_reason(shape)
    if text == "Valid Geometry":
        return None
    match = _REASON.match(text)
    reason = match["reason"].strip() if match else text
    place = (float(match["x"]), float(match["y"])) if match and match["x"] else (None, None)
    return Fault(_CHINESE.get(reason, reason), reason, *place)


# --- boundary points ---------------------------------------------------------------------------------------------


class BoundaryPoint(NamedTuple):
    """One numbered point; part, ring and seq count from 1, ring 1 is the shell."""

    point_no: str
    part_no: int
    ring_no: int
    seq: int
    x: float
    y: float


def numbered(shape: Polygon | MultiPolygon) -> list[BoundaryPoint]:
    """Number the points J1, J2 … of an area: each ring from its north-west corner, shells clockwise and holes counter
    to it, running on through holes and parts (domain 4.1). The closing point is not repeated.
    """
    found: list[BoundaryPoint] = []
    parts = list(shape.geoms) if isinstance(shape, MultiPolygon) else [shape]
    for part_no, part in enumerate(parts, start=1):
        for ring_no, ring in enumerate([part.exterior, *part.interiors], start=1):
            points = _from_north_west(shapely.get_coordinates(ring)[:-1], clockwise=ring_no == 1)
            for seq, (x, y) in enumerate(points.tolist(), start=1):
                found.append(BoundaryPoint(f"J{len(found) + 1}", part_no, ring_no, seq, x, y))
    return found


def _from_north_west(points: Floats, *, clockwise: bool) -> Floats:
    if _is_clockwise(points) != clockwise:
        points = points[::-1]
    corner = np.array([points[:, 0].min(), points[:, 1].max()])
    start = int(np.argmin(np.hypot(*(points - corner).T)))
    rolled: Floats = np.roll(points, -start, axis=0)
    return rolled


def _is_clockwise(points: Floats) -> bool:
    x, y = (points - points.mean(axis=0)).T
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum()) < 0
