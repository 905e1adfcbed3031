"""Every kind of paper: it fills, it prints, and both say the same."""

import io
import re

import docx
import pytest
from docx.oxml.ns import qn

from gis_service.papers import fonts
from gis_service.papers.catalogue import KINDS, PROCEDURES, shipped
from gis_service.papers.examples import facts
from gis_service.papers.facts import groups
from gis_service.papers.fill import examine, fill
from gis_service.papers.operations import check
from gis_service.papers.printing import to_pdf
from gis_service.papers.templates import make
from tests.papers.reading import pages, squeezed, text_of_docx, text_of_pdf

MADE = [code for code, kind in KINDS.items() if kind.template]


def test_the_catalogue_has_every_paper_of_the_procedures() -> None:
    counted = {procedure: sum(kind.procedure == procedure for kind in KINDS.values()) for procedure in PROCEDURES}
    assert counted == {
        "handover": 11, "dumping_case": 28, "damage_claim": 17, "rectification": 7, "meeting": 3, "disposal": 9, "survey": 2,
    }  # fmt: skip
    uploaded = {code for code, kind in KINDS.items() if not kind.template}
    assert uploaded == {
        "consult_reply", "survey_conclusion", "fix_report", "investigation_report", "appraisal_report", "expert_opinion",
        "court_ruling", "complaint", "restoration_plan", "payment_voucher", "evaluation_report", "survey_report", "survey_review",
        "disposal_scheme", "filed_scheme", "disposal_permit", "base_report", "quantity_survey", "change_approval", "hazard_report",
        "audit_report", "close_out_form",
    }  # fmt: skip


def test_series_within_a_procedure_tell_kinds_apart() -> None:
    series = [kind.series for kind in KINDS.values() if kind.series]
    assert len(series) == len(set(series))


def test_each_made_kind_has_texts_and_no_texts_are_left_over() -> None:
    assert set(make.texts()) == set(MADE)


@pytest.mark.parametrize("code", MADE)
def test_the_shipped_template_is_what_the_script_makes(code: str) -> None:
    assert make.template(code, make.texts()[code]) == shipped(KINDS[code])


def without_headers(content: bytes, text: str) -> str:
    """A text without the header rows of the paper's tables, which a PDF repeats on each page."""
    for row in docx.Document(io.BytesIO(content)).element.body.iter(qn("w:tr")):
        if row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None:
            text = text.replace(squeezed("".join(each.text or "" for each in row.iter(qn("w:t")))), "")
    return text


@pytest.mark.parametrize("code", MADE)
def test_a_kind_fills_and_prints_with_the_same_text_in_both(code: str) -> None:
    made = check(KINDS[code], shipped(KINDS[code]))
    assert without_headers(made.docx, text_of_docx(made.docx)) == without_headers(made.docx, text_of_pdf(made.pdf))
    assert "示例" in text_of_docx(made.docx)
    assert "{{" not in text_of_docx(made.docx)
    assert made.pdf.startswith(b"%PDF-1.7")
    assert b"pdfaid:part>2<" in made.pdf


@pytest.mark.parametrize("code", MADE)
def test_a_paper_says_its_number_its_moment_and_where_its_record_is(code: str) -> None:
    kind = KINDS[code]
    text = text_of_docx(fill(shipped(kind), facts(kind)))
    assert "2026年11月27日18:00" in text
    assert "示例-2026-0012" in text
    assert (f"示例{kind.series}〔2026〕12号" in text) is bool(kind.series)


LAW = re.compile(r"第[一二三四五六七八九十百零〇\d]+条|《[^》]*(法|条例|规定|办法|解释|法典)》|(?<!你)依照|\d{2,}条")


@pytest.mark.parametrize("code", MADE)
def test_no_template_names_a_law_or_a_clause(code: str) -> None:
    assert LAW.findall(text_of_docx(shipped(KINDS[code]))) == []


@pytest.mark.parametrize("code", MADE)
def test_a_paper_without_facts_has_lines_to_write_on(code: str) -> None:
    kind = KINDS[code]
    filled = fill(shipped(kind), {"paper": {"kind": kind.zh, "title": kind.zh}})
    assert "______" in text_of_docx(filled)
    assert text_of_docx(filled) == text_of_pdf(to_pdf(filled, fonts=fonts.FACES))


@pytest.mark.parametrize("code", ["penalty_decision", "site_inspection", "handover_confirmation", "problem_list"])
def test_the_same_facts_make_the_same_bytes(code: str) -> None:
    first, second = (check(KINDS[code], shipped(KINDS[code])) for _ in range(2))
    assert (first.docx, first.pdf) == (second.docx, second.pdf)


def test_forty_rows_go_over_pages_with_their_header_on_each() -> None:
    kind = KINDS["problem_list"]
    said = {
        **facts(kind),
        "items": [[n, "围挡破损,需修复并补设警示牌", "3处", "示例单位", "待办"] for n in range(1, 41)],
    }
    printed = pages(to_pdf(fill(shipped(kind), said), fonts=fonts.FACES))
    with_rows = [page for page in printed if "围挡破损" in page]
    assert len(with_rows) >= 2
    assert all("责任单位" in page for page in with_rows)
    assert sum(page.count("围挡破损") for page in printed) == 40


def test_a_hundred_parcels_keep_their_header_and_lose_no_row() -> None:
    kind = KINDS["handover_confirmation"]
    said = {**facts(kind), "parcels": [{"parcel_no": f"BW-{n:04}", "area_m2": n} for n in range(1, 101)]}
    printed = pages(to_pdf(fill(shipped(kind), said), fonts=fonts.FACES))
    assert re.findall(r"BW-(\d{4})", "".join(printed)) == [f"{n:04}" for n in range(1, 101)]
    assert all("地块编号" in page for page in printed if "BW-" in page)


@pytest.mark.parametrize(
    "code", ["compensation_agreement", "handover_confirmation", "penalty_decision", "consult_letter"]
)
def test_no_page_has_signatures_and_no_text_of_the_paper(code: str) -> None:
    """Whatever the length of what comes before: GB/T 9704 wants text on the page that is sealed."""
    kind = KINDS[code]
    for lines in range(0, 26, 5):
        said = {**facts(kind), "text": ["测" * 27 * lines]}
        last = squeezed(pages(to_pdf(fill(shipped(kind), said), fonts=fonts.FACES))[-1])
        assert re.search(r"示例不引用法律|专此函达|救济|写明复议机关", last), (lines, last)


def test_each_template_asks_only_for_what_its_kind_has() -> None:
    for code in MADE:
        examine(shipped(KINDS[code]), kind=code, allowed=KINDS[code].groups)
    assert all(kind.groups <= set(groups()) for kind in KINDS.values())
