"""Boundary points of a parcel: an outline from points as typed, and points for an outline that was drawn.

The texts are the document's: what was typed stays as typed, in its own CRS, and a vertex that has not moved keeps its
text whatever happens to its neighbours. Only a new vertex gets a text from its coordinates, to the millimetre.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry import MultiPolygon, Point, Polygon
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs, measure, rings
from gis_service.parcels.errors import GeometryRefused, PointsRefused
from gis_service.parcels.models import BoundaryPoint

SAME_PLACE_M = 0.0006
"""A vertex this near to a point that has a text is that point: half a millimetre of rounding."""


PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
"""What a coordinate is typed as; no exponents, no separators."""


@dataclass(frozen=True)
class Written:
    """A boundary point with its texts and its place in the storage system."""

    part_no: int
    ring_no: int
    seq: int
    point_no: str
    northing_text: str
    easting_text: str
    source_crs: int
    place: Point

    def row(self, parcel_id: int) -> dict[str, Any]:
        facts = {name: value for name, value in asdict(self).items() if name != "place"}
        return {"parcel_id": parcel_id, **facts, "geom": from_shape(self.place, srid=STORAGE_SRID)}


# --- from points to an outline -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Typed:
    """A point as somebody typed it, in the order of its ring."""

    part_no: int
    ring_no: int
    point_no: str
    northing_text: str
    easting_text: str
    source_crs: int


def outline_of(points: Sequence[Typed]) -> tuple[MultiPolygon, list[Written]]:
    """The outline that points describe, and the points with their places; ring 1 of a part is its shell.

    A last point that repeats the first of its ring only closes it and is left out. Raises `PointsRefused` with the row.
    """
    if not points:
        raise PointsRefused(errors=[_fault(1, "boundary_points", "没有界址点", "there are no points")])
    places = _places(points)
    grouped: dict[int, dict[int, list[int]]] = {}
    for at, point in enumerate(points):
        grouped.setdefault(point.part_no, {}).setdefault(point.ring_no, []).append(at)
    rings_of = {part: {ring: _open(rows, places) for ring, rows in found.items()} for part, found in grouped.items()}
    _require_rings(rings_of, places)
    polygons = [
        Polygon(places[found[1]], [places[rows] for ring, rows in sorted(found.items()) if ring != 1])
        for _, found in sorted(rings_of.items())
    ]
    outline = MultiPolygon(polygons)
    if fault := rings.fault(outline):
        raise GeometryRefused(reason=f"{fault.zh} · {fault.en} [{fault.x} {fault.y}]")
    written = [
        Written(part, ring, seq, points[at].point_no, points[at].northing_text, points[at].easting_text,
                points[at].source_crs, Point(places[at]))
        for part, found in sorted(rings_of.items())
        for ring, rows in sorted(found.items())
        for seq, at in enumerate(rows, start=1)
    ]  # fmt: skip
    return outline, written


def _places(points: Sequence[Typed]) -> Any:
    """Longitude and latitude of every point, from its texts in its own system."""
    faults: list[dict[str, Any]] = []
    numbers = np.array([_numbers(point, row, faults) for row, point in enumerate(points, start=1)], dtype=float)
    if faults:
        raise PointsRefused(errors=faults)
    places = np.empty_like(numbers)
    for epsg in dict.fromkeys(point.source_crs for point in points):
        mine = np.array([point.source_crs == epsg for point in points])
        try:
            system = crs.parse(str(epsg))
            east, north = crs.transform_xy(numbers[mine, 0], numbers[mine, 1], system, STORAGE_SRID)
            again = np.column_stack(crs.transform_xy(east, north, STORAGE_SRID, system))
        except crs.CrsError as error:
            raise GeometryRefused(reason=f"{error.zh} · {error.en}") from None
        # far outside its reach a projection gives some place or other, from which no way leads back
        lost = ~(np.abs(again - numbers[mine]) < 0.001).all(axis=1)
        places[mine] = np.where(lost[:, None], np.nan, np.column_stack([east, north]))
    for row in np.flatnonzero(np.isnan(places).any(axis=1)):
        faults.append(_fault(int(row) + 1, "easting_text", "坐标超出该坐标系的范围", "outside the reach of its system"))
    if faults:
        raise PointsRefused(errors=faults)
    return places


def _numbers(point: Typed, row: int, faults: list[dict[str, Any]]) -> tuple[float, float]:
    """(east, north) of a point; what is no number is noted."""
    found = []
    for name in ("easting_text", "northing_text"):
        text = getattr(point, name)
        value = float(text) if PLAIN_NUMBER.fullmatch(text) else math.nan
        if math.isnan(value):
            faults.append(_fault(row, name, f"“{text}”不是数字", "not a number"))
        found.append(value)
    return found[0], found[1]


def _fault(row: int, field: str, zh: str, en: str) -> dict[str, Any]:
    return {
        "level": "error",
        "code": "parcel.point",
        "file": None,
        "row": row,
        "field": field,
        "message": f"{zh} · {en}",
    }


def _open(rows: list[int], places: Any) -> list[int]:
    return rows[:-1] if len(rows) > 3 and (places[rows[0]] == places[rows[-1]]).all() else rows


def _require_rings(found: dict[int, dict[int, list[int]]], places: Any) -> None:
    for part, its in found.items():
        if 1 not in its:
            first = next(iter(its.values()))[0] + 1
            raise PointsRefused(
                errors=[_fault(first, "ring_no", f"第 {part} 部分没有外圈", f"part {part} has no outer ring")]
            )
        for rows in its.values():
            if len({tuple(places[row]) for row in rows}) < 3:
                raise PointsRefused(errors=[_fault(rows[0] + 1, "boundary_points", "一圈至少三个不同的点", "a ring needs three different points")])  # fmt: skip


# --- from an outline to points -------------------------------------------------------------------------------------


def points_for(outline: MultiPolygon, plane: int, known: Iterable[BoundaryPoint] = ()) -> list[Written]:
    """Points of an outline, J1 from the north-west; a vertex that stands on a known point keeps that point's texts.

    New points are written in the plane system that most of the known ones are in.
    """
    texts = _Texts(plane, list(known))
    in_plane = crs.transform(outline, STORAGE_SRID, plane)
    origin = _origins(outline, in_plane)
    found = []
    for point in rings.numbered(in_plane):
        northing, easting, source = texts.of(point.x, point.y)
        place = origin[point.x, point.y]
        found.append(Written(point.part_no, point.ring_no, point.seq, point.point_no, northing, easting, source, Point(place)))  # fmt: skip
    return found


def _origins(outline: MultiPolygon, in_plane: MultiPolygon) -> dict[tuple[float, float], tuple[float, float]]:
    pairs = zip(shapely.get_coordinates(in_plane).tolist(), shapely.get_coordinates(outline).tolist(), strict=True)
    return {(x, y): (lon, lat) for (x, y), (lon, lat) in pairs}


class _Texts:
    """Texts of known points by their place in a plane, and a way to write others alike."""

    def __init__(self, plane: int, known: list[BoundaryPoint]) -> None:
        self.plane, self.known = plane, known
        counts = Counter(point.source_crs for point in known if crs.as_crs(point.source_crs).is_projected)
        self.usual = counts.most_common(1)[0][0] if counts else plane
        places = [crs.transform(to_shape(point.geom), STORAGE_SRID, plane) for point in known]
        self.tree = shapely.STRtree(places) if places else None

    def of(self, x: float, y: float) -> tuple[str, str, int]:
        if self.tree is not None:
            near, away = self.tree.query_nearest(Point(x, y), max_distance=SAME_PLACE_M, return_distance=True)
            if len(near):
                point = self.known[int(near[int(np.argmin(away))])]
                return point.northing_text, point.easting_text, point.source_crs
        place = crs.transform(Point(x, y), self.plane, self.usual)
        return f"{place.y:.3f}", f"{place.x:.3f}", self.usual


# --- keeping them --------------------------------------------------------------------------------------------------


def points_of(session: Session, parcel_ids: Iterable[int]) -> list[BoundaryPoint]:
    wanted = select(BoundaryPoint).where(BoundaryPoint.parcel_id.in_(list(parcel_ids)))
    return list(session.scalars(wanted.order_by(BoundaryPoint.parcel_id, BoundaryPoint.part_no, BoundaryPoint.ring_no, BoundaryPoint.seq)))  # fmt: skip


def keep(session: Session, parcel_id: int, points: Sequence[Written]) -> bool:
    """Make these the parcel's points; returns whether anything was different."""
    now = [_said(point) for point in points_of(session, [parcel_id])]
    if now == [_said(point) for point in points]:
        return False
    session.execute(delete(BoundaryPoint).where(BoundaryPoint.parcel_id == parcel_id))
    if points:
        session.execute(insert(BoundaryPoint), [point.row(parcel_id) for point in points])
    return True


def _said(point: BoundaryPoint | Written) -> tuple[Any, ...]:
    return (point.part_no, point.ring_no, point.seq, point.point_no, point.northing_text, point.easting_text, point.source_crs)  # fmt: skip


def measured(outline: MultiPolygon) -> dict[str, Any]:
    """The columns of a parcel that follow from its outline."""
    plane = measure.metric_crs_for(outline, METRIC_SRID)
    return {
        "geom": from_shape(outline, srid=STORAGE_SRID),
        "area_computed_m2": round(measure.plane_area_m2(crs.transform(outline, STORAGE_SRID, plane), plane), 2),
        "area_computed_crs": plane,
    }


def rows_of(points: Sequence[Written]) -> Iterator[dict[str, Any]]:
    """Points as a preview shows them."""
    for point in points:
        yield {name: value for name, value in asdict(point).items() if name != "place"}
