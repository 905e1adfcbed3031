"""CASS .dat: points of a survey as `点号,编码,Y(东),X(北),H` — east before north, the other way round than the 国土 TXT.

The file says nothing of lines. Its points are taken as the corners of one parcel in their order, or of one for each
code where every code has enough of them; that is told, because nobody but the sender knows it.
"""

import re
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from shapely.geometry import MultiPolygon, Polygon

from gis_service.geo import detect, rings
from gis_service.parcels.reading import source_crs
from gis_service.parcels.reading.encoding import decoded
from gis_service.parcels.reading.request import Emit, Request
from gis_service.parcels.reading.result import BoundaryPoint, Issue, Layer, Row, Summary, issue, unreadable
from gis_service.parcels.reading.shaping import shaped
from gis_service.parcels.reading.values import shown

FORMAT, LAYER = "CASS DAT", "DAT"
MOST_COMPLAINTS = 20
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_COMMA = re.compile(r"[,，]")


@dataclass(frozen=True)
class Point:
    """One line: number, code, the two coordinates as text and as numbers."""

    number: str
    code: str
    texts: tuple[str, str]
    east: float
    north: float


def read(request: Request, emit: Emit) -> Summary:
    text, encoding, issues = decoded(request.source.read_bytes(), request.encoding)
    points = _points(text, issues)
    if len(points) < 3:
        raise unreadable("dat.too_few", points=len(points))
    groups = _groups(points)
    issues.append(issue("dat.points_joined", layer=LAYER, points=len(points), parcels=len(groups)))
    xy = np.array([(point.east, point.north) for point in points], dtype=float)
    finding = source_crs.placed(request, None, xy, layer=LAYER, issues=issues)
    for row, group in enumerate(groups, start=1):
        emit(_row(row, group, finding, request.limits.points))
    return Summary(
        FORMAT, [Layer(LAYER, len(groups), "POLYGON", finding.epsg)], source_crs.described(finding), encoding, issues
    )


def _points(text: str, issues: list[Issue]) -> list[Point]:
    found, odd = [], 0
    for line, raw in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        plain = raw.strip(" \t\x1a\ufeff\x00")
        if not plain or (line == 1 and plain.isdigit()):
            continue  # older files begin with the number of points
        point = _point(plain)
        if point is not None:
            found.append(point)
            continue
        odd += 1
        if found and plain.count(",") + plain.count("，") >= 3:  # a point that is lost would be a corner that is lost
            issues.append(issue("txt.coordinate", line=line, text=shown(plain, 40)))
            continue
        if odd <= MOST_COMPLAINTS:
            issues.append(issue("txt.line_not_understood", line=line, text=shown(plain, 40)))
    return found


def _point(line: str) -> Point | None:
    fields = [part.strip() for part in _COMMA.split(line)]
    if len(fields) < 4:
        return None
    if not all(_NUMBER.fullmatch(text) for text in fields[2:4]):
        return None
    east, north = float(fields[2]), float(fields[3])
    return Point(fields[0], fields[1], (fields[2], fields[3]), east, north) if abs(east) + abs(north) < 1e12 else None


def _groups(points: list[Point]) -> list[list[Point]]:
    """One parcel for each code where codes follow each other and each has at least three points; else one of all."""
    runs = [list(run) for _, run in groupby(points, key=lambda point: point.code)]
    codes = [run[0].code for run in runs]
    several = len(runs) > 1 and all(codes) and len(set(codes)) == len(codes) and all(len(run) >= 3 for run in runs)
    return runs if several else [points]


def _row(row: int, points: list[Point], finding: detect.Finding, most_points: int) -> Row:
    ring = rings.closed(np.array([(point.east, point.north) for point in points], dtype=float))
    if len(points) > 3 and (points[0].east, points[0].north) == (points[-1].east, points[-1].north):
        points = points[:-1]
    different = rings.corners(ring)
    if different < 3:
        fault = issue("geometry.too_few_points", row=row, layer=LAYER, ring=1, points=different)
        return Row(row, LAYER, {"编码": points[0].code or None}, issues=[fault])
    (area,) = shaped([MultiPolygon([Polygon(ring)])], row, LAYER, finding, most_points)
    attributes = {"编码": points[0].code or None, "点数": len(points)}
    boundary_points = [] if finding.converted else _boundary_points(points, finding)
    return area.as_row(attributes, area.issues, boundary_points=boundary_points)


def _boundary_points(points: list[Point], finding: detect.Finding) -> list[BoundaryPoint]:
    xy = np.array([(point.east, point.north) for point in points], dtype=float)
    east, north = xy.T[::-1] if finding.axis_swapped else xy.T
    lon, lat = finding.degrees(east, north)
    found = []
    for seq, (point, x, y) in enumerate(zip(points, lon.tolist(), lat.tolist(), strict=True), start=1):
        here = (x, y) if np.isfinite((x, y)).all() else (None, None)
        first, second = reversed(point.texts) if finding.axis_swapped else point.texts
        found.append(BoundaryPoint(point.number, 1, 1, seq, "1", second, first, *here))
    return found
