"""Hatches as real lines cut to their shape, never `<pattern>`, whose tiles leave seams in print.

Lines lie on one grid for the whole page, so that neighbours agree. The names are those of the layers (`layers/*/style.json`).
"""

import math
from collections.abc import Callable, Iterator

import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.sheets.drawing.items import Path

Bounds = tuple[float, float, float, float]
STEP_MM = 1.9
DOT_MM = 0.2
WIDTH_MM = 0.14


def _steps(low: float, high: float, step: float) -> Iterator[float]:
    for n in range(math.floor(low / step), math.ceil(high / step) + 1):
        yield n * step


def _horizontal(bounds: Bounds, step: float) -> list[list[tuple[float, float]]]:
    return [[(bounds[0], y), (bounds[2], y)] for y in _steps(bounds[1], bounds[3], step)]


def _vertical(bounds: Bounds, step: float) -> list[list[tuple[float, float]]]:
    return [[(x, bounds[1]), (x, bounds[3])] for x in _steps(bounds[0], bounds[2], step)]


def _diagonal(bounds: Bounds, step: float) -> list[list[tuple[float, float]]]:
    """Rising to the right; `step` apart across the lines."""
    left, top, right, low = bounds
    return [[(c - top, top), (c - low, low)] for c in _steps(left + top, right + low, step * math.sqrt(2))]


def _back(bounds: Bounds, step: float) -> list[list[tuple[float, float]]]:
    left, top, right, low = bounds
    return [[(c + top, top), (c + low, low)] for c in _steps(left - low, right - top, step * math.sqrt(2))]


def _dots(bounds: Bounds, step: float) -> list[list[tuple[float, float]]]:
    """Short strokes, printed with round ends: dots on a grid whose every other row is shifted."""
    return [
        [(x + (n % 2) * step / 2, y), (x + (n % 2) * step / 2 + DOT_MM, y)]
        for n, y in enumerate(_steps(bounds[1], bounds[3], step * 0.8), start=math.floor(bounds[1] / (step * 0.8)))
        for x in _steps(bounds[0] - step, bounds[2], step)
    ]


HATCHES: dict[str, tuple[Callable[[Bounds, float], list[list[tuple[float, float]]]], ...]] = {
    "diagonal": (_diagonal,),
    "back-diagonal": (_back,),
    "cross": (_diagonal, _back),
    "horizontal": (_horizontal,),
    "vertical": (_vertical,),
    "dots": (_dots,),
}


def hatch(shape: BaseGeometry, name: str, colour: str, *, step: float = STEP_MM) -> Path:
    """The lines of a hatch inside an area of the page."""
    if shape.is_empty:
        return Path(())
    drawn = [ends for motif in HATCHES[name] for ends in motif(shape.bounds, step)]
    lines = shapely.linestrings(drawn) if drawn else []
    inside = shapely.get_parts(shapely.intersection(shape, lines))
    kept = [part for part in inside if part.geom_type == "LineString" and part.length > 0.01]
    rings = tuple(tuple((x, y) for x, y in part.coords) for part in kept)
    return Path(rings, stroke=colour, width=0.42 if name == "dots" else WIDTH_MM)
