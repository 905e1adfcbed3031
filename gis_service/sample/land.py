"""Draws the land of the sample district: blocks between roads, water and hills, cut into plots that share their edges.

Pure and repeatable: the same `Site` and seed give the same coordinates, in metres of EPSG:4547, rounded to the millimetre.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry
from shapely.ops import split, substring

from gis_service.sample import shapes
from gis_service.sample.shapes import Points, points

GRID_M = 0.001
SMALLEST_M2, LARGEST_M2 = 2_000.0, 119_000.0
LANE_M, LANE_ABOVE_M2 = 10.0, 52_000.0  # a block this large gets a lane through it, so that no plot is landlocked


@dataclass(frozen=True)
class Road:
    """A road by the bends of its centre line; `verge_m` is the green strip no plot may enter, on either side."""

    name: str
    width_m: float
    path: str
    radius_m: float = 120
    verge_m: float = 0


@dataclass(frozen=True)
class River:
    """A river, 涌 or ditch by its course; `bank_m` is the green strip on either side."""

    name: str
    width_m: float
    path: str
    bank_m: float = 10


@dataclass(frozen=True)
class Patch:
    """A closed natural outline that is no plot: `kind` is sea, hill, pond, village or campus."""

    kind: str
    name: str
    path: str
    rough_m: float = 3


@dataclass(frozen=True)
class Site:
    """One area 片区 in a few lines: all paths are local metres, placed by `origin` (easting, northing) and `turn_deg`."""

    code: str
    name: str
    name_en: str
    plan: str  # prefix of plot numbers in the regulatory plan
    origin: tuple[float, float]
    outline: str
    roads: tuple[Road, ...]
    rivers: tuple[River, ...] = ()
    patches: tuple[Patch, ...] = ()
    turn_deg: float = 0
    plot_m2: tuple[float, float] = (12_000, 40_000)  # usual sizes
    wild: float = 0  # 0 for a surveyor's straight lines, 1 for boundaries along old field paths
    share: float = 0.5  # of the plots that are in the register; the others are built on or in use
    holes: int = 0  # plots that keep somebody else's piece in their middle
    twins: int = 0  # plots of two parts with a ditch or path between


@dataclass(frozen=True)
class Feature:
    """Something a plot can border on."""

    kind: str
    name: str
    shape: MultiPolygon


@dataclass(frozen=True)
class Plot:
    """A piece of land; `idle` ones are in the register. `sides` names what lies east, south, west and north."""

    shape: MultiPolygon
    idle: bool
    sides: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Land:
    """One drawn area."""

    site: Site
    outline: MultiPolygon
    features: tuple[Feature, ...]
    plots: tuple[Plot, ...]

    def plot_no(self, index: int) -> str:
        """The number of a plot in the regulatory plan, such as TJ-03-12."""
        return _plot_no(self.site, index)

    @property
    def idle(self) -> tuple[Plot, ...]:
        """The plots of the register, from north-west to south-east."""
        return tuple(plot for plot in self.plots if plot.idle)


def draw(site: Site, seed: int) -> Land:
    """The whole area: features first, then the blocks they leave, then the plots in each block."""
    rng = np.random.default_rng([seed, zlib.crc32(site.code.encode())])
    limit = Polygon(_place(site, site.outline))
    lines = _road_lines(site, limit)
    features = [*_patches(site, rng), *_rivers(site, rng), *_roads(lines)]
    blocks = _blocks(site, limit, features, lines, rng)
    pieces = [piece for block in blocks for piece in _cut_up(block, _size(site, rng), site.wild, rng)]
    plots = _nodes(pieces, site, rng)
    features.append(Feature("road", "支路", _lanes(blocks, pieces)))
    clipped = (Feature(each.kind, each.name, _multi(each.shape.intersection(limit))) for each in features)
    seen = tuple(each for each in clipped if not each.shape.is_empty)
    return Land(site, _around(blocks, seen), seen, _described(plots, seen, site, rng))


def _lanes(blocks: list[Polygon], pieces: list[Polygon]) -> MultiPolygon:
    """What was left between the pieces of a block."""
    between = shapes.polygons(shapely.union_all(blocks).difference(shapely.union_all(pieces)))
    return MultiPolygon([part for part in between if part.buffer(-LANE_M).is_empty])


def _around(blocks: list[Polygon], features: tuple[Feature, ...]) -> MultiPolygon:
    """The outline of the area: some 25 m outside its blocks, mostly along the middle of the roads around them, and on
    the coast a few metres out at the foot of the sea wall."""
    sea = shapely.union_all([each.shape for each in features if each.kind == "sea"]).buffer(-6)
    hull = shapely.union_all(blocks).buffer(120).buffer(-95).simplify(8.0).difference(sea).simplify(0.5)
    parts = [Polygon(part.exterior) for part in shapes.polygons(hull) if part.area > LARGEST_M2]
    return _multi(shapely.set_precision(MultiPolygon(parts), GRID_M))


def _place(site: Site, path: str) -> Points:
    return shapes.placed(points(path), site.origin, site.turn_deg)


def _patches(site: Site, rng: np.random.Generator) -> Iterator[Feature]:
    for patch in site.patches:
        ring = shapes.natural_ring(_place(site, patch.path), rng, patch.rough_m)
        yield Feature(patch.kind, patch.name, MultiPolygon([ring]))


def _rivers(site: Site, rng: np.random.Generator) -> Iterator[Feature]:
    for river in site.rivers:
        band = shapes.natural_band(_place(site, river.path), rng, river.width_m, 1.2)
        yield Feature("river", river.name, MultiPolygon([band]))


def _road_lines(site: Site, limit: Polygon) -> dict[Road, LineString]:
    """Centre lines, each ending where it meets another road, if there is one within 90 m of its end."""
    lines = {road: shapes.rounded(_place(site, road.path), road.radius_m) for road in site.roads}
    return {
        road: _joined(line, [other for other in lines.values() if other is not line], limit)
        for road, line in lines.items()
    }


def _joined(line: LineString, others: list[LineString], limit: Polygon, reach_m: float = 90) -> LineString:
    longer = shapes.extended(line, reach_m)
    met = shapely.get_coordinates(longer.intersection(shapely.union_all(others)))
    at = np.sort([longer.project(Point(spot)) for spot in met])
    start, end = reach_m, longer.length - reach_m
    heads, tails = at[at < 2 * reach_m], at[at > longer.length - 2 * reach_m]
    if len(heads) and limit.contains(Point(line.coords[0])):
        start = heads[np.argmin(abs(heads - reach_m))]
    if len(tails) and limit.contains(Point(line.coords[-1])):
        end = tails[np.argmin(abs(tails - (longer.length - reach_m)))]
    return substring(longer, start, end)


def _roads(lines: dict[Road, LineString]) -> Iterator[Feature]:
    for road, line in lines.items():
        yield Feature("road", road.name, _multi(_strip(line, road.width_m)))


def _strip(line: LineString, width_m: float) -> Polygon:
    return line.buffer(width_m / 2, cap_style="flat", join_style="mitre")


def _multi(shape: BaseGeometry) -> MultiPolygon:
    return MultiPolygon(shapes.polygons(shape))


def _blocks(
    site: Site, limit: Polygon, features: list[Feature], lines: dict[Road, LineString], rng: np.random.Generator
) -> list[Polygon]:
    """What roads, water and hills leave over, with its corners cut at crossings."""
    banks = {river.name: river.bank_m for river in site.rivers}
    taken = [each.shape.buffer(banks.get(each.name, 0)).simplify(0.4) for each in features if each.kind != "road"]
    taken += [_strip(line, road.width_m + 2 * road.verge_m) for road, line in lines.items()]
    free = shapely.remove_repeated_points(limit.difference(shapely.union_all(taken)), 0.5)
    crossings = _crossings(lines)
    whole = [block for block in shapes.polygons(free) if _worth_having(block) and block.distance(limit.exterior) > 1]
    return [_with_cut_corners(block, crossings, rng) for block in whole]


def _worth_having(block: Polygon) -> bool:
    """Large enough, and not a strip of less than 24 m."""
    return bool(block.area > SMALLEST_M2 and block.buffer(-12).area > 0.15 * block.area)


def _crossings(lines: dict[Road, LineString]) -> list[tuple[Point, float]]:
    """Where two roads meet, and how wide the two are together."""
    roads = list(lines)
    met = []
    for i, one in enumerate(roads):
        for other in roads[i + 1 :]:
            shared = lines[one].intersection(lines[other])
            width = one.width_m + other.width_m + 2 * (one.verge_m + other.verge_m)
            met += [(spot, width) for spot in shapely.get_parts(shared) if spot.geom_type == "Point"]
    return met


def _with_cut_corners(block: Polygon, crossings: list[tuple[Point, float]], rng: np.random.Generator) -> Polygon:
    """The wider the roads, the longer the cut; at the widest crossings it is an arc."""
    shape = shapely.orient_polygons(block)
    for corner in shapes.corners(shapely.get_coordinates(shape.exterior)[:-1]):
        width = max((wide for spot, wide in crossings if spot.distance(Point(corner)) < 0.9 * wide), default=0.0)
        if width:
            cut = shapes.cut_corner(shape, corner, rng.uniform(0.2, 0.26) * width, arc=width > 64)
            shape = cut if cut.is_valid else shape
    return shape


def _size(site: Site, rng: np.random.Generator) -> float:
    """The plot size aimed at in one block, between the two usual sizes and now and then beyond."""
    low, high = np.log(site.plot_m2)
    return float(np.exp(rng.normal((low + high) / 2, (high - low) / 3.2)))


def _cut_up(block: Polygon, size_m2: float, wild: float, rng: np.random.Generator) -> list[Polygon]:
    """Halve a block across its length, at first by lanes, until the pieces have about the size wanted."""
    if block.area < size_m2 * rng.uniform(1.25, 1.8) and block.area < LARGEST_M2 and not block.interiors:
        return [block]
    by_lane = block.area > LANE_ABOVE_M2 and block.area > 3 * size_m2
    for _ in range(8):
        pieces = _parted(block, _cut(block, wild, rng), by_lane)
        if len(pieces) > 1 and (block.interiors or all(_well_shaped(piece) for piece in pieces)):
            return [plot for piece in pieces for plot in _cut_up(piece, size_m2, wild, rng)]
    return [block] if _well_shaped(block) and block.area < LARGEST_M2 else []


def _parted(block: Polygon, line: LineString, by_lane: bool) -> list[Polygon]:
    if by_lane:
        return shapes.polygons(block.difference(line.buffer(LANE_M / 2, join_style="mitre")))
    return shapes.polygons(split(block, line))


def _well_shaped(piece: Polygon) -> bool:
    return bool(piece.area > 1.1 * SMALLEST_M2 and not piece.interiors and shapes.roundness(piece) > 0.36)


def _cut(block: Polygon, wild: float, rng: np.random.Generator) -> LineString:
    """A line across the longer side of a block: mostly straight, sometimes bent, stepped, or cutting a corner out."""
    centre, along, length = _axis(block)
    across = _matching_edge(block, np.array([-along[1], along[0]]))
    across = shapes.unit(across + rng.normal(0, 0.012 + 0.16 * wild) * along)
    middle = _through(block, centre) + along * length * rng.uniform(-0.16, 0.16) * (not block.interiors)
    far = 4 * length
    way = rng.random()
    if way < 0.1 and not block.interiors:  # a corner piece: the rest becomes an L
        return LineString([middle - across * far, middle, middle + along * far * rng.choice([-1, 1])])
    if way < 0.2:  # a step of some 20 m
        knee, jog = middle + across * rng.uniform(-20, 20), along * rng.choice([-1, 1]) * rng.uniform(14, 30)
        return LineString([knee - across * far, knee, knee + jog, knee + jog + across * far])
    if way < 0.35 or wild:
        return _wandering(middle, along, across, length, rng, sway_m=3 + 9 * wild)
    return LineString([middle - across * far, middle + across * far])


def _through(block: Polygon, centre: Points) -> Points:
    """Where a cut passes: the centre, or the hole that must be opened (a village or pond inside the block)."""
    return np.array(block.interiors[0].centroid.coords[0]) if block.interiors else centre


def _wandering(
    middle: Points, along: Points, across: Points, length: float, rng: np.random.Generator, *, sway_m: float
) -> LineString:
    """A line with a slight bend about every 35 m, as along an old field path."""
    steps = np.arange(-length * 0.7, length * 0.7, 35.0)
    sway = rng.normal(0, sway_m, len(steps))
    inner = middle + np.outer(steps, across) + np.outer(sway, along)
    return LineString([inner[0] - across * 4 * length, *inner, inner[-1] + across * 4 * length])


def _axis(block: Polygon) -> tuple[Points, Points, float]:
    """Centre, direction and length of the longer side of the smallest rectangle around a block."""
    box = shapely.get_coordinates(shapely.oriented_envelope(block))
    sides = np.diff(box[:3], axis=0)
    lengths = np.hypot(*sides.T)
    longer = int(np.argmax(lengths))
    return box[:4].mean(0), sides[longer] / lengths[longer], float(lengths[longer])


def _matching_edge(block: Polygon, direction: Points) -> Points:
    """The direction of the longest edge within 16° of `direction`, so that cuts run parallel to a side street."""
    edges = np.diff(shapely.get_coordinates(block.exterior), axis=0)
    lengths = np.hypot(*edges.T)
    agree = edges @ direction / np.where(lengths > 0, lengths, 1)
    fitting = np.where(np.abs(agree) > np.cos(np.radians(16)), lengths, 0)
    best = int(np.argmax(fitting))
    return shapes.unit(edges[best]) * np.sign(agree[best]) if fitting[best] > 25 else direction


def _nodes(pieces: list[Polygon], site: Site, rng: np.random.Generator) -> list[MultiPolygon]:
    """The final plots: special pieces taken out, then all lines noded on one millimetre grid, so that neighbours
    have the very same points along the edge they share."""
    plots: list[BaseGeometry] = list(pieces)
    order = sorted(range(len(plots)), key=lambda i: -plots[i].area)
    roomy = [i for i in order if shapes.roundness(pieces[i]) > 0.6][2:]
    extra: list[BaseGeometry] = []
    for i in roomy[: site.holes]:
        inner = _inner(pieces[i], rng)
        plots[i], extra = pieces[i].difference(inner), [*extra, inner]
    for i in roomy[site.holes : site.holes + site.twins]:
        plots[i] = _two_parts(pieces[i], rng)
    return _noded([*plots, *extra])


def _inner(piece: Polygon, rng: np.random.Generator) -> Polygon:
    """A piece in the middle that stays out: a pond, or a transformer station parallel to the edges."""
    circle = shapely.maximum_inscribed_circle(piece)
    centre, radius = np.array(shapely.get_coordinates(circle)[0]), circle.length
    if rng.random() < 0.5:
        ring = centre + 0.45 * radius * _turning(9, rng)
        return shapes.natural_ring(ring, rng, 1.0)
    _, along, _ = _axis(piece)
    across = np.array([-along[1], along[0]])
    half = radius * rng.uniform(0.25, 0.4, 2)
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    return Polygon(centre + signs[:, :1] * half[0] * along + signs[:, 1:] * half[1] * across)


def _turning(count: int, rng: np.random.Generator) -> Points:
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.column_stack([np.cos(angles), np.sin(angles)]) * rng.uniform(0.75, 1.25, (count, 1))


def _two_parts(piece: Polygon, rng: np.random.Generator) -> BaseGeometry:
    """The piece without a ditch or path of 6 to 12 m across it."""
    centre, along, length = _axis(piece)
    across = np.array([-along[1], along[0]])
    line = _wandering(centre + along * length * rng.uniform(-0.12, 0.12), along, across, length, rng, sway_m=2)
    return piece.difference(line.buffer(rng.uniform(3, 6), join_style="mitre"))


def _noded(plots: list[BaseGeometry]) -> list[MultiPolygon]:
    lines = shapely.union_all([plot.boundary for plot in plots], grid_size=GRID_M)
    faces = shapes.polygons(shapely.polygonize([lines]))
    tree = STRtree(plots)
    face, plot = tree.query([each.representative_point() for each in faces], predicate="within")
    made = ([faces[k] for k in face[plot == i]] for i in range(len(plots)))
    return [MultiPolygon(sorted(parts, key=_from_north_west)) for parts in made if parts]


def _from_north_west(part: Polygon) -> float:
    west, _, _, north = part.bounds
    return float(west - north)


def _plot_no(site: Site, index: int) -> str:
    return f"{site.plan}-{index + 1:02d}"


def _described(
    plots: list[MultiPolygon], features: tuple[Feature, ...], site: Site, rng: np.random.Generator
) -> tuple[Plot, ...]:
    """Plots in reading order with their idleness and their four sides."""
    ordered = sorted(plots, key=lambda plot: (-round(plot.centroid.y / 220), plot.centroid.x))
    idle = _idle(ordered, site, rng)
    named = [f"{_plot_no(site, k)}地块" if yes else "已建用地" for k, yes in enumerate(idle)]
    names = [*features, *(Feature("plot", name, plot) for name, plot in zip(named, ordered, strict=True))]
    tree = STRtree([each.shape for each in names])
    return tuple(
        Plot(plot, bool(yes), _sides(plot, names, tree) if yes else {}) for plot, yes in zip(ordered, idle, strict=True)
    )


def _idle(plots: list[MultiPolygon], site: Site, rng: np.random.Generator) -> list[bool]:
    """Idle plots lie together in patches: a smooth field over the area plus some chance decides."""
    spots = np.array([plot.centroid.coords[0] for plot in plots])
    wave = rng.normal(0, 1 / 330, (6, 2))
    field_ = np.sin(spots @ wave.T + rng.uniform(0, 6, 6)).sum(1) + rng.normal(0, 1.2, len(plots))
    special = np.array([len(plot.geoms) > 1 or bool(plot.geoms[0].interiors) for plot in plots])
    sizes, slim = shapely.area(plots), np.array([shapes.roundness(shapes.largest(plot)) < 0.33 for plot in plots])
    fit = (sizes > SMALLEST_M2) & (sizes < LARGEST_M2) & ~slim
    wanted = np.argsort(np.where(fit, -field_ - 99 * special, 999))[: round(site.share * len(plots))]
    return [bool(i in set(wanted.tolist()) and fit[i]) for i in range(len(plots))]


def _sides(plot: MultiPolygon, names: list[Feature], tree: STRtree) -> dict[str, str]:
    """What a walker meets first when leaving the plot towards each quarter."""
    middle, reach = plot.representative_point(), 60.0
    west, south, east, north = plot.bounds
    ends = {"east": (east + reach, middle.y), "south": (middle.x, south - reach), "west": (west - reach, middle.y), "north": (middle.x, north + reach)}  # fmt: skip
    return {side: _first(LineString([middle, end]), plot, names, tree) for side, end in ends.items()}


def _first(walk: LineString, plot: MultiPolygon, names: list[Feature], tree: STRtree) -> str:
    start = Point(walk.coords[0])
    met = [names[k] for k in tree.query(walk, predicate="intersects") if names[k].shape is not plot]
    met = [each for each in met if not each.shape.equals(plot)]
    return min(met, key=lambda each: each.shape.intersection(walk).distance(start)).name if met else "规划绿地"
