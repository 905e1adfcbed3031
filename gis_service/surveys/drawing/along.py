"""Where a point lies along a line: chainage (里程) and offset (偏距). Plane coordinates in metres, x east and y north.

Elementary geometry: each segment's nearest point, then the nearest of them all.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

Point = tuple[float, float]

COMPASS = (
    ("北", "N"), ("东北", "NE"), ("东", "E"), ("东南", "SE"), ("南", "S"), ("西南", "SW"), ("西", "W"), ("西北", "NW"),
)  # fmt: skip
TOGETHER_M = 1e-6
"""Vertices nearer than this are one."""


@dataclass(frozen=True)
class Place:
    """Chainage from the start of the line, and the distance from it: positive to the left of its direction, negative to the right."""

    chainage_m: float
    offset_m: float


@dataclass(frozen=True)
class Line:
    """A polyline of at least two different vertices; made by `line_of`."""

    vertices: tuple[Point, ...]

    @cached_property
    def chainages(self) -> tuple[float, ...]:
        """Chainage of each vertex, from 0 to the length."""
        return tuple(accumulate((math.dist(a, b) for a, b in pairwise(self.vertices)), initial=0.0))

    @property
    def length_m(self) -> float:
        return self.chainages[-1]

    def place(self, point: Point) -> Place:
        """Where the point is projected to. Equally near places: the one of the smaller chainage."""
        start, distance, sign = 0.0, math.inf, 1.0
        for n, (a, b) in enumerate(pairwise(self.vertices)):
            share = _share(point, a, b)
            foot = _between(a, b, share)
            away = math.dist(point, foot)
            if away < distance - TOGETHER_M:
                start = self.chainages[n] + share * (self.chainages[n + 1] - self.chainages[n])
                distance, sign = away, math.copysign(1.0, _cross(point, a, b) + 0.0)
        return Place(min(start, self.length_m), sign * distance if distance else 0.0)

    def at(self, chainage_m: float) -> Point:
        """The point of the line at a chainage; before 0 its start, beyond its length its end."""
        for n, (a, b) in enumerate(pairwise(self.vertices)):
            if chainage_m <= self.chainages[n + 1]:
                span = self.chainages[n + 1] - self.chainages[n]
                return _between(a, b, max(0.0, (chainage_m - self.chainages[n]) / span))
        return self.vertices[-1]

    @property
    def azimuth_deg(self) -> float:
        """Grid azimuth from the first to the last vertex; of a closed line that of its first segment."""
        first, last = self.vertices[0], self.vertices[-1]
        return azimuth_deg(first, last if math.dist(first, last) > TOGETHER_M else self.vertices[1])

    @property
    def bends(self) -> tuple[float, ...]:
        """Chainages where the direction changes by a degree or more."""
        headings = [azimuth_deg(a, b) for a, b in pairwise(self.vertices)]
        turns = (abs((after - before + 180) % 360 - 180) for before, after in pairwise(headings))
        return tuple(at for at, turn in zip(self.chainages[1:-1], turns, strict=True) if turn >= 1)


def line_of(coords: Sequence[Sequence[float]]) -> Line:
    """A line without repeated vertices. Raises `ValueError` for fewer than two different points or for what is no number."""
    kept: list[Point] = []
    for each in coords:
        x, y = float(each[0]), float(each[1])
        if not (math.isfinite(x) and math.isfinite(y)):
            raise ValueError("a vertex is not a number")
        if not kept or math.dist(kept[-1], (x, y)) > TOGETHER_M:
            kept.append((x, y))
    if len(kept) < 2:
        raise ValueError("a line needs two different points")
    return Line(tuple(kept))


def azimuth_deg(start: Point, end: Point) -> float:
    """Degrees clockwise from grid north, 0 ≤ azimuth < 360.

    >>> azimuth_deg((0, 0), (1, 0)), azimuth_deg((0, 0), (-1, 0))
    (90.0, 270.0)
    """
    return math.degrees(math.atan2(end[0] - start[0], end[1] - start[1])) % 360


def compass(degrees: float, lang: str) -> str:
    """The nearest of the eight directions.

    >>> compass(63, "zh"), compass(350, "en")
    ('东北', 'N')
    """
    return COMPASS[round(degrees / 45) % 8][0 if lang == "zh" else 1]


def _share(point: Point, a: Point, b: Point) -> float:
    """How far along a–b the point's foot lies, 0 to 1."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    return min(1.0, max(0.0, ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / (dx * dx + dy * dy)))


def _between(a: Point, b: Point, share: float) -> Point:
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def _cross(point: Point, a: Point, b: Point) -> float:
    """Above 0 where the point lies to the left of a→b."""
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])
