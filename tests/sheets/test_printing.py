"""PDF, PNG and PPTX: true to scale, texts as they were typed, the same bytes twice, stopped in time."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from gis_service.sheets.drawing.items import texts
from gis_service.sheets.errors import CannotPrint, NoSuchPage, TooFine, TooSlow
from gis_service.sheets.printing import output
from gis_service.sheets.printing.press import Press
from gis_service.sheets.printing.slides import to_pptx
from tests.sheets import making

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MM = 25.4 / 72


def said_in(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    found = "".join(document[n].get_textpage().get_text_bounded() for n in range(len(document)))
    document.close()
    return re.sub(r"\s", "", found)


def test_a_length_on_the_page_is_that_on_the_land() -> None:
    """200 × 100 m of land, read from the PDF itself as its filled area (a stroke would add its width), to less than 0.1 %."""
    pages = making.pages()
    scale = next(int(text.said[2:].replace(" ", "")) for text in texts(pages[0]) if text.said.startswith("1:"))
    document = pypdfium2.PdfDocument(output.to_pdf(pages))
    found = [each.get_bounds() for each in document[0].get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=8)]
    sizes = [((right - left) * MM, (top - low) * MM) for left, low, right, top in found]
    document.close()
    wide, high = 200 * 1000 / scale, 100 * 1000 / scale
    assert any(abs(w - wide) / wide < 0.0005 and abs(h - high) / high < 0.0005 for w, h in sizes)


def test_texts_come_out_of_the_pdf_as_they_went_in() -> None:
    pages = making.pages(said="BW-0001/1401", rows=60)
    found = said_in(output.to_pdf(pages))
    for text in (text for page in pages for text in texts(page)):
        assert re.sub(r"\s", "", text.said) in found, text.said


def test_the_same_pages_make_the_same_bytes() -> None:
    one, other = output.to_pdf(making.pages(), AT), output.to_pdf(making.pages(), AT)
    assert one == other
    assert to_pptx(making.pages(), AT) == to_pptx(making.pages(), AT)


def test_pdf_holds_no_pictures_and_its_fonts() -> None:
    document = pypdfium2.PdfDocument(output.to_pdf(making.pages()))
    kinds = {each.type for each in document[0].get_objects(max_depth=8)}
    document.close()
    assert pdfium.FPDF_PAGEOBJ_IMAGE not in kinds
    assert pdfium.FPDF_PAGEOBJ_TEXT in kinds


@pytest.mark.parametrize("dpi", [60, 150])
def test_a_picture_says_its_resolution(dpi: int) -> None:
    (page,) = making.pages()
    with Image.open(io.BytesIO(output.to_png(page, dpi))) as picture:
        assert picture.size == pytest.approx((page.width / 25.4 * dpi, page.height / 25.4 * dpi), abs=1)
        assert picture.info["dpi"] == pytest.approx((dpi, dpi), abs=0.1)


def test_pictures_have_bounds() -> None:
    pages = making.pages("scene-a3")
    with pytest.raises(TooFine):
        output.to_png(pages[0], 600)
    with pytest.raises(NoSuchPage):
        output.chosen(pages, 2)


def test_slides_are_native_shapes_and_texts() -> None:
    (page,) = making.pages()
    deck = Presentation(io.BytesIO(to_pptx([page], AT)))
    assert (deck.slide_width, deck.slide_height) == (page.width * 36_000, page.height * 36_000)

    def leaves(shapes: object) -> list:
        found = []
        for shape in shapes:  # type: ignore[attr-defined]
            found += leaves(shape.shapes) if shape.shape_type == MSO_SHAPE_TYPE.GROUP else [shape]
        return found

    shapes = leaves(deck.slides[0].shapes)
    assert {shape.shape_type for shape in shapes} <= {
        MSO_SHAPE_TYPE.FREEFORM,
        MSO_SHAPE_TYPE.TEXT_BOX,
        MSO_SHAPE_TYPE.AUTO_SHAPE,
    }
    said = [shape.text_frame.text for shape in shapes if shape.has_text_frame and shape.text_frame.text]
    assert sorted(said) == sorted(text.said for text in texts(page) if text.said)
    ids = [shape.shape_id for shape in shapes]
    assert len(set(ids)) == len(ids)


def test_a_press_that_takes_too_long_is_stopped_and_works_again() -> None:
    press = Press(seconds=0.05)
    with pytest.raises(TooSlow):  # not even Python starts in that time
        output.to_pdf(making.pages(), press=press)
    press.seconds = 60
    assert output.to_pdf(making.pages(), press=press).startswith(b"%PDF")
    press.close()


def test_what_cannot_be_set_is_said_and_the_press_goes_on() -> None:
    press = Press()
    with pytest.raises(CannotPrint) as refused:
        press.print(
            {
                "format": "pdf",
                "title": "",
                "font": "无此字体",
                "moment": 0,
                "pages": [{"wide": 50, "high": 50, "svg": "<svg"}],
            }
        )
    assert refused.value.facts["reason"]
    assert output.to_pdf(making.pages(), press=press).startswith(b"%PDF")
    press.close()


def test_the_press_knows_nothing_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIS_DATABASE_URL", "postgresql://secret")
    press = Press()
    output.to_pdf(making.pages(), press=press)
    assert press._child is not None
    assert b"secret" not in Path(f"/proc/{press._child.pid}/environ").read_bytes()
    press.close()
