"""What a page is made of. Everything is in millimetres from its upper left corner.

There is no clip: shapes are cut with shapely before they are drawn (`mapping.frame`), so that a slide, which cannot clip,
shows what the PDF shows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]

INK, SOFT, LINE, FAINT, PAPER = "#1b1f24", "#50575f", "#868d95", "#d8dbdf", "#ffffff"
"""The ink of texts, secondary texts, lines, hairlines; and the paper. The same as on the pages of the desk."""
BOUNDARY = "#D93025"
"""Boundaries of parcels: red, as the drawing rules of 宗地图 want it."""

MIN_TEXT_MM = 2.4
"""No text is smaller: Chinese characters of it are 2.2 mm high."""
MIDDLE = 0.37
"""How far the baseline lies below the middle of a line of text, in its size."""


@dataclass(frozen=True)
class Path:
    """Lines or areas; rings after the first may be holes (even-odd)."""

    rings: tuple[tuple[Point, ...], ...]
    closed: bool = False
    fill: str | None = None
    opacity: float = 1.0
    """Of the fill."""
    stroke: str | None = None
    width: float = 0.18
    dash: tuple[float, ...] = ()


@dataclass(frozen=True)
class Circle:
    x: float
    y: float
    radius: float
    fill: str | None = PAPER
    stroke: str | None = INK
    width: float = 0.18


@dataclass(frozen=True)
class Text:
    """One line with its baseline at `y`, turned clockwise by `turn` degrees around (x, y)."""

    x: float
    y: float
    said: str
    size: float = 2.8
    anchor: Anchor = "start"
    bold: bool = False
    fill: str = INK
    turn: float = 0.0
    halo: bool = False


@dataclass(frozen=True)
class Picture:
    """A photo: a small JPEG, shown whole in its box."""

    x: float
    y: float
    wide: float
    high: float
    jpeg: bytes
    said: str = ""
    """What it shows, for those who cannot see it."""


@dataclass(frozen=True)
class Group:
    """Items that belong together: a group of shapes on a slide, a `<g>` in SVG."""

    name: str
    items: tuple["Item", ...]


Item = Path | Circle | Text | Picture | Group


@dataclass(frozen=True)
class Page:
    """One page."""

    width: float
    height: float
    items: tuple[Item, ...]
    title: str = ""
    ground: str | None = PAPER
    """None where the page is laid over another."""


def group(name: str, items: Iterable[Item]) -> Group:
    return Group(name, tuple(items))


def line(x1: float, y1: float, x2: float, y2: float, colour: str = INK, width: float = 0.18) -> Path:
    return Path((((x1, y1), (x2, y2)),), stroke=colour, width=width)


def box(
    x: float, y: float, wide: float, high: float, *, fill: str | None = None, stroke: str | None = INK,
    width: float = 0.18, opacity: float = 1.0,
) -> Path:  # fmt: skip
    corners = ((x, y), (x + wide, y), (x + wide, y + high), (x, y + high))
    return Path((corners,), closed=True, fill=fill, stroke=stroke, width=width, opacity=opacity)


def flat(items: Iterable[Item]) -> Iterator[Path | Circle | Text | Picture]:
    """Every item, groups taken apart."""
    for item in items:
        if isinstance(item, Group):
            yield from flat(item.items)
        else:
            yield item


def texts(page: Page) -> list[Text]:
    return [item for item in flat(page.items) if isinstance(item, Text)]
