"""Outlines in time and in numbers: how a plot looked before it was redrawn, and its boundary points 界址点. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from gis_service.geo import rings
from gis_service.sample.land import GRID_M, Plot
from gis_service.sample.shapes import polygons, unit

METRIC_SRID, PREFIXED_SRID = 4547, 4526

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
    prefix = "38" if source_crs == PREFIXED_SRID else ""
    return [
        BoundaryPoint(
            point.part_no,
            point.ring_no,
            point.seq,
            point.point_no,
            f"{point.y:.3f}",
            f"{prefix}{point.x:.3f}",
            source_crs,
        )
        for point in rings.numbered(shape)
    ]


def place(point: BoundaryPoint) -> tuple[float, float]:
    """Easting and northing in EPSG:4547."""
    easting = float(point.easting_text)
    return (easting - 38_000_000 if point.source_crs == PREFIXED_SRID else easting), float(point.northing_text)
