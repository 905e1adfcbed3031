"""Whether a whole file lies off by the shift of internet maps (GCJ-02): nothing in its numbers shows it, the register does.

Rows are compared with registered parcels of the same number, or, where the file has no known number, of the same size
nearby. Only where all of them lie off the same way is it said: one parcel that moved is no shift.
"""

from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, select, union_all

from gis_service.geo import measure, shift
from gis_service.parcels.imports.checks.catalogue import SHAPES, Frame, check
from gis_service.parcels.imports.notes import Level
from gis_service.parcels.models import Parcel

LEAST_M, MOST_M = 400, 900
"""How far GCJ-02 lies off in China's south-east (618 to 623 m in the district, domain 3.3), with room for bad drawing."""

WITHIN_DEGREES = 20.0
"""How far the direction may stray from that of the shift (about 122° in the district)."""

SAME_PLACE_M = 50
SAME_SIZE = 0.005
"""Outlines whose areas differ by no more are taken for the same; drawing and shift change them by less."""

NEARBY_DEGREES, MOST_ROWS = 0.012, 200
S = SHAPES.c


def direction_degrees(box: tuple[float, float, float, float]) -> float:
    """Where to the shift points in the middle of the district, clockwise from north.

    >>> round(direction_degrees((113.45, 22.28, 113.72, 22.48)))
    123
    """
    west, south, east, north = box
    lon, lat = (west + east) / 2, (south + north) / 2
    there_lon, there_lat = shift.wgs84_to_gcj02(np.array(lon), np.array(lat))
    azimuth, _, _ = measure.CGCS2000_ELLIPSOID.inv(lon, lat, float(there_lon), float(there_lat))
    return float(azimuth) % 360.0


@check(
    "place.looks_gcj02",
    Level.WARNING,
    title=("不像互联网地图偏移坐标", "not shifted as internet maps are"),
    zh="疑似 GCJ-02(火星坐标):本文件有 {rows} 个地块能与台账对上(编号或面积相同),全部朝 {degrees}°方向偏 {distance_m} 米左右,"
    "正是火星坐标的偏移。请核对来源;确为火星坐标,用 shift=gcj02 重新导入。",
    en="This looks like GCJ-02: {rows} parcels of the file match registered ones (by number or size), and all lie some "
    "{distance_m} m off toward {degrees}°, which is the shift of internet maps. Check where the file comes from; if it is "
    "GCJ-02, import it again with shift=gcj02.",
)
def looks_shifted(frame: Frame) -> Select[Any]:
    """Every row that can be compared lies off, none lies where it should."""
    each = _by_row(frame)
    rows, off, numbered = func.count(), func.count().filter(each.c.off), func.count().filter(each.c.numbered)
    compared = select(func.count()).select_from(_looked_at()).scalar_subquery()
    enough = case((numbered > 0, literal(True)), else_=rows == compared)
    columns: list[Any] = [
        rows.label("rows"),
        func.round(func.avg(each.c.distance_m)).label("distance_m"),
        literal(round(direction_degrees(frame.box))).label("degrees"),
    ]
    return select(*columns).select_from(each).having(and_(rows > 0, off == rows, enough))


def _looked_at() -> Any:
    """The rows that are compared by size: the first ones, which say as much as all."""
    return (
        select(S.row_no, S.shape, S.area_m2).where(S.shape.is_not(None)).order_by(S.row_no).limit(MOST_ROWS).subquery()
    )


def _by_row(frame: Frame) -> Any:
    """Each row that matches anything: whether it lies off by a shift and nowhere in its place."""
    pairs = union_all(_same_number(frame), _same_size(frame)).subquery("pair").c
    inside = func.bool_or(pairs.distance_m < SAME_PLACE_M)
    return (
        select(
            pairs.row_no,
            func.bool_or(pairs.numbered).label("numbered"),
            and_(func.bool_or(pairs.shifted), ~inside).label("off"),
            func.min(pairs.distance_m).filter(pairs.shifted).label("distance_m"),
        )
        .group_by(pairs.row_no)
        .subquery("each")
    )


def _same_number(frame: Frame) -> Select[Any]:
    columns = _columns(frame, S.row_no, S.shape, Parcel.geom, numbered=True)
    joined = select(*columns).join_from(SHAPES, Parcel, Parcel.id == S.known_id)
    return joined.where(S.shape.is_not(None), Parcel.retired_on.is_(None))


def _same_size(frame: Frame) -> Select[Any]:
    """Registered parcels nearby of the same size, for files without a known number; looked up row by row by the index."""
    known, row = SHAPES.alias("known"), _looked_at().c
    nearby = (
        select(Parcel.geom.label("geom"))
        .where(
            Parcel.geom.op("&&")(func.st_expand(row.shape, NEARBY_DEGREES)),
            func.abs(Parcel.area_ellipsoid_m2 - row.area_m2) <= SAME_SIZE * row.area_m2,
            Parcel.retired_on.is_(None),
        )
        .offset(0)
        .lateral("nearby")
    )
    no_number = ~exists(select(known.c.row_no).where(known.c.known_id.is_not(None)))
    columns = _columns(frame, row.row_no, row.shape, nearby.c.geom, numbered=False)
    return select(*columns).join_from(row.row_no.table, nearby, literal(True)).where(no_number)


def _columns(frame: Frame, row_no: Any, shape: Any, registered: Any, *, numbered: bool) -> list[ColumnElement[Any]]:
    """How far a row lies from a registered parcel, and whether that is the shift."""
    here, there = func.st_centroid(shape), func.st_centroid(registered)
    distance = func.st_distancesphere(here, there)
    azimuth = func.degrees(func.st_azimuth(func.geography(there), func.geography(here)))
    turn = func.abs(azimuth - direction_degrees(frame.box))
    toward = func.least(turn, 360 - turn) <= WITHIN_DEGREES
    shifted = func.coalesce(and_(distance.between(LEAST_M, MOST_M), toward), literal(False))
    return [
        row_no.label("row_no"),
        literal(numbered).label("numbered"),
        distance.label("distance_m"),
        shifted.label("shifted"),
    ]
