"""问题清单, 任务清单, 责任清单: the three lists of an area, a unit or a campaign, as a workbook and as the facts of a paper."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from gis_service.core.clock import BEIJING
from gis_service.parcels.imports.report import safe
from gis_service.patrols.items import ITEMS
from gis_service.rectification.rules import PROCEDURE, SEVERITIES, SOURCES

A3 = 8
Line = Mapping[str, Any]
_severity = {code: zh for code, zh, _ in SEVERITIES}
_source = {code: zh for code, zh, _ in SOURCES}
THIN = Side(style="thin", color="9AA0A6")


@dataclass(frozen=True)
class Column:
    """A column of a list: its heading, its width in characters, and how a line fills it."""

    head: str
    width: int
    value: Callable[[Line], Any]


def _where(line: Line) -> str:
    named = " ".join(filter(None, (line["parcel_no"], line["parcel_name"])))
    return named or line["place"] or "—"


def _state(line: Line) -> str:
    return PROCEDURE.by_code[line["state"]].zh + (",已超期" if line["late"] else "")


NO = Column("编号", 14, lambda line: line["no"])
AREA = Column("片区", 10, lambda line: line["area"])
WHERE = Column("地块", 26, _where)
ITEM = Column("检查项", 16, lambda line: ITEMS[line["item"]].zh)
PROBLEM = Column("问题", 40, lambda line: line["description"])
DEMAND = Column("整改要求", 30, lambda line: line["demand"])
UNIT = Column("责任单位", 24, lambda line: line["unit"])
BY = Column("完成期限", 12, lambda line: line["correct_by"])
STATE = Column("现状", 18, _state)


@dataclass(frozen=True)
class Kind:
    """One of the three lists."""

    code: str
    zh: str
    columns: tuple[Column, ...]
    by_unit: bool = False


KINDS = {
    kind.code: kind
    for kind in (
        Kind(
            "problem_list", "问题清单",
            (NO, AREA, WHERE, ITEM, Column("严重程度", 9, lambda line: _severity[line["severity"]]), PROBLEM,
             Column("来源", 12, lambda line: _source[line["source"]]), Column("发现日期", 12, lambda line: line["found_on"]),
             Column("复发", 6, lambda line: "是" if line["recurred"] else "否"), STATE),
        ),
        Kind("task_list", "任务清单", (NO, WHERE, ITEM, DEMAND, UNIT, BY, STATE)),
        Kind(
            "duty_list", "责任清单",
            (UNIT, NO, WHERE, PROBLEM, BY, Column("督促单位", 24, lambda line: line["conducting"]), STATE), by_unit=True,
        ),
    )
}  # fmt: skip


def rows(kind: Kind, lines: Sequence[Line]) -> list[list[Any]]:
    """The cells of a list, numbered; the list of duties unit by unit, what has no unit last."""
    ordered = sorted(lines, key=lambda line: line["unit"] or "\uffff") if kind.by_unit else lines
    return [[n, *(column.value(line) for column in kind.columns)] for n, line in enumerate(ordered, 1)]


def heads(kind: Kind) -> list[str]:
    return ["序号", *(column.head for column in kind.columns)]


def summary(lines: Sequence[Line], scope: str, at: datetime) -> str:
    """What the list covers, how many, as of when."""
    late = sum(line["late"] is not None for line in lines)
    cut_off = at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    return f"范围:{scope};共 {len(lines)} 个问题,其中超期 {late} 个;截止时间:{cut_off}"


def workbook(kind: Kind, lines: Sequence[Line], *, scope: str, at: datetime) -> bytes:
    """The list as XLSX: A3 landscape, frozen header, signature row; no text becomes a formula."""
    book = Workbook()
    sheet = book.active
    sheet.title = kind.zh
    last = len(kind.columns) + 1
    for row, value, size in ((1, kind.zh, 16), (2, summary(lines, scope, at), 10)):
        sheet.cell(row, 1, safe(value)).font = Font(bold=row == 1, size=size)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=last)
    _table(sheet, kind, rows(kind, lines))
    sheet.cell(5 + len(lines), 1, "填报人:                审核人:                日期:")
    for n, width in enumerate((6, *(column.width for column in kind.columns)), 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    sheet.freeze_panes = "A4"
    sheet.print_title_rows = "3:3"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _table(sheet: Any, kind: Kind, cells: Sequence[Sequence[Any]]) -> None:
    grid, wrapped = Border(left=THIN, right=THIN, top=THIN, bottom=THIN), Alignment(wrap_text=True, vertical="top")
    for y, line in enumerate([heads(kind), *cells], 3):
        for x, value in enumerate(line, 1):
            made = sheet.cell(y, x, safe(value))
            made.border, made.alignment = grid, wrapped
            if y == 3:
                made.font, made.fill = Font(bold=True), PatternFill("solid", fgColor="E8EEF5")


def paper_facts(kind: Kind, lines: Sequence[Line], *, scope: str, at: datetime, issuer: str) -> dict[str, Any]:
    """The list as the facts of its paper."""
    return {
        "paper": {"title": kind.zh, "issuer": issuer, "issued_on": at.astimezone(BEIJING).date(), "as_of": at},
        "columns": heads(kind),
        "items": rows(kind, lines),
        "text": [summary(lines, scope, at)],
    }
