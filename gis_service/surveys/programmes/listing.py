"""未完成清单: what of a programme is missing, with whose it is and what it waits for, as a workbook."""

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from gis_service.parcels.imports.report import safe
from gis_service.surveys.procedure import SURVEY
from gis_service.surveys.programmes.rules import BECAUSE, STAND_WORDS, Completion, Stand

COLUMNS = (("序号", 6), ("地块编号", 18), ("片区", 12), ("责任单位", 26), ("面积(㎡)", 14), ("列入理由", 20), ("进度", 10), ("摸排编号", 16), ("摸排现状", 16))  # fmt: skip
THIN = Side(style="thin", color="9AA0A6")
HEAD = 4


def missing(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Targets that are not done; land that was retired since is among them."""
    return [row for row in rows if row["stand"] != Stand.DONE]


def workbook(title: str, done: Completion, rows: Sequence[Mapping[str, Any]], day: date) -> bytes:
    """A4 landscape with frozen header; no text becomes a formula."""
    book = Workbook()
    sheet = book.active
    sheet.title = "未完成"
    said = (
        f"按宗 {done.done}/{done.targets}{_share(done.share)},按面积 {done.done_area_m2:,.2f}/{done.area_m2:,.2f} ㎡{_share(done.area_share)};"
        f"未完成 {len(rows)} 宗;截止 {day} 日终"
    )  # fmt: skip
    for row, value, size in ((1, f"{title} 未完成清单", 16), (2, said, 10)):
        sheet.cell(row, 1, safe(value)).font = Font(bold=row == 1, size=size)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(COLUMNS))
    _table(sheet, [[head for head, _ in COLUMNS], *(_cells(n, row) for n, row in enumerate(rows, 1))])
    for n, (_, width) in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    sheet.freeze_panes, sheet.print_title_rows = f"A{HEAD + 1}", f"{HEAD}:{HEAD}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _cells(n: int, row: Mapping[str, Any]) -> list[Any]:
    survey = row["survey"] or {"no": "", "state": ""}
    state = SURVEY.by_code[survey["state"]].zh if survey["state"] else ""
    because = "、".join(BECAUSE[code][0] for code in row["because"])
    stands = STAND_WORDS[Stand(row["stand"])][0] + ("(地块已注销)" if row["retired_on"] else "")
    return [n, row["parcel_no"], row["area"], row["unit"], row["area_m2"], because, stands, survey["no"], state]


def _table(sheet: Any, cells: Sequence[Sequence[Any]]) -> None:
    grid, wrapped = Border(left=THIN, right=THIN, top=THIN, bottom=THIN), Alignment(wrap_text=True, vertical="top")
    for y, line in enumerate(cells, HEAD):
        for x, value in enumerate(line, 1):
            made = sheet.cell(y, x, safe(value))
            made.border, made.alignment = grid, wrapped
            if y == HEAD:
                made.font, made.fill = Font(bold=True), PatternFill("solid", fgColor="E8EEF5")


def _share(share: Any) -> str:
    return "" if share is None else f"({100 * share:.1f}%)"
