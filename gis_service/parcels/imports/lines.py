"""Outlines of staged rows on their way between degrees and the plane they are measured in."""

from typing import Any

import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs, measure, rings

Points = list[dict[str, Any]]


def plane_of(shape: BaseGeometry, said: int | None) -> int:
    """The metric system an outline in degrees is measured in: the one its file is in, else that of the place."""
    if said is not None and crs.as_crs(said).is_projected:
        return said
    return measure.metric_crs_for(shape, METRIC_SRID)


def area_m2(outline: MultiPolygon, plane: int) -> float:
    """The plane area of an outline in degrees, rounded as it is kept."""
    return round(measure.plane_area_m2(crs.transform(outline, STORAGE_SRID, plane), plane), 2)


def numbered_points(outline: MultiPolygon, plane: int) -> Points:
    """Boundary points of an outline in degrees: J1 from the north-west, coordinates in the plane, to the millimetre."""
    found = rings.numbered(crs.transform(outline, STORAGE_SRID, plane))
    places = crs.transform(shapely.MultiPoint([(point.x, point.y) for point in found]), plane, STORAGE_SRID)
    degrees = shapely.get_coordinates(places).tolist()
    return [
        {
            "point_no": point.point_no,
            "part_no": point.part_no,
            "ring_no": point.ring_no,
            "seq": point.seq,
            "ring_text": str(point.ring_no),
            "northing_text": f"{point.y:.3f}",
            "easting_text": f"{point.x:.3f}",
            "lon": lon,
            "lat": lat,
            "source_crs": plane,
        }
        for point, (lon, lat) in zip(found, degrees, strict=True)
    ]
