"""The lines of a 国土 TXT understood one by one: heads, plots and points, and the points as rings. No geometry yet."""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np

from gis_service.geo import detect, rings
from gis_service.parcels.reading.result import Issue, issue
from gis_service.parcels.reading.values import shown

FEWEST_FIELDS = 5
MOST_COMPLAINTS = 20
#: What of a head says where its plots lie.
PLACING = ("坐标系", "几度分带", "带号", "转换参数")

COMMA = re.compile(r"[,，]")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?")


# --- lines -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PointLine:
    """One boundary point as it stands in the file; `first` and `second` are its numbers, None where they are none."""

    line: int
    point_no: str
    ring: str
    texts: tuple[str, str]
    first: float | None
    second: float | None

    @property
    def pair(self) -> tuple[float, float]:
        """(east, north) when the columns are in their proper order: X (north) first, Y (east) second."""
        return self.second or 0.0, self.first or 0.0


@dataclass
class Plot:
    """A header line and the points below it; `row` counts the plots from 1, `head` is what its file says in front."""

    row: int
    line: int
    header: list[str]
    head: dict[str, str] = field(default_factory=dict)
    points: list[PointLine] = field(default_factory=list)

    def said(self, position: int) -> str | None:
        """A field of the header, None where it is missing or blank."""
        return (self.header[position] or None) if position < len(self.header) else None


@dataclass
class Parsed:
    """The file as lines understood; files glued together have a head each."""

    heads: list[dict[str, str]] = field(default_factory=lambda: [{}])
    plots: list[Plot] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    not_understood: int = 0

    def begin_head(self, *, blank: bool) -> None:
        """Another head, once plots have followed the last one; it says all anew, or only what it repeats."""
        if self.plots and self.plots[-1].head is self.heads[-1]:
            self.heads.append({} if blank else dict(self.heads[-1]))


def plain(text: str) -> str:
    """Full-width digits, commas and letters as ASCII ones, for reading structure; never for what is kept."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def parse(text: str) -> Parsed:
    parsed = Parsed()
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        line = raw.replace("\ufeff", "").replace("\x00", "").strip()
        if line:
            _understand(parsed, number, line)
    if parsed.not_understood > MOST_COMPLAINTS:
        parsed.issues.append(issue("txt.more_lines", count=parsed.not_understood - MOST_COMPLAINTS))
    return parsed


def _understand(parsed: Parsed, number: int, line: str) -> None:
    simple = plain(line)
    if simple.endswith("@"):
        _header(parsed, number, line)
    elif simple.startswith(("[", "【")):
        if "属性描述" in simple:
            parsed.begin_head(blank=True)
    elif (point := _point(number, line)) is not None:
        _add_point(parsed, point)
    elif "=" in simple:
        key, _, value = simple.partition("=")
        _attribute(parsed, key.strip(), value.strip())
    else:
        _complain(parsed, number, line)


def _attribute(parsed: Parsed, key: str, value: str) -> None:
    if key in PLACING:
        parsed.begin_head(blank=False)
        if key in parsed.heads[-1] and len(parsed.heads) > 1 and not _has_plots(parsed):
            parsed.heads[-1][key] = value
    parsed.heads[-1].setdefault(key, value)


def _has_plots(parsed: Parsed) -> bool:
    return bool(parsed.plots) and parsed.plots[-1].head is parsed.heads[-1]


def _complain(parsed: Parsed, number: int, line: str) -> None:
    parsed.not_understood += 1
    if parsed.not_understood <= MOST_COMPLAINTS:
        parsed.issues.append(issue("txt.line_not_understood", line=number, text=shown(line, 40)))


def _header(parsed: Parsed, number: int, line: str) -> None:
    fields = [part.strip() for part in COMMA.split(line[:-1])]
    if fields and not fields[-1]:
        fields.pop()  # what stood between the last comma and the @
    if len(fields) < FEWEST_FIELDS:
        _complain(parsed, number, line)
        return
    parsed.plots.append(Plot(len(parsed.plots) + 1, number, fields, parsed.heads[-1]))


def _point(number: int, line: str) -> PointLine | None:
    """A line of at least four fields whose first is a point number: `J1,1,2478700.000,38452100.000`."""
    fields = [part.strip() for part in COMMA.split(line)]
    if len(fields) < 4:
        fields = line.split()
    if len(fields) < 4 or not re.fullmatch(r"[A-Za-z]{0,4}[\d\-_.]*", plain(fields[0])):
        return None
    if not re.fullmatch(r"\d*", plain(fields[1])):
        return None
    north, east = fields[2], fields[3]
    return PointLine(number, fields[0], plain(fields[1]) or "1", (north, east), number_of(north), number_of(east))


def number_of(text: str) -> float | None:
    simple = plain(text).replace(" ", "")
    number = float(simple) if _NUMBER.fullmatch(simple) else None
    return None if number is None or math.isinf(number) else number  # hundreds of digits are no number


def _add_point(parsed: Parsed, point: PointLine) -> None:
    if parsed.plots:
        parsed.plots[-1].points.append(point)
    elif not any(found.code == "txt.point_without_plot" for found in parsed.issues):
        parsed.issues.append(issue("txt.point_without_plot", line=point.line))


# --- rings -------------------------------------------------------------------------------------------------------


@dataclass
class Ring:
    """Points of one ring without the repeated closing point."""

    text: str
    points: list[PointLine] = field(default_factory=list)
    closed: bool = False

    def takes(self, point: PointLine) -> bool:
        """Whether a point goes on with this ring: same ring number, and not after the ring was closed."""
        return point.ring == self.text and (not self.closed or point.pair == self.points[0].pair)

    def begins_again(self, point: PointLine, after: PointLine | None) -> bool:
        """Whether the numbers start anew at another place: a further part of the same 圈号, the ring before left open."""
        if len(self.points) < 3 or after is None or self.closed or point.pair == self.points[0].pair:
            return False
        return (point.point_no, after.point_no) == (self.points[0].point_no, self.points[1].point_no)

    def add(self, point: PointLine) -> None:
        if len(self.points) >= 3 and point.pair == self.points[0].pair:
            self.closed = True
        else:
            self.points.append(point)

    @property
    def coordinates(self) -> detect.Floats:
        return rings.closed(np.array([point.pair for point in self.points], dtype=float))


def rings_of(points: Sequence[PointLine]) -> list[Ring]:
    """Split points into rings: at another 圈号, where a ring has come back to its first point and more follow, and where
    the numbers of an open ring start anew."""
    found: list[Ring] = []
    for point, after in zip_longest(points, points[1:]):
        if not found or not found[-1].takes(point) or found[-1].begins_again(point, after):
            found.append(Ring(point.ring))
        found[-1].add(point)
    return found
