"""Fences, signs and cameras: what follows from them for a parcel, who may touch them, and what is remembered."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, mapping
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.parcels.facilities import operations, queries, rules
from gis_service.parcels.models import Parcel
from gis_service.parcels.operations import Why
from tests.conftest import Person
from tests.factories import a_parcel, an_area, land

SignIn = Callable[..., Person]
WHY = Why("巡检", None)


@pytest.fixture
def officer(sign_in: SignIn) -> Person:
    return sign_in(Role.LAND_OFFICER)


@pytest.fixture
def parcel_id(app: FastAPI) -> int:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return a_parcel(session, shape=land()).id


def ring(share: float = 1.0) -> LineString:
    """The first `share` of the boundary of `land()`."""
    whole = LineString(land().geoms[0].exterior.coords)
    return LineString([whole.interpolate(part / 40 * share, normalized=True) for part in range(41)])


def fence(person: Person, parcel_id: int, line: LineString, **facts: object) -> dict:
    body = {"fence_type": "mesh", "geometry": mapping(line), **facts}
    answer = person.post(f"/api/v1/parcels/{parcel_id}/fences", json=body)
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "etag": answer.headers["etag"]}


def parcel(person: Person, parcel_id: int) -> dict:
    return person.get(f"/api/v1/parcels/{parcel_id}").json()


def test_a_whole_ring_of_fence_makes_a_parcel_fully_fenced(officer: Person, parcel_id: int) -> None:
    made = fence(officer, parcel_id, ring())
    assert (made["summary"]["fence_status"], float(made["summary"]["fence_ratio"])) == ("full", 1.0)
    assert float(made["length_m"]) == pytest.approx(float(made["summary"]["perimeter_m"]), rel=0.001)
    assert parcel(officer, parcel_id)["fence_status"] == "full"


def test_half_a_ring_is_part_of_a_fence_and_a_break_is_damage(officer: Person, parcel_id: int) -> None:
    made = fence(officer, parcel_id, ring(0.5))
    assert made["summary"]["fence_status"] == "partial"
    assert float(made["summary"]["fence_ratio"]) == pytest.approx(0.5, abs=0.03)
    broken = officer.patch(
        f"/api/v1/fences/{made['id']}", json={"condition": "damaged"}, headers={"If-Match": made["etag"]}
    )
    assert broken.json()["summary"]["fence_status"] == "damaged"
    gone = officer.patch(
        f"/api/v1/fences/{made['id']}", json={"condition": "removed"}, headers={"If-Match": broken.headers["etag"]}
    )
    assert (gone.json()["summary"]["fence_status"], float(gone.json()["summary"]["fence_ratio"])) == ("none", 0.0)


def test_every_condition_stays_with_who_and_why(officer: Person, parcel_id: int) -> None:
    made = fence(officer, parcel_id, ring(0.5), reason="新建围网")
    officer.patch(
        f"/api/v1/fences/{made['id']}",
        json={"condition": "damaged", "reason": "台风后破损", "inspected_on": "2026-09-08"},
        headers={"If-Match": made["etag"]},
    )
    past = officer.get(f"/api/v1/fences/{made['id']}/history").json()["items"]
    assert [(state["condition"], state["reason"]) for state in past] == [
        ("damaged", "台风后破损"),
        ("good", "新建围网"),
    ]
    assert past[0]["valid_to"] is None
    assert past[1]["valid_to"] == past[0]["valid_from"]
    versions = officer.get(f"/api/v1/parcels/{parcel_id}/versions").json()["items"]
    assert versions[0]["reason"] == "台风后破损"
    assert "fence_status" in versions[0]["changed"]


def test_the_status_cannot_contradict_the_fence_lines(officer: Person, parcel_id: int) -> None:
    fence(officer, parcel_id, ring(0.5))
    read = officer.get(f"/api/v1/parcels/{parcel_id}")
    change = {"fence_status": "full", "reason": "x"}
    refused = officer.patch(f"/api/v1/parcels/{parcel_id}", json=change, headers={"If-Match": read.headers["etag"]})
    assert refused.status_code == 409
    assert "围蔽线" in refused.json()["title"]
    free = {"fence_status": "not_required", "reason": "山体,无需围蔽"}
    assert (
        officer.patch(f"/api/v1/parcels/{parcel_id}", json=free, headers={"If-Match": read.headers["etag"]}).status_code
        == 200
    )


def test_a_new_outline_is_measured_anew(officer: Person, parcel_id: int) -> None:
    fence(officer, parcel_id, ring())
    read = officer.get(f"/api/v1/parcels/{parcel_id}")
    wider = {"geometry": mapping(land(side=0.0012)), "reason": "重测"}
    changed = officer.patch(f"/api/v1/parcels/{parcel_id}", json=wider, headers={"If-Match": read.headers["etag"]})
    assert changed.json()["fence_status"] == "partial"
    assert float(changed.json()["fence_ratio"]) == pytest.approx(0.42, abs=0.05)


def test_a_fence_runs_from_one_boundary_point_to_another(officer: Person) -> None:
    made = officer.post(
        "/api/v1/parcels", json={"parcel_no": "BW-9", "geometry": mapping(land()), "reason": "x"}
    ).json()
    along = {"fence_type": "wall", "along": {"first": "J1", "last": "J3"}}
    answer = officer.post(f"/api/v1/parcels/{made['id']}/fences", json=along)
    assert answer.status_code == 201, answer.text
    assert len(answer.json()["geometry"]["coordinates"]) == 3
    assert float(answer.json()["summary"]["fence_ratio"]) == pytest.approx(0.5, abs=0.03)
    whole = officer.post(f"/api/v1/parcels/{made['id']}/fences", json={**along, "along": {"first": "J2", "last": "J2"}})
    assert whole.json()["summary"]["fence_status"] == "full"
    nowhere = officer.post(
        f"/api/v1/parcels/{made['id']}/fences", json={**along, "along": {"first": "J1", "last": "J9"}}
    )
    assert (nowhere.status_code, nowhere.json()["code"]) == (400, "facility.no_such_point")


def test_signs_and_cameras_count_only_while_they_work(officer: Person, parcel_id: int) -> None:
    spot = mapping(Point(113.5205, 22.3905))
    sign = officer.post(f"/api/v1/parcels/{parcel_id}/signs", json={"geometry": spot, "wording": "禁止倾倒"})
    camera = officer.post(f"/api/v1/parcels/{parcel_id}/cameras", json={"geometry": spot, "camera_no": "C1"})
    assert (sign.status_code, camera.status_code) == (201, 201)
    assert (parcel(officer, parcel_id)["sign_count"], parcel(officer, parcel_id)["camera_count"]) == (1, 1)
    for kind, made, condition in (("signs", sign, "missing"), ("cameras", camera, "offline")):
        officer.patch(
            f"/api/v1/{kind}/{made.json()['id']}",
            json={"condition": condition},
            headers={"If-Match": made.headers["etag"]},
        )
    assert (parcel(officer, parcel_id)["sign_count"], parcel(officer, parcel_id)["camera_count"]) == (0, 0)
    standing = officer.get(f"/api/v1/parcels/{parcel_id}/facilities").json()
    assert (len(standing["signs"]), len(standing["cameras"])) == (0, 1)


def test_what_stood_on_a_past_day_is_shown_as_it_was(app: FastAPI, officer: Person, parcel_id: int) -> None:
    made = fence(officer, parcel_id, ring(0.5))
    then = made["created_at"]
    officer.patch(f"/api/v1/fences/{made['id']}", json={"condition": "removed"}, headers={"If-Match": made["etag"]})
    assert officer.get(f"/api/v1/parcels/{parcel_id}/facilities").json()["fences"] == []
    past = officer.get(f"/api/v1/parcels/{parcel_id}/facilities", params={"as_of": then}).json()
    assert [each["condition"] for each in past["fences"]] == ["good"]


def test_a_stale_change_and_a_far_place_are_refused(officer: Person, parcel_id: int) -> None:
    made = fence(officer, parcel_id, ring(0.5))
    url = f"/api/v1/fences/{made['id']}"
    assert officer.patch(url, json={"condition": "damaged"}).status_code == 428
    assert officer.patch(url, json={"condition": "damaged"}, headers={"If-Match": made["etag"]}).status_code == 200
    assert officer.patch(url, json={"condition": "good"}, headers={"If-Match": made["etag"]}).status_code == 412
    far = officer.post(f"/api/v1/parcels/{parcel_id}/signs", json={"geometry": mapping(Point(113.6, 22.39))})
    assert (far.status_code, far.json()["code"]) == (400, "facility.far_away")
    flat = {"fence_type": "mesh", "geometry": mapping(Point(113.5205, 22.3905))}
    assert officer.post(f"/api/v1/parcels/{parcel_id}/fences", json=flat).json()["code"] == "facility.geometry"


def test_who_may_not_see_the_parcel_sees_none_of_its_fences(app: FastAPI, sign_in: SignIn) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        mine, theirs = an_area(session), an_area(session)
        parcel = a_parcel(session, shape=land(), area_id=theirs.id).id
        area_id = mine.id
    made = fence(sign_in(Role.LAND_OFFICER), parcel, ring(0.5))
    stranger = sign_in(Role.LAND_OFFICER, area_id=area_id)
    for url in (f"/api/v1/parcels/{parcel}/facilities", f"/api/v1/fences/{made['id']}/history"):
        assert stranger.get(url).status_code == 404
    url = f"/api/v1/fences/{made['id']}"
    assert stranger.patch(url, json={"condition": "damaged"}, headers={"If-Match": made["etag"]}).status_code == 404


def test_nothing_of_a_fence_can_be_deleted(session: Session) -> None:
    with pytest.raises(Exception, match="permission denied"):
        session.execute(text("delete from fence_segment"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stretches=st.lists(
        st.tuples(st.floats(0, 0.95), st.floats(0.02, 1), st.sampled_from(list(rules.FenceCondition))),
        min_size=1,
        max_size=4,
    )
)
def test_the_database_and_the_rule_agree(session: Session, stretches: list[tuple[float, float, str]]) -> None:
    whole = LineString(land().geoms[0].exterior.coords)
    with session.begin_nested() as savepoint:
        parcel = a_parcel(session, shape=land())
        for start, length, condition in stretches:
            end = min(1.0, start + length)
            line = LineString([whole.interpolate(start + (end - start) * n / 40, normalized=True) for n in range(41)])
            facts = {"fence_type": "mesh", "condition": condition}
            operations.put_up(session, "fences", parcel.id, facts=facts, geometry=mapping(line), why=WHY)
        session.refresh(parcel)
        conditions = [condition for _, _, condition in stretches]
        expected = rules.fence_status(
            standing=conditions.count("good"), damaged=conditions.count("damaged"), ratio=float(parcel.fence_ratio)
        )
        assert parcel.fence_status == expected
        assert (parcel.fence_ratio == 0) == ("good" not in conditions)
        assert session.get(Parcel, parcel.id).fence_ratio == queries.fence_summary(session, parcel.id)["fence_ratio"]
        savepoint.rollback()
