from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from geoalchemy2.shape import from_shape
from shapely.geometry import mapping

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.srid import STORAGE_SRID
from tests.conftest import Person
from tests.factories import a_parcel, a_unit, an_area, land

SignIn = Callable[..., Person]


@pytest.fixture
def officer(sign_in: SignIn) -> Person:
    return sign_in(Role.LAND_OFFICER)


def with_parcels(app: FastAPI, count: int, **facts: Any) -> list[int]:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        an_area(session)
        return [a_parcel(session, shape=land(n % 10, n // 10), **facts).id for n in range(count)]


def etag(person: Person, parcel_id: int) -> str:
    return person.get(f"/api/v1/parcels/{parcel_id}").headers["etag"]


def test_a_parcel_drawn_on_the_map_gets_its_area_and_its_boundary_points(officer: Person) -> None:
    body = {"parcel_no": "BW-1", "geometry": mapping(land()), "reason": "新收储", "fence_status": "none"}
    answer = officer.post("/api/v1/parcels", json=body)
    assert answer.status_code == 201, answer.text
    parcel = answer.json()
    assert parcel["area_computed_m2"] == pytest.approx(11_399, abs=20)
    assert parcel["area_computed_crs"] == 4547
    assert parcel["area_mu"] == pytest.approx(parcel["area_computed_m2"] * 3 / 2000, abs=0.01)
    assert [point["point_no"] for point in parcel["boundary_points"]] == ["J1", "J2", "J3", "J4"]
    assert parcel["boundary_points"][0]["northing_text"].startswith("247")


def test_an_edit_needs_the_version_that_was_seen_and_a_reason(app: FastAPI, officer: Person) -> None:
    (parcel_id,) = with_parcels(app, 1)
    address, change = f"/api/v1/parcels/{parcel_id}", {"fence_status": "full", "reason": "围蔽完成"}
    assert officer.patch(address, json=change).status_code == 428
    tag = etag(officer, parcel_id)
    assert (
        officer.patch(address, json={"fence_status": "full"}, headers={"If-Match": tag}).json()["code"]
        == "parcel.no_reason"
    )
    answer = officer.patch(address, json=change, headers={"If-Match": tag})
    assert (answer.status_code, answer.json()["fence_status"]) == (200, "full")
    assert answer.headers["etag"] != tag


def test_the_second_of_two_editors_gets_both_versions_and_overwrites_nothing(
    app: FastAPI, officer: Person, sign_in: SignIn
) -> None:
    (parcel_id,) = with_parcels(app, 1)
    address, tag = f"/api/v1/parcels/{parcel_id}", etag(officer, parcel_id)
    officer.patch(address, json={"fence_status": "full", "reason": "甲"}, headers={"If-Match": tag})
    late = sign_in(Role.LAND_OFFICER).patch(
        address, json={"fence_status": "none", "reason": "乙"}, headers={"If-Match": tag}
    )
    assert (late.status_code, late.json()["current"]["fence_status"]) == (412, "full")
    assert officer.get(address).json()["fence_status"] == "full"


def test_versions_say_who_why_and_what(app: FastAPI, officer: Person) -> None:
    (parcel_id,) = with_parcels(app, 1)
    address = f"/api/v1/parcels/{parcel_id}"
    moved = mapping(land(0, 0, 0.0012))
    officer.patch(
        address, json={"geometry": moved, "reason": "复测调整边界"}, headers={"If-Match": etag(officer, parcel_id)}
    )
    newest, oldest = officer.get(f"{address}/versions").json()["items"]
    assert (newest["reason"], newest["op"], oldest["changed"]) == ("复测调整边界", "UPDATE", [])
    assert {"geom", "area_computed_m2"} <= set(newest["changed"])
    assert newest["actor"].startswith("p")
    diff = officer.get(f"{address}/diff", params={"from": 1, "to": 2}).json()
    assert diff["geometry"]["area_removed_m2"] == pytest.approx(0, abs=0.1)
    assert diff["geometry"]["area_added_m2"] == pytest.approx(11_399 * 0.44, rel=0.01)
    assert "area_computed_m2" in {field["field"] for field in diff["fields"]}


def test_a_day_in_the_past_shows_the_register_as_it_was(app: FastAPI, officer: Person) -> None:
    with_parcels(app, 3)
    assert officer.get("/api/v1/parcels", params={"as_of": "2020-01-01"}).json()["total"] == 0
    assert officer.get("/api/v1/parcels", params={"as_of": "2099-01-01"}).json()["total"] == 3
    assert officer.get("/api/v1/parcels", params={"as_of": "yesterday"}).status_code == 400


@pytest.mark.parametrize("sort", ["parcel_no", "-area_computed_m2", "planned_supply_year", "-right_holder"])
def test_pages_walk_every_parcel_once_in_any_order(app: FastAPI, officer: Person, sort: str) -> None:
    with_parcels(app, 13)
    with_parcels(app, 10, planned_supply_year=2026)
    walked, after = [], None
    while True:
        page = officer.get(
            "/api/v1/parcels", params={"sort": sort, "limit": 4, **({"after": after} if after else {})}
        ).json()
        walked += [item["id"] for item in page["items"]]
        after = page["next"]
        if not after:
            break
    assert (len(walked), len(set(walked)), page["total"]) == (23, 23, 23)


def test_filters_narrow_and_unknown_ones_are_refused(app: FastAPI, officer: Person) -> None:
    with_parcels(app, 2, fence_status="damaged")
    with_parcels(app, 3, use_status=["planted", "parking"])
    ask = lambda **query: officer.get("/api/v1/parcels", params=query)  # noqa: E731
    assert ask(fence_status="damaged,full").json()["total"] == 2
    assert ask(use_status="parking").json()["total"] == 3
    assert ask(bbox="113.52,22.39,113.5205,22.3905").json()["total"] == 2
    assert ask(q="100%_").json()["total"] == 0
    assert ask(fence_status="fine").json()["code"] == "request.bad"
    assert ask(colour="red").json()["code"] == "request.unknown_parameter"
    assert ask(sort="geom").status_code == 400
    assert ask(after="nonsense").status_code == 400


def test_a_broken_outline_is_refused_with_the_place_of_its_fault(officer: Person) -> None:
    bow_tie = {
        "type": "Polygon",
        "coordinates": [[[113.5, 22.4], [113.6, 22.5], [113.6, 22.4], [113.5, 22.5], [113.5, 22.4]]],
    }
    answer = officer.post("/api/v1/parcels", json={"parcel_no": "X", "geometry": bow_tie, "reason": "x"})
    assert answer.json()["code"] == "parcel.geometry"
    assert "113.55" in answer.json()["title"]


def test_a_number_is_never_used_twice(officer: Person) -> None:
    body = {"parcel_no": "BW-1", "geometry": mapping(land()), "reason": "x"}
    officer.post("/api/v1/parcels", json=body)
    answer = officer.post("/api/v1/parcels", json=body)
    assert (answer.status_code, answer.json()["constraint"]) == (409, "uq_parcel_district_code_parcel_no")
    assert "不得重复" in answer.json()["title"]


def test_columns_nobody_may_write_are_refused(app: FastAPI, officer: Person) -> None:
    (parcel_id,) = with_parcels(app, 1)
    for column in ("row_version", "area_computed_m2", "district_code", "id", "handed_over_on", "waste_found"):
        answer = officer.patch(
            f"/api/v1/parcels/{parcel_id}",
            json={column: 1, "reason": "x"},
            headers={"If-Match": etag(officer, parcel_id)},
        )
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, column)


def test_a_unit_user_sees_the_parcels_in_its_care_and_edits_none(app: FastAPI, sign_in: SignIn) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        unit = a_unit(session)
        own, other = a_parcel(session, custodian_unit_id=unit.id), a_parcel(session, right_holder_unit_id=unit.id)
    person = sign_in(Role.UNIT_USER, unit_id=unit.id)
    assert [item["id"] for item in person.get("/api/v1/parcels").json()["items"]] == [own.id]
    assert person.get(f"/api/v1/parcels/{other.id}").status_code == 404
    assert person.get(f"/api/v1/parcels/{other.id}/versions").status_code == 404
    assert (
        person.patch(f"/api/v1/parcels/{own.id}", json={"reason": "x"}, headers={"If-Match": '"x"'}).status_code == 403
    )


def test_a_phone_number_is_for_those_who_may_and_reading_it_leaves_a_trace(
    app: FastAPI, officer: Person, sign_in: SignIn
) -> None:
    (parcel_id,) = with_parcels(app, 1)
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.connection().exec_driver_sql(f"insert into parcel_contact values ({parcel_id}, '张三', '13800000000')")
    assert officer.get(f"/api/v1/parcels/{parcel_id}").json()["contact"]["phone"] == "13800000000"
    assert "contact" not in sign_in(Role.INSPECTOR).get(f"/api/v1/parcels/{parcel_id}").json()
    trail = sign_in(Role.AUDITOR).get("/api/v1/audit", params={"action": "contact.read"}).json()["items"]
    assert len(trail) == 1


def test_a_repeated_post_with_one_key_acts_once_and_answers_alike(officer: Person) -> None:
    body = {"parcel_no": "BW-1", "geometry": mapping(land()), "reason": "x"}
    headers = {"Idempotency-Key": "k1"}
    first, again = (officer.post("/api/v1/parcels", json=body, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers["etag"] == again.headers["etag"]
    assert officer.get("/api/v1/parcels").json()["total"] == 1
    reused = officer.post("/api/v1/parcels", json={**body, "parcel_no": "BW-2"}, headers=headers)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency.reused")


def test_every_change_and_every_refused_change_is_in_the_trail(app: FastAPI, officer: Person, sign_in: SignIn) -> None:
    body = {"parcel_no": "BW-1", "geometry": mapping(land()), "reason": "x"}
    officer.post("/api/v1/parcels", json=body)
    officer.post("/api/v1/parcels", json={**body, "reason": ""})
    sign_in(Role.INSPECTOR).post("/api/v1/parcels", json=body)
    trail = sign_in(Role.AUDITOR).get("/api/v1/audit", params={"action": "parcel.create"}).json()["items"]
    assert [(entry["outcome"], entry["detail"].get("code")) for entry in trail] == [
        ("refused", "access.forbidden"),
        ("refused", "parcel.no_reason"),
        ("done", None),
    ]


def test_land_that_is_somebody_elses_is_neither_made_nor_moved_into(app: FastAPI, sign_in: SignIn) -> None:
    """The row policy holds it back, and that is told as what it is: nothing unexpected happened."""
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        mine = an_area(session, geom=from_shape(land(0, 0), srid=STORAGE_SRID))
        an_area(session, geom=from_shape(land(20, 20), srid=STORAGE_SRID))
        parcel_id = a_parcel(session, shape=land(0, 0), area_id=mine.id).id
    officer = sign_in(Role.LAND_OFFICER, area_id=mine.id)
    elsewhere, address = mapping(land(20, 20)), f"/api/v1/parcels/{parcel_id}"
    made = officer.post("/api/v1/parcels", json={"parcel_no": "BW-9", "geometry": elsewhere, "reason": "新收储"})
    assert (made.status_code, made.json()["code"]) == (403, "access.beyond_scope")
    tag = etag(officer, parcel_id)
    moved = officer.patch(address, json={"geometry": elsewhere, "reason": "调整"}, headers={"If-Match": tag})
    assert (moved.status_code, moved.json()["code"]) == (403, "access.beyond_scope")
    assert etag(officer, parcel_id) == tag
