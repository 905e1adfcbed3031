"""How honest the interval is, how far each method is off, and what advice on further holes is worth.

    python -m tests.benchmarks.volumes --sites 500 --seed 2026

500 made-up sites whose volume is known (`waste_sites.py`; nothing of the estimator's model is in them). The priors were chosen on
another seed.
"""

import argparse
import multiprocessing
import os
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gis_service.geo import volumes
from gis_service.geo.volumes.infill import advise
from tests.benchmarks.waste_sites import Site, a_site

SIMULATIONS = 500
INFILL_HOLES = 4


@dataclass(frozen=True)
class Outcome:
    shape: str
    pattern: str
    holes: int
    open_ended: int
    truth_m3: float
    low_m3: float
    best_m3: float
    high_m3: float
    methods: dict[str, float]

    @property
    def inside(self) -> bool:
        return self.low_m3 <= self.truth_m3 <= self.high_m3


def site_of(seed: int, number: int) -> Site:
    return a_site(np.random.default_rng([seed, number]))


def outcome(task: tuple[int, int]) -> Outcome:
    site = site_of(*task)
    told = volumes.estimate(site.holes, site.parcel, options=volumes.Options(simulations=SIMULATIONS, seed=task[1]))
    return Outcome(
        site.shape, site.pattern, len(site.holes), told.open_ended, site.truth_m3, told.low_m3, told.best_m3, told.high_m3, told.volumes_m3
    )  # fmt: skip


def outcomes(seed: int, sites: int, processes: int = 2) -> list[Outcome]:
    tasks = [(seed, number) for number in range(sites)]
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        return pool.map(outcome, tasks, chunksize=4)


def coverage(found: Iterable[Outcome]) -> float:
    return float(np.mean([each.inside for each in found]))


def infill_widths(task: tuple[int, int]) -> dict[str, list[float]]:
    """Width of the interval, as a share of the first, after 0 … `INFILL_HOLES` further holes by each way of choosing them."""
    site = site_of(*task)
    found: dict[str, list[float]] = {}
    for name, choose in WAYS.items():
        rng, holes = np.random.default_rng([*task, 7]), list(site.holes)
        widths: list[float] = []
        for step in range(INFILL_HOLES + 1):
            told, bodies = volumes.with_ensemble(holes, site.parcel, options=volumes.Options(methods=(), seed=task[1]))
            widths.append(told.high_m3 - told.low_m3)
            if step < INFILL_HOLES:
                holes += [
                    replace(hole, name=f"{name}{step}")
                    for hole in site.drilled(rng, np.array([choose(rng, site, holes, bodies, step)]))
                ]
        found[name] = [width / widths[0] for width in widths]
    return found


def by_advice(
    _rng: np.random.Generator, _site: Site, holes: list, bodies: volumes.Ensemble, _step: int
) -> tuple[float, float]:
    (best,) = advise(bodies, 1, taken=[(hole.x_m, hole.y_m) for hole in holes])
    return best.x_m, best.y_m


def at_random(
    rng: np.random.Generator, site: Site, _holes: list, _bodies: volumes.Ensemble, _step: int
) -> tuple[float, float]:
    west, south, east, north = site.parcel.bounds
    while True:
        x, y = rng.uniform(west, east), rng.uniform(south, north)
        if shapely.contains_xy(site.parcel, x, y):
            return float(x), float(y)


def on_a_grid(
    _rng: np.random.Generator, _site: Site, holes: list, bodies: volumes.Ensemble, _step: int
) -> tuple[float, float]:
    """The middle of the largest gap between holes: what a regular grid made denser amounts to."""
    had = np.array([(hole.x_m, hole.y_m) for hole in holes])
    gap = np.hypot(*(bodies.cells.xy[:, None] - had[None]).transpose(2, 0, 1)).min(axis=1)
    x, y = bodies.cells.xy[int(np.argmax(gap))]
    return float(x), float(y)


WAYS: dict[str, Callable] = {"advice": by_advice, "random": at_random, "grid": on_a_grid}


def infill(seed: int, sites: int, processes: int = 2) -> dict[str, np.ndarray]:
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        found = pool.map(infill_widths, [(seed, number) for number in range(sites)], chunksize=2)
    return {name: np.mean([each[name] for each in found], axis=0) for name in WAYS}


def _table(found: list[Outcome]) -> None:
    print(f"{'':14}{'sites':>6}{'holes':>7}{'inside 90 %':>13}{'width/truth':>13}{'|best-truth|':>14}")
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for each in found:
        size = "3-9" if each.holes < 10 else "10-29" if each.holes < 30 else "30+"
        for group in (
            "all",
            each.shape,
            each.pattern,
            f"holes {size}",
            "open ends" if each.open_ended else "no open ends",
        ):
            groups[group].append(each)
    for name, own in sorted(groups.items(), key=lambda pair: (pair[0] != "all", pair[0])):
        width = np.median([(each.high_m3 - each.low_m3) / each.truth_m3 for each in own])
        off = np.median([abs(each.best_m3 / each.truth_m3 - 1) for each in own])
        print(
            f"{name:14}{len(own):6}{np.mean([e.holes for e in own]):7.1f}{coverage(own):13.1%}{width:13.2f}{off:14.1%}"
        )


def _methods(found: list[Outcome]) -> None:
    print(f"\n{'method':14}{'median |error|':>16}{'median error':>14}{'same, no open ends':>20}")
    closed = [each for each in found if not each.open_ended]
    for name in (*volumes.METHODS, "simulation"):
        told = [(each.best_m3 if name == "simulation" else each.methods[name]) / each.truth_m3 - 1 for each in found]
        of_closed = [
            (each.best_m3 if name == "simulation" else each.methods[name]) / each.truth_m3 - 1 for each in closed
        ]
        print(f"{name:14}{np.median(np.abs(told)):16.1%}{np.median(told):+14.1%}{np.median(np.abs(of_closed)):20.1%}")


def _cost(seed: int) -> None:
    site = next(s for s in (site_of(seed, n) for n in range(10_000)) if len(s.holes) == 60)
    print(f"\na site of {len(site.holes)} holes:")
    for count in (500, 1000, 2000):
        begun = time.perf_counter()
        volumes.estimate(site.holes, site.parcel, options=volumes.Options(simulations=count))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"  {count:5} simulations: {time.perf_counter() - begun:6.2f} s, peak of the process {peak:5.0f} MB")


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--sites", type=int, default=500)
    asked.add_argument("--seed", type=int, default=2026)
    asked.add_argument("--infill", type=int, default=40, help="sites on which advice is compared")
    said = asked.parse_args()
    os.nice(5)
    _cost(said.seed)
    found = outcomes(said.seed, said.sites)
    print(f"\n{said.sites} sites, seed {said.seed}, {SIMULATIONS} simulations each")
    _table(found)
    _methods(found)
    if said.infill:
        print(f"\nwidth of the interval after further holes, mean of {said.infill} sites (share of the first)")
        widths = infill(said.seed, said.infill)
        for name, own in widths.items():
            print(f"  {name:8}" + "".join(f"{share:8.3f}" for share in own))
        cut = {name: 1 - own[-1] for name, own in widths.items()}
        print(
            f"  cut by advice: {cut['advice'] / cut['random']:.2f} × random, {cut['advice'] / cut['grid']:.2f} × grid"
        )


if __name__ == "__main__":
    main()
