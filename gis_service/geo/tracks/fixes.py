"""A track as its fixes in the order of time: read from parts that arrive in any order, cleaned, cut where nothing is known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_service.geo import crs

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

GAP_S, GAP_M = 60.0, 200.0
"""Fixes further apart than this in time or place are never joined (handbook §7.2, `patrols/rules.py`)."""
SPIKE_M_S, SPIKE_M = 15.0, 20.0
"""A fix that is reached and left faster than this and lies further off than this, while its neighbours lie together, is a spike."""
BURST, BURST_S = 6, 60.0
"""So is a handful of fixes in a row within this time, as when a phone takes its place from a wrong radio cell."""
WOBBLE_M = 5.0
"""Movement below this is not length: a phone that lies still wanders."""


@dataclass(frozen=True)
class Part:
    """Fixes as the phone sent them, `[longitude, latitude, ms, accuracy m, altitude m, speed m/s, heading]`, and the gaps it told."""

    fixes: Sequence[Sequence[float | None]]
    gaps: Sequence[Mapping[str, Any]] = ()
    mock: bool = False


@dataclass(frozen=True)
class Dropped:
    """How many fixes do not count: unreadable, of the same moment as another, or thrown far off for a moment; `back` counts steps back in
    time within a part, which are put in order."""

    invalid: int = 0
    twice: int = 0
    spikes: int = 0
    back: int = 0


@dataclass(frozen=True)
class Gap:
    """Time without a track, in seconds since 1970, the metres between its ends (None at either end of the walk), and why."""

    from_s: float
    to_s: float
    distance_m: float | None
    reason: str


@dataclass(frozen=True)
class Track:
    """Fixes in the order of time: seconds since 1970 by the phone's clock, metres in the plane, accuracy in metres (infinite where none was
    told), speed as told in m/s (NaN where none was)."""

    t: Floats
    x: Floats
    y: Floats
    lon: Floats
    lat: Floats
    accuracy: Floats
    speed: Floats
    dropped: Dropped = Dropped()
    told: tuple[Gap, ...] = ()
    parts: int = 0
    mock_parts: int = 0

    def __len__(self) -> int:
        return len(self.t)

    def only(self, keep: Bools) -> "Track":
        """The fixes of a mask."""
        each = (self.t, self.x, self.y, self.lon, self.lat, self.accuracy, self.speed)
        t, x, y, lon, lat, accuracy, speed = (values[keep] for values in each)
        return replace(self, t=t, x=x, y=y, lon=lon, lat=lat, accuracy=accuracy, speed=speed)

    def good(self, accuracy_m: float) -> "Track":
        """The fixes accurate enough to prove anything."""
        return self.only(self.accuracy <= accuracy_m)


def assemble(parts: Iterable[Part], *, metric: int = 4547) -> Track:
    """The track of all parts: the same whatever the order they come in, and however it was cut into parts.

    Places are WGS 84, taken as CGCS2000 (less than a metre apart), in the plane of the EPSG code `metric`.
    """
    parts = list(parts)
    rows = [fix for part in parts for fix in part.fixes]
    table = np.array([_row(fix) for fix in rows], dtype=float).reshape(-1, 5)
    lon, lat, ms = table[:, 0], table[:, 1], table[:, 2]
    usable = np.isfinite(table[:, :3]).all(axis=1) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90) & (ms > 0)
    usable &= (np.abs(lon) > 1e-6) | (np.abs(lat) > 1e-6)  # 0, 0 is what a phone says that knows nothing
    table = table[usable]
    # of one moment, the most accurate; the rest of the key makes the choice the same in any order of arrival
    table = table[np.lexsort((np.nan_to_num(table[:, 4], nan=-1), table[:, 1], table[:, 0], table[:, 3], table[:, 2]))]
    first = np.ones(len(table), dtype=bool)
    first[1:] = np.diff(table[:, 2]) > 0
    invalid, twice = int((~usable).sum()), int((~first).sum())
    table = table[first]
    x, y = crs.transform_xy(table[:, 0], table[:, 1], crs.CGCS2000, metric)
    told = tuple(sorted({_gap(gap) for part in parts for gap in part.gaps}, key=lambda g: (g.from_s, g.to_s, g.reason)))
    whole = Track(
        table[:, 2] / 1000, x, y, table[:, 0], table[:, 1], table[:, 3], table[:, 4],
        told=told, parts=len(parts), mock_parts=sum(part.mock for part in parts),
    )  # fmt: skip
    wild = _spikes(whole)
    dropped = Dropped(invalid, twice, int(wild.sum()), sum(_steps_back(part) for part in parts))
    return replace(whole.only(~wild), dropped=dropped)


def _row(fix: Sequence[float | None]) -> tuple[float, float, float, float, float]:
    lon, lat, ms, accuracy, _altitude, speed = [*fix, *[None] * 6][:6]
    n = np.nan
    return (
        n if lon is None else lon,
        n if lat is None else lat,
        n if ms is None else ms,
        np.inf if accuracy is None or accuracy < 0 or np.isnan(accuracy) else accuracy,
        n if speed is None or speed < 0 else speed,
    )


def _steps_back(part: Part) -> int:
    times = [fix[2] for fix in part.fixes if len(fix) > 2 and fix[2] is not None]
    return sum(b < a for a, b in pairwise(times))


def _gap(told: Mapping[str, Any]) -> Gap:
    return Gap(float(told["from"]) / 1000, float(told["to"]) / 1000, None, str(told.get("reason") or "unknown"))


def _spikes(track: Track) -> Bools:
    """Fixes thrown off for a moment: there and back again at a speed nobody has."""
    wild = np.zeros(len(track), dtype=bool)
    for size in range(1, BURST + 1):
        at = np.flatnonzero(~wild)
        if len(at) < size + 2:
            break
        t, x, y = track.t[at], track.x[at], track.y[at]
        a, b = np.arange(len(at) - size - 1), np.arange(size + 1, len(at))
        first, last = a + 1, b - 1
        out = np.hypot(x[first] - x[a], y[first] - y[a])
        back = np.hypot(x[b] - x[last], y[b] - y[last])
        across = np.hypot(x[b] - x[a], y[b] - y[a])
        fast = (out > SPIKE_M_S * (t[first] - t[a])) & (back > SPIKE_M_S * (t[b] - t[last]))
        far = (np.minimum(out, back) > SPIKE_M) & (across < 0.35 * np.minimum(out, back))
        found = fast & far & (t[b] - t[a] <= BURST_S)
        for start in np.flatnonzero(found):
            wild[at[start + 1 : start + 1 + size]] = True
    return wild


def steps_m(track: Track) -> Floats:
    """Metres between successive fixes."""
    return np.hypot(np.diff(track.x), np.diff(track.y))


def joined(track: Track, *, gap_s: float = GAP_S, gap_m: float = GAP_M) -> Bools:
    """For each pair of successive fixes: whether they are close enough in time and place to be joined."""
    return (np.diff(track.t) <= gap_s) & (steps_m(track) <= gap_m)


def pieces(track: Track) -> list[slice]:
    """The runs of fixes that are joined."""
    if not len(track):
        return []
    cuts = np.flatnonzero(~joined(track)) + 1
    bounds = [0, *cuts.tolist(), len(track)]
    return [slice(a, b) for a, b in pairwise(bounds)]


def length_m(track: Track) -> float:
    """Metres walked: along the pieces, what is not joined left out, and the wandering of a phone that lies still."""
    return float(sum(_length(track.x[piece], track.y[piece]) for piece in pieces(track)))


def _length(x: Floats, y: Floats) -> float:
    """Along the fixes that are `WOBBLE_M` from the one before; the last counts with what is left."""
    total, here = 0.0, (x[0], y[0])
    for there in zip(x[1:].tolist(), y[1:].tolist(), strict=True):
        step = float(np.hypot(there[0] - here[0], there[1] - here[1]))
        if step >= WOBBLE_M:
            total, here = total + step, there
    rest = float(np.hypot(x[-1] - here[0], y[-1] - here[1]))
    return total + (rest if total else 0.0)


def gaps(track: Track, start_s: float | None = None, end_s: float | None = None) -> list[Gap]:
    """Where the track has holes, with the reason the phone told (else `unknown`); the time before the first fix and after the last too."""
    if not len(track):
        whole = start_s is not None and end_s is not None and end_s - start_s > GAP_S
        return [_reasoned(track, float(start_s or 0), float(end_s or 0), None, "no_fix")] if whole else []
    found = []
    if start_s is not None and track.t[0] - start_s > GAP_S:
        found.append(_reasoned(track, start_s, float(track.t[0]), None, "no_fix"))
    steps = steps_m(track)
    for n in np.flatnonzero(~joined(track)):
        found.append(_reasoned(track, float(track.t[n]), float(track.t[n + 1]), float(steps[n]), "unknown"))
    if end_s is not None and end_s - track.t[-1] > GAP_S:
        found.append(_reasoned(track, float(track.t[-1]), end_s, None, "no_fix"))
    return found


def _reasoned(track: Track, from_s: float, to_s: float, distance_m: float | None, otherwise: str) -> Gap:
    """With the reason of the told gap that covers most of it."""
    best, reason = 0.0, otherwise
    for told in track.told:
        shared = min(to_s, told.to_s) - max(from_s, told.from_s)
        if shared > best:
            best, reason = shared, told.reason
    return Gap(from_s, to_s, distance_m, reason)
