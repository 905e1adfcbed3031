"""Who walks what: land of one cell cut into tasks that one person can do, and given to the person with least to do. Pure.

Coordinates are plane metres (EPSG:4547 or what the deployment measures in).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MOST_PARCELS = 15
"""Parcels of one task at most (product default: half a day)."""

MOST_MINUTES = 240
"""How long one task may take (product default: half a day)."""

CHECK_MIN = 8.0
"""Minutes for the check list and the photos of one parcel (product default)."""

WALKING_M_MIN = 67.0
"""Metres a minute on foot, 4 km/h (product default)."""

ROAD_FACTOR = 1.3
"""The way along roads and paths is longer than the straight line by about this factor (product default, not measured here)."""

SEEN_SHARE = 0.5
"""Of its outline, what is walked of a parcel: from the middle of it both sides are seen (product default)."""

LOYALTY_MIN = 300
"""Land stays with who walked it last, unless that person has so many minutes more to do than the one with least."""


@dataclass(frozen=True)
class Plot:
    """A parcel as a planner sees it."""

    id: int
    x: float
    y: float
    perimeter_m: float = 0.0


def minutes(plots: Sequence[Plot], way_m: float) -> int:
    """How long a round takes: the check of each parcel, along half its outline, and the way between them."""
    walked = sum(plot.perimeter_m for plot in plots) * SEEN_SHARE + way_m * ROAD_FACTOR
    return round(len(plots) * CHECK_MIN + walked / WALKING_M_MIN)


def parts(plots: Sequence[Plot]) -> list[list[Plot]]:
    """The land of one task each: cut in half across its longer side until nobody has too much. The same land gives the same parts.

    >>> [[p.id for p in part] for part in parts([Plot(n, n * 10.0, 0) for n in range(20)])]
    [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]]
    """
    if len(plots) < 2 or (len(plots) <= MOST_PARCELS and minutes(plots, _spread(plots)) <= MOST_MINUTES):
        return [sorted(plots, key=lambda plot: plot.id)] if plots else []
    wide = _extent([plot.x for plot in plots]) >= _extent([plot.y for plot in plots])
    ordered = sorted(plots, key=lambda plot: (plot.x if wide else -plot.y, plot.id))
    half = len(ordered) // 2
    return [*parts(ordered[:half]), *parts(ordered[half:])]


def _spread(plots: Sequence[Plot]) -> float:
    """About the length of a way through all of them: of a tour through n places in an area A, 0.75 √(nA)."""
    sides = (_extent([plot.x for plot in plots]), _extent([plot.y for plot in plots]))
    return float(max(*sides, 0.75 * (len(plots) * sides[0] * sides[1]) ** 0.5))


def _extent(values: Sequence[float]) -> float:
    return max(values) - min(values)


def chosen(eligible: Sequence[int], load: Mapping[int, int], last: int | None) -> int | None:
    """Who gets a task: who walked there last, unless they have too much; else who has least to do, the lower id first.

    >>> chosen([1, 2], {1: 100, 2: 50}, None), chosen([1, 2], {1: 100, 2: 50}, 1), chosen([1, 2], {1: 900, 2: 50}, 1)
    (2, 1, 2)
    """
    if not eligible:
        return None
    least = min(eligible, key=lambda person: (load.get(person, 0), person))
    if last in eligible and last is not None and load.get(last, 0) <= load.get(least, 0) + LOYALTY_MIN:
        return last
    return least
