"""Sheets and delimited texts as the four tables: which table a sheet is, where its head stands, what its columns are called."""

import itertools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from gis_service.parcels.reading.tables.grid import Cell, Line, Table, cell_name
from gis_service.surveys.reading import columns, values
from gis_service.surveys.reading.result import CellFault, Entry, Notes, RefusedFile, Tables

HEAD_LINES = 30
MOST_ROWS = 50_000
"""Lines of one table. A survey has hundreds of holes and thousands of layers."""
MOST_CHARACTERS = 10_000
"""Of one cell."""
EXAMPLE = "示例"
"""A row whose number begins so shows how to fill in and is not read."""

_KEYS = {"points": "point_no", "layers": "point_no", "samples": "point_no", "results": "sample_no"}
_LONG = {"description", "remark"}
_UNIT_CELLS = {"m", "米", "mm", "毫米", "cm", "厘米", "%", "ppm", "mg/kg", "mg/l", "-", "—", ""}


@dataclass(frozen=True)
class Head:
    """A head: its line, and for each column the table, the field and the unit it names. Two tables where a CSV joins them."""

    line: int
    fields: dict[int, tuple[str, str]]
    units: dict[int, str]
    kinds: tuple[str, ...]
    others: tuple[str, ...]
    twice: tuple[str, ...]


def tables(found: Sequence[Table], format_name: str, notes: Notes) -> Tables:
    """The tables in sheets or files; what is none of them is named."""
    result = Tables(format_name)
    heads: list[str] = []
    for grid in found:
        head = _head(grid)
        if head is None and columns.GUIDE in grid.name:
            result.crs_text = result.crs_text or _system_named(grid)
        elif head is not None:
            heads += head.kinds
            _take(grid, head, result, notes)
        elif grid.head():
            left_out(grid.name, notes)
    if "points" in heads and not result.points:
        raise RefusedFile(
            "no_points", "“钻孔”表里没有一个孔。请从第 2 行起填写(示例行不读)", "The table of points has no hole. Fill it in from row 2 (examples are not read)"
        )  # fmt: skip
    if not result.points:
        raise RefusedFile(
            "no_points",
            "文件里没有“钻孔”表(至少要有点号、东坐标、北坐标)。请用模板填写,或在分层表里加上坐标列",
            "The file has no table of points (number, easting, northing at least). Use the template, or add the coordinates to the strata",
        )
    return result


def left_out(name: str, notes: Notes) -> None:
    notes.warning(
        "sheet_left_out",
        f"没有读“{values.short(name)}”:没有认出表头。若是钻孔、地层、样品或检测结果表,请按模板写表头",
        f"'{values.short(name)}' was not read: its head is none of the tables. If it should be, use the heads of the template",
        at=Entry(name, 1, {}),
    )


def _system_named(grid: Table) -> str:
    """What stands right of the label of the coordinate system on the guide."""
    for line in grid.head():
        for column, cell in line.cells.items():
            if columns.normal(cell.text) in ("坐标系", "坐标系epsg", "epsg"):
                right = line.cells.get(column + 1)
                return right.text if right else ""
    return ""


# --- heads -----------------------------------------------------------------------------------------------------------


def _head(grid: Table) -> Head | None:
    """The line that names most columns of one table, or of points and layers together."""
    wanted = columns.table_named(grid.name)
    candidates = [head for line in itertools.islice(grid.head(), HEAD_LINES) for head in _readings(line, wanted)]
    return max(candidates, key=lambda head: len(head.fields), default=None)


def _readings(line: Line, wanted: str | None) -> list[Head]:
    """The ways one line can be a head. What the sheet is called decides between equals."""
    found = []
    joined = _named(line, ("layers", "points"))
    if all(_has(joined, table) for table in ("layers", "points")):
        return [joined]
    for table in (wanted, *columns.TABLES):
        if table and _has(head := _named(line, (table,)), table):
            found.append(head)
    return found


def _has(head: Head, table: str) -> bool:
    names = {name for _, name in head.fields.values()}
    return all(name in names for name in columns.NEEDED[table])


def _named(line: Line, kinds: tuple[str, ...]) -> Head:
    fields: dict[int, tuple[str, str]] = {}
    units: dict[int, str] = {}
    others, twice = [], []
    for column, cell in line.cells.items():
        meant = _meant(cell.text, kinds)
        if meant is None:
            others.append(values.short(cell.text))
        elif meant in fields.values():
            twice.append(values.short(cell.text))
        else:
            fields[column] = meant
            units[column] = columns.unit_of(cell.text)
    return Head(line.number, fields, units, kinds, tuple(others), tuple(twice))


def _meant(head: str, kinds: tuple[str, ...]) -> tuple[str, str] | None:
    """The table and field a head names; in joined tables the one that is called exactly so, else the layer's."""
    found = [(table, name) for table in kinds if (name := columns.column_of(table, head))]
    exact = [each for each in found if columns.normal(_zh(*each)) == columns.normal(head)]
    return next(iter(exact or found), None)


def _zh(table: str, name: str) -> str:
    return next((column.zh for column in columns.TABLES[table] if column.name == name), name)


# --- rows ------------------------------------------------------------------------------------------------------------


def _take(grid: Table, head: Head, result: Tables, notes: Notes) -> None:
    _tell_columns(grid.name, head, notes)
    row_count = 0
    last_key = ""
    key_name = _KEYS[head.kinds[0]]
    seen: dict[str, Entry] = {}
    for line in grid.lines():
        if line.number <= head.line:
            continue
        said, faults = _said(line, head)
        if not faults and (not any(text for row in said.values() for text in row.values()) or _is_units(said)):
            continue
        row_count += 1
        if row_count > MOST_ROWS:
            raise RefusedFile(
                "too_many_rows", f"“{values.short(grid.name)}”超过 {MOST_ROWS} 行。请分成几个文件导入",
                f"'{values.short(grid.name)}' has more than {MOST_ROWS} rows. Split it into several files", sheet=grid.name,
            )  # fmt: skip
        key = next((row[key_name] for row in said.values() if row.get(key_name)), "")
        if head.kinds != ("points",):
            key = key or last_key
        last_key = key
        if key.startswith(EXAMPLE) or any(row.get("sample_no", "").startswith(EXAMPLE) for row in said.values()):
            continue
        for table, row in said.items():
            told = faults if table == head.kinds[0] else ()
            entry = Entry(grid.name, line.number, row | ({key_name: key} if key else {}), told)
            if table == "points" and len(head.kinds) > 1:
                _joined_point(entry, seen, result, notes)
            else:
                result.of(table).append(entry)


def _tell_columns(name: str, head: Head, notes: Notes) -> None:
    at = Entry(name, head.line, {})
    if head.others:
        listed = "、".join(head.others)
        notes.warning("columns_left_out", f"没有读这些列:{listed}。若需要,请改用模板的表头", f"These columns were not read: {listed}. If they matter, use the heads of the template", at=at)  # fmt: skip
    if head.twice:
        listed = "、".join(head.twice)
        notes.warning("columns_twice", f"这些列与前面的列重复,没有读:{listed}。请删去或改名", f"These columns repeat earlier ones and were not read: {listed}. Delete or rename them", at=at)  # fmt: skip


def _said(line: Line, head: Head) -> tuple[dict[str, dict[str, str]], tuple[CellFault, ...]]:
    """The texts of a line by table and field, and what is wrong with its cells."""
    said: dict[str, dict[str, str]] = {table: {} for table in head.kinds}
    faults = []
    for column, (table, name) in head.fields.items():
        cell = line.cells.get(column)
        if cell is None:
            continue
        place = cell_name(line.number, column)
        if cell.fault:
            faults.append(_formula(place, cell))
        elif text := _text(cell, long=name in _LONG):
            said[table][name] = text[:MOST_CHARACTERS]
            if head.units[column]:
                said[table][f"unit of {name}"] = head.units[column]
            if len(text) > MOST_CHARACTERS:
                zh, en = f"单元格 {place} 超过 {MOST_CHARACTERS} 字。请缩短", f"The cell {place} holds more than {MOST_CHARACTERS} characters. Shorten it"  # fmt: skip
                faults.append(CellFault("text_too_long", place, zh, en))
    return said, tuple(faults)


def _formula(place: str, cell: Cell) -> CellFault:
    if cell.fault == "cell.no_value":
        zh, en = f"单元格 {place} 的公式没有保存结果。请用 Excel 或 WPS 打开、保存后再导入", f"The formula in {place} has no saved result. Open and save the file in Excel or WPS"  # fmt: skip
    else:
        zh, en = f"单元格 {place} 的公式出错({values.short(cell.text)})。请改正", f"The formula in {place} gives an error ({values.short(cell.text)}). Correct it"  # fmt: skip
    return CellFault("formula", place, zh, en)


def _text(cell: Cell, *, long: bool) -> str:
    """A cell as text: numbers as they were typed (a spreadsheet keeps 15 digits), no control characters."""
    if isinstance(cell.value, bool):
        return "是" if cell.value else "否"
    if isinstance(cell.value, float):
        return format(cell.value, f".{values.MOST_DIGITS}g")
    text = cell.text if cell.value is None or isinstance(cell.value, int) else str(cell.value)
    if text.isascii() and text.isprintable():
        return text
    text = "".join(each for each in text.replace("\r\n", "\n") if each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cs"))  # fmt: skip
    return text.strip() if long else " ".join(text.split())


def _is_units(said: dict[str, dict[str, str]]) -> bool:
    """Whether a line below the head gives nothing but units."""
    texts = [text for row in said.values() for name, text in row.items() if not name.startswith("unit of ")]
    return all(text.strip("()").casefold() in _UNIT_CELLS for text in texts)


def _joined_point(entry: Entry, seen: dict[str, Entry], result: Tables, notes: Notes) -> None:
    """The hole of a joined line; later lines may repeat it or leave it empty, not contradict it."""
    point_no = entry.text("point_no")
    first = seen.get(point_no)
    if first is None:
        seen[point_no] = entry
        result.points.append(entry)
        return
    for name, text in entry.said.items():
        if first.text(name) and first.text(name) != text:
            notes.error(
                "contradiction", f"{point_no} 的这一项与第 {first.row} 行不同:“{values.short(text)}”和“{values.short(first.text(name))}”。请统一",
                f"{point_no} says '{values.short(text)}' here and '{values.short(first.text(name))}' in row {first.row}. Make them the same",
                at=entry, field=name, point=point_no,
            )  # fmt: skip
        else:
            first.said[name] = text
