"""Kernel density of dumping events in a metric plane: how dense, with which bandwidth, and how much past events weigh. Pure.

All coordinates are metres in one projected system (EPSG:4547 in the product). Kernel: two-dimensional Gaussian.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

Floats = NDArray[np.float64]
CANDIDATES_M = (150.0, 200.0, 300.0, 400.0, 500.0, 700.0, 1000.0, 1500.0)
"""Bandwidths that are tried: from a block's length to the size of an area (product default)."""

FEWEST, DEFAULT_M = 20, 500.0
"""With fewer events no bandwidth can be chosen by the data; then 500 m holds (product default: the distance of handbook §7.3)."""

MOST = 2_000
"""Of more events every n-th is used to choose the bandwidth: its error falls with their number, its cost grows with the square."""

ROWS = 2_000
"""Places worked on at once, so that memory stays flat."""


def near_and_late(away_m: Floats, ages_days: Floats, bandwidth_m: float, half_life_days: float) -> Floats:
    """What past events weigh by their distance from a piece of land (0 on it) and their age: exp(-d²/2h²) · ½^(age/half-life).

    With a bandwidth of 0 only what lay on the land itself counts; with an endless half-life age does not matter: both together
    count past events. Arrays are broadcast; weights lie between 0 and 1.

    >>> near_and_late(np.array([0.0, 100.0]), np.array([0.0, 365.0]), 100.0, 365.0).round(3).tolist()
    [1.0, 0.303]
    """
    away = np.asarray(away_m, float)
    near = np.exp(away**2 / (-2 * bandwidth_m**2)) if bandwidth_m else (away == 0).astype(float)
    return np.asarray(near * 0.5 ** (np.asarray(ages_days, float) / half_life_days))


def density_km2(events: Floats, places: Floats, bandwidth_m: float) -> Floats:
    """Events per km²; its integral over the plane is the number of events.

    Gaussian kernel density, n·f(x) (Silverman, Density Estimation, 1986, eq. 4.1 with the normal kernel of eq. 4.3).
    """
    if len(events) == 0:
        return np.zeros(len(places))
    parts = [np.exp(cdist(part, events, "sqeuclidean") / (-2 * bandwidth_m**2)).sum(axis=1) for part in _parts(places)]
    return np.concatenate([np.zeros(0), *parts]) / (2 * np.pi * bandwidth_m**2) * 1e6


def bandwidth(events: Floats, candidates: Sequence[float] = CANDIDATES_M) -> tuple[float, str]:
    """The bandwidth in metres under which each event is most likely given all others, and how it was found.

    Leave-one-out likelihood (Silverman 1986, section 3.4.4). An event without a neighbour has a likelihood of almost 0 under a narrow
    kernel, so it is never less than that of one event anywhere in the box of all.
    """
    if len(events) < FEWEST:
        return DEFAULT_M, "default"
    some = events[:: -(-len(events) // MOST)]
    squares = cdist(some, some, "sqeuclidean")
    # one spot told of many times would choose a kernel of no width: what lies on the same spot is one event here
    squares[squares < 1.0] = np.inf
    floor = 1 / max(float(np.prod(np.ptp(events, axis=0))), 1.0)
    return max(candidates, key=lambda h: _likelihood(squares, h, floor)), "likelihood"


def _likelihood(squares: Floats, h: float, floor: float) -> float:
    others = np.exp(squares / (-2 * h**2)).sum(axis=1) / (2 * np.pi * h**2 * (len(squares) - 1))
    return float(np.log(np.maximum(others, floor / len(squares))).sum())


def _parts(places: Floats) -> list[Floats]:
    return [places[at : at + ROWS] for at in range(0, len(places), ROWS)]
