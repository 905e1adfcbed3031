"""Signs for points: a circle, or a square, triangle or diamond of the same weight."""

import math

from gis_service.sheets.drawing.items import Circle, Item, Path

SIGNS = {"square": (4, 45.0), "triangle": (3, -90.0), "diamond": (4, 0.0), "triangle-down": (3, 90.0)}
"""Name → corners and the direction of the first."""


def sign(name: str, x: float, y: float, radius: float, *, fill: str, stroke: str, width: float = 0.2) -> Item:
    """A sign around a point; every name that is not in `SIGNS` is a circle."""
    if name not in SIGNS:
        return Circle(x, y, radius, fill=fill, stroke=stroke, width=width)
    count, first = SIGNS[name]
    corners = [math.radians(first + n * 360 / count) for n in range(count)]
    ring = tuple((x + 1.2 * radius * math.cos(a), y + 1.2 * radius * math.sin(a)) for a in corners)
    return Path((ring,), closed=True, fill=fill, stroke=stroke, width=width)
