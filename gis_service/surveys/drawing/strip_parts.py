"""What a strip log is made of: its sheets, columns, rows, and the part of the hole on a sheet."""

from dataclasses import dataclass
from decimal import Decimal

from gis_service.surveys.drawing import pen
from gis_service.surveys.drawing.pen import SMALL, Sheet
from gis_service.surveys.drawing.said import Tongue
from gis_service.surveys.logs import Layer, Log

A4 = Sheet("a4", 210, 297, (12, 12, 10, 18))
"""The left margin is for binding."""
PANE = Sheet("pane", 105, None, (3, 2, 3, 2))
"""A narrow pane of a screen: fewer columns, so that 400 px are enough to read it."""
HEADING, FOOT, END = 9.0, 13.0, 8.0
PAD = 0.9
"""Above and below the text of a row."""


@dataclass(frozen=True)
class Column:
    key: str
    width_mm: float
    zh: str
    en: str


COLUMNS: dict[str, tuple[Column, ...]] = {
    "a4": (
        Column("ruler", 9, "深度\n(m)", "Depth\n(m)"),
        Column("water", 14, "水位", "Water"),
        Column("samples", 19, "取样", "Samples"),
        Column("column", 15, "柱状图", "Log"),
        Column("leader", 6, "", ""),
        Column("no", 6, "层号", "No."),
        Column("depth", 11, "层底\n深度\n(m)", "Base\ndepth\n(m)"),
        Column("elevation", 12, "层底\n高程\n(m)", "Base\nelev.\n(m)"),
        Column("thickness", 11, "厚度\n(m)", "Thick-\nness\n(m)"),
        Column("words", 49, "土名及描述", "Soil and description"),
        Column("waste", 28, "固废类别及组分", "Waste class and\ncomposition"),
    ),
    "pane": (
        Column("ruler", 9, "深度\n(m)", "Depth\n(m)"),
        Column("water", 13, "水位", "Water"),
        Column("samples", 14, "取样", "Samples"),
        Column("column", 11, "柱状图", "Log"),
        Column("leader", 4, "", ""),
        Column("depth", 11, "层底\n(m)", "Base\n(m)"),
        Column("words", 39, "土名及描述", "Soil and description"),
    ),
}


@dataclass(frozen=True)
class Row:
    """The words of one layer, wrapped to their columns. `bar` says whether a bar of the composition is drawn above `waste`."""

    layer: Layer
    name: tuple[str, ...]
    words: tuple[str, ...]
    waste: tuple[str, ...]
    shares: tuple[tuple[str, str, float], ...]
    cells: tuple[tuple[str, str], ...]
    stacked: bool
    """Whether the waste stands under the words and not beside them."""

    @property
    def words_mm(self) -> float:
        return pen.height_mm(len(self.name) + len(self.words))

    @property
    def waste_mm(self) -> float:
        return pen.height_mm(len(self.waste), SMALL) + (4.2 if self.shares else 0)

    @property
    def height_mm(self) -> float:
        both = self.words_mm + self.waste_mm if self.stacked else max(self.words_mm, self.waste_mm)
        return both + 2 * PAD


@dataclass(frozen=True)
class Part:
    """What of the hole stands on one sheet: depths from and to, and the rows."""

    from_m: float
    to_m: float
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Job:
    """One log being drawn."""

    log: Log
    sheet: Sheet
    scale: int
    t: Tongue
    title: str
    cells: tuple[tuple[str, str, bool], ...]
    is_sample: bool

    @property
    def left(self) -> float:
        return self.sheet.margins_mm[3]

    @property
    def right(self) -> float:
        return self.sheet.width_mm - self.sheet.margins_mm[1]

    def x(self, key: str) -> tuple[float, float]:
        """The edges of a column."""
        at = self.left
        for column in COLUMNS[self.sheet.name]:
            if column.key == key:
                return at, at + column.width_mm
            at += column.width_mm
        raise KeyError(key)

    def has(self, key: str) -> bool:
        return any(column.key == key for column in COLUMNS[self.sheet.name])


def depth_of(log: Log) -> float:
    return float(max([log.total_depth_m, *(layer.to_m for layer in log.layers)]))


def y_at(job: Job, part: Part, top: float, depth_m: float | Decimal) -> float:
    return top + (float(depth_m) - part.from_m) * 1000 / job.scale
