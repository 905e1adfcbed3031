"""The page on paper: margins, sizes, tables, lists, page numbers; measured in the PDF."""

import io
from contextlib import closing
from pathlib import Path

import docx
import numpy as np
import pypdfium2
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from gis_service import doctor
from gis_service.papers import fonts
from gis_service.papers.catalogue import KINDS, shipped
from gis_service.papers.docx.body import described
from gis_service.papers.errors import CharactersMissing, FontMissing, PaperTooLong, TemplateRefused
from gis_service.papers.examples import facts
from gis_service.papers.examples import picture as photo
from gis_service.papers.fill import fill
from gis_service.papers.operations import check
from gis_service.papers.printing import to_pdf
from gis_service.settings import Settings
from tests.papers.reading import A4_MM, a_template, inked_mm, pages, picture, saved, text_of_pdf

FULL = "测" * 28


def printed(document: object) -> bytes:
    return to_pdf(saved(document), fonts=fonts.FACES)


@pytest.fixture
def frame() -> bytes:
    """A page of the shipped geometry with a table that fills it: its border is the text area."""
    document = docx.Document(io.BytesIO(shipped(KINDS["problem_list"])))
    body = document.element.body
    for element in list(body)[:-1]:
        body.remove(element)
    table = document.add_table(1, 1)
    table.autofit = False
    table.style = None
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right"):
        line = OxmlElement(f"w:{side}")
        line.set(qn("w:val"), "single")
        line.set(qn("w:sz"), "2")
        borders.append(line)
    table._tbl.tblPr.append(borders)
    table.columns[0].width = table.rows[0].cells[0].width = Mm(156)
    table.rows[0].height = Mm(225)
    body.insert(0, table._tbl)
    last = document.paragraphs[-1] if document.paragraphs else document.add_paragraph()
    last.paragraph_format.line_spacing = Pt(1)
    return saved(document)


def test_the_margins_are_those_of_the_standard(frame: bytes) -> None:
    page = picture(to_pdf(frame, fonts=fonts.FACES))
    assert (page.width / 10, page.height / 10) == pytest.approx(A4_MM, abs=0.15)
    above_number = page.crop((0, 0, page.width, 2640))
    left, top, right, bottom = inked_mm(above_number)
    assert (top, left) == pytest.approx((37, 28), abs=0.5)
    assert (A4_MM[0] - right, A4_MM[1] - bottom) == pytest.approx((26, 35), abs=0.5)


def test_the_body_is_set_in_16_points_on_lines_of_28() -> None:
    kind = KINDS["consult_letter"]
    made = to_pdf(fill(shipped(kind), {**facts(kind), "parcels": [], "text": ["测" * 280]}), fonts=fonts.FACES)
    with (
        closing(pypdfium2.PdfDocument(made)) as opened,
        closing(opened[0]) as page,
        closing(page.get_textpage()) as text,
    ):
        whole = text.get_text_range()
        starts = [text.get_charbox(at) for at, sign in enumerate(whole) if sign == "测"]
    lines = sorted({round(box[1], 1) for box in starts}, reverse=True)
    gaps = np.diff(lines)
    assert np.allclose(gaps, -28, atol=0.2)
    first = [box[0] for box in starts if round(box[1], 1) == lines[0]]
    others = [box[0] for box in starts if round(box[1], 1) == lines[1]]
    assert min(first) - min(others) == pytest.approx(32, abs=0.6)  # two characters of 16 points
    assert len(others) == 27  # 156 mm hold 27.6 characters of 16 points
    assert np.median(np.diff(sorted(others))) == pytest.approx(16.3, abs=0.4)


def test_the_title_stands_in_the_middle_and_is_larger() -> None:
    kind = KINDS["problem_list"]
    made = to_pdf(fill(shipped(kind), facts(kind)), fonts=fonts.FACES)
    with (
        closing(pypdfium2.PdfDocument(made)) as opened,
        closing(opened[0]) as page,
        closing(page.get_textpage()) as text,
    ):
        whole = text.get_text_range()
        at = whole.index("问题清单")
        boxes = [text.get_charbox(at + n) for n in range(8)]
    middle = (boxes[0][0] + boxes[-1][2]) / 2
    assert middle == pytest.approx((28 + 156 / 2) * 72 / 25.4, abs=6)
    assert boxes[1][0] - boxes[0][0] == pytest.approx(22, abs=2)


def test_page_numbers_stand_outside_on_odd_and_even_pages() -> None:
    kind = KINDS["penalty_decision"]
    made = to_pdf(fill(shipped(kind), {**facts(kind), "text": ["测" * 900]}), fonts=fonts.FACES)
    assert [page.split()[-2] for page in pages(made)] == [str(n + 1) for n in range(len(pages(made)))]
    for number, outside in ((0, "right"), (1, "left")):
        foot = picture(made, number).crop((0, 2640, 2100, 2970))
        left, _, right, _ = inked_mm(foot)
        assert bool(left > 105) is (outside == "right"), (left, right)


def test_merged_cells_and_borders_are_drawn() -> None:
    document = a_template()
    table = document.add_table(3, 3, style="Table Grid")
    table.cell(0, 0).merge(table.cell(0, 2)).text = "横并"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "竖并"
    table.cell(1, 1).text, table.cell(2, 2).text = "甲", "乙"
    found = described(saved(document))["sections"][0]["blocks"][0]
    spans = {
        "".join(r["s"] for b in c["blocks"] for r in b["runs"]): (c["colspan"], c["rowspan"]) for c in found["cells"]
    }
    assert (spans["横并"], spans["竖并"], spans["甲"]) == ((3, 1), (1, 2), (1, 1))
    assert all(cell["borders"]["top"] and cell["borders"]["left"] for cell in found["cells"])
    assert text_of_pdf(printed(document)) == "横并竖并甲乙"


def test_tabs_bring_text_to_its_stop() -> None:
    document = a_template()
    paragraph = document.add_paragraph("左\t右端")
    paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(100), WD_TAB_ALIGNMENT.RIGHT)
    left, _, right, _ = inked_mm(picture(printed(document)))
    margin = document.sections[0].left_margin.mm
    assert (left, right) == pytest.approx((margin, margin + 100), abs=1)


def test_a_page_break_breaks_the_page() -> None:
    document = a_template("前")
    document.add_page_break()
    document.add_paragraph("后")
    assert [page.strip() for page in pages(printed(document))] == ["前", "后"]


def test_simple_lists_are_numbered() -> None:
    document = a_template()
    for text in ("甲", "乙", "丙"):
        document.add_paragraph(text, style="List Number")
    document.add_paragraph("点", style="List Bullet")
    assert text_of_pdf(printed(document)) == "1.甲2.乙3.丙•点"


def test_alignment_and_weight_follow_the_docx() -> None:
    document = a_template()
    bold = document.add_paragraph()
    bold.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    bold.add_run("粗").bold = True
    (block,) = described(saved(document))["sections"][0]["blocks"]
    assert (block["align"], block["runs"][0]["look"]["bold"]) == ("right", True)


def test_a_picture_in_the_text_is_printed_at_its_size() -> None:
    document = a_template()
    document.add_picture(io.BytesIO(photo()), width=Mm(60))
    left, top, right, bottom = inked_mm(picture(printed(document)).point(lambda grey: 0 if grey < 240 else 255))
    assert (right - left, bottom - top) == pytest.approx((60, 40), abs=0.5)


def test_a_landscape_section_has_its_own_page() -> None:
    document = a_template("竖")
    section = document.add_section()
    section.page_width, section.page_height = section.page_height, section.page_width
    document.add_paragraph("横")
    with closing(pypdfium2.PdfDocument(printed(document))) as opened:
        sizes = [opened.get_page_size(n) for n in range(len(opened))]
    assert [width > height for width, height in sizes] == [False, True]


def test_a_character_no_font_has_is_told_with_its_place() -> None:
    with pytest.raises(CharactersMissing) as told:
        printed(a_template("当事人🀄老师"))
    assert "🀄(U+1F004)" in told.value.sentence("zh")
    assert "当事人" in told.value.sentence("zh")


def test_rare_characters_of_names_and_places_print() -> None:
    assert text_of_pdf(printed(a_template("䶮垚湉㙟堃"))) == "䶮垚湉㙟堃"


def test_a_font_that_is_not_installed_is_told() -> None:
    with pytest.raises(FontMissing, match="No Such Song"):
        to_pdf(saved(a_template("字")), fonts={**fonts.FACES, "宋体": "No Such Song"})


def test_the_doctor_names_a_font_that_is_missing(tmp_path: Path) -> None:
    told = [found for found in doctor.examine(Settings(var_dir=tmp_path)) if "公文字体" in found.zh]
    assert [(found.good, "齐全" in found.zh) for found in told] == [(True, True)]
    chosen = Settings(var_dir=tmp_path, paper_fonts={"仿宋": "No Such Song"})
    told = [found for found in doctor.examine(chosen) if "公文字体" in found.zh]
    assert [(found.good, "No Such Song" in found.zh) for found in told] == [(False, True)]


def test_a_family_of_the_settings_is_taken() -> None:
    made = to_pdf(saved(a_template("字")), fonts={**fonts.FACES, "宋体": "Noto Sans CJK SC"})
    assert b"NotoSansCJKsc" in made
    assert b"NotoSerif" not in made


def test_a_paper_of_a_million_characters_is_refused() -> None:
    with pytest.raises(PaperTooLong):
        printed(a_template(*["测" * 10_000] * 40))


@pytest.mark.parametrize(
    ("tag", "called"),
    [
        ("w:pict", "文本框、艺术字或水印"),
        ("w:object", "嵌入对象"),
        ("w:footnoteReference", "脚注"),
        ("w:sym", "符号字体"),
        ("w:unheardOf", "unheardOf"),
    ],
)
def test_what_cannot_be_printed_is_refused_by_name(tag: str, called: str) -> None:
    document = a_template("前文")
    prefix, name = tag.split(":")
    element = document.paragraphs[0].runs[0]._r.makeelement(qn(f"{prefix}:{name}"))
    document.paragraphs[0].runs[0]._r.append(element)
    with pytest.raises(TemplateRefused) as told:
        described(saved(document))
    assert called in told.value.sentence("zh")
    assert "前文" in told.value.sentence("zh")


def test_a_floating_picture_and_columns_are_refused() -> None:
    document = a_template()
    document.add_picture(io.BytesIO(photo()))
    inline = next(document.element.body.iter(qn("wp:inline")))
    inline.tag = qn("wp:anchor")
    with pytest.raises(TemplateRefused, match="浮动图片") as told:
        described(saved(document))
    assert "浮动图片" in told.value.sentence("zh")
    document = a_template("字")
    document.sections[0]._sectPr.find(qn("w:cols")).set(qn("w:num"), "2")
    with pytest.raises(TemplateRefused) as told:
        described(saved(document))
    assert "分栏" in told.value.sentence("zh")


W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
AS_WORD_SAVES = f"""
<w:body {nsdecls("w")} xmlns:w14="{W14}">
  <w:p w14:paraId="1A2B3C4D"><w:pPr><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr></w:pPr>
    <w:bookmarkStart w:id="0" w:name="_GoBack"/><w:bookmarkEnd w:id="0"/><w:proofErr w:type="spellStart"/>
    <w:r><w:rPr><w:rFonts w:hint="eastAsia" w:eastAsiaTheme="minorEastAsia"/><w:kern w:val="0"/></w:rPr><w:t>编号</w:t></w:r>
    <w:smartTag w:element="date"><w:r><w:t xml:space="preserve">：</w:t></w:r></w:smartTag>
    <w:r><w:t>{{{{</w:t></w:r><w:r><w:t xml:space="preserve"> proceeding</w:t></w:r><w:proofErr w:type="spellEnd"/>
    <w:r><w:t>.no }}}}</w:t></w:r><w:r><w:lastRenderedPageBreak/><w:noBreakHyphen/></w:r>
  </w:p>
  <w:sdt><w:sdtPr><w:id w:val="1"/></w:sdtPr><w:sdtContent>
    <w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE \\* MERGEFORMAT</w:instrText></w:r>
      <w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>99</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>
      <w:fldSimple w:instr=" NUMPAGES "><w:r><w:t>99</w:t></w:r></w:fldSimple></w:p>
  </w:sdtContent></w:sdt>
  <w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1800" w:bottom="1440" w:left="1800"
    w:header="851" w:footer="992" w:gutter="0"/><w:cols w:space="425"/><w:docGrid w:type="lines" w:linePitch="312"/></w:sectPr>
</w:body>"""


def test_what_word_writes_around_text_is_understood() -> None:
    document = a_template()
    document.element.replace(document.element.body, parse_xml(AS_WORD_SAVES))
    made = check(KINDS["consult_letter"], saved(document))
    (printed_page,) = pages(made.pdf)
    assert printed_page.split("\r\n") == ["编号：示例-2026-0012\u2011", "11"]
