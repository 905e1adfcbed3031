"""Tables: as many rows as fit, in one block or several side by side; the rest goes to further pages."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gis_service.sheets.drawing.items import INK, LINE, MIDDLE, SOFT, Anchor, Group, Item, Text, box, group, line
from gis_service.sheets.drawing.letters import cut, width_mm

ROW_MM = 4.5
TEXT_MM = 2.5
PADDING_MM = 1.1
GAP_MM = 4.0
MANY = 10_000
HEAD_FILL = "#eef1f4"


@dataclass(frozen=True)
class Column:
    title: str
    share: float
    """Of the width, against the other columns."""
    anchor: Anchor = "start"


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    blocks: int = 1
    """Side by side; 0 means as many as have room without anything being cut."""

    def only(self, *columns: int) -> "Table":
        """Some of its columns, under a name of its own: the whole table still follows."""
        rows = tuple(tuple(row[n] for n in columns) for row in self.rows)
        return Table(f"{self.name} ·", tuple(self.columns[n] for n in columns), rows, 0)

    def rest(self, count: int) -> "Table | None":
        """The table without its first rows."""
        return Table(self.name, self.columns, self.rows[count:], self.blocks) if count < len(self.rows) else None


def fits(room_mm: float) -> int:
    """How many rows fit below a header."""
    return MANY if math.isinf(room_mm) else max(0, int(room_mm / ROW_MM + 1e-6) - 1)


def natural_mm(table: Table) -> float:
    """The width at which nothing of a block is cut."""
    return sum(_column_mm(table, n) for n in range(len(table.columns)))


def dealt(table: Table, wide: float, gap: float = GAP_MM) -> Table:
    """The table with its blocks counted; no more than it has rows."""
    if table.blocks:
        return table
    blocks = max(1, min(len(table.rows), int((wide + gap) / (natural_mm(table) + gap))))
    return Table(table.name, table.columns, table.rows, blocks)


def needed_mm(table: Table, wide: float) -> float:
    """How high the table is with all its rows."""
    rows = -(-len(table.rows) // dealt(table, wide).blocks)
    return (rows + 1) * ROW_MM


def drawn(
    table: Table, x: float, y: float, wide: float, room: float, *, gap: float = GAP_MM
) -> tuple[Group, float, int]:
    """The rows that fit, how high they are, and how many they are."""
    table = dealt(table, wide, gap)
    most = fits(room)
    shown = table.rows[: most * table.blocks]
    each = min(most, -(-len(shown) // table.blocks)) if shown else 0
    block = (wide - gap * (table.blocks - 1)) / table.blocks
    items: list[Item] = []
    for n in range(table.blocks):
        rows = shown[n * each : (n + 1) * each]
        if rows or n == 0:
            items.append(_block(table, rows, x + n * (block + gap), y, block))
    return group(table.name, items), (each + 1) * ROW_MM, len(shown)


def _widths(table: Table, wide: float) -> list[float]:
    """By what stands in the columns where all of it has room, and by their shares where not."""
    own = [_column_mm(table, n) for n in range(len(table.columns))]
    spare = wide - sum(own)
    total = sum(column.share for column in table.columns)
    if spare >= 0:
        return [width + spare * column.share / total for width, column in zip(own, table.columns, strict=True)]
    return [wide * column.share / total for column in table.columns]


def _column_mm(table: Table, n: int) -> float:
    head = width_mm(table.columns[n].title, TEXT_MM, bold=True)
    return 2 * PADDING_MM + max([head, *(width_mm(row[n], TEXT_MM) for row in table.rows)])


def _block(table: Table, rows: Sequence[tuple[str, ...]], x: float, y: float, wide: float) -> Group:
    widths = _widths(table, wide)
    high = (len(rows) + 1) * ROW_MM
    items: list[Item] = [box(x, y, wide, ROW_MM, fill=HEAD_FILL, stroke=None)]
    items += [line(x, y + n * ROW_MM, x + wide, y + n * ROW_MM, LINE, 0.1) for n in range(1, len(rows) + 1)]
    left = x
    for n, (column, room) in enumerate(zip(table.columns, widths, strict=True)):
        if n:
            items.append(line(left, y, left, y + high, LINE, 0.1))
        items.append(_cell(column.title, left, y, room, "middle", bold=True))
        for row, said in enumerate((each[n] for each in rows), start=1):
            items.append(_cell(said, left, y + row * ROW_MM, room, column.anchor))
        left += room
    items.append(box(x, y, wide, high, stroke=INK, width=0.2))
    return group(table.name, items)


def _cell(said: str, x: float, y: float, wide: float, anchor: Anchor, *, bold: bool = False) -> Text:
    place = {"start": x + PADDING_MM, "middle": x + wide / 2, "end": x + wide - PADDING_MM}[anchor]
    shown = cut(said, wide - 2 * PADDING_MM, TEXT_MM, bold=bold)
    return Text(place, y + ROW_MM / 2 + TEXT_MM * MIDDLE, shown, TEXT_MM, anchor, bold, INK if said != "—" else SOFT)
