"""What a section is made of: its sheet, its holes on the line, and how the land is scaled onto the paper."""

import math
from dataclasses import dataclass
from datetime import date

from gis_service.surveys.drawing.along import Line, Place
from gis_service.surveys.drawing.pen import SMALL, Sheet
from gis_service.surveys.drawing.said import Tongue
from gis_service.surveys.logs import Log

A3 = Sheet("a3", 420, 297, (12, 14, 10, 20))
"""Lying; the left margin is for binding."""
WIDE_PANE = Sheet("wide_pane", 210, None, (3, 3, 3, 3))
"""A pane of 900 px."""
PANE = Sheet("pane", 105, None, (3, 2, 3, 2))
"""A pane of 400 px."""
AXIS_MM, PAD_MM = 13.0, 8.0
"""Room for the figures of an axis, and beside the ends of the line."""
PANE_PLOT_MM = 78.0
NARROWEST_MM, GAP_MM = 1.2, 0.4
TURNED_MM = SMALL * 1.3


@dataclass(frozen=True)
class Hole:
    """A log on the line. `ground` is the elevation of its top, 0 where depths are drawn."""

    log: Log
    place: Place
    ground: float

    @property
    def foot(self) -> float:
        return self.ground - float(max([self.log.total_depth_m, *(layer.to_m for layer in self.log.layers)]))


@dataclass(frozen=True)
class Frame:
    """Where the drawing lies on the sheet: its left end in mm and how the land is scaled onto it."""

    x0: float
    top: float
    low: float
    highest: float
    horizontal: int
    vertical: float
    length_m: float

    @property
    def left(self) -> float:
        return self.x0 - PAD_MM

    @property
    def right(self) -> float:
        return self.x(self.length_m) + PAD_MM

    def x(self, chainage_m: float) -> float:
        return self.x0 + chainage_m * 1000 / self.horizontal

    def y(self, z: float) -> float:
        return self.top + (self.highest - z) * 1000 / self.vertical


@dataclass(frozen=True)
class Job:
    """One section being drawn."""

    holes: tuple[Hole, ...]
    line: Line
    corridor_m: float
    ground: tuple[tuple[float, float], ...]
    by_depth: bool
    sheet: Sheet
    t: Tongue
    title: str
    heads: tuple[str, ...]
    is_sample: bool
    as_of: date | None

    @property
    def left(self) -> float:
        return self.sheet.margins_mm[3]

    @property
    def right(self) -> float:
        return self.sheet.width_mm - self.sheet.margins_mm[1]

    @property
    def highest(self) -> float:
        return max([hole.ground for hole in self.holes] + [z for _, z in self.ground])

    @property
    def lowest(self) -> float:
        return min([hole.foot for hole in self.holes] + [z for _, z in self.ground])


@dataclass(frozen=True)
class Labels:
    """The names above the holes: their lines, whether they are turned, which are left out, and how high they are."""

    said: tuple[tuple[str, ...], ...]
    turned: bool
    every: int
    height_mm: float


def round_step(least: float) -> float:
    """The smallest of 1, 2, 5 × 10ⁿ that is no less."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(each * power for each in (1, 2, 5, 10) if each * power >= least - 1e-12)
