"""What lies below the sample's land: how thick the waste is at a place, how high the ground, how deep the water. Pure.

Thickness is a smooth surface that falls off around some middles and wavers on the way, so that neighbours resemble each other and
the numbers of a hole do not tell those of the next. Metres, EPSG:4547. The same every time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree
from shapely import MultiPolygon, Point, Polygon
from shapely.ops import nearest_points

Floats = NDArray[np.float64]
CELLS = 64
LEAST_M = 0.3
"""Thinner waste is not told from fill."""
RIM = 0.30
"""How much of a middle's height is cut off, which makes an edge."""
FULL = 2.13
"""m³ of such a hill for each metre of height and square metre of reach: 2π (1 − RIM + RIM ln RIM)."""
MOST_M = 6.0


@dataclass(frozen=True)
class Underground:
    """The ground below some land. All surfaces are grids over the same cells."""

    land: MultiPolygon
    spots: tuple[Point, ...]
    xs: Floats
    ys: Floats
    waste_m: Floats
    wave: Floats

    def thickness_m(self, x: float, y: float) -> float:
        found = _at(self, self.waste_m, x, y)
        return found if found >= LEAST_M else 0.0

    def cover_m(self, x: float, y: float) -> float:
        return float(np.clip(0.7 + 0.25 * _at(self, self.wave, x, y), 0.2, 1.4))

    def elevation_m(self, x: float, y: float) -> float:
        return 3.4 + 0.3 * _at(self, self.wave, x, y)

    def zone(self, spot: int) -> MultiPolygon:
        """The part of the land that is nearer to a middle than to any other."""
        if len(self.spots) == 1:
            return self.land
        cells = shapely.voronoi_polygons(shapely.MultiPoint(list(self.spots)), extend_to=self.land.buffer(50))
        mine = next(cell for cell in shapely.get_parts(cells) if cell.covers(self.spots[spot]))
        return _areas(self.land.intersection(mine))

    def odd(self, least_m: float = 0.6) -> MultiPolygon:
        """Where waste is thick enough for geophysics to notice, a little blurred."""
        step = self.xs[1] - self.xs[0], self.ys[1] - self.ys[0]
        rows, columns = np.nonzero(self.waste_m >= least_m)
        cells = [
            shapely.box(self.xs[c] - step[0] / 2, self.ys[r] - step[1] / 2, self.xs[c] + step[0] / 2, self.ys[r] + step[1] / 2)
            for r, c in zip(rows, columns, strict=True)
        ]  # fmt: skip
        blurred = shapely.union_all(cells).buffer(6).buffer(-4).simplify(1.5)
        return _areas(blurred.intersection(self.land))


def below(
    land: MultiPolygon, seed: Sequence[int], m3: float, spots: Sequence[tuple[float, float]] = (), peak_m: float = 3.0
) -> Underground:
    """The ground below some land with so much waste in it, about so thick in its middles."""
    rng = np.random.default_rng(list(seed))
    west, south, east, north = land.bounds
    xs, ys = np.linspace(west, east, CELLS), np.linspace(south, north, CELLS)
    middles = _middles(land, spots)
    grid_x, grid_y = np.meshgrid(xs, ys)
    inside = shapely.contains_xy(land, grid_x, grid_y)
    wave, small = _waves(rng, 9), _waves(rng, 4)
    reach_m = (
        min(float(np.sqrt(m3 / len(middles) / (FULL * peak_m))), 0.34 * float(np.sqrt(land.area / len(middles)))) or 1.0
    )
    heights = [_hill(grid_x, grid_y, each, reach_m, rng) for each in middles]
    raw = np.maximum(np.max(heights, axis=0) * (1 + 0.22 * wave + 0.12 * small) - RIM, 0) * inside
    cell_m2 = (xs[1] - xs[0]) * (ys[1] - ys[0])
    scale = m3 / (raw.sum() * cell_m2) if m3 else 0.0
    return Underground(land, tuple(middles), xs, ys, np.minimum(raw * scale, MOST_M), wave)


def _middles(land: MultiPolygon, spots: Sequence[tuple[float, float]]) -> list[Point]:
    west, south, east, north = land.bounds
    if not spots:
        return [piece.representative_point() for piece in shapely.get_parts(land)]
    wanted = [Point(west + x * (east - west), south + y * (north - south)) for x, y in spots]
    return [each if land.covers(each) else nearest_points(land, each)[0] for each in wanted]


def _hill(grid_x: Floats, grid_y: Floats, middle: Point, reach_m: float, rng: np.random.Generator) -> Floats:
    """A hill that is longer one way than the other."""
    turn, longer = rng.uniform(0, np.pi), rng.uniform(1.0, 1.35)
    dx, dy = grid_x - middle.x, grid_y - middle.y
    along, across = dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)
    made: Floats = np.exp(-0.5 * ((along / (reach_m * longer)) ** 2 + (across * longer / reach_m) ** 2))
    return made


def _waves(rng: np.random.Generator, size: float) -> Floats:
    """Smooth noise of standard deviation 1 over the cells."""
    smooth: Floats = gaussian_filter(rng.normal(size=(CELLS, CELLS)), size, mode="reflect")
    made: Floats = smooth / smooth.std()
    return made


def _at(ground: Underground, surface: Floats, x: float, y: float) -> float:
    """Bilinear between the cells."""
    column = float(np.clip((x - ground.xs[0]) / (ground.xs[1] - ground.xs[0]), 0, CELLS - 1.001))
    row = float(np.clip((y - ground.ys[0]) / (ground.ys[1] - ground.ys[0]), 0, CELLS - 1.001))
    c, r = int(column), int(row)
    u, v = column - c, row - r
    corners = surface[r : r + 2, c : c + 2]
    return float(
        (corners[0, 0] * (1 - u) + corners[0, 1] * u) * (1 - v) + (corners[1, 0] * (1 - u) + corners[1, 1] * u) * v
    )


def _areas(shape: shapely.Geometry) -> MultiPolygon:
    parts = [each for each in shapely.get_parts(shape) if isinstance(each, Polygon) and each.area > 1]
    return MultiPolygon(parts)


# --- where one drills -------------------------------------------------------------------------------------------------

INSIDE_M = 3.0


def places(piece: MultiPolygon, count: int, rng: np.random.Generator) -> list[Point]:
    """About a grid along the land's longer side, not quite even, well inside; exactly `count`."""
    inner = piece.buffer(-INSIDE_M)
    if inner.is_empty or count == 0:
        return []
    box = shapely.minimum_rotated_rectangle(inner)
    corner, right, top = (np.array(box.exterior.coords[k]) for k in (0, 1, 3))
    along, up = right - corner, top - corner
    step = float(np.sqrt(inner.area / count))
    found: list[Point] = []
    while len(found) < count:
        found = _grid(inner, corner, along, up, step)
        step *= 0.96
    spare = np.linspace(0, len(found) - 1, count).round().astype(int)  # what is too much is left out evenly
    return [_moved(found[k], inner, rng) for k in spare]


def _grid(inner: shapely.Geometry, corner: Floats, along: Floats, up: Floats, step: float) -> list[Point]:
    columns, rows = (max(round(float(np.hypot(*side)) / step), 1) for side in (along, up))
    spots = [
        Point(corner + along * ((c + 0.5) / columns) + up * ((r + 0.5) / rows)) for r in range(rows) for c in range(columns)
    ]  # fmt: skip
    return [each for each in spots if inner.covers(each)]


def _moved(place: Point, inner: shapely.Geometry, rng: np.random.Generator) -> Point:
    """A rig stands where it can."""
    other = Point(place.x + rng.normal(0, 1.4), place.y + rng.normal(0, 1.4))
    return other if inner.covers(other) else place


def near(
    ground: Underground, piece: MultiPolygon, taken: Sequence[Point], count: int, rng: np.random.Generator
) -> list[Point]:
    """Places added around the edge of what was found, to find where it ends."""
    tree = cKDTree([(each.x, each.y) for each in taken])
    inner, found = piece.buffer(-INSIDE_M), list[Point]()
    thin = [each for each in taken if 0 < ground.thickness_m(each.x, each.y) < 1.6] or list(taken)
    for n in range(count * 12):
        base = thin[n % len(thin)]
        turn, off = rng.uniform(0, 2 * np.pi), rng.uniform(7, 12)
        spot = Point(base.x + off * np.cos(turn), base.y + off * np.sin(turn))
        if (
            inner.covers(spot)
            and tree.query((spot.x, spot.y))[0] > 5
            and all(spot.distance(each) > 5 for each in found)
        ):
            found.append(spot)
        if len(found) == count:
            break
    return found
