"""Makes the shipped templates from `texts.toml`: `python -m gis_service.papers.templates.make`.

Page geometry and sizes follow GB/T 9704: A4, margins 37/26/35/28 mm, title 22 pt, text 16 pt on lines of 28 pt, page numbers outside.
Tables take 12 pt, so that a list fits on a page. A clerk edits the results in Word; this script only gives them one hand.
"""

import io
import tomllib
from collections.abc import Callable, Container, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from gis_service.papers.catalogue import KINDS
from gis_service.papers.docx.package import packed
from gis_service.papers.fill import BY_CONTENT

FOLDER = Path(__file__).parent

TITLE, BODY, HEADING, PLAIN = "方正小标宋简体", "仿宋", "黑体", "宋体"
CENTRE, RIGHT, JUSTIFY, LEFT = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
    WD_ALIGN_PARAGRAPH.LEFT,
)
LAW = "{{ law.title }}{{ law.article }}{% if law.quote %}：“{{ law.quote }}”{% endif %}"
WIDTH_MM = 156
"""Of the text: 210 less 28 and 26."""


class Sheet:
    """A template being made."""

    def __init__(self, code: str, about: dict[str, Any]):
        self.code, self.about = code, about
        self.document: Any = docx.Document()
        _styles(self.document)
        _page(self.document)

    # --- paragraphs

    def line(self, text: str, *, to: Any = None, font: str = BODY, size: float = 16, align: Any = JUSTIFY,
             indent: bool = True, high: float | None = 28, after: float = 0, before: float = 0, right: float = 0,
             keep: bool = False) -> Any:  # fmt: skip
        """A paragraph; `high` None lets a line grow with its picture."""
        made = (to or self.document).add_paragraph()
        set_text(made, text, font=font, size=size)
        format_ = made.paragraph_format
        format_.alignment, format_.space_after, format_.space_before = align, Pt(after), Pt(before)
        format_.right_indent, format_.keep_with_next = Pt(right), keep
        if high is not None:
            format_.line_spacing_rule, format_.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(high)
        else:
            format_.line_spacing = 1.0
        if indent:
            about = made._p.get_or_add_pPr().get_or_add_ind()
            about.set(qn("w:firstLineChars"), "200")
            about.set(qn("w:firstLine"), str(int(size * 40)))
        return made

    def tag(self, text: str) -> None:
        """A paragraph that only carries a loop or a condition, and is gone when the paper is made."""
        self.line(f"{{%p {text} %}}", indent=False)

    def heading(self, text: str) -> None:
        self.line(text, font=HEADING, keep=True)

    def head(self) -> None:
        """Issuer, title, number."""
        if self.about["layout"] in ("letter", "record") and not self.about.get("plain"):
            self.line("{{ paper.issuer }}", font=TITLE, size=22, align=CENTRE, indent=False, high=34, keep=True)
        # a title of our own wording stands in the template; others come from the paper
        for words in self.about.get("title", "{{ paper.title }}").split("\n"):
            self.line(words, font=TITLE, size=22, align=CENTRE, indent=False, high=34, keep=True)
        if KINDS[self.code].series:
            self.line("{{ paper.doc_no }}", align=CENTRE, indent=False, before=6, after=14)
        else:
            self.line("", indent=False, high=14)

    def body(self, lines: Sequence[str]) -> None:
        """The lines in order. The last one stays with what follows: no page has signatures and nothing else."""
        for at, (before, text) in enumerate(pairwise(["", *lines])):
            last = at == len(lines) - 1
            if text == "@basis":
                self.basis(heading=not before.startswith("# "), keep=last)
            elif text.startswith("@"):
                BLOCKS[text[1:]](self)
            elif text.startswith("# "):
                self.heading(text[2:])
            else:
                self.line(text, keep=last)

    # --- blocks of facts

    def text(self) -> None:
        self.tag("for paragraph in text")
        self.line("{{ paragraph }}")
        self.tag("endfor")

    def basis(self, *, heading: bool, keep: bool) -> None:
        """The laws that were handed in, under a heading where the line before is none."""
        if heading:
            self.tag("if basis")
            self.line("依据：", font=HEADING, keep=True)
            self.tag("endif")
        self.tag("for law in basis")
        self.line(LAW, keep=keep)
        self.tag("endfor")

    def rows(self) -> None:
        self.tag("for row in rows")
        self.line("{{ row.label }}：{{ row.text }}")
        self.tag("endfor")

    def parties(self) -> None:
        self.tag("for party in parties")
        self.line("{{ party.kind }}：{{ party.name }}　　地址：{{ party.address }}　　联系方式：{{ party.contact }}")
        self.tag("endfor")

    def parcels(self) -> None:
        self.looped(
            "parcel in parcels",
            ("序号", "地块编号", "地块名称", "位置", "面积（㎡）", "面积（亩）", "备注"),
            ("{{ loop.index }}", "{{ parcel.parcel_no }}", "{{ parcel.parcel_name }}",
             "{{ parcel.area_name }} {{ parcel.location_text }}", "{{ parcel.area_m2 }}", "{{ parcel.area_mu }}", "{{ parcel.note }}"),
            (11, 31, 31, 32, 22, 15, 14),
            numbers={4, 5},
        )  # fmt: skip

    def steps(self) -> None:
        self.looped(
            "step in steps",
            ("序号", "日期", "办理", "经办人", "说明"),
            ("{{ step.seq }}", "{{ step.happened_on }}", "{{ step.action }}", "{{ step.actor }}", "{{ step.reason }}"),
            (12, 34, 34, 24, 52),
        )

    def looped(
        self,
        loop: str,
        heads: Sequence[str],
        cells: Sequence[str],
        widths: Sequence[int],
        *,
        numbers: Container[int] = (),
    ) -> None:
        """A table with a repeated header and a row for each of a list; nothing at all where the list is empty."""
        name = loop.rpartition(" ")[2]
        self.tag(f"if {name}")
        table = self.table(widths)
        self.cells(table, heads, font=HEADING, header=True)
        self.cells(table, [f"{{%tr for {loop} %}}", *[""] * (len(widths) - 1)])
        self.cells(table, cells, numbers=numbers)
        self.cells(table, ["{%tr endfor %}", *[""] * (len(widths) - 1)])
        self.line("", indent=False, high=12)
        self.tag("endif")

    def items(self) -> None:
        """The list with columns of its own: as many cells as the list has."""
        self.tag("if items")
        table = self.table((52, 52, 52))
        caption = OxmlElement("w:tblCaption")
        caption.set(qn("w:val"), BY_CONTENT)
        table._tbl.tblPr.append(caption)
        _in_order(table._tbl.tblPr)
        self.cells(table, ("{%tc for name in columns %}", "{{ name }}", "{%tc endfor %}"), font=HEADING, header=True)
        self.cells(table, ("{%tr for row in items %}", "", ""))
        self.cells(table, ("{%tc for cell in row %}", "{{ cell }}", "{%tc endfor %}"))
        self.cells(table, ("{%tr endfor %}", "", ""))
        self.line("", indent=False, high=12)
        self.tag("endif")

    def pictures(self) -> None:
        self.tag("for picture in pictures")
        self.line("{{ picture.image }}", align=CENTRE, indent=False, high=None, before=6, keep=True)
        self.line("{{ picture.caption }}", align=CENTRE, indent=False, size=12, high=20, after=6)
        self.tag("endfor")

    # --- tables

    def table(self, widths: Sequence[float], *, borders: bool = True) -> Any:
        made = self.document.add_table(0, len(widths))
        made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        if borders:
            made._tbl.tblPr.append(_borders())
        _margins(made._tbl.tblPr)
        _in_order(made._tbl.tblPr)
        for column, width in zip(made.columns, widths, strict=True):
            column.width = Mm(width)
        return made

    def cells(self, table: Any, texts: Sequence[str], *, font: str = BODY, header: bool = False, high: float = 0,
              numbers: Container[int] = (), left: Container[int] = (), keep: bool = False) -> Any:  # fmt: skip
        row = table.add_row()
        about = row._tr.get_or_add_trPr()
        about.append(OxmlElement("w:cantSplit"))
        if header:
            about.append(OxmlElement("w:tblHeader"))
        if high:
            row.height = Mm(high)
        for at, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = table.columns[at].width
            cell.vertical_alignment = 1
            emptied(cell)
            align = RIGHT if at in numbers else LEFT if at in left else CENTRE
            self.line(text, to=cell, font=font, size=12, align=align, indent=False, high=20, keep=keep)
        return row

    def pairs(self) -> None:
        """The table of an approval: label and text, then a box for each signature, or empty boxes to sign in."""
        table = self.table((36, 120))
        self.cells(table, ("{%tr for row in rows %}", ""))
        self.cells(table, ("{{ row.label }}", "{{ row.text }}"), high=10, left={1})
        self.cells(table, ("{%tr endfor %}", ""))
        if "parties" in KINDS[self.code].groups:
            self.cells(table, ("{%tr for party in parties %}", ""))
            said = "{{ party.name }}　　地址：{{ party.address }}　　联系方式：{{ party.contact }}"
            self.cells(table, ("{{ party.kind }}", said), high=10, left={1})
            self.cells(table, ("{%tr endfor %}", ""))
        for name, item, label, line in (
            ("text", "paragraph", "情况说明", "{{ paragraph }}"),
            ("basis", "law", "依据", LAW),
        ):
            self.cells(table, (f"{{%tr if {name} %}}", ""))
            inside = emptied(self.cells(table, (label, ""), high=14).cells[1])
            for words in (f"{{%p for {item} in {name} %}}", line, "{%p endfor %}"):
                self.line(words, to=inside, size=12, high=20)
            self.cells(table, ("{%tr endif %}", ""))
        self.cells(table, ("{%tr if signatures %}", ""))
        self.cells(table, ("{%tr for sign in signatures %}", ""))
        self.boxed(table, "{{ sign.side }}", "{{ sign.unit }}", "{{ sign.person }}{{ sign.image }}　　{{ sign.on }}")
        self.cells(table, ("{%tr endfor %}", ""))
        self.cells(table, ("{%tr else %}", ""))
        for name in self.about["boxes"]:
            self.boxed(table, name, "", "签名：　　　　　　　　　年　　月　　日")
        self.cells(table, ("{%tr endif %}", ""))
        self.line("", indent=False, high=12)

    def boxed(self, table: Any, label: str, above: str, below: str) -> None:
        inside = emptied(self.cells(table, (label, ""), high=24).cells[1])
        self.line(above, to=inside, size=12, align=LEFT, indent=False, high=22)
        self.line(below, to=inside, size=12, align=RIGHT, indent=False, high=None)

    # --- ends

    def signed_by_issuer(self) -> None:
        """Issuer and day at the right, one centred over the other as GB/T 9704 wants them; kept together."""
        self.line("", indent=False, keep=True)
        table = self.table((66, 90), borders=False)
        inside = emptied(self.cells(table, ("", ""), keep=True).cells[1])
        for words in ("{{ paper.issuer }}", "{{ paper.issued_on }}"):
            self.line(words, to=inside, align=CENTRE, indent=False, keep=True)

    def signed_by_people(self, names: Sequence[str]) -> None:
        """A line for each who signed, or lines to sign on."""
        self.line("", indent=False, high=14, keep=True)
        self.tag("if signatures")
        self.tag("for sign in signatures")
        self.line(
            "{{ sign.side }}（签名）：{{ sign.person }}{{ sign.image }}　　{{ sign.on }}",
            high=None,
            before=6,
            keep=True,
        )
        self.tag("endfor")
        self.tag("else")
        for name in names:
            self.line(f"{name}（签名）：____________　　　　年　　月　　日", keep=True)
        self.tag("endif")

    def sealed(self) -> None:
        """The sides of an agreement, each with room for seal and signature; kept on one page."""
        self.line("", indent=False, high=14, keep=True)
        sides = [*self.sides(), *([("见证方", "witness")] if self.about.get("witness") else [])]
        table = self.table([WIDTH_MM / len(sides)] * len(sides))
        row = self.cells(table, [""] * len(sides), high=48)
        for cell, (name, field) in zip(row.cells, sides, strict=True):
            cell.vertical_alignment = 0
            emptied(cell)
            for words in (
                f"{name}（盖章）：",
                f"{{{{ units.{field} }}}}",
                "",
                "代表（签名）：",
                "",
                "　　　　年　　月　　日",
            ):
                self.line(words, to=cell, size=12, align=LEFT, indent=False, high=21, keep=True)
        self.tag("if signatures")
        self.line("系统内签字：", size=12, high=22, indent=False, before=4, keep=True)
        self.tag("endif")
        self.tag("for sign in signatures")
        self.line(
            "{{ sign.side }} {{ sign.unit }} {{ sign.person }}{{ sign.image }} {{ sign.on }}",
            size=12,
            high=None,
            before=4,
            keep=True,
        )
        self.tag("endfor")

    def sides(self) -> list[tuple[str, str]]:
        first, second = self.about.get("sides", ["移交方", "接收方"])
        return [(first, "giving"), (second, "receiving")]

    def foot(self) -> None:
        """What the paper was made of: proceeding, moment of the figures, and the way back to the record."""
        self.line("", indent=False, high=14, keep=True)
        table = self.table((128, 28), borders=False)
        words, code = (emptied(cell) for cell in self.cells(table, ("", "")).cells)
        for text in ("事项编号：{{ proceeding.no }}", "数据截止：{{ paper.as_of }}",
                     "{% if paper.qr %}扫描二维码查看本系统中的记录{% endif %}"):  # fmt: skip
            self.line(text, to=words, font=PLAIN, size=9, align=LEFT, indent=False, high=14)
        self.line("{{ paper.qr }}", to=code, align=RIGHT, indent=False, high=None, size=9)


BLOCKS: dict[str, Callable[[Sheet], None]] = {
    name: getattr(Sheet, name) for name in ("text", "rows", "parties", "parcels", "steps", "items", "pictures")
}


# --- layouts ---------------------------------------------------------------------------------------------------------


def letter(sheet: Sheet) -> None:
    """函、通知、告知、决定: head, addressee, text, issuer and day."""
    sheet.head()
    if not sheet.about.get("plain"):
        sheet.line("{{ units.addressee }}：", indent=False)
    sheet.body(sheet.about["body"])
    sheet.signed_by_issuer()


def approval(sheet: Sheet) -> None:
    """审批表: head, a table of label and text, boxes for opinions."""
    sheet.head()
    sheet.line("编号：{{ proceeding.no }}　　填表日期：{{ paper.issued_on }}", size=12, indent=False, high=22)
    sheet.body(sheet.about.get("before", []))
    sheet.pairs()
    sheet.body(sheet.about.get("after", []))


def record(sheet: Sheet) -> None:
    """笔录: head, label and text on lines, what was seen or said, signatures."""
    sheet.head()
    sheet.rows()
    sheet.body(sheet.about["body"])
    sheet.signed_by_people(sheet.about["signs"])


def list_(sheet: Sheet) -> None:
    """清单: title, a table, signatures where somebody hands over."""
    sheet.head()
    sheet.body(sheet.about["body"])
    if "signs" in sheet.about:
        sheet.signed_by_people(sheet.about["signs"])
    else:
        sheet.signed_by_issuer()


def agreement(sheet: Sheet) -> None:
    """协议、确认书: the sides, what they agree, room for seals."""
    sheet.head()
    for name, field in sheet.sides():
        sheet.line(f"{name}：{{{{ units.{field} }}}}", indent=False)
    if sheet.about.get("witness"):
        sheet.line("见证方：{{ units.witness }}", indent=False)
    sheet.body(sheet.about["body"])
    sheet.sealed()


LAYOUTS: dict[str, Callable[[Sheet], None]] = {
    "letter": letter,
    "approval": approval,
    "record": record,
    "list": list_,
    "agreement": agreement,
}


# --- the document ----------------------------------------------------------------------------------------------------


def emptied(cell: Any) -> Any:
    """A cell without the paragraph it was made with."""
    for paragraph in cell.paragraphs:
        cell._tc.remove(paragraph._p)
    return cell


def set_text(paragraph: Any, text: str, *, font: str, size: float) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size = font, Pt(size)
    run._r.rPr.rFonts.set(qn("w:eastAsia"), font)


def _styles(document: Any) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = BODY, Pt(16)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), BODY)


def _page(document: Any) -> None:
    section = document.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        Mm(37),
        Mm(35),
        Mm(28),
        Mm(26),
    )
    section.header_distance, section.footer_distance = Mm(15), Mm(23)
    document.settings.odd_and_even_pages_header_footer = True
    for footer, align in ((section.footer, RIGHT), (section.even_page_footer, LEFT)):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = align
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(14)
        _page_number(paragraph)
    for header in (section.header, section.even_page_header):
        header.is_linked_to_previous = False


def _page_number(paragraph: Any) -> None:
    """— 1 — in 14 pt, as GB/T 9704 has it."""
    set_text(paragraph, "— ", font=PLAIN, size=14)
    for kind, text in (("begin", None), (None, " PAGE "), ("separate", None), ("text", "1"), ("end", None)):
        set_text(paragraph, "1" if kind == "text" else "", font=PLAIN, size=14)
        run = paragraph.runs[-1]._r
        if kind == "text":
            continue
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
            element.set(qn("xml:space"), "preserve")
        run.append(element)
    set_text(paragraph, " —", font=PLAIN, size=14)


def _borders() -> Any:
    made = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "auto")):
            line.set(qn(f"w:{key}"), value)
        made.append(line)
    return made


def _margins(about: Any) -> None:
    """A little room in every cell."""
    made = OxmlElement("w:tblCellMar")
    for side, width in (("top", 40), ("left", 85), ("bottom", 40), ("right", 85)):
        element = OxmlElement(f"w:{side}")
        element.set(qn("w:w"), str(width))
        element.set(qn("w:type"), "dxa")
        made.append(element)
    about.append(made)


ORDER = ("tblStyle", "tblW", "jc", "tblInd", "tblBorders", "tblLayout", "tblCellMar", "tblLook", "tblCaption")


def _in_order(about: Any) -> None:
    """Word wants the properties of a table in the order of its schema."""
    about[:] = sorted(about, key=lambda element: ORDER.index(element.tag.rpartition("}")[2]))


def template(code: str, about: dict[str, Any]) -> bytes:
    """The template of a kind; the same text makes the same bytes."""
    sheet = Sheet(code, about)
    LAYOUTS[about["layout"]](sheet)
    sheet.foot()
    properties = sheet.document.core_properties
    properties.title, properties.author, properties.comments = KINDS[code].zh, "", ""
    properties.created = properties.modified = datetime(2026, 1, 1)  # noqa: DTZ001  (the format knows UTC only)
    out = io.BytesIO()
    sheet.document.save(out)
    return packed(out.getvalue())


def texts() -> dict[str, dict[str, Any]]:
    return tomllib.loads((FOLDER / "texts.toml").read_text("utf-8"))


def main() -> None:
    for code, about in texts().items():
        (FOLDER / KINDS[code].template).write_bytes(template(code, about))


if __name__ == "__main__":
    main()
