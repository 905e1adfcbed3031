"""A DOCX as offices write them: A4, 小标宋 title, 黑体 headings, 仿宋 text, tables whose header stands on every page, 第 x 页 共 y 页.

Office files name their fonts and the machine that shows them has them; each run names one for Chinese too (w:eastAsia).
"""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from gis_service.sheets.drawing.svg import clean
from gis_service.sheets.printing.packing import date_properties, hold, kept, rule, shade

TITLE_FONT, HEAD_FONT, BODY_FONT, TABLE_FONT = "方正小标宋简体", "黑体", "仿宋_GB2312", "宋体"
SHADE, GRID = "E8EEF5", "9AA0A6"
A4, A3 = (210, 297), (420, 297)
"""Width and height: the text stands on A4 upright, the maps on A3 lying."""
Align = {"start": WD_ALIGN_PARAGRAPH.LEFT, "middle": WD_ALIGN_PARAGRAPH.CENTER, "end": WD_ALIGN_PARAGRAPH.RIGHT}


class Paper:
    """A document while it is written, from the top."""

    def __init__(self, *, title: str, at: datetime, foot: str, marks: str):
        self.document = docx.Document()
        date_properties(self.document.core_properties, title=title, at=at)
        self.tables = self.pictures = 0
        self._style("Normal", BODY_FONT, 12)
        self._style("Title", TITLE_FONT, 20)
        self._style("Heading 1", HEAD_FONT, 15)
        self._style("Heading 2", HEAD_FONT, 13)
        self._style("Caption", HEAD_FONT, 10.5)
        self._page(self.document.sections[0], A4, (26, 24))
        self._edges(self.document.sections[0], foot, marks)

    def content(self) -> bytes:
        return kept(self.document)

    # --- text ------------------------------------------------------------------------------------------------------

    def title(self, said: str) -> None:
        paragraph = self.document.add_paragraph(style="Title")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._run(paragraph, said, TITLE_FONT, 20)

    def heading(self, said: str, level: int = 1) -> None:
        self._run(self.document.add_paragraph(style=f"Heading {level}"), said, HEAD_FONT, {1: 15, 2: 13}[level])

    def text(self, said: str, *, align: str = "start", indent: bool = True, size: float = 12) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.alignment = Align[align]
        form = paragraph.paragraph_format
        form.space_after, form.line_spacing = Pt(4), 1.35
        if indent:
            form.first_line_indent = Pt(2 * size)
        self._run(paragraph, said, BODY_FONT, size)

    # --- tables and pictures ---------------------------------------------------------------------------------------

    def table(
        self, caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], widths_mm: Sequence[float],
        aligns: Sequence[str] = (), *, size: float = 9,
    ) -> None:  # fmt: skip
        """A numbered table; its header is repeated, no row is torn between pages."""
        self.tables += 1
        self._caption(f"表 {self.tables}  {caption}", keep=True)
        table = self.document.add_table(rows=1, cols=len(heads))
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(table.columns, widths_mm, strict=True):
            column.width = Mm(width)
        rule(table, GRID)
        self._row(table.rows[0], heads, widths_mm, ["middle"] * len(heads), size, head=True)
        for row in rows:
            self._row(table.add_row(), row, widths_mm, aligns or ["start"] * len(heads), size)
        self.document.add_paragraph().paragraph_format.space_after = Pt(2)

    def picture(self, caption: str, png: bytes, wide_mm: float) -> None:
        """A numbered picture with its caption below, on the same page."""
        self.pictures += 1
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.space_after = Pt(2)
        shape = paragraph.add_run().add_picture(io.BytesIO(png), width=Mm(wide_mm))
        shape._inline.docPr.set("descr", caption)
        self._caption(f"图 {self.pictures}  {caption}", keep=False)

    def signatures(self, names: Sequence[str]) -> None:
        self.text("        ".join(f"{name}:          " for name in names), indent=False)

    def maps_begin(self) -> None:
        """What follows stands on A3, lying."""
        self._page(self.document.add_section(), A3, (10, 12))

    # --- pieces ----------------------------------------------------------------------------------------------------

    def _style(self, name: str, font: str, size: float) -> None:
        style = self.document.styles[name]
        style.font.name, style.font.size = font, Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.font.bold = style.font.italic = False
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in list(fonts.attrib):
            del fonts.attrib[attribute]  # the template's own theme fonts would win
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), font)
        if name == "Title":  # the template rules a blue line below it
            for border in style.element.get_or_add_pPr().findall(qn("w:pBdr")):
                border.getparent().remove(border)

    def _page(self, section: Any, size: tuple[int, int], margins: tuple[float, float]) -> None:
        section.page_width, section.page_height = Mm(size[0]), Mm(size[1])
        section.orientation = WD_ORIENT.LANDSCAPE if size[0] > size[1] else WD_ORIENT.PORTRAIT
        section.top_margin = section.bottom_margin = Mm(margins[0] + 4)
        section.left_margin = section.right_margin = Mm(margins[1])
        section.header_distance = section.footer_distance = Mm(7)

    def _edges(self, section: Any, foot: str, marks: str) -> None:
        head = section.header.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        self._run(head, marks, HEAD_FONT, 9)
        paragraph = section.footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._run(paragraph, f"{foot}    第 ", TABLE_FONT, 9)
        self._field(paragraph, "PAGE")
        self._run(paragraph, " 页 共 ", TABLE_FONT, 9)
        self._field(paragraph, "NUMPAGES")
        self._run(paragraph, " 页", TABLE_FONT, 9)

    def _field(self, paragraph: Any, instruction: str) -> None:
        """A number the office program works out."""
        for kind in ("begin", "said", "separate", "shown", "end"):
            run = self._run(paragraph, "1" if kind == "shown" else "", TABLE_FONT, 9)
            if kind == "said":
                element = OxmlElement("w:instrText")
                element.text = instruction
                run._r.append(element)
            elif kind != "shown":
                element = OxmlElement("w:fldChar")
                element.set(qn("w:fldCharType"), kind)
                run._r.append(element)

    def _caption(self, said: str, *, keep: bool) -> None:
        paragraph = self.document.add_paragraph(style="Caption")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = keep
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(4)
        self._run(paragraph, said, HEAD_FONT, 10.5)

    def _row(
        self, row: Any, said: Sequence[str], widths: Sequence[float], aligns: Sequence[str], size: float, *, head: bool = False
    ) -> None:  # fmt: skip
        hold(row._tr, is_head=head)
        for cell, text, width, align in zip(row.cells, said, widths, aligns, strict=True):
            cell.width, cell.vertical_alignment = Mm(width), WD_CELL_VERTICAL_ALIGNMENT.CENTER
            paragraph = cell.paragraphs[0]
            paragraph.alignment = Align[align]
            paragraph.paragraph_format.space_after = Pt(0)
            self._run(paragraph, text, HEAD_FONT if head else TABLE_FONT, size)
            if head:
                shade(cell._tc, SHADE)

    def _run(self, paragraph: Any, said: str, font: str, size: float) -> Any:
        run = paragraph.add_run("\n".join(clean(part) if part.strip() == part else part for part in said.split("\n")))
        run.font.name, run.font.size = font, Pt(size)
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
        return run
