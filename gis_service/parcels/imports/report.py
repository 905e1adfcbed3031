"""The report on a file that a clerk can work through and send back: a workbook, or a table of text.

The workbook has a line for each row of the file with its cells as they came, those at fault coloured; a second sheet has
the conclusions and every check, passed ones too. The table of text has a line for each issue.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from gis_service.core.media import XLSX
from gis_service.parcels.imports import queries
from gis_service.parcels.imports.rules import WORDS, suited
from gis_service.parcels.imports.schemas import checks_out, issue_out
from gis_service.parcels.models import ImportBatch

MOST_ROWS = 5000
"""A file with more rows is reported with those at fault only."""

FILLS = {
    "error": PatternFill("solid", fgColor="F6C9C5"),
    "warning": PatternFill("solid", fgColor="FFE8A3"),
    "info": PatternFill("solid", fgColor="DDE8F5"),
    "head": PatternFill("solid", fgColor="EEF0F2"),
}
WRAPPED = Alignment(wrap_text=True, vertical="top")

LEVELS = {"error": ("错误", "error"), "warning": ("提醒", "warning"), "info": ("说明", "note"), "ok": ("合格", "good")}
FIXES = {
    "swap_axes": ("交换 X、Y", "swap X and Y"),
    "close_ring": ("闭合边界", "close the ring"),
    "drop_duplicate_points": ("删除重复点", "drop repeated points"),
    "make_valid": ("修复自相交", "make valid"),
    "snap": ("贴合邻地", "snap to neighbours"),
}
HEADS = (
    ("行", "row"),
    ("地块编号", "parcel number"),
    ("判断", "verdict"),
    ("问题", "issues"),
    ("可用的修正", "mends on offer"),
    ("已做的修正", "mended"),
)
ISSUE_HEADS = (
    ("行", "row"), ("地块编号", "parcel number"), ("级别", "level"), ("列", "column"), ("值", "value"), ("问题", "issue"),
    ("可用的修正", "mends on offer"), ("经度", "longitude"), ("纬度", "latitude"), ("代码", "code"),
)  # fmt: skip
RISKY = ("=", "+", "-", "@", "\t", "\r")


def safe(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula, whoever wrote it.

    >>> safe("=HYPERLINK(1)"), safe("-5"), safe(-5), safe("J1")
    ("'=HYPERLINK(1)", "'-5", -5, 'J1')
    """
    if isinstance(value, list | dict):
        value = str(value)
    if isinstance(value, str):
        plain = "".join(c for c in value if c in "\n\t" or ord(c) >= 32)
        return f"'{plain}" if plain.startswith(RISKY) else plain
    return value


def written(session: Session, batch: ImportBatch, kind: str, lang: str = "zh") -> tuple[bytes, str]:
    """The report as the content of a file, and its media type."""
    told = _Report(session, batch, lang)
    if kind == "csv":
        return told.csv(), "text/csv; charset=utf-8"
    return told.xlsx(), XLSX


class _Report:
    def __init__(self, session: Session, batch: ImportBatch, lang: str) -> None:
        self.session, self.batch, self.lang = session, batch, lang
        self.at = 0 if lang == "zh" else 1
        self.issues = self._issues()
        self.names = [column["name"] for column in batch.columns]

    def _issues(self) -> dict[int | None, list[dict[str, Any]]]:
        by_row: dict[int | None, list[dict[str, Any]]] = {}
        for row in self.session.execute(queries.issues(self.batch.id)).mappings():
            by_row.setdefault(row["row_no"], []).append(issue_out(row, self.batch.file_name, self.lang))
        return by_row

    def _rows(self) -> Iterator[RowMapping]:
        """All rows, or of a long file those at fault."""
        total = (self.batch.counts or {}).get("rows", 0)
        wanted = queries.rows(self.batch.id)
        for row in self.session.execute(wanted.execution_options(yield_per=1000)).mappings():
            if total <= MOST_ROWS or row["verdict"] in ("error", "warning"):
                yield row

    # --- a line for each issue

    def csv(self) -> bytes:
        out = io.StringIO()
        lines = csv.writer(out)
        lines.writerow([head[self.at] for head in ISSUE_HEADS])
        numbers = {row["row_no"]: row for row in self._rows()}
        for row_no, issues in sorted(self.issues.items(), key=lambda pair: pair[0] or 0):
            for issue in issues:
                lines.writerow([safe(value) for value in self._issue(numbers.get(row_no or 0), issue)])
        return out.getvalue().encode("utf-8-sig")

    def _issue(self, row: RowMapping | None, issue: dict[str, Any]) -> list[Any]:
        value = row["attributes"].get(issue["field"]) if row and issue["field"] else None
        number = row["parcel_no"] if row else None
        lon, lat = issue["place"] or (None, None)
        level, fixes = LEVELS[issue["level"]][self.at], self._fixes([issue["code"]])
        return [issue["row"], number, level, issue["field"], value, issue["message"], fixes, lon, lat, issue["code"]]

    def _fixes(self, codes: Sequence[str]) -> str:
        return self._listed(FIXES[fix][self.at] for fix in suited(codes))

    def _listed(self, words: Any) -> str:
        return ("、" if self.lang == "zh" else ", ").join(words)

    # --- the workbook

    def xlsx(self) -> bytes:
        book = Workbook(write_only=True)
        self._sheet_of_rows(book)
        self._sheet_of_conclusions(book)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    def _sheet_of_rows(self, book: Workbook) -> None:
        sheet = book.create_sheet(("逐行结果", "Rows")[self.at])
        sheet.freeze_panes = "C2"
        heads = [*(head[self.at] for head in HEADS), *self.names]
        for n, width in enumerate([6, 16, 8, 60, 20, 20, *[16] * len(self.names)], start=1):
            sheet.column_dimensions[get_column_letter(n)].width = width
        sheet.append([self._cell(sheet, head, "head", bold=True) for head in heads])
        for row in self._rows():
            sheet.append(self._line(sheet, row))
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}1"

    def _line(self, sheet: Any, row: RowMapping) -> list[Any]:
        issues = self.issues.get(row["row_no"], [])
        verdict = row["verdict"] or "ok"
        words = "\n".join(f"{LEVELS[issue['level']][self.at]}:{issue['message']}" for issue in issues)
        mended = self._listed(FIXES[fix["fix"]][self.at] for fix in row["fixes"])
        about = [
            self._cell(sheet, row["row_no"]),
            self._cell(sheet, row["parcel_no"]),
            self._cell(sheet, LEVELS[verdict][self.at], verdict),
            self._cell(sheet, words),
            self._cell(sheet, self._fixes([issue["code"] for issue in issues])),
            self._cell(sheet, mended),
        ]
        worst = self._worst(issues)
        cells = (self._cell(sheet, row["attributes"].get(name), worst.get(name)) for name in self.names)
        return [*about, *cells]

    def _worst(self, issues: list[dict[str, Any]]) -> dict[str, str]:
        """Column → the gravest level of what is said of its cell."""
        order = list(LEVELS)
        found: dict[str, str] = {}
        for issue in issues:
            if issue["field"]:
                found[issue["field"]] = min(found.get(issue["field"], "ok"), issue["level"], key=order.index)
        return found

    def _sheet_of_conclusions(self, book: Workbook) -> None:
        sheet = book.create_sheet(("结论与检查", "Conclusions and checks")[self.at])
        for letter, width in zip("ABC", (28, 90, 12), strict=True):
            sheet.column_dimensions[letter].width = width
        for name, value in self._conclusions():
            sheet.append([self._cell(sheet, name, bold=True), self._cell(sheet, value)])
        sheet.append([])
        heads = (("检查", "查的是什么", "发现"), ("check", "what was looked at", "found"))[self.at]
        sheet.append([self._cell(sheet, head, "head", bold=True) for head in heads])
        for check in checks_out(self.batch, self.lang):
            found = check["found"] or ("通过", "passed")[self.at]
            level = check["level"] if check["found"] else None
            sheet.append(
                [self._cell(sheet, check["code"]), self._cell(sheet, check["title"]), self._cell(sheet, found, level)]
            )

    def _conclusions(self) -> Iterator[tuple[str, Any]]:
        batch, counts = self.batch, self.batch.counts or {}
        crs, encoding = batch.crs or {}, batch.encoding or {}
        evidence = f"evidence_{self.lang}"
        yield ("文件", "file")[self.at], batch.file_name
        yield "SHA-256", batch.file_sha256
        yield ("批次", "batch")[self.at], f"{batch.id} · {WORDS[batch.state][self.at]}"
        yield ("格式", "format")[self.at], batch.format
        code = f"EPSG:{crs['epsg']} " if crs.get("epsg") else ""
        yield ("坐标系", "coordinate system")[self.at], f"{code}{crs.get('name', '')}"
        yield ("依据", "evidence")[self.at], "\n".join(crs.get(evidence, []))
        yield ("文字编码", "encoding")[self.at], encoding.get("name")
        yield ("依据", "evidence")[self.at], "\n".join(encoding.get(evidence, []))
        yield ("行数", "rows")[self.at], counts.get("rows")
        yield ("合格", "good")[self.at], counts.get("acceptable")
        yield ("有错误", "with errors")[self.at], counts.get("refused")
        for issue in self.issues.get(None, []):
            yield LEVELS[issue["level"]][self.at], issue["message"]

    def _cell(self, sheet: Any, value: Any, level: str | None = None, *, bold: bool = False) -> Any:
        cell = WriteOnlyCell(sheet, value=safe(value))
        cell.alignment = WRAPPED
        if level in FILLS:
            cell.fill = FILLS[level]
        if bold:
            cell.font = Font(bold=True)
        return cell
