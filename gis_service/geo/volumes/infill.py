"""Where the next hole would help most: the places whose thickness tells most about the whole volume.

A hole at a place will show a thickness; over the simulated bodies, the variance of the volume that is left once that thickness is
known, averaged over what it may be, is what remains unknown (law of total variance). The place that leaves least is the best. The
volume's mean given the thickness is read by bins of the draws, since with max(0, Z) it is no straight line. Further holes are
chosen one after another: the part of the volume that the earlier ones explain (straight line per bin) is taken out first.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gis_service.geo.volumes.holes import Floats
from gis_service.geo.volumes.simulate import Ensemble

BINS = 12
"""Bins of equal count; at 500 draws about 40 in each."""


@dataclass(frozen=True)
class Advice:
    """A place for a hole, and how much narrower the interval is expected to be with it and those before it (0 to 1)."""

    x_m: float
    y_m: float
    expected_cut: float


def advise(
    bodies: Ensemble, count: int = 3, *, apart_m: float = 5.0, taken: Sequence[tuple[float, float]] = ()
) -> list[Advice]:
    """The best `count` places, each given those before; at least `apart_m` from each other and from holes `taken`."""
    volume = bodies.volume_m3 - bodies.volume_m3.mean()
    begun = float(np.mean(volume**2))
    free = np.ones(len(bodies.cells.xy), dtype=bool)
    for place in taken:
        free &= np.hypot(*(bodies.cells.xy - place).T) >= apart_m
    found: list[Advice] = []
    while len(found) < count and free.any() and begun > 0:
        explained = np.where(free, explained_share(bodies.thickness_m, volume), -1.0)
        best = int(np.argmax(explained))
        volume = volume - _mean_given(bodies.thickness_m[:, best], volume)
        x, y = (float(v) for v in bodies.cells.xy[best])
        left = float(np.mean(volume**2))
        found.append(Advice(x, y, round(1 - math.sqrt(left / begun), 4)))
        free &= np.hypot(*(bodies.cells.xy - (x, y)).T) >= apart_m
    return found


def explained_share(thickness_m: np.ndarray, volume: Floats) -> Floats:
    """For each cell the share of the volume's variance that knowing its thickness explains (draws × cells → cells)."""
    total = float(np.mean(volume**2))
    if total <= 0:
        return np.zeros(thickness_m.shape[1])
    edges = np.linspace(0, len(volume), BINS + 1).round().astype(int)
    order = np.argsort(thickness_m, axis=0, kind="stable")
    by_rank = volume[order]
    shares = sum(by_rank[a:b].mean(axis=0) ** 2 * (b - a) for a, b in pairwise(edges))
    # means of bins of nothing but noise have a variance too: total × bins / draws, taken off
    noise = total * BINS / len(volume)
    explained: Floats = np.clip(shares / len(volume) - noise, 0, None) / total
    return explained


def _mean_given(thickness_m: np.ndarray, volume: Floats) -> Floats:
    """The volume's mean in the bin of each draw."""
    order = np.argsort(thickness_m, kind="stable")
    mean = np.empty_like(volume)
    edges = np.linspace(0, len(volume), BINS + 1).round().astype(int)
    for a, b in pairwise(edges):
        mean[order[a:b]] = volume[order[a:b]].mean()
    return mean
