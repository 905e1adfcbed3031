"""Outlines in time and in numbers: how a plot looked before it was redrawn, and its boundary points 界址点. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from gis_service.sample.land import GRID_M, Plot
from gis_service.sample.shapes import Points, polygons, unit

STRIP_M = 4.5
"""By how much a side moved when an outline was redrawn: less than half of the narrowest lane."""


def earlier(plot: Plot, plots: Sequence[Plot], *, larger: bool) -> MultiPolygon:
    """The outline before it was redrawn: one side, facing no other plot, lay further out or further in."""
    others = shapely.union_all([other.shape for other in plots if other is not plot])
    for strip in _strips(plot.shape, outward=larger):
        outside = strip.difference(others.buffer(1.0))
        before = shapely.set_precision(plot.shape.union(outside) if larger else plot.shape.difference(strip), GRID_M)
        if outside.area > 0.95 * strip.area and len(polygons(before)) == len(plot.shape.geoms):
            return MultiPolygon(polygons(before))
    return plot.shape


def _strips(shape: MultiPolygon, *, outward: bool) -> Iterator[Polygon]:
    """A strip along each straight side over 30 m, the longest first."""
    ring = shapely.get_coordinates(shapely.orient_polygons(shape.geoms[0]).exterior)
    lengths = np.hypot(*np.diff(ring, axis=0).T)
    for k in np.argsort(-lengths):
        if lengths[k] > 30:
            along = unit(ring[k + 1] - ring[k])
            aside = np.array([along[1], -along[0]]) * STRIP_M * (1 if outward else -1)
            yield Polygon([ring[k], ring[k + 1], ring[k + 1] + aside, ring[k] + aside])


@dataclass(frozen=True)
class BoundaryPoint:
    """界址点 as delivered: coordinates are text, to the millimetre, in `source_crs`."""

    part_no: int
    ring_no: int
    seq: int
    point_no: str
    northing_text: str
    easting_text: str
    source_crs: int


def boundary_points(shape: MultiPolygon, source_crs: int) -> list[BoundaryPoint]:
    """J1 at the north-west, shells clockwise, holes anticlockwise, numbers running on through all rings."""
    prefix = "38" if source_crs == 4526 else ""
    made: list[BoundaryPoint] = []
    for part_no, part in enumerate(sorted(shape.geoms, key=_north_west), 1):
        for ring_no, ring in enumerate(_rings(part), 1):
            for seq, (easting, northing) in enumerate(ring, 1):
                texts = f"{northing:.3f}", f"{prefix}{easting:.3f}"
                made.append(BoundaryPoint(part_no, ring_no, seq, f"J{len(made) + 1}", *texts, source_crs))
    return made


def _rings(part: Polygon) -> Iterator[Points]:
    """The rings of a part without their closing points, each from its north-western point on."""
    clockwise = shapely.orient_polygons(part, exterior_cw=True)
    for ring in (clockwise.exterior, *clockwise.interiors):
        points = shapely.get_coordinates(ring)[:-1]
        yield np.roll(points, -int(np.argmax(points[:, 1] - points[:, 0])), axis=0)


def _north_west(part: Polygon) -> float:
    west, _, _, north = part.bounds
    return float(west - north)
