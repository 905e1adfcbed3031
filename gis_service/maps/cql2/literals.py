"""Days, instants and shapes that a person wrote into a filter."""

import json
import re
from datetime import date, datetime
from math import isfinite
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.core.clock import as_instant
from gis_service.maps import crs
from gis_service.maps.cql2.terms import Node, fault, shown
from gis_service.maps.crs import Crs

DAY = re.compile(r"\d{4}-\d\d-\d\d")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?")
SHAPES = frozenset(
    ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"]
)


def instant(text: str) -> datetime:
    """An instant in RFC 3339; without a zone it is Beijing time. ValueError otherwise.

    >>> instant("2026-01-01T08:00:00").isoformat()
    '2026-01-01T08:00:00+08:00'
    """
    if not INSTANT.fullmatch(text):
        raise ValueError(text)
    return as_instant(text)


def day(text: str) -> date:
    """A day; ValueError otherwise (the library would take weeks, too)."""
    if not DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def moment(text: Any, place: str) -> date | datetime:
    """The day or the instant of an interval's end, or of DATE(…) and TIMESTAMP(…)."""
    try:
        return day(text) if DAY.fullmatch(text) else instant(text)
    except (ValueError, TypeError, OverflowError):
        said = shown(text)
        raise fault(place, f"“{said}”不是日期或时刻", f"'{said}' is neither a day nor an instant") from None


def is_shape(node: Node) -> bool:
    """Whether a piece of an expression is a geometry or a box."""
    if not isinstance(node, dict) or "op" in node:
        return False
    return "bbox" in node if "type" not in node else isinstance(node["type"], str) and node["type"] in SHAPES


def shape(node: Node, system: Crs, place: str) -> BaseGeometry:
    """A GeoJSON geometry or a bbox whose coordinates are in `system` (its axis order) in the storage CRS, east first."""
    drawn = _box(node["bbox"], system, place) if "type" not in node else _drawn(node, system, place)
    if system.degrees:
        west, south, east, north = drawn.bounds
        if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
            order_zh, order_en = (
                ("纬度在前", "latitude first") if system.north_first else ("经度在前", "longitude first")
            )
            raise fault(
                place,
                f"坐标超出经纬度范围;该坐标系{order_zh}",
                f"the coordinates are beyond longitude and latitude; this CRS has {order_en}",
            )
    return crs.stored(drawn, system)


def _box(numbers: Node, system: Crs, place: str) -> BaseGeometry:
    try:
        if not all(_is_number(one) for one in numbers):
            raise ValueError
        return crs.box(numbers, system)
    except (ValueError, TypeError):
        raise fault(place, "范围应为 4 或 6 个数,先最小后最大", "a box is 4 or 6 numbers, the lesser first") from None


def _drawn(node: Node, system: Crs, place: str) -> BaseGeometry:
    try:
        _check_rings(node)
        found = shapely.force_2d(shapely.from_geojson(json.dumps(node, allow_nan=False)))
    except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError) as error:
        said = shown(error)
        raise fault(place, f"图形读不懂({said})", f"the geometry cannot be read ({said})") from None
    if found.is_empty or not shapely.is_valid(found):
        said = "空 empty" if found.is_empty else shapely.is_valid_reason(found)
        raise fault(place, f"图形无效({said})", f"the geometry is not valid ({said})")
    return shapely.transform(found, lambda ends: ends[:, ::-1]) if system.north_first else found


def _check_rings(node: Node) -> None:
    """Rings must close: the library would close them, and so hide a missing corner."""
    for part in node.get("geometries", []):
        _check_rings(part)
    polygons = {"Polygon": [node.get("coordinates")], "MultiPolygon": node.get("coordinates")}.get(node["type"], [])
    for ring in (ring for polygon in polygons for ring in polygon):
        if len(ring) < 4 or ring[0] != ring[-1]:
            raise ValueError("a ring must close")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
