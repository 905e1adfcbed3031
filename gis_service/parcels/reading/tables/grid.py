"""A table as lines of cells, whatever file it came from."""

import datetime
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

Value = str | int | float | bool | None

#: Serial number 0 of the two date systems of spreadsheets (1900 counts a 29 February that never was).
EPOCH_1900, EPOCH_1904 = datetime.datetime(1899, 12, 30), datetime.datetime(1904, 1, 1)  # noqa: DTZ001  (sheets know no zones)


class Cell(NamedTuple):
    """What a cell holds: its value, the same as a person sees it, and the code of what is wrong with it."""

    value: Value
    text: str
    fault: str | None = None

    @property
    def is_number(self) -> bool:
        return isinstance(self.value, int | float) and not isinstance(self.value, bool)


class Line(NamedTuple):
    """A line of the table by its number in the file (from 1); cells by column (from 1), empty ones left out.

    `width` is how many fields a delimited line has, empty ones too; 0 where the file does not say.
    """

    number: int
    cells: dict[int, Cell]
    width: int = 0


class Merge(NamedTuple):
    """Cells that were made one: first and last row, first and last column."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass
class Merges:
    """The merged cells of a sheet."""

    all: list[Merge] = field(default_factory=list)
    _at: dict[tuple[int, int], Merge] = field(default_factory=dict)
    _down: dict[int, list[Merge]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, found: Iterable[Merge]) -> "Merges":
        merges = cls(sorted(found))
        merges._at = {(one.top, one.left): one for one in merges.all}
        for one in merges.all:
            if one.bottom > one.top:
                merges._down[one.left].append(one)
        return merges

    def at(self, row: int, column: int) -> Merge | None:
        """The merge whose first cell this is."""
        return self._at.get((row, column))

    def down(self) -> Iterable[int]:
        """Columns in which cells are merged downwards."""
        return self._down

    def top_of(self, row: int, column: int) -> int | None:
        """The first row of the merge that reaches down to this cell of its first column."""
        found = self._down.get(column, [])
        at = bisect_right(found, row, key=lambda one: one.top) - 1
        return found[at].top if at >= 0 and found[at].top < row <= found[at].bottom else None


class Table(Protocol):
    """A table that can be read from its first line as often as asked. `name` is the layer it makes."""

    @property
    def name(self) -> str: ...

    @property
    def merges(self) -> Merges: ...

    @property
    def epoch(self) -> datetime.datetime: ...

    def lines(self) -> Iterator[Line]:
        """Lines that hold anything, from the first."""
        ...

    def head(self) -> list[Line]:
        """The first HEAD_LINES of them."""
        ...


MOST_NAMED = 1000
"""Filled cells that one line may have."""

HEAD_LINES = 60
"""So many filled lines are looked at for a header, and for what the columns hold."""


def letters(column: int) -> str:
    """The name of a column.

    >>> letters(1), letters(27), letters(16384)
    ('A', 'AA', 'XFD')
    """
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell_name(row: int, column: int) -> str:
    return f"{letters(column)}{row}"


def listed(numbers: list[int], most: int = 12) -> str:
    """Row numbers for a sentence, the first of many.

    >>> listed([3, 9]), listed(list(range(1, 40)), 3)
    ('3、9', '1、2、3…')
    """
    return "、".join(map(str, numbers[:most])) + ("…" if len(numbers) > most else "")
