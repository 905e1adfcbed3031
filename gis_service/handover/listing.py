"""移交清单: the land of a batch as a workbook. Texts are never formulas."""

from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy.orm import Session

from gis_service.core.clock import BEIJING
from gis_service.handover import queries
from gis_service.handover.conduct import M2_PER_MU, land_of
from gis_service.handover.models import HandoverBatch
from gis_service.handover.rules import HANDOVER
from gis_service.parcels.vocabulary import words
from gis_service.procedures import queries as proceedings
from gis_service.procedures.models import Proceeding

COLUMNS: tuple[tuple[str, float], ...] = (
    ("序号", 6), ("移交编号", 14), ("地块编号", 14), ("地块名称", 24), ("片区", 9), ("位置", 24), ("面积(㎡)", 14), ("面积(亩)", 10),
    ("权属单位", 22), ("围蔽情况", 10), ("警示牌(块)", 9), ("摸排情况", 11), ("含固废", 8), ("处置情况", 10), ("办理状态", 12),
    ("移交日期", 12), ("备注", 20),
)  # fmt: skip
HEAD_ROW, AREA_COLUMNS = 4, (7, 8)
A4_LANDSCAPE = 9
THIN = Side(style="thin", color="9AA0A6")
GRID = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
SHADE = PatternFill("solid", fgColor="E8EEF5")
LEFT_OUT = ("withdrawn", "refused")


def workbook(session: Session, batch: HandoverBatch, at: datetime) -> bytes:
    """The list of a batch as the reader may see it, with its sum; parcels that were taken out are not on it."""
    found = [each for each in queries.handovers_of(session, batch.id) if each.state not in LEFT_OUT]
    land = {row["proceeding_id"]: row for row in land_of(session, [each.id for each in found])}
    ordered = sorted(found, key=lambda each: land[each.id]["parcel_no"])
    units = proceedings.names_of_units(
        session,
        [*(row["right_holder_unit_id"] for row in land.values()), *(getattr(batch, c) for c in queries.UNIT_COLUMNS)],
    )
    areas = proceedings.names_of_areas(session, [each.area_id for each in found])
    book = Workbook()
    del book["Sheet"]
    sheet: Worksheet = book.create_sheet("移交清单")
    _head(sheet, batch, units, at)
    for n, each in enumerate(ordered, 1):
        _line(sheet, HEAD_ROW + n, _values(n, each, land[each.id], units, areas))
    _foot(sheet, HEAD_ROW + len(ordered) + 1, [row["area_m2"] for row in land.values()])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _values(
    n: int, each: Proceeding, row: dict[str, Any], units: dict[int, str], areas: dict[int, str]
) -> list[Any]:  # fmt: skip
    handed_over_on = row["handed_over_on"] if each.state == "handed_over" else None
    waste = {True: "是", False: "否"}.get(row["waste_found"], "未查明")
    return [
        n, each.proceeding_no, row["parcel_no"], row["parcel_name"], areas.get(row["area_id"] or 0), row["location_text"],
        row["area_m2"], round(row["area_m2"] / M2_PER_MU, 2), units.get(row["right_holder_unit_id"] or 0),
        words("fence_status", row["fence_status"]), row["sign_count"], words("survey_status", row["survey_status"]), waste,
        words("disposal_status", row["disposal_status"]), HANDOVER.by_code[each.state].zh, handed_over_on, None,
    ]  # fmt: skip


def _head(sheet: Worksheet, batch: HandoverBatch, units: dict[int, str], at: datetime) -> None:
    last = get_column_letter(len(COLUMNS))
    sides = "  ".join(
        f"{zh}:{units[unit_id]}"
        for zh, unit_id in (("移交方", batch.giving_unit_id), ("接收方", batch.receiving_unit_id), ("见证方", batch.witness_unit_id))
        if unit_id is not None
    )  # fmt: skip
    cut_off = f"批次:{batch.batch_no}  截止时间:{at.astimezone(BEIJING):%Y-%m-%d %H:%M}  单位:㎡、亩"
    for row, text in ((1, f"{batch.title} 移交清单"), (2, sides), (3, cut_off)):
        sheet.merge_cells(f"A{row}:{last}{row}")
        fill(sheet.cell(row, 1), text)
    sheet["A1"].font = Font(size=16, bold=True)
    sheet["A1"].alignment = Alignment(horizontal="center")
    for n, (title, width) in enumerate(COLUMNS, 1):
        cell = sheet.cell(HEAD_ROW, n)
        fill(cell, title)
        cell.font, cell.fill, cell.border = Font(bold=True), SHADE, GRID
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(n)].width = width
    sheet.freeze_panes = f"D{HEAD_ROW + 1}"
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4_LANDSCAPE
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"


def _line(sheet: Worksheet, row: int, values: list[Any], *, bold: bool = False) -> None:
    for n, value in enumerate(values, 1):
        cell = sheet.cell(row, n)
        fill(cell, value)
        cell.border = GRID
        cell.font = Font(bold=bold)
        cell.alignment = Alignment(vertical="center", wrap_text=isinstance(value, str))
        if n in AREA_COLUMNS:
            cell.number_format = "#,##0.00"
        elif isinstance(value, datetime) or hasattr(value, "isoformat"):
            cell.number_format = "yyyy-mm-dd"


def _foot(sheet: Worksheet, row: int, areas: list[Decimal]) -> None:
    total = sum(areas, Decimal(0))
    values = ["合计", None, f"{len(areas)} 宗", None, None, None, total, round(total / M2_PER_MU, 2), *([None] * 9)]
    _line(sheet, row, values, bold=True)
    fill(sheet.cell(row + 2, 1), "移交方(签章):")
    fill(sheet.cell(row + 2, 6), "接收方(签章):")
    fill(sheet.cell(row + 2, 11), "见证方(签章):")


def fill(cell: Any, value: Any) -> None:
    """A value into a cell; what looks like a formula or an error stays a text."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"
