"""Outlines drawn wrong on purpose, so that the checks of the sample district have something to find (示例问题). Pure.

Land is drawn without a fault (`land`); a few parcels, each named here, are then registered a little beside it. Nothing
else of the district depends on these outlines. Beyond these the checks find, without our doing, parcels of several pieces
and registered areas that do not agree; and one grid cell is left out (`grid`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Polygon

from gis_service.sample.land import GRID_M, Plot
from gis_service.sample.shapes import Points, largest, polygons, unit

GAP_M, OVERLAP_M, OFF_M = 0.6, 1.2, 0.03
NEEDLE_M, NEEDLE_BASE_M = 15.0, 0.2
HOLE_M = (2.0, 1.5)


def drawn_wrong(parcel_no: str, plot: Plot, plots: Sequence[Plot]) -> Plot:
    """The plot as it was registered; the same one for nearly all parcels."""
    spoil = DRAWN.get(parcel_no)
    return replace(plot, shape=spoil(plot, _neighbour(plot, plots))) if spoil else plot


def _neighbour(plot: Plot, plots: Sequence[Plot]) -> Plot:
    """The plot of the register with which it shares the longest line."""
    others = [each for each in plots if each.idle and each is not plot]
    return max(others, key=lambda each: float(plot.shape.intersection(each.shape).length))


def _line(plot: Plot, other: Plot) -> LineString:
    """The longest line that both share."""
    merged = shapely.line_merge(shapely.union_all(_lines(plot.shape.intersection(other.shape))))
    return max(_lines(merged), key=lambda line: float(line.length))


def _lines(shape: shapely.Geometry) -> list[LineString]:
    return [part for part in shapely.get_parts(shape) if part.geom_type == "LineString"]


def _short(plot: Plot, other: Plot) -> MultiPolygon:
    """A strip along the neighbour that was left out: nobody's land."""
    strip = _line(plot, other).buffer(GAP_M, cap_style="flat", join_style="mitre")
    return _snapped(plot.shape.difference(strip))


def _over(plot: Plot, other: Plot) -> MultiPolygon:
    """A strip of the neighbour that was taken in: land in two parcels."""
    strip = _line(plot, other).buffer(OVERLAP_M, cap_style="flat", join_style="mitre").intersection(other.shape)
    return _snapped(plot.shape.union(strip))


def _off(plot: Plot, other: Plot) -> MultiPolygon:
    """A common corner three centimetres off."""
    line = shapely.get_coordinates(_line(plot, other))
    along = unit(line[1] - line[0])
    aside = np.array([-along[1], along[0]]) * OFF_M
    inward = aside if plot.shape.buffer(0.1).contains(shapely.Point(line[:2].mean(0) + aside * 10)) else -aside
    return _snapped(shapely.transform(plot.shape, lambda xy: np.where(_at(xy, line[0]), xy + inward, xy)))


def _at(xy: Points, corner: Points) -> NDArray[np.bool_]:
    return np.asarray(np.all(np.abs(xy - corner) < GRID_M / 2, axis=1, keepdims=True))


def _needle(plot: Plot, _other: Plot) -> MultiPolygon:
    """A needle drawn into the land from the middle of its longest side."""
    ring = shapely.get_coordinates(shapely.orient_polygons(largest(plot.shape)).exterior)
    sides = np.diff(ring, axis=0)
    longest = int(np.argmax(np.hypot(*sides.T)))
    middle, along = ring[longest] + sides[longest] / 2, unit(sides[longest])
    inward = np.array([-along[1], along[0]])
    base = along * NEEDLE_BASE_M / 2
    return _snapped(plot.shape.difference(Polygon([middle - base, middle + base, middle + inward * NEEDLE_M])))


def _hole(plot: Plot, _other: Plot) -> MultiPolygon:
    """A hole as small as the plinth of a sign."""
    centre = np.array(plot.shape.representative_point().coords[0])
    return _snapped(plot.shape.difference(shapely.box(*(centre - HOLE_M), *(centre + HOLE_M)).buffer(-0.5)))


def _snapped(shape: shapely.Geometry) -> MultiPolygon:
    return MultiPolygon(polygons(shapely.set_precision(shape, GRID_M)))


DRAWN: dict[str, Callable[[Plot, Plot], MultiPolygon]] = {
    "HH-0020": _short,
    "TJ-0026": _over,
    "HH-0022": _off,
    "BW-0043": _needle,
    "BW-0016": _hole,
}
"""The parcels drawn wrong, and how."""

OVERLAPPING = frozenset({"TJ-0026"})
"""Those that lie on a neighbour: the only ones that do."""
