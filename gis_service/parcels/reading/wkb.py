"""Geometries as WKB from strangers: what GEOS cannot build is None, and why it could not is told."""

import struct
from collections.abc import Iterable

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

POLYGON, MULTIPOLYGON = 3, 6
CURVES = frozenset({8, 9, 10, 11, 12})
"""Circular strings, compound curves, curve polygons, multi-curves, multi-surfaces."""

Reason = tuple[str, str]
OPEN: Reason = ("环未闭合或点数不足", "a ring is open or has too few points")
CURVED: Reason = ("含圆弧，请在原软件中折成直线", "it has arcs; turn them into straight lines in the original software")


def shapes_of(wkb: Iterable[bytes | None]) -> list[BaseGeometry | None]:
    """The geometries, each by itself where one of them is of a kind that nobody can build here."""
    given = list(wkb)
    try:
        found: list[BaseGeometry | None] = shapely.from_wkb(given, on_invalid="ignore").tolist()
    except NotImplementedError:
        return [_alone(one) for one in given]
    return found


def _alone(one: bytes | None) -> BaseGeometry | None:
    try:
        return shapely.from_wkb(one, on_invalid="ignore")
    except NotImplementedError:
        return None


def mended(wkb: bytes) -> BaseGeometry | None:
    """What GEOS makes of one that it refuses."""
    try:
        return shapely.from_wkb(wkb, on_invalid="fix")
    except NotImplementedError:
        return None


def why_not(wkb: bytes) -> Reason | None:
    """Why one was not built; None where its coordinates are no numbers."""
    try:
        kind = _kind(wkb)
        if kind % 1000 in CURVES:
            return CURVED
        return None if kind in (POLYGON, MULTIPOLYGON) and _has_no_number(wkb, kind) else OPEN
    except (struct.error, ValueError):  # it ends too early
        return OPEN


def _kind(wkb: bytes) -> int:
    kind: int = struct.unpack_from("<I" if wkb[:1] == b"\x01" else ">I", wkb, 1)[0]
    return kind & 0x0FFFFFFF


def _has_no_number(wkb: bytes, kind: int) -> bool:
    """Whether one of the coordinates of a plane polygon is NaN or infinite."""
    order = "<" if wkb[:1] == b"\x01" else ">"
    (count,) = struct.unpack_from(f"{order}I", wkb, 5)
    at, polygons = (9, count) if kind == MULTIPOLYGON else (0, 1)
    for _ in range(polygons):
        (rings,) = struct.unpack_from(f"{order}I", wkb, at + 5)
        at += 9
        for _ in range(rings):
            (points,) = struct.unpack_from(f"{order}I", wkb, at)
            if not np.isfinite(np.frombuffer(wkb, f"{order}f8", 2 * points, at + 4)).all():
                return True
            at += 4 + 16 * points
    return False
