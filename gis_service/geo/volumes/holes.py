"""Holes as an estimate sees them: a place, a thickness of waste, and whether the bottom was reached. Metres, projected."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree
from shapely.geometry import MultiPolygon, Polygon

from gis_service.geo.volumes.errors import CannotEstimate

Floats = NDArray[np.float64]
Land: TypeAlias = Polygon | MultiPolygon

FEWEST = 3
"""Two holes span no area."""

MERGE_M = 0.1
"""Holes closer than this are one place measured twice."""

OUTSIDE_M = 1.0
"""A hole may lie so far outside the parcel: a handheld fix or a redrawn boundary, no other land."""

NAMED = 8
"""Holes that a refusal names before it says "and others"."""


@dataclass(frozen=True)
class Hole:
    """One borehole or pit. Thickness 0 found nothing; `open_ended` stopped inside waste: its thickness is a lower bound."""

    x_m: float
    y_m: float
    thickness_m: float
    open_ended: bool = False
    top_m: float | None = None
    bottom_m: float | None = None
    name: str = ""

    @property
    def positive(self) -> bool:
        """Waste was met: by a thickness, or by a hole that stopped as soon as it was inside."""
        return self.thickness_m > 0 or self.open_ended


@dataclass(frozen=True)
class Readings:
    """Checked holes in a fixed order (east, then north), as arrays of length n."""

    holes: tuple[Hole, ...]
    merged: int
    """How many holes went into another one at the same place."""

    @property
    def xy(self) -> Floats:
        return np.array([(hole.x_m, hole.y_m) for hole in self.holes], dtype=float)

    @property
    def thickness_m(self) -> Floats:
        return np.array([hole.thickness_m for hole in self.holes], dtype=float)

    @property
    def positive(self) -> NDArray[np.bool_]:
        return np.array([hole.positive for hole in self.holes], dtype=bool)

    @property
    def open_ended(self) -> NDArray[np.bool_]:
        return np.array([hole.open_ended for hole in self.holes], dtype=bool)

    def __len__(self) -> int:
        return len(self.holes)


def read(holes: Sequence[Hole], parcel: Land, *, merge_m: float = MERGE_M, outside_m: float = OUTSIDE_M) -> Readings:
    """Holes checked against the parcel, one per place, sorted. Raises `CannotEstimate`."""
    check_parcel(parcel)
    check_numbers(holes)
    check_places(holes, parcel, outside_m)
    single = merged(holes, merge_m)
    if len(single) < FEWEST:
        raise CannotEstimate(
            "too_few_holes",
            f"只有 {len(single)} 个不同位置的钻孔或探坑,至少要 {FEWEST} 个才能估算方量;请补充钻孔后再算。",
            f"Holes in only {len(single)} places; a volume needs at least {FEWEST}. Add holes, then estimate again.",
            places=len(single),
        )
    return Readings(single, len(holes) - len(single))


def check_parcel(parcel: Land) -> None:
    if parcel.is_empty or not parcel.area > 0:
        raise CannotEstimate(
            "empty_parcel",
            "地块图形为空或没有面积;请先补绘地块边界。",
            "The parcel has no area; draw its boundary first.",
        )
    if not parcel.is_valid:
        why = shapely.is_valid_reason(parcel)
        raise CannotEstimate(
            "invalid_parcel",
            f"地块图形不合规({why});请先修复边界。",
            f"The parcel's shape is not valid ({why}); repair its boundary first.",
        )
    _refuse_degrees(parcel.bounds, "parcel")


def check_numbers(holes: Sequence[Hole]) -> None:
    odd = [h for h in holes if not all(math.isfinite(v) for v in (h.x_m, h.y_m, h.thickness_m))]
    if odd:
        raise CannotEstimate(
            "not_a_number",
            f"钻孔 {names(odd)} 的坐标或厚度不是数字;请更正。",
            f"Holes {names(odd)}: a coordinate or thickness is no number. Correct them.",
            holes=[h.name for h in odd],
        )
    below = [h for h in holes if h.thickness_m < 0]
    if below:
        raise CannotEstimate(
            "negative_thickness",
            f"钻孔 {names(below)} 的固废厚度为负;没有固废填 0,请更正。",
            f"Holes {names(below)} have a negative thickness; nothing found is 0. Correct them.",
            holes=[h.name for h in below],
        )


def check_places(holes: Sequence[Hole], parcel: Land, outside_m: float) -> None:
    if not holes:
        return
    xy = np.array([(h.x_m, h.y_m) for h in holes])
    _refuse_degrees((*xy.min(axis=0), *xy.max(axis=0)), "holes")
    away = shapely.distance(parcel, shapely.points(xy))
    out = [(h, float(d)) for h, d in zip(holes, away, strict=True) if d > outside_m]
    if out:
        furthest = max(d for _, d in out)
        raise CannotEstimate(
            "outside_parcel",
            f"钻孔 {names([h for h, _ in out])} 在地块之外(最远 {furthest:.1f} m,允许 {outside_m:g} m);"
            "请核对坐标和坐标系,或改选地块。",
            f"Holes {names([h for h, _ in out])} lie outside the parcel (up to {furthest:.1f} m, {outside_m:g} m allowed); "
            "check coordinates and their system, or choose another parcel.",
            holes=[h.name for h, _ in out],
        )


def _refuse_degrees(bounds: Sequence[float], what: str) -> None:
    """Degrees never meet an area: land in metres of any grid in use lies further than 180 from its zero."""
    if all(abs(value) <= 180 for value in bounds):
        zh = "地块" if what == "parcel" else "钻孔"
        raise CannotEstimate(
            "degrees",
            f"{zh}坐标都不超过 180,像是经纬度;请先转换到以米为单位的投影坐标系(如 EPSG:4547)。",
            f"All coordinates of the {what} are within 180, like degrees; "
            "transform them to a projected system in metres first (EPSG:4547, say).",
        )


def names(holes: Sequence[Hole]) -> str:
    shown = "、".join(h.name or f"({h.x_m:.1f}, {h.y_m:.1f})" for h in holes[:NAMED])
    return shown if len(holes) <= NAMED else f"{shown} …({len(holes)})"


def _key(hole: Hole) -> tuple[float, float, float, bool, str]:
    return hole.x_m, hole.y_m, hole.thickness_m, hole.open_ended, hole.name


def merged(holes: Sequence[Hole], merge_m: float) -> tuple[Hole, ...]:
    """One hole per place, sorted, so that the order of the list changes nothing."""
    ordered = sorted(holes, key=_key)
    if len(ordered) < 2:
        return tuple(ordered)
    pairs = KDTree([(h.x_m, h.y_m) for h in ordered]).query_pairs(merge_m, output_type="ndarray")
    size = len(ordered)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    _, label = connected_components(links, directed=False)
    groups: dict[int, list[Hole]] = {}
    for hole, group in zip(ordered, label, strict=True):
        groups.setdefault(int(group), []).append(hole)
    return tuple(sorted((together(group) for group in groups.values()), key=_key))


def together(group: Sequence[Hole]) -> Hole:
    """Holes at one place as one: the median of those that reached the bottom, at the mean of the places.

    Where one that stopped inside waste saw more than that median, or none reached the bottom, the place is open-ended
    with the most that was seen: a lower bound is never below what was seen.
    """
    if len(group) == 1:
        return group[0]
    complete = [h.thickness_m for h in group if not h.open_ended]
    seen = max((h.thickness_m for h in group if h.open_ended), default=-1.0)
    found = median(complete) if complete else -1.0
    size = len(group)
    return Hole(
        math.fsum(h.x_m for h in group) / size,
        math.fsum(h.y_m for h in group) / size,
        max(seen, found),
        open_ended=seen > found or not complete,
        name="+".join(h.name for h in group if h.name),
    )
