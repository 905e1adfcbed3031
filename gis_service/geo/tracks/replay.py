"""Whether a track is an earlier one played again: the same places in the same rhythm, shifted in time, perhaps shifted a little in place,
blurred, cut, or with pauses put in. Walking the same way every day is no replay: people never keep the same rhythm twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np

from gis_service.geo.tracks.doubts import Doubt
from gis_service.geo.tracks.fixes import Floats, Track

EVERY_S = 5.0
"""A sketch knows the place every so many seconds."""
MOVES_M = 60.0
"""A window in which less was walked is no evidence: whoever stands still looks like anybody standing still."""
SHIFT_M = 60.0
"""A replay may be shifted in place by as much."""
FITTING = 0.5
"""Share of the moving windows that must fit, at a few shifts in time."""
DRIVEN = 0.006
"""Of the way in a window, by which it may be off too: at the speed of a car a little stretch of time is many metres."""


@dataclass(frozen=True)
class Pass:
    """Windows of `window_s` every `hop_s` fit when they lie within `fits_m` (root mean square, after the shift in place); `least` of
    them must."""

    window_s: float
    hop_s: float
    fits_m: float
    least: int


PASSES = (Pass(150.0, 50.0, 3.6, 5), Pass(75.0, 25.0, 1.5, 4))
"""Long windows find blurred copies, short ones find exact copies of tracks with many holes."""
TOGETHER_S, TOGETHER_M = timedelta(minutes=10).total_seconds(), 0.8
"""Two people who walk together at the same time fit too: there only an exact copy is doubted."""
STRETCHES = (1.0, *(1 + sign * 0.015 * n for n in range(1, 7) for sign in (-1, 1)))
"""How much faster a replay may be played."""
PROMISING_M, PROMISING = 12.0, 0.3
"""Only where this share of the windows fits as loosely as this are stretches of time tried."""


@dataclass(frozen=True)
class Sketch:
    """A track as its place every few seconds: rows of (seconds since 1970, east m, north m), NaN where it has a gap."""

    key: int
    rows: Floats

    def near(self, other: "Sketch") -> bool:
        """Whether the two share any land."""
        if not len(self.rows) or not len(other.rows):
            return False
        (w, s), (e, n) = _extent(self)
        (w2, s2), (e2, n2) = _extent(other)
        return bool(w <= e2 + SHIFT_M and w2 <= e + SHIFT_M and s <= n2 + SHIFT_M and s2 <= n + SHIFT_M)


def _extent(sketch: Sketch) -> tuple[Floats, Floats]:
    return np.nanmin(sketch.rows[:, 1:], axis=0), np.nanmax(sketch.rows[:, 1:], axis=0)


def sketch(track: Track, key: int = 0) -> Sketch:
    """The sketch of a track; what lies in a gap of more than half a minute is not known."""
    if len(track) < 2:
        return Sketch(key, np.empty((0, 3)))
    times = np.arange(
        track.t[0], track.t[-1] + 1e-6, EVERY_S
    )  # from its own beginning: an exact copy has an exact sketch
    if not len(times):
        return Sketch(key, np.empty((0, 3)))
    after = np.clip(np.searchsorted(track.t, times), 1, len(track) - 1)
    known = track.t[after] - track.t[after - 1] <= 30.0
    x, y = np.interp(times, track.t, track.x), np.interp(times, track.t, track.y)
    return Sketch(key, np.column_stack((times, np.where(known, x, np.nan), np.where(known, y, np.nan))))


def replay(mine: Sketch, earlier: Sequence[Sketch]) -> Doubt | None:
    """The earlier track that this one repeats, if it does, with how well it fits."""
    best: tuple[float, dict[str, Any]] | None = None
    for other in earlier:
        found = _compare(mine, other)
        if found and (best is None or found["share"] > best[0]):
            best = (found["share"], {**found, "patrol_id": other.key})
    return Doubt("replay", best[1]) if best else None


@dataclass(frozen=True)
class _Windows:
    """Moving windows of a track: their first row, their places without their mean, and the metres walked."""

    at: Floats
    places: Floats
    means: Floats
    moved: Floats


def _compare(mine: Sketch, other: Sketch) -> dict[str, Any] | None:
    if not mine.near(other):
        return None
    shift = {"shift_s": round(float(mine.rows[0, 0] - other.rows[0, 0]))}
    if abs(shift["shift_s"]) < TOGETHER_S:
        found = _fit(mine, other, 1.0, replace(PASSES[0], fits_m=TOGETHER_M))[0]
        return {**found, **shift} if found else None
    for each in PASSES:
        for stretch in STRETCHES:
            found, loosely = _fit(mine, other, stretch, each)
            if found:
                return {**found, **shift}
            if loosely < PROMISING:
                break
    return None


def _stretched(sketch: Sketch, stretch: float) -> Floats:
    rows: Floats = sketch.rows[:, 1:]
    if stretch == 1.0:
        return rows
    n = len(rows)
    at = np.arange(0, n - 1, stretch)
    low = at.astype(int)
    part = (at - low)[:, None]
    moved: Floats = rows[low] * (1 - part) + rows[np.minimum(low + 1, n - 1)] * part
    return moved


def _fit(mine: Sketch, other: Sketch, stretch: float, each: Pass) -> tuple[dict[str, Any] | None, float]:
    """What fits, if enough does; and the share of windows that would fit loosely."""
    size, hop = int(each.window_s / EVERY_S), int(each.hop_s / EVERY_S)
    own, theirs = _windows(mine.rows[:, 1:], size, hop), _windows(_stretched(other, stretch), size, 1)
    if len(own.at) < each.least or not len(theirs.at):
        return None, 0.0
    # the mean square of the difference of two centred windows, for all pairs at once
    a, b = own.places, theirs.places
    square = ((a**2).sum(1)[:, None] + (b**2).sum(1)[None, :] - 2 * a @ b.T) / size
    apart = np.hypot(own.means[:, None, 0] - theirs.means[None, :, 0], own.means[:, None, 1] - theirs.means[None, :, 1])
    square[apart > SHIFT_M] = np.inf
    best = square.argmin(axis=1)
    off = np.sqrt(np.maximum(square[np.arange(len(best)), best], 0))
    fits = off <= np.maximum(each.fits_m, DRIVEN * own.moved)
    # a replay keeps its shift in time, but for a few pauses put in
    shifts = own.at[fits] - theirs.at[best[fits]]
    steady = _steady(shifts)
    share, loosely = steady.sum() / len(own.at), float((off <= PROMISING_M).mean())
    if share < FITTING or steady.sum() < each.least:
        return None, loosely
    facts = {
        "share": round(float(share), 3),
        "windows": len(own.at),
        "off_m": round(float(np.median(off[fits][steady])), 2),
        "minutes": round(float(steady.sum() * each.hop_s / 60), 1),
        "stretch": round(stretch, 3),
    }
    return facts, loosely


def _steady(shifts: Floats) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Those windows whose shift in time is that of at least two others, to within a step."""
    counts = (np.abs(shifts[:, None] - shifts[None, :]) <= 1).sum(axis=1)
    steady: np.ndarray[Any, np.dtype[np.bool_]] = counts >= 3
    return steady


def _windows(places: Floats, size: int, hop: int) -> _Windows:
    """Those windows of `size` places, every `hop`, that are known and in which somebody walks."""
    starts = np.arange(0, len(places) - size + 1, hop)
    if not len(starts):
        return _Windows(np.empty(0), np.empty((0, 2 * size)), np.empty((0, 2)), np.empty(0))
    cut = places[starts[:, None] + np.arange(size)[None, :]]
    known = np.isfinite(cut).all(axis=(1, 2))
    moved = np.hypot(*np.moveaxis(np.diff(cut[:, ::3], axis=1), 2, 0)).sum(axis=1)
    spread = np.hypot(np.ptp(cut[:, :, 0], axis=1), np.ptp(cut[:, :, 1], axis=1))
    keep = known & (moved > MOVES_M) & (spread > MOVES_M)
    cut = cut[keep]
    means = cut.mean(axis=1) if len(cut) else np.empty((0, 2))
    centred = cut - means[:, None, :]
    return _Windows(starts[keep].astype(float), centred.reshape(len(cut), 2 * size), means, moved[keep])
