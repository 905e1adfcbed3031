"""Labels that do not overlap: each takes the best free place, in order, and what finds none is said.

Walls are never covered: other labels, signs of points, furniture. Lines may be crossed, at a price. The same input gives the
same places.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from gis_service.sheets.drawing.items import INK, MIDDLE, Group, Item, Path, Text
from gis_service.sheets.drawing.letters import LEADING, width_mm
from gis_service.sheets.mapping.frame import Shape

GAP_MM = 0.35
"""Between two labels at least."""
TAIL = 48
"""So many newly taken places are looked through one by one before the tree is built anew."""
AROUND_STEPS = 16
REACH_MM = (2.5, 5.0, 8.0, 12.0, 17.0, 23.0)
"""How far beside its parcel a label with a leader may stand."""


@dataclass(frozen=True)
class Line:
    said: str
    size: float = 2.6
    bold: bool = False
    fill: str = INK


@dataclass(frozen=True)
class Label:
    """Lines of text around one middle; `turns` where it may stand along the area it names."""

    lines: tuple[Line, ...]
    turns: bool = False

    @property
    def wide(self) -> float:
        return max(width_mm(line.said, line.size, bold=line.bold) for line in self.lines)

    @property
    def high(self) -> float:
        return sum(line.size * LEADING for line in self.lines)

    def box(self, x: float, y: float, turn: float = 0.0) -> Polygon:
        """The place it takes around a middle, turned clockwise on the page."""
        half_w, half_h = self.wide / 2 + GAP_MM, self.high / 2 + GAP_MM / 2
        plain = shapely.box(x - half_w, y - half_h, x + half_w, y + half_h)
        return plain if not turn else _turned(plain, x, y, turn)

    def drawn(self, x: float, y: float, turn: float = 0.0, *, halo: bool = True) -> Group:
        items, top = [], -self.high / 2
        angle = math.radians(turn)
        for line in self.lines:
            down = top + line.size * (LEADING / 2 + MIDDLE)
            items.append(
                Text(x - down * math.sin(angle), y + down * math.cos(angle), line.said, line.size, "middle",
                     line.bold, line.fill, turn, halo)
            )  # fmt: skip
            top += line.size * LEADING
        return Group(self.lines[0].said, tuple(items))


def _turned(shape: Shape, x: float, y: float, turn: float) -> Shape:
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))

    def around(points: np.ndarray) -> np.ndarray:
        dx, dy = points[:, 0] - x, points[:, 1] - y
        return np.column_stack([x + dx * cos - dy * sin, y + dx * sin + dy * cos])

    turned: Shape = shapely.transform(shape, around)
    return turned


@dataclass
class _Forest:
    """Shapes in a tree, the newest beside it until there are enough of them."""

    planted: list[BaseGeometry] = field(default_factory=list)
    tail: list[BaseGeometry] = field(default_factory=list)
    _tree: STRtree | None = None
    _together: NDArray[np.object_] | None = None
    """The tail as one array: asked of all at once."""

    def add(self, shapes: Iterable[BaseGeometry]) -> None:
        self.tail += [shape for shape in shapes if not shape.is_empty]
        if len(self.tail) > TAIL:
            self.planted += self.tail
            self.tail = []
            self._tree = STRtree(self.planted)
        self._together = None

    def _of_tail(self, shape: BaseGeometry) -> NDArray[np.bool_]:
        if self._together is None:
            self._together = np.array(self.tail, dtype=object)
        touching: NDArray[np.bool_] = shapely.intersects(self._together, shape)
        return touching

    def touching(self, shape: BaseGeometry) -> list[BaseGeometry]:
        near = [] if self._tree is None else [self.planted[n] for n in self._tree.query(shape, predicate="intersects")]
        return near + [self.tail[n] for n in np.flatnonzero(self._of_tail(shape))]

    def touches(self, shape: BaseGeometry) -> bool:
        if self.tail and self._of_tail(shape).any():
            return True
        return self._tree is not None and len(self._tree.query(shape, predicate="intersects")) > 0


class Board:
    """What is taken on a map, and the labels that were set. `room` is where labels may stand."""

    def __init__(self, room: Polygon):
        self.room = room
        self.items: list[Item] = []
        self.boxes: list[Polygon] = []
        """Of the labels that were set."""
        self.left_out: list[str] = []
        self._walls, self._lines = _Forest(), _Forest()
        shapely.prepare(room)

    def wall(self, *shapes: BaseGeometry) -> None:
        self._walls.add(shapes)

    def line(self, *shapes: BaseGeometry) -> None:
        self._lines.add(shapes)

    def is_free(self, box: BaseGeometry) -> bool:
        return bool(shapely.contains(self.room, box)) and not self._walls.touches(box)

    def crossed_mm(self, box: BaseGeometry) -> float:
        """How much of the lines a label would cover."""
        near = self._lines.touching(box)
        return float(sum(shapely.length(shapely.intersection(each, box)) for each in near))

    def put(self, label: Label, x: float, y: float, turn: float = 0.0, *, halo: bool = True) -> None:
        box = label.box(x, y, turn)
        self.boxes.append(box)
        self.wall(box)
        self.items.append(label.drawn(x, y, turn, halo=halo))

    def put_best(self, label: Label, places: Iterable[tuple[float, float, float]], *, most_mm: float = 4.0) -> bool:
        """Set the label at the free place that covers least of the lines; the first of equal ones. False if there is none."""
        best: tuple[float, float, float, float] | None = None
        for x, y, turn in places:
            box = label.box(x, y, turn)
            if not self.is_free(box):
                continue
            crossed = self.crossed_mm(box)
            if crossed <= most_mm and (best is None or crossed < best[0] - 0.01):
                best = (crossed, x, y, turn)
            if best is not None and best[0] < 0.01:
                break
        if best is None:
            return False
        self.put(label, *best[1:])
        return True

    # --- areas ------------------------------------------------------------------------------------------------------

    def inside(self, shape: BaseGeometry, forms: Sequence[Label]) -> bool:
        """The first form that fits wholly inside the area, as near to its middle as can be."""
        for part in sorted(shapely.get_parts(shape), key=lambda part: -part.area):
            along = _lengthwise(part)
            for form, turn in [(each, turn) for each in forms for turn in ((0.0, along) if each.turns else (0.0,))]:
                for x, y in _places_inside(part, form, turn):
                    if self.is_free(form.box(x, y, turn)):
                        self.put(form, x, y, turn)
                        return True
        return False

    def beside(self, shape: BaseGeometry, form: Label, others: STRtree | None = None) -> bool:
        """The label beside the area with a line that leads into it, away from other areas if possible."""
        inner = shapely.point_on_surface(shape)
        west, north, east, south = shape.bounds
        best: tuple[float, float, float, LineString] | None = None
        for step, reach in enumerate(REACH_MM):
            for n in range(AROUND_STEPS):
                angle = 2 * math.pi * n / AROUND_STEPS
                x = (west + east) / 2 + math.cos(angle) * ((east - west) / 2 + reach + form.wide / 2)
                y = (north + south) / 2 + math.sin(angle) * ((south - north) / 2 + reach + form.high / 2)
                price = self._price(form, x, y, inner, others)
                if price is not None and (best is None or price[0] + step < best[0]):
                    best = (price[0] + step, x, y, price[1])
            if best is not None and best[0] <= step + 0.01:
                break
        if best is None:
            return False
        _, x, y, leader = best
        self.items.append(Path((tuple((a, b) for a, b in leader.coords),), stroke=INK, width=0.15))
        self.wall(leader)
        self.put(form, x, y)
        return True

    def _price(
        self, form: Label, x: float, y: float, inner: Point, others: STRtree | None
    ) -> tuple[float, LineString] | None:
        """What a place beside would cost, and its leader; None where it is taken."""
        box = form.box(x, y)
        if not self.is_free(box):
            return None
        leader = _leader(box, inner)
        if self._walls.touches(leader):
            return None
        covered = 0.0
        if others is not None:
            for n in others.query(box, predicate="intersects"):
                covered += float(shapely.area(shapely.intersection(others.geometries[n], box))) / box.area
            covered += 0.15 * len(others.query(leader, predicate="intersects"))
        return 8 * covered + 0.2 * self.crossed_mm(box), leader

    def leave_out(self, said: str) -> None:
        self.left_out.append(said)


def _leader(box: Polygon, inner: Point) -> LineString:
    """From the nearest side of a label, its middle, to a point."""
    west, north, east, south = box.bounds
    middles = [((west + east) / 2, north - 0.05), ((west + east) / 2, south + 0.05), (west - 0.05, (north + south) / 2), (east + 0.05, (north + south) / 2)]  # fmt: skip
    start = min(middles, key=lambda place: math.hypot(place[0] - inner.x, place[1] - inner.y))
    return LineString([start, (inner.x, inner.y)])


def _lengthwise(part: BaseGeometry) -> float:
    """The direction of the long side of an area."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(part))
    a, b = corners[1] - corners[0], corners[2] - corners[1]
    long = a if math.hypot(*a) >= math.hypot(*b) else b
    return upright(math.degrees(math.atan2(long[1], long[0])))


def _places_inside(part: BaseGeometry, form: Label, turn: float = 0.0) -> Iterator[tuple[float, float]]:
    """Middles at which the label lies inside, the roomiest and most central first. Looked for with the area turned back, so
    that the label is level."""
    middle = shapely.centroid(part)
    level = _turned(part, middle.x, middle.y, -turn) if turn else part
    west, north, east, south = level.bounds
    if east - west < form.wide or south - north < form.high:
        return
    step = max(0.6, math.sqrt((east - west) * (south - north)) / 28)
    xs = np.arange(west + form.wide / 2, east - form.wide / 2 + step, step)
    ys = np.arange(north + form.high / 2, south - form.high / 2 + step, step)
    x, y = (found.ravel() for found in np.meshgrid(xs, ys))
    half_w, half_h = form.wide / 2 + GAP_MM, form.high / 2 + GAP_MM
    boxes = shapely.box(x - half_w, y - half_h, x + half_w, y + half_h)
    shapely.prepare(level)
    fits = shapely.contains(level, boxes)
    away = np.hypot(x - middle.x, y - middle.y)[fits]
    room = shapely.distance(shapely.boundary(level), boxes[fits])
    order = np.argsort(np.round(away - 2 * np.minimum(room, 1.5), 6), kind="stable")
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    for n in order:
        dx, dy = float(x[fits][n]) - middle.x, float(y[fits][n]) - middle.y
        yield middle.x + dx * cos - dy * sin, middle.y + dx * sin + dy * cos


# --- along lines and around points --------------------------------------------------------------------------------


def upright(turn: float) -> float:
    """The same direction, never upside down.

    >>> upright(170.0), upright(-95.0), upright(30.0)
    (-10.0, 85.0, 30.0)
    """
    return (turn + 90) % 180 - 90


def along(
    a: tuple[float, float], b: tuple[float, float], label: Label, outside: int
) -> Iterator[tuple[float, float, float]]:
    """Places beside an edge and parallel to it: outside first, then inside. `outside` is +1 where that is to the left of a→b
    as it looks on the page."""
    length = math.dist(a, b)
    ux, uy = (b[0] - a[0]) / length, (b[1] - a[1]) / length
    nx, ny = uy * outside, -ux * outside
    turn = upright(math.degrees(math.atan2(uy, ux)))
    slack = max(0.0, length - label.wide - 1) / 2
    off = label.high / 2 + 0.5
    for side in (1, -1):
        for shift in (0.0, 0.35, -0.35, 0.8, -0.8):
            x = (a[0] + b[0]) / 2 + ux * shift * slack + nx * off * side
            y = (a[1] + b[1]) / 2 + uy * shift * slack + ny * off * side
            yield x, y, turn


def around(
    x: float, y: float, label: Label, direction: float = -45.0, *, from_mm: float = 0.6, reach: int = 3
) -> Iterator[tuple[float, float, float]]:
    """Places around a point, the wanted direction (degrees clockwise from east, on the page) first."""
    for step in range(reach):
        for turn in (0, 25, -25, 50, -50, 80, -80, 115, -115, 150, -150, 180):
            angle = math.radians(direction + turn)
            out = from_mm + step * 1.1
            # the label's edge, not its middle, stands at that distance
            dx, dy = math.cos(angle), math.sin(angle)
            half_w, half_h = label.wide / 2 + GAP_MM, label.high / 2 + GAP_MM / 2
            to_edge = min(half_w / max(abs(dx), 1e-9), half_h / max(abs(dy), 1e-9))
            yield x + dx * (out + to_edge), y + dy * (out + to_edge), 0.0
