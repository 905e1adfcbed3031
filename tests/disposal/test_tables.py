"""Workbooks of many loads through the doors: looked at first, a large one done by the worker, all rows or none."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI
from openpyxl import Workbook
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.clock import BEIJING
from gis_service.disposal.manifests import bulk, tables
from gis_service.procedures.models import Proceeding
from tests.conftest import CloneServices, Person
from tests.disposal.desk import TO_REMOVAL, Desk, hours_ago
from tests.factories import a_parcel, a_unit

SignIn = Callable[..., Person]
BEGUN = hours_ago(240)
HEADS = ("联单号", "项目编号", "固废类别", "车牌号", "装车方量(松方m³)", "装车时间", "消纳场所")


@pytest.fixture
def land(app: FastAPI) -> dict[str, Any]:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        desk = Desk(session)
        project = desk.project(*TO_REMOVAL)
        return {
            "id": project.id, "no": project.proceeding_no, "site": desk.site.name, "unit": a_unit(session).id,
        }  # fmt: skip


def workbook(land: dict[str, Any], rows: Iterable[dict[str, Any]]) -> bytes:
    book = Workbook()
    book.active.title = "联单"
    book.active.append(HEADS)
    for n, facts in enumerate(rows, 1):
        loaded = (BEGUN + timedelta(minutes=15 * n)).astimezone(BEIJING).replace(tzinfo=None, microsecond=0)
        told = {
            "联单号": f"D{n:04}", "项目编号": land["no"], "固废类别": "混合垃圾", "车牌号": f"粤C1{n:04}", "装车方量(松方m³)": 20,
            "装车时间": loaded, "消纳场所": land["site"],
        }  # fmt: skip
        book.active.append([{**told, **facts}[head] for head in HEADS])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def send(person: Person, content: bytes, *, dry_run: bool = False) -> Any:
    asked = {"files": {"file": ("联单.xlsx", content)}, "data": {"dry_run": str(dry_run).lower()}}
    return person.post("/api/v1/manifests/table", **asked)


def count(person: Person) -> int:
    return int(person.get("/api/v1/manifests").json()["count"])


def test_a_look_marks_every_row_that_cannot_be_taken_and_writes_nothing(sign_in: SignIn, land: dict[str, Any]) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    faulty = [{}, {"车牌号": "没有车牌"}, {"消纳场所": "没有的场所"}, {"联单号": "D0001"}, {"装车方量(松方m³)": 500}]
    seen = send(officer, workbook(land, faulty), dry_run=True)
    assert (seen.status_code, seen.json()["counts"]) == (200, {"rows": 5, "new": 1, "known": 0, "faulty": 4})
    named = [(each["row"], each["field"]) for each in seen.json()["issues"]]
    assert named == [(3, "车牌号"), (4, "消纳场所"), (5, "联单号"), (6, "装车方量(松方m³)")]
    assert all(each["message_en"].startswith(f"row {each['row']}, ") for each in seen.json()["issues"])
    assert count(officer) == 0


def test_a_look_knows_rows_taken_before_and_those_that_say_something_else(
    sign_in: SignIn, land: dict[str, Any]
) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    assert send(officer, workbook(land, [{}])).json() == {"rows": 1, "new": 1, "known": 0, "doubtful": 0}
    assert send(officer, workbook(land, [{}, {}]), dry_run=True).json()["counts"]["known"] == 1
    other = send(officer, workbook(land, [{"装车方量(松方m³)": 18}]), dry_run=True).json()
    assert (other["counts"]["faulty"], other["issues"][0]["code"]) == (1, "manifest.differs")


def test_a_large_table_is_queued_and_taken_in_by_the_worker(
    sign_in: SignIn, land: dict[str, Any], services: CloneServices
) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    answer = send(officer, workbook(land, [{}] * (tables.AT_ONCE + 1)))
    queued = answer.json()
    assert (answer.status_code, queued["state"], queued["row_count"], count(officer)) == (202, "queued", 101, 0)
    where = answer.headers["Location"]
    process(services, queued["id"])
    done = officer.get(where).json()
    assert [each["id"] for each in officer.get("/api/v1/manifests/tables").json()["items"]] == [queued["id"]]
    assert (done["state"], done["done_rows"], count(officer)) == ("done", 101, 101)
    assert done["counted"] == {"rows": 101, "new": 101, "known": 0, "doubtful": 0}
    process(services, queued["id"])
    assert count(officer) == 101


def test_a_queued_table_whose_project_ended_meanwhile_is_refused_as_a_whole(
    sign_in: SignIn, land: dict[str, Any], services: CloneServices
) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    queued = send(officer, workbook(land, [{}] * (tables.AT_ONCE + 1))).json()
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.get_one(Proceeding, land["id"]).state = "withdrawn"
    process(services, queued["id"])
    ended = officer.get(f"/api/v1/manifests/tables/{queued['id']}").json()
    assert (ended["state"], ended["error"]["code"], count(officer)) == ("refused", "manifest.table_refused", 0)


def test_a_table_that_broke_off_says_so_and_none_of_it_is_kept(
    sign_in: SignIn, land: dict[str, Any], services: CloneServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    queued = send(officer, workbook(land, [{}] * (tables.AT_ONCE + 1))).json()
    take_in = bulk.take_in

    def break_at_the_end(*args: Any, **more: Any) -> dict[str, Any]:
        take_in(*args, **more)
        raise ZeroDivisionError

    monkeypatch.setattr(bulk, "take_in", break_at_the_end)
    with pytest.raises(ZeroDivisionError):
        process(services, queued["id"])
    ended = officer.get(f"/api/v1/manifests/tables/{queued['id']}").json()
    assert (ended["state"], ended["error"]["code"], count(officer)) == ("refused", "manifest.table_broke", 0)


def test_a_large_table_with_a_fault_is_refused_before_it_is_queued(sign_in: SignIn, land: dict[str, Any]) -> None:
    refused = send(
        sign_in(Role.WASTE_OFFICER), workbook(land, [{"车牌号": None}, *[{}] * tables.AT_ONCE])
    )  # fmt: skip
    assert (refused.status_code, refused.json()["errors"][0]["row"]) == (422, 2)


def test_a_table_is_seen_by_who_brought_it(sign_in: SignIn, land: dict[str, Any]) -> None:
    queued = send(sign_in(Role.WASTE_OFFICER), workbook(land, [{}] * (tables.AT_ONCE + 1))).json()
    other = sign_in(Role.UNIT_USER, unit_id=land["unit"])
    assert other.get("/api/v1/manifests/tables").json()["items"] == []
    assert other.get(f"/api/v1/manifests/tables/{queued['id']}").status_code == 404


def process(services: CloneServices, table_id: int) -> None:
    tables.process(services.sessions, services.store, table_id)


def test_supply_in_bulk_marks_land_that_waits_for_its_disposal(sign_in: SignIn, app: FastAPI) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        buried, waived, clean = (a_parcel(session, waste_found=found).id for found in (True, True, None))
        session.execute(
            text(
                "insert into parcel_waiver (parcel_id, for_supply, for_handover, reason, given_by_name) values (:id, true, false, '先供', '甲')"
            ),
            {"id": waived},
        )
    officer = sign_in(Role.LAND_OFFICER)
    body = {"ids": [buried, waived, clean], "changes": {"supply_status": "announced"}}
    seen = officer.post("/api/v1/parcels/bulk/preview", json=body).json()
    assert (seen["counts"]["changed"], [each["id"] for each in seen["refused"]]) == (2, [buried])
    assert "处置未验收" in seen["refused"][0]["message"]
