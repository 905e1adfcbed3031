"""What was exported and comes back as an update changes nothing; one cell that was changed, one field of one parcel."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.core import db
from gis_service.exports.writing import Written
from gis_service.parcels.imports import operations
from gis_service.parcels.imports.errors import NothingChanged
from gis_service.parcels.models import ImportBatch, StagedRow
from tests.conftest import CloneServices
from tests.exports import back
from tests.parcels.imports.made import DISTRICT, staged, told

Exported = Callable[..., Written]


@pytest.fixture
def session(register: CloneServices) -> Iterator[Session]:
    """Everything that a test does is taken back."""
    with register.sessions() as session:
        db.enter(session, EVERYTHING)
        yield session
        session.rollback()


def changes(session: Session, batch: ImportBatch) -> dict[str, list[dict[str, Any]] | None]:
    found = session.execute(select(StagedRow.parcel_no, StagedRow.changes).where(StagedRow.batch_id == batch.id))
    return {row.parcel_no: row.changes for row in found}


FORMATS = [
    ("xlsx", {}),
    ("xlsx", {"lang": "en", "contacts": True}),
    ("csv", {"contacts": True}),
    ("csv", {"lang": "en", "encoding": "GB18030", "crs": "EPSG:4547"}),
    ("gpkg", {}),
    ("geojson", {}),
    ("parquet", {"crs": "EPSG:4526"}),
    ("kml", {}),
    ("dxf", {}),
]


@pytest.mark.parametrize(("format_", "said"), FORMATS)
def test_what_was_exported_changes_nothing(
    session: Session, exported: Exported, format_: str, said: dict[str, Any]
) -> None:
    file = exported(format_, **said)
    options = {"layer": "parcels"} if format_ == "gpkg" else {}
    batch = staged(session, file.path, mode="update", **options)
    assert changes(session, batch) == {number: [] for number in back.in_register(session)}
    refused = session.execute(
        text("select row_no, code, zh from import_issue where batch_id = :b and level = 'error'"), {"b": batch.id}
    )
    assert list(refused) == []
    with pytest.raises(NothingChanged):
        operations.accept(session, SERVICE, EVERYTHING, batch.id, district=DISTRICT, reason="核实")


def test_one_cell_of_the_workbook_changes_one_field_of_one_parcel(session: Session, exported: Exported) -> None:
    file = exported("xlsx")
    before = {n: dict(p.__dict__) for n, p in back.in_register(session).items()}
    _write(file.path, "HARD-3", "围蔽情况", "已全围蔽")
    batch = staged(session, file.path, mode="update")
    change = {"field": "fence_status", "before": "unknown", "after": "full"}
    assert {n: c for n, c in changes(session, batch).items() if c} == {"HARD-3": [change]}
    operations.accept(session, SERVICE, EVERYTHING, batch.id, district=DISTRICT, reason="核实")
    assert (batch.counts["changed"], batch.counts["new"]) == (1, 0)
    session.expire_all()
    after = back.in_register(session)
    differing = {
        (number, name)
        for number, parcel in after.items()
        for name in before[number]
        if not name.startswith("_") and name != "geom" and getattr(parcel, name) != before[number][name]
    }
    assert differing == {("HARD-3", name) for name in ("fence_status", "row_version", "updated_at")}


def test_totals_titles_and_signatures_are_told_and_left_out(session: Session, exported: Exported) -> None:
    file = exported("xlsx")
    batch = staged(session, file.path, mode="update")
    assert batch.counts["rows"] == len(back.in_register(session))
    sheet = openpyxl.load_workbook(file.path).active
    totals = [row[0].row for row in sheet.iter_rows() if str(row[0].value).endswith(("小计", "合计"))]
    (layer,) = told(session, batch, "table.totals")
    assert all(str(number) in layer[1] for number in totals[:5])
    ((_, sentence),) = told(session, batch, "column.derived")
    assert all(name in sentence for name in ("计算面积(㎡)", "围蔽率(%)", "警示牌数(块)"))
    ((_, unknown),) = told(session, batch, "column.unknown")
    assert "围蔽" not in unknown


def test_a_change_of_another_field_leaves_texts_as_they_are_to_the_letter(session: Session, tmp_path: Path) -> None:
    """Reading squeezes blanks; what differs in nothing else is not written along."""
    odd = "两  个空格\n换行（全角）"
    session.execute(
        text("update parcel set parcel_name = :odd, certificate_no = '粤（2019）１号' where parcel_no = 'HARD-4'"),
        {"odd": odd},
    )
    path = tmp_path / "risk.csv"
    path.write_text(
        '地块编号,地块名称,不动产权证号,风险等级\nHARD-4,"两  个空格\n换行（全角）",粤（2019）１号,高\n',
        encoding="utf-8",
    )
    batch = staged(session, path, mode="update")
    assert {n: [c["field"] for c in cs] for n, cs in changes(session, batch).items() if cs} == {
        "HARD-4": ["risk_level"]
    }
    operations.accept(session, SERVICE, EVERYTHING, batch.id, district=DISTRICT, reason="核实")
    stored = session.execute(
        text("select parcel_name, certificate_no, risk_level from parcel where parcel_no = 'HARD-4'")
    )
    assert tuple(stored.one()) == (odd, "粤（2019）１号", "high")


def test_an_apostrophe_that_belongs_to_a_text_stays(session: Session, tmp_path: Path) -> None:
    rows = ["地块编号,地块名称,备注", "HARD-4,'=A1,'甲'", "HARD-3,''乙,\"'第一行\n=2\""]
    path = tmp_path / "foreign.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    found = {
        n: {c["field"]: c["after"] for c in cs or []}
        for n, cs in changes(session, staged(session, path, mode="update")).items()
    }
    assert found["HARD-4"] == {"parcel_name": "=A1", "remark": "'甲'"}
    assert found["HARD-3"] == {"parcel_name": "''乙", "remark": "'第一行\n=2"}


def _write(path: Path, number: str, head: str, value: str) -> None:
    """One cell of the workbook, as a person would change it."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    heads = {sheet.cell(row, c).value: c for row in (3, 4) for c in range(1, sheet.max_column + 1)}
    (row,) = [r for r in range(5, sheet.max_row + 1) if sheet.cell(r, heads["地块编号"]).value == number]
    assert sheet.cell(row, heads[head]).value != value
    sheet.cell(row, heads[head]).value = value
    book.save(path)
