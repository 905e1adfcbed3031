"""Areas and lengths, always in metres and always in a declared system. Degrees never meet an area.

The registered area of a parcel is planar, from its boundary coordinates on the Gauss plane; the area of land surveys
is that on the ellipsoid (domain 3.6). Both are given, each under its own name.
"""

from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod
from shapely.geometry.base import BaseGeometry

from gis_service.geo import crs as systems

Floats = NDArray[np.float64]

CGCS2000_ELLIPSOID = Geod(a=6_378_137.0, rf=298.257222101)
#: Half-width in degrees within which a metric system is still good for areas (scale error below 0.2 %).
REACH = 3.0


class NotMetric(ValueError):
    """Areas and lengths need a projected system."""


def mu(area_m2: float) -> float:
    """Chinese acres: 1 亩 = 10 000 / 15 m², never 667.

    >>> mu(90_000)
    135.0
    """
    return area_m2 * 3 / 2000


@lru_cache(maxsize=64)
def metres_per_unit(crs: CRS) -> float:
    """Length of the system's linear unit: 1 for metres, 1200/3937 for US survey feet."""
    if not crs.is_projected:
        raise NotMetric(f"{crs.name} is not a projected system")
    return float(crs.axis_info[0].unit_conversion_factor)


def plane_area_m2(shape: BaseGeometry, crs: CRS | int) -> float:
    """Area in m² of a geometry whose coordinates are in a projected system."""
    return float(shape.area) * metres_per_unit(systems.as_crs(crs)) ** 2


def plane_areas_m2(shapes: NDArray[np.object_], crs: CRS | int) -> Floats:
    """The same for many; None has no area (NaN)."""
    areas: Floats = shapely.area(shapes)
    return areas * metres_per_unit(systems.as_crs(crs)) ** 2


def ellipsoid_area_m2(shape: BaseGeometry) -> float:
    """Area in m² on the CGCS2000 ellipsoid of a polygon in degrees (east, north), net of holes."""
    if shape.is_empty:
        return 0.0
    area, _ = CGCS2000_ELLIPSOID.geometry_area_perimeter(shapely.orient_polygons(shape))
    return abs(float(area))


def perimeter_m(shape: BaseGeometry, crs: CRS | int) -> float:
    """Length of all rings in metres, holes included, of a geometry in a projected system."""
    return float(shape.length) * metres_per_unit(systems.as_crs(crs))


def edge_lengths_m(ring: Floats, crs: CRS | int) -> Floats:
    """Lengths in metres between successive points of an (n, 2) closed ring: n - 1 numbers.

    >>> edge_lengths_m(np.array([[0, 0], [3, 4], [3, 0], [0, 0]]), 4547).tolist()
    [5.0, 4.0, 3.0]
    """
    steps = np.diff(np.asarray(ring, dtype=float), axis=0)
    lengths: Floats = np.hypot(steps[:, 0], steps[:, 1])
    return lengths * metres_per_unit(systems.as_crs(crs))


def metric_crs_for(shape: BaseGeometry, default: int = 4547) -> int:
    """EPSG code of the projected system to measure a geometry in, from where it lies (degrees, CGCS2000 or WGS 84).

    The default where it reaches (±3° around its central meridian), else the 3° zone of CGCS2000 in China, else UTM.

    >>> metric_crs_for(shapely.Point(113.5, 22.4)), metric_crs_for(shapely.Point(-75.1, 39.9))
    (4547, 32618)
    """
    west, south, east, north = shape.bounds
    return metric_crs_at((west + east) / 2, (south + north) / 2, default)


def metric_crs_at(longitude: float, latitude: float, default: int = 4547) -> int:
    in_china = 73.5 <= longitude <= 135.0 and 3 <= latitude <= 54
    if in_china and abs(longitude - _central_meridian(default)) <= REACH:
        return default
    if in_china:
        here = systems.belt(min(max(systems.zone_at(longitude), 25), 45), prefixed=False)
        assert here is not None  # noqa: S101 - 25 to 45 are zones
        return here.epsg
    return _utm(longitude, latitude)


@lru_cache(maxsize=64)
def _central_meridian(epsg: int) -> float:
    operation = systems.as_crs(epsg).coordinate_operation
    values = {p.code: p.value for p in operation.params} if operation else {}
    return float(values.get("8802", np.nan))  # EPSG parameter 8802: longitude of natural origin


def _utm(longitude: float, latitude: float) -> int:
    zone = min(int((longitude + 180) // 6) + 1, 60)
    return (32600 if latitude >= 0 else 32700) + zone
