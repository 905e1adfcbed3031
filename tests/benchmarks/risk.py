"""Back-test of the weight of past events: is where dumping comes next found better than by counting where it came before?

    python -m tests.benchmarks.risk [--cell 500]

Real cases: the city of San José's open data (`../shared/data/dumping`; see the README there), 2,000 cases from 2015-11 to 2022-11, in
UTM 10N. The city is the convex hull of the cases before 2018 enlarged by 500 m, cut into squares. For every month the ranking is made of what
was known before its first day; then the cases of the month are laid over it.

- hit rate: the share of the month's cases in the 10 % of cells that rank highest; cases outside of the hull are never hit; cells that
  tie at the edge count by the share of them that still fits (what a draw among them gives on average);
- PAI = hit rate / share of the area; PEI = hit rate / the best any ranking of the same size could have had (Chainey 2008, Hunt 2016);
- rankings: a draw (random); past cases counted by cell (naive), also of the last 12 months only; past cases by kernel and half-life.

Bandwidth and half-life are chosen by the mean hit rate of 2018 and 2019 alone; months from 2020 on are reported, and were used once.
"""

import argparse
import csv
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from sklearn.linear_model import LogisticRegression

from gis_service.risk.density import near_and_late

Floats = NDArray[np.float64]
CASES = Path(__file__).parents[3] / "shared" / "data" / "dumping" / "san_jose_illegal_dumping.csv"
UTM_10N, SHARE = 32610, 0.10
CHOSEN_ON, REPORTED_ON = ((2018, 1), (2020, 1)), ((2020, 1), (2022, 11))
BANDWIDTHS_M = (0.0, 50.0, 100.0, 150.0, 200.0, 300.0, 500.0, 700.0)
HALF_LIVES_D = (90.0, 180.0, 365.0, 730.0, 1460.0, math.inf)


@dataclass(frozen=True)
class City:
    """Cases (day numbers since 1970), the cell each lies in (-1: outside), and how far each is from each cell (0 inside), in metres."""

    days: Floats
    of_cells: NDArray[np.int64]
    away_m: Floats
    cell_m: float

    @property
    def count(self) -> int:
        """Number of cells."""
        return len(self.away_m)


Ranking = Callable[[City, float], Floats]
"""The score of each cell from what was known before a day."""


def load(path: Path, cell_m: float) -> City:
    """The cases of the file; raises `FileNotFoundError`. DATETIMERECEIVED is the local time in milliseconds."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    days = np.array([float(row["DATETIMERECEIVED"]) / 86_400_000 for row in rows])
    to_plane = Transformer.from_crs(4326, UTM_10N, always_xy=True)
    x, y = to_plane.transform([float(row["LONGITUDE"]) for row in rows], [float(row["LATITUDE"]) for row in rows])
    places = np.column_stack([x, y])
    return laid_out(places, days, cells(places[days < first_of((2018, 1))], cell_m), cell_m)


def laid_out(places: Floats, days: Floats, centres: Floats, cell_m: float) -> City:
    beside = np.maximum(np.abs(centres[:, None, :] - places[None, :, :]) - cell_m / 2, 0.0)
    away_m = np.hypot(beside[..., 0], beside[..., 1])
    nearest = away_m.argmin(axis=0)
    return City(days, np.where(away_m.min(axis=0) == 0, nearest, -1), away_m, cell_m)


def cells(places: Floats, cell_m: float) -> Floats:
    """The centres of the cells in the hull of what was known, enlarged by 500 m."""
    hull = shapely.buffer(shapely.convex_hull(shapely.multipoints(places)), 500)
    west, south, east, north = hull.bounds
    xs = (np.arange(math.floor(west / cell_m), math.ceil(east / cell_m)) + 0.5) * cell_m
    ys = (np.arange(math.floor(south / cell_m), math.ceil(north / cell_m)) + 0.5) * cell_m
    every = np.array(list(product(xs, ys)))
    return every[shapely.contains_xy(hull, every[:, 0], every[:, 1])]


def first_of(month: tuple[int, int]) -> float:
    return datetime(month[0], month[1], 1, tzinfo=UTC).timestamp() / 86_400


def months(since: tuple[int, int], until: tuple[int, int]) -> list[tuple[int, int]]:
    """
    >>> months((2019, 12), (2020, 2))
    [(2019, 12), (2020, 1)]
    """
    return [(n // 12, n % 12 + 1) for n in range(since[0] * 12 + since[1] - 1, until[0] * 12 + until[1] - 1)]


# --- measures -------------------------------------------------------------------------------------------------------


def chances(scores: Floats, share: float = SHARE) -> Floats:
    """Of each cell the chance of being among the highest `share` of cells, ties drawn.

    >>> chances(np.array([3.0, 1.0, 1.0, 0.0]), 0.5).tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    size = round(share * len(scores))
    edge = np.sort(scores)[::-1][size - 1]
    above, tied = scores > edge, scores == edge
    return np.asarray(above + tied * (size - above.sum()) / tied.sum(), dtype=float)


def hit_rate(chance: Floats, of_cells: NDArray[np.int64]) -> float:
    """Share of cases in the chosen cells; -1 stands for outside of the city."""
    return float(np.where(of_cells >= 0, chance[of_cells], 0.0).mean())


def best_rate(of_cells: NDArray[np.int64], count: int, share: float = SHARE) -> float:
    """The highest hit rate that so many cells can have, had one known the month."""
    _, counts = np.unique(of_cells[of_cells >= 0], return_counts=True)
    return float(np.sort(counts)[::-1][: round(share * count)].sum() / len(of_cells))


# --- rankings -------------------------------------------------------------------------------------------------------


def counted(city: City, day: float, last_days: float = math.inf) -> Floats:
    """The naive ranking: cases before the day in each cell."""
    known = (city.days < day) & (city.days >= day - last_days) & (city.of_cells >= 0)
    return np.bincount(city.of_cells[known], minlength=city.count).astype(float)


def weighed(city: City, day: float, bandwidth_m: float, half_life_days: float) -> Floats:
    """The product's: cases before the day by their distance from the cell and their age (`gis_service.risk.rules`)."""
    known = city.days < day
    return near_and_late(city.away_m[:, known], day - city.days[known], bandwidth_m, half_life_days).sum(axis=1)


def rates(city: City, of_months: list[tuple[int, int]], ranking: Ranking) -> list[float]:
    """The hit rate of each month."""
    return [hit_rate(chances(ranking(city, first_of(month))), in_month(city, month)) for month in of_months]


def in_month(city: City, month: tuple[int, int]) -> NDArray[np.int64]:
    """The cell of each case of a month."""
    following = (month[0] + month[1] // 12, month[1] % 12 + 1)
    return city.of_cells[(city.days >= first_of(month)) & (city.days < first_of(following))]


def slope(
    city: City, of_months: list[tuple[int, int]], bandwidth_m: float, half_life_days: float
) -> tuple[float, float]:
    """(β, standard error) of logit P(a case in the cell in the month) = α + β·ln(1 + weight of past cases)."""
    x = np.concatenate([np.log1p(weighed(city, first_of(month), bandwidth_m, half_life_days)) for month in of_months])
    hit = np.concatenate([np.isin(np.arange(city.count), in_month(city, month)) for month in of_months])
    fitted = LogisticRegression(C=np.inf, tol=1e-8).fit(x[:, None], hit)
    chance = fitted.predict_proba(x[:, None])[:, 1]
    design = np.column_stack([np.ones_like(x), x])
    variance = np.linalg.inv((design * (chance * (1 - chance))[:, None]).T @ design)
    return float(fitted.coef_[0, 0]), float(np.sqrt(variance[1, 1]))


# --- the report -----------------------------------------------------------------------------------------------------


def choose(city: City) -> list[tuple[float, float, float]]:
    """(mean hit rate, bandwidth, half-life) on the early months, the best first."""
    early = months(*CHOSEN_ON)
    tried = [
        (float(np.mean(rates(city, early, lambda c, d, h=h, t=t: weighed(c, d, h, t)))), h, t)  # type: ignore[misc]
        for h, t in product(BANDWIDTHS_M, HALF_LIVES_D)
    ]
    return sorted(tried, key=lambda each: (-each[0], each[1], each[2]))


def versus(ours: list[float], theirs: list[float]) -> tuple[int, int, int]:
    """Months won, lost, tied."""
    difference = np.round(np.array(ours) - np.array(theirs), 9)
    return int((difference > 0).sum()), int((difference < 0).sum()), int((difference == 0).sum())


def interval(ours: list[float], theirs: list[float], seed: int = 2026) -> tuple[float, float]:
    """95 % bootstrap interval of the mean difference of the months."""
    difference = np.array(ours) - np.array(theirs)
    drawn = np.random.default_rng(seed).choice(difference, (10_000, len(difference))).mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cell", type=float, default=500.0, help="side of a cell in metres")
    told = parser.parse_args()
    if not CASES.exists():
        print(f"nothing to test on: {CASES.name} is not here (../shared/data/dumping)")
        return
    report(load(CASES, told.cell))


def report(city: City) -> None:
    tried = choose(city)
    _, h, t = tried[0]
    print(
        f"{len(city.days)} cases, {city.count} cells of {city.cell_m:.0f} m; top {SHARE:.0%} = {round(SHARE * city.count)} cells"
    )
    print("chosen on 2018-01 – 2019-12 (mean hit rate):")
    for rate, bandwidth_m, half_life in tried[:5]:
        print(f"  {rate:6.1%}  bandwidth {bandwidth_m:6.0f} m, half-life {half_life:5.0f} d")
    late = months(*REPORTED_ON)
    for name, of in (("chosen on", months(*CHOSEN_ON)), ("reported on", late)):
        beta, error = slope(city, of, h, t)
        print(
            f"log odds of a case in a month for each ln(1 + weight of past cases), months {name}: {beta:.2f} ± {error:.2f}"
        )
    rankings: dict[str, Ranking] = {
        "weighed": lambda c, d: weighed(c, d, h, t),
        "naive": counted,
        "naive 12m": lambda c, d: counted(c, d, 365.0),
        "random": lambda c, _: np.zeros(c.count),
    }
    found = {name: rates(city, late, ranking) for name, ranking in rankings.items()}
    best = [best_rate(in_month(city, month), city.count) for month in late]
    print(f"\nmonth    cases  outside  {'  '.join(f'{name:>9}' for name in found)}  best possible")
    for n, month in enumerate(late):
        of = in_month(city, month)
        print(
            f"{month[0]}-{month[1]:02}  {len(of):5}  {(of < 0).sum():7}  {'  '.join(f'{r[n]:9.1%}' for r in found.values())}  {best[n]:9.1%}"
        )
    print()
    for name, own in found.items():
        pai, pei = np.mean(own) / SHARE, np.mean(np.array(own) / np.array(best))
        print(f"{name:10} mean {np.mean(own):6.1%}  sd {np.std(own, ddof=1):5.1%}  PAI {pai:4.2f}  PEI {pei:4.2f}")
    for other in ("naive", "naive 12m", "random"):
        won, lost, tied = versus(found["weighed"], found[other])
        low, high = interval(found["weighed"], found[other])
        print(
            f"weighed against {other:9}: {won} months won, {lost} lost, {tied} tied; mean difference 95 % [{low:+.1%}, {high:+.1%}]"
        )


if __name__ == "__main__":
    main()
