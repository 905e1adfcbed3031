"""Templates a clerk changed: tried before they are taken, kept in versions, the newest that fits is used."""

import io
from collections.abc import Callable
from typing import Any

import docx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.papers import operations
from gis_service.papers.catalogue import KINDS, shipped
from tests.conftest import CloneServices, Person
from tests.papers.reading import a_template, saved, text_of_docx, text_of_pdf

SignIn = Callable[..., Person]
HERE = "/api/v1/paper-kinds/consult_letter"


@pytest.fixture
def officer(sign_in: SignIn) -> Person:
    return sign_in(Role.LAND_OFFICER)


def send(person: Person, content: bytes, note: str = "改了抬头", at: str = HERE) -> Any:
    return person.post(f"{at}/template", files={"file": ("函.docx", content)}, data={"note": note})


def edited(words: str) -> bytes:
    """The shipped template as a clerk would save it after adding a line."""
    document = docx.Document(io.BytesIO(shipped(KINDS["consult_letter"])))
    document.paragraphs[0].insert_paragraph_before(words)
    return saved(document)


def test_the_kinds_are_listed_with_their_procedures(officer: Person) -> None:
    items = officer.get("/api/v1/paper-kinds").json()["items"]
    assert [item["code"] for item in items] == list(KINDS)
    letter = next(item for item in items if item["code"] == "consult_letter")
    assert (letter["zh"], letter["procedure_zh"], letter["series"]) == ("征求意见函", "国有空闲地移交管理", "移函")
    assert (letter["has_template"], letter["version"], letter["changed_by"]) == (True, 0, None)


def test_an_edit_in_word_shows_in_docx_and_pdf(officer: Person) -> None:
    mine = edited("内部资料")
    made = send(officer, mine)
    assert made.status_code == 201, made.text
    assert (made.json()["version"], made.json()["note"], made.json()["usable"]) == (1, "改了抬头", True)
    assert text_of_docx(officer.get(f"{HERE}/example?format=docx").content).startswith("内部资料")
    assert text_of_pdf(officer.get(f"{HERE}/example?format=pdf").content).startswith("内部资料")
    assert officer.get(f"{HERE}/template").content == mine


def test_files_are_saved_under_their_chinese_names(officer: Person) -> None:
    answer = officer.get(f"{HERE}/example?format=pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "%E5%BE%81%E6%B1%82%E6%84%8F%E8%A7%81%E5%87%BD" in answer.headers["content-disposition"]


def test_every_version_is_kept_and_going_back_is_a_new_one(officer: Person) -> None:
    send(officer, edited("甲版"), "第一次")
    send(officer, edited("乙版"), "第二次")
    back = officer.post(f"{HERE}/template/back", json={"version": 1, "note": "乙版有误"})
    assert (back.status_code, back.json()["version"]) == (201, 3)
    assert text_of_docx(officer.get(f"{HERE}/template").content).startswith("甲版")
    listed = officer.get(f"{HERE}/template/versions").json()["items"]
    assert [(item["version"], item["note"]) for item in listed] == [(3, "乙版有误"), (2, "第二次"), (1, "第一次")]
    assert text_of_docx(officer.get(f"{HERE}/template?version=2").content).startswith("乙版")
    shipped_again = officer.post(f"{HERE}/template/back", json={"version": 0, "note": "用回原版"})
    assert shipped_again.status_code == 201
    assert officer.get(f"{HERE}/template").content == shipped(KINDS["consult_letter"])
    kinds = {item["code"]: item for item in officer.get("/api/v1/paper-kinds").json()["items"]}
    assert (kinds["consult_letter"]["version"], kinds["recall_notice"]["version"]) == (4, 0)


def test_a_template_that_will_not_do_is_refused_with_place_and_remedy(officer: Person) -> None:
    refused = send(officer, saved(a_template("关于移交", "{{ paper.titel }}")))
    assert (refused.status_code, refused.json()["code"]) == (400, "paper.unknown_field")
    assert "写在“{{ paper.titel }}”处" in refused.json()["title_zh"]
    refused = send(officer, saved(a_template("关于移交 {{ 7*7 }}")))
    assert (refused.status_code, refused.json()["code"]) == (400, "paper.template")
    assert "关于移交" in refused.json()["title_zh"]
    assert "模板只能使用字段" in refused.json()["title_zh"]
    assert officer.get(f"{HERE}/template/versions").json()["items"] == []


def test_a_template_that_works_only_with_all_facts_is_tried_without_any(officer: Person) -> None:
    table = a_template("{{ paper.title }}", table=[["{{ paper.as_of }}"]])
    assert send(officer, saved(table)).status_code == 201


@pytest.mark.parametrize("note", ["", "   "])
def test_an_upload_says_what_was_changed(officer: Person, note: str) -> None:
    assert send(officer, edited("甲"), note).status_code == 400
    assert officer.get(f"{HERE}/template/versions").json()["items"] == []


def test_a_flood_is_refused_before_it_is_read(app: FastAPI, officer: Person) -> None:
    refused = send(officer, b"0" * (6 << 20))
    assert (refused.status_code, refused.json()["fault"]) == (400, "too_large")
    refused = officer.post(
        f"{HERE}/template", content=iter([b"0"]), headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert (refused.status_code, refused.json()["parameter"]) == (400, "Content-Length")
    stranger = TestClient(app, headers={"Sec-Fetch-Site": "same-origin"})
    assert send(stranger, b"0" * (6 << 20)).status_code == 401


def test_a_paper_of_others_has_no_template(officer: Person) -> None:
    at = "/api/v1/paper-kinds/court_ruling"
    for answer in (officer.get(f"{at}/template"), officer.get(f"{at}/example"), send(officer, edited("甲"), at=at)):
        assert (answer.status_code, answer.json()["code"]) == (409, "paper.only_uploaded")
    assert officer.get("/api/v1/paper-kinds/no_such/template").status_code == 404
    assert officer.get(f"{HERE}/template?version=9").json()["code"] == "paper.no_such_version"


def test_an_inspector_reads_and_does_not_change(sign_in: SignIn) -> None:
    inspector = sign_in(Role.INSPECTOR)
    assert inspector.get(f"{HERE}/example").status_code == 200
    assert send(inspector, edited("甲")).status_code == 403


def test_an_officer_of_one_area_sees_the_templates_of_the_district(app: FastAPI, sign_in: SignIn) -> None:
    from tests.factories import an_area

    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area = an_area(session).id
    send(sign_in(Role.CASE_OFFICER), edited("甲版"))
    local = sign_in(Role.LAND_OFFICER, area_id=area)
    assert text_of_docx(local.get(f"{HERE}/template").content).startswith("甲版")


def test_a_change_leaves_a_trace(app: FastAPI, officer: Person) -> None:
    send(officer, edited("甲版"), "改了抬头")
    with app.state.sessions.begin() as session:
        (detail,) = session.scalars(text("select detail from audit_entry where action = 'paper_template.change'"))
    assert (detail["version"], detail["note"], detail["act"]) == (1, "改了抬头", "upload")


def test_a_version_that_no_longer_fits_is_passed_over(services: CloneServices, app: FastAPI, officer: Person) -> None:
    send(officer, edited("甲版"))
    stale = saved(a_template("{{ paper.gone }}"))  # as an earlier release might have taken it
    sha256, size = services.store.put(io.BytesIO(stale), limit_bytes=1 << 20)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(text("insert into stored_file values (:s, 'x', :n)"), {"s": sha256, "n": size})
        session.execute(
            text("insert into paper_template (kind, version, sha256, note) values ('consult_letter', 2, :s, '旧')"),
            {"s": sha256},
        )
    assert text_of_docx(officer.get(f"{HERE}/template").content).startswith("甲版")
    assert [item["usable"] for item in officer.get(f"{HERE}/template/versions").json()["items"]] == [False, True]


@pytest.mark.parametrize("change", ["update paper_template set note = 'x'", "delete from paper_template"])
def test_the_database_keeps_versions_as_they_were_uploaded(session: Session, change: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text(change))


def test_make_gives_both_forms_with_the_number(services: CloneServices) -> None:
    facts = {"units": {"issuer": "示例单位", "addressee": "示例收文"}, "proceeding": {"no": "HO-1"}}
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        made = operations.make(session, services.store, "recall_notice", facts, doc_no="珠高新收通〔2026〕1号")
    for said in (text_of_docx(made.docx), text_of_pdf(made.pdf)):
        assert "珠高新收通〔2026〕1号" in said
        assert "示例收文" in said
        assert said.startswith("示例单位收回通知")
