"""How many heaps of known volume are found again between two simulated surveys, and how often the interval holds the truth.

    python -m tests.benchmarks.heaps [--scenes 60] [--seed 2026] [--cell 0.5]

A scene is 120 m × 120 m: rolling ground, two surveys with errors that are alike over some metres, grass and weeds that differ between the
dates, heaps of 3 to 150 m³ of several shapes and two pits; the second survey is 5 cm off sideways and 5 cm in height. Thresholds were
chosen on seed 1; the figures to quote are those of other seeds.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from gis_service.geo.elevation.comparing import Change, compare
from gis_service.geo.elevation.difference import difference
from gis_service.geo.elevation.heaps import Heap, heaps
from gis_service.geo.elevation.pairing import Pair
from gis_service.geo.elevation.surface import Grid

Floats = NDArray[np.float64]
SIDE_M, EAST, NORTH = 120.0, 452_000.0, 2_478_000.0
OFF_M = 0.05
LEAST_M3 = 10.0


@dataclass(frozen=True)
class Seeded:
    """A heap (or a pit, of negative height) that was put there: an ellipse in plan, its volume in closed form."""

    shape: str
    east: float
    north: float
    long_m: float
    wide_m: float
    turn: float
    height_m: float

    @property
    def volume_m3(self) -> float:
        """Volume: that of the profile over a disc, ∫ f(r)·2r dr, times the plan and the height."""
        part = {"cone": 1 / 3, "dome": 1 / 2, "bell": 0.5 - 2 / np.pi**2, "flat": (1 + 0.6 + 0.36) / 3}[self.shape]
        return float(np.pi * self.long_m * self.wide_m * part * self.height_m)

    def above(self, east: Floats, north: Floats) -> Floats:
        """Height over the ground, in metres."""
        a, b = east - self.east, north - self.north
        c, s = np.cos(self.turn), np.sin(self.turn)
        r = np.hypot((a * c + b * s) / self.long_m, (b * c - a * s) / self.wide_m)
        profile = {
            "cone": 1 - r, "dome": 1 - r**2, "bell": (1 + np.cos(np.pi * np.minimum(r, 1))) / 2, "flat": np.minimum(1, (1 - r) / 0.4),
        }[self.shape]  # fmt: skip
        return np.asarray(self.height_m * np.where(r < 1, profile, 0.0))

    @property
    def plan(self) -> shapely.Polygon:
        turn = np.linspace(0, 2 * np.pi, 73)[:-1]
        x, y = self.long_m * np.cos(turn), self.wide_m * np.sin(turn)
        c, s = np.cos(self.turn), np.sin(self.turn)
        return shapely.Polygon(np.column_stack((self.east + x * c - y * s, self.north + x * s + y * c)))


@dataclass(frozen=True)
class Scene:
    pair: Pair
    seeded: list[Seeded]
    grass: NDArray[np.bool_]

    def buried_grass(self, seeded: Seeded) -> float:
        """Part of what was put there that lies on grass."""
        return float(
            self.grass[np.abs(seeded.above(*np.meshgrid(self.pair.grid.easts(), self.pair.grid.norths()))) > 0].mean()
        )


@dataclass
class Tally:
    """What came out, over all scenes."""

    true: int = 0
    found_again: int = 0
    reported: int = 0
    right: int = 0
    right_large: int = 0
    covered: list[bool] = field(default_factory=list)
    covered_plan: list[bool] = field(default_factory=list)
    covered_empty: list[bool] = field(default_factory=list)
    error: list[float] = field(default_factory=list)
    width: list[float] = field(default_factory=list)
    missed: list[float] = field(default_factory=list)
    shift_error_m: list[float] = field(default_factory=list)
    unfiltered: Counter[bool] = field(default_factory=Counter)


# --- scenes ----------------------------------------------------------------------------------------------------------


def heaps_of(rng: np.random.Generator, count: int = 12) -> list[Seeded]:
    """Heaps apart from each other by three metres, two of them pits."""
    made: list[Seeded] = []
    while len(made) < count:
        shape = str(rng.choice(["cone", "dome", "bell", "flat"]))
        volume = float(np.exp(rng.uniform(np.log(3), np.log(150))))
        # no side is steeper than loose soil and rubble lie, some 40°
        steep = rng.uniform(0.15, {"cone": 0.8, "dome": 0.4, "bell": 0.5, "flat": 0.32}[shape])
        longer = rng.uniform(1.0, 2.2)
        unit = Seeded(shape, 0, 0, longer, 1.0, 0.0, steep).volume_m3
        size = (volume / unit) ** (1 / 3)
        east, north = rng.uniform(0.1, 0.9, 2) * SIDE_M
        sign = -1 if len(made) >= count - 2 else 1
        heap = Seeded(
            shape, EAST + east, NORTH - north, longer * size, size, rng.uniform(0, np.pi), sign * steep * size
        )
        if all(heap.plan.distance(other.plan) > 3 for other in made):
            made.append(heap)
    return made


def ground(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Waves of ground: (east, north, phase) wave numbers and amplitudes; slopes of some per cent to some tens."""
    length = np.exp(rng.uniform(np.log(25), np.log(250), 10))
    way = rng.uniform(0, 2 * np.pi, 10)
    waves = np.column_stack((np.cos(way) / length, np.sin(way) / length, rng.uniform(0, 1, 10))) * 2 * np.pi
    return waves, length * rng.uniform(0.001, 0.006, 10)


def heights_of(waves: Floats, tall: Floats, east: Floats, north: Floats) -> Floats:
    phases = (a * (east - EAST) + b * (north - NORTH) + c for a, b, c in waves)
    return np.asarray(reduce(np.add, (t * np.sin(p) for t, p in zip(tall, phases, strict=True))) + 20.0)


def alike(rng: np.random.Generator, shape: tuple[int, int], sigma: float, reach_cells: float) -> Floats:
    """Errors of so large a standard deviation that are alike over some cells."""
    made = gaussian_filter(rng.normal(size=shape), reach_cells, mode="wrap")
    return np.asarray(sigma * made / made.std())


def patches(rng: np.random.Generator, grid: Grid, share: float) -> NDArray[np.bool_]:
    field_of = alike(rng, grid.shape, 1.0, 5.0 / grid.cell_m)
    return np.asarray(field_of > np.quantile(field_of, 1 - share))


def _survey(rng: np.random.Generator, grid: Grid, cell_m: float) -> Floats:
    """Errors of one flight: 2 cm of each cell alone, 1.5 cm alike over some metres."""
    return rng.normal(0, 0.02, grid.shape) + alike(rng, grid.shape, 0.015, 2.0 / cell_m)


def _grass(rng: np.random.Generator, grid: Grid, where: NDArray[np.bool_]) -> Floats:
    """Some five centimetres, another each time."""
    return np.where(where, np.abs(rng.normal(0.05, 0.04, grid.shape)), 0.0)


def scene(seed: int, cell_m: float = 0.5) -> Scene:
    rng = np.random.default_rng(seed)
    side = round(SIDE_M / cell_m)
    grid = Grid(4547, EAST, NORTH, cell_m, cell_m, side, side)
    east, north = np.meshgrid(grid.easts(), grid.norths())
    waves, tall = ground(rng)
    seeded = heaps_of(rng)
    way = rng.uniform(0, 2 * np.pi)
    off_east, off_north = OFF_M * np.cos(way), OFF_M * np.sin(way)
    there = east - off_east, north - off_north  # the second survey shows at `east` what truly lies at `there`
    raised = np.asarray(sum(heap.above(*there) for heap in seeded))
    before, after = (
        heights_of(waves, tall, east, north),
        heights_of(waves, tall, *there) + raised + rng.choice([-1, 1]) * OFF_M,
    )
    grass, weeds = patches(rng, grid, 0.2), patches(rng, grid, 0.04)
    before += _survey(rng, grid, cell_m) + _grass(rng, grid, grass)
    after += _survey(rng, grid, cell_m) + _grass(rng, grid, grass & (raised == 0))
    after += np.where(weeds & (raised == 0), rng.lognormal(np.log(0.15), 0.6, grid.shape), 0.0)
    return Scene(Pair(grid, before, after, (), resampled=False), seeded, grass)


# --- judging ---------------------------------------------------------------------------------------------------------


def judge(tally: Tally, made: Scene) -> None:
    change = compare(made.pair)
    everything = heaps(change)
    for heap in everything:
        tally.unfiltered[_hits(heap, made.seeded) != []] += 1
    found = [heap for heap in everything if not heap.vegetation_likely]
    hits = [(heap, _hits(heap, made.seeded)) for heap in found]
    tally.reported += len(found)
    tally.right += sum(bool(which) for _, which in hits)
    tally.right_large += sum(any(abs(s.volume_m3) >= LEAST_M3 for s in which) for _, which in hits)
    for seeded in made.seeded:
        if abs(seeded.volume_m3) < LEAST_M3:
            continue
        mine = [heap for heap, which in hits if seeded in which]
        tally.true += 1
        tally.found_again += bool(mine)
        if not mine:
            tally.missed.append(seeded.volume_m3)
    for heap, which in hits:
        if len(which) == 1 and abs(which[0].volume_m3) >= LEAST_M3:
            _compare(tally, heap, abs(which[0].volume_m3))
    _polygons(tally, change, made)


def _hits(heap: Heap, seeded: list[Seeded]) -> list[Seeded]:
    """What was put there where something of that kind is reported."""
    return [
        s for s in seeded if (s.height_m > 0) == (heap.kind == "heap") and s.plan.buffer(-0.3).intersects(heap.outline)
    ]


def _compare(tally: Tally, heap: Heap, true_m3: float) -> None:
    tally.covered.append(heap.low_m3 <= true_m3 <= heap.high_m3)
    tally.error.append(heap.volume_m3 / true_m3 - 1)
    tally.width.append((heap.high_m3 - heap.low_m3) / true_m3)


def _polygons(tally: Tally, change: Change, made: Scene) -> None:
    """Volumes inside outlines that are known beforehand: around each heap, and where nothing happened."""
    all_plans = shapely.union_all([s.plan for s in made.seeded])
    for s in made.seeded:
        within = s.plan.buffer(1.0)
        if sum(within.intersects(other.plan) for other in made.seeded) == 1:
            tally.covered_plan.append(_holds(change, within, s.volume_m3))
    rng = np.random.default_rng(len(tally.covered_empty))
    for east, north, radius in rng.uniform((20, 20, 2), (SIDE_M - 20, SIDE_M - 20, 12), (12, 3)):
        circle = shapely.Point(EAST + east, NORTH - north).buffer(radius)
        if circle.distance(all_plans) > 1:
            tally.covered_empty.append(_holds(change, circle, 0.0))


def _holds(change: Change, polygon: shapely.Polygon, true_m3: float) -> bool:
    told = difference(change, polygon)
    assert told.net_low_m3 is not None
    assert told.net_high_m3 is not None
    return told.net_low_m3 <= true_m3 <= told.net_high_m3


def scenes(first: int, count: int, cell_m: float) -> Iterator[Scene]:
    return (scene(first * 100_003 + n, cell_m) for n in range(count))


def run(first: int, count: int, cell_m: float = 0.5) -> Tally:
    tally = Tally()
    for made in scenes(first, count, cell_m):
        judge(tally, made)
    return tally


def _share(values: list[bool]) -> str:
    n = len(values)
    return f"{np.mean(values):7.1%}   of {n}, ± {1.96 * np.sqrt(np.mean(values) * (1 - np.mean(values)) / n):.1%}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=60)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--cell", type=float, default=0.5)
    told = parser.parse_args()
    start = time.process_time()
    tally = run(told.seed, told.scenes, told.cell)
    unfiltered = tally.unfiltered
    rows = [
        ("recall, heaps and pits ≥ 10 m³", f"{tally.found_again / tally.true:7.1%}   of {tally.true}"),
        ("precision: something was put there", f"{tally.right / tally.reported:7.1%}   of {tally.reported}"),
        ("precision: of 10 m³ or more", f"{tally.right_large / tally.reported:7.1%}   of {tally.reported}"),
        ("precision, rough ones (vegetation) kept", f"{unfiltered[True] / unfiltered.total():7.1%}   of {unfiltered.total()}"),
        ("90 % interval holds: reported heaps", _share(tally.covered)),
        ("90 % interval holds: outlines given", _share(tally.covered_plan)),
        ("90 % interval holds: nothing happened", _share(tally.covered_empty)),
        ("error of volume, median / NMAD", f"{np.median(tally.error):+7.1%} / {1.4826 * np.median(np.abs(tally.error - np.median(tally.error))):.1%}"),
        ("width of the interval, median", f"{np.median(tally.width):7.1%} of the volume"),
        ("missed", ", ".join(f"{v:.1f}" for v in sorted(tally.missed, key=abs)) + " m³"),
        ("CPU", f"{(time.process_time() - start) / told.scenes:.2f} s a scene"),
    ]  # fmt: skip
    print(f"{told.scenes} scenes, seed {told.seed}, cells of {told.cell} m")
    for name, value in rows:
        print(f"{name:42}{value}")


if __name__ == "__main__":
    main()
