"""From the paths of a drawing to parcels: rings closed or joined, each once, with holes, and the texts that stand in them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from gis_service.geo import detect, loops, rings
from gis_service.parcels.reading.dxf import marks as dxf_marks
from gis_service.parcels.reading.dxf import texts as dxf_texts
from gis_service.parcels.reading.dxf.entities import Path, Word
from gis_service.parcels.reading.dxf.marks import Mark
from gis_service.parcels.reading.result import Issue, Layer, Unreadable, issue, unreadable

TOLERANCE_M = 0.01
"""How far a straight step may stray from the arc it stands for (domain 4.3)."""
MEETING_M = 0.001
"""Ends of loose lines this close to each other are one point."""


Floats = NDArray[np.float64]


@dataclass
class Chosen:
    """The paths of the layers that are read, and the layers that are not."""

    outlines: list[Path] = field(default_factory=list)
    loose: list[Path] = field(default_factory=list)
    left: list[Layer] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def vertices(self) -> Floats:
        """One vertex of each path: what detection looks at."""
        paths = self.outlines or self.loose
        return np.array([path.points[0] for path in paths], dtype=float).reshape(-1, 2)


@dataclass(frozen=True)
class Grid:
    """How numbers of the drawing become numbers of a system: `scale`, or the matrix of its geodata, then `finding`."""

    finding: detect.Finding
    scale: float = 1.0
    matrix: Any = None

    @property
    def metres(self) -> float:
        """How many metres one unit of the drawing is, for tolerances."""
        if self.finding.fit is not None:
            return self.finding.fit.scale
        if self.matrix is not None:
            return float(np.hypot(self.matrix[0, 0], self.matrix[0, 1]))
        return 111_000.0 if self.finding.crs.is_geographic else self.scale

    def placed(self, points: Floats) -> Floats:
        if self.matrix is not None:
            moved = [self.matrix.transform((x, y, 0.0)) for x, y in points.tolist()]
            return np.array([(v.x, v.y) for v in moved], dtype=float).reshape(-1, 2)
        return points * self.scale


# --- rings ----------------------------------------------------------------------------------------------------


@dataclass
class Drawn:
    """One closed ring in the numbers of the system, and how it was drawn."""

    layer: str
    handle: str
    ring: Floats
    pieces: int = 1
    mark: Mark | None = None
    inside: int | None = None
    texts: list[str] = field(default_factory=list)

    @property
    def polygon(self) -> Polygon:
        return Polygon(self.ring)


def closed(chosen: Chosen, grid: Grid, issues: list[Issue]) -> tuple[list[Drawn], list[Issue]]:
    """Closed outlines, flattened; where there are none, those that loose lines make end to end."""
    tolerance = TOLERANCE_M / grid.metres
    drawn = [Drawn(p.layer, p.handle, grid.placed(p.flattened(tolerance)), mark=p.mark) for p in chosen.outlines]
    drawn = [one for one in drawn if rings.corners(one.ring) >= 3]
    loose = len(chosen.loose)
    if not drawn:
        drawn, loose = _joined(chosen.loose, grid, tolerance)
        if drawn:
            issues.append(issue("dxf.joined", rings=len(drawn), lines=sum(one.pieces for one in drawn)))
    if not drawn:
        raise _nothing(chosen)
    if loose and any(one.pieces > 1 for one in drawn):
        issues.append(issue("dxf.loose_left", lines=loose))
    return _once(drawn, issues), issues


def _joined(paths: Sequence[Path], grid: Grid, tolerance: float) -> tuple[list[Drawn], int]:
    flat = [path.flattened(tolerance) for path in paths]
    kept = [(path, points) for path, points in zip(paths, flat, strict=True) if len(points) > 1]
    if not kept:
        return [], len(paths)
    found = loops.joined([points for _, points in kept], MEETING_M / grid.metres)
    drawn = [
        Drawn(kept[lines[0]][0].layer, kept[lines[0]][0].handle, grid.placed(ring), len(lines))
        for ring, lines in found.rings
        if rings.corners(ring) >= 3
    ]
    return drawn, len(found.loose)


def _nothing(chosen: Chosen) -> Unreadable:
    kinds = ", ".join(f"{name} {count}" for name, count in chosen.kinds.most_common(8)) or "—"
    layers = ", ".join(dict.fromkeys(path.layer for path in chosen.loose)) or "—"
    return unreadable("dxf.no_outlines", kinds=kinds, lines=len(chosen.loose), layers=layers[:200])


def _once(drawn: list[Drawn], issues: list[Issue]) -> list[Drawn]:
    """Each outline once: in drawings the same line often lies there twice."""
    seen: dict[bytes, Drawn] = {}
    for one in drawn:
        seen.setdefault(shapely.to_wkb(shapely.normalize(one.polygon)), one)
    if len(seen) < len(drawn):
        issues.append(issue("dxf.drawn_twice", count=len(drawn) - len(seen)))
    return list(seen.values())


# --- parcels -----------------------------------------------------------------------------------------------------


@dataclass
class Parcel:
    """An outline with its holes and its texts; `number` is that of a mark."""

    layer: str
    handle: str
    shape: MultiPolygon
    texts: list[str]
    holes: int
    number: str | None = None


def parcels(drawn: list[Drawn], words: Sequence[Word], grid: Grid) -> list[Parcel]:
    """Outlines with their texts. A ring inside another is land of its own where a number stands in it, else a hole.

    What a drawing of ours says of its rings goes before.
    """
    _nest(drawn)
    _hand_out(drawn, words, grid)
    known = dxf_marks.together([one.mark for one in drawn], [one.texts for one in drawn])
    marked = {place for parts in known.values() for part in parts for place in part}
    cut_out = {place for parts in known.values() for _, *holes in parts for place in holes}
    holes: dict[int, list[int]] = {}
    for index, one in enumerate(drawn):
        if index not in marked and _is_hole(drawn, index, marked, cut_out) and one.inside is not None:
            holes.setdefault(one.inside, []).append(index)
    cut = {index for inner in holes.values() for index in inner}
    found = {
        index: _parcel(drawn, [[index]], holes)
        for index in range(len(drawn))
        if index not in cut and index not in marked
    }
    found |= {parts[0][0]: _parcel(drawn, parts, holes, number) for number, parts in known.items()}
    return [found[index] for index in sorted(found)]


def _parcel(
    drawn: list[Drawn], parts: list[dxf_marks.Part], holes: dict[int, list[int]], number: str | None = None
) -> Parcel:
    """A parcel of the parts: their outer rings, their holes, and those that were drawn into them."""
    whole = [[*part, *holes.get(part[0], [])] for part in parts]
    polygons = [Polygon(drawn[shell].ring, [drawn[hole].ring for hole in inner]) for shell, *inner in whole]
    first = drawn[parts[0][0]]
    texts = [text for part in whole for place in part for text in drawn[place].texts]
    return Parcel(first.layer, first.handle, MultiPolygon(polygons), texts, sum(len(p) - 1 for p in whole), number)


def _is_hole(drawn: list[Drawn], index: int, marked: set[int], cut_out: set[int]) -> bool:
    """Whether a ring is a hole of the one around it; what lies in a hole is land again."""
    if index in marked:
        return index in cut_out
    one = drawn[index]
    if one.inside is None or dxf_texts.number(one.texts) is not None:
        return False
    return not _is_hole(drawn, one.inside, marked, cut_out)


def _nest(drawn: list[Drawn]) -> None:
    """For each ring the smallest one around it."""
    polygons = np.array([one.polygon for one in drawn], dtype=object)
    whole = shapely.make_valid(polygons)
    sizes = shapely.area(whole)
    inner = shapely.point_on_surface(whole)
    tree = shapely.STRtree(whole)
    best: dict[int, int] = {}
    for i, j in tree.query(inner, predicate="intersects").T.tolist():
        around = sizes[j] > sizes[i] and shapely.covers(whole[j], whole[i])
        if i != j and around and (i not in best or sizes[j] < sizes[best[i]]):
            best[i] = j
    for i, j in best.items():
        drawn[i].inside = j


def _hand_out(drawn: list[Drawn], words: Sequence[Word], grid: Grid) -> None:
    """Give each text to the smallest outline it stands in: by its middle, else by where it begins."""
    if not words:
        return
    whole = shapely.make_valid(np.array([one.polygon for one in drawn], dtype=object))
    sizes = shapely.area(whole)
    places = [(w, place) for w, word in enumerate(words) for place in word.places]
    tree = shapely.STRtree(whole)
    found: dict[int, tuple[int, int]] = {}
    hits = tree.query(
        shapely.points(grid.placed(np.array([place for _, place in places], dtype=float))), predicate="intersects"
    )
    for at, polygon in hits.T.tolist():
        word = places[at][0]
        before = found.get(word)
        if before is None or (before[0] == at and sizes[polygon] < sizes[before[1]]):
            found[word] = (at, polygon)
    for word in sorted(found):
        drawn[found[word][1]].texts.append(words[word].text)
