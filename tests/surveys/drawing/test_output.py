"""Paper: a PDF of vectors whose Chinese can be searched, and a picture that knows its size."""

import io
from contextlib import closing

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image

from gis_service.papers import fonts
from gis_service.papers.errors import FontMissing
from gis_service.surveys.drawing.output import to_pdf, to_png
from gis_service.surveys.drawing.strip import strip_log, strip_log_pages
from tests.surveys.drawing.holes import ZK01


def test_the_pdf_has_searchable_chinese_and_no_picture() -> None:
    made = to_pdf(strip_log(ZK01, sample=True), "a4")
    with closing(pypdfium2.PdfDocument(made)) as opened:
        page = opened[0]
        text = page.get_textpage().get_text_range()
        for word in ("钻孔柱状图", "建筑垃圾", "冲填土", "示例数据", "珠海某岩土工程勘察有限公司", "EPSG:4547"):
            assert word in text, word
        assert list(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=15)) == []
        assert page.get_size() == pytest.approx((210 / 25.4 * 72, 297 / 25.4 * 72), abs=0.1)


def test_each_sheet_is_a_page_and_the_bytes_are_the_same_twice() -> None:
    pages = strip_log_pages(ZK01, scale=25)
    made = to_pdf(pages, "a4")
    with closing(pypdfium2.PdfDocument(made)) as opened:
        assert len(opened) == len(pages) == 3
    assert made == to_pdf(pages, "a4")


def test_the_picture_knows_its_resolution() -> None:
    with Image.open(io.BytesIO(to_png(strip_log(ZK01), "a4", 100))) as picture:
        assert picture.size == pytest.approx((827, 1169), abs=1)
        assert picture.info["dpi"] == pytest.approx((100, 100), abs=0.1)


def test_a_font_that_is_not_installed_is_told_and_never_replaced(monkeypatch) -> None:
    monkeypatch.setitem(fonts.FACES, "黑体", "Nobody's Hei")
    with pytest.raises(FontMissing):
        to_pdf(strip_log(ZK01), "a4")
