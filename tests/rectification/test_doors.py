"""The doors of rectifications: the lists as workbooks and papers, a unit's answer over HTTP."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI
from openpyxl import load_workbook

from gis_service.access.rules import Role
from gis_service.core import clock
from gis_service.core.media import XLSX
from gis_service.rectification import lists
from gis_service.rectification.rules import ITEMS
from tests.conftest import Person
from tests.factories import a_parcel, a_unit

SignIn = Callable[..., Person]
ROOT = "/api/v1/rectifications"


@pytest.fixture
def land(app: FastAPI) -> dict[str, int]:
    with app.state.sessions.begin() as session:
        from gis_service.access.actor import EVERYTHING
        from gis_service.core import db

        db.enter(session, EVERYTHING)
        unit, other = a_unit(session), a_unit(session)
        parcel = a_parcel(session, custodian_unit_id=unit.id)
        return {"unit": unit.id, "other": other.id, "parcel": parcel.id}


def a_problem(person: Person, land: dict[str, int], **more: Any) -> dict[str, Any]:
    facts = {"item_code": "FENCE", "description": "围蔽破损", "source": "patrol", **more}
    answer = person.post(ROOT, json={"title": "围蔽破损", "facts": facts, "parcel_ids": [land["parcel"]]})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_check_items_are_data(sign_in: SignIn, land: dict[str, int]) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    a_problem(officer, land, campaign="专项整治")
    told = officer.get(f"{ROOT}/items").json()
    assert [item["code"] for item in told["items"]] == list(ITEMS)
    assert told["campaigns"] == ["专项整治"]


@pytest.mark.parametrize("kind", sorted(lists.KINDS))
def test_a_list_is_a_workbook_without_formulas(sign_in: SignIn, land: dict[str, int], kind: str) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    made = a_problem(officer, land, description='=HYPERLINK("http://bad")', demand="+1", campaign="=1+1")
    answer = officer.get(f"{ROOT}/lists/{kind}.xlsx", params={"unit_id": land["unit"]})
    assert answer.headers["content-type"] == XLSX
    sheet = load_workbook(BytesIO(answer.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert made["proceeding_no"] in [cell.value for cell in cells]
    assert sheet.freeze_panes == "A4"
    assert (sheet["A1"].value, "共 1 个问题" in sheet["A2"].value) == (lists.KINDS[kind].zh, True)


def test_a_list_is_of_one_unit_area_or_campaign(sign_in: SignIn, land: dict[str, int]) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    a_problem(officer, land, campaign="专项整治")
    for wanted, count in (
        ({}, 1),
        ({"unit_id": land["other"]}, 0),
        ({"campaign": "专项整治"}, 1),
        ({"campaign": "别的"}, 0),
    ):
        content = officer.get(f"{ROOT}/lists/problem_list.xlsx", params=wanted).content
        assert f"共 {count} 个问题" in load_workbook(BytesIO(content)).active["A2"].value


def test_a_list_is_a_paper_too(sign_in: SignIn, land: dict[str, int]) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    a_problem(officer, land)
    assert officer.get(f"{ROOT}/lists/duty_list.pdf").content.startswith(b"%PDF")
    assert officer.get(f"{ROOT}/lists/duty_list.docx").content.startswith(b"PK")
    for unknown in ("duty_list.csv", "other.xlsx", "duty_list"):
        assert officer.get(f"{ROOT}/lists/{unknown}").json()["code"] == "rectification.unknown_list"


def test_a_unit_lists_only_its_own(sign_in: SignIn, land: dict[str, int]) -> None:
    a_problem(sign_in(Role.LAND_OFFICER), land)
    for unit, count in ((land["unit"], 1), (land["other"], 0)):
        person = sign_in(Role.UNIT_USER, unit_id=unit)
        content = person.get(f"{ROOT}/lists/problem_list.xlsx").content
        assert f"共 {count} 个问题" in load_workbook(BytesIO(content)).active["A2"].value
        assert len(person.get(ROOT).json()["items"]) == count


def test_the_notice_says_the_day_that_counts(sign_in: SignIn, land: dict[str, int]) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    made = a_problem(officer, land, demand="修复围蔽")
    paper = officer.post(f"{ROOT}/{made['id']}/papers", json={"kind": "rectification_notice", "text": ["请整改。"]})
    assert paper.status_code == 201, paper.text
    assert paper.json()["doc_no"].startswith("珠高新整改〔")
    wrong = {"action": "issue", "facts": {"correct_by": f"{clock.today().year + 1}-12-31"}}
    headers = {"If-Match": f'"rectification{made["id"]}.1"'}
    answer = officer.post(f"{ROOT}/{made['id']}/steps", json=wrong, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "rectification.not_as_printed")
    right = {"action": "issue", "facts": {"correct_by": made["details"]["proposed_by"]}}
    assert officer.post(f"{ROOT}/{made['id']}/steps", json=right, headers=headers).status_code == 201
