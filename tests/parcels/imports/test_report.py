"""The report of a file: every row and cell at fault, what passed, and nothing a spreadsheet would run."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy.orm import Session

from gis_service.access.rules import Role
from gis_service.parcels.imports import report
from gis_service.parcels.imports.checks.catalogue import CATALOGUE
from gis_service.parcels.imports.files import Wish, import_file
from gis_service.parcels.imports.schemas import checks_out
from tests.conftest import CloneServices, Person
from tests.factories import land
from tests.parcels.imports.made import feature, geojson, staged
from tests.parcels.imports.test_checks import BOWTIE
from tests.parcels.imports.test_doors import imported


def sheet(book: openpyxl.Workbook, name: str) -> Worksheet:
    found = book[name]
    assert isinstance(found, Worksheet)
    return found


def test_rows_stand_with_their_issues_and_cells_at_fault_are_coloured(session: Session, tmp_path: Path) -> None:
    rows = [feature(land(), "A", 容积率="很高", 备注="=1+1"), feature(BOWTIE, "B", 容积率=2)]
    batch = staged(session, geojson(tmp_path, *rows))
    content, media_type = report.written(session, batch, "xlsx")
    assert media_type == report.XLSX
    book = openpyxl.load_workbook(io.BytesIO(content))
    lines = sheet(book, "逐行结果")
    heads = [cell.value for cell in lines[1]]
    first, second = lines[2], lines[3]
    ratio = heads.index("容积率")
    assert (first[ratio].value, first[ratio].fill.fgColor.rgb) == ("很高", "00FFE8A3")
    assert second[ratio].fill.fgColor.rgb != "00FFE8A3"
    assert first[heads.index("备注")].value == "'=1+1"
    assert second[2].value == "错误"
    assert "图形无效" in str(second[3].value)
    assert second[4].value == "修复自相交"


def test_the_second_sheet_has_the_conclusions_and_the_checks_that_passed(session: Session, tmp_path: Path) -> None:
    batch = staged(session, geojson(tmp_path, feature(land(), "A"), feature(None, "B")))
    book = openpyxl.load_workbook(io.BytesIO(report.written(session, batch, "xlsx")[0]))
    told = {row[0]: row[1:] for row in sheet(book, "结论与检查").iter_rows(values_only=True)}
    assert "EPSG:" in str(told["坐标系"][0])
    assert told["geometry.missing"] == ("每行都有图形", 1)
    assert told["parcel.overlap"] == ("不与已登记地块重叠", "通过")
    assert "update.new" not in told


def test_the_table_of_text_has_a_line_for_each_issue_in_either_language(session: Session, tmp_path: Path) -> None:
    batch = staged(session, geojson(tmp_path, feature(BOWTIE, "-A")))
    content = report.written(session, batch, "csv", "en")[0]
    assert content.startswith(b"\xef\xbb\xbf")
    (line,) = [one for one in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))) if one["row"] == "1"]
    assert (line["parcel number"], line["level"], line["mends on offer"]) == ("'-A", "error", "make valid")
    assert line["longitude"].startswith("113.53")


@given(st.one_of(st.text(), st.floats(allow_nan=False), st.none(), st.lists(st.text())))
def test_no_text_in_a_report_begins_as_a_formula(value: object) -> None:
    found = report.safe(value)
    assert not (isinstance(found, str) and found.startswith(report.RISKY))


def test_every_check_says_in_a_few_words_what_it_looks_at() -> None:
    for entry in CATALOGUE.values():
        assert entry.title is not None, f"{entry.code}: give the check a title=(zh, en)"
        assert all(len(words) < 60 for words in entry.title)


def test_checks_of_updates_are_told_of_updates_only(session: Session, tmp_path: Path) -> None:
    path = geojson(tmp_path, feature(land(), "A"))
    assert not any(one["code"].startswith("update.") for one in checks_out(staged(session, path), "zh"))
    assert any(one["code"].startswith("update.") for one in checks_out(staged(session, path, mode="update"), "en"))


def test_the_report_is_downloaded_and_the_page_gets_the_passed_checks(
    app: FastAPI, sign_in: Callable[..., Person], tmp_path: Path
) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    address = imported(app, officer, geojson(tmp_path, feature(land(), "A")))
    checks = {one["code"]: one for one in officer.get(address).json()["checks"]}
    assert checks["geometry.missing"] == {
        "code": "geometry.missing", "level": "error", "title": "每行都有图形", "found": 0,
    }  # fmt: skip
    for kind in ("xlsx", "csv"):
        answer = officer.get(f"{address}/report.{kind}")
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].endswith(f'.{kind}"')


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_command_writes_the_report_even_of_a_dry_run(services: CloneServices, tmp_path: Path, kind: str) -> None:
    out = tmp_path / f"report.{kind}"
    outcome = import_file(services, geojson(tmp_path, feature(BOWTIE, "A")), None, Wish(dry_run=True, report=out))
    assert not outcome.good
    assert out.stat().st_size > 100
