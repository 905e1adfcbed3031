"""单元网格 of the sample district: each area cut into cells of some 500 m, numbered as the rule says. Pure.

The code has 15 digits: the county, the town, the community (here one for each area), and the sequence from west to east
and from north to south. One cell of 淇澳 is left out, so that the checks find a parcel in none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from gis_service.sample.records import Area
from gis_service.sample.shapes import polygons

SIDE_M, SMALLEST_M2 = 500.0, 60_000.0
TOWN = "003"
LEFT_OUT = ("QA", 3)
"""Area and sequence of the cell that nobody drew."""


@dataclass(frozen=True)
class Cell:
    code: str
    name: str
    geometry: MultiPolygon


def cells(areas: Sequence[Area], district_code: str) -> list[Cell]:
    """The cells of all areas; together they cover them, but for the one left out."""
    return [
        Cell(f"{district_code}{TOWN}{community:03d}{sequence:03d}", f"{area.name}第{sequence}网格", shape)
        for community, area in enumerate(areas, start=1)
        for sequence, shape in enumerate(_pieces(area.geometry), start=1)
        if (area.code, sequence) != LEFT_OUT
    ]


def _pieces(outline: MultiPolygon) -> list[MultiPolygon]:
    """Squares cut to the outline, small remains joined to a neighbour, from the north-west."""
    pieces: list[shapely.Geometry] = list(_squares(outline))
    while len(pieces) > 1 and (small := min(pieces, key=lambda piece: float(piece.area))).area < SMALLEST_M2:
        pieces.remove(small)
        beside = max(pieces, key=lambda piece: (float(piece.intersection(small).length), -float(piece.distance(small))))
        pieces[pieces.index(beside)] = beside.union(small)
    ordered = sorted(pieces, key=lambda piece: (-round(piece.centroid.y / SIDE_M), piece.centroid.x))
    return [MultiPolygon(polygons(piece)) for piece in ordered]


def _squares(outline: MultiPolygon) -> Iterator[Polygon]:
    west, south, east, north = outline.bounds
    for x in np.arange(west, east, SIDE_M):
        for y in np.arange(south, north, SIDE_M):
            yield from polygons(outline.intersection(shapely.box(x, y, x + SIDE_M, y + SIDE_M)))
