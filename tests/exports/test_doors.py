"""Who may take what out, at once and as a job; every file that leaves is in the audit trail with its hash."""

import hashlib
import json
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.exports import jobs
from gis_service.exports.models import Export
from gis_service.main import create_app
from gis_service.parcels.models import ParcelContact
from tests.conftest import CloneServices, Person
from tests.factories import a_parcel, an_area, land
from tests.live import work_off

SignIn = Callable[..., Person]
AT_ONCE = "/api/v1/parcels/export"


@pytest.fixture
def areas(services: CloneServices) -> dict[str, int]:
    """Two areas with three parcels: one of 甲, two of 乙."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        one, two = an_area(session, name="甲"), an_area(session, name="乙")
        first = a_parcel(session, parcel_no="A-1", area_id=one.id, fence_status="full", shape=land(0))
        a_parcel(session, parcel_no="B-1", area_id=two.id, fence_status="none", shape=land(1))
        a_parcel(session, parcel_no="B-2", area_id=two.id, fence_status="damaged", shape=land(2))
        session.add(ParcelContact(parcel_id=first.id, person="张三", phone="13800138000"))
        return {"甲": one.id, "乙": two.id}


def audited(services: CloneServices) -> list[dict[str, Any]]:
    with services.sessions() as session:
        found = session.execute(
            text("select actor_name, outcome, detail from audit_entry where action = 'parcel.export' order by id")
        )
        return [dict(row) for row in found.mappings()]


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [feature["properties"]["地块编号"] for feature in json.loads(answer.content)["features"]]


def test_a_file_at_once_holds_what_the_filters_say(areas: dict[str, int], sign_in: SignIn) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    assert numbers(officer.get(f"{AT_ONCE}?format=geojson")) == ["A-1", "B-1", "B-2"]
    assert numbers(officer.get(f"{AT_ONCE}?format=geojson&area=乙&fence_status=none,full")) == ["B-1"]
    ids = json.loads(officer.get(f"{AT_ONCE}?format=geojson").content)["features"]
    chosen = ",".join(str(feature["id"]) for feature in ids[::2])
    assert numbers(officer.get(f"{AT_ONCE}?format=geojson&ids={chosen}")) == ["A-1", "B-2"]


@pytest.mark.parametrize("format_", ["gpkg", "shp", "geojson", "kml", "dxf", "parquet", "csv", "txt", "xlsx"])
def test_every_format_has_its_name_and_type(areas: dict[str, int], sign_in: SignIn, format_: str) -> None:
    answer = sign_in(Role.WASTE_OFFICER).get(f"{AT_ONCE}?format={format_}")
    assert answer.status_code == 200
    assert (answer.headers["x-export-rows"], answer.headers["x-export-notes"]) == ("3", "")
    suffix = "zip" if format_ == "shp" else format_
    assert answer.headers["content-disposition"].endswith(f".{suffix}")


def test_what_there_is_to_say_of_a_file_comes_with_it(areas: dict[str, int], sign_in: SignIn) -> None:
    answer = sign_in(Role.LAND_OFFICER).get(f"{AT_ONCE}?format=csv&as_of=2100-01-01&contacts=true")
    assert unquote(answer.headers["x-export-notes"]) == "联系人没有历史记录,过去时点的导出不含责任人和电话。"


def test_what_leaves_is_in_the_audit_trail(areas: dict[str, int], sign_in: SignIn, services: CloneServices) -> None:
    answer = sign_in(Role.LEADER).get(f"{AT_ONCE}?format=csv&area=乙&as_of=2100-01-01&contacts=true")
    (entry,) = audited(services)
    detail = entry["detail"]
    assert detail["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert (detail["rows"], detail["filters"], detail["contacts"]) == (2, {"area": "乙"}, True)
    assert detail["as_of"].startswith("2100-01-01T23:59:59")


def test_only_land_of_the_scope_leaves(areas: dict[str, int], sign_in: SignIn) -> None:
    officer = sign_in(Role.LAND_OFFICER, area_id=areas["甲"])
    assert numbers(officer.get(f"{AT_ONCE}?format=geojson")) == ["A-1"]
    elsewhere = officer.get(f"{AT_ONCE}?format=geojson&area=乙")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "export.empty")


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.GUEST, Role.SYSTEM_ADMIN, Role.AUDITOR])
def test_others_take_nothing_out(role: Role, areas: dict[str, int], sign_in: SignIn) -> None:
    assert sign_in(role).get(f"{AT_ONCE}?format=csv").status_code == 403


def test_contacts_leave_only_with_those_who_may_read_them(areas: dict[str, int], sign_in: SignIn) -> None:
    officer, waste = sign_in(Role.LAND_OFFICER), sign_in(Role.WASTE_OFFICER)
    assert "13800138000" not in officer.get(f"{AT_ONCE}?format=csv").text
    assert "13800138000" in officer.get(f"{AT_ONCE}?format=csv&contacts=true").text
    refused = waste.get(f"{AT_ONCE}?format=csv&contacts=true")
    assert (refused.status_code, refused.json()["permission"]) == (403, "contact.read")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("format=dwg", 400, "export.format"),
        ("format=kml&crs=EPSG:4547", 400, "export.crs"),
        ("format=gpkg&crs=EPSG:4610", 400, "export.crs"),
        ("format=gpkg&crs=x", 400, "export.crs"),
        ("format=dxf&crs=4490", 400, "export.crs"),
        ("format=xlsx&crs=4547", 400, "export.crs"),
        ("format=kml&encoding=gbk", 400, "export.encoding"),
        ("format=gpkg&layers=nothing", 404, "not_found"),
        ("format=gpkg&axis=risk_level", 400, "request.bad"),
        ("format=gpkg&lang=fr", 400, "request.bad"),
        ("format=gpkg&as_of=yesterday", 400, "request.bad"),
        ("format=gpkg&fence_status=high", 400, "request.bad"),
        ("format=gpkg&ids=1,x", 400, "request.bad"),
        ("format=gpkg&colour=red", 400, "request.unknown_parameter"),
    ],
)
def test_what_cannot_be_had_is_said(sign_in: SignIn, query: str, status: int, code: str) -> None:
    answer = sign_in(Role.LAND_OFFICER).get(f"{AT_ONCE}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_too_many_at_once_are_sent_to_the_jobs(areas: dict[str, int], sign_in: SignIn, app: FastAPI) -> None:
    app.state.settings = app.state.settings.model_copy(update={"export_at_once": 2})
    answer = sign_in(Role.LAND_OFFICER).get(f"{AT_ONCE}?format=csv")
    assert (answer.status_code, answer.json()["code"], answer.json()["count"]) == (409, "export.too_many", 3)
    assert "POST /api/v1/exports" in answer.json()["title_zh"]


# --- jobs ------------------------------------------------------------------------------------------------------------


def asked(person: Person, **body: Any) -> dict[str, Any]:
    answer = person.post("/api/v1/exports", json={"format": "geojson", **body})
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api/v1/exports/{found['id']}"
    return found


def test_a_job_is_made_told_and_fetched(areas: dict[str, int], sign_in: SignIn, services: CloneServices) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    export = asked(officer, filters={"area": "乙"}, lang="zh")
    assert (export["state"], export["rows"], export["written"], export["file"]) == ("queued", 2, 0, None)
    early = officer.get(f"/api/v1/exports/{export['id']}/file")
    assert (early.status_code, early.json()["code"]) == (409, "export.not_ready")
    work_off(services)
    done = officer.get(f"/api/v1/exports/{export['id']}").json()
    assert (done["state"], done["rows"], done["written"]) == ("done", 2, 2)
    file = officer.get(done["file"])
    assert numbers(file) == ["B-1", "B-2"]
    assert hashlib.sha256(file.content).hexdigest() == done["sha256"]
    made, fetched = (entry["detail"] for entry in audited(services))
    assert (made["sha256"], made["rows"], made["filters"]) == (done["sha256"], 2, {"area": "乙"})
    assert (fetched["act"], fetched["sha256"]) == ("fetch", done["sha256"])


def test_a_job_sees_what_its_owner_saw_and_nobody_else_sees_it(
    areas: dict[str, int], sign_in: SignIn, services: CloneServices
) -> None:
    mine, other = sign_in(Role.LAND_OFFICER, area_id=areas["甲"]), sign_in(Role.LAND_OFFICER)
    export = asked(mine)
    work_off(services)
    assert numbers(mine.get(f"/api/v1/exports/{export['id']}/file")) == ["A-1"]
    assert [each["id"] for each in mine.get("/api/v1/exports").json()["items"]] == [export["id"]]
    assert other.get("/api/v1/exports").json()["items"] == []
    for path in ("", "/file"):
        assert other.get(f"/api/v1/exports/{export['id']}{path}").status_code == 404


def test_parcels_can_be_named_one_by_one(areas: dict[str, int], sign_in: SignIn, services: CloneServices) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    listed = officer.get("/api/v1/parcels").json()["items"]
    export = asked(officer, ids=[listed[0]["id"], listed[2]["id"]])
    work_off(services)
    assert numbers(officer.get(f"/api/v1/exports/{export['id']}/file")) == ["A-1", "B-2"]


def test_a_job_that_fails_says_why(areas: dict[str, int], sign_in: SignIn, services: CloneServices) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    export = asked(officer)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(text("update parcel set retired_on = current_date"))
    work_off(services)
    failed = officer.get(f"/api/v1/exports/{export['id']}").json()
    assert (failed["state"], failed["error"]["code"]) == ("failed", "export.empty")


def test_doing_a_job_twice_changes_nothing(areas: dict[str, int], sign_in: SignIn, services: CloneServices) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    export = asked(officer)
    work_off(services)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        assert jobs.operations.begin(session, export["id"]) is None
    assert len(audited(services)) == 1


def test_a_file_is_kept_for_some_days(areas: dict[str, int], sign_in: SignIn, services: CloneServices) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    first, second = asked(officer, as_of="2100-01-01"), asked(officer, as_of="2100-01-01")
    work_off(services)
    shas = {officer.get(f"/api/v1/exports/{each['id']}").json()["sha256"] for each in (first, second)}
    assert len(shas) == 1  # the same bytes: kept once
    place = services.exports.path(shas.pop())
    age(services, first["id"])
    assert jobs.purge(services.sessions, services.exports) == 0
    assert place.exists()
    age(services, second["id"])
    assert jobs.purge(services.sessions, services.exports) == 1
    assert not place.exists()
    gone = officer.get(f"/api/v1/exports/{first['id']}/file")
    assert (gone.status_code, gone.json()["code"]) == (410, "export.expired")
    assert officer.get(f"/api/v1/exports/{first['id']}").json()["state"] == "expired"


def age(services: CloneServices, export_id: int) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.get_one(Export, export_id).expires_at = clock.now() - timedelta(minutes=1)


def test_the_record_of_an_export_cannot_be_deleted(areas: dict[str, int], services: CloneServices) -> None:
    with services.sessions() as session:
        granted = session.scalar(text("select has_table_privilege('gis_app', 'export', 'delete')"))
    assert granted is False


def test_the_formats_are_told(sign_in: SignIn) -> None:
    told = sign_in(Role.LAND_OFFICER).get("/api/v1/exports/formats").json()
    assert told["items"][0]["format"] == "gpkg"
    assert (told["at_once"], told["keep_days"]) == (2000, 7)


def test_a_past_day_on_the_sample_is_what_the_list_shows(sample_services: CloneServices, sign_in: SignIn) -> None:
    app = create_app(sample_services.settings, sample_services)
    officer = sign_in(Role.LAND_OFFICER, on=app)
    for day in ("2025-03-31", "2026-01-31", ""):
        query = f"as_of={day}" if day else ""
        rows = officer.get(f"/api/v1/parcels?limit=5000&{query}").json()["items"]
        content = officer.get(f"{AT_ONCE}?format=geojson&lang=zh&{query}").content
        words = {w["value"]: w["zh"] for w in officer.get("/api/v1/vocabulary").json()["fence_status"]}
        told = {f["properties"]["地块编号"]: f["properties"]["围蔽情况"] for f in json.loads(content)["features"]}
        assert told == {row["parcel_no"]: words[row["fence_status"]] for row in rows}
        assert rows


def test_no_file_is_left_behind(
    areas: dict[str, int], sign_in: SignIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "aside"))
    (tmp_path / "aside").mkdir()
    officer = sign_in(Role.LAND_OFFICER)
    for format_ in ("gpkg", "shp", "xlsx"):
        assert officer.get(f"{AT_ONCE}?format={format_}").status_code == 200
    assert officer.get(f"{AT_ONCE}?format=gpkg&crs=EPSG:4610").status_code == 400
    assert list((tmp_path / "aside").iterdir()) == []
