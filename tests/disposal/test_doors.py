"""The doors of disposal: plan, gate, manifests from a phone, waivers, who may."""

import base64
import uuid
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI
from openpyxl import load_workbook

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from tests.conftest import Person
from tests.disposal.desk import TO_REMOVAL, Desk, hours_ago
from tests.factories import a_unit, an_area

SignIn = Callable[..., Person]
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def land(app: FastAPI) -> dict[str, Any]:
    """Two projects that take loads, one of them of a contractor's unit."""
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        desk, unit, area = Desk(session), a_unit(session), an_area(session)
        parcel = desk.parcel(area_id=area.id, parcel_name="示例地块")
        own = desk.project(*TO_REMOVAL[:4], parcels=[parcel])
        desk.do(own, "prepare", contractor_unit=unit.id)
        desk.do(own, *TO_REMOVAL[5:])
        other = desk.project(*TO_REMOVAL, estimate_low_m3=None, estimate_best_m3=None, estimate_high_m3=None)
        return {
            "own": own.id, "other": other.id, "unit": unit.id, "parcel": parcel.id, "area": area.id, "site": desk.site.id,
            "carrier": desk.carrier.id, "no": own.proceeding_no,
        }  # fmt: skip


def a_load(land: dict[str, Any], project: str = "own", **facts: Any) -> dict[str, Any]:
    return {
        "manifest_no": f"G{uuid.uuid4().hex[:6]}", "project_id": land[project], "waste_class": "mixed", "plate": "粤C10001",
        "carrier_id": land["carrier"], "loaded_m3": 20, "loaded_at": hours_ago(3).isoformat(), "site_id": land["site"], **facts,
    }  # fmt: skip


def test_the_gate_of_a_contractor_records_loads_of_its_own_project_alone(sign_in: SignIn, land: dict[str, Any]) -> None:
    gate = sign_in(Role.UNIT_USER, unit_id=land["unit"])
    offered = gate.get("/api/v1/disposals/gate").json()["projects"]
    assert [each["id"] for each in offered] == [land["own"]]
    assert (offered[0]["sites"][0]["id"], offered[0]["carriers"][0]["trucks"]) == (
        land["site"],
        ["粤C10001", "粤C10002"],
    )
    where, body = f"/api/v1/manifests/{uuid.uuid4()}", a_load(land)
    first, again = gate.put(where, json=body), gate.put(where, json=body)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json() == again.json()
    assert gate.put(where, json={**body, "driver": "别人"}).status_code == 409
    assert gate.put(f"/api/v1/manifests/{uuid.uuid4()}", json=a_load(land, "other")).status_code == 404
    receipt = {"site_id": land["site"], "unloaded_at": hours_ago(2).isoformat(), "net_t": 15, "ticket_no": "B1"}
    received = gate.post(f"{where}/receive", json=receipt)
    assert (received.status_code, received.json()["status"]) == (200, "received")
    assert gate.post(f"{where}/void", json={"reason": "错"}).status_code == 403
    assert gate.get("/api/v1/manifests").json()["count"] == 1


def test_photos_lie_in_the_projects_file_and_one_photo_is_of_one_load(sign_in: SignIn, land: dict[str, Any]) -> None:
    gate = sign_in(Role.UNIT_USER, unit_id=land["unit"])
    wheres = [f"/api/v1/manifests/{uuid.uuid4()}" for _ in range(2)]
    for where in wheres:
        assert gate.put(where, json=a_load(land)).status_code == 201
    answers = [
        gate.post(f"{where}/photos", files={"file": ("装车.png", PNG)}, data={"which": "load"}) for where in wheres
    ]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert gate.get(wheres[0]).json()["load_file_id"] == answers[0].json()["id"]
    files = sign_in(Role.WASTE_OFFICER).get(f"/api/v1/disposals/{land['own']}").json()["files"]
    assert any(each["label"].endswith("装车") for each in files)


def test_a_flag_is_decided_at_the_desk(sign_in: SignIn, land: dict[str, Any]) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    receipt = {"site_id": land["site"], "unloaded_at": hours_ago(2).isoformat(), "net_t": 15, "ticket_no": "B2"}
    where = f"/api/v1/manifests/{uuid.uuid4()}"
    made = officer.put(where, json=a_load(land, loaded_net_t=12, receipt=receipt)).json()
    assert (made["status"], [flag["code"] for flag in made["flags"]]) == ("mismatch", ["net_differs"])
    assert officer.get("/api/v1/manifests", params={"doubtful": True}).json()["count"] == 1
    decided = officer.post(f"{where}/flags/net_differs", json={"verdict": "stands", "reason": "以磅单为准"})
    assert (decided.json()["status"], decided.json()["flags"][0]["verdict"]) == ("received", "stands")
    assert officer.get(f"/api/v1/disposals/{land['own']}").json()["details"]["balance"]["removed"]["trucks"] == 1


def test_the_plan_is_a_list_and_a_workbook(sign_in: SignIn, land: dict[str, Any]) -> None:
    leader = sign_in(Role.LEADER)
    told = leader.get("/api/v1/disposals/plan", params={"year": 2026, "batch": "第一批"}).json()
    assert [line["id"] for line in told["items"]] == [land["own"], land["other"]]
    assert told["items"][0]["parcels"][0]["parcel_name"] == "示例地块"
    assert (told["totals"]["projects"], told["totals"]["without_estimate"], told["totals"]["budget_yuan"]) == (
        2,
        1,
        120_000,
    )
    assert leader.get("/api/v1/disposals/plan", params={"year": 2025}).json()["items"] == []
    answer = leader.get("/api/v1/disposals/plan.xlsx", params={"year": 2026})
    sheet = load_workbook(BytesIO(answer.content)).active
    assert sheet["A1"].value == "2026年固废处置计划"
    assert [cell.value for cell in sheet[4]][:3] == [1, land["no"], "示例处置"]
    assert "截止时间" in sheet["A2"].value


def test_a_leader_waives_by_name_and_others_do_not(sign_in: SignIn, land: dict[str, Any]) -> None:
    body = {"parcel_id": land["parcel"], "covers": "supply", "reason": "项目急需,受让方承诺清理"}
    assert sign_in(Role.WASTE_OFFICER).post("/api/v1/disposals/waivers", json=body).status_code == 403
    leader, officer = sign_in(Role.LEADER), sign_in(Role.LAND_OFFICER)

    def announce() -> Any:
        parcel = officer.get(f"/api/v1/parcels/{land['parcel']}")
        change = {"reason": "公告", "supply_status": "announced"}
        return officer.patch(
            f"/api/v1/parcels/{land['parcel']}", json=change, headers={"If-Match": parcel.headers["etag"]}
        )

    refused = announce()
    assert (refused.status_code, "处置未验收" in refused.json()["title_zh"]) == (409, True), refused.text
    made = leader.post("/api/v1/disposals/waivers", json=body)
    assert made.status_code == 201
    assert announce().status_code == 200
    assert leader.get("/api/v1/disposals/waivers", params={"parcel_id": land["parcel"]}).json()["items"][0]["given_by"]
    assert (
        leader.post(f"/api/v1/disposals/waivers/{made.json()['id']}/revoke", json={"reason": "撤"}).status_code == 200
    )


def test_sites_and_carriers_are_kept_by_the_waste_officer(sign_in: SignIn, land: dict[str, Any]) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    site = {
        "name": "示例资源化厂",
        "kind": "recycling",
        "place": [113.55, 22.4],
        "licence_no": "R1",
        "accepts": ["mixed"],
    }
    made = officer.post("/api/v1/disposal-sites", json=site)
    assert (made.status_code, made.json()["place"]) == (201, [113.55, 22.4])
    assert officer.post("/api/v1/disposal-sites", json=site).status_code == 409
    changed = officer.patch(
        f"/api/v1/disposal-sites/{made.json()['id']}",
        json={"accepts": ["mixed", "excavated_soil"], "licensed_until": "2027-01-01"},
    )
    assert changed.json()["accepts"] == ["mixed", "excavated_soil"]
    carrier = {
        "carrier": "示例",
        "permit_no": "P1",
        "valid_from": "2026-01-01",
        "valid_until": "2027-01-01",
        "trucks": [{"plate": "粤c·d1234f"}],
    }
    entered = officer.post("/api/v1/carriers", json=carrier)
    assert entered.json()["trucks"] == [{"plate": "粤CD1234F", "gross_limit_t": 31}], entered.text
    trucks = {"trucks": [{"plate": "粤CD1234F", "gross_limit_t": 49}]}
    assert (
        officer.patch(f"/api/v1/carriers/{entered.json()['id']}", json=trucks).json()["trucks"][0]["gross_limit_t"]
        == 49
    )
    where = f"/api/v1/disposals/{land['own']}"
    consent = {"site_id": made.json()["id"], "consented_on": "2026-09-01", "doc_no": "同意2号"}
    assert len(officer.post(f"{where}/sites", json=consent).json()["items"]) == 2
    assert officer.post(f"{where}/sites/{made.json()['id']}/end").json()["items"][-1]["ended_on"]
    assert officer.post(f"{where}/carriers", json={"carrier_id": entered.json()["id"]}).status_code == 201
    assert officer.post(f"{where}/carriers/{entered.json()['id']}/end").status_code == 200
    assert officer.post(f"{where}/sites", json={**consent, "site_id": 999}).status_code == 422
    assert sign_in(Role.LAND_OFFICER).post("/api/v1/carriers", json=carrier).status_code == 403
    assert len(officer.get("/api/v1/carriers").json()["items"]) == 2
    assert len(officer.get("/api/v1/disposal-sites").json()["items"]) == 2


def test_a_table_comes_in_through_the_door_or_not_at_all(sign_in: SignIn, land: dict[str, Any]) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    book = load_workbook(BytesIO(officer.get("/api/v1/manifests/template.xlsx").content))
    sheet = book["联单"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    loaded = hours_ago(9).replace(tzinfo=None, microsecond=0) + timedelta(hours=8)
    for row, plate in ((2, "粤C10001"), (3, "没有车牌")):
        told = {
            "联单号": f"X{row}",
            "项目编号": land["no"],
            "固废类别": "混合垃圾",
            "车牌号": plate,
            "装车时间": loaded,
        }
        for head, value in told.items():
            sheet.cell(row, heads[head], value)

    def sent() -> Any:
        out = BytesIO()
        book.save(out)
        return officer.post("/api/v1/manifests/table", files={"file": ("联单.xlsx", out.getvalue())})

    refused = sent()
    assert (refused.status_code, refused.json()["errors"][0]["row"]) == (422, 3)
    assert officer.get("/api/v1/manifests").json()["count"] == 0
    sheet.cell(3, heads["车牌号"], "粤C10002")
    assert sent().json() == {"rows": 2, "new": 2, "known": 0, "doubtful": 0}


def test_densities_say_default_and_measured(sign_in: SignIn) -> None:
    items = sign_in(Role.WASTE_OFFICER).get("/api/v1/disposals/densities").json()["items"]
    mixed = next(each for each in items if each["waste_class"] == "mixed")
    assert (float(mixed["default_in_place"]), mixed["measured_in_place"], mixed["n_in_place"], mixed["zh"]) == (
        1.3,
        None,
        0,
        "混合垃圾",
    )
