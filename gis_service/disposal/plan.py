"""处置计划: the projects of a year and batch as a table, and as a workbook."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.core import db
from gis_service.core.clock import BEIJING
from gis_service.disposal import quantities, queries
from gis_service.disposal.manifests import queries as manifests
from gis_service.disposal.models import Disposal
from gis_service.disposal.rules import METHODS, PROCEDURE
from gis_service.parcels.imports.report import safe
from gis_service.parcels.models import Parcel
from gis_service.procedures import queries as engine
from gis_service.procedures.models import Proceeding, ProceedingParcel
from gis_service.surveys.rules import WASTE_WORDS, WasteClass

MOST = 2000
A3 = 8
THIN = Side(style="thin", color="9AA0A6")
_method = {code: zh for code, zh, _ in METHODS}


@dataclass(frozen=True)
class Wanted:
    """Which projects: of a year, a batch, an area; those in no plan yet have no year."""

    year: int | None = None
    batch: str = ""
    area_id: int | None = None
    closed: bool = True


def items(session: Session, wanted: Wanted) -> list[dict[str, Any]]:
    """The lines of the plan, by batch and number."""
    asked = (
        select(Proceeding, Disposal)
        .join(Disposal, Disposal.proceeding_id == Proceeding.id)
        .where(Proceeding.state != "withdrawn")
    )
    if wanted.year is not None:
        asked = asked.where(Disposal.plan_year == wanted.year)
    if wanted.batch:
        asked = asked.where(Disposal.batch == wanted.batch)
    if wanted.area_id is not None:
        asked = asked.where(Proceeding.area_id == wanted.area_id)
    if not wanted.closed:
        asked = asked.where(~Proceeding.is_closed)
    ordered = asked.order_by(Disposal.plan_year.nulls_first(), Disposal.batch, Proceeding.id).limit(MOST)
    found = [(proceeding, own) for proceeding, own in session.execute(ordered)]
    return _lines(session, found)


def _lines(session: Session, found: Sequence[tuple[Proceeding, Disposal]]) -> list[dict[str, Any]]:
    ids = [proceeding.id for proceeding, _ in found]
    loads, parcels = manifests.loads_of(session, ids), _parcels(session, ids)
    t_per_m3 = queries.factors(session)
    units = engine.names_of_units(session, [own.lead_unit_id for _, own in found])
    areas = engine.names_of_areas(session, [proceeding.area_id for proceeding, _ in found])
    lines = []
    for proceeding, own in found:
        removed = quantities.total(loads[proceeding.id], t_per_m3)
        lines.append(
            {
                "id": proceeding.id, "no": proceeding.proceeding_no, "title": proceeding.title, "state": proceeding.state,
                "state_zh": PROCEDURE.by_code[proceeding.state].zh, "state_en": PROCEDURE.by_code[proceeding.state].en,
                "area": areas.get(proceeding.area_id or 0), "parcels": parcels[proceeding.id], "plan_year": own.plan_year,
                "batch": own.batch, "waste_class": own.waste_class, "method": own.method, "budget_yuan": own.budget_yuan,
                "approved_yuan": own.approved_yuan, "lead_unit": units.get(own.lead_unit_id or 0), "planned_until": own.planned_until,
                "estimate_low_m3": own.estimate_low_m3, "estimate_best_m3": own.estimate_best_m3,
                "estimate_high_m3": own.estimate_high_m3, "approved_m3": own.approved_m3, "measured_m3": own.measured_m3,
                "removed_m3": round(removed.in_place_m3, 1), "removed_t": round(removed.net_t, 3), "trucks": removed.trucks,
            }
        )  # fmt: skip
    return lines


def _parcels(session: Session, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """What whoever sees a project sees of its land."""
    asked = (
        select(ProceedingParcel.proceeding_id, Parcel.id, Parcel.parcel_no, Parcel.parcel_name)
        .join(Parcel, Parcel.id == ProceedingParcel.parcel_id)
        .where(ProceedingParcel.proceeding_id.in_(ids))
        .order_by(Parcel.parcel_no)
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    with db.seeing_all(session):
        for project, id_, no, name in session.execute(asked):
            found[project].append({"id": id_, "parcel_no": no, "parcel_name": name})
    return found


def totals(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Sums over what is known; m³ in place, tonnes and yuan apart, with how many lines have no estimate."""
    sums = {
        name: sum((line[name] for line in lines if line[name] is not None), Decimal(0))
        for name in ("estimate_best_m3", "approved_m3", "removed_m3", "removed_t", "budget_yuan", "approved_yuan")
    }
    return {**sums, "projects": len(lines), "without_estimate": sum(line["estimate_best_m3"] is None for line in lines)}


COLUMNS: tuple[tuple[str, int, str], ...] = (
    ("项目编号", 14, "no"), ("项目名称", 28, "title"), ("年度", 8, "plan_year"), ("批次", 10, "batch"), ("片区", 10, "area"),
    ("地块", 30, "parcels"), ("固废类别", 12, "waste_class"), ("处置方式", 16, "method"), ("估算下限(m³,自然方)", 12, "estimate_low_m3"),
    ("估算(m³,自然方)", 12, "estimate_best_m3"), ("估算上限(m³,自然方)", 12, "estimate_high_m3"), ("核定(m³,自然方)", 12, "approved_m3"),
    ("预算(元)", 14, "budget_yuan"), ("核定资金(元)", 14, "approved_yuan"), ("牵头单位", 22, "lead_unit"),
    ("计划完成", 12, "planned_until"), ("现状", 14, "state_zh"), ("车次", 8, "trucks"), ("已清运(t)", 12, "removed_t"),
    ("已清运折自然方(m³)", 12, "removed_m3"),
)  # fmt: skip


def _shown(line: Mapping[str, Any], name: str) -> Any:
    value = line[name]
    if name == "parcels":
        return "、".join(" ".join(filter(None, (each["parcel_no"], each["parcel_name"]))) for each in value)
    if name == "waste_class":
        return WASTE_WORDS[WasteClass(value)][0]
    return _method.get(value, value) if name == "method" else value


def workbook(lines: Sequence[Mapping[str, Any]], *, title: str, at: datetime) -> bytes:
    """The plan as XLSX: A3 landscape, frozen header, sums, cut-off time; no text becomes a formula."""
    book, last = Workbook(), len(COLUMNS) + 1
    sheet = book.active
    sheet.title = "处置计划"
    sums = totals(lines)
    cut_off = at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    said = (
        f"共 {sums['projects']} 个项目,估算 {sums['estimate_best_m3']:,.0f} m³(自然方,{sums['without_estimate']} 个项目没有估算),"
        f"预算 {sums['budget_yuan']:,.2f} 元,已清运 {sums['removed_t']:,.3f} t;截止时间:{cut_off}"
    )
    for row, value, size in ((1, title, 16), (2, said, 10)):
        sheet.cell(row, 1, safe(value)).font = Font(bold=row == 1, size=size)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=last)
    cells = [[n, *(_shown(line, name) for _, _, name in COLUMNS)] for n, line in enumerate(lines, 1)]
    _table(sheet, [["序号", *(head for head, _, _ in COLUMNS)], *cells])
    for n, width in enumerate((6, *(width for _, width, _ in COLUMNS)), 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    sheet.freeze_panes, sheet.print_title_rows = "A4", "3:3"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _table(sheet: Any, cells: Sequence[Sequence[Any]]) -> None:
    grid, wrapped = Border(left=THIN, right=THIN, top=THIN, bottom=THIN), Alignment(wrap_text=True, vertical="top")
    for y, line in enumerate(cells, 3):
        for x, value in enumerate(line, 1):
            made = sheet.cell(y, x, safe(value))
            made.border, made.alignment = grid, wrapped
            if y == 3:
                made.font, made.fill = Font(bold=True), PatternFill("solid", fgColor="E8EEF5")
