"""What a sheet says, before anybody knows where it will stand on the page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gis_service.maps.catalogue import Look
from gis_service.sheets.composing.tables import Table
from gis_service.sheets.drawing.items import Item
from gis_service.sheets.mapping.frame import AROUND, Bounds, Frame
from gis_service.sheets.tongue import Lang, Tongue


@dataclass(frozen=True)
class Entry:
    """A line of the legend: a look and what it means. `after` stands in columns at the right end: how many, how large."""

    words: str
    geometry: str
    look: Look
    after: tuple[str, ...] = ()
    form: str = "circle"
    """Of a point."""


@dataclass(frozen=True)
class Chapter:
    """A part of the legend under a heading; `after` heads the columns at the right end."""

    title: str
    entries: tuple[Entry, ...]
    after: tuple[str, ...] = ()


@dataclass
class Drawn:
    """What the map made: its items, the labels over them, the legend of what is visible, and what had no room."""

    items: list[Item]
    labels: list[Item] = field(default_factory=list)
    legend: list[Chapter] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    layers: list[str] = field(default_factory=list)
    """Of the catalogue, with `ground` and `around`: what was looked for, the lowest first."""


@dataclass(frozen=True)
class Inset:
    """A small map that says where the large one lies; it draws itself into a frame and marks the large one's."""

    bounds: Bounds
    draw: Callable[[Frame, Frame], list[Item]]


@dataclass(frozen=True)
class Photo:
    """A small photo with its caption, and its size in pixels."""

    jpeg: bytes
    caption: str
    size: tuple[int, int]


@dataclass(frozen=True)
class Figure:
    """A drawing on a page of its own: it draws itself into a box (left, top, width, height in mm); nothing, no page."""

    name: str
    draw: Callable[[float, float, float, float], list[Item]]


@dataclass
class Content:
    """A sheet without its arrangement."""

    title: str
    bounds: Bounds
    """Of the land that must be on the map, in metres."""
    draw: Callable[[Frame], Drawn]
    subtitle: str = ""
    least_scale: int = 0
    facts: Sequence[tuple[str, str]] = ()
    tables: dict[str, Table] = field(default_factory=dict)
    lists: tuple[Table, ...] = ()
    """Tables that follow on pages of their own, unless the first page has them whole."""
    notes: list[str] = field(default_factory=list)
    around: float = AROUND
    """The share of the frame that the bounds may fill."""
    inset: Inset | None = None
    cutoff: str = ""
    """数据截止, as it is printed."""
    crs_note: str = ""
    maker: str = ""
    photos: tuple[Photo, ...] = ()
    """Numbered in this order, on the map too."""
    figures: tuple[Figure, ...] = ()
    further: tuple["Content", ...] = ()
    """Maps of parts of it, each on a page of its own after these."""
    signers: tuple[str, ...] = ()
    """Who signs; the drawer, the checker and whoever approves, where nobody is named."""
    mark: str | None = None
    """In the upper right corner of every page; may be empty. None is 内部使用."""
    sample: bool = False
    """Made-up land: every page says so."""
    lang: Lang = "zh"

    @property
    def t(self) -> Tongue:
        return Tongue(self.lang)
