"""A person with a phone, simulated: walks along lines, stops, drives on, and a receiver that errs as receivers do. Pure.

The error of a receiver drifts (it is the same a few seconds later) and wavers a little on top; the reported accuracy follows it
loosely. Phones differ in how often they tell, how they round, and whether they hold still when nothing moves. Metres and seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WALK_M_S, RIDE_M_S = 1.25, 8.5
BLOCK = 128


@dataclass(frozen=True)
class Leg:
    """A way along points (n × 2, metres) at a typical speed, and a rest at its end."""

    points: Floats
    speed: float = WALK_M_S
    rest_s: float = 0.0


@dataclass(frozen=True)
class Phone:
    """Habits of a phone and its receiver."""

    every_s: int = 1
    drift_m: float = 3.0
    drift_s: float = 45.0
    waver_m: float = 0.3
    holds_still: bool = False
    steady_accuracy: float | None = None
    jitter_ms: int = 0


def a_phone(rng: np.random.Generator) -> Phone:
    """One of the phones there are."""
    return Phone(
        every_s=int(rng.choice([1, 1, 1, 2, 3, 5])), drift_m=float(rng.uniform(1.2, 5.0)), drift_s=float(rng.uniform(20, 90)),
        waver_m=float(rng.uniform(0.05, 0.6)), holds_still=bool(rng.random() < 0.3),
        steady_accuracy=float(rng.choice([4.7, 5.0, 10.0])) if rng.random() < 0.15 else None,
        jitter_ms=int(rng.choice([0, 0, 30, 400])),
    )  # fmt: skip


def drifting(rng: np.random.Generator, n: int, size: float, over: float) -> Floats:
    """n × 2 numbers of the standard deviation `size` that resemble those up to `over` steps before (Gauss–Markov)."""
    keep = np.exp(-1 / max(over, 1e-6))
    push = rng.normal(0, size * np.sqrt(1 - keep**2), (n, 2))
    push[0] = rng.normal(0, size, 2)
    steps = np.arange(min(n, BLOCK))
    lag = steps[:, None] - steps[None, :]
    sums = np.where(lag >= 0, keep ** np.maximum(lag, 0), 0.0)
    made = np.empty((n, 2))
    here = np.zeros(2)
    for start in range(0, n, BLOCK):
        part = push[start : start + BLOCK]
        rows = len(part)
        made[start : start + rows] = sums[:rows, :rows] @ part + keep ** (steps[:rows, None] + 1) * here
        here = made[start + rows - 1]
    return made


def true_places(rng: np.random.Generator, legs: Sequence[Leg]) -> Floats:
    """Where the person really is, each second: n × 2 metres. Speed wanders, feet leave the line by a metre or so."""
    found = []
    for leg in legs:
        found.append(_along(rng, leg))
        if leg.rest_s >= 1:
            found.append(np.repeat(found[-1][-1:], int(leg.rest_s), axis=0) + drifting(rng, int(leg.rest_s), 0.6, 15))
    return np.concatenate(found)


def _along(rng: np.random.Generator, leg: Leg) -> Floats:
    steps = np.hypot(*np.diff(leg.points, axis=0).T)
    reach = np.concatenate(([0.0], np.cumsum(steps)))
    n = int(reach[-1] / leg.speed * 2.5) + 10
    pace = np.maximum(leg.speed * (1 + drifting(rng, n, 0.16, 20)[:, 0]), leg.speed * 0.15)
    if leg.speed < 3:  # a look here, a look there
        pace[_stops(rng, n)] = 0.0
    gone = np.cumsum(pace)
    gone = np.append(gone[gone < reach[-1]], reach[-1])
    line = np.column_stack([np.interp(gone, reach, leg.points[:, axis]) for axis in (0, 1)])
    return line + drifting(rng, len(line), 1.0 if leg.speed < 3 else 0.5, 15)


def _stops(rng: np.random.Generator, n: int) -> NDArray[np.bool_]:
    still = np.zeros(n, dtype=bool)
    for start in np.flatnonzero(rng.random(n) < 1 / 110):
        still[start : start + int(rng.uniform(4, 30))] = True
    return still


def seen_by(rng: np.random.Generator, places: Floats, phone: Phone, start_s: float) -> Floats:
    """The fixes of a phone that is carried along: rows of (seconds, east, north, accuracy m, speed m/s)."""
    n = len(places)
    error = drifting(rng, n, phone.drift_m, phone.drift_s) + rng.normal(0, phone.waver_m, (n, 2))
    told = places + error
    speed = np.hypot(*np.gradient(places, axis=0).T) if n > 1 else np.zeros(n)
    if phone.holds_still:
        for k in range(1, n):
            if speed[k] < 0.2:
                told[k] = told[k - 1]
    accuracy = np.maximum(phone.drift_m * 1.3 * np.exp(drifting(rng, n, 0.35, 60)[:, 0]), 2.5)
    if phone.steady_accuracy:
        accuracy = np.where(accuracy < 12, phone.steady_accuracy, np.round(accuracy / 5) * 5)
    times = start_s + np.arange(n) + (rng.integers(0, phone.jitter_ms + 1, n) / 1000)
    rows: Floats = np.column_stack((times, told, np.round(accuracy, 3), np.round(speed, 2)))
    return rows[:: phone.every_s]
