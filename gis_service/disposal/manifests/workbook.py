"""联单表: the workbook in which loads come in bulk. Its template with lists to choose from, and reading it row by row."""

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from gis_service.core.clock import BEIJING
from gis_service.disposal.errors import TableUnreadable
from gis_service.parcels.imports.report import safe
from gis_service.parcels.reading import sandbox
from gis_service.parcels.reading.result import MEGABYTE, Limits
from gis_service.surveys.rules import WASTE_WORDS

SHEET, LISTS = "联单", "选项"
MOST_ROWS = 2000
"""Rows of one table: some weeks of loads; more come in several."""

PROGRAM = "gis_service.disposal.manifests.table_child"
LIMITS = Limits(
    input_bytes=10 * MEGABYTE, unpacked_bytes=60 * MEGABYTE, rows=MOST_ROWS, zip_members=200, memory_bytes=512 * MEGABYTE,
    cpu_seconds=15, wall_seconds=20, output_bytes=32 * MEGABYTE,
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column of the table; `kind` is how its cells are read."""

    name: str
    head: str
    kind: str = "text"
    required: bool = False
    width: int = 12


COLUMNS = (
    Column("manifest_no", "联单号", required=True, width=18),
    Column("project", "项目编号", "project", required=True, width=14),
    Column("parcel", "地块编号", "parcel", width=16),
    Column("waste_class", "固废类别", "waste_class", required=True),
    Column("plate", "车牌号", required=True),
    Column("driver", "驾驶人", width=10),
    Column("carrier", "运输企业", "carrier", width=22),
    Column("loaded_m3", "装车方量(松方m³)", "number", width=16),
    Column("loaded_net_t", "装车净重(t)", "number"),
    Column("loaded_at", "装车时间", "moment", required=True, width=18),
    Column("track_id", "轨迹编号"),
    Column("site", "消纳场所", "site", width=22),
    Column("unloaded_at", "卸车时间", "moment", width=18),
    Column("ticket_no", "磅单号"),
    Column("gross_t", "毛重(t)", "number", width=9),
    Column("tare_t", "皮重(t)", "number", width=9),
    Column("net_t", "净重(t)", "number", width=9),
    Column("producer_confirmed", "产生方确认人"),
    Column("carrier_confirmed", "运输方确认人"),
    Column("receiver_confirmed", "接收方确认人"),
    Column("national_no", "国家危废联单号", width=16),
    Column("remark", "备注", width=20),
)
BY_HEAD = {column.head: column for column in COLUMNS}


@dataclass(frozen=True)
class Lists:
    """What may be chosen: numbers of projects and parcels, names of carriers and sites, each with its id."""

    projects: Mapping[str, int]
    parcels: Mapping[tuple[int, str], int]
    """By project and number."""
    carriers: Mapping[str, int]
    sites: Mapping[str, int]


def template(lists: Lists) -> bytes:
    """The empty table: headings with what must be filled marked, lists to choose from, times and weights checked while typing."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    for n, column in enumerate(COLUMNS, 1):
        cell = sheet.cell(1, n, column.head)
        cell.font = Font(bold=True, color="C00000" if column.required else "000000")
        cell.fill = PatternFill("solid", fgColor="E8EEF5")
        sheet.column_dimensions[get_column_letter(n)].width = column.width
        for row in (2, MOST_ROWS + 1) if column.kind == "moment" else ():
            sheet.cell(row, n).number_format = "yyyy-mm-dd hh:mm"
    sheet.freeze_panes = "A2"
    _validations(book, sheet, lists)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _validations(book: Any, sheet: Any, lists: Lists) -> None:
    options = book.create_sheet(LISTS)
    chosen = {
        "project": sorted(lists.projects), "parcel": sorted({no for _, no in lists.parcels}),
        "waste_class": [zh for zh, _ in WASTE_WORDS.values()], "carrier": sorted(lists.carriers), "site": sorted(lists.sites),
    }  # fmt: skip
    for n, (kind, values) in enumerate(chosen.items(), 1):
        letter = get_column_letter(n)
        options.cell(1, n, next(c.head for c in COLUMNS if c.kind == kind)).font = Font(bold=True)
        options.column_dimensions[letter].width = 24
        for row, value in enumerate(values, 2):
            options.cell(row, n, safe(value))
        if values:
            formula = f"{LISTS}!${letter}$2:${letter}${len(values) + 1}"
            _validate(sheet, kind, DataValidation(type="list", formula1=formula, allow_blank=True))
    _validate(sheet, "number", DataValidation(type="decimal", operator="greaterThan", formula1="0", allow_blank=True))


def _validate(sheet: Any, kind: str, rule: DataValidation) -> None:
    rule.showErrorMessage, rule.errorTitle = True, "请核对"
    rule.error = "请从列表中选择。" if rule.type == "list" else "请填大于 0 的数。"
    sheet.add_data_validation(rule)
    for n, column in enumerate(COLUMNS, 1):
        if column.kind == kind:
            rule.add(f"{get_column_letter(n)}2:{get_column_letter(n)}{MOST_ROWS + 1}")


# --- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """What is wrong in a cell, in both languages, as an entry of a problem's `errors[]`."""

    row: int
    field: str
    code: str
    zh: str
    en: str

    def out(self, file: str) -> dict[str, Any]:
        return {
            "level": "error", "code": self.code, "file": file, "row": self.row, "field": self.field,
            "message": f"第 {self.row} 行“{self.field}”:{self.zh}", "message_en": f"row {self.row}, {self.field}: {self.en}",
        }  # fmt: skip


class Cell(NamedTuple):
    text: str
    fault: str | None = None


class Line(NamedTuple):
    """A filled line of the sheet: its number, and its cells by their column."""

    number: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Row:
    """A line of the table: its number in the sheet, and its values by the names of columns."""

    number: int
    values: Mapping[str, Any]


def read(path: Path, name: str, lists: Lists) -> tuple[list[Row], list[Fault]]:
    """Every filled row; raises `TableUnreadable` where the file is no such table."""
    return _rows(_lines(path, name), name, lists)


def _lines(path: Path, name: str) -> list[Line]:
    """Somebody's workbook, read in a child that can do no harm."""
    asked = {"limits": asdict(LIMITS), "name": name, "sheet": SHEET, "most": MOST_ROWS}
    with tempfile.TemporaryDirectory(prefix="table-") as cell, tempfile.TemporaryFile() as out:
        folder = Path(cell)
        shutil.copyfile(path, folder / "input")
        outcome = sandbox.run(asked, folder, out, LIMITS, program=PROGRAM)
    verdict = outcome.verdict or {"refused": ["读取失败或超出限度。", "it could not be read within bounds."]}
    if "refused" in verdict:
        why_zh, why_en = verdict["refused"]
        raise TableUnreadable(name=name, why_zh=why_zh, why_en=why_en)
    if len(verdict["lines"]) > MOST_ROWS + 1:
        raise TableUnreadable(
            name=name, why_zh=f"超过 {MOST_ROWS} 行,请分几次导入。", why_en=f"more than {MOST_ROWS} rows; bring them in parts."
        )  # fmt: skip
    return [
        Line(number, {at: Cell(text, fault) for at, (text, fault) in cells.items()})
        for number, cells in verdict["lines"]
    ]


def _rows(lines: Sequence[Line], name: str, lists: Lists) -> tuple[list[Row], list[Fault]]:
    heads = {at: cell.text.strip().lstrip("*") for at, cell in lines[0].cells.items()} if lines else {}
    missing = [column.head for column in COLUMNS if column.required and column.head not in heads.values()]
    if missing:
        named = "、".join(missing)
        raise TableUnreadable(
            name=name,
            why_zh=f"第一行缺少列:{named}。请使用模板。",
            why_en=f"its first row lacks {named}; use the template.",
        )
    rows, faults = [], []
    for line in lines[1:]:
        texts = {heads[at]: cell for at, cell in line.cells.items() if heads.get(at) in BY_HEAD}
        values, wrong = _values(line.number, texts, lists)
        rows.append(Row(line.number, values))
        faults += wrong
    if not rows:
        raise TableUnreadable(name=name, why_zh="没有数据行。", why_en="it has no rows.")
    return rows, faults


def _values(number: int, cells: Mapping[str, Any], lists: Lists) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for column in COLUMNS:
        cell = cells.get(column.head)
        text = cell.text.strip() if cell else ""
        if cell is not None and cell.fault:
            faults.append(
                Fault(
                    number,
                    column.head,
                    "cell",
                    "单元格有错误值或公式没有结果",
                    "the cell holds an error or a formula without value",
                )
            )
        elif not text:
            if column.required:
                faults.append(Fault(number, column.head, "missing", "必须填写", "must be filled in"))
        else:
            try:
                values[column.name] = _value(column, text, lists, values)
            except ValueError as wrong:
                zh, en = wrong.args
                faults.append(
                    Fault(number, column.head, "unreadable", zh.format(text=text[:40]), en.format(text=text[:40]))
                )
    return values, faults


_MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T]+(\d{1,2})[::时](\d{1,2})(?:[::分](\d{1,2}))?分?秒?"
)
_NUMBER = re.compile(r"\d{1,6}(\.\d+)?")


def _value(column: Column, text: str, lists: Lists, so_far: Mapping[str, Any]) -> Any:
    """Raises ValueError with what is wrong in both languages."""
    if column.kind == "number":
        if not _NUMBER.fullmatch(text.replace(",", "")):
            raise ValueError("“{text}”不是数字", "'{text}' is no number")
        return text.replace(",", "")
    if column.kind == "moment":
        return moment(text)
    if column.kind in ("project", "carrier", "site"):
        known = {"project": lists.projects, "carrier": lists.carriers, "site": lists.sites}[column.kind]
        if text not in known:
            raise ValueError("没有“{text}”,或不在可选范围", "'{text}' is unknown or not to be chosen")
        return known[text]
    if column.kind == "parcel":
        found = lists.parcels.get((so_far.get("project", 0), text))
        if found is None:
            raise ValueError("地块“{text}”不属于该项目", "parcel '{text}' is not of this project")
        return found
    if column.kind == "waste_class":
        codes = {zh: code.value for code, (zh, _) in WASTE_WORDS.items()} | {
            code.value: code.value for code in WASTE_WORDS
        }
        if text not in codes:
            raise ValueError("没有“{text}”这一类固废", "there is no class of waste '{text}'")
        return codes[text]
    return text


def moment(text: str) -> datetime:
    """A time as people and spreadsheets write it, in Beijing time; raises ValueError.

    >>> moment("2026/9/1 8:05").isoformat()
    '2026-09-01T08:05:00+08:00'
    """
    match = _MOMENT.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        return datetime(*(int(part or 0) for part in match.groups()), tzinfo=BEIJING)  # type: ignore[arg-type, misc]
    except ValueError:
        raise ValueError(
            "“{text}”不是时间,应如 2026-09-01 08:30", "'{text}' is no time; write 2026-09-01 08:30"
        ) from None


RECEIPT = ("unloaded_at", "ticket_no", "gross_t", "tare_t", "net_t", "receiver_confirmed")


def as_said(row: Row) -> dict[str, Any]:
    """A row as the body of a manifest; the receipt is there once it says when the load was received."""
    values = dict(row.values)
    receipt = {name: values.pop(name) for name in RECEIPT if name in values}
    said = {
        "manifest_no": values.pop("manifest_no"), "project_id": values.pop("project"), "parcel_id": values.pop("parcel", None),
        "carrier_id": values.pop("carrier", None), "site_id": values.pop("site", None), **values,
    }  # fmt: skip
    if receipt:
        said["receipt"] = {**receipt, "site_id": said["site_id"]}
    return said


def gaps(row: Row) -> Iterator[Fault]:
    """Cells that are wanted because others are filled."""
    if any(name in row.values for name in RECEIPT):
        for name in ("site", "unloaded_at"):
            if name not in row.values:
                head = next(column.head for column in COLUMNS if column.name == name)
                yield Fault(
                    row.number,
                    head,
                    "missing",
                    "已填卸车信息,此项必须填写",
                    "must be filled in, since the unloading is told",
                )
