"""Finding the lines that name the columns, below titles and units, and joining names of two levels into one."""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gis_service.parcels.imports.columns.recognise import UNITS_M2
from gis_service.parcels.imports.columns.spelling import normal
from gis_service.parcels.reading.tables import roles
from gis_service.parcels.reading.tables.grid import Cell, Line, Merges, letters

DEEPEST = 4
LONGEST = 60
"""Characters of a name of a column; what is longer is a sentence."""

LIKELY = 1.5
"""What the first line as wide as the table counts for, in recognised columns."""

#: 截止时间：2026年6月30日 tells something and names nothing; (单位：亩) behind a name does no harm.
_TELLS = re.compile(r"^[^(（]*[:：]")
_NUMBERS = re.compile(r"[\d.,:/%()（）年月日\s+-]+")
_UNIT_WORDS = {
    *UNITS_M2,
    "m",
    "米",
    "km",
    "度",
    "°",
    "度分秒",
    "元",
    "万元",
    "亿元",
    "m3",
    "方",
    "立方米",
    "%",
    "年",
    "月",
    "日",
    "个",
    "人",
    "宗",
}
_UNIT_CELL = re.compile(r"[(\[]?(?:单位[:：])?(.+?)[)\]]?")

Grid = dict[int, dict[int, str]]


@dataclass(frozen=True)
class Header:
    """The lines of the header and what they name.

    `names` occur once; `plain` are the same as they stand there. `above` are the texts over the header, `words`
    those in it, `recognised` is how many different things its names are known for.
    """

    first: int
    last: int
    names: dict[int, str]
    plain: dict[int, str]
    above: list[str] = field(default_factory=list)
    recognised: int = 0
    renamed: list[tuple[str, int, str]] = field(default_factory=list)
    words: frozenset[str] = frozenset()

    @property
    def rows(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


def is_label(cell: Cell) -> bool:
    """Whether a cell may name a column: a short text that is no number, no date and no geometry."""
    text = cell.text
    short = isinstance(cell.value, str) and len(text) <= LONGEST
    return short and not _NUMBERS.fullmatch(text) and not _TELLS.search(text) and not roles.WKT.match(text)


def is_unit(text: str) -> bool:
    """
    >>> is_unit("（㎡）"), is_unit("亩"), is_unit("单位：公顷"), is_unit("北围")
    (True, True, True, False)
    """
    match = _UNIT_CELL.fullmatch(normal(text))
    return match is not None and match[1] in _UNIT_WORDS


def find(head: list[Line], merges: Merges, said: Mapping[str, str]) -> Header | None:
    """The header among the first lines of a table: where most names are known, else the first line as wide as it."""
    grid = _filled(head, merges)
    wanted = {normal(name) for name in said.values() if name}
    blocks = [_depth(head, at, merges, grid) if _may_name(line) else 0 for at, line in enumerate(head)]
    named = [_joined(head[at : at + depth], grid, merges) for at, depth in enumerate(blocks)]
    likely = _likely(head, named)
    best: tuple[float, int, int, int] | None = None
    for at, (depth, names) in enumerate(zip(blocks, named, strict=True)):
        if not depth:
            continue
        known = _known(names, wanted)
        score = known + (LIKELY if at == likely else -LIKELY if likely is not None and at > likely else 0)
        if score >= LIKELY and (best is None or score > best[0]):
            best = (score, at, depth, known)
    return None if best is None else _header(head, best[1], best[2], best[3], grid, merges)


def _may_name(line: Line) -> bool:
    """Whether a line may name columns: half of it at least are labels, half of these are different."""
    labels = [cell.text for cell in line.cells.values() if is_label(cell)]
    return len(labels) >= 2 and len(labels) * 2 >= len(line.cells) and len(set(labels)) * 2 >= len(labels)


def _likely(head: list[Line], named: list[dict[int, str]]) -> int | None:
    """The first line of hardly anything but labels that names about as many columns as any line fills."""
    widest = max((len(line.cells) for line in head), default=0)
    for at, (line, names) in enumerate(zip(head, named, strict=True)):
        labels = {cell.text for cell in line.cells.values() if is_label(cell)}
        if len(names) >= 0.6 * widest and len(labels) >= max(2, 0.8 * len(line.cells)):
            return at
    return None


def _known(names: Mapping[int, str], wanted: set[str]) -> int:
    """How many different things the names are known for."""
    known = {normal(name) for name in names.values()} & wanted
    for name in names.values():
        found = roles.field_of(name) or roles.role(name)
        if found and found != "extra":
            known.add(found)
    return len(known)


def _filled(head: list[Line], merges: Merges) -> Grid:
    """The texts of the head with merged cells filled, as far as the head goes."""
    widest = max((max(line.cells) for line in head), default=0)
    grid: Grid = {line.number: {c: cell.text for c, cell in line.cells.items()} for line in head}
    for line in head:
        for column, cell in line.cells.items():
            merge = merges.at(line.number, column)
            if merge is None:
                continue
            for row in range(merge.top, min(merge.bottom, merge.top + DEEPEST) + 1):
                for right in range(merge.left, min(merge.right, widest) + 1):
                    grid.setdefault(row, {})[right] = cell.text
    return grid


# --- names of several levels -------------------------------------------------------------------------------------


def _depth(head: list[Line], at: int, merges: Merges, grid: Grid) -> int:
    depth = 1
    while depth < DEEPEST and at + depth < len(head) and _goes_on(head, at, depth, merges, grid):
        depth += 1
    return depth


def _goes_on(head: list[Line], at: int, depth: int, merges: Merges, grid: Grid) -> bool:
    """Whether the next line belongs to the header too."""
    block, line = head[at : at + depth], head[at + depth]
    if _reached(block, line.number, merges) or all(is_unit(cell.text) for cell in line.cells.values()):
        return True
    if not all(is_label(cell) or is_unit(cell.text) for cell in line.cells.values()):
        return False
    return set(line.cells) <= _groups(block[-1], merges, grid) and len(line.cells) >= 2


def _reached(block: list[Line], number: int, merges: Merges) -> bool:
    """Whether a cell of the block is merged down into a line."""
    anchored = (merges.at(line.number, column) for line in block for column in line.cells)
    return any(one is not None and one.bottom >= number for one in anchored)


def _groups(line: Line, merges: Merges, grid: Grid) -> set[int]:
    """Columns below names that span several: merged cells, or a name followed by blanks where nothing is merged."""
    if merges.all:
        spans = (merges.at(line.number, column) for column in line.cells)
        return {c for one in spans if one and one.right > one.left for c in range(one.left, one.right + 1)}
    last = max(line.cells)
    gaps = {c for c in range(min(line.cells), last + 2) if c not in grid[line.number]}
    return gaps | {c - 1 for c in gaps}


def _joined(block: list[Line], grid: Grid, merges: Merges) -> dict[int, str]:
    """One name for each column: its levels joined, repeated ones once."""
    rows = [dict(grid[line.number]) for line in block]
    if len(block) > 1 and not merges.all:
        for upper, lower in itertools.pairwise(rows):
            _spread(upper, lower)
    found = {}
    for column in sorted({c for row in rows for c in row}):
        levels = list(dict.fromkeys(_clean(row[column]) for row in rows if row.get(column)))
        if levels:
            found[column] = "-".join(levels)
    return found


def _spread(upper: dict[int, str], lower: dict[int, str]) -> None:
    """Names of the upper level over the blanks to their right, where the lower level has a name."""
    for column in sorted(lower):
        if column not in upper and column - 1 in upper and column - 1 in lower:
            upper[column] = upper[column - 1]


def _clean(text: str) -> str:
    """A name in one line; a break inside Chinese words is no blank.

    >>> _clean("用地面积\\n（㎡）"), _clean("Start  date")
    ('用地面积（㎡）', 'Start date')
    """
    return (
        re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", " ".join(text.split()))
        if "\n" in text
        else " ".join(text.split())
    )


def _header(head: list[Line], at: int, depth: int, known: int, grid: Grid, merges: Merges) -> Header:
    block = head[at : at + depth]
    plain = _joined(block, grid, merges)
    names, renamed = _unique(plain)
    above = [cell.text for line in head[:at] for cell in line.cells.values()]
    words = frozenset(cell.text for line in block for cell in line.cells.values() if is_label(cell))
    return Header(block[0].number, block[-1].number, names, plain, above, known, renamed, words)


def _unique(names: dict[int, str]) -> tuple[dict[int, str], list[tuple[str, int, str]]]:
    """Names that occur once; a second one gets a number."""
    found: dict[int, str] = {}
    renamed = []
    times: dict[str, int] = {}
    for column, name in names.items():
        times[name] = nth = times.get(name, 0) + 1
        unique = name
        if nth > 1:
            unique = f"{name}_{nth}"
            renamed.append((name, nth, unique))
        found[column] = unique if unique not in found.values() else f"{unique}_{letters(column)}"
    return found, renamed
