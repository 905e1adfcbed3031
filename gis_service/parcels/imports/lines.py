"""Outlines of staged rows on their way between degrees and the plane they are measured in."""

from collections.abc import Sequence
from typing import Any

import numpy as np
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


def in_degrees(outline: MultiPolygon, plane: int, known: Sequence[BaseGeometry]) -> MultiPolygon:
    """An outline brought back from the plane; points that are `known` in degrees get the very numbers they had there.

    So a corner that was not touched stays as it came, and one put on a neighbour's corner is the neighbour's.
    """
    degrees = np.vstack([shapely.get_coordinates(one) for one in known])
    flat = np.vstack([shapely.get_coordinates(crs.transform(one, STORAGE_SRID, plane)) for one in known])
    before = dict(zip(map(tuple, flat.tolist()), degrees.tolist(), strict=True))
    points = shapely.get_coordinates(outline)
    east, north = crs.transform_xy(points[:, 0], points[:, 1], plane, STORAGE_SRID)
    moved = zip(map(tuple, points.tolist()), east.tolist(), north.tolist(), strict=True)
    home: MultiPolygon = shapely.set_coordinates(
        shapely.transform(outline, lambda xy: xy), np.array([before.get(point, [x, y]) for point, x, y in moved])
    )
    return home


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
