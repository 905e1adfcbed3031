"""What becomes of a heap: left with a reason, offered again, or sent to be looked at, which makes one clue and no second."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.parcels.models import Parcel
from tests.conftest import Person
from tests.factories import an_area
from tests.surveys.heaps.conftest import FAR, ROOT, SignIn

HEAPS = "/api/v1/heaps"


@pytest.fixture
def heaps(officer: Person, compared: dict[str, Any]) -> list[dict[str, Any]]:
    return officer.get(f"{ROOT}/{compared['id']}/heaps").json()["features"]


def clues(app: FastAPI) -> int:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return session.scalar(text("select count(*) from clue"))


def test_a_heap_is_left_with_name_and_reason_and_may_be_offered_again(
    officer: Person, compared: dict[str, Any], heaps: list[dict[str, Any]]
) -> None:
    one = f"{HEAPS}/{heaps[1]['id']}"
    assert officer.post(f"{one}/leave", json={"reason": " "}).status_code == 400
    said = officer.post(f"{one}/leave", json={"reason": "在建工地堆土,有手续"}).json()["properties"]
    assert (said["state"], said["decided_reason"]) == ("left", "在建工地堆土,有手续")
    assert said["decided_by_name"]
    assert said["decided_at"]
    twice = officer.post(f"{one}/leave", json={"reason": "再次"})
    assert (twice.status_code, twice.json()["code"]) == (409, "heap.decided")
    assert officer.get(f"{ROOT}/{compared['id']}").json()["heaps"] == {"offered": 1, "left": 1}
    assert officer.post(f"{one}/follow", json={"reason": "去看"}).status_code == 409, (
        "offered again first, with a reason"
    )
    assert officer.post(f"{one}/offer", json={"reason": "手续已过期"}).json()["properties"]["state"] == "offered"


def test_a_heap_sent_to_be_looked_at_is_one_clue_that_leads_back_to_it(
    app: FastAPI,
    officer: Person,
    sign_in: SignIn,
    parcel: Parcel,
    compared: dict[str, Any],
    heaps: list[dict[str, Any]],
) -> None:
    duty = sign_in(Role.CASE_OFFICER, area_id=parcel.area_id)
    one = f"{HEAPS}/{heaps[0]['id']}/follow"
    asked = {"reason": "核实来源和种类", "waste_kind": "excavated_soil"}
    first, second = officer.post(one, json=asked), officer.post(one, json=asked)
    assert (first.status_code, second.status_code, clues(app)) == (201, 200, 1)
    assert first.json()["clue_id"] == second.json()["clue_id"]
    said = first.json()["heap"]["properties"]
    assert (said["state"], said["followed_by_noun"], said["followed_by_no"]) == (
        "taken",
        "clue",
        first.json()["tracking_no"],
    )
    clue = duty.get(f"/api/v1/clues/{first.json()['clue_id']}").json()
    volume = heaps[0]["properties"]["best_m3"]
    assert (clue["source"], clue["waste_kind"], float(clue["quantity_m3"])) == ("drone", "excavated_soil", volume)
    assert "核实来源和种类" in clue["what"]
    assert parcel.parcel_no in clue["place_text"]
    (back,) = clue["heaps"]
    assert (back["id"], back["properties"]["best_m3"]) == (heaps[0]["id"], volume)
    assert (back["properties"]["before_on"], back["properties"]["comparison_id"]) == ("2026-03-01", compared["id"])
    told = duty.get("/api/v1/me/notifications").json()["items"]
    assert any(first.json()["tracking_no"] in str(each) for each in told), "whoever is on duty learns of it"
    assert officer.post(f"{HEAPS}/{heaps[0]['id']}/leave", json={"reason": "算了"}).status_code == 409


def test_pressed_by_many_at_once_there_is_one_clue(app: FastAPI, sign_in: SignIn, heaps: list[dict[str, Any]]) -> None:
    people = [sign_in(Role.WASTE_OFFICER) for _ in range(4)]
    one = f"{HEAPS}/{heaps[0]['id']}/follow"
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda person: person.post(one, json={"reason": "去看"}), people))
    assert sorted(each.status_code for each in answers) == [200, 200, 200, 201]
    assert len({each.json()["clue_id"] for each in answers}) == 1
    assert clues(app) == 1


def test_who_may_decide(app: FastAPI, sign_in: SignIn, parcel: Parcel, heaps: list[dict[str, Any]]) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        other = an_area(session, geom=FAR).id
    for role in (Role.INSPECTOR, Role.CASE_OFFICER, Role.LEADER, Role.LAND_OFFICER):
        person = sign_in(role)
        for act in ("leave", "offer", "follow"):
            assert person.post(f"{HEAPS}/{heaps[0]['id']}/{act}", json={"reason": "去看"}).status_code == 403
    elsewhere = sign_in(Role.WASTE_OFFICER, area_id=other)
    assert elsewhere.post(f"{HEAPS}/{heaps[0]['id']}/follow", json={"reason": "去看"}).status_code == 404
    there = sign_in(Role.WASTE_OFFICER, area_id=parcel.area_id)
    assert there.post(f"{HEAPS}/{heaps[0]['id']}/follow", json={"reason": "去看"}).status_code == 201
    assert clues(app) == 1
