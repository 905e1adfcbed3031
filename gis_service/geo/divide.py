"""Dividing and joining land in the plane: cut by lines, part as given, join neighbours, move the line between two.

Everything here is planar, in metres, and keeps one promise: a vertex that was there before is there afterwards, to the
bit. A new vertex is computed once and is shared by all who meet in it, so that parts add up to the whole and neither
gap nor overlap can open between them.

What two people measured of one place differs by millimetres. So a vertex within `REACH_M` of one that is there already is
that one, and one within `REACH_M` of an edge stands on the edge. What is still open afterwards and smaller than
`SLIVER_M2` is closed and told; anything larger is refused with its place.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Shape = TypeVar("Shape", bound=BaseGeometry)

REACH_M = 0.05
"""Two surveys of one boundary point differ by less than this (the accuracy asked of first-class points is 5 cm)."""

SLIVER_M2 = 0.5
"""Gaps and overlaps below this are the rounding of millimetre coordinates along an edge, and are closed."""

SMALLEST_M2 = 1.0
"""A part smaller than this is a slip of the hand, no land."""


class CannotDivide(ValueError):
    """The land cannot be divided or joined so; `zh` and `en` say why, `place` where (in the plane)."""

    def __init__(self, code: str, zh: str, en: str, place: BaseGeometry | None = None) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en
        self.place = place.representative_point() if place is not None and not place.is_empty else None


class Division(NamedTuple):
    """Parts in the order of reading (from the north-west), what was closed between them, and lines without effect."""

    parts: tuple[MultiPolygon, ...]
    closed_m2: float = 0.0
    idle: tuple[LineString, ...] = ()


class Joined(NamedTuple):
    """The land of several as one, and how much gap and overlap was closed between them."""

    shape: MultiPolygon
    gap_m2: float
    overlap_m2: float
    holes: int  # pieces of other land that it now encloses


# --- the verbs ---------------------------------------------------------------------------------------------------


def divide(outline: MultiPolygon, lines: Sequence[LineString]) -> Division:
    """Cut an outline by lines. A line's end that stops short of the boundary by less than `REACH_M` reaches it.

    Holes and parts survive: a part that no line touches stays with the nearest piece it is not cut off from.

    >>> square = MultiPolygon([shapely.box(0, 0, 2, 2)])
    >>> [part.area for part in divide(square, [LineString([(1, 3), (1, -1)])]).parts]
    [2.0, 2.0]
    """
    network = Network(rings_of(outline))
    cuts = [network.add(line) for line in lines]
    faces = _faces(network, outline)
    groups = _grouped(faces, outline, cuts)
    if len(groups) < 2:
        raise CannotDivide(
            "not_cut",
            "这条线没有把地块分开:它须从边界穿到边界,或自成一圈。",
            "The line does not cut the parcel: it must run from boundary to boundary, or close on itself.",
            cuts[0] if cuts else None,
        )
    parts = _in_order(groups)
    _require_land(parts)
    return Division(parts, idle=tuple(_idle(cuts, parts, outline)))


def part(outline: MultiPolygon, wanted: Sequence[MultiPolygon]) -> Division:
    """Part an outline as given: the outlines wanted must cover it, without overlaps, to within slivers.

    The parts come in the order given, with the outline's own boundary where they follow it.
    """
    if len(wanted) < 2:
        raise CannotDivide("one_part", "至少要分成两块。", "There must be at least two parts.")
    network = Network(rings_of(outline))
    fitted = [_fit(network, each) for each in wanted]
    for each in fitted:
        _refuse_if_more(each.difference(outline), "outside", "超出原地块范围 {area} ㎡", "reaches {area} m² beyond the parcel")  # fmt: skip
    for one, other in combinations(fitted, 2):
        _refuse_if_more(one.intersection(other), "overlap", "两块之间重叠 {area} ㎡", "two parts overlap by {area} m²")
    faces = _faces(network, outline)
    owners = [_owner(face, fitted) for face in faces]
    left = [face for face, owner in zip(faces, owners, strict=True) if owner is None]
    for face in left:
        _refuse_if_more(face, "gap", "还有 {area} ㎡ 没有分给任何一块", "{area} m² belong to no part")
    held = [
        [face for face, owner in zip(faces, owners, strict=True) if owner == number] for number in range(len(fitted))
    ]
    if any(not faces_of for faces_of in held):
        raise CannotDivide("empty", "有一块没有面积。", "One of the parts has no area.")
    for face in left:
        max(held, key=lambda mine: _shared_m(face, mine)).append(face)
    parts = tuple(_union(faces_of) for faces_of in held)
    _require_land(parts)
    return Division(parts, closed_m2=sum(face.area for face in left) + _overlaps(fitted))


def join(outlines: Sequence[MultiPolygon]) -> Joined:
    """The land of neighbours as one: each must touch the others along an edge. Slivers between them are closed.

    >>> join([MultiPolygon([shapely.box(0, 0, 1, 2)]), MultiPolygon([shapely.box(1, 0, 3, 2)])]).shape.area
    6.0
    """
    if len(outlines) < 2:
        raise CannotDivide("one_parcel", "至少要选两宗地块。", "Choose at least two parcels.")
    fitted = _stitched(outlines)
    for one, other in combinations(fitted, 2):
        _refuse_if_more(one.intersection(other), "overlap", "两宗地重叠 {area} ㎡", "two parcels overlap by {area} m²")
    _require_contact(fitted)
    whole = _union(fitted)
    shape = _without_slivers(whole, [hole for each in outlines for hole in _holes(each)])
    overlap = _overlaps(outlines)
    gap = shape.area - sum(each.area for each in outlines) + overlap
    before = sum(len(_holes(each)) for each in outlines)
    return Joined(shape, max(gap, 0.0), overlap, max(len(_holes(shape)) - before, 0))


def move_line(one: MultiPolygon, other: MultiPolygon, lines: Sequence[LineString]) -> tuple[Joined, Division]:
    """Draw the boundary between two neighbours anew: their outer boundary stays. The first part is the first one's."""
    joined = join([one, other])
    network = Network(rings_of(joined.shape))
    cuts = [network.add(line) for line in lines]
    faces = _faces(network, joined.shape)
    held: tuple[list[Polygon], list[Polygon]] = ([], [])
    for face in faces:
        shares = [face.intersection(each).area / each.area for each in (one, other)]
        held[int(shares[1] > shares[0])].append(face)
    if not held[0] or not held[1]:
        raise CannotDivide(
            "not_cut",
            "新界线没有把两宗地分开:它须从两宗地的外边界穿到外边界。",
            "The new line does not part the two: it must run from their outer boundary to their outer boundary.",
            cuts[0] if cuts else None,
        )
    parts = tuple(_union(mine) for mine in held)
    _require_land(parts)
    return joined, Division(parts, idle=tuple(_idle(cuts, parts, joined.shape)))


# --- a network of lines that share their vertices ------------------------------------------------------------------


class Network:
    """Lines that meet in common vertices. Vertices of the first lines never move; later ones come to them."""

    def __init__(self, lines: Iterable[Floats] = ()) -> None:
        self.lines: list[Floats] = [np.asarray(line, dtype=float) for line in lines]

    def add(self, line: LineString) -> LineString:
        """Take a line in, fitted to what is there; returns it as it lies now."""
        fitted = self.fit(shapely.get_coordinates(line))
        if len(fitted) < 2:
            raise CannotDivide("short", "线太短,不成一条线。", "A line is too short to be one.", line)
        self.lines.append(fitted)
        return LineString(fitted)

    def fit(self, points: Floats) -> Floats:
        """A line whose vertices stand on those of the network, or on its edges, where they come near."""
        moved = np.array([self._place(point) for point in points], dtype=float).reshape(-1, 2)
        return _with_vertices(_without_repeats(moved), self._vertices())

    def _vertices(self) -> Floats:
        return np.vstack(self.lines) if self.lines else np.empty((0, 2))

    def _place(self, point: Floats) -> Floats:
        """The vertex near a point; else its foot on an edge near it, which becomes a vertex there; else the point."""
        vertices = self._vertices()
        away = np.hypot(*(vertices - point).T)
        if len(away) and away.min() <= REACH_M:
            found: Floats = vertices[int(away.argmin())]
            return found
        near = [(*_foot(line, point), number) for number, line in enumerate(self.lines)]
        if not near:
            return point
        distance, foot, at, number = min(near, key=lambda each: each[0])
        if distance > REACH_M:
            return point
        self.lines[number] = np.insert(self.lines[number], at + 1, foot, axis=0)
        return foot


def _foot(line: Floats, point: Floats) -> tuple[float, Floats, int]:
    """Distance to a line, the nearest place on it, and the number of the edge that has it."""
    start, along = line[:-1], np.diff(line, axis=0)
    length = (along**2).sum(axis=1)
    share = np.clip(((point - start) * along).sum(axis=1) / np.where(length > 0, length, 1), 0, 1)
    feet = start + share[:, None] * along
    away = np.hypot(*(feet - point).T)
    at = int(away.argmin())
    return float(away[at]), feet[at], at


def _with_vertices(line: Floats, vertices: Floats) -> Floats:
    """A line that goes through every vertex it passes within `REACH_M`, in the order it passes them."""
    if len(line) < 2 or not len(vertices):
        return line
    kept = [line[:1]]
    for start, end in pairwise(line):
        along = end - start
        length = float(np.hypot(*along))
        ahead = (vertices - start) @ along / length
        aside = np.abs((vertices - start) @ np.array([-along[1], along[0]]) / length)
        on = (aside <= REACH_M) & (ahead > REACH_M) & (ahead < length - REACH_M)
        met = vertices[on][np.argsort(ahead[on], kind="stable")]
        kept += [met, end[None, :]]
    return _without_repeats(np.vstack(kept))


def _without_repeats(line: Floats) -> Floats:
    if len(line) < 2:
        return line
    moved = np.append(True, (np.diff(line, axis=0) != 0).any(axis=1))
    kept: Floats = line[moved]
    return kept


def rings_of(shape: MultiPolygon) -> list[Floats]:
    """The coordinates of all rings, closed, shells before their holes."""
    return [
        shapely.get_coordinates(ring) for each in shape.geoms for ring in (each.exterior, *each.interiors)
    ]  # fmt: skip


# --- faces and groups ----------------------------------------------------------------------------------------------


def _faces(network: Network, outline: MultiPolygon) -> list[Polygon]:
    """The pieces into which a network cuts an outline; neighbours share their vertices to the bit."""
    noded = shapely.union_all([LineString(line) for line in network.lines])
    faces = [
        face for face in shapely.get_parts(shapely.polygonize([noded])) if outline.contains(face.representative_point())
    ]
    before = set(map(tuple, np.vstack(rings_of(outline)).tolist()))
    after = {tuple(point) for face in faces for point in shapely.get_coordinates(face).tolist()}
    if before - after or abs(sum(face.area for face in faces) - outline.area) > max(SLIVER_M2, 1e-6 * outline.area):
        raise CannotDivide(
            "unstable",
            "线与边界贴得太近,无法得到干净的结果。请把线画得离界址点远一些,或捕捉到界址点上。",
            "The line runs too close to the boundary for a clean result. Draw it further from the boundary points, or snap to them.",
        )
    return faces


def _grouped(faces: Sequence[Polygon], outline: MultiPolygon, cuts: Sequence[LineString]) -> list[MultiPolygon]:
    """Faces gathered into parts: pieces of one part of the outline stay apart, other parts go with their nearest piece
    from which no line separates them.
    """
    home = [_home(face, outline) for face in faces]
    group = list(range(len(faces)))
    links = sorted(
        (faces[i].distance(faces[j]), i, j)
        for i, j in combinations(range(len(faces)), 2)
        if home[i] != home[j] and not _separated(faces[i], faces[j], cuts)
    )
    for _, i, j in links:
        mine = {home[k] for k in range(len(faces)) if group[k] == group[i]}
        theirs = {home[k] for k in range(len(faces)) if group[k] == group[j]}
        if group[i] != group[j] and not mine & theirs:
            group = [group[i] if each == group[j] else each for each in group]
    return [_multi(face for face, each in zip(faces, group, strict=True) if each == g) for g in dict.fromkeys(group)]


def _home(face: Polygon, outline: MultiPolygon) -> int:
    inside = face.representative_point()
    return next(number for number, each in enumerate(outline.geoms) if each.contains(inside))


def _separated(one: Polygon, other: Polygon, cuts: Sequence[LineString]) -> bool:
    way = shapely.shortest_line(one, other)
    return any(cut.intersects(way) for cut in cuts)


def _in_order(parts: Iterable[MultiPolygon]) -> tuple[MultiPolygon, ...]:
    """From the north-west, as boundary points are numbered."""

    def place(shape: MultiPolygon) -> tuple[float, float]:
        west, _, _, north = shape.bounds
        return round(west - north, 3), round(shape.centroid.x - shape.centroid.y, 3)

    return tuple(sorted(parts, key=place))


def _idle(cuts: Iterable[LineString], parts: Sequence[MultiPolygon], outline: MultiPolygon) -> Iterator[LineString]:
    """Lines, or ends of lines, inside the land that part nothing."""
    used = shapely.union_all([each.boundary for each in parts])
    inside = outline.buffer(-REACH_M)
    for cut in cuts:
        rest = cut.difference(used.buffer(REACH_M)).intersection(inside)
        yield from (piece for piece in shapely.get_parts(rest) if piece.length > REACH_M)


# --- fitting, joining ----------------------------------------------------------------------------------------------


def _fit(network: Network, shape: MultiPolygon) -> MultiPolygon:
    """An outline fitted to a network, which takes it in."""
    polygons = []
    for each in shape.geoms:
        rings = [network.fit(shapely.get_coordinates(ring)) for ring in (each.exterior, *each.interiors)]
        rings = [_closed(ring) for ring in rings if len(np.unique(ring, axis=0)) >= 3]
        network.lines += rings
        polygons.append(Polygon(rings[0], rings[1:]) if rings else Polygon())
    fitted = _multi(polygon for polygon in polygons if not polygon.is_empty)
    if not fitted.is_valid:
        raise CannotDivide(
            "invalid",
            "图形自相交,或窄到不足以成面。",
            "An outline crosses itself or is too narrow to be an area.",
            shape,
        )
    return fitted


def _closed(ring: Floats) -> Floats:
    return ring if (ring[0] == ring[-1]).all() else np.vstack([ring, ring[:1]])


def _stitched(outlines: Sequence[MultiPolygon]) -> list[MultiPolygon]:
    """Neighbours with common vertices along their common edges, however each was measured."""
    network = Network()
    fitted = [_fit(network, each) for each in outlines]
    # an edge of an earlier one may pass a vertex that came later: take all vertices in once more
    vertices = np.vstack(network.lines)
    return [_through(each, vertices) for each in fitted]


def _through(shape: MultiPolygon, vertices: Floats) -> MultiPolygon:
    def through(ring: BaseGeometry) -> Floats:
        return _with_vertices(shapely.get_coordinates(ring), vertices)

    return MultiPolygon(
        [Polygon(through(each.exterior), [through(ring) for ring in each.interiors]) for each in shape.geoms]
    )


def _require_contact(outlines: Sequence[MultiPolygon]) -> None:
    reached, waiting = {0}, [0]
    while waiting:
        here = outlines[waiting.pop()]
        for number, other in enumerate(outlines):
            if number not in reached and here.boundary.intersection(other.boundary).length > REACH_M:
                reached.add(number)
                waiting.append(number)
    for number, alone in enumerate(outlines):
        if number not in reached:
            others = shapely.union_all([each for each in outlines if each is not alone])
            away = alone.distance(others)
            how = (
                (f"相距 {away:.2f} m", f"{away:.2f} m apart")
                if away > 0
                else ("只在一点相接", "touching in a point only")
            )
            raise CannotDivide(
                "apart",
                f"地块之间须有公共边,这里{how[0]}。",
                f"The parcels must share an edge; here they are {how[1]}.",
                shapely.shortest_line(alone, others),
            )


def _without_slivers(shape: MultiPolygon, known: Sequence[Polygon]) -> MultiPolygon:
    """The shape without holes that are only slivers left between neighbours."""
    return MultiPolygon(
        [
            Polygon(each.exterior, [ring for ring in each.interiors if not _is_sliver(Polygon(ring), known)])
            for each in shape.geoms
        ]
    )


def _is_sliver(hole: Polygon, known: Sequence[Polygon]) -> bool:
    return hole.area <= SLIVER_M2 and not any(hole.equals(each) for each in known)


def _holes(shape: MultiPolygon) -> list[Polygon]:
    return [Polygon(ring) for each in shape.geoms for ring in each.interiors]


def _owner(face: Polygon, wanted: Sequence[MultiPolygon]) -> int | None:
    inside = face.representative_point()
    return next((number for number, each in enumerate(wanted) if each.contains(inside)), None)


def _shared_m(face: Polygon, others: Iterable[Polygon]) -> float:
    return float(sum(face.boundary.intersection(other.boundary).length for other in others))


def _overlaps(shapes: Sequence[MultiPolygon]) -> float:
    return float(sum(one.intersection(other).area for one, other in combinations(shapes, 2)))


def _union(shapes: Sequence[BaseGeometry]) -> MultiPolygon:
    return _multi(shapely.get_parts(shapely.union_all(shapes)))


def _multi(polygons: Iterable[Polygon]) -> MultiPolygon:
    return MultiPolygon([each for each in polygons if each.geom_type == "Polygon"])


def _refuse_if_more(shape: BaseGeometry, code: str, zh: str, en: str) -> None:
    """Refuse what is larger than a sliver, with its area and its place; the largest piece speaks for all."""
    pieces = [piece for piece in shapely.get_parts(shape) if piece.area > SLIVER_M2]
    if pieces:
        area = f"{sum(piece.area for piece in pieces):.2f}"
        place = max(pieces, key=lambda piece: piece.area)
        raise CannotDivide(code, zh.format(area=area) + "。", f"{en.format(area=area).capitalize()}.", place)


def _require_land(parts: Iterable[MultiPolygon]) -> None:
    for each in parts:
        if each.area < SMALLEST_M2:
            raise CannotDivide(
                "tiny",
                f"分出的一块只有 {each.area:.2f} ㎡,不足 {SMALLEST_M2:g} ㎡。",
                f"One of the parts has only {each.area:.2f} m², less than {SMALLEST_M2:g} m².",
                each,
            )


# --- the way there and back ----------------------------------------------------------------------------------------


Turn = Callable[[Floats], Floats]
"""How coordinate arrays (n, 2) get from one system into another."""


class Ledger:
    """Remembers where every vertex came from, so that outlines return from the plane without having moved.

    A vertex that was taken in returns as it was, to the bit; a new one is turned once, whoever shares it.
    """

    def __init__(self, there: Turn, back: Turn) -> None:
        self._there, self._back = there, back
        self._origin: dict[tuple[float, ...], tuple[float, ...]] = {}

    def take(self, shape: MultiPolygon) -> MultiPolygon:
        """An outline in the plane; its vertices are remembered."""
        taken: MultiPolygon = shapely.transform(shape, self._remember)
        return taken

    def into(self, shape: Shape) -> Shape:
        """Something drawn, in the plane; nothing of it is remembered."""
        turned: Shape = shapely.transform(shape, self._there)
        return turned

    def give(self, shape: Shape) -> Shape:
        """Back from the plane."""
        given: Shape = shapely.transform(shape, self._recall)
        return given

    def _remember(self, points: Floats) -> Floats:
        moved = self._there(points)
        for place, origin in zip(map(tuple, moved.tolist()), map(tuple, points.tolist()), strict=True):
            self._origin.setdefault(place, origin)
        return moved

    def _recall(self, points: Floats) -> Floats:
        places = [tuple(point) for point in points.tolist()]
        fresh = [place for place in dict.fromkeys(places) if place not in self._origin]
        if fresh:
            turned = map(tuple, self._back(np.array(fresh, dtype=float)).tolist())
            self._origin.update(zip(fresh, turned, strict=True))
        return np.array([self._origin[place] for place in places], dtype=float)
