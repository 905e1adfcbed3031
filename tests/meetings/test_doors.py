"""The doors of meetings: an agenda over HTTP, its papers, an action made and told to whoever answers for it."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from tests.conftest import Person
from tests.factories import a_unit

SignIn = Callable[..., Person]
ROOT = "/api/v1/meetings"


def a_meeting(person: Person) -> dict[str, Any]:
    answer = person.post(ROOT, json={"title": "第 1 次联席会议", "facts": {"planned_at": "2099-01-04 09:30"}})
    assert answer.status_code == 201, answer.text
    return answer.json()


def step(person: Person, meeting: dict[str, Any], action: str, kind: str | None = None, **facts: Any) -> dict[str, Any]:
    where = f"{ROOT}/{meeting['id']}"
    if kind:
        assert person.post(f"{where}/papers", json={"kind": kind}).status_code == 201
    headers = {"If-Match": person.get(where).headers["etag"]}
    answer = person.post(f"{where}/steps", json={"action": action, "facts": facts}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_from_an_agenda_to_an_action(app: FastAPI, sign_in: SignIn) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        unit_id = a_unit(session).id
    officer, unit = sign_in(Role.LAND_OFFICER), sign_in(Role.UNIT_USER, unit_id=unit_id)
    meeting = a_meeting(officer)
    where = f"{ROOT}/{meeting['id']}"
    for title in ("研究围蔽经费", "通报整改情况"):
        agenda = officer.post(f"{where}/agenda", json={"title": title}).json()["details"]["agenda"]
    ids = [topic["id"] for topic in agenda]
    ordered = officer.post(f"{where}/agenda/order", json={"ids": ids[::-1]}).json()["details"]["agenda"]
    assert [topic["title"] for topic in ordered] == ["通报整改情况", "研究围蔽经费"]
    assert officer.post(f"{where}/agenda/fill").json()["details"]["agenda_as_of"] is not None
    removed = officer.post(f"{where}/agenda/{ids[0]}/remove", json={"reason": "另行研究"})
    assert len(removed.json()["details"]["agenda"]) == 1
    step(officer, meeting, "issue", "meeting_agenda")
    late = officer.post(f"{where}/agenda", json={"title": "临时议题"})
    assert (late.status_code, late.json()["code"]) == (409, "meeting.agenda_stands")
    step(officer, meeting, "hold", chair="示例主任")
    officer.post(f"{where}/attendance", json={"items": [{"unit_id": unit_id, "came": True}]})
    officer.post(f"{where}/agenda/{ids[1]}/conclusion", json={"conclusion": "限期整改"})
    action = {"topic_id": ids[1], "title": "修复围蔽缺口", "due_on": "2099-02-01", "unit_id": unit_id}
    told = officer.post(f"{where}/actions", json=action)
    assert told.status_code == 201, told.text
    (made,) = told.json()["details"]["agenda"][0]["actions"]
    assert step(officer, meeting, "minute", "meeting_minutes")["state"]["final"] is True
    assert [each["id"] for each in unit.get("/api/v1/action_items").json()["items"]] == [made["id"]]
    assert unit.get("/api/v1/me/notifications").json()["items"][0]["link"].endswith(f"/action_items/{made['id']}")
    assert officer.post("/api/v1/action_items", json={"title": "没有会议"}).status_code == 405


def test_a_meeting_is_no_business_of_units(sign_in: SignIn, app: FastAPI) -> None:
    with app.state.sessions.begin() as session:
        unit_id = a_unit(session).id
    meeting = a_meeting(sign_in(Role.LEADER))
    assert sign_in(Role.UNIT_USER, unit_id=unit_id).get(f"{ROOT}/{meeting['id']}").status_code == 403
    assert sign_in(Role.INSPECTOR).post(f"{ROOT}/{meeting['id']}/agenda/fill").status_code == 403
