"""What looks implausible about a track, with the figures, so that a person can see why. A doubt never rejects anything.

The thresholds were chosen on simulated walks and on forgeries of them (`tests/benchmarks/forged_tracks.py`), and tried on others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.geo.tracks.coverage import ACCURACY_M, NEAR_M
from gis_service.geo.tracks.fixes import Floats, Track, joined, pieces, steps_m

CLOCK_S = 300.0
TELEPORT_M_S, TELEPORT_M = 40.0, 150.0
"""Nobody gets further than this faster than this in the district: 144 km/h in a straight line."""
CAR_M_S, SLOW_M_S, SLOW_S = 25 / 3.6, 2.8, 20.0
"""Faster than this is a car; whoever was slower than that for so long at a parcel got out and looked."""
DRIVEN_PAST = 0.5
"""Share of the parcels claimed that were only driven past."""
MOSTLY = 0.5
STEP_S, MOVING_M_S = 5.0, (0.4, 7.0)
"""Regularity is looked at in steps of at least this length, while somebody walks."""
PERFECT_M, PERFECT = 0.06, 0.3
"""A fix that lies this near to the line between its neighbours is perfect; phones and people make few."""
WINDOW_S, AVERAGES, WHITE = 60.0, 4, 1.15
"""Noise drawn anew for each fix is averaged away over a quarter of such a window; that of a receiver, which drifts, is not."""
COARSE = 0.9
ENOUGH = 40
"""Steps needed before regularity says anything."""


@dataclass(frozen=True)
class Doubt:
    """`code` is a `FlagCode` of patrols; `facts` are plain numbers and words."""

    code: str
    facts: Mapping[str, Any]


def plain(track: Track, targets: Sequence[BaseGeometry] = (), *, clock_offset_s: float | None = None) -> list[Doubt]:
    """All doubts that need no other track; `targets` are the parcels that the walk claims to have looked at (plane of the track)."""
    found = [
        _mock(track), _clock(clock_offset_s), _accuracy(track), _teleport(track), _car_speed(track, targets), _synthetic(track)
    ]  # fmt: skip
    return [doubt for doubt in found if doubt]


def _mock(track: Track) -> Doubt | None:
    """The phone said itself that its position was given by another app."""
    if not track.mock_parts:
        return None
    return Doubt("mock", {"parts": track.parts, "mock_parts": track.mock_parts})


def _clock(offset_s: float | None) -> Doubt | None:
    if offset_s is None or abs(offset_s) <= CLOCK_S:
        return None
    return Doubt("clock", {"offset_s": round(offset_s), "most_s": round(CLOCK_S)})


def _accuracy(track: Track) -> Doubt | None:
    if not len(track):
        return None
    bad = track.accuracy > ACCURACY_M
    share = float(bad.mean())
    if share <= MOSTLY:
        return None
    told = track.accuracy[np.isfinite(track.accuracy)]
    median = round(float(np.median(told)), 1) if len(told) else None
    return Doubt("accuracy", {"share": round(share, 3), "median_m": median, "most_m": ACCURACY_M, "fixes": len(track)})


def _teleport(track: Track) -> Doubt | None:
    """Jumps that nobody makes, what the accuracy of both ends allows for taken off."""
    if len(track) < 2:
        return None
    exact = np.where(np.isfinite(track.accuracy), track.accuracy, 1e4)
    far = steps_m(track) - exact[:-1] - exact[1:]
    time = np.maximum(np.diff(track.t), 0.5)
    jumps = np.flatnonzero((far > TELEPORT_M) & (far / time > TELEPORT_M_S))
    if not len(jumps):
        return None
    worst = int(jumps[np.argmax(far[jumps])])
    step, took = float(steps_m(track)[worst]), float(np.diff(track.t)[worst])
    facts = {
        "jumps": len(jumps), "distance_m": round(step), "took_s": round(took, 1), "km_h": round(step / max(took, 0.5) * 3.6),
        "at_ms": round(track.t[worst] * 1000), "from": _degrees(track, worst), "to": _degrees(track, worst + 1),
    }  # fmt: skip
    return Doubt("teleport", facts)


def _degrees(track: Track, n: int) -> list[float]:
    return [round(float(track.lon[n]), 6), round(float(track.lat[n]), 6)]


def speeds(track: Track, over_s: float = 10.0) -> Floats:
    """Speed at each fix in m/s: the way between the fixes some seconds before and after, within its piece; NaN where alone."""
    made = np.full(len(track), np.nan)
    for piece in pieces(track):
        t, x, y = track.t[piece], track.x[piece], track.y[piece]
        if len(t) < 2:
            continue
        a = np.interp(t - over_s / 2, t, x), np.interp(t - over_s / 2, t, y), np.maximum(t - over_s / 2, t[0])
        b = np.interp(t + over_s / 2, t, x), np.interp(t + over_s / 2, t, y), np.minimum(t + over_s / 2, t[-1])
        made[piece] = np.hypot(b[0] - a[0], b[1] - a[1]) / np.maximum(b[2] - a[2], 0.5)
    return made


def _car_speed(track: Track, targets: Sequence[BaseGeometry]) -> Doubt | None:
    """Most parcels that the walk claims were only driven past. A drive from one parcel to the next says nothing."""
    good = track.good(ACCURACY_M)
    if len(good) < 2 or not targets:
        return None
    speed = speeds(good)
    weight = _seconds_of(good)
    points = shapely.points(good.x, good.y)
    near_any, driven, near_count, fastest = np.zeros(len(good), dtype=bool), 0, 0, 0.0
    for shape in targets:
        near = (shapely.distance(points, shape) <= NEAR_M) & np.isfinite(speed)
        if not near.any():
            continue
        near_count += 1
        near_any |= near
        slow_s = float(weight[near & (speed < SLOW_M_S)].sum())
        typical = float(np.median(speed[near]))
        if slow_s < SLOW_S and typical > CAR_M_S * 0.8:
            driven, fastest = driven + 1, max(fastest, typical)
    fast_s = float(weight[near_any & (speed > CAR_M_S)].sum())
    if not near_count or driven / near_count < DRIVEN_PAST or fast_s < 10:
        return None
    facts = {
        "parcels": near_count, "driven_past": driven, "share": round(driven / near_count, 3), "km_h": round(fastest * 3.6),
        "fast_s": round(fast_s), "near_s": round(float(weight[near_any].sum())),
    }  # fmt: skip
    return Doubt("car_speed", facts)


def _seconds_of(track: Track) -> Floats:
    """How many seconds each fix stands for: half of each joined step beside it."""
    steps = np.where(joined(track), np.diff(track.t), 0.0)
    weight = np.zeros(len(track))
    weight[:-1] += steps / 2
    weight[1:] += steps / 2
    return weight


def _synthetic(track: Track) -> Doubt | None:
    """Too regular for a person with a receiver: see `regularity` for the figures."""
    figures = regularity(track)
    if figures is None:
        return None
    why = []
    if figures["perfect"] > PERFECT:
        why.append("perfect_lines")
    if figures["whiteness"] is not None and figures["whiteness"] < WHITE:
        why.append("noise_without_drift")
    if figures["coarse"] > COARSE:
        why.append("few_decimals")
    if figures["repeated"] > 0.25:
        why.append("same_places_again")
    return Doubt("synthetic", {"why": why, **figures}) if why else None


def regularity(track: Track) -> dict[str, Any] | None:
    """How regular the moving parts of a track are; None where too little moves.

    perfect: share of fixes that lie within centimetres of the line between their neighbours. whiteness: how much of the wobble around
    straight motion remains when a quarter of a minute is averaged, over what would remain of noise drawn anew for each fix (1: just that).
    coarse: share of fixes with five decimals of a degree or fewer. repeated: share of places met again, exactly, a minute and more
    later. one_accuracy: share of the commonest accuracy.
    """
    bends, ratios = [], []
    for piece in pieces(track):
        t, x, y = _thinned(track.t[piece], track.x[piece], track.y[piece])
        if len(t) < 3:
            continue
        bends.append(_bends(t, x, y))
        ratios.append(_wobbles(track.t[piece], track.x[piece], track.y[piece]))
    bend = np.concatenate(bends) if bends else np.empty(0)
    if len(bend) < ENOUGH:
        return None
    return {
        "steps": len(bend),
        "perfect": round(float((bend < PERFECT_M).mean()), 3),
        "bend_m": round(float(np.median(bend)), 2),
        "whiteness": _whiteness(np.concatenate(ratios)),
        "coarse": round(_coarse(track), 3),
        "repeated": round(_repeated(track), 3),
        "one_accuracy": round(_commonest(track.accuracy), 3),
    }


def _thinned(t: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Fixes at least `STEP_S` apart: chosen, not interpolated, which would make perfect lines."""
    kept, last = [], -np.inf
    for n, moment in enumerate(t.tolist()):
        if moment - last >= STEP_S - 0.25:
            kept.append(n)
            last = moment
    return t[kept], x[kept], y[kept]


def _bends(t: Floats, x: Floats, y: Floats) -> Floats:
    """Metres by which each moving fix lies beside the straight line between its neighbours."""
    ax, ay, bx, by = x[2:] - x[:-2], y[2:] - y[:-2], x[1:-1] - x[:-2], y[1:-1] - y[:-2]
    way = np.hypot(ax, ay)
    speed = way / (t[2:] - t[:-2])
    moving = (speed > MOVING_M_S[0]) & (speed < MOVING_M_S[1])
    bend: Floats = np.abs(ax * by - ay * bx)[moving] / way[moving]
    return bend


def _wobbles(t: Floats, x: Floats, y: Floats) -> Floats:
    """For windows of steady motion, across the direction of motion: (wobble of single fixes, of averages), squared in m², and how many
    fixes an average is of."""
    rows = []
    starts = np.arange(t[0], t[-1] - WINDOW_S + 1e-6, WINDOW_S / 2)
    for low, high in zip(np.searchsorted(t, starts), np.searchsorted(t, starts + WINDOW_S), strict=True):
        size = (high - low) // AVERAGES
        if size < 3:
            continue
        window = slice(low, low + size * AVERAGES)
        row = _wobble(t[window] - t[low], np.column_stack((x[window], y[window])), size)
        if row:
            rows.append(row)
    return np.array(rows, dtype=float).reshape(-1, 3)


def _wobble(t: Floats, place: Floats, size: int) -> tuple[float, float, int] | None:
    along = place[-size:].mean(axis=0) - place[:size].mean(axis=0)
    way = float(np.hypot(*along))
    if t[-1] <= 0 or not MOVING_M_S[0] < way / (t[-1] * (1 - 1 / AVERAGES)) < MOVING_M_S[1]:
        return None
    across = place @ np.array([-along[1], along[0]]) / way
    design = np.column_stack((np.ones(len(t)), t / t[-1]))
    rest = across - design @ np.linalg.lstsq(design, across, rcond=None)[0]
    means = rest.reshape(AVERAGES, size).mean(axis=1)
    return float((np.diff(rest) ** 2).mean() / 2), float((means**2).mean()), size


def _whiteness(wobbles: Floats) -> float | None:
    """What is left at a third of the windows, since those with a corner wobble anyway; None where too few or where nothing wobbles."""
    if len(wobbles) < 4:
        return None
    single, averaged, size = wobbles.T
    if np.median(single) < 0.01:
        return None
    # of white noise, an average of n keeps 1/n of the variance, and fitting two numbers takes two of the averages' freedoms
    expected = single / size * (1 - 2 / AVERAGES)
    return round(float(np.sqrt(np.quantile(averaged / np.maximum(expected, 1e-9), 0.35))), 2)


def _coarse(track: Track) -> float:
    both = np.column_stack((track.lon, track.lat)) * 1e5
    return float((np.abs(both - np.round(both)) < 1e-4).all(axis=1).mean())


def _repeated(track: Track) -> float:
    """Share of the distinct places that are met again, to the seventh decimal, more than a minute later."""
    if len(track) < 2:
        return 0.0
    keys, inverse = np.unique(np.round(np.column_stack((track.lon, track.lat)), 7), axis=0, return_inverse=True)
    inverse = inverse.ravel()
    first = np.full(len(keys), np.inf)
    last = np.full(len(keys), -np.inf)
    np.minimum.at(first, inverse, track.t)
    np.maximum.at(last, inverse, track.t)
    return float(((last - first) > 60).mean())


def _commonest(values: Floats) -> float:
    told = values[np.isfinite(values)]
    if not len(told):
        return 0.0
    _, counts = np.unique(np.round(told, 3), return_counts=True)
    return float(counts.max() / len(values))
