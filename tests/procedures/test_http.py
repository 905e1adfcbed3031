"""The doors of a procedure: what a page is told, steps with If-Match, papers, originals, signatures, my work."""

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from fastapi import FastAPI
from httpx2 import Response

from gis_service.access.rules import Role
from gis_service.evidence import routes as evidence
from gis_service.evidence.verifier import verify
from gis_service.procedures.doors import router_for
from gis_service.procedures.routes import router_over
from tests.conftest import CloneServices, Person
from tests.procedures.conftest import ERRANDS

SignIn = Callable[..., Person]


@pytest.fixture
def app(services: CloneServices) -> FastAPI:
    """The application with one procedure more: the errand."""
    from gis_service.main import create_app

    made = create_app(services.settings, services)
    made.router.routes[:] = [
        r
        for r in made.router.routes
        if "/me/work" not in getattr(r, "path", "") and "/late" not in getattr(r, "path", "")
    ]
    made.include_router(router_for(ERRANDS), prefix="/try")
    made.include_router(evidence.router_for(ERRANDS), prefix="/try")
    made.include_router(router_over((ERRANDS,)), prefix="/try")
    return made


ROOT = "/try/api/v1/cases"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def an_errand(person: Person, **more: Any) -> dict[str, Any]:
    answer = person.post(ROOT, json={"title": "清理示例堆土", "facts": {"what": "清理"}, **more})
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "etag": answer.headers["etag"]}


def take(person: Person, errand: dict[str, Any], action: str, **told: Any) -> Response:
    return person.post(
        f"{ROOT}/{errand['id']}/steps", json={"action": action, **told}, headers={"If-Match": errand["etag"]}
    )


def test_a_page_offers_what_may_be_done_and_says_why_not(sign_in: SignIn) -> None:
    officer, land = sign_in(Role.CASE_OFFICER), sign_in(Role.LAND_OFFICER)
    errand = an_errand(officer)
    (offer,) = errand["offers"]
    assert (offer["action"], offer["allowed"], offer["to"]) == ("take", True, "doing")
    seen = land.get(f"{ROOT}/{errand['id']}").json()["offers"][0]
    assert (seen["allowed"], seen["is_mine"], seen["why_not_zh"]) == (False, False, "由其他角色办理")
    assert errand["steps"][0]["action_zh"] == "登记"
    assert [clock["code"] for clock in errand["clocks"]] == ["all"]


def test_a_step_wants_the_version_that_was_seen(sign_in: SignIn) -> None:
    officer = sign_in(Role.CASE_OFFICER)
    errand = an_errand(officer)
    assert officer.post(f"{ROOT}/{errand['id']}/steps", json={"action": "take"}).status_code == 428
    first = take(officer, errand, "take")
    assert (first.status_code, first.json()["state"]["code"]) == (201, "doing")
    second = take(officer, errand, "take")
    assert (second.status_code, second.json()["code"]) == (412, "procedure.step_taken")
    assert "办理“接办”" in second.json()["title"]


def test_originals_and_signatures_lie_in_the_file(sign_in: SignIn) -> None:
    officer = sign_in(Role.CASE_OFFICER)
    errand = an_errand(officer)
    where = f"{ROOT}/{errand['id']}"
    added = officer.post(f"{where}/files", files={"file": ("东侧.png", PNG)}, data={"label": "东侧"})
    assert added.status_code == 201, added.text
    assert officer.get(f"{where}/files/{added.json()['id']}/content").content == PNG
    signed = officer.post(
        f"{where}/signatures", json={"side": "giving", "person": "张三", "drawn_png": base64.b64encode(PNG).decode()}
    )
    assert signed.json()["signatures"][0]["holds"] is True
    moved = take(officer, errand, "take").json()
    assert moved["signatures"][0]["holds"] is False
    bad = officer.post(f"{where}/signatures", json={"side": "giving", "person": "张三", "drawn_png": "PHN2Zz4="})
    assert bad.status_code == 400


def test_a_paper_is_made_withdrawn_and_never_changed(sign_in: SignIn) -> None:
    officer = sign_in(Role.CASE_OFFICER)
    errand = an_errand(officer)
    answer = officer.post(f"{ROOT}/{errand['id']}/papers", json={"kind": "filing_approval", "text": ["第一段"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "procedure.paper_unknown")


def test_the_diagram_says_where_it_stands(sign_in: SignIn) -> None:
    officer = sign_in(Role.CASE_OFFICER)
    errand = an_errand(officer)
    take(officer, errand, "take")
    drawn = officer.get(f"{ROOT}/{errand['id']}/diagram.svg").text
    assert 'data-state="doing" aria-current="step"' in drawn
    assert drawn.count("aria-current") == 1


def test_my_work_holds_what_waits_for_me_and_what_i_wait_for(sign_in: SignIn) -> None:
    officer, leader = sign_in(Role.CASE_OFFICER), sign_in(Role.LEADER)
    errand = an_errand(officer)
    assert [each["id"] for each in officer.get("/try/api/v1/me/work").json()["waiting"]] == [errand["id"]]
    assert leader.get("/try/api/v1/me/work").json()["waiting"] == []
    errand["etag"] = take(officer, errand, "take").headers["etag"]
    take(officer, errand, "finish", facts={"volume_m3": 3})
    mine = officer.get("/try/api/v1/me/work").json()
    # the officer may return it, but must not strike off their own work: so it waits for both
    assert [each["state"]["code"] for each in leader.get("/try/api/v1/me/work").json()["waiting"]] == ["done"]
    assert [each["id"] for each in mine["waiting"]] == [errand["id"]]


def test_the_next_one_is_told(sign_in: SignIn) -> None:
    officer, other = sign_in(Role.CASE_OFFICER), sign_in(Role.CASE_OFFICER)
    an_errand(officer)
    told = other.get("/api/v1/me/notifications").json()["items"]
    assert [each["kind"] for each in told] == ["case"]
    assert officer.get("/api/v1/me/notifications").json()["items"] == []


def test_workdays_are_imported_whole_years_at_a_time(sign_in: SignIn) -> None:
    admin = sign_in(Role.SYSTEM_ADMIN)
    days = [
        {"day": "2027-01-01", "is_working": False, "name": "元旦"},
        {"day": "2027-01-03", "is_working": True, "name": "调休"},
    ]
    answer = admin.post("/api/v1/workdays", json={"source": "示例通知", "days": days})
    assert answer.json() == {"years": [2027], "days": 2}
    assert [d["name"] for d in admin.get("/api/v1/workdays?year=2027").json()["items"]] == ["元旦", "调休"]
    wrong = admin.post(
        "/api/v1/workdays", json={"source": "示例通知", "days": [{"day": "2027-01-04", "is_working": True}]}
    )
    assert (wrong.status_code, wrong.json()["code"]) == (422, "calendar.refused")


def test_everything_of_a_page_is_plain_json(sign_in: SignIn) -> None:
    errand = an_errand(sign_in(Role.CASE_OFFICER))
    json.dumps(errand)


def test_a_sealed_pack_holds_the_whole_file_and_verifies(sign_in: SignIn, tmp_path: Path) -> None:
    officer = sign_in(Role.CASE_OFFICER)
    errand = an_errand(officer, place=[113.53, 22.40], place_text="路口")
    officer.post(f"{ROOT}/{errand['id']}/files", files={"file": ("东:侧?.png", PNG)}, data={"label": "东侧"})
    take(officer, errand, "take")
    answer = officer.get(f"{ROOT}/{errand['id']}/evidence.zip")
    assert answer.status_code == 200, answer.text
    pack = tmp_path / "pack.zip"
    pack.write_bytes(answer.content)
    assert verify(pack, answer.headers["x-pack-sha256"]) == []
    with ZipFile(pack) as archive:
        names = set(archive.namelist())
        assert {
            "原件/001-东_侧_.png",
            "地图/流程图.svg",
            "地图/位置图.svg",
            "表格/事项.json",
            "步骤.json",
            "核验.py",
        } <= names
        assert archive.read("原件/001-东_侧_.png") == PNG
    (kept,) = officer.get(f"{ROOT}/{errand['id']}/evidence").json()["items"]
    assert kept["pack_sha256"] == hashlib.sha256(answer.content).hexdigest()
