"""Outlines drawn as several lines: which of them close, alone or end to end. Exact: nothing is moved to make it fit."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Loops:
    """Rings that lines make end to end (with the positions of their lines), and the lines that are left over."""

    rings: list[tuple[Floats, tuple[int, ...]]]
    loose: tuple[int, ...]


def joined(lines: Sequence[Floats], tolerance: float) -> Loops:
    """Join lines whose ends meet within `tolerance`, where every end meets exactly one other: then the ring is the only one.

    Where three or more ends meet nobody can say which way the boundary goes, and those lines are left over.

    >>> three = [np.array([[0, 0], [4, 0]]), np.array([[4, 3], [4, 0]]), np.array([[0, 0], [4, 3]])]
    >>> loops = joined(three, 0.001)
    >>> loops.rings[0][0].tolist(), loops.rings[0][1], loops.loose
    ([[0, 0], [4, 0], [4, 3], [0, 0]], (0, 1, 2), ())
    """
    ends = _ends(lines, tolerance)
    meeting: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for line, pair in enumerate(ends):
        for side, node in enumerate(pair):
            meeting[node].append((line, side))
    rings, used = [], set[int]()
    for start in range(len(lines)):
        if start in used:
            continue
        way = _around(start, ends, meeting)
        used |= {line for line, _ in way} if way else set()
        if way:
            rings.append((_ring(lines, way), tuple(line for line, _ in way)))
    return Loops(rings, tuple(line for line in range(len(lines)) if line not in used))


def _ends(lines: Sequence[Floats], tolerance: float) -> list[tuple[int, int]]:
    """For each line the numbers of the nodes at its two ends; ends within the tolerance of each other share one."""
    points = np.array([point for line in lines for point in (line[0], line[-1])], dtype=float).reshape(-1, 2)
    tree = shapely.STRtree(shapely.points(points))
    node = list(range(len(points)))
    left, right = tree.query(shapely.points(points), predicate="dwithin", distance=tolerance)
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        low = min(_top(node, a), _top(node, b))
        node[_top(node, a)] = node[_top(node, b)] = low
    found = [_top(node, i) for i in range(len(points))]
    return list(zip(found[::2], found[1::2], strict=True))


def _top(node: list[int], at: int) -> int:
    while node[at] != at:
        node[at] = node[node[at]]
        at = node[at]
    return at


def _around(
    start: int, ends: list[tuple[int, int]], meeting: dict[int, list[tuple[int, int]]]
) -> list[tuple[int, bool]]:
    """The lines of the ring that begins with `start`, each with whether it is walked backwards; empty where none closes."""
    way = [(start, False)]
    first, at = ends[start]
    while at != first or len(meeting[at]) != 2:
        here = meeting[at]
        if len(here) != 2:
            return []
        line, side = here[0] if here[1][0] == way[-1][0] else here[1]
        if line == way[-1][0]:
            return []
        way.append((line, side == 1))
        at = ends[line][1 - side]
        if len(way) > len(ends):
            return []
    return way


def _ring(lines: Sequence[Floats], way: list[tuple[int, bool]]) -> Floats:
    parts = [lines[line][::-1] if backwards else lines[line] for line, backwards in way]
    ring = np.vstack([parts[0], *(part[1:] for part in parts[1:])])
    ring[-1] = ring[0]
    return ring
