"""Getis-Ord Gi* over a grid, corrected by the false discovery rate. Pure; esda and scipy.stats are loaded only when asked, since that takes seconds.

Sources: Ord and Getis, "Local spatial autocorrelation statistics", Geographical Analysis 27 (1995), eq. 14; Benjamini and Hochberg (1995);
Caldas de Castro and Singer, Geographical Analysis 38 (2006) for the correction of local statistics.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_service.risk.rules import Grade

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Gathering:
    """Of each cell: z of Gi*, its two-sided p, the same after false discovery rate (q), and events within the neighbourhood."""

    z: Floats
    p: Floats
    q: Floats
    around: NDArray[np.int64]

    def grade(self, n: int, least_events: int) -> Grade:
        """The grade of the n-th cell; with fewer events around it than `least_events` no cell is hot."""
        if self.z[n] < 0:
            return Grade.COLD if self.q[n] <= 0.05 else Grade.PLAIN
        if self.around[n] < least_events:
            return Grade.PLAIN
        hot = ((0.01, Grade.HOT99), (0.05, Grade.HOT95), (0.10, Grade.HOT90))
        return next((grade for most, grade in hot if self.q[n] <= most), Grade.PLAIN)


def gathering(centres: Floats, counts: NDArray[np.int64], neighbour_m: float) -> Gathering:
    """Gi* of counts in cells whose centres are given in metres; neighbours lie within `neighbour_m`, a cell is its own neighbour.

    Where all cells count the same (or there are none) nothing gathers: z 0, p 1.
    """
    if len(counts) < 2 or np.ptp(counts) == 0:
        flat = np.zeros(len(counts))
        return Gathering(flat, flat + 1, flat + 1, np.zeros(len(counts), dtype=np.int64))
    from esda.getisord import G_Local
    from libpysal.weights import DistanceBand
    from scipy.stats import false_discovery_control, norm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cells without neighbours (islands of the study area) are no fault
        near = DistanceBand(centres, threshold=neighbour_m, binary=True, silence_warnings=True)
        z = np.asarray(G_Local(counts.astype(float), near, transform="B", permutations=0, star=True).Zs, dtype=float)
    z = np.nan_to_num(z)
    p = 2 * norm.sf(np.abs(z))
    around = np.array(
        [counts[n] + sum(int(counts[m]) for m in near.neighbors[n] if m != n) for n in range(len(counts))]
    )
    return Gathering(z, p, false_discovery_control(p), around)
