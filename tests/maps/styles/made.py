"""Made features of each look of a layer, as a GeoPackage, and where each lies on a picture."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.maps.catalogue import Layer
from gis_service.maps.styles.drawing import Drawn, Paint

CELL_PX, METRES_PER_PX = 60, 0.25
"""Each feature has a cell of its own in a row; at 0.25 m a pixel the scale is about 1 : 945, where every layer is shown."""
CELL_M = CELL_PX * METRES_PER_PX
WEST, NORTH = 450_000.0, 2_480_000.0
NOWHERE = "no-such-value"


@dataclass(frozen=True)
class Cell:
    """A feature: what it should look like, and its square of the picture (left, top, right, bottom)."""

    value: str | None
    paint: Paint
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class Made:
    file: Path
    cells: tuple[Cell, ...]

    @property
    def extent(self) -> tuple[float, float, float, float]:
        return WEST, NORTH - CELL_M, WEST + len(self.cells) * CELL_M, NORTH

    @property
    def size(self) -> tuple[int, int]:
        return len(self.cells) * CELL_PX, CELL_PX


def made(drawn: Drawn, file: Path, label: str = "A-1") -> Made:
    """A row of features: one for each value, then one whose value is unknown and one that has none."""
    layer, rules = drawn.layer, drawn.rules
    values: list[str | None] = [rule.value for rule in rules if rule.value is not None]
    paints = [rule.paint for rule in rules if rule.value is not None]
    if drawn.column:
        values, paints = [*values, NOWHERE, None], [*paints, rules[-1].paint, rules[-1].paint]
    else:
        values, paints = [None], [rules[-1].paint]
    columns: dict[str, Any] = {a.name: ["x"] * len(values) for a in layer.attributes if a.type == "text"}
    if drawn.label:
        columns[drawn.label] = [label] * len(values)
    if drawn.column:
        columns[drawn.column] = values
    shapes = [_shape(layer, place) for place in range(len(values))]
    frame = geopandas.GeoDataFrame(columns, geometry=shapes, crs=4547)
    frame.to_file(file, layer=layer.id, driver="GPKG", engine="pyogrio", VERSION="1.2")
    boxes = [(n * CELL_PX, 0, (n + 1) * CELL_PX, CELL_PX) for n in range(len(values))]
    return Made(file, tuple(Cell(v, p, b) for v, p, b in zip(values, paints, boxes, strict=True)))


def _shape(layer: Layer, place: int) -> BaseGeometry:
    west, middle = WEST + place * CELL_M, NORTH - CELL_M / 2
    if layer.geometry == "point":
        return shapely.Point(west + CELL_M / 2, middle)
    margin = CELL_M / 10
    if layer.geometry == "line":
        return shapely.LineString([(west + margin, middle), (west + CELL_M - margin, middle)])
    return shapely.box(west + margin, NORTH - CELL_M + margin, west + CELL_M - margin, NORTH - margin)
