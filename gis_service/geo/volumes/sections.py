"""断面法: parallel sections, an area at each, the mean of two neighbours times their distance. V = Σ (A₁+A₂)/2·d.

Sections stand across `azimuth_deg` (default: along the longer side of the outline's smallest rectangle), a step apart, the first and last at
the outline's ends. A section has the holes within half a step, or within a step where there are none; its profile joins their thickness by straight lines to
what holds at the outline (see `surface`). A section between the ends without holes is left out, and its neighbours' distance grows.
"""

import math
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry import LineString, MultiPolygon

from gis_service.geo.volumes.holes import Floats, Land
from gis_service.geo.volumes.surface import rim_thickness_m

INSET = 1e-6
"""The end sections lie so far inside the outline, as a share of its length, where it still has a width."""

EVEN_M = 0.01
"""Rows whose distances differ by no more than coordinates are good for are equally near."""


class Section(NamedTuple):
    """Where a section stands along the direction, in metres from the outline's first end, and its area."""

    along_m: float
    area_m2: float


class Sections(NamedTuple):
    volume_m3: float
    azimuth_deg: float
    """Direction in which the sections follow each other, clockwise from north, 0 to 180."""
    sections: tuple[Section, ...]


def long_axis_deg(outline: MultiPolygon) -> float:
    """Azimuth of the longer side of the smallest rectangle around the outline, clockwise from north, 0 to 180."""
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(outline))
    sides = np.diff(box[:3], axis=0)
    east, north = sides[np.argmax(np.round(np.hypot(*sides.T), 6))]
    return math.degrees(math.atan2(east, north)) % 180.0


def by_sections(
    outline: MultiPolygon,
    parcel: Land,
    xy: Floats,
    thickness_m: Floats,
    *,
    step_m: float,
    azimuth_deg: float | None = None,
) -> Sections:
    """From the positive holes (n × 2, n)."""
    azimuth = long_axis_deg(outline) if azimuth_deg is None else azimuth_deg % 180.0
    # turned so that the direction is the x axis; everything near its own zero
    origin = shapely.Point(*outline.bounds[:2])
    turn = azimuth - 90.0

    def turned(shape: Land) -> Land:
        return affinity.translate(affinity.rotate(shape, turn, origin=origin), -origin.x, -origin.y)

    body, land = turned(outline), turned(parcel)
    spots = shapely.get_coordinates(turned(shapely.multipoints(xy)))
    west, _, east, _ = body.bounds
    count = max(1, round((east - west) / step_m))
    inset = INSET * (east - west)
    places = np.linspace(west, east, count + 1)
    places[[0, -1]] += inset, -inset
    step = (east - west) / count
    found = []
    for number, place in enumerate(places):
        # without holes an end has what the outline says of it; between the ends nothing tells, and the neighbours stand in
        at_end = number in (0, count)
        area = _area_m2(body, land, spots, thickness_m, float(place), step, told=at_end)
        if area is not None:
            found.append(Section(float(place - west), area))
    along, areas = np.array(found, dtype=float).T if found else np.zeros((2, 0))
    volume = float(np.dot(np.diff(along), (areas[1:] + areas[:-1]) / 2)) if len(found) > 1 else 0.0
    return Sections(volume, azimuth, tuple(found))


def _area_m2(
    body: MultiPolygon, land: Land, xy: Floats, thickness_m: Floats, place: float, step: float, *, told: bool
) -> float | None:
    """The section's area over the outline's chords, or nothing where no hole is near (unless `told` already)."""
    off = np.abs(xy[:, 0] - place)
    # a section half-way between two rows has both: one alone would lean to one side
    near: NDArray[np.bool_] = off <= step / 2 + EVEN_M
    if not near.any():
        near = off <= step
    _, south, _, north = body.bounds
    chords = [
        part
        for part in shapely.get_parts(body.intersection(LineString([(place, south - 1), (place, north + 1)])))
        if part.length > 0
    ]
    if not chords:
        return None
    total = 0.0
    for chord in chords:
        (_, first), (_, last) = sorted(chord.coords, key=lambda c: c[1])[:: len(chord.coords) - 1]
        mine = near & (xy[:, 1] >= first) & (xy[:, 1] <= last)
        ends = np.array([(place, first), (place, last)])
        middle = np.array([(place, (first + last) / 2)])
        told |= bool(mine.any())
        # along an edge of the outline that the rule drew, the body ends in all its width
        if shapely.dwithin(body.boundary, shapely.Point(middle[0]), 2 * INSET * max(step, 1.0) + 1e-3):
            edge = rim_thickness_m(middle, land, xy, thickness_m)[0]
            if edge == 0.0:
                told = True
                continue
        at_ends = rim_thickness_m(ends, land, xy, thickness_m)
        order = np.argsort(xy[mine, 1], kind="stable")
        along = np.concatenate([[first], xy[mine, 1][order], [last]])
        height = np.concatenate([at_ends[:1], thickness_m[mine][order], at_ends[1:]])
        total += float(np.trapezoid(height, along))
    return total if told else None
