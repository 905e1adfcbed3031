"""What the holes say about the body, as draws: parameters of the field, and values behind what was only bounded.

The model. A latent field Z over the parcel is Gaussian; the thickness is max(0, Z) (Tobit; Chilès & Delfiner 2012, §7;
for the truncated part also Freulon & de Fouquet 1993). A hole that found t > 0 saw Z = t, one that found nothing tells
Z ≤ 0, one that stopped inside waste tells Z ≥ t. So how far the body reaches, and how deep it goes under an open
end, is uncertain in the same way as the thickness between two holes. At holes, Z carries a nugget: what changes within a metre or
two, and the error of the log.

    Z ~ N(m0, s²·(R + k)),  at holes s²·(R + k + nugget·I);   s² ~ inverse gamma(a, b)

R is a correlation of one of several shapes and ranges; k stands for the unknown mean (a constant with variance k·s²). Shape,
range and nugget have a prior on a coarse grid (`Prior.kinds`); s² is integrated out when they are drawn and drawn after.
Everything is in units of the typical thickness, so that the answer scales with it.

Drawn by Gibbs sampling (Geweke 1991 for the truncated normal) in as many chains side by side as draws are wanted, each started
apart and used once, after `Prior.sweeps` sweeps: draws are independent, and time goes with their number.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtri_exp

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Kind(NamedTuple):
    """One kind of field: the shape of its correlation, its length in metres, its nugget as a share of s², its prior weight."""

    shape: str
    length_m: float
    nugget: float
    log_weight: float


@dataclass(frozen=True)
class Prior:
    """What is believed before any hole (chosen on sites whose truth is known, see the decision record)."""

    shapes: tuple[str, ...] = ("exponential", "matern32")
    nearest: float = 0.06
    furthest: float = 0.9
    lengths: int = 7
    """Correlation lengths, evenly in the logarithm between these shares of √area."""
    middle: float = 0.25
    spread: float = 0.8
    """The prior of the length: lognormal around `middle` √area, `spread` in the logarithm."""
    nuggets: tuple[float, ...] = (0.01, 0.05, 0.2)
    mean: float = -0.3
    mean_variance: float = 0.5
    a: float = 2.0
    b: float = 1.1
    sweeps: int = 60

    def kinds(self, size_m: float) -> list[Kind]:
        shares = np.geomspace(self.nearest, self.furthest, self.lengths)
        weight = -0.5 * (np.log(shares / self.middle) / self.spread) ** 2
        return [
            Kind(shape, float(share * size_m), nugget, float(w))
            for shape in self.shapes
            for share, w in zip(shares, weight, strict=True)
            for nugget in self.nuggets
        ]


def correlation(shape: str, length_m: float, distance_m: Floats) -> Floats:
    """Correlation at a distance: 5 % left at about 3 lengths (exponential), 2.7 lengths (Matérn 3/2)."""
    if shape == "exponential":
        fading: Floats = np.exp(-distance_m / length_m)
        return fading
    if shape == "matern32":
        h = np.sqrt(3.0) * distance_m / length_m
        smooth: Floats = (1.0 + h) * np.exp(-h)
        return smooth
    raise ValueError(shape)


@dataclass(frozen=True)
class Bounds:
    """What the holes tell of Z, in units: `known` where it was measured, else between `low` and `high` (n each)."""

    value: Floats
    known: NDArray[np.bool_]
    low: Floats
    high: Floats


def bounds(thickness: Floats, positive: NDArray[np.bool_], open_ended: NDArray[np.bool_]) -> Bounds:
    return Bounds(
        thickness,
        positive & ~open_ended,
        np.where(open_ended, thickness, -np.inf),
        np.where(open_ended, np.inf, 0.0),
    )


@dataclass(frozen=True)
class Draws:
    """Per draw: Z at the holes (draws × n), s² (draws), and which kind of field (draws)."""

    z: Floats
    s2: Floats
    kind: Ints


def between(rng: np.random.Generator, low: Floats, high: Floats) -> Floats:
    """Standard normal draws between bounds of which one is infinite, right also far out in the tail.

    Works in the logarithm of the distribution function; the lower bound is turned to an upper one by symmetry.
    """
    flip = np.isfinite(low)
    top = np.where(flip, -low, high)
    # u in (0, 1]: log of a uniform share of the probability below `top`
    drawn = ndtri_exp(log_ndtr(top) + np.log1p(-rng.random(top.shape)))
    turned: Floats = np.where(flip, -drawn, drawn)
    return turned


def draw(rng: np.random.Generator, xy: Floats, seen: Bounds, kinds: list[Kind], prior: Prior, count: int) -> Draws:
    """`count` independent draws of the field's kind, s² and Z at the holes given what the holes tell (n × 2 places)."""
    size = len(xy)
    gap = np.hypot(xy[:, None, 0] - xy[None, :, 0], xy[:, None, 1] - xy[None, :, 1])
    whiten = np.empty((len(kinds), size, size))
    logdet = np.empty(len(kinds))
    for number, kind in enumerate(kinds):
        cover = correlation(kind.shape, kind.length_m, gap) + prior.mean_variance + kind.nugget * np.eye(size)
        root = np.linalg.cholesky(cover)
        whiten[number] = scipy.linalg.solve_triangular(root, np.eye(size), lower=True)
        logdet[number] = 2.0 * np.log(np.diag(root)).sum()
    precision = np.einsum("kij,kil->kjl", whiten, whiten, optimize=True)
    log_weight = np.array([kind.log_weight for kind in kinds])

    kind_of, s2 = _kind_at_start(rng, log_weight, count), np.full(count, prior.b / prior.a)
    off = _start(rng, seen, count) - prior.mean
    shape = prior.a + size / 2.0
    bounded = np.flatnonzero(~seen.known)
    for _ in range(prior.sweeps):
        for hole in bounded:
            row = precision[kind_of, hole]
            own = row[:, hole]
            center = off[:, hole] - np.einsum("cj,cj->c", row, off) / own
            scale = np.sqrt(s2 / own)
            low, high = ((edge[hole] - prior.mean - center) / scale for edge in (seen.low, seen.high))
            off[:, hole] = center + scale * between(rng, low, high)
        square = _squares(whiten, off)
        kind_of = _pick(rng, log_weight - 0.5 * logdet - shape * np.log(prior.b + 0.5 * square))
        rest = prior.b + 0.5 * square[np.arange(count), kind_of]
        s2 = rest / rng.standard_gamma(shape, count)
    return Draws(off + prior.mean, s2, kind_of)


def _start(rng: np.random.Generator, seen: Bounds, count: int) -> Floats:
    """Chains start apart: somewhere below zero for negative holes, somewhere above what was seen for open ends."""
    away = rng.standard_exponential((count, len(seen.value)))
    z = np.broadcast_to(seen.value, away.shape).copy()
    below, above = ~seen.known & np.isfinite(seen.high), ~seen.known & np.isfinite(seen.low)
    z[:, below] = -away[:, below]
    z[:, above] += 0.5 * away[:, above]
    return z


def _kind_at_start(rng: np.random.Generator, log_weight: Floats, count: int) -> Ints:
    return _pick(rng, np.broadcast_to(log_weight, (count, len(log_weight))))


def _squares(whiten: Floats, off: Floats) -> Floats:
    """The quadratic form of each draw under each kind (draws × kinds)."""
    kinds, size, _ = whiten.shape
    white = (whiten.reshape(kinds * size, size) @ off.T).reshape(kinds, size, -1)
    squared: Floats = np.einsum("kic,kic->ck", white, white)
    return squared


def _pick(rng: np.random.Generator, log_p: Floats) -> Ints:
    """One column per row, with probability ∝ exp(log_p) (rows × columns)."""
    p = np.exp(log_p - log_p.max(axis=1, keepdims=True)).cumsum(axis=1)
    picked: Ints = (p < rng.random((len(p), 1)) * p[:, -1:]).sum(axis=1).astype(np.int64)
    return picked
