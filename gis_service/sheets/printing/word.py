"""A sheet as a Word file: the map as a picture of its true size, everything else as text and tables that can be edited."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from gis_service.sheets.composing import blocks
from gis_service.sheets.composing.compose import Composer, Sheet
from gis_service.sheets.composing.content import Content
from gis_service.sheets.composing.tables import Table
from gis_service.sheets.drawing.items import Page, group
from gis_service.sheets.drawing.moving import placed
from gis_service.sheets.drawing.svg import clean
from gis_service.sheets.mapping import furniture
from gis_service.sheets.printing import output
from gis_service.sheets.printing.packing import date_properties, hold, kept, rule, shade
from gis_service.sheets.printing.slides import FACE

DPI = 300
PT_PER_MM = 72 / 25.4
MARGIN_MM, FOOT_MM = 8.0, 8.0
"""Above and below: the map has the size it has on the printed page, and the title must fit beside it."""
BAR_MM = 7.0
"""Under the map, in its picture."""
GAP_MM = 4.0
PHOTO_MM = 30.0
TITLE_PT, SMALL_PT, BODY_PT = 17.0, 7.0, 7.5
START, MIDDLE, END = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
ANCHORS = {"start": START, "middle": MIDDLE, "end": END}
LINE, HEAD = "868D95", "EEF1F4"


def to_docx(sheet: Sheet, at: datetime) -> bytes:
    """The file, dated `at`: the same sheet of the same moment makes the same bytes."""
    document = Document()
    _clear(document)
    template, content = sheet.composers[0].template, sheet.composers[0].content
    side = template.margins_mm
    section = document.sections[0]
    section.page_width, section.page_height = Mm(template.width_mm), Mm(template.height_mm)
    section.orientation = WD_ORIENT.LANDSCAPE if template.width_mm > template.height_mm else WD_ORIENT.PORTRAIT
    section.top_margin = section.bottom_margin = Mm(MARGIN_MM)
    section.left_margin, section.right_margin = Mm(side[3]), Mm(min(side[1], side[3]))
    section.header_distance, section.footer_distance = Mm(3), Mm(3)
    _footer(section.footer.paragraphs[0], content)
    known = frozenset(table.name for table in content.lists)
    for n, composer in enumerate(sheet.composers):
        _Writer(document, composer, known, is_first=n == 0).write()
    date_properties(document.core_properties, title=clean(content.title), at=at)
    document.core_properties.language = "zh-CN" if content.lang == "zh" else "en-GB"
    return kept(document)


def _clear(document: Any) -> None:
    """The fonts of all text, Chinese too, and no space between paragraphs."""
    for name in ("Normal", "Title", "Heading 1"):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FACE, Pt(BODY_PT), RGBColor(0x1B, 0x1F, 0x24)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in ("w:eastAsia", "w:hAnsi", "w:cs"):
            fonts.set(qn(key), FACE)
        for key in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(key), None)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    for border in document.styles["Title"].element.iter(qn("w:pBdr")):
        border.getparent().remove(border)


class _Writer:
    """One map of a sheet, and what belongs to it."""

    def __init__(self, document: Any, composer: Composer, known: frozenset[str], *, is_first: bool):
        self.known = known
        self.document, self.composer, self.content, self.is_first = document, composer, composer.content, is_first
        template = composer.template
        self.wide = template.width_mm - template.margins_mm[3] - min(template.margins_mm[1], template.margins_mm[3])
        self.is_lying = template.width_mm > template.height_mm

    def write(self) -> None:
        self._title()
        pictures = self._pictures()
        if self.is_lying:
            self._beside(pictures)
        else:
            self._below(pictures)
        self._signature()
        self._figures()
        for table in self._tables():
            _text(self.document.add_paragraph(), table.name, 9, bold=True, new_page=self.is_lying)
            _table(self.document, table, self.wide)

    def _title(self) -> None:
        heading = self.document.add_paragraph(style="Heading 1")
        heading.paragraph_format.keep_with_next = True
        _text(heading, self.content.title, TITLE_PT, align=MIDDLE, bold=True, new_page=not self.is_first)
        t = self.content.t
        marks = [t("内部使用", "INTERNAL USE"), *([t("示例数据", "SAMPLE DATA")] if self.content.sample else [])]
        said = "  ·  ".join(filter(None, [self.content.subtitle, *marks]))
        _text(self.document.add_paragraph(), said, 8.5, align=MIDDLE)

    # --- the pictures -------------------------------------------------------------------------------------------------

    def _pictures(self) -> list[tuple[bytes, float, str]]:
        """Map with its bar, legend, and where it lies: each with its width in mm and what it shows in words."""
        content, legend = self.content, self.composer.drawn.legend
        pages = [self._map()]
        words = [self._said()]
        if legend:
            drawn, high = blocks.legend(legend, 0.5, 0.5, self._side() - 4, t=content.t)
            pages.append(Page(self._side() - 3, high + 2, (drawn,), content.title))
            listed = content.t.comma.join(entry.words for chapter in legend for entry in chapter.entries)
            words.append(content.t(f"图例:{listed}", f"Legend: {listed}"))
        if content.inset and self._has_room(pages):
            drawn, high = self.composer.inset(content.inset, 0.5, 0.5, self._side() - 4, 40)
            pages.append(Page(self._side() - 3, high + 1, (drawn,), content.title))
            words.append(content.t("位置图", "Location map"))
        made = [output.to_png(page, DPI) for page in pages]
        return [(png, page.width, said) for png, page, said in zip(made, pages, words, strict=True)]

    def _map(self) -> Page:
        """The map with neatline and figures, and ratio and bar under it, alone on a page that is as large."""
        frame, band = self.composer.frame, furniture.BAND_MM + 0.2
        left, top = frame.left - band, frame.top - band
        wide, high = frame.wide + 2 * band, frame.high + 2 * band + BAR_MM
        bar = self.composer.ratio(frame.left - furniture.BAND_MM, frame.top + frame.high + furniture.BAND_MM + 1.6)
        drawn = group("地图 · map", [*self.composer.map_items(), bar])
        return Page(wide, high, placed([drawn], -left, -top), self.content.title)

    def _said(self) -> str:
        """What the picture of the map shows, for those who cannot see it."""
        facts = "; ".join(f"{name} {value}" for name, value in self.content.facts[:3])
        ratio = f"1:{self.composer.frame.scale}"
        return ". ".join(filter(None, [clean(self.content.title), clean(self.content.subtitle), facts, ratio]))

    def _side(self) -> float:
        """The width beside the map, or below it."""
        wide = self.composer.frame.wide + 2 * furniture.BAND_MM + 0.4
        return max(52.0, self.wide - wide - GAP_MM) if self.is_lying else self.wide

    def _has_room(self, pages: Sequence[Page]) -> bool:
        """Whether the little map has room under facts and legend."""
        facts = blocks.facts(self.content.facts, 0, 0, self._side(), 1)[1] if self.content.facts else 0
        legend = pages[1].height if len(pages) > 1 else 0
        return self.is_lying and facts * 1.25 + legend + 40 + 24 < self.composer.frame.high

    # --- lying and upright pages --------------------------------------------------------------------------------------

    def _beside(self, pictures: Sequence[tuple[bytes, float, str]]) -> None:
        """The map at the left; facts, legend and notes at its right."""
        side = self._side()
        grid = _plain(self.document.add_table(1, 2), (self.wide - side, side))
        left, right = grid.rows[0].cells
        _picture(left.paragraphs[0], *pictures[0])
        self._lines(left)
        if self.content.facts:
            _facts(right, self.content, side)
        else:
            _text(right.paragraphs[0], "", 2)
        for picture in pictures[1:]:
            _picture(right.add_paragraph(), *picture)
        self._photos(right)
        self._notes(right)
        _text(self.document.add_paragraph(), "", 2)

    def _below(self, pictures: Sequence[tuple[bytes, float, str]]) -> None:
        if self.content.facts:
            _facts(self.document, self.content, self.wide)
        _picture(self.document.add_paragraph(), *pictures[0])
        self._lines(self.document)
        for picture in pictures[1:]:
            _picture(self.document.add_paragraph(), *picture)
        self._notes(self.document)

    def _lines(self, at: Any) -> None:
        for said in filter(None, [self.content.crs_note, "  ".join(filter(None, [self.content.cutoff, self.content.maker]))]):  # fmt: skip
            _text(at.add_paragraph(), said, SMALL_PT)

    def _photos(self, at: Any) -> None:
        """Two beside each other, with their captions; the picture of the map has the numbers."""
        if not self.content.photos:
            return
        found = list(enumerate(self.content.photos, 1))
        grid = _plain(at.add_table(-(-len(found) // 2), 2), (PHOTO_MM + 2, PHOTO_MM + 2))
        for n, photo in found:
            cell = grid.rows[(n - 1) // 2].cells[(n - 1) % 2]
            _picture(cell.paragraphs[0], photo.jpeg, PHOTO_MM, photo.caption)
            _text(cell.add_paragraph(), f"{n}  {photo.caption}", SMALL_PT)

    def _notes(self, at: Any) -> None:
        for said in (*self.composer.drawn.notes, *self.content.notes):
            _text(at.add_paragraph(), said, SMALL_PT)

    # --- what follows -------------------------------------------------------------------------------------------------

    def _signature(self) -> None:
        if not any(part.kind == "signature" for part in self.composer.template.part):
            return
        names = blocks.signers(self.content)
        grid = _plain(self.document.add_table(1, len(names)), [self.wide / len(names)] * len(names))
        for cell, name in zip(grid.rows[0].cells, names, strict=True):
            _text(cell.paragraphs[0], f"{name}:{'_' * 16}", BODY_PT + 1)

    def _figures(self) -> None:
        """Drawings on pages of their own, each as a picture."""
        template = self.composer.template
        high = template.height_mm - 2 * MARGIN_MM - 22
        for figure in self.content.figures:
            items = figure.draw(0.5, 0.5, self.wide - 1, high - 1)
            if items:
                page = Page(self.wide, high, (group(figure.name, items),), figure.name)
                _text(self.document.add_paragraph(), figure.name, 9, bold=True, new_page=True)
                _picture(self.document.add_paragraph(), output.to_png(page, DPI), self.wide, figure.name)

    def _tables(self) -> list[Table]:
        """The lists, and tables that stand on the first page only; a part of a sheet does not say again what the whole lists."""
        content = self.content
        parts = [
            *self.composer.template.part,
            *(part for stack in self.composer.template.stack for part in stack.parts),
        ]
        first = [next((content.tables[name] for name in part.table.split("|") if name in content.tables), None) for part in parts if part.table]  # fmt: skip
        return [*(table for table in first if table and table.rows and table.name not in self.known), *content.lists]


# --- pieces of Word ---------------------------------------------------------------------------------------------------


def _text(paragraph: Any, said: str, size: float, *, align: Any = START, bold: bool = False, new_page: bool = False) -> None:  # fmt: skip
    paragraph.alignment = align
    form = paragraph.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(max(2.0, size * 1.38))
    form.page_break_before = new_page or None
    run = paragraph.add_run(clean(said))
    run.bold = bold or None
    run.font.size = Pt(size)
    _face(run)


def _face(run: Any) -> None:
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
    for key in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(key), FACE)


def _picture(paragraph: Any, png: bytes, wide_mm: float, said: str) -> None:
    paragraph.alignment = START
    inline = paragraph.add_run().add_picture(io.BytesIO(png), width=Mm(wide_mm))
    inline._inline.docPr.set("descr", said)
    inline._inline.docPr.set("name", said[:40])


def _plain(table: Any, widths_mm: Sequence[float], *, padding: float = 0.0) -> Any:
    """A table with these widths, without lines."""
    table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.LEFT
    _padding(table, padding)
    for column, wide in zip(table.columns, widths_mm, strict=True):
        column.width = Mm(wide)
        for cell in column.cells:
            cell.width = Mm(wide)
    return table


def _padding(table: Any, mm: float) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), str(round(mm * PT_PER_MM * 20)))
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    table._tbl.tblPr.append(margins)


def _facts(at: Any, content: Content, wide: float) -> None:
    """Names and values."""
    table = at.add_table(len(content.facts), 2)
    if hasattr(at, "paragraphs") and at.paragraphs and not at.paragraphs[0].runs and hasattr(at, "_tc"):
        at._tc.remove(at.paragraphs[0]._p)  # a cell begins with a paragraph, which would push the table down
    names = min(30.0, wide * 0.34)
    _plain(table, (names, wide - names), padding=1.0)
    rule(table, LINE)
    for row, (name, value) in zip(table.rows, content.facts, strict=True):
        _text(row.cells[0].paragraphs[0], name, BODY_PT)
        shade(row.cells[0]._tc, HEAD)
        _text(row.cells[1].paragraphs[0], value, BODY_PT)


def _table(document: Any, table: Table, wide: float) -> None:
    """A list; its head is repeated on every page, and no row is broken."""
    made = document.add_table(1 + len(table.rows), len(table.columns))
    total = sum(column.share for column in table.columns)
    made.autofit = False
    _padding(made, 1.0)
    rule(made, LINE)
    widths = [Mm(wide * column.share / total) for column in table.columns]
    for grid, width in zip(made.columns, widths, strict=True):
        grid.width = width
    said = [[column.title for column in table.columns], *table.rows]
    for n, (row, texts) in enumerate(zip(made._tbl.tr_lst, said, strict=True)):
        hold(row, is_head=n == 0)
        for cell, text, column, width in zip(row.tc_lst, texts, table.columns, widths, strict=True):
            cell.width = width
            _cell(cell, text, MIDDLE if n == 0 else ANCHORS[column.anchor], is_head=n == 0)


def _cell(cell: Any, said: str, align: Any, *, is_head: bool) -> None:
    _text(Paragraph(cell.p_lst[0], None), said, BODY_PT, align=align, bold=is_head)  # type: ignore[arg-type]
    if is_head:
        shade(cell, HEAD)


def _footer(paragraph: Any, content: Content) -> None:
    """第 x 页 共 y 页."""
    before, between, after = content.t("第 |页 共 |页", "Page |of |").split("|")
    _text(paragraph, before, SMALL_PT, align=MIDDLE)
    for field, said in (("PAGE", f" {between}"), ("NUMPAGES", f" {after}")):
        element = OxmlElement("w:fldSimple")
        element.set(qn("w:instr"), field)
        paragraph._p.append(element)
        run = paragraph.add_run(said)
        run.font.size = Pt(SMALL_PT)
        _face(run)
