"""The formats of a sheet, by the ending of its file."""

from datetime import datetime
from typing import Literal

from gis_service.core.media import by_ending
from gis_service.sheets.composing.compose import Sheet
from gis_service.sheets.printing import output
from gis_service.sheets.printing.slides import to_pptx
from gis_service.sheets.printing.word import to_docx

FileFormat = Literal["pdf", "png", "svg", "pptx", "docx"]
MEDIA = by_ending("pdf", "png", "svg", "pptx", "docx")


def printed(pages: Sheet, form: FileFormat, *, at: datetime, page: int = 1, dpi: int = 300) -> bytes:
    """The file; `page` and `dpi` are for formats that hold one page."""
    if form == "pdf":
        return output.to_pdf(pages, at)
    if form == "docx":
        return to_docx(pages, at)
    if form == "pptx":
        return to_pptx(pages, at)
    chosen = output.chosen(pages, page)
    return output.to_png(chosen, dpi) if form == "png" else output.to_svg(chosen).encode()
