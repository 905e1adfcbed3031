"""An atlas as a job: in the sight of who asked, kept for them alone, stopped when they say so."""

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.parcels.models import Parcel
from gis_service.sheets.atlas import jobs, making, subjects
from tests.conftest import CloneServices, Person
from tests.live import work_off
from tests.sheets.atlas.conftest import ORDER, Read, settle

SignIn = Callable[..., Person]
DOOR = "/api/v1/atlases"


@pytest.fixture
def unit(services: CloneServices) -> int:
    return settle(services)


def ordered(person: TestClient, **wish: Any) -> int:
    answer = person.post(DOOR, json=wish)
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "queued"
    return int(answer.json()["id"])


def test_an_atlas_is_ordered_made_and_fetched(services: CloneServices, sign_in: SignIn, unit: int) -> None:
    officer, other = sign_in(Role.LAND_OFFICER), sign_in(Role.LAND_OFFICER)
    atlas_id = ordered(officer, filters={"area": "南片"}, as_of="2100-01-01")
    assert officer.get(f"{DOOR}/{atlas_id}/file").status_code == 409
    work_off(services)
    told = officer.get(f"{DOOR}/{atlas_id}").json()
    assert (told["state"], told["written"], told["rows"], told["notes"]) == ("done", 3, 3, ["共 6 页。"])
    answer = officer.get(told["file"])
    assert hashlib.sha256(answer.content).hexdigest() == told["sha256"]
    assert unquote(answer.headers["content-disposition"]).endswith("南片片区国有空闲地宗地图册_2100-01-01.pdf")
    assert tuple(Read(answer.content).first_pages()) == ("S-1", "S-2", "S-20")
    with services.sessions() as session:
        acts = session.execute(
            text("select detail->>'act', detail->>'sha256' from audit_entry where action = 'atlas.make' order by id")
        ).all()
    assert [tuple(each) for each in acts] == [(None, told["sha256"]), ("fetch", told["sha256"])]
    assert other.get(f"{DOOR}/{atlas_id}").status_code == 404
    assert other.get(DOOR).json()["items"] == []
    assert [each["id"] for each in officer.get(DOOR).json()["items"]] == [atlas_id]
    assert officer.get("/api/v1/exports").json()["items"] == [], "an atlas is no export of the register"
    assert officer.get(f"/api/v1/exports/{atlas_id}/file").status_code == 404


def test_a_unit_binds_its_own_parcels_also_in_the_worker(services: CloneServices, sign_in: SignIn, unit: int) -> None:
    person = sign_in(Role.UNIT_USER, unit_id=unit)
    atlas_id = ordered(person)
    work_off(services)
    told = person.get(f"{DOOR}/{atlas_id}").json()
    assert (told["state"], told["rows"]) == ("done", 3)
    made = Read(person.get(told["file"]).content)
    assert tuple(made.first_pages()) == ("N-2", "N-10", "S-1")
    assert not any("N-11" in said for said in made.texts)


def test_who_may_not_and_what_is_wrong(sign_in: SignIn, unit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sign_in(Role.GUEST).post(DOOR, json={}).status_code == 403
    officer = sign_in(Role.INSPECTOR)

    def refused(**wish: Any) -> tuple[int, str]:
        answer = officer.post(DOOR, json=wish)
        return answer.status_code, answer.json()["code"]

    assert refused(filters={"area": "没有"}) == (404, "atlas.empty")
    assert refused(kind="area-use")[0] == 400
    assert refused(filters={"colour": "red"})[0] == 400
    assert refused(as_of="gestern")[0] == 400
    monkeypatch.setattr(subjects, "MOST_PAGES", 9)
    assert refused() == (422, "atlas.too_many")


def test_a_cancel_takes_effect_between_two_sheets(
    services: CloneServices, sign_in: SignIn, unit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    atlas_id = ordered(officer)
    drawn: list[str] = []
    sheet = making._sheet

    def cancelled_at_the_third(desk: Any, wish: Any, subject: Any) -> Any:
        drawn.append(subject.parcel_no)
        if len(drawn) == 3:
            assert officer.post(f"{DOOR}/{atlas_id}/cancel").json()["state"] == "cancelled"
        return sheet(desk, wish, subject)

    monkeypatch.setattr(making, "_sheet", cancelled_at_the_third)
    monkeypatch.setattr(jobs, "TOLD_EVERY_S", 0)
    jobs.process(services, atlas_id)
    assert tuple(drawn) == ORDER[:3]
    told = officer.get(f"{DOOR}/{atlas_id}").json()
    assert (told["state"], told["file"], told["error"]["code"]) == ("cancelled", None, "atlas.cancelled")
    assert officer.post(f"{DOOR}/{atlas_id}/cancel").status_code == 409
    jobs.process(services, atlas_id)
    assert len(drawn) == 3, "what was cancelled is not taken up again"
    waiting = ordered(officer)
    officer.post(f"{DOOR}/{waiting}/cancel")
    work_off(services)
    assert len(drawn) == 3, "nor begun"


def test_a_fault_is_told_in_a_sentence(services: CloneServices, sign_in: SignIn, unit: int) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.query(Parcel).filter(Parcel.parcel_no == "N-2").update({"parcel_name": "缺字\U0002b740地"})
    atlas_id = ordered(officer, filters={"area": "北片"})
    work_off(services)
    told = officer.get(f"{DOOR}/{atlas_id}").json()
    assert (told["state"], told["error"]["code"]) == ("failed", "atlas.parcel")
    assert "N-2" in told["error"]["message"]
