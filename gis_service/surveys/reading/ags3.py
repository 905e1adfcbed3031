"""AGS 3: groups as `"**HOLE"`, heads as `"*HOLE_ID"`, long texts carried on by `"<CONT>"`. No maintained library reads it.

Only what is needed here is understood: groups with their rows. The format is that of AGS, Electronic Transfer of Geotechnical and
Geoenvironmental Data, third edition (1999).
"""

import csv
from collections.abc import Iterable

from gis_service.surveys.reading.result import RefusedFile

Row = dict[str, str]
LINE = "line"
"""The key under which a row tells its line in the file."""


def groups(text: str) -> dict[str, list[Row]]:
    """Every group with its rows; refused where rows stand outside a group or a group comes twice."""
    found: dict[str, list[Row]] = {}
    rows: list[Row] | None = None
    heads: list[str] = []
    ended = False  # whether the heads are complete: they may go on over several lines
    for number, cells in _records(text):
        first = cells[0]
        if first.startswith("**"):
            name = first.lstrip("*?").upper()
            if name in found:
                raise _broken(
                    number, f"组 {name} 出现了两次,请先合并", f"the group {name} comes twice; join them first"
                )
            rows, heads, ended = found.setdefault(name, []), [], False
        elif rows is None:
            raise _broken(number, "数据前没有组名(如 **HOLE)", "data stand before any group such as **HOLE")
        elif first.startswith("*") and not ended:
            heads += [cell.lstrip("*?").upper() for cell in cells if cell]
        elif first == "<UNITS>":
            ended = True
        elif first == "<CONT>":
            _carry_on(rows, heads, cells, number)
        else:
            ended = True
            rows.append(dict(zip(heads, cells, strict=False)) | {LINE: str(number)})
            if len(cells) > len(heads) and any(cells[len(heads) :]):
                raise _broken(number, "这一行的列数比表头多", "this row has more fields than its heads")
    return found


def _carry_on(rows: list[Row], heads: list[str], cells: list[str], number: int) -> None:
    """Texts longer than a line go on in the next one, column by column."""
    if not rows:
        raise _broken(number, "<CONT> 前没有数据行", "<CONT> follows no row")
    for head, cell in zip(heads[1:], cells[1:], strict=False):
        rows[-1][head] = rows[-1].get(head, "") + cell


def _records(text: str) -> Iterable[tuple[int, list[str]]]:
    reader = csv.reader(text.splitlines(keepends=True))
    try:
        for cells in reader:
            if any(cells):
                yield reader.line_num, [cell.strip() for cell in cells[:-1]] + [cells[-1].rstrip("\r\n")]
    except csv.Error as fault:
        raise _broken(reader.line_num, "引号使用有误", f"the quotes are broken ({fault})") from None


def _broken(line: int, zh: str, en: str) -> RefusedFile:
    return RefusedFile(
        "ags_broken", f"AGS 3 文件第 {line} 行:{zh}。请用原软件重新导出,或另存为 AGS 4",
        f"Line {line} of the AGS 3 file: {en}. Export it again, or save it as AGS 4", row=line,
    )  # fmt: skip
