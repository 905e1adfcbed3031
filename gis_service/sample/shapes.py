"""Curves of a drawn landscape: roads with rounded bends, natural shores, cut corners. Pure; metres on a plane."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

Points = NDArray[np.float64]
"""Shape (n, 2): easting and northing in metres."""

SAGITTA_M = 0.12
"""An arc becomes chords that leave it by no more than this: about a point every 14 m at a radius of 200 m."""


def points(path: str) -> Points:
    """Read "easting,northing easting,northing …" in metres.

    >>> points("0,0 100,50").tolist()
    [[0.0, 0.0], [100.0, 50.0]]
    """
    return np.array([[float(number) for number in pair.split(",")] for pair in path.split()])


def unit(vector: Points) -> Points:
    """The direction of a vector, length 1."""
    return np.asarray(vector / np.hypot(*vector))


def rounded(path: Points, radius_m: float) -> LineString:
    """A centre line whose bends are arcs of `radius_m`, less where the legs are too short for it."""
    line = [path[0]]
    for before, corner, after in zip(path, path[1:], path[2:], strict=False):
        line.extend(_arc(before, corner, after, radius_m))
    return LineString([*line, path[-1]])


def _arc(before: Points, corner: Points, after: Points, radius_m: float) -> Points:
    """Points of the arc that touches both legs of a bend."""
    into, out = unit(corner - before), unit(after - corner)
    turn = float(np.arctan2(into[0] * out[1] - into[1] * out[0], into @ out))
    if abs(turn) < np.radians(0.5):
        return corner[None, :]
    shortest_leg = min(np.hypot(*(corner - before)), np.hypot(*(after - corner)))
    tangent = min(radius_m * np.tan(abs(turn) / 2), 0.48 * shortest_leg)
    radius = tangent / np.tan(abs(turn) / 2)
    if radius < 1:  # a hairpin has no room for an arc
        return corner[None, :]
    centre = corner - into * tangent + np.sign(turn) * radius * np.array([-into[1], into[0]])
    steps = max(2, int(np.ceil(abs(turn) / (2 * np.arccos(1 - SAGITTA_M / radius)))))
    spoke = corner - into * tangent - centre
    return np.array([centre + _turned(spoke, angle) for angle in np.linspace(0, turn, steps + 1)])


def _turned(vectors: Points, radians: float) -> Points:
    """Vectors turned anticlockwise."""
    cos, sin = np.cos(radians), np.sin(radians)
    return np.asarray(vectors @ np.array([[cos, sin], [-sin, cos]]))


def extended(line: LineString, by_m: float) -> LineString:
    """The line continued straight at both ends."""
    xy = shapely.get_coordinates(line)
    return LineString([xy[0] - unit(xy[1] - xy[0]) * by_m, *xy, xy[-1] + unit(xy[-1] - xy[-2]) * by_m])


def placed(path: Points, origin: tuple[float, float], degrees: float) -> Points:
    """Local metres of a site set down on the map: turned anticlockwise, then moved to `origin`."""
    return np.asarray(_turned(path, np.radians(degrees)) + np.array(origin))


def softened(path: Points, rng: np.random.Generator, rough_m: float, *, closed: bool) -> Points:
    """A natural line through hand-set points: corners worn off three times, then `rough_m` of irregularity."""
    line = path
    for _ in range(3):
        line = _worn(line, closed=closed)
    line = _spaced(line, 16.0, closed=closed)
    noise = rng.normal(0, rough_m, line.shape)
    smooth = (np.roll(noise, 1, 0) + noise + np.roll(noise, -1, 0)) / 3
    if not closed:
        smooth[[0, -1]] = 0
    return np.asarray(line + smooth)


def _worn(line: Points, *, closed: bool) -> Points:
    """One round of Chaikin's corner cutting."""
    ahead = np.roll(line, -1, 0) if closed else line[1:]
    here = line if closed else line[:-1]
    cut = np.stack([0.75 * here + 0.25 * ahead, 0.25 * here + 0.75 * ahead], axis=1).reshape(-1, 2)
    return cut if closed else np.vstack([line[:1], cut, line[-1:]])


def _spaced(line: Points, step_m: float, *, closed: bool) -> Points:
    """The same line with its points about `step_m` apart."""
    course = LineString(np.vstack([line, line[:1]]) if closed else line)
    count = max(4, int(course.length / step_m))
    at = np.linspace(0, course.length, count, endpoint=not closed)
    return np.asarray(shapely.get_coordinates(shapely.line_interpolate_point(course, at)))


def natural_ring(path: Points, rng: np.random.Generator, rough_m: float) -> Polygon:
    """A hill foot, a pond, an old village: a closed natural outline."""
    return _tidy(Polygon(softened(path, rng, rough_m, closed=True)), rough_m)


def natural_band(path: Points, rng: np.random.Generator, width_m: float, rough_m: float) -> Polygon:
    """A river: a band along a natural line whose width breathes by a sixth."""
    middle = softened(path, rng, rough_m, closed=False)
    along = np.gradient(middle, axis=0)
    across = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None]
    phase = np.linspace(0, 0.05 * np.pi * len(middle), len(middle)) + rng.uniform(0, 6)
    half = (width_m / 2 * (1 + np.sin(phase) / 6))[:, None]
    return _tidy(Polygon(np.vstack([middle + across * half, (middle - across * half)[::-1]])), rough_m)


def _tidy(shape: Polygon, rough_m: float) -> Polygon:
    """Fewer points, and valid: the largest part where a line crossed itself."""
    return largest(shapely.make_valid(shape.simplify(max(0.3, rough_m / 3))))


def polygons(shape: BaseGeometry) -> list[Polygon]:
    """The polygons in any geometry."""
    return [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon"]


def largest(shape: BaseGeometry) -> Polygon:
    """The largest polygon in a geometry."""
    return max(polygons(shape), key=lambda part: part.area)


def corners(ring: Points) -> list[Points]:
    """Convex corners of an anticlockwise ring that turn by 35° to 155°."""
    into, out = ring - np.roll(ring, 1, 0), np.roll(ring, -1, 0) - ring
    turn = np.degrees(np.arctan2(into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0], (into * out).sum(1)))
    return list(ring[(turn > 35) & (turn < 155)])


def cut_corner(block: Polygon, corner: Points, cut_m: float, *, arc: bool) -> Polygon:
    """The block without one corner: a straight cut from `cut_m` before to `cut_m` after it, or an arc of five points."""
    ring = shapely.get_coordinates(block.exterior)[:-1]
    here = int(np.argmin(np.hypot(*(ring - corner).T)))
    line = LineString(np.vstack([np.roll(ring, -here, 0), ring[here]]))
    kept = shapely.get_coordinates(substring(line, cut_m, line.length - cut_m))
    bend = _bend(kept[-1], ring[here], kept[0]) if arc else np.empty((0, 2))
    return Polygon(np.vstack([kept, bend]), block.interiors)


def _bend(start: Points, corner: Points, end: Points) -> Points:
    """Inner points of the curve from `start` to `end` that leaves and arrives along the two edges."""
    t = np.array([0.2, 0.4, 0.6, 0.8])[:, None]
    return np.asarray((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end)


def roundness(shape: Polygon) -> float:
    """1 for a circle, 0.79 for a square, under 0.2 for a strip."""
    return float(4 * np.pi * shape.area / shape.length**2)
