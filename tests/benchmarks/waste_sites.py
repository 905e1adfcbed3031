"""Made-up sites whose volume is known: bodies of waste, and the holes a survey would drill into them.

Nothing here comes from the estimator's model: bodies are geometry (pits with slopes, heaps, lenses, wedges, filled ponds) or
noise put through thresholds and powers; holes follow the layouts of practice, and were drilled, logged and stopped as people do.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from shapely import affinity
from shapely.geometry import Polygon

from gis_service.geo.volumes import Hole

Floats = NDArray[np.float64]
Rng = np.random.Generator
Body = Callable[[Floats], Floats]
"""Thickness in metres at places (n × 2)."""

CORNER = (452_500.0, 2_476_500.0)
PATTERNS = ("grid 40", "grid 40+20", "irregular", "clustered", "few")


@dataclass(frozen=True)
class Site:
    shape: str
    pattern: str
    parcel: Polygon
    body: Body
    holes: tuple[Hole, ...]
    truth_m3: float
    drilled: Callable[[Rng, Floats], list[Hole]]
    """Holes as this site's survey would log them at further places."""


def a_site(rng: Rng) -> Site:
    """A parcel, a body that lies in it, and a survey that met it at least once (nobody asks for a volume of nothing)."""
    shape = str(rng.choice(list(SHAPES)))
    pattern = str(rng.choice(PATTERNS))
    while True:
        parcel = a_parcel(rng)
        body = SHAPES[shape](rng, parcel)
        truth = true_volume_m3(parcel, body)
        if truth < 100:
            continue
        log = a_logger(rng, body)
        for _ in range(5):
            holes = survey(rng, pattern, parcel, log)
            if len(holes) >= 3 and any(h.thickness_m > 0 for h in holes):
                return Site(shape, pattern, parcel, body, tuple(holes), truth, log)


def a_parcel(rng: Rng) -> Polygon:
    """Four to seven corners, 3 000 to 60 000 m², turned anyhow; some with a piece missing."""
    area = float(np.exp(rng.uniform(np.log(3_000), np.log(60_000))))
    long = rng.uniform(1.0, 2.5)
    turn = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(6, 10)))
    ring = shapely.MultiPoint(np.column_stack([np.cos(turn) * long, np.sin(turn)])).convex_hull
    if rng.random() < 0.5 or ring.geom_type != "Polygon" or ring.area < 1.0:
        ring = shapely.box(-long, -1, long, 1)
    if rng.random() < 0.25:
        west, south, east, north = ring.bounds
        bite = shapely.box(west + 0.6 * (east - west), south + 0.5 * (north - south), east + 1, north + 1)
        ring = max(shapely.get_parts(ring.difference(bite)), key=lambda part: part.area)
    grown = affinity.scale(ring, *(2 * [float(np.sqrt(area / ring.area))]))
    return affinity.translate(affinity.rotate(grown, rng.uniform(0, 180)), *CORNER)


def true_volume_m3(parcel: Polygon, body: Body, step_m: float = 1.0) -> float:
    """The body's volume within the parcel, summed over squares of a metre."""
    west, south, east, north = parcel.bounds
    x, y = np.meshgrid(np.arange(west + step_m / 2, east, step_m), np.arange(south + step_m / 2, north, step_m))
    xy = np.column_stack([x.ravel(), y.ravel()])
    return float(body(xy[shapely.contains_xy(parcel, xy)]).sum() * step_m**2)


# --- bodies ------------------------------------------------------------------------------------------------------


def _within(rng: Rng, parcel: Polygon) -> Floats:
    west, south, east, north = parcel.bounds
    while True:
        spot = rng.uniform((west, south), (east, north))
        if parcel.contains(shapely.Point(spot)):
            return spot


def _turned(xy: Floats, center: Floats, turn: float) -> Floats:
    cos, sin = np.cos(turn), np.sin(turn)
    off = xy - center
    return np.column_stack([off @ [cos, sin], off @ [-sin, cos]])


def _pit(rng: Rng, parcel: Polygon, share: float) -> Body:
    """An excavation with straight walls of some slope, filled; the floor undulates."""
    area = share * parcel.area
    long = rng.uniform(1.0, 4.0)
    half = np.array([np.sqrt(area * long), np.sqrt(area / long)]) / 2
    center, turn = _within(rng, parcel), rng.uniform(0, np.pi)
    depth, slope = rng.uniform(1.5, 6.0), rng.uniform(0.3, 1.5)  # metres across per metre down
    wave, lag, phase = rng.uniform(0, 0.2), rng.uniform(8, 30), rng.uniform(0, 2 * np.pi, 2)

    def thickness(xy: Floats) -> Floats:
        own = _turned(xy, center, turn)
        to_wall = (half - np.abs(own)).min(axis=1)
        floor = depth * (1 + wave * np.sin(own[:, 0] / lag + phase[0]) * np.sin(own[:, 1] / lag + phase[1]))
        return np.clip(to_wall / slope, 0, floor)

    return thickness


def pit(rng: Rng, parcel: Polygon) -> Body:
    return _pit(rng, parcel, rng.uniform(0.08, 0.5))


def pits(rng: Rng, parcel: Polygon) -> Body:
    several = [_pit(rng, parcel, rng.uniform(0.02, 0.1)) for _ in range(rng.integers(3, 8))]
    return lambda xy: np.max([each(xy) for each in several], axis=0)


def _mound(rng: Rng, parcel: Polygon, share: float, power: float) -> Body:
    long = rng.uniform(1.0, 3.0)
    half = np.sqrt(share * parcel.area / np.pi) * np.array([np.sqrt(long), 1 / np.sqrt(long)])
    center, turn, height = _within(rng, parcel), rng.uniform(0, np.pi), rng.uniform(1.5, 7.0)

    def thickness(xy: Floats) -> Floats:
        r2 = ((_turned(xy, center, turn) / half) ** 2).sum(axis=1)
        return height * np.maximum(0, 1 - r2) ** power

    return thickness


def heap(rng: Rng, parcel: Polygon) -> Body:
    """One buried heap, from flat-topped to peaked."""
    return _mound(rng, parcel, rng.uniform(0.15, 0.7), rng.uniform(0.5, 2.0))


def lenses(rng: Rng, parcel: Polygon) -> Body:
    several = [_mound(rng, parcel, rng.uniform(0.04, 0.2), 0.5) for _ in range(rng.integers(2, 5))]
    return lambda xy: np.sum([each(xy) for each in several], axis=0)


def wedge(rng: Rng, parcel: Polygon) -> Body:
    """Tipped against a bank: thick there, thinning out in a straight or curved line, perhaps beyond the parcel."""
    turn = rng.uniform(0, 2 * np.pi)
    way = np.array([np.cos(turn), np.sin(turn)])
    along = shapely.get_coordinates(parcel) @ way
    bank = along.min() + rng.uniform(0, 0.3) * np.ptp(along)
    length, height, power = rng.uniform(0.3, 1.1) * np.ptp(along), rng.uniform(1.5, 7.0), rng.uniform(0.6, 1.6)
    side, middle = np.array([-way[1], way[0]]), shapely.get_coordinates(parcel.centroid)[0]
    width = rng.uniform(0.4, 1.5) * np.sqrt(parcel.area)

    def thickness(xy: Floats) -> Floats:
        far = (xy @ way - bank) / length
        across = np.abs((xy - middle) @ side) / (width / 2)
        ends = np.clip((1 - across) * 4, 0, 1)
        return np.where(far >= 0, height * np.maximum(0, 1 - far) ** power * ends, 0.0)

    return thickness


def irregular(rng: Rng, parcel: Polygon) -> Body:
    """A filled pond or gully: noise of two scales, cut at a level and raised to a power."""
    west, south, east, north = parcel.bounds
    step = 2.0
    size = (int((north - south) / step) + 2, int((east - west) / step) + 2)
    scale = rng.uniform(0.08, 0.3) * np.sqrt(parcel.area) / step
    coarse = gaussian_filter(rng.standard_normal(size), scale)
    fine = gaussian_filter(rng.standard_normal(size), max(1.0, scale / 5))
    noise = coarse / coarse.std() + rng.uniform(0, 0.35) * fine / fine.std()
    level = np.quantile(noise, rng.uniform(0.3, 0.85))
    above = np.maximum(0, noise - level) ** rng.uniform(0.5, 1.5)
    field = above / np.quantile(above, 0.99) * rng.uniform(1.5, 6.0)

    def thickness(xy: Floats) -> Floats:
        row = np.clip(((xy[:, 1] - south) / step).astype(int), 0, size[0] - 1)
        column = np.clip(((xy[:, 0] - west) / step).astype(int), 0, size[1] - 1)
        return field[row, column]

    return thickness


def blanket(rng: Rng, parcel: Polygon) -> Body:
    """Fill over the whole parcel on old ground that tilts: thin in places, nowhere bounded by the parcel."""
    turn, middle = rng.uniform(0, 2 * np.pi), shapely.get_coordinates(parcel.centroid)[0]
    way, size = np.array([np.cos(turn), np.sin(turn)]), np.sqrt(parcel.area)
    mean, tilt, wave = rng.uniform(1.0, 4.0), rng.uniform(0, 1.5), rng.uniform(0.1, 0.5)
    lag, phase = size * rng.uniform(0.08, 0.3), rng.uniform(0, 2 * np.pi, 2)

    def thickness(xy: Floats) -> Floats:
        off = xy - middle
        bumps = np.sin(off[:, 0] / lag + phase[0]) + np.sin(off[:, 1] / lag + phase[1])
        return np.maximum(0, mean * (1 + tilt * (off @ way) / size + wave * bumps))

    return thickness


SHAPES: dict[str, Callable[[Rng, Polygon], Body]] = {
    "pit": pit, "heap": heap, "lenses": lenses, "irregular": irregular, "wedge": wedge, "pits": pits, "blanket": blanket,
}  # fmt: skip


# --- surveys -----------------------------------------------------------------------------------------------------


def a_logger(rng: Rng, body: Body) -> Callable[[Rng, Floats], list[Hole]]:
    """How this site's holes are logged: error of a reading, the rig's reach, holes given up early."""
    error_m, share = rng.uniform(0.05, 0.2), rng.uniform(0.0, 0.08)
    reach_m = rng.uniform(3.0, 6.0) if rng.random() < 0.2 else np.inf
    given_up = rng.uniform(0, 0.15) if rng.random() < 0.5 else 0.0

    def log(own: Rng, xy: Floats) -> list[Hole]:
        true = body(xy)
        read = true + own.normal(0, 1, len(true)) * np.hypot(error_m, share * true)
        read = np.where(true < 0.1, 0.0, np.maximum(read, 0.05))  # a film of rubble is not logged as waste
        stop = np.where(own.random(len(true)) < given_up, own.uniform(0.3, 1.0, len(true)) * read, reach_m)
        open_ended = (read > 0) & (stop < read)
        logged = np.round(np.minimum(read, stop), 2)
        return [
            Hole(float(x), float(y), float(t), open_ended=bool(o), name=f"ZK{n:02}")
            for n, ((x, y), t, o) in enumerate(zip(xy, logged, open_ended, strict=True), start=1)
        ]

    return log


def _grid(rng: Rng, parcel: Polygon, step_m: float) -> Floats:
    turn, origin = rng.uniform(0, 90), shapely.Point(CORNER)
    west, south, east, north = affinity.rotate(parcel, -turn, origin=origin).bounds
    x, y = np.meshgrid(
        np.arange(west + rng.uniform(0, step_m), east, step_m), np.arange(south + rng.uniform(0, step_m), north, step_m)
    )
    there = affinity.rotate(shapely.MultiPoint(np.column_stack([x.ravel(), y.ravel()])), turn, origin=origin)
    xy = shapely.get_coordinates(there) + rng.normal(0, 0.03 * step_m, (x.size, 2))
    return xy[shapely.contains_xy(parcel, xy)]


def _anywhere(rng: Rng, parcel: Polygon, count: int, apart_m: float) -> Floats:
    spots: list[Floats] = []
    for _ in range(50 * count):
        spot = _within(rng, parcel)
        if all(np.hypot(*(spot - other)) > apart_m for other in spots):
            spots.append(spot)
        if len(spots) == count:
            break
    return np.array(spots)


def survey(rng: Rng, pattern: str, parcel: Polygon, log: Callable[[Rng, Floats], list[Hole]]) -> list[Hole]:
    """3 to 60 holes of a layout (domain 5.2)."""
    size = float(np.sqrt(parcel.area))
    if pattern == "few":
        return log(rng, _anywhere(rng, parcel, int(rng.integers(3, 8)), 0.15 * size))
    if pattern == "irregular":
        return log(rng, _anywhere(rng, parcel, int(rng.integers(8, 61)), 0.05 * size))
    if pattern == "clustered":
        return _clustered(rng, parcel, log, size)
    first = log(rng, _grid(rng, parcel, 40.0))
    if pattern == "grid 40+20":
        first += _detail(rng, parcel, first, log)
    return first if len(first) <= 60 else [first[n] for n in sorted(rng.choice(len(first), 60, replace=False))]


def _clustered(rng: Rng, parcel: Polygon, log: Callable[[Rng, Floats], list[Hole]], size: float) -> list[Hole]:
    """Holes where somebody expected waste: around a few spots, the best of several tried."""
    centers = _anywhere(rng, parcel, int(rng.integers(2, 5)), 0.15 * size)
    near = centers[rng.integers(0, len(centers), 4 * 40)] + rng.normal(0, 0.12 * size, (4 * 40, 2))
    near = near[shapely.contains_xy(parcel, near)][: int(rng.integers(8, 40))]
    return log(rng, np.vstack([near, _anywhere(rng, parcel, int(rng.integers(2, 6)), 0.1 * size)]))


def _detail(rng: Rng, parcel: Polygon, first: list[Hole], log: Callable[[Rng, Floats], list[Hole]]) -> list[Hole]:
    """20 × 20 m around the holes that met waste."""
    met = np.array([(h.x_m, h.y_m) for h in first if h.thickness_m > 0])
    if not len(met):
        return []
    steps = np.array([(20, 0), (0, 20), (20, 20), (-20, 0), (0, -20), (-20, 20), (20, -20), (-20, -20)])
    around = (met[:, None] + steps).reshape(-1, 2)
    had, spots = [(h.x_m, h.y_m) for h in first], []
    for spot in around[shapely.contains_xy(parcel, around)]:
        if all(np.hypot(*(spot - other)) > 12 for other in [*had, *spots]):
            spots.append(spot)
    return log(rng, np.array(spots)) if spots else []
