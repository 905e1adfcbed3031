"""Papers as a reader meets them: the text of a DOCX and of a PDF, and pages as pictures."""

import io
import re
from collections.abc import Callable
from contextlib import closing
from typing import Any

import docx
import numpy as np
import pypdfium2
from docx.oxml.ns import qn
from PIL import Image

from gis_service.core.errors import Refusal

A4_MM = (210.0, 297.0)


def squeezed(text: str) -> str:
    """A text without blanks and breaks, which fall differently on paper."""
    return re.sub(r"[\s\u200b\u00ad\ufffe\x02]", "", text)


def text_of_docx(content: bytes) -> str:
    """All text of the body in its order."""
    body = docx.Document(io.BytesIO(content)).element.body
    return squeezed("".join(each.text or "" for each in body.iter(qn("w:t"))))


def pages(content: bytes) -> list[str]:
    """The text of each page of a PDF."""
    with closing(pypdfium2.PdfDocument(content)) as opened:
        found = []
        for page in opened:
            with closing(page), closing(page.get_textpage()) as text:
                found.append(text.get_text_range())
        return found


def text_of_pdf(content: bytes) -> str:
    """All text of the pages without their numbers and what PDF readers make of a hyphen."""
    return "".join(re.sub(r"—\s*\d+\s*—\s*$", "", squeezed(page)) for page in pages(content))


def picture(content: bytes, number: int = 0, *, dpi: float = 254) -> Image.Image:
    """A page as a grey picture; at 254 dpi ten pixels are a millimetre."""
    with closing(pypdfium2.PdfDocument(content)) as opened, closing(opened[number]) as page:
        return page.render(scale=dpi / 72).to_pil().convert("L")


def inked_mm(page: Image.Image) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of everything printed on a page, in mm from its left and top edge."""
    dark = np.asarray(page) < 128
    columns, rows = np.flatnonzero(dark.any(0)), np.flatnonzero(dark.any(1))
    return columns[0] / 10, rows[0] / 10, (columns[-1] + 1) / 10, (rows[-1] + 1) / 10


def a_template(*paragraphs: str, table: list[list[str]] | None = None) -> Any:
    """A DOCX as a clerk might write it, still open."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if table:
        made = document.add_table(len(table), len(table[0]))
        for row, texts in zip(made.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    return document


def saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def refused(act: Callable[[], Any]) -> str | None:
    """The sentence an act is refused with, or None where it is done."""
    try:
        act()
    except Refusal as told:
        return told.sentence("zh")
    return None
