"""From geometries as they came to what the register takes: MultiPolygon in EPSG:4490, measured where they came from.

Nothing is mended. What is no area gets no geometry; what is an invalid area is passed on with the place of its fault.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry import GeometryCollection, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis_service.geo import crs as systems
from gis_service.geo import detect, measure, repair, rings, shift
from gis_service.parcels.reading.result import Issue, Row, issue

KINDS = {
    "Point": ("点", "point"),
    "MultiPoint": ("多点", "set of points"),
    "LineString": ("线", "line"),
    "LinearRing": ("线", "line"),
    "MultiLineString": ("多线", "set of lines"),
    "GeometryCollection": ("集合", "collection"),
}

Shapes = NDArray[np.object_]


@dataclass
class Shaped:
    """One geometry made ready; `geometry` is None where there is no area to keep."""

    row: int
    layer: str
    geometry: MultiPolygon | None = None
    area_m2: float | None = None
    area_crs: int | None = None
    issues: list[Issue] = field(default_factory=list)
    raw: bytes | None = None

    def as_row(self, attributes: dict[str, Any], issues: list[Issue], **more: Any) -> Row:
        """The row it makes with its attributes; `issues` is all that is told of it, `more` what else a format gives."""
        told = {
            "geometry": None if self.geometry is None else shapely.to_wkb(self.geometry),
            "source_area_m2": self.area_m2,
            "source_area_crs": self.area_crs,
            "raw": self.raw,
        }
        return Row(self.row, self.layer, attributes, issues=issues, **{**told, **more})

    def complain(self, code: str, **facts: Any) -> None:
        self.issues.append(issue(code, row=self.row, layer=self.layer, **facts))


def shaped(
    shapes: Sequence[BaseGeometry | None],
    first_row: int | Sequence[int],
    layer: str,
    finding: detect.Finding,
    most_points: int,
) -> list[Shaped]:
    """Make rows of one layer ready, successive ones or those of the numbers given; their coordinates are in the system
    of `finding`.
    """
    numbers = range(first_row, first_row + len(shapes)) if isinstance(first_row, int) else first_row
    found = [Shaped(number, layer) for number in numbers]
    areas: dict[int, MultiPolygon] = {}
    for i, shape in enumerate(shapes):
        area = _area_of(shape, found[i], most_points)
        if area is not None:
            areas[i] = area
        elif shape is not None:
            found[i].raw = as_it_came(shape, finding, most_points)
    if areas:
        _place(found, np.array(list(areas)), np.array(list(areas.values()), dtype=object), finding)
    return found


def _area_of(shape: BaseGeometry | None, into: Shaped, most_points: int) -> MultiPolygon | None:
    """The area a geometry is, or a complaint about what it is instead."""
    if shape is None or shape.is_empty:
        into.complain("geometry.missing" if shape is None else "geometry.empty")
        return None
    points = shapely.count_coordinates(shape)
    if points > most_points:
        into.complain("geometry.too_many_points", points=points, limit=most_points)
        return None
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        into.complain("geometry.not_finite")
        return None
    return _as_multipolygon(shapely.force_2d(shape), into)


def _as_multipolygon(shape: BaseGeometry, into: Shaped) -> MultiPolygon | None:
    if isinstance(shape, Polygon):
        return MultiPolygon([shape])
    if isinstance(shape, MultiPolygon):
        return shape
    if isinstance(shape, GeometryCollection):
        return _gathered(shape, into)
    zh, en = KINDS.get(shape.geom_type, (shape.geom_type, shape.geom_type))
    into.complain("geometry.not_area", kind_zh=zh, kind_en=en)
    return None


def _gathered(shape: GeometryCollection, into: Shaped) -> MultiPolygon | None:
    parts = list(shapely.get_parts(shape))
    if not all(isinstance(part, Polygon | MultiPolygon) for part in parts):
        into.complain("geometry.mixed")
        return None
    into.complain("geometry.collection")
    return MultiPolygon([polygon for part in parts for polygon in shapely.get_parts(part)])


def _place(found: list[Shaped], index: NDArray[np.intp], shapes: Shapes, finding: detect.Finding) -> None:
    """Swap axes where concluded, refuse what cannot be in the system, bring the rest to EPSG:4490 and measure it."""
    if finding.axis_swapped:
        shapes = shapely.transform(shapes, lambda x, y: (y, x), interleaved=False)
    if finding.fit is not None:
        shapes = shapely.transform(shapes, finding.fit.apply, interleaved=False)
    wrong = detect.misplaced(shapely.bounds(shapes), finding.crs)
    degrees = systems.transform(shapes, finding.crs, systems.CGCS2000)
    if finding.shift is not None:
        degrees = shapely.transform(degrees, partial(shift.unshifted, finding.shift), interleaved=False)
    wrong |= detect.misplaced(shapely.bounds(degrees), systems.as_crs(systems.CGCS2000))
    for i in np.flatnonzero(wrong):
        _complain_of_place(found[index[i]], shapes[i], finding.crs)
        found[index[i]].raw = _marked(shapes[i], systems.epsg_of(finding.crs))
    kept = np.flatnonzero(~wrong)
    _complain_of_faults(found, index[kept], shapes[kept], degrees[kept])
    plane = finding.crs if finding.shift is None else systems.as_crs(systems.CGCS2000)
    _measure(found, index[kept], shapes[kept], degrees[kept], plane)
    for i in kept:
        found[index[i]].geometry = degrees[i]


def as_it_came(shape: BaseGeometry, finding: detect.Finding, most_points: int) -> bytes | None:
    """A geometry that is refused, kept so that a person can see and mend it: in EPSG:4490 where it lies on the earth."""
    if shape.is_empty or shapely.count_coordinates(shape) > most_points:
        return None
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return None
    flat = shapely.force_2d(shape)
    if finding.axis_swapped:
        flat = repair.swap_axes(flat)
    degrees = systems.transform(flat, finding.crs, systems.CGCS2000)
    bounds = np.array([shapely.bounds(flat), shapely.bounds(degrees)])
    here = not detect.misplaced(bounds[:1], finding.crs)[0]
    if here and not detect.misplaced(bounds[1:], systems.as_crs(systems.CGCS2000))[0]:
        return _marked(degrees, systems.CGCS2000)
    return _marked(flat, systems.epsg_of(finding.crs))


def _marked(shape: BaseGeometry, epsg: int | None) -> bytes:
    """EWKB: the geometry with the code of its system, 0 for a system without one."""
    marked: bytes = shapely.to_wkb(shapely.set_srid(shape, epsg or 0), include_srid=True)
    return marked


def _complain_of_place(into: Shaped, shape: BaseGeometry, crs: CRS) -> None:
    x, y = shapely.get_coordinates(shape)[0]
    epsg = systems.epsg_of(crs)
    into.complain("geometry.misplaced", x=f"{x:.10g}", y=f"{y:.10g}", crs=f"EPSG:{epsg}" if epsg else crs.name)


def _complain_of_faults(found: list[Shaped], index: NDArray[np.intp], shapes: Shapes, degrees: Shapes) -> None:
    for i in np.flatnonzero(~shapely.is_valid(shapes)):
        fault = rings.fault(shapes[i])
        if fault is not None:
            _complain_of_fault(found[index[i]], fault, degrees[i], shapes[i])


def _complain_of_fault(into: Shaped, fault: rings.Fault, degrees: BaseGeometry, shape: BaseGeometry) -> None:
    x = "?" if fault.x is None else f"{fault.x:.10g}"
    y = "?" if fault.y is None else f"{fault.y:.10g}"
    same = fault.x is None or degrees is shape
    there = None if same else rings.fault(degrees)
    lonlat = None if there is None or there.x is None else f"{there.x:.7f}°E {there.y:.7f}°N"
    into.complain(
        "geometry.invalid",
        reason_zh=fault.zh,
        reason_en=fault.en,
        x=x,
        y=y,
        lonlat_zh=f"，即 {lonlat}" if lonlat else "",
        lonlat_en=f", that is {lonlat}" if lonlat else "",
    )


def _measure(found: list[Shaped], index: NDArray[np.intp], shapes: Shapes, degrees: Shapes, crs: CRS) -> None:
    """Plane areas: in the file's own system where it is metric and true to areas, else in the metric system of the place."""
    epsg = systems.epsg_of(crs)
    if crs.is_projected and epsg not in (None, systems.WEB_MERCATOR):
        for i, area in zip(index, measure.plane_areas_m2(shapes, crs), strict=True):
            found[i].area_m2, found[i].area_crs = float(area), epsg
        return
    metric = np.array([measure.metric_crs_for(shape) for shape in degrees], dtype=int)
    for code in np.unique(metric):
        here = np.flatnonzero(metric == code)
        moved = systems.transform(degrees[here], systems.CGCS2000, int(code))
        for i, area in zip(index[here], measure.plane_areas_m2(moved, int(code)), strict=True):
            found[i].area_m2, found[i].area_crs = float(area), int(code)
