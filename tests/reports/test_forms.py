"""The files of a pack, read as programs and printers read them."""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdfium2
import pytest
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from gis_service.papers.errors import CharactersMissing
from gis_service.reports.forms import words
from gis_service.reports.forms.pack import MANIFEST, Made, pack
from gis_service.reports.forms.report import report
from gis_service.reports.forms.slides import deck, slides
from gis_service.reports.forms.workbook import HEADER_ROW, workbook
from gis_service.reports.freezing import snapshot as snapshots
from gis_service.reports.freezing.pages import page_in, page_out
from gis_service.reports.rules import COLUMNS
from tests.reports.made import LONG, row, snapshot
from tests.sheets.making import pages

HEAD = HEADER_ROW + 1
MAKE = """
import sys, hashlib, pathlib
from gis_service.reports.forms.pack import pack
from gis_service.reports.freezing import snapshot
from gis_service.sheets.printing.press import PRESS
kept = snapshot.read(pathlib.Path(sys.argv[1]).read_bytes())
print(*[f"{each.name} {each.sha256}" for each in pack(kept)], sep="\\n")
PRESS.close()
"""


@pytest.fixture(scope="module")
def made() -> list[Made]:
    return pack(snapshot(12))


def content(made: list[Made], kind: str) -> bytes:
    return next(each.content for each in made if each.kind == kind)


def sheet(snap: dict[str, Any], name: str = "调度表") -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook(snap)))[name]


def text_of_pdf(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    said = "".join(page.get_textpage().get_text_range() for page in document)
    return re.sub(r"\s+", "", said)


def text_of_docx(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    said = [p.text for p in document.paragraphs]
    said += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return re.sub(r"\s+", "", "".join(said))


def test_the_same_snapshot_makes_the_same_bytes_in_every_process(made: list[Made], tmp_path: Path) -> None:
    kept = tmp_path / "snapshot.json"
    kept.write_bytes(snapshots.written(snapshot(12)))
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "America/Lima", "SOURCE_DATE_EPOCH": "1"}
    other = subprocess.run(
        [sys.executable, "-c", MAKE, str(kept)], env=environment, capture_output=True, text=True, check=True
    )
    assert other.stdout.split("\n")[:-1] == [f"{each.name} {each.sha256}" for each in made]


def test_the_zip_says_what_it_holds(made: list[Made]) -> None:
    with zipfile.ZipFile(io.BytesIO(content(made, "zip"))) as packed:
        assert packed.namelist() == sorted(packed.namelist())
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        said = json.loads(packed.read(MANIFEST))
        assert {each["name"] for each in said["files"]} | {MANIFEST} == set(packed.namelist())
        for each in said["files"]:
            held = packed.read(each["name"])
            assert (hashlib.sha256(held).hexdigest(), len(held)) == (each["sha256"], each["size_bytes"])
    assert (said["month"], said["cut_off"]) == ("2026-10", "2026-10-31T23:59:59+08:00")
    assert said["snapshot_sha256"] == hashlib.sha256(snapshots.written(snapshot(12))).hexdigest()


# --- 调度表 -----------------------------------------------------------------------------------------------------------


def test_the_table_has_the_columns_of_the_form_and_every_row() -> None:
    snap = snapshot(12)
    found = sheet(snap)
    assert [cell.value for cell in found[HEAD]] == [column.zh for column in COLUMNS]
    assert len(COLUMNS) == 19
    for n, line in enumerate(snap["rows"], HEAD + 1):
        cells = {column.name: found.cell(n, at).value for at, column in enumerate(COLUMNS, 1)}
        assert (cells["seq"], cells["parcel_no"], cells["area"]) == (line["seq"], line["parcel_no"], line["area"])
        assert cells["area_mu"] == float(line["area_mu"])
        assert cells["problems"] == words.problems(line)
        assert cells["waste_m3"] == (float(line["waste_m3"]["best"]) if line["waste_m3"] else None)
        assert (cells["due_on"].date().isoformat() if cells["due_on"] else None) == line["due_on"]
        assert (cells["difficulty"] or "") == line["difficulty"]
    spread = next(cell for cell in found["I"] if cell.value == 1234.5)
    assert "900–1,600" in spread.number_format, "a volume shows its spread and stays a number"


def test_totals_stand_below_and_are_those_of_the_rows() -> None:
    snap = snapshot(12)
    found = sheet(snap)
    last = HEAD + 13
    sums = {column.name: found.cell(last, at).value for at, column in enumerate(COLUMNS, 1)}
    rows = [[found.cell(n, at).value for at in range(1, 20)] for n in range(HEAD + 1, last)]
    assert (sums["seq"], sums["parcel_no"]) == ("合计", "12 宗")
    assert sums["waste_m3"] == pytest.approx(sum(each[8] or 0 for each in rows))
    assert sums["patrols"] == sum(each[12] for each in rows)
    # the sum of square metres, not of rounded mu
    assert sums["area_mu"] == pytest.approx(12 * 10733.33 * 3 / 2000, abs=0.005)
    parts = [[int(part) for part in each[13].split("/")] for each in rows]
    assert sums["problems"] == "/".join(str(sum(each[n] for each in parts)) for n in range(3))
    signs = [cell.value for cell in found[last + 2] if cell.value]
    assert signs == ["填报人:", "审核人:", "日期:"]


def test_the_table_is_set_up_for_paper_and_for_reading() -> None:
    found = sheet(snapshot(12))
    assert (found.page_setup.orientation, str(found.page_setup.paperSize)) == ("landscape", "8")
    assert found.freeze_panes == f"D{HEAD + 1}"
    assert found.print_title_rows == f"${HEAD}:${HEAD}"
    assert found.auto_filter.ref == f"A{HEAD}:S{HEAD + 12}"
    assert found.page_setup.fitToWidth in (None, 1), "one page wide: what is not said"
    assert found.page_setup.fitToHeight == 0
    assert "&P" in found.oddFooter.center.text
    assert "示例数据" in found["A1"].value
    assert "数据截止:2026-10-31 23:59" in found["A2"].value


def test_no_text_is_ever_run() -> None:
    bad = ["=1+1", "+86 138", "-2", "@SUM(A1)", "\t=1", "_x0041_", "a\x00b\x0bc", LONG * 4]
    rows = [row(n, parcel_name=said, difficulty=said, person=said, unit=said) for n, said in enumerate(bad, 1)]
    file = workbook(snapshot(rows=rows))
    with zipfile.ZipFile(io.BytesIO(file)) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")
    book = openpyxl.load_workbook(io.BytesIO(file))
    names = [book["调度表"].cell(HEAD + n, 4) for n in range(1, len(bad) + 1)]
    # what looks like an escaped character gets an escape of its own, which Excel takes away
    escaped = "_x005F_x0041_"
    assert [cell.value for cell in names] == ["=1+1", "+86 138", "-2", "@SUM(A1)", "=1", escaped, "abc", LONG * 4]
    assert {cell.data_type for cell in names} == {"s"}
    assert all(cell.quotePrefix for cell in names[:5])
    assert not names[5].quotePrefix


def test_a_month_without_parcels_has_all_its_files() -> None:
    empty = snapshot(
        rows=[], maps=[], late=[], cases=[], worst=[], actions={"meeting": None, "held_on": None, "items": []}
    )
    made = pack(empty)
    assert sheet(empty).cell(HEAD + 1, 1).value == "合计"
    assert "没有超期事项" in text_of_docx(content(made, "report"))
    assert len(Presentation(io.BytesIO(content(made, "slides"))).slides) >= 6


# --- the same numbers everywhere --------------------------------------------------------------------------------------


def test_every_figure_stands_in_workbook_report_and_pdf_as_it_was_frozen(made: list[Made]) -> None:
    snap = snapshot(12)
    catalogue = snap["figures"]["catalogue"]
    listed = sheet(snap, "指标")
    lines = {listed.cell(n, 2).value: n for n in range(HEAD + 1, listed.max_row + 1)}
    paper, pdf = text_of_docx(content(made, "report")), text_of_pdf(content(made, "report_pdf"))
    for figure in snap["figures"]["district"]:
        about = catalogue[figure["code"]]
        at = lines[about["zh"]]
        assert listed.cell(at, 3).value == float(figure["value"])
        assert listed.cell(at, 5).value == float(figure["numerator"])
        if figure["denominator"] is not None:
            assert listed.cell(at, 6).value == float(figure["denominator"])
        assert listed.cell(at, 7).value == float(figure["last"]["value"])
        for said in (words.value(figure, about), words.parts(figure, about)):
            compact = re.sub(r"\s+", "", said)
            assert compact in paper
            assert compact in pdf.replace("\u200b", "")


def test_lists_name_unit_person_and_days_late(made: list[Made]) -> None:
    paper = text_of_docx(content(made, "report"))
    for each in snapshot(12)["late"]:
        assert each["no"] in paper
        assert re.sub(r"\s", "", each["unit"]) in paper
    assert "示例数据" in text_of_pdf(content(made, "report_pdf"))


def test_the_report_is_set_as_offices_want_it(made: list[Made]) -> None:
    document = docx.Document(io.BytesIO(content(made, "report")))
    names = {p.style.name for p in document.paragraphs}
    assert {"Title", "Heading 1", "Caption"} <= names
    for table in document.tables:
        assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader"), "a header stands on every page"
    runs = [run for p in document.paragraphs for run in p.runs if run.text.strip()]
    assert all(run._r.xpath("./w:rPr/w:rFonts/@w:eastAsia") for run in runs)
    footer = document.sections[0].footer._element.xpath(".//w:instrText")
    assert [each.text for each in footer] == ["PAGE", "NUMPAGES"]
    assert document.core_properties.modified.isoformat() == "2026-10-31T15:59:59+00:00"


def test_maps_and_charts_are_lines_and_letters_in_the_pdf(made: list[Made]) -> None:
    document = pypdfium2.PdfDocument(content(made, "report_pdf"))
    images = [each for page in document for each in page.get_objects() if each.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
    assert images == []
    assert "BW-0001" in text_of_pdf(content(made, "report_pdf")), "the label of the map's parcel"


def test_slides_are_native_shapes_and_texts(made: list[Made]) -> None:
    deck_ = Presentation(io.BytesIO(content(made, "slides")))
    shapes = [shape for slide in deck_.slides for shape in slide.shapes]
    kinds = {shape.shape_type for shape in shapes}
    assert MSO_SHAPE_TYPE.PICTURE not in kinds
    said = " ".join(shape.text_frame.text for shape in shapes if shape.has_text_frame)
    snap = snapshot(12)
    for code in ("survey.done", "handover.done", "disposal.progress"):
        figure = next(each for each in snap["figures"]["district"] if each["code"] == code)
        assert words.value(figure, snap["figures"]["catalogue"][code]) in said
    assert "示例数据" in said
    assert f"1 / {len(deck_.slides)}" in said


def test_a_long_list_is_cut_and_says_so() -> None:
    snap = snapshot(4, late=[{**snapshot(1)["late"][0], "no": f"ZG-2026-{n:04}", "title": LONG} for n in range(120)])
    texts = [item.said for page in deck(snap) for item in _texts(page)]
    assert any("见调度报告" in said for said in texts)
    assert slides(snap).startswith(b"PK")


def _texts(page: Any) -> list[Any]:
    from gis_service.sheets.drawing.items import texts

    return texts(page)


# --- marks, corrections, refusals -------------------------------------------------------------------------------------


def test_a_draft_and_a_correction_say_what_they_are() -> None:
    draft, corrected = snapshot(3, is_draft=True), snapshot(3, edition=2, reason="漏报一宗")
    assert "草稿" in sheet(draft)["A1"].value
    assert words.file_name(draft, "调度表", "xlsx") == "调度表_2026-10_草稿_示例数据.xlsx"
    assert "第2版" in sheet(corrected)["A1"].value
    assert "漏报一宗" in sheet(corrected)["A2"].value
    assert "漏报一宗" in text_of_docx(report({**corrected, "maps": []}).docx)
    assert any("草稿" in item.said for page in deck(draft) for item in _texts(page))


def test_a_character_no_font_has_is_refused_by_name() -> None:
    lacking = "\U0002b740\ue123"
    snap = snapshot(3, worst=[{"unit": f"唐家{lacking}", "parcels": 1, "late": 1, "found": 0, "corrected": 0}])
    with pytest.raises(CharactersMissing, match=r"U\+E123"):
        slides(snap)


def test_a_drawn_page_comes_back_from_json_as_it_was() -> None:
    page = pages("area-a3")[0]
    kept = json.loads(json.dumps(page_out(page)))
    again = page_out(page_in(kept))
    assert again == kept
    assert len(kept["items"]) == len(page.items)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed on this machine")
def test_an_office_program_opens_all_three(made: list[Made], tmp_path: Path) -> None:
    """LibreOffice converts them; a file it must repair it refuses or empties."""
    for each in made:
        if each.kind in ("table", "report", "slides"):
            (tmp_path / f"{each.kind}.{each.name.rpartition('.')[2]}").write_bytes(each.content)
    files = sorted(str(path) for path in tmp_path.iterdir())
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path / "out"), *files],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    said = {path.stem: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert set(said) == {"table", "report", "slides"}
    assert len(pypdfium2.PdfDocument(said["slides"])) == len(deck(snapshot(12)))
    assert "GX-00012" in text_of_pdf(said["table"])
    assert "超期督办" in text_of_pdf(said["report"])
