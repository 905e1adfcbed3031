"""What stands around and in a map: neatline, coordinate grid, scale bar, north arrow."""

import math
from collections.abc import Iterator

import shapely
from shapely import Polygon

from gis_service.sheets.drawing.items import INK, MIDDLE, PAPER, SOFT, Group, Item, Path, Text, box, group, line
from gis_service.sheets.mapping.frame import Frame

BAND_MM = 4.2
"""Outside the neatline, for the figures of the grid."""
GRID_STEPS_M = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
GRID_MM = 45.0
"""Grid lines are at least so far apart."""
BAR_MM = 42.0
ARROW_MM = (9.0, 15.0)
FIGURE_MM = 2.4


def grid_step_m(scale: int) -> int:
    """
    >>> grid_step_m(1_000), grid_step_m(10_000)
    (50, 500)
    """
    return next((step for step in GRID_STEPS_M if step * 1000 / scale >= GRID_MM), GRID_STEPS_M[-1])


def bar_m(scale: int) -> int:
    """The length a scale bar shows: the longest of 1, 2, 5 × 10ⁿ m that fits.

    >>> bar_m(5_000), bar_m(1_000)
    (200, 20)
    """
    fits = BAR_MM * scale / 1000
    return max(step * power for power in (1, 10, 100, 1_000, 10_000) for step in (1, 2, 5) if step * power <= fits)


def neatline(frame: Frame) -> Group:
    """The frame and, in a band around it, an outer line."""
    outer = BAND_MM
    return group(
        "图廓 · neatline",
        [
            box(frame.left, frame.top, frame.wide, frame.high, width=0.3),
            box(frame.left - outer, frame.top - outer, frame.wide + 2 * outer, frame.high + 2 * outer, width=0.15),
        ],
    )


def _marks(low: float, high: float, step: int) -> Iterator[int]:
    yield from range(math.ceil(low / step) * step, math.floor(high / step) * step + 1, step)


def grid(frame: Frame) -> Group:
    """Crosses where the lines of the coordinate grid meet, and ticks with their figures (metres) at the neatline."""
    step = grid_step_m(frame.scale)
    west, south, east, north = frame.land
    right, low = frame.left + frame.wide, frame.top + frame.high
    items: list[Item] = []
    for x in _marks(west, east, step):
        px, _ = frame.place(x, south)
        items += [line(px, frame.top - 1.6, px, frame.top, INK, 0.15), line(px, low, px, low + 1.6, INK, 0.15)]
        if frame.left + 9 < px < right - 9:
            items.append(_figure(px, frame.top - BAND_MM / 2, x, 0))
            items.append(_figure(px, low + BAND_MM / 2, x, 0))
        for y in _marks(south, north, step):
            cx, cy = frame.place(x, y)
            if frame.left + 2 < cx < right - 2 and frame.top + 2 < cy < low - 2:
                items += [line(cx - 1.5, cy, cx + 1.5, cy, SOFT, 0.12), line(cx, cy - 1.5, cx, cy + 1.5, SOFT, 0.12)]
    for y in _marks(south, north, step):
        _, py = frame.place(west, y)
        items += [line(frame.left - 1.6, py, frame.left, py, INK, 0.15), line(right, py, right + 1.6, py, INK, 0.15)]
        if frame.top + 9 < py < low - 9:
            items.append(_figure(frame.left - BAND_MM / 2, py, y, -90))
            items.append(_figure(right + BAND_MM / 2, py, y, -90))
    return group("方里网 · grid", items)


def _figure(x: float, y: float, metres: int, turn: float) -> Text:
    down = FIGURE_MM * MIDDLE
    shift = (down, 0.0) if turn else (0.0, down)
    return Text(x + shift[0], y + shift[1], str(metres), FIGURE_MM, "middle", fill=SOFT, turn=turn, halo=True)


def north_arrow(frame: Frame, letter: str = "北") -> tuple[Group, Polygon]:
    """In the upper right corner of the map, and the place it takes."""
    wide, high = ARROW_MM
    right, top = frame.left + frame.wide - 2.5, frame.top + 2.5
    x, y = right - wide / 2, top + 4.2
    left_half = ((x, y), (x - 2.6, top + high - 0.8), (x, top + high - 3.0))
    right_half = ((x, y), (x + 2.6, top + high - 0.8), (x, top + high - 3.0))
    items: list[Item] = [
        box(right - wide, top, wide, high, fill=PAPER, stroke=None, opacity=0.85),
        Text(x, top + 3.4, letter, 3.4, "middle", bold=True),
        Path((left_half,), closed=True, fill=INK, stroke=INK, width=0.15),
        Path((right_half,), closed=True, fill=PAPER, stroke=INK, width=0.15),
    ]
    return group("指北针 · north", items), shapely.box(right - wide, top, right, top + high)


def scale_bar(x: float, y: float, scale: int) -> tuple[Group, float]:
    """Ratio and bar, the bar's upper left corner given; and how wide both are."""
    metres = bar_m(scale)
    wide = metres * 1000 / scale
    parts = 4 if metres % 4 == 0 else 5
    each = wide / parts
    items: list[Item] = [
        box(x + n * each, y, each, 1.3, fill=INK if n % 2 == 0 else PAPER, width=0.15) for n in range(parts)
    ]
    half = f"{metres / 2:,.0f}"
    items += [Text(x, y + 4.0, "0", FIGURE_MM, "middle"), Text(x + wide, y + 4.0, f"{metres:,} m", FIGURE_MM, "middle")]
    if parts == 4:
        items.append(Text(x + wide / 2, y + 4.0, half, FIGURE_MM, "middle"))
    return group("比例尺 · scale bar", items), wide
