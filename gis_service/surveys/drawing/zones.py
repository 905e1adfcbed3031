"""Waste between holes, as far as it may be inferred: from hole to hole, half-way to a hole without, open where nobody knows.

The rule is that of the waste outline: positive points, and half-way to the next negative one. A hole without waste that did not reach
natural ground proves nothing: towards it the body stays open. Places are (x, z): x along the drawing, z upwards.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from gis_service.surveys.logs import Log, is_open_ended

Spot = tuple[float, float]


@dataclass(frozen=True)
class Body:
    """A run of waste in one hole: its top and bottom, and whether the hole ended inside it."""

    top: float
    bottom: float
    is_open: bool = False

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Stand:
    """A hole as it stands in the drawing: where, how high the ground, its runs of waste downwards, and whether what it lacks is proven."""

    x: float
    ground: float
    bodies: tuple[Body, ...]
    is_proof: bool = True


@dataclass(frozen=True)
class Zone:
    """An inferred body: its outline, the edges that may be drawn, and where a "?" belongs."""

    ring: tuple[Spot, ...]
    edges: tuple[tuple[Spot, Spot], ...]
    doubts: tuple[Spot, ...]


def bodies_of(log: Log, ground: float) -> tuple[Body, ...]:
    """The waste of a log in runs; layers that touch are one run."""
    runs: list[Body] = []
    for layer in log.layers:
        if not layer.is_waste:
            continue
        is_open = is_open_ended(log) and layer is log.layers[-1]
        top, bottom = ground - float(layer.from_m), ground - float(layer.to_m)
        if runs and abs(runs[-1].bottom - top) < 1e-9:
            runs[-1] = Body(runs[-1].top, bottom, is_open)
        else:
            runs.append(Body(top, bottom, is_open))
    return tuple(runs)


def zones(stands: Sequence[Stand]) -> list[Zone]:
    """The bodies between neighbours, from left to right."""
    return [zone for left, right in pairwise(stands) for zone in _between(left, right)]


def outer_doubts(stands: Sequence[Stand], away: float) -> list[Spot]:
    """Where the outermost holes show waste and nobody has looked further."""
    ends = [(stands[0], -away), (stands[-1], away)] if stands else []
    return [(stand.x + step, body.middle) for stand, step in ends for body in stand.bodies]


def _between(left: Stand, right: Stand) -> Iterator[Zone]:
    pairs = matched(
        [body.middle - left.ground for body in left.bodies], [body.middle - right.ground for body in right.bodies]
    )
    for a, b in pairs:
        yield _joined(left, left.bodies[a], right, right.bodies[b])
    for n, body in enumerate(left.bodies):
        if n not in {a for a, _ in pairs}:
            yield _tapered(left, body, right)
    for n, body in enumerate(right.bodies):
        if n not in {b for _, b in pairs}:
            yield _tapered(right, body, left)


def _joined(left: Stand, a: Body, right: Stand, b: Body) -> Zone:
    """From hole to hole. Where one of them ended in waste the bottom between them is not known."""
    ring = ((left.x, a.top), (right.x, b.top), (right.x, b.bottom), (left.x, a.bottom))
    top = ((left.x, a.top), (right.x, b.top))
    if a.is_open or b.is_open:
        return Zone(ring, (top,), (((left.x + right.x) / 2, (a.bottom + b.bottom) / 2),))
    return Zone(ring, (top, ((left.x, a.bottom), (right.x, b.bottom))), ())


def _tapered(stand: Stand, body: Body, other: Stand) -> Zone:
    """To nothing half-way, at the same depth below ground. Towards a hole that proves nothing: no taper, a "?" half-way."""
    x = (stand.x + other.x) / 2
    z = body.middle + (other.ground - stand.ground) / 2
    if not other.is_proof and not other.bodies:
        return Zone((), (), ((x, z),))
    ring = ((stand.x, body.top), (x, z), (stand.x, body.bottom))
    top = ((stand.x, body.top), (x, z))
    if body.is_open:
        return Zone(ring, (top,), (((stand.x + x) / 2, (body.bottom + z) / 2),))
    return Zone(ring, (top, ((stand.x, body.bottom), (x, z))), ())


def matched(left: Sequence[float], right: Sequence[float]) -> list[tuple[int, int]]:
    """Which run continues which: as many pairs as there can be, in their order, with the least difference of depth altogether.

    >>> matched([-2, -6], [-5.5])
    [(1, 0)]
    """
    if len(left) > len(right):
        return [(b, a) for a, b in matched(right, left)]

    @cache
    def best(n: int, m: int) -> tuple[float, tuple[tuple[int, int], ...]]:
        """The first n of the left against the first m of the right."""
        if n == 0:
            return 0.0, ()
        cost, pairs = best(n - 1, m - 1)
        taken = (cost + abs(left[n - 1] - right[m - 1]), (*pairs, (n - 1, m - 1)))
        return min(taken, best(n, m - 1)) if m > n else taken

    return list(best(len(left), len(right))[1])
