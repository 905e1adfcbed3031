"""How many forged tracks are doubted, and how many genuine ones: a table of what was made against what was found.

    python -m tests.benchmarks.forged_tracks [--seed 20261] [--genuine 600] [--each 120]

Genuine walks are simulated (walker.py) or real ones of other people moved into the district; forgeries are made of them, or of
nothing, with varying skill. Thresholds were chosen with seed 1; the figures are those of seeds not looked at before.
`drawn with drift` is what a forger achieves who knows all this and simulates a receiver: shown, and not counted.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from defusedxml import ElementTree

from gis_service.geo import crs
from gis_service.geo.tracks import doubts, fixes, replay
from gis_service.sample.walker import RIDE_M_S, Floats, Leg, Phone, a_phone, drifting, seen_by, true_places

TRACKS = Path(__file__).parents[3] / "shared" / "data" / "gps_tracks"
ON_FOOT = ("locus_track1", "locus_track2", "cerknicko-jezero", "run", "multitrackgpx")
BY_CAR = "around-visnjan-with-car"
CORNER = (452_500.0, 2_476_500.0)
DAY_S = 86_400.0
MORNING = 1_762_300_800.0
KINDS = ("teleport", "car_speed", "replay", "mock", "clock", "accuracy", "synthetic")


@dataclass
class Walk:
    """A walk as it arrives: rows of (seconds, east, north, accuracy, speed), and what else is told of it."""

    rows: Floats
    targets: list[shapely.Polygon]
    clock_s: float = 0.0
    mock: bool = False
    decimals: int = 7
    earlier: "list[Walk] | None" = None
    how: str = ""


def parts_of(walk: Walk) -> list[fixes.Part]:
    lon, lat = crs.transform_xy(walk.rows[:, 1], walk.rows[:, 2], 4547, 4490)
    ms = np.round(walk.rows[:, 0] * 1000)
    lon, lat = np.round(lon, walk.decimals), np.round(lat, walk.decimals)
    speed = [None if np.isnan(v) else float(v) for v in walk.rows[:, 4]]
    told = [[float(a), float(b), float(t), float(acc), None, v, None]
            for a, b, t, acc, v in zip(lon, lat, ms, walk.rows[:, 3], speed, strict=True)]  # fmt: skip
    return [fixes.Part(told[n : n + 250], mock=walk.mock) for n in range(0, len(told), 250)]


def judged(walk: Walk) -> dict[str, Any]:
    """Doubts about a walk by their code."""
    track = fixes.assemble(parts_of(walk))
    found = doubts.plain(track, walk.targets, clock_offset_s=walk.clock_s)
    earlier = [replay.sketch(fixes.assemble(parts_of(other)), n) for n, other in enumerate(walk.earlier or [])]
    again = replay.replay(replay.sketch(track), earlier)
    return {doubt.code: doubt.facts for doubt in [*found, *([again] if again else [])]}


# --- genuine ----------------------------------------------------------------------------------------------------------


def a_round(rng: np.random.Generator) -> tuple[list[shapely.Polygon], list[Leg]]:
    """Parcels here and there, and the way of somebody who looks at them: along edges or across, driving where it is far."""
    parcels: list[shapely.Polygon] = []
    legs: list[Leg] = []
    here = np.array(CORNER) + rng.uniform(0, 8000, 2)
    for _ in range(int(rng.integers(3, 7))):
        centre = here + rng.normal(0, 1, 2) * rng.choice([200, 500, 1200])
        sides = rng.uniform(50, 180, 2)
        corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * sides / 2 + rng.normal(0, 6, (4, 2))
        turn = rng.uniform(0, np.pi)
        corners = corners @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) + centre
        parcels.append(shapely.Polygon(corners))
        edges = np.roll(corners, -int(rng.integers(0, 4)), axis=0)[: int(rng.integers(2, 5))]
        if rng.random() < 0.3:
            edges = np.array([edges[0], corners.mean(axis=0), edges[-1]])
        far = np.hypot(*(edges[0] - here)) > 350
        if legs or far:
            bend = (here + edges[0]) / 2 + rng.normal(0, 60, 2)
            legs.append(
                Leg(
                    np.array([here, bend, edges[0]]),
                    RIDE_M_S * rng.uniform(0.5, 1.6) if far else 1.25,
                    rng.uniform(10, 60),
                )
            )
        legs.append(Leg(edges, rng.uniform(1.0, 1.5), rng.uniform(20, 150)))
        here = edges[-1]
    return parcels, legs


def with_holes(rng: np.random.Generator, rows: Floats) -> Floats:
    """The screen locks now and then; a wrong radio cell throws a few fixes far off."""
    keep = np.ones(len(rows), dtype=bool)
    for _ in range(int(rng.integers(0, 4))):
        start = int(rng.integers(0, len(rows)))
        keep[start : start + int(rng.uniform(30, 500) / max(np.median(np.diff(rows[:, 0])), 1))] = False
    made = rows.copy()
    if rng.random() < 0.2:
        start = int(rng.integers(1, max(len(made) - 6, 2)))
        made[start : start + int(rng.integers(1, 4)), 1:3] += rng.normal(0, 1, 2) * rng.uniform(60, 1500)
    if rng.random() < 0.2:
        start = int(rng.integers(0, len(made)))
        made[start : start + 60, 3] = rng.uniform(30, 120)
    return made[keep] if keep.sum() > 60 else made


def genuine(rng: np.random.Generator, real: dict[str, Floats]) -> Walk:
    """A walk of today, with those of other days: some along the very same way."""
    if real and rng.random() < 0.3:
        return _moved(rng, real[str(rng.choice([n for n in real if n != BY_CAR]))])
    parcels, legs = a_round(rng)
    day = MORNING + DAY_S * int(rng.integers(60, 90))
    phone = a_phone(rng)
    walk = Walk(with_holes(rng, seen_by(rng, true_places(rng, legs), phone, day + rng.uniform(0, 20_000))), parcels)
    walk.decimals = int(rng.choice([7, 7, 13]))
    walk.clock_s = float(rng.normal(0, 40))
    walk.earlier = [
        _another_day(rng, parcels, legs, day, phone if rng.random() < 0.6 else a_phone(rng)) for _ in range(3)
    ]
    if rng.random() < 0.1:  # two walk together
        both = true_places(rng, legs)
        start = day + rng.uniform(0, 20_000)
        walk.rows = seen_by(rng, both, phone, start)
        walk.earlier.append(
            Walk(seen_by(rng, both + drifting(rng, len(both), 1.0, 30), a_phone(rng), start + 4), parcels)
        )
    return walk


def _another_day(
    rng: np.random.Generator, parcels: list[shapely.Polygon], legs: list[Leg], day: float, phone: Phone
) -> Walk:
    pace = rng.uniform(0.93, 1.07)
    again = [replace(leg, speed=leg.speed * pace, rest_s=leg.rest_s * rng.uniform(0.4, 1.8)) for leg in legs]
    start = day - DAY_S * int(rng.integers(1, 40)) + rng.uniform(0, 20_000)
    return Walk(with_holes(rng, seen_by(rng, true_places(rng, again), phone, start)), parcels)


def _moved(rng: np.random.Generator, rows: Floats) -> Walk:
    """A real walk elsewhere, turned and moved here; between its fixes, which lie far apart, the receiver drifts."""
    turn = rng.uniform(0, 2 * np.pi)
    place = rows[:, 1:] @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    place = place + CORNER + rng.uniform(0, 8000, 2)
    every = int(rng.choice([1, 2, 3, 5]))
    times = np.arange(0, min(rows[-1, 0], 7200.0), every)
    dense = np.column_stack([np.interp(times, rows[:, 0], place[:, axis]) for axis in (0, 1)])
    dense += drifting(rng, len(dense), 1.0, 12 / every) + drifting(
        rng, len(dense), rng.uniform(1.2, 4), rng.uniform(20, 80) / every
    )
    accuracy = np.maximum(5 * np.exp(drifting(rng, len(dense), 0.35, 60)[:, 0]), 2.5)
    start = MORNING + DAY_S * int(rng.integers(60, 90))
    cells = [shapely.Point(p).buffer(60) for p in dense[:: max(len(dense) // 5, 1)]]
    return Walk(np.column_stack((times + start, dense, accuracy, np.full(len(dense), np.nan))), cells, earlier=[])


def real_tracks() -> dict[str, Floats]:
    """Rows of (seconds, east, north) from their beginning, in metres around their first place."""
    found = {}
    for name in (*ON_FOOT, BY_CAR):
        path = TRACKS / f"{name}.gpx"
        if not path.is_file():
            continue
        rows = []
        for point in ElementTree.parse(path).getroot().iter():
            if point.tag.endswith("trkpt"):
                told = next((child.text for child in point if child.tag.endswith("time")), None)
                if told:
                    rows.append(
                        (
                            np.datetime64(told.rstrip("Z")).astype("datetime64[ms]").astype(float) / 1000,
                            float(point.get("lon")),
                            float(point.get("lat")),
                        )
                    )
        table = np.array(sorted(rows))
        table = table[np.append(True, np.diff(table[:, 0]) > 0)]
        jump = np.flatnonzero(np.diff(table[:, 0]) > 600)
        table = table[: jump[0] + 1] if len(jump) else table
        scale = 111_320.0
        east = (table[:, 1] - table[0, 1]) * scale * np.cos(np.radians(table[0, 2]))
        found[name] = np.column_stack((table[:, 0] - table[0, 0], east, (table[:, 2] - table[0, 2]) * scale))
    return {name: rows for name, rows in found.items() if rows[-1, 0] > 300}


# --- forged -----------------------------------------------------------------------------------------------------------


def _plain_genuine(rng: np.random.Generator) -> Walk:
    return genuine(rng, {})


def teleport(rng: np.random.Generator, _real: dict[str, Floats]) -> Walk:
    """Real walking at each parcel, no way between them; the better forger hides the jump in a hole of the track."""
    while True:
        parcels, legs = a_round(rng)
        slow = [leg for leg in legs if leg.speed < 3]
        hops = [np.hypot(*(b.points[0] - a.points[-1])) for a, b in pairwise(slow)]
        if hops and max(hops) > 400:
            break
    clock, pieces, phone = MORNING + rng.uniform(0, 20_000), [], a_phone(rng)
    skill = float(rng.choice([0.0, 0.5, 1.0]))
    for n, leg in enumerate(slow):
        rows = seen_by(rng, true_places(rng, [leg]), phone, clock)
        pieces.append(rows)
        hop = hops[n] if n < len(hops) else 0.0
        fast = {0.0: rng.uniform(150, 2000), 0.5: rng.uniform(80, 150), 1.0: rng.uniform(52, 80)}[skill]
        clock = rows[-1, 0] + max(hop / fast, phone.every_s)
    return Walk(np.concatenate(pieces), parcels, how=f"skill {skill}")


def car_speed(rng: np.random.Generator, real: dict[str, Floats]) -> Walk:
    """Driven past all parcels; the better forger slows down for a moment, or stops at a corner."""
    parcels, legs = a_round(rng)
    skill = int(rng.integers(0, 3))
    made = []
    for leg in legs:
        speed = rng.uniform(28, 60) / 3.6
        rest = rng.uniform(5, 15) if skill == 2 and rng.random() < 0.5 else 0.0
        if skill >= 1 and len(leg.points) > 2:
            made.append(Leg(leg.points[:2], speed))
            made.append(Leg(leg.points[1:], speed * rng.uniform(0.7, 1.0), rest))
        else:
            made.append(Leg(leg.points, speed, rest))
    rows = seen_by(rng, true_places(rng, made), a_phone(rng), MORNING + rng.uniform(0, 20_000))
    if real and rng.random() < 0.15:
        walk = _moved(rng, real[BY_CAR])
        where = walk.rows[:, 1:3]
        gone = np.append(0, np.cumsum(np.hypot(*np.diff(where, axis=0).T)))
        at = [int(np.searchsorted(gone, share * gone[-1])) for share in (0.2, 0.35, 0.5, 0.65, 0.8)]
        walk.targets = [shapely.Point(where[n]).buffer(30) for n in at]  # beside the road, not where it was parked
        return replace(walk, how="real drive")
    return Walk(rows, parcels, how=f"skill {skill}")


def replayed(rng: np.random.Generator, _real: dict[str, Floats]) -> Walk:
    """A walk of an earlier day again, more and more disguised."""
    source = _plain_genuine(rng)
    origin = (
        source.earlier[int(rng.integers(0, len(source.earlier)))] if source.earlier and rng.random() < 0.7 else source
    )
    rows = origin.rows.copy()
    how = []
    skill = int(rng.integers(0, 5))
    if skill >= 1:
        rows[:, 1:3] += rng.normal(0, rng.uniform(0.3, 2.0), (len(rows), 2))
        how.append("blurred")
    if skill >= 2:
        rows[:, 1:3] += rng.normal(0, 10, 2)
        cut = int(len(rows) * rng.uniform(0, 0.3))
        rows = rows[cut:]
        how.append("moved, cut")
    if skill >= 3:
        rows[:, 0] = rows[0, 0] + (rows[:, 0] - rows[0, 0]) * rng.uniform(0.92, 1.08)
        how.append("stretched")
    if skill >= 4:
        at = int(rng.uniform(0.2, 0.8) * len(rows))
        rows[at:, 0] += rng.uniform(60, 600)
        rows[:, 1:3] += drifting(rng, len(rows), 1.0, 30)
        how.append("pause put in, drift added")
    rows[:, 3] = np.maximum(rows[:, 3] + rng.normal(0, 1, len(rows)), 2)
    rows[:, 0] += DAY_S * int(rng.integers(1, 30)) + rng.uniform(-7200, 7200)
    others = [other for other in source.earlier or [] if other is not origin]
    return Walk(rows, source.targets, earlier=[*others, origin], how=", ".join(how) or "as it was")


def mocked(rng: np.random.Generator, _real: dict[str, Floats]) -> Walk:
    return replace(_plain_genuine(rng), mock=True, how="told by the phone")


def clocked(rng: np.random.Generator, _real: dict[str, Floats]) -> Walk:
    off = float(rng.choice([-1, 1]) * rng.choice([330, 900, 3600, DAY_S]) * rng.uniform(1, 2))
    return replace(_plain_genuine(rng), clock_s=off, how="clock off")


def inaccurate(rng: np.random.Generator, _real: dict[str, Floats]) -> Walk:
    walk = _plain_genuine(rng)
    bad = rng.random(len(walk.rows)) < rng.uniform(0.65, 1.0)
    walk.rows[bad, 3] = rng.uniform(55, 1500, int(bad.sum()))
    return replace(walk, how="mostly inaccurate")


def synthetic(rng: np.random.Generator, _real: dict[str, Floats]) -> Walk:
    """Drawn on a map and filled in by a program."""
    parcels, legs = a_round(rng)
    skill = int(rng.integers(0, 5))
    every = int(rng.choice([1, 2, 5]))
    path = np.concatenate([leg.points for leg in legs if leg.speed < 3])
    reach = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))))
    n = int(reach[-1] / 1.3 / every)
    pace = np.full(n, 1.3 * every)
    if skill >= 1:
        pace *= np.clip(rng.normal(1, 0.15, n), 0.3, 2)
    gone = np.minimum(np.cumsum(pace), reach[-1])
    place = np.column_stack([np.interp(gone, reach, path[:, axis]) for axis in (0, 1)])
    accuracy = np.full(n, 5.0)
    decimals = 7
    if skill == 2:
        decimals = 5
    if skill >= 3:
        place += rng.normal(0, rng.uniform(0.4, 4.0), (n, 2))
        accuracy = rng.uniform(3, 12, n)
    if skill == 4:  # rests too
        at = int(rng.uniform(0.2, 0.8) * n)
        still = np.repeat(place[at : at + 1], 60 // every, axis=0) + rng.normal(0, 1, (60 // every, 2))
        place, accuracy = np.insert(place, at, still, axis=0), np.insert(accuracy, at, np.full(len(still), 6.0))
    times = MORNING + rng.uniform(0, 20_000) + np.arange(len(place)) * every
    rows = np.column_stack((times, place, accuracy, np.full(len(place), np.nan)))
    return Walk(rows, parcels, decimals=decimals, earlier=[], how=f"skill {skill}")


def drawn_with_drift(rng: np.random.Generator, real: dict[str, Floats]) -> Walk:
    walk = synthetic(rng, real)
    walk.rows[:, 1:3] += drifting(rng, len(walk.rows), rng.uniform(1.5, 4), 40)
    return replace(walk, decimals=7)


FORGERS: dict[str, Callable[[np.random.Generator, dict[str, Floats]], Walk]] = {
    "teleport": teleport, "car_speed": car_speed, "replay": replayed, "mock": mocked, "clock": clocked,
    "accuracy": inaccurate, "synthetic": synthetic, "drawn with drift": drawn_with_drift,
}  # fmt: skip


def table(
    seed: int, genuine_count: int, each: int, kinds: Collection[str] = ()
) -> tuple[dict[str, Counter[str]], dict[str, int], dict[str, int], list[tuple[str, Walk, dict[str, Any]]]]:
    """By what was made: how often each doubt was raised; how many were caught (forged: the doubt that names it; genuine: any)."""
    real = real_tracks()
    found: dict[str, Counter[str]] = {}
    made: dict[str, int] = {}
    caught: dict[str, int] = {}
    odd = []
    for kind, walk in walks(seed, genuine_count, each, real, kinds or FORGERS):
        doubted = judged(walk)
        found.setdefault(kind, Counter()).update(doubted.keys())
        made[kind] = made.get(kind, 0) + 1
        hit = bool(doubted) if kind in ("genuine", "drawn with drift") else kind in doubted
        caught[kind] = caught.get(kind, 0) + hit
        if hit == (kind == "genuine"):
            odd.append((kind, walk, doubted))
    return found, made, caught, odd


def walks(
    seed: int, genuine_count: int, each: int, real: dict[str, Floats], kinds: Collection[str]
) -> Iterator[tuple[str, Walk]]:
    for n in range(genuine_count):
        yield "genuine", genuine(np.random.default_rng([seed, 0, n]), real)
    for k, (kind, forger) in enumerate(FORGERS.items(), 1):
        for n in range(each if kind in kinds else 0):
            yield kind, forger(np.random.default_rng([seed, k, n]), real)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seed", type=int, default=20261)
    asked.add_argument("--genuine", type=int, default=600)
    asked.add_argument("--each", type=int, default=120)
    asked.add_argument("--odd", action="store_true", help="show those that were judged wrong")
    told = asked.parse_args()
    began = time.perf_counter()
    found, made, caught, odd = table(told.seed, told.genuine, told.each)
    print(f"seed {told.seed}; real tracks: {', '.join(real_tracks()) or 'none'}")
    print(f"{'made':18}{'n':>6}{'doubted':>9}{'%':>7}   " + "".join(f"{kind:>11}" for kind in KINDS))
    for kind, n in made.items():
        row = "".join(f"{found[kind][code]:>11}" for code in KINDS)
        print(f"{kind:18}{n:>6}{caught[kind]:>9}{caught[kind] / n:>7.1%}   {row}")
    counted = [kind for kind in made if kind in KINDS]
    print(f"caught {sum(caught[k] for k in counted) / sum(made[k] for k in counted):.2%}, "
          f"false alarms {caught['genuine'] / made['genuine']:.2%}, {time.perf_counter() - began:.0f} s")  # fmt: skip
    if told.odd:
        for kind, walk, doubted in odd:
            track = fixes.assemble(parts_of(walk))
            print(kind, walk.how, dict(doubted), doubts.regularity(track), f"{len(track)} fixes")


if __name__ == "__main__":
    main()
