"""The 台账 in the office's form, read as a program would and as a printer would."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.exports.writing import Written
from tests.conftest import CloneServices
from tests.exports import back
from tests.exports.conftest import HARD

Exported = Callable[..., Written]


@pytest.fixture
def reading(register: CloneServices) -> Iterator[Session]:
    with register.sessions() as session:
        db.enter(session, EVERYTHING)
        yield session


def opened(file: Written) -> Any:
    return openpyxl.load_workbook(file.path).active


def column(sheet: Any, head: str) -> int:
    return next(c for c in range(1, sheet.max_column + 1) if head in (sheet.cell(3, c).value, sheet.cell(4, c).value))


def test_title_units_and_header_of_two_levels(exported: Exported) -> None:
    sheet = opened(exported("xlsx", as_of="2026-06-30"))
    assert sheet["A1"].value == "国有空闲地管理台账(示例数据)"
    assert sheet["A2"].value.startswith("截止时间:2026-06-30 23:59")
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert {"A3:A4", "B3:B4", "C3:C4", "F3:H3"} <= merged
    assert (sheet["F3"].value, sheet["F4"].value, sheet["G4"].value) == ("面积", "用地面积(㎡)", "折合(亩)")


def test_rows_are_grouped_with_totals_that_add_up(reading: Session, exported: Exported) -> None:
    sheet = opened(exported("xlsx"))
    m2, mu, seq, area = (column(sheet, head) for head in ("用地面积(㎡)", "折合(亩)", "序号", "片区"))
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    data = [row for row in rows if isinstance(row[seq - 1], int)]
    assert [row[seq - 1] for row in data] == list(range(1, len(data) + 1))
    assert len(data) == len(back.in_register(reading))
    groups = [(name, list(group)) for name, group in groupby(data, lambda row: row[area - 1])]
    assert len({name for name, _ in groups}) == len(groups)
    for name, group in groups:
        (sums,) = [row for row in rows if row[0] == f"{name or '未分片区'}小计"]
        total = sum(Decimal(str(row[m2 - 1])) for row in group if row[m2 - 1] is not None)
        assert Decimal(str(sums[m2 - 1])) == total
        assert sums[mu - 1] == pytest.approx(float(total * 3 / 2000), abs=1e-9)
        assert sums[2] == f"{len(group)} 宗"
    (whole,) = [row for row in rows if row[0] == "合计"]
    registered = [p.area_registered_m2 for p in back.in_register(reading).values() if p.area_registered_m2]
    assert Decimal(str(whole[m2 - 1])) == sum(registered)
    assert whole[2] == f"{len(data)} 宗"


def test_no_cell_is_a_formula(exported: Exported) -> None:
    sheet = opened(exported("xlsx", contacts=True))
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    name = next(cell for cell in cells if cell.value == HARD)
    assert name.quotePrefix
    person = next(cell for cell in cells if cell.value == "=张三")
    assert (person.data_type, person.quotePrefix) == ("s", True)
    phone = next(cell for cell in cells if cell.value == "013800138000")
    assert phone.data_type == "s"


def test_it_is_set_up_for_paper(exported: Exported) -> None:
    sheet = opened(exported("xlsx"))
    setup = sheet.page_setup
    assert (int(setup.paperSize), setup.orientation, setup.fitToWidth, setup.fitToHeight) == (8, "landscape", 1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$3:$4"
    assert sheet.freeze_panes == "D5"
    assert sheet.column_dimensions["D"].width == 24
    assert sheet.cell(5, column(sheet, "用地面积(㎡)")).number_format == "#,##0.00"
    signed = [cell.value for cell in sheet[sheet.max_row] if cell.value]
    assert signed == ["填报人:", "审核人:", "日期:"]


def test_contacts_are_there_only_when_asked(exported: Exported) -> None:
    heads = {cell.value for row in opened(exported("xlsx"))["3:4"] for cell in row}
    assert not {"责任人", "联系电话"} & heads
    assert {"责任人", "联系电话"} <= {
        cell.value for row in opened(exported("xlsx", contacts=True))["3:4"] for cell in row
    }


def test_english_words(exported: Exported, tmp_path: Path) -> None:
    sheet = opened(exported("xlsx", {"area": "北围"}, lang="en"))
    assert sheet["A1"].value == "Register of idle state-owned land (sample data)"
    assert sheet.cell(sheet.max_row, 2).value == "Filled in by:"
    assert "fence_status" in [cell.value for cell in sheet[4]]
