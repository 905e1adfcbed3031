"""Boundary points in a table, gathered into the outlines of parcels: rings by their number, by gaps, by coming back."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from shapely.geometry import MultiPolygon, Polygon

from gis_service.geo import detect, notation, rings
from gis_service.parcels.reading.result import BoundaryPoint, Issue, Row, issue
from gis_service.parcels.reading.shaping import Shaped, shaped

FEWEST_CORNERS = 3
MOST_COMPLAINTS = 20


@dataclass(slots=True)
class Vertex:
    """One boundary point: its numbers, and its texts as they were typed (north, east)."""

    row: int
    point_no: str
    texts: tuple[str, str]
    east: float
    north: float
    ring: str = ""
    order: int | None = None
    after_gap: bool = False

    @property
    def pair(self) -> tuple[float, float]:
        return self.east, self.north


@dataclass
class Plot:
    """One parcel as the table tells it; `row` is the row of its first line."""

    row: int
    attributes: dict[str, Any] = field(default_factory=dict)
    parcel_no: str | None = None
    parcel_name: str | None = None
    vertices: list[Vertex] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    @property
    def faulty(self) -> bool:
        return any(found.level == "error" for found in self.issues)


@dataclass
class Ring:
    """Points of one ring without the repeated closing point."""

    text: str
    vertices: list[Vertex] = field(default_factory=list)
    closed: bool = False

    def takes(self, vertex: Vertex, *, gaps: bool) -> bool:
        """Whether a point goes on with this ring."""
        if not self.vertices:
            return True
        if vertex.ring != self.text or (gaps and vertex.after_gap):
            return False
        back = vertex.pair == self.vertices[0].pair
        if len(self.vertices) >= FEWEST_CORNERS and not back and self._begins_again(vertex):
            return False
        return not self.closed or back

    def _begins_again(self, vertex: Vertex) -> bool:
        """Whether the point carries the number of the first one: the counting began anew, so did the ring."""
        return bool(vertex.point_no) and vertex.point_no == self.vertices[0].point_no

    def add(self, vertex: Vertex) -> None:
        if len(self.vertices) >= FEWEST_CORNERS and vertex.pair == self.vertices[0].pair:
            self.closed = True
        else:
            self.vertices.append(vertex)


def rings_of(vertices: Sequence[Vertex]) -> list[Ring]:
    """Points split into rings. Blank lines part them too, unless that would leave rings of one or two points."""
    parted = _rings(vertices, gaps=True)
    if all(len(ring.vertices) >= FEWEST_CORNERS for ring in parted):
        return parted
    return _rings(vertices, gaps=False)


def _rings(vertices: Sequence[Vertex], *, gaps: bool) -> list[Ring]:
    found: list[Ring] = []
    for vertex in vertices:
        if not found or not found[-1].takes(vertex, gaps=gaps):
            found.append(Ring(vertex.ring))
        found[-1].add(vertex)
    return found


def ordered(vertices: list[Vertex]) -> tuple[list[Vertex], bool]:
    """The points of each ring in the order of their running numbers, where these are all there and all different."""
    found: list[Vertex] = []
    changed = False
    for _, group in itertools.groupby(vertices, key=lambda vertex: vertex.ring):
        ring = list(group)
        numbers = [vertex.order for vertex in ring]
        known = [number for number in numbers if number is not None]
        if len(set(known)) == len(ring) and known != sorted(known):
            ring.sort(key=lambda vertex: vertex.order or 0)
            changed = True
        found += ring
    return found, changed


# --- drawing -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Drawing:
    """How plots of one table are drawn: in which system, unpacked or not, of how many points at most."""

    layer: str
    finding: detect.Finding
    packed: bool
    most_points: int

    def rows(self, plots: Sequence[Plot]) -> Iterator[Row]:
        """Rows of some plots, made ready together."""
        drawn = [_Drawn.of(plot, self) for plot in plots]
        whole = [one for one in drawn if one.nested]
        shapes = [one.shape for one in whole]
        numbers = [one.plot.row for one in whole]
        ready = iter(shaped(shapes, numbers, self.layer, self.finding, self.most_points))
        for one in drawn:
            yield one.row(next(ready) if one.nested else Shaped(one.plot.row, self.layer))


@dataclass
class _Drawn:
    """A plot whose rings are known; without `nested` where nothing can be drawn."""

    plot: Plot
    drawing: Drawing
    found: list[Ring]
    lines: list[detect.Floats]
    nested: list[rings.Nested]

    @classmethod
    def of(cls, plot: Plot, drawing: Drawing) -> "_Drawn":
        found = rings_of(plot.vertices)
        lines = [_line(ring, packed=drawing.packed) for ring in found]
        for number, line in enumerate([] if plot.faulty else lines, start=1):
            if rings.corners(line) < FEWEST_CORNERS:
                facts = {"ring": number, "points": rings.corners(line)}
                plot.issues.append(issue("geometry.too_few_points", row=plot.row, layer=drawing.layer, **facts))
        nested = [] if plot.faulty or not found else rings.nest(lines)
        return cls(plot, drawing, found, lines, nested)

    @property
    def shape(self) -> MultiPolygon:
        return MultiPolygon([Polygon(self.lines[n.shell], [self.lines[h] for h in n.holes]) for n in self.nested])

    def row(self, ready: Shaped) -> Row:
        plot = self.plot
        return ready.as_row(
            plot.attributes,
            plot.issues[:MOST_COMPLAINTS] + self._unclosed() + ready.issues,
            boundary_points=list(self._boundary_points()),
            parcel_no=plot.parcel_no,
            parcel_name=plot.parcel_name,
        )

    def _unclosed(self) -> list[Issue]:
        unclosed = [str(number) for number, ring in enumerate(self.found, start=1) if not ring.closed]
        if not unclosed or not self.nested:
            return []
        facts = {"rings": ", ".join(unclosed[:20])}
        return [issue("coordinate.ring_closed", row=self.plot.row, layer=self.drawing.layer, **facts)]

    def _boundary_points(self) -> Iterator[BoundaryPoint]:
        running = itertools.count(1)
        swapped = self.drawing.finding.axis_swapped
        for part_no, one in enumerate(self.nested, start=1):
            for ring_no, index in enumerate((one.shell, *one.holes), start=1):
                ring = self.found[index]
                degrees = _degrees(self.lines[index][: len(ring.vertices)], self.drawing.finding)
                for seq, (vertex, (lon, lat)) in enumerate(zip(ring.vertices, degrees, strict=True), start=1):
                    north, east = reversed(vertex.texts) if swapped else vertex.texts
                    name = vertex.point_no or f"J{next(running)}"
                    yield BoundaryPoint(name, part_no, ring_no, seq, ring.text or str(index + 1), north, east, lon, lat)


def _line(ring: Ring, *, packed: bool) -> detect.Floats:
    line = np.array([vertex.pair for vertex in ring.vertices], dtype=float)
    return rings.closed(notation.unpacked(line) if packed else line)


def _degrees(xy: detect.Floats, finding: detect.Finding) -> list[tuple[float | None, float | None]]:
    east, north = xy.T[::-1] if finding.axis_swapped else xy.T
    lon, lat = finding.degrees(east, north)
    pairs = zip(lon.tolist(), lat.tolist(), strict=True)
    return [(x, y) if np.isfinite((x, y)).all() else (None, None) for x, y in pairs]


_RUNNING = re.compile(r"[A-Za-z]{0,3}(\d{1,6})")


def running_number(text: str) -> int | None:
    """
    >>> running_number("J12"), running_number("7"), running_number("A-1-2")
    (12, 7, None)
    """
    match = _RUNNING.fullmatch(text)
    return int(match[1]) if match else None
