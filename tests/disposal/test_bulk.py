"""联单表: the template, reading it back, and that nothing half is taken."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from gis_service.core.clock import BEIJING
from gis_service.disposal.errors import TableRefused, TableUnreadable
from gis_service.disposal.manifests import bulk, workbook
from gis_service.disposal.manifests.models import Manifest
from gis_service.procedures.models import Proceeding
from tests.disposal.desk import TO_REMOVAL, Desk, hours_ago
from tests.filing import stored

HEADS = [
    "联单号",
    "项目编号",
    "固废类别",
    "车牌号",
    "运输企业",
    "装车方量(松方m³)",
    "装车时间",
    "消纳场所",
    "卸车时间",
    "磅单号",
    "毛重(t)",
    "皮重(t)",
    "净重(t)",
]
Sheet = Callable[..., Path]


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    def make(rows: Sequence[Sequence[Any]], heads: Sequence[str] = HEADS) -> Path:
        book = Workbook()
        book.active.title = "联单"
        for row in [heads, *rows]:
            book.active.append(list(row))
        path = tmp_path / "联单.xlsx"
        book.save(path)
        return path

    return make


@pytest.fixture
def project(desk: Desk) -> Proceeding:
    return desk.project(*TO_REMOVAL)


def line(desk: Desk, project: Proceeding, n: int, **facts: Any) -> list[Any]:
    loaded = hours_ago(100 - 2 * n).astimezone(BEIJING).replace(tzinfo=None, second=0, microsecond=0)
    told = {
        "联单号": f"T{n:03}", "项目编号": project.proceeding_no, "固废类别": "混合垃圾", "车牌号": "粤C10001", "运输企业": desk.carrier.carrier,
        "装车方量(松方m³)": 20, "装车时间": loaded, "消纳场所": desk.site.name, "卸车时间": loaded + timedelta(hours=1), "磅单号": f"M{n:03}",
        "毛重(t)": 28, "皮重(t)": 13, "净重(t)": 15,
    }  # fmt: skip
    return [{**told, **facts}[head] for head in HEADS]


def take_in(desk: Desk, path: Path) -> dict[str, Any]:
    with desk.session.begin_nested():
        return bulk.take_in(desk.session, desk.officer, bulk.read(desk.session, path, path.name), stored(desk.session))


def count(desk: Desk) -> int:
    return desk.session.scalar(select(func.count()).select_from(Manifest)) or 0


def test_a_table_is_taken_in_and_known_again(desk: Desk, project: Proceeding, sheet: Sheet) -> None:
    path = sheet([line(desk, project, n) for n in range(1, 31)])
    assert take_in(desk, path) == {"rows": 30, "new": 30, "known": 0, "doubtful": 0}
    assert take_in(desk, path) == {"rows": 30, "new": 0, "known": 30, "doubtful": 0}
    found = desk.session.scalars(select(Manifest).order_by(Manifest.manifest_no)).all()
    assert (found[0].status, found[0].net_t, found[0].site_id, found[0].file_row) == ("received", 15, desk.site.id, 2)


def test_what_is_wrong_is_named_by_row_and_column_and_nothing_is_taken(
    desk: Desk, project: Proceeding, sheet: Sheet
) -> None:
    rows = [
        line(desk, project, 1), line(desk, project, 2, 车牌号="12345"), line(desk, project, 3, 固废类别="金属"),
        line(desk, project, 4, 项目编号="CZ1999-0001"), line(desk, project, 5, 装车时间="昨天"), line(desk, project, 6, 联单号=None),
        line(desk, project, 7, 卸车时间=None), line(desk, project, 1), line(desk, project, 9, **{"净重(t)": "十五"}),
        line(desk, project, 10, **{"装车方量(松方m³)": 500}),
    ]  # fmt: skip
    with pytest.raises(TableRefused) as refused:
        take_in(desk, sheet(rows))
    named = {(each["row"], each["field"]) for each in refused.value.errors}
    assert named == {
        (3, "车牌号"), (4, "固废类别"), (5, "项目编号"), (6, "装车时间"), (7, "联单号"), (8, "卸车时间"), (9, "联单号"), (10, "净重(t)"),
        (11, "装车方量(松方m³)"),
    }  # fmt: skip
    assert all(
        each["message"].startswith(f"第 {each['row']} 行") and each["message_en"] for each in refused.value.errors
    )
    assert count(desk) == 0


def test_doubts_do_not_stop_a_table_but_are_counted(desk: Desk, project: Proceeding, sheet: Sheet) -> None:
    path = sheet(
        [line(desk, project, 1), line(desk, project, 2, 磅单号="M001"), line(desk, project, 3, **{"净重(t)": 16})]
    )
    assert take_in(desk, path)["doubtful"] == 2


def test_a_row_that_says_something_else_than_before_is_refused(desk: Desk, project: Proceeding, sheet: Sheet) -> None:
    take_in(desk, sheet([line(desk, project, 1)]))
    with pytest.raises(TableRefused) as refused:
        take_in(desk, sheet([line(desk, project, 1, **{"毛重(t)": 29, "净重(t)": 16})]))
    assert [each["code"] for each in refused.value.errors] == ["manifest.differs"]


def test_other_files_and_other_tables_are_refused_with_what_is_missing(
    desk: Desk, project: Proceeding, sheet: Sheet, tmp_path: Path
) -> None:
    (tmp_path / "坏.xlsx").write_bytes(b"PK\x03\x04broken")
    for path in (tmp_path / "坏.xlsx", sheet([])):
        with pytest.raises(TableUnreadable):
            take_in(desk, path)
    with pytest.raises(TableUnreadable, match="项目编号"):
        take_in(desk, sheet([["a", "b"]], ["联单号", "车牌号"]))


def test_more_rows_than_one_table_holds_are_refused(
    desk: Desk, project: Proceeding, sheet: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    with pytest.raises(TableUnreadable, match="more than 2 rows"):
        take_in(desk, sheet([line(desk, project, n) for n in range(3)]))


def test_the_template_offers_what_may_be_chosen_and_reads_back_as_empty(
    desk: Desk, project: Proceeding, tmp_path: Path
) -> None:
    content = workbook.template(bulk.lists_of(desk.session))
    book = load_workbook(BytesIO(content))
    kinds = sorted(rule.type for rule in book["联单"].data_validations.dataValidation)
    assert kinds == ["decimal", "list", "list", "list", "list", "list"]
    offered = {cell.value for row in book["选项"].iter_rows() for cell in row}
    assert {project.proceeding_no, desk.site.name, desk.carrier.carrier, "混合垃圾"} <= offered
    path = tmp_path / "模板.xlsx"
    path.write_bytes(content)
    with pytest.raises(TableUnreadable, match="no rows"):
        take_in(desk, path)
    row = dict(zip(HEADS, line(desk, project, 1), strict=True))
    sheet_ = book["联单"]
    for cell in sheet_[1]:
        sheet_.cell(2, cell.column, row.get(cell.value))
    book.save(path)
    assert take_in(desk, path)["new"] == 1


@pytest.mark.parametrize("text", ["2026-09-01 08:05", "2026/9/1 8:05", "2026年9月1日 8时05分", "2026-09-01T08:05:00"])
def test_times_are_read_as_people_write_them(text: str) -> None:
    assert workbook.moment(text) == datetime(2026, 9, 1, 8, 5, tzinfo=BEIJING)


@pytest.mark.parametrize("text", ["", "2026-09-01", "2026-02-30 08:00", "08:05", "2026-09-01 25:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="不是时间"):
        workbook.moment(text)
