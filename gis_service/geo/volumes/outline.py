"""Where the waste is taken to end, by the rule of practice: half-way to the next negative hole, within the parcel.

The rule, exactly. Every place of the parcel belongs to its nearest hole (Voronoi), so the border between a positive and
a negative neighbour is the line of points half-way between them. The outline is the union of the cells of all positive
holes, cut

1. to what is no further than `reach_m` from a positive hole, if that is given: where no negative hole stands, nothing
   else would stop it before the parcel's boundary;
2. to the geophysical edge, if that is given, for holes that lie inside it. A positive hole outside the edge keeps its
   cell: drilling is proof, geophysics is not;
3. to the parcel.
"""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from gis_service.geo.volumes.holes import Floats, Land

QUARTER = 64
"""Steps of a quarter circle: a disc's area is 0.01 % too small."""


def voronoi(xy: Floats, land: Land) -> list[Polygon]:
    """The cells of the points (n × 2, distinct), in their order, covering the land's box and more.

    GEOS makes one cell per point, in no promised order: each is given back to the point it holds.
    """
    if len(xy) == 1:
        return [shapely.box(*shapely.buffer(land, 1.0).bounds)]
    around = shapely.box(*shapely.union(land, shapely.multipoints(xy)).bounds).buffer(1.0)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(xy), extend_to=around, ordered=True))
    return list(cells)


def parcel_cells(xy: Floats, land: Land) -> list[Any]:
    """Of each hole the part of the land that is nearest to it (n shapes, may be empty for a hole outside)."""
    return list(shapely.intersection(np.array(voronoi(xy, land), dtype=object), land))


def outline_cells(
    xy: Floats, positive: NDArray[np.bool_], parcel: Land, *, edge: Land | None = None, reach_m: float | None = None
) -> list[Any]:
    """Of each hole its part of the outline (n shapes; empty for negative holes)."""
    cells = parcel_cells(xy, parcel)
    points = shapely.points(xy)
    if reach_m is not None:
        # nearest hole of a cell's point is the cell's own: the disc around it is all that can reach
        cells = list(
            shapely.intersection(np.array(cells, dtype=object), shapely.buffer(points, reach_m, quad_segs=QUARTER))
        )
    if edge is not None:
        inside = shapely.covers(edge, points)
        cells = [cell.intersection(edge) if held else cell for cell, held in zip(cells, inside, strict=True)]
    return [cell if found else Polygon() for cell, found in zip(cells, positive, strict=True)]


def joined(cells: list[Any]) -> MultiPolygon:
    """The outline as one shape, without the cells' inner lines."""
    whole = shapely.union_all(np.array([c for c in cells if not c.is_empty], dtype=object), grid_size=0)
    parts = [part for part in shapely.get_parts(whole) if isinstance(part, Polygon) and part.area > 0]
    return MultiPolygon(parts)
