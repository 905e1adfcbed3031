"""Charts as items of a page: bars that say their denominators, bars made of statuses, lines over months.

Each is drawn from (0, 0) into a width in millimetres and says how high it became. Colours never speak alone: statuses have their
hatch, lines their sign and dash. Nothing is scaled to look larger than it is: every axis of shares runs from 0 to 100 %.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import shapely

from gis_service.sheets.drawing.hatching import hatch
from gis_service.sheets.drawing.items import (
    FAINT,
    INK,
    LINE,
    MIDDLE,
    PAPER,
    SOFT,
    Group,
    Item,
    Path,
    Text,
    box,
    group,
    line,
)
from gis_service.sheets.drawing.letters import cut, width_mm
from gis_service.sheets.drawing.signs import sign

TEXT_MM, ROW_MM, BAR_MM = 2.8, 7.2, 4.2
GAP_MM = 2.0
LABEL_SHARE = 0.24
"""Of the width, for the names at the left."""
QUARTERS = (0, 25, 50, 75, 100)
Drawing = tuple[Group, float]


@dataclass(frozen=True)
class Bar:
    """A share with what it is a share of; without a value where the denominator is 0."""

    label: str
    percent: float | None
    said: str
    """Beside the bar: 85.0%(34/40 宗)."""
    fill: str = "#1F5FA8"
    hatch: str = ""


def bars(entries: Sequence[Bar], wide: float) -> Drawing:
    """Level bars from 0 to 100 %, each with its numbers to the right."""
    left = wide * LABEL_SHARE
    after = max((width_mm(each.said, TEXT_MM) for each in entries), default=0.0) + 2 * GAP_MM
    room = wide - left - after
    high = len(entries) * ROW_MM
    items: list[Item] = _quarters(left, room, high)
    for n, each in enumerate(entries):
        y = n * ROW_MM + (ROW_MM - BAR_MM) / 2
        items.append(_said(each.label, left - GAP_MM, y + BAR_MM / 2, "end", left - GAP_MM))
        if each.percent is not None:
            length = room * min(each.percent, 100.0) / 100
            items += _filled(left, y, length, BAR_MM, each.fill, each.hatch)
        items.append(_said(each.said, left + room + GAP_MM, y + BAR_MM / 2, "start", after, ink=INK))
    return group("条形图 · bars", [*items, line(left, 0, left, high, INK, 0.2)]), high + ROW_MM * 0.8


@dataclass(frozen=True)
class Part:
    """A status: what it is called and how it looks on maps."""

    words: str
    fill: str
    hatch: str = ""


@dataclass(frozen=True)
class Stack:
    label: str
    counts: tuple[int, ...]
    """In the order of the parts."""


def stacks(parts: Sequence[Part], entries: Sequence[Stack], wide: float, *, unit: str = "宗") -> Drawing:
    """Bars of 100 % made of statuses, with the count in each piece that has room and the whole at the right; and their legend."""
    left, after = wide * LABEL_SHARE * 0.7, 16.0
    room = wide - left - after
    items, legend = _legend(parts, left, wide - left)
    for n, each in enumerate(entries):
        y, total, x = legend + n * ROW_MM + (ROW_MM - BAR_MM) / 2, sum(each.counts), left
        items.append(_said(each.label, left - GAP_MM, y + BAR_MM / 2, "end", left - GAP_MM))
        for part, count in zip(parts, each.counts, strict=True):
            length = room * count / total if total else 0.0
            if count:
                items += _filled(x, y, length, BAR_MM, part.fill, part.hatch)
            if count and width_mm(str(count), TEXT_MM) + 1.6 < length:
                items += _badge(str(count), x + length / 2, y + BAR_MM / 2)
            x += length
        items.append(
            _said(f"{total} {unit}" if total else "—", left + room + GAP_MM, y + BAR_MM / 2, "start", after, ink=INK)
        )
    return group("构成图 · composition", items), legend + len(entries) * ROW_MM


def _legend(parts: Sequence[Part], left: float, room: float) -> tuple[list[Item], float]:
    """The statuses beside each other, on as many rows as they need."""
    items: list[Item] = []
    x, y = 0.0, 0.0
    for part in parts:
        needed = 6.5 + width_mm(part.words, TEXT_MM) + 2 * GAP_MM
        if x and x + needed > room:
            x, y = 0.0, y + ROW_MM * 0.7
        items += _filled(left + x, y + 0.4, 5.0, 3.2, part.fill, part.hatch)
        items.append(_said(part.words, left + x + 6.5, y + 2.0, "start", needed))
        x += needed
    return items, y + ROW_MM


@dataclass(frozen=True)
class Series:
    """A figure over months: percent or none where its denominator was 0."""

    label: str
    values: tuple[float | None, ...]
    colour: str
    sign: str
    dash: tuple[float, ...] = ()


def lines(months: Sequence[str], series: Sequence[Series], wide: float, high: float) -> Drawing:
    """Lines from 0 to 100 % over months; each ends with its name, moved apart where two would touch."""
    left, top = 11.0, TEXT_MM
    after = max((width_mm(_ending(each), TEXT_MM) for each in series), default=0.0) + 2 * GAP_MM
    room, tall = wide - left - after, high - top - 6.0
    items: list[Item] = []
    for percent in QUARTERS:
        y = top + tall * (1 - percent / 100)
        items += [line(left, y, left + room, y, FAINT, 0.12), _said(f"{percent}%", left - 1.2, y, "end", left)]
    step = room / max(len(months) - 1, 1)
    for n, month in enumerate(months):
        items.append(_said(month, left + n * step, top + tall + 3.6, "middle", step * 1.2))
    ends: list[tuple[float, Series]] = []
    for each in series:
        points = [
            (left + n * step, top + tall * (1 - value / 100))
            for n, value in enumerate(each.values)
            if value is not None
        ]
        runs = _runs(each.values)
        places = dict(zip([n for run in runs for n in run], points, strict=True))
        items += [
            Path((tuple(places[n] for n in run),), stroke=each.colour, width=0.5, dash=each.dash)
            for run in runs if len(run) > 1
        ]  # fmt: skip
        items += [sign(each.sign, x, y, 1.0, fill=each.colour, stroke=PAPER) for x, y in points]
        if points:
            ends.append((points[-1][1], each))
    for y, each in _apart(ends):
        items.append(_said(_ending(each), left + room + GAP_MM, y, "start", after, ink=each.colour, bold=True))
    return group("趋势图 · trend", items), high


def _ending(each: Series) -> str:
    last = next((value for value in reversed(each.values) if value is not None), None)
    return each.label if last is None else f"{each.label} {last:.1f}%"


def _runs(values: Sequence[float | None]) -> list[list[int]]:
    """The stretches of months that have a value: a line does not cross a gap."""
    runs: list[list[int]] = []
    for n, value in enumerate(values):
        if value is None:
            continue
        if runs and runs[-1][-1] == n - 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    return runs


def _apart(ends: Iterable[tuple[float, Series]]) -> list[tuple[float, Series]]:
    """Names at the ends of lines, pushed up from the lowest so that none touches another."""
    made: list[tuple[float, Series]] = []
    for y, each in sorted(ends, key=lambda end: -end[0]):
        made.append((min(y, made[-1][0] - TEXT_MM * 1.25) if made else y, each))
    return made


def _quarters(left: float, room: float, high: float) -> list[Item]:
    items: list[Item] = []
    for percent in QUARTERS:
        x = left + room * percent / 100
        items += [line(x, 0, x, high, FAINT, 0.12), _said(f"{percent}%", x, high + 2.4, "middle", 12.0)]
    return items


def _filled(x: float, y: float, wide: float, high: float, fill: str, name: str) -> list[Item]:
    """A bar in the colour and hatch of its status."""
    if wide <= 0:
        return []
    items: list[Item] = [box(x, y, wide, high, fill=fill, stroke=LINE, width=0.12, opacity=0.55 if name else 1.0)]
    if name:
        items.append(hatch(shapely.box(x, y, x + wide, y + high), name, INK))
    return items


def _badge(said: str, x: float, y: float) -> list[Item]:
    """A count on a paper ground, so that it can be read over any hatch."""
    wide = width_mm(said, TEXT_MM) + 1.0
    return [
        box(x - wide / 2, y - 1.7, wide, 3.4, fill=PAPER, stroke=None, opacity=0.9),
        Text(x, y + TEXT_MM * MIDDLE, said, TEXT_MM, "middle"),
    ]


def _said(
    said: str, x: float, y: float, anchor: str, room: float, *, ink: str = SOFT, bold: bool = False
) -> Text:  # fmt: skip
    """A text in the middle of a line, cut to its room."""
    shown = cut(said, room, TEXT_MM, bold=bold)
    return Text(x, y + TEXT_MM * MIDDLE, shown, TEXT_MM, anchor, bold, ink)  # type: ignore[arg-type]
