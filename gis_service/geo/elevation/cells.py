"""Which cells of a grid lie inside a polygon, and how much of each."""

from collections.abc import Sequence

import numpy as np
import shapely
from rasterio.features import rasterize
from shapely.geometry.base import BaseGeometry

from gis_service.geo.elevation.refused import ElevationRefused
from gis_service.geo.elevation.surface import Floats, Grid, Mask

Window = tuple[slice, slice]


def require_polygon(polygon: BaseGeometry) -> None:
    """Refused where a polygon crosses itself, or is no polygon."""
    if polygon.geom_type not in {"Polygon", "MultiPolygon"}:
        raise ElevationRefused("elevation.polygon_invalid", reason=polygon.geom_type)
    if not polygon.is_valid:
        raise ElevationRefused("elevation.polygon_invalid", reason=shapely.is_valid_reason(polygon))


def shares(grid: Grid, polygon: BaseGeometry) -> tuple[Window, Floats]:
    """The window of cells a polygon touches, and the part of each that lies inside (0 to 1): exact, so that they sum up to its area.

    Raises `ElevationRefused` where the polygon is invalid, empty or beside the grid.
    """
    require_polygon(polygon)
    window = None if polygon.is_empty else grid.window(polygon.bounds)
    if window is None:
        raise ElevationRefused("elevation.polygon_outside", epsg=grid.epsg)
    part = grid.part(*window)
    inside = _burnt(part, [polygon]).astype(np.float64)
    edge = np.nonzero(_burnt(part, [polygon.boundary], all_touched=True))
    inside[edge] = shapely.area(shapely.intersection(_boxes(part, *edge), polygon)) / part.cell_m2
    return window, inside


def _boxes(grid: Grid, rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
    east, north = grid.easts()[cols], grid.norths()[rows]
    half_e, half_n = grid.cell_east_m / 2, grid.cell_north_m / 2
    boxes: np.ndarray = shapely.box(east - half_e, north - half_n, east + half_e, north + half_n)
    return boxes


def centred_in(grid: Grid, polygons: Sequence[BaseGeometry]) -> Mask:
    """Cells whose centre lies in one of the polygons."""
    for polygon in polygons:
        require_polygon(polygon)
    return _burnt(grid, [p for p in polygons if not p.is_empty])


def _burnt(grid: Grid, shapes: Sequence[BaseGeometry], *, all_touched: bool = False) -> Mask:
    if not shapes:
        return np.zeros(grid.shape, dtype=np.bool_)
    burnt = rasterize(shapes, out_shape=grid.shape, transform=grid.transform, all_touched=all_touched, dtype=np.uint8)
    return np.asarray(burnt, dtype=np.bool_)
