"""Arcs of drawings as straight steps that stay within a stated distance of them."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_STEPS = 10_000
"""Straight steps of one arc; an arc of 10 km radius to the centimetre needs some 2 200 for a full turn."""


def steps(radius: float, angle: float, tolerance: float) -> int:
    """How many straight steps keep an arc of that angle (radians) within `tolerance` of the circle.

    >>> steps(10.0, math.pi, 0.01), steps(0.001, math.pi, 0.01)
    (36, 2)
    """
    if radius <= tolerance:
        return max(1, math.ceil(abs(angle) / (math.pi / 2)))
    widest = 2.0 * math.acos(1.0 - tolerance / radius)
    return max(1, min(MOST_STEPS, math.ceil(abs(angle) / widest - 1e-9)))


def bulge(start: tuple[float, float], end: tuple[float, float], value: float, tolerance: float) -> Floats:
    """The points of a bulged edge after `start`, up to and with `end`: on the circle, steps within `tolerance` of it.

    A bulge is the tangent of a quarter of the arc's angle, positive to the left of start → end.

    >>> bulge((0.0, 0.0), (2.0, 0.0), 1.0, 0.3).round(6).tolist()
    [[1.0, -1.0], [2.0, 0.0]]
    """
    (x0, y0), (x1, y1) = start, end
    chord = math.hypot(x1 - x0, y1 - y0)
    if value == 0 or chord == 0 or not math.isfinite(value):
        return np.array([[x1, y1]])
    angle = 4.0 * math.atan(value)
    radius = chord * (1.0 + value * value) / (4.0 * abs(value))
    # the center lies on the bisector of the chord, at a signed distance to the left of start → end
    away = chord * (1.0 - value * value) / (4.0 * value)
    cx = (x0 + x1) / 2.0 - away * (y1 - y0) / chord
    cy = (y0 + y1) / 2.0 + away * (x1 - x0) / chord
    count = steps(radius, angle, tolerance)
    first = math.atan2(y0 - cy, x0 - cx)
    turns = first + angle * np.arange(1, count + 1) / count
    points = np.column_stack([cx + radius * np.cos(turns), cy + radius * np.sin(turns)])
    points[-1] = (x1, y1)
    return points
