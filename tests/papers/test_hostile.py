"""What a person may type or upload to do harm: it prints as it is, or is refused in a sentence; it never runs."""

import io
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.papers import fonts
from gis_service.papers.catalogue import KINDS, shipped
from gis_service.papers.docx import package
from gis_service.papers.errors import CharactersMissing, PictureRefused, TemplateRefused, UnknownField
from gis_service.papers.examples import facts, picture
from gis_service.papers.facts import groups
from gis_service.papers.fill import examine, fill
from gis_service.papers.operations import check
from gis_service.papers.printing import to_pdf
from tests.papers.reading import a_template, pages, refused, saved, squeezed, text_of_docx, text_of_pdf

KIND = KINDS["consult_letter"]

LITERAL = [
    "{{ 7*7 }}",
    "{% for x in y %}",
    "{_{ not a tag }_}",
    "{# remark #}",
    '#panic("x") *bold* $x^2$ @label <label> `code` \\',
    "</w:t></w:r></w:p><w:p>",
    "&amp; &lt;b&gt; <b>bold</b> ]]> <!-- -->",
    "=SUM(A1)'\"",
    "a\u200bb",
]


@pytest.mark.parametrize("said", LITERAL)
def test_a_fact_prints_as_it_was_typed(said: str) -> None:
    made = fill(shipped(KIND), {**facts(KIND), "text": [said], "units": {"addressee": said}})
    printed = text_of_pdf(to_pdf(made, fonts=fonts.FACES))
    assert text_of_docx(made).count(squeezed(said)) == printed.count(squeezed(said)) == 2
    assert "49" not in printed


PRINTABLE = st.text(
    st.characters(
        min_codepoint=0x20, max_codepoint=0x9FA5, exclude_categories=("Cc", "Cs", "Cn", "Co", "Mn", "Me", "Mc", "Cf")
    ),
    min_size=1,
    max_size=40,
)


@given(said=PRINTABLE)
@settings(max_examples=60, deadline=None)
def test_any_text_prints_as_typed_or_is_refused_in_a_sentence(said: str) -> None:
    made = fill(saved(a_template("〔{{ proceeding.title }}〕")), {"proceeding": {"title": said}})
    assert text_of_docx(made) == f"〔{squeezed(said)}〕" or not squeezed(said)
    sentence = refused(lambda: to_pdf(made, fonts=fonts.FACES))
    assert sentence is None or "不能打印" in sentence


def test_signs_that_no_file_can_hold_are_left_out() -> None:
    made = fill(
        saved(a_template("{{ proceeding.title }}")), {"proceeding": {"title": "a\x00b\x07c\x0cd\ud800e\ufffff"}}
    )
    assert text_of_docx(made) == "abcdef"


def test_lines_of_a_fact_stay_lines() -> None:
    made = fill(saved(a_template("{{ proceeding.title }}")), {"proceeding": {"title": "第一行\n第二行"}})
    assert pages(to_pdf(made, fonts=fonts.FACES))[0].split() == ["第一行", "第二行"]


@pytest.mark.parametrize("name", ["长" * 5_000, "W" * 5_000, "BW-" * 1_600])
def test_a_name_of_five_thousand_signs_stays_on_the_paper(name: str) -> None:
    parcels = [{"parcel_no": name[:200], "parcel_name": name}]
    made = fill(shipped(KIND), {**facts(KIND), "parcels": parcels, "units": {"addressee": name}})
    assert text_of_pdf(to_pdf(made, fonts=fonts.FACES)).count(name[:1]) >= 2 * name.count(name[:1])


def test_an_emoji_is_refused_by_name() -> None:
    made = fill(shipped(KIND), {**facts(KIND), "text": ["已完成😀"]})
    with pytest.raises(CharactersMissing) as told:
        to_pdf(made, fonts=fonts.FACES)
    assert "😀(U+1F600)" in told.value.sentence("zh")


@pytest.mark.parametrize("image", [b"not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture()[:200]])
def test_a_picture_that_is_none_is_refused_by_its_caption(image: bytes) -> None:
    kind = KINDS["site_record"]
    with pytest.raises(PictureRefused, match="北侧"):
        fill(shipped(kind), {**facts(kind), "pictures": [{"caption": "北侧", "image": image}]})


# --- templates


@pytest.mark.parametrize(
    "tag",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ paper.title.__class__ }}",
        "{{ paper['__class__'] }}",
        "{{ facts._facts }}",
        "{{ paper.title.upper() }}",
        "{{ 7*7 }}",
        "{{ 'x' * 1000000000 }}",
        "{{ paper.title ~ paper.title }}",
        "{{ paper.title|upper }}",
        "{{ range(10) }}",
        "{{ lipsum() }}",
        "{{ cycler }}",
        "{{ self }}",
        "{{ parcels }}",
        "{{ items }}",
        "{% set x = 1 %}",
        "{% macro m() %}{% endmacro %}",
        "{% include 'x' %}",
        "{% import 'x' as x %}",
        "{% extends 'x' %}",
        "{% block b %}{% endblock %}",
        "{% call paper() %}{% endcall %}",
        "{% filter upper %}{% endfilter %}",
        "{% for a in parcels %}{% for b in parcels %}{{ b.note }}{% endfor %}{% endfor %}",
        "{% for a in parcels recursive %}{% endfor %}",
        "{% for a in parcels if a.note %}{% endfor %}",
        "{% for a, b in items %}{% endfor %}",
        "{% for a in paper.title %}{% endfor %}",
        "{{r paper.title }}",
        "{{p paper.title }}",
        "{{ paper.title",
        "{% if paper.title %}",
        "{% endfor %}",
        "{{ }}",
        "{% nonsense %}",
    ],
)
def test_a_template_that_does_more_than_show_fields_is_refused(tag: str) -> None:
    with pytest.raises((TemplateRefused, UnknownField)) as told:
        check(KIND, saved(a_template("前文", tag)))
    assert told.value.sentence("zh").endswith("。")


@pytest.mark.parametrize(
    ("tag", "field"),
    [
        ("{{ paper.titel }}", "paper.titel"),
        ("{{ parcel.parcel_no }}", "parcel"),
        ("{% for p in parcels %}{{ p.owner }}{% endfor %}", "parcels.owner"),
        ("{% for p in pictures %}{{ p.caption }}{% endfor %}", "pictures"),  # not a group of this kind
        ("{{ facts.cost.amount }}", "facts.amount"),
    ],
)
def test_an_unknown_field_is_named(tag: str, field: str) -> None:
    with pytest.raises(UnknownField) as told:
        check(KIND, saved(a_template(tag)))
    assert (told.value.facts["field"], "征求意见函" in told.value.sentence("zh")) == (field, True)


def test_fields_in_headers_are_looked_at_too() -> None:
    document = a_template("正文")
    document.sections[0].header.paragraphs[0].text = "{{ ''.__class__ }}"
    with pytest.raises(TemplateRefused):
        check(KIND, saved(document))
    document.sections[0].header.paragraphs[0].text = "{{ proceeding.no }}"
    assert "示例-2026-0012" in text_of_pdf(check(KIND, saved(document)).pdf)


def test_the_properties_of_a_template_are_no_place_for_fields() -> None:
    document = a_template("{{ paper.title }}")
    document.core_properties.comments = "{{ ''.__class__ }}"
    document.core_properties.title = "{{ 7*7 }}"
    made = check(KIND, saved(document))
    assert b"__class__" not in package.parts(made.docx)["docProps/core.xml"]
    assert "征求意见函" in package.parts(made.docx)["docProps/core.xml"].decode()


def test_a_tag_split_by_word_into_runs_is_understood() -> None:
    document = a_template()
    paragraph = document.add_paragraph("{")
    for piece in ("{ pro", "ceeding", ".no }", "}"):
        paragraph.add_run(piece)
    assert text_of_docx(check(KIND, saved(document)).docx) == "示例-2026-0012"


def _with(name: str, content: bytes) -> Callable[[bytes], bytes]:
    def add(template: bytes) -> bytes:
        out = io.BytesIO(template)
        with zipfile.ZipFile(out, "a") as packed:
            packed.writestr(name, content)
        return out.getvalue()

    return add


ATTACHED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"


def _external(template: bytes) -> bytes:
    document = a_template("正文")
    document.part.relate_to("http://host.example/x.dotm", ATTACHED, is_external=True)
    return saved(document)


def _instead(name: str, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def make(template: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for part, content in package.parts(template).items():
                packed.writestr(part, change(content) if part == name else content)
        return out.getvalue()

    return make


ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def _lying_size(template: bytes) -> bytes:
    """The central directory says a part is small; its bytes say else."""
    made = bytearray(_with("word/media/big.xml", b" " * (50 << 20))(template))
    at = made.rfind(b"PK\x01\x02")
    struct.pack_into("<I", made, at + 24, 10)
    return bytes(made)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda _: b"", "not_docx"),
        (lambda _: b"%PDF-1.7", "not_docx"),
        (lambda template: template[:2_000], "not_docx"),
        (lambda _: b"0" * (package.MAX_BYTES + 1), "too_large"),
        (_with("word/vbaProject.bin", b"x"), "active"),
        (_with("word/embeddings/oleObject1.bin", b"x"), "active"),
        (_with("word/activeX/activeX1.xml", b"<x/>"), "active"),
        (_with("word/media/image9.png", b"no picture"), "picture"),
        (_with("word/media/image9.svg", b"<svg/>"), "picture"),
        (_with("word/bomb.xml", b" " * (50 << 20)), "too_large"),
        (_lying_size, "too_large"),
        (_external, "external"),
        (_instead("word/document.xml", lambda xml: xml.replace(b"?>", b"?>" + ENTITY, 1)), "broken_xml"),
        (_instead("word/styles.xml", lambda xml: xml[:500]), "broken_xml"),
        (
            _instead("[Content_Types].xml", lambda xml: xml.replace(b"document.main+xml", b"template.main+xml")),
            "not_docx",
        ),
    ],
)
def test_a_file_that_is_no_plain_document_is_refused(spoil: Callable[[bytes], bytes], fault: str) -> None:
    with pytest.raises(TemplateRefused) as told:
        check(KIND, spoil(shipped(KIND)))
    assert told.value.facts["fault"] == fault


def test_many_small_parts_are_refused_before_they_are_read() -> None:
    out = io.BytesIO(shipped(KIND))
    with zipfile.ZipFile(out, "a") as packed:
        for n in range(package.MAX_PARTS):
            packed.writestr(f"word/x{n}.xml", "<x/>")
    with pytest.raises(TemplateRefused) as told:
        package.check(out.getvalue())
    assert told.value.facts["fault"] == "too_large"


def test_a_flood_of_tags_is_refused_before_it_is_parsed() -> None:
    flood = saved(a_template(*["{{ paper.title }}" * 50] * 100))
    with pytest.raises(TemplateRefused) as told:
        examine(flood, kind="函", allowed=groups())
    assert told.value.facts["fault"] == "too_large"


def test_deep_nesting_is_refused() -> None:
    with pytest.raises((TemplateRefused, UnknownField)):
        check(KIND, saved(a_template("{% if " + "(" * 400 + "paper.title" + ")" * 400 + " %}x{% endif %}")))


def test_a_list_with_no_columns_to_speak_of_is_refused_or_printed() -> None:
    kind = KINDS["problem_list"]
    for columns, rows in (([], [[]]), (["甲"], [["一", "二", "三"]]), (["甲", "乙"], [["一"]])):
        made = fill(shipped(kind), {**facts(kind), "columns": columns, "items": rows})
        assert to_pdf(made, fonts=fonts.FACES).startswith(b"%PDF")


def _shape(change: Callable[[Any], None]) -> bytes:
    document = a_template("前", table=[["甲", "乙"], ["丙", "丁"]])
    change(document)
    return saved(document)


def _set(path: str, name: str, value: str) -> Callable[[Any], None]:
    """Give an attribute to the first element of this name, made in the first cell where there is none."""

    def change(document: Any) -> None:
        element = next(document.element.body.iter(qn(path)), None)
        if element is None:
            element = OxmlElement(path)
            next(document.element.body.iter(qn("w:tcPr"))).append(element)
        element.set(qn(name), value)

    return change


@pytest.mark.parametrize(
    "change",
    [
        _set("w:gridSpan", "w:val", "1000000000"),
        _set("w:gridSpan", "w:val", "-5"),
        _set("w:gridSpan", "w:val", "many"),
        _set("w:gridCol", "w:w", "-100000000"),
        _set("w:pgSz", "w:w", "10"),
        _set("w:pgMar", "w:left", "1000000"),
        lambda document: document.element.body.remove(document.element.body.sectPr),
        lambda document: document.tables[0]._tbl.remove(document.tables[0]._tbl.tblGrid),
        lambda document: [row._tr.getparent().remove(row._tr) for row in document.tables[0].rows],
        lambda document: document.part.rels.clear(),
    ],
)
def test_a_document_whose_parts_make_no_page_is_refused_or_printed(change: Callable[[Any], None]) -> None:
    sentence = refused(lambda: check(KIND, _shape(change)))
    assert sentence is None or "模板" in sentence


def test_hidden_text_and_tracked_changes_are_refused() -> None:
    document = a_template("正文")
    document.paragraphs[0].runs[0].font.hidden = True
    with pytest.raises(TemplateRefused) as told:
        check(KIND, saved(document))
    assert "隐藏文字" in told.value.sentence("zh")
    document = a_template("正文")
    paragraph = document.paragraphs[0]._p
    inserted = OxmlElement("w:ins")
    inserted.append(paragraph.find(qn("w:r")))
    paragraph.append(inserted)
    with pytest.raises(TemplateRefused) as told:
        check(KIND, saved(document))
    assert "修订" in told.value.sentence("zh")


@given(st.binary(max_size=400), st.integers(0, 40_000))
@settings(max_examples=150, deadline=None)
def test_a_damaged_template_is_refused_and_nothing_else(noise: bytes, at: int) -> None:
    template = shipped(KIND)
    spoilt = template[:at] + noise + template[at + len(noise) :]
    sentence = refused(lambda: check(KIND, spoilt))
    assert sentence is None or sentence.endswith("。")
