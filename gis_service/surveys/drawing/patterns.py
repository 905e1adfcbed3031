"""What soils and waste look like: real lines clipped to their shape, never `<pattern>`, whose tiles leave seams in print.

Motifs are laid on one grid for the whole sheet, so that neighbouring shapes agree. Waste is purple, whatever it is made of; natural
ground is grey lines on a pale ground. A purple body has its own motif too: colour is never the only sign.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import shapely
from shapely import LineString, MultiLineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from gis_service.surveys.drawing import pen
from gis_service.surveys.words import soil

Bounds = tuple[float, float, float, float]
Motif = Callable[[Bounds, float], Iterable[LineString]]
Dots = tuple[float, float, float, float]
GREY = "#5c646d"
DOT_MM = 0.17


def _count(low: float, high: float, step: float) -> range:
    return range(math.floor(low / step) - 1, math.ceil(high / step) + 2)


def _grid(bounds: Bounds, dx: float, dy: float, right: float = 0.0, down: float = 0.0) -> Iterator[tuple[float, float]]:
    """Points of a grid whose every other row is shifted by half a step; the whole grid shifted by shares of a step."""
    for row in _count(bounds[1], bounds[3], dy):
        for column in _count(bounds[0], bounds[2], dx):
            yield (column + right + row % 2 / 2) * dx, (row + down) * dy


def _level(step: float) -> Motif:
    def drawn(bounds: Bounds, k: float) -> Iterator[LineString]:
        for n in _count(bounds[1], bounds[3], step * k):
            yield LineString([(bounds[0], n * step * k), (bounds[2], n * step * k)])

    return drawn


def _upright(step: float) -> Motif:
    def drawn(bounds: Bounds, k: float) -> Iterator[LineString]:
        for n in _count(bounds[0], bounds[2], step * k):
            yield LineString([(n * step * k, bounds[1]), (n * step * k, bounds[3])])

    return drawn


def _slanted(step: float, *, falling: bool = False) -> Motif:
    """Lines of 45°, `step` apart along the horizontal."""

    def drawn(bounds: Bounds, k: float) -> Iterator[LineString]:
        left, top, right, low = bounds
        if falling:
            for n in _count(left - low, right - top, step * k):
                yield LineString([(n * step * k + top, top), (n * step * k + low, low)])
        else:
            for n in _count(left + top, right + low, step * k):
                yield LineString([(n * step * k - top, top), (n * step * k - low, low)])

    return drawn


def _each(shape: list[list[tuple[float, float]]], dx: float, dy: float) -> Motif:
    """A small figure, given around 0, at every point of a grid."""

    def drawn(bounds: Bounds, k: float) -> Iterator[LineString]:
        for x, y in _grid(bounds, dx * k, dy * k):
            for part in shape:
                yield LineString([(x + a * k, y + b * k) for a, b in part])

    return drawn


def _circle(radius: float) -> list[tuple[float, float]]:
    return [(radius * math.cos(n * math.pi / 8), radius * math.sin(n * math.pi / 8)) for n in range(17)]


def _wave(half: float, high: float) -> list[tuple[float, float]]:
    return [(-half + half * n / 6, high * math.sin(n * math.pi / 6)) for n in range(13)]


_DASH = [[(-0.9, 0.0), (0.9, 0.0)]]
_CROSS = [[(-0.55, 0.0), (0.55, 0.0)], [(0.0, -0.55), (0.0, 0.55)]]
_SALTIRE = [[(-0.6, -0.6), (0.6, 0.6)], [(-0.6, 0.6), (0.6, -0.6)]]
_TRIANGLE = [[(-0.75, 0.6), (0.75, 0.6), (0.0, -0.7), (-0.75, 0.6)]]
_BRICK = [[(-1.2, -0.65), (1.2, -0.65), (1.2, 0.65), (-1.2, 0.65), (-1.2, -0.65)]]


@dataclass(frozen=True)
class Pattern:
    """Motifs of lines, and dots on a grid between them (dx, dy, how many steps right and down)."""

    motifs: tuple[Motif, ...] = ()
    dots: Dots | None = None
    ground: str = pen.PAPER
    colour: str = GREY


def _waste(*motifs: Motif, dots: Dots | None = None) -> Pattern:
    return Pattern(motifs, dots, pen.WASTE_PALE, pen.WASTE)


PATTERNS: dict[str, Pattern] = {
    "diagonal": Pattern((_slanted(2.6),), ground="#faf6ef"),
    "dots_diagonal": Pattern((_slanted(4.2),), (2.1, 1.6, 0.5, 0.5), "#fbf8ea"),
    "dashes": Pattern((_each(_DASH, 3.4, 1.5),), ground="#eef1f3"),
    "dashes_dots": Pattern((_each(_DASH, 4.4, 1.7),), (4.4, 1.7, 0.5, 0.0), "#f1f3f3"),
    "horizontal": Pattern((_level(1.3),), ground="#f5f2ee"),
    "horizontal_dots": Pattern((_level(2.0),), (2.4, 2.0, 0.0, 0.5), "#f7f4ef"),
    "vertical": Pattern((_upright(1.6),), ground="#f8f6f0"),
    "dots": Pattern((), (1.8, 1.2, 0.0, 0.5), "#fdf8e4"),
    "circles": Pattern((_each([_circle(0.6)], 2.4, 1.9),), ground="#faf8f2"),
    "crosses": Pattern((_each(_CROSS, 2.6, 1.9),), ground="#f7efec"),
    "crosses_dots": Pattern((_each(_CROSS, 3.4, 2.4),), (3.4, 2.4, 0.5, 0.0), "#f8f2ee"),
    "solid": Pattern(ground="#c4c9ce"),
    "other": Pattern((_each(_SALTIRE, 6.0, 4.0),), ground=pen.PAPER),
    "waste_cross": _waste(_slanted(2.8), _slanted(2.8, falling=True)),
    "waste_blocks": _waste(_each(_BRICK, 3.4, 1.9)),
    "waste_diagonal": _waste(_slanted(2.2)),
    "waste_waves": _waste(_each([_wave(1.3, 0.35)], 2.6, 1.5)),
    "waste_rings": _waste(_each([_circle(0.75)], 2.6, 2.0)),
    "waste_triangles": _waste(_each(_TRIANGLE, 2.8, 2.0)),
    "waste_other": _waste(_slanted(2.2, falling=True), dots=(2.2, 1.1, 0.0, 0.0)),
}
ZONE = _slanted(1.9)
"""The hatch of waste between holes."""


def pattern_name(name: str, *, is_waste: bool) -> str:
    """The pattern of a written soil name. The log decides whether it is waste: a body of waste is purple under any name.

    >>> pattern_name("吹填砂", is_waste=False), pattern_name("黏土", is_waste=True), pattern_name("天外来物", is_waste=False)
    ('dots_diagonal', 'waste_other', 'other')
    """
    known = soil(name)
    drawn = known.pattern if known else ""
    if drawn.startswith("waste_") == is_waste and drawn in PATTERNS:
        return drawn
    return "waste_other" if is_waste else "other"


def filled(shape: Polygon, name: str, k: float = 1.0) -> str:
    """The shape with its ground and its motif, without an outline; `k` shrinks the motif for narrow shapes."""
    pattern = PATTERNS[name]
    parts = [pen.area(list(shape.exterior.coords)[:-1], pattern.ground)]
    for motif in pattern.motifs:
        parts.append(pen.stroke(hatch(shape, motif, k), pattern.colour, 0.16))
    if pattern.dots:
        parts.append(_dotted(shape, pattern.dots, pattern.colour, k))
    return "".join(parts)


def hatch(shape: Polygon, motif: Motif, k: float = 1.0) -> str:
    """The lines of a motif inside a shape, as the data of one path."""
    if shape.is_empty:
        return ""
    shapely.prepare(shape)
    drawn = [each for each in motif(shape.bounds, k) if shape.intersects(each)]
    inside = shapely.intersection(MultiLineString(drawn), shape) if drawn else shape.boundary.intersection(Point())
    return "".join(pen.path(list(part.coords)) for part in _lines(inside))


def _lines(found: BaseGeometry) -> list[LineString]:
    return [part for part in shapely.get_parts(found) if isinstance(part, LineString) and part.length > 0.05]


def _dotted(shape: Polygon, dots: Dots, colour: str, k: float) -> str:
    """Dots that lie wholly inside."""
    dx, dy, right, down = dots
    inner = shape.buffer(-DOT_MM * 1.2)
    r, double = pen.number(DOT_MM), pen.number(2 * DOT_MM)
    data = "".join(
        f"M{pen.number(x - DOT_MM)} {pen.number(y)}a{r} {r} 0 1 0 {double} 0a{r} {r} 0 1 0 -{double} 0"
        for x, y in _grid(shape.bounds, dx * k, dy * k, right, down)
        if inner.contains(Point(x, y))
    )
    return f'<path d="{data}" fill="{colour}"/>' if data else ""
