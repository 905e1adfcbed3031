"""Bodies that could lie there, each true to every hole: conditional simulation on a grid, and the volume of each.

An unconditional field is drawn for cells and holes together (Cholesky) and moved by kriging its difference to the draw of Z
at the holes (Matheron's rule; Chilès & Delfiner 2012, §7.3.1). The nugget is at the holes only: what changes within a metre and errors
of the log average out over a cell.
"""

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from gis_service.geo.volumes import latent
from gis_service.geo.volumes.cells import Cells
from gis_service.geo.volumes.holes import Floats, Readings
from gis_service.geo.volumes.latent import Prior

JITTER = 1e-8
"""On the diagonal of a correlation matrix, so that rounding does not make it indefinite."""


@dataclass(frozen=True)
class Ensemble:
    """Possible bodies: thickness per draw and cell in metres (draws × cells), and the volume of each draw (draws)."""

    cells: Cells
    thickness_m: NDArray[np.float32]
    volume_m3: Floats
    length_m: Floats
    """Correlation length of each draw, in metres."""
    nugget_share: Floats
    spread_m: Floats
    """Standard deviation s of the latent field of each draw, in metres."""
    z_at_holes_m: Floats
    """Latent value at the holes of each draw, in metres (draws × n)."""


def ensemble(
    readings: Readings, cells: Cells, *, unit_m: float, size_m: float, prior: Prior, seed: int, count: int
) -> Ensemble:
    """`count` bodies over the cells given the holes. `unit_m` is the typical thickness, `size_m` the parcel's √area."""
    rng = np.random.default_rng(seed)
    corner = cells.xy.min(axis=0)  # small numbers: the digits then do not depend on where the grid's zero lies
    places, spots = readings.xy - corner, cells.xy - corner
    kinds = prior.kinds(size_m)
    seen = latent.bounds(readings.thickness_m / unit_m, readings.positive, readings.open_ended)
    draws = latent.draw(rng, places, seen, kinds, prior, count)
    z = np.empty((count, len(spots)), dtype=np.float32)
    both = np.vstack([spots, places])
    gap = _distances(both)
    for number in np.unique(draws.kind):
        mine = np.flatnonzero(draws.kind == number)
        z[mine] = _fields(rng, gap, kinds[number], draws.z[mine], draws.s2[mine], prior)
    thickness = np.maximum(z, 0, out=z) * np.float32(unit_m)
    return Ensemble(
        cells,
        thickness,
        thickness.astype(float) @ cells.area_m2,
        np.array([kinds[k].length_m for k in draws.kind]),
        np.array([kinds[k].nugget for k in draws.kind]),
        np.sqrt(draws.s2) * unit_m,
        draws.z * unit_m,
    )


def _distances(xy: Floats) -> Floats:
    return np.hypot(xy[:, None, 0] - xy[None, :, 0], xy[:, None, 1] - xy[None, :, 1])


def _fields(
    rng: np.random.Generator, gap: Floats, kind: latent.Kind, z_holes: Floats, s2: Floats, prior: Prior
) -> Floats:
    """Fields of one kind over the cells, true to Z at the holes (draws × cells)."""
    held = z_holes.shape[1]
    cover = latent.correlation(kind.shape, kind.length_m, gap) + prior.mean_variance
    holes = slice(len(gap) - held, None)
    at_holes = cover[holes, holes] + kind.nugget * np.eye(held)
    weights = scipy.linalg.solve(at_holes, cover[holes, : len(gap) - held], assume_a="pos")
    cover[np.diag_indices_from(cover)] += JITTER
    root = scipy.linalg.cholesky(cover, lower=True, overwrite_a=True, check_finite=False)
    scale = np.sqrt(s2)[:, None]
    free = scale * (rng.standard_normal((len(s2), len(gap))) @ root.T)
    noisy = free[:, holes] + scale * np.sqrt(kind.nugget) * rng.standard_normal((len(s2), held))
    moved: Floats = prior.mean + free[:, : len(gap) - held] + (z_holes - prior.mean - noisy) @ weights
    return moved
