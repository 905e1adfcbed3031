"""Sheets as Word files and slides: what stands in them is text and native shapes, and an office program opens and prints them."""

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from docx import Document
from docx.oxml.ns import qn
from PIL import Image
from pptx import Presentation

from gis_service.sheets.composing.compose import Sheet, compose
from gis_service.sheets.composing.template import template
from gis_service.sheets.drawing.items import texts
from gis_service.sheets.printing.slides import FACE, to_pptx
from gis_service.sheets.printing.word import to_docx
from tests.sheets import making

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MM = 25.4 / 72
SOFFICE = shutil.which("soffice")
needs_office = pytest.mark.skipif(
    not SOFFICE, reason="LibreOffice (soffice) is not installed: nothing opens the files here"
)
TEMPLATES = ("scene-a3", "area-a4", "record-a4", "parcel-a4")
SAID = "BW-0001 龘靐齉垚湉"


def sheet(size: str = "scene-a4", **more: object) -> Sheet:
    return compose(template(size), making.content(said=SAID, rows=60, **more))  # type: ignore[arg-type]


# --- Word -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def word() -> bytes:
    return to_docx(sheet(), AT)


def test_the_same_sheet_makes_the_same_word_file(word: bytes) -> None:
    assert to_docx(sheet(), AT) == word
    facts = Document(io.BytesIO(word)).core_properties
    assert facts.created == facts.modified
    assert facts.created.replace(tzinfo=None) == AT.replace(tzinfo=None)


@pytest.mark.parametrize("size", ["scene-a3", "parcel-a4"])
def test_the_page_is_that_of_the_sheet(size: str) -> None:
    section = Document(io.BytesIO(to_docx(sheet(size), AT))).sections[0]
    page = template(size)
    assert (section.page_width.mm, section.page_height.mm) == pytest.approx((page.width_mm, page.height_mm), abs=0.1)
    assert (section.orientation == 1) == (page.width_mm > page.height_mm)


def test_texts_and_tables_are_words_own(word: bytes) -> None:
    document = Document(io.BytesIO(word))
    body = "".join(node.text or "" for node in document.element.body.iter(qn("w:t")))
    content = making.content(said=SAID, rows=60)
    for text in (content.title, SAID, content.cutoff, content.crs_note, "N-0", "59.00", "示例数据"):
        assert text in body
    heads = [row for row in document.element.body.iter(qn("w:tr")) if row.find(f".//{qn('w:tblHeader')}") is not None]
    assert heads, "the head of a list is repeated on every page"


def test_every_run_names_a_font_for_chinese(word: bytes) -> None:
    runs = [run for run in Document(io.BytesIO(word)).element.body.iter(qn("w:r")) if run.findtext(qn("w:t"))]
    assert len(runs) > 100
    for run in runs:
        assert run.find(f"{qn('w:rPr')}/{qn('w:rFonts')}").get(qn("w:eastAsia")) == FACE


def test_the_map_is_a_picture_of_its_true_size_with_words_for_those_who_cannot_see_it(word: bytes) -> None:
    with ZipFile(io.BytesIO(word)) as package:
        sizes = [Image.open(io.BytesIO(package.read(name))).size for name in sorted(package.namelist()) if name.endswith(".png")]  # fmt: skip
    shapes = list(Document(io.BytesIO(word)).element.body.iter(qn("wp:inline")))
    assert len(shapes) == len(sizes)
    assert all(inline.find(qn("wp:docPr")).get("descr") for inline in shapes)
    assert "示例地块图" in shapes[0].find(qn("wp:docPr")).get("descr")
    wide_mm = int(shapes[0].find(qn("wp:extent")).get("cx")) / 36_000
    assert wide_mm == pytest.approx(sheet().composers[0].frame.wide + 8.8, abs=0.1)
    assert max(sizes)[0] == pytest.approx(wide_mm / 25.4 * 300, abs=2)


# --- an office program ------------------------------------------------------------------------------------------------


@pytest.fixture
def converted(tmp_path: Path) -> Callable[[bytes, str], bytes]:
    """The PDF that LibreOffice makes of a file; its own profile, so that another that runs is not disturbed."""

    def convert(content: bytes, ending: str) -> bytes:
        file = tmp_path / f"sheet.{ending}"
        file.write_bytes(content)
        command = [
            str(SOFFICE),
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "pdf",
        ]
        done = subprocess.run(
            [*command, "--outdir", str(tmp_path), str(file)], capture_output=True, timeout=240, check=False
        )
        assert done.returncode == 0, done.stderr
        return (tmp_path / "sheet.pdf").read_bytes()

    return convert


def opened(pdf: bytes) -> tuple[int, str, list[int], list[tuple[float, float]]]:
    """Pages, text without spaces, kinds of objects on the first page, and the sizes of its paths in mm."""
    document = pypdfium2.PdfDocument(pdf)
    said = "".join(document[n].get_textpage().get_text_bounded() for n in range(len(document)))
    objects = list(document[0].get_objects(max_depth=12))
    boxes = [each.get_bounds() for each in objects if each.type == pdfium.FPDF_PAGEOBJ_PATH]
    sizes = [((right - left) * MM, (top - low) * MM) for left, low, right, top in boxes]
    found = len(document), re.sub(r"\s", "", said), [each.type for each in objects], sizes
    document.close()
    return found


@needs_office
@pytest.mark.slow
def test_slides_open_as_native_shapes_and_true_to_scale(converted: Callable[[bytes, str], bytes]) -> None:
    made = sheet("scene-a4")
    pages, said, kinds, sizes = opened(converted(to_pptx(made, AT), "pptx"))
    assert pages == len(made)
    assert pdfium.FPDF_PAGEOBJ_IMAGE not in kinds, "no picture stands for the map"
    for page in made:
        for text in texts(page):
            assert re.sub(r"\s", "", text.said) in said, text.said
    scale = made.composers[0].frame.scale
    wide, high = 200 * 1000 / scale, 100 * 1000 / scale
    assert any(abs(w - wide) / wide < 0.001 and abs(h - high) / high < 0.001 for w, h in sizes), "an error below 0.1 %"
    count = sum(1 for _ in Presentation(io.BytesIO(to_pptx(made, AT))).slides[0].shapes._spTree.iter(qn_p("sp")))
    assert count > 100


def qn_p(name: str) -> str:
    return f"{{http://schemas.openxmlformats.org/presentationml/2006/main}}{name}"


@needs_office
@pytest.mark.slow
@pytest.mark.parametrize("size", TEMPLATES)
def test_word_files_open_and_the_first_page_holds_the_map(size: str, converted: Callable[[bytes, str], bytes]) -> None:
    pages, said, kinds, _ = opened(converted(to_docx(sheet(size), AT), "docx"))
    assert pages <= 3, "map and list, no page with nothing"
    assert pdfium.FPDF_PAGEOBJ_IMAGE in kinds, "the map is on the first page"
    listed = ["N-59"] if size.startswith(("scene", "parcel")) else []
    for text in ("示例地块图", SAID, "数据截止:2026-11-23 12:00", *listed):
        assert re.sub(r"\s", "", text) in said
