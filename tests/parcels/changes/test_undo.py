"""Taking one change back: by a new version, never over somebody else's later decision, boundary points included."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from geoalchemy2.shape import from_shape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import mapping
from sqlalchemy.orm import Session

from gis_service.access.rules import Role
from gis_service.core import clock
from gis_service.core.errors import Refusal
from gis_service.parcels.changes import operations
from gis_service.parcels.models import Parcel
from gis_service.parcels.operations import Why
from tests.conftest import Person
from tests.factories import a_parcel, an_area, land
from tests.parcels.changes.conftest import SignIn, alter, etag, give_points

Clock = Callable[..., None]


def drawn(officer: Person) -> tuple[int, str]:
    body = {"parcel_no": "BW-1", "geometry": mapping(land()), "reason": "新收储", "fence_status": "none"}
    parcel_id = officer.post("/api/v1/parcels", json=body).json()["id"]
    return parcel_id, f"/api/v1/parcels/{parcel_id}"


def change(officer: Person, parcel_id: int, **facts: Any) -> None:
    answer = officer.patch(
        f"/api/v1/parcels/{parcel_id}", json={"reason": "改", **facts}, headers={"If-Match": etag(officer, parcel_id)}
    )
    assert answer.status_code == 200, answer.text


def undo(officer: Person, parcel_id: int, version_no: int, **facts: Any) -> Any:
    return officer.post(
        f"/api/v1/parcels/{parcel_id}/versions/{version_no}/undo",
        json={"reason": "误改", **facts},
        headers={"If-Match": etag(officer, parcel_id)},
    )


def test_a_change_is_taken_back_by_a_new_version_and_later_changes_of_other_fields_stay(officer: Person) -> None:
    parcel_id, address = drawn(officer)
    change(officer, parcel_id, fence_status="full", parcel_name="一号地")
    change(officer, parcel_id, risk_level="high")
    answer = undo(officer, parcel_id, 2)
    assert answer.status_code == 200, answer.text
    now = answer.json()
    assert (now["fence_status"], now["parcel_name"], now["risk_level"], now["version_no"]) == ("none", None, "high", 4)
    newest = officer.get(f"{address}/versions").json()["items"][0]
    assert newest["reason"] == "撤销第 2 版:误改"
    again = undo(officer, parcel_id, 4).json()
    assert (again["fence_status"], again["parcel_name"], again["risk_level"]) == ("full", "一号地", "high")


def test_an_outline_comes_back_with_its_area_and_its_boundary_points(officer: Person) -> None:
    parcel_id, address = drawn(officer)
    before = officer.get(address).json()
    change(officer, parcel_id, geometry=mapping(land(0, 0, 0.0015)))
    assert officer.get(address).json()["boundary_points"] != before["boundary_points"]
    after = undo(officer, parcel_id, 2).json()
    for name in ("geometry", "area_computed_m2", "area_ellipsoid_m2", "boundary_points", "area"):
        assert after[name] == before[name], name


def test_a_field_that_was_changed_again_is_not_overwritten_unless_asked(officer: Person) -> None:
    parcel_id, address = drawn(officer)
    change(officer, parcel_id, fence_status="full", risk_level="high")
    change(officer, parcel_id, fence_status="damaged")
    refused = undo(officer, parcel_id, 2)
    assert (refused.status_code, refused.json()["code"]) == (409, "parcel.undo.changed_since")
    assert refused.json()["fields"] == [{"field": "fence_status", "before": "none", "now": "damaged"}]
    assert officer.get(address).json()["risk_level"] == "high"
    done = undo(officer, parcel_id, 2, anyway=True).json()
    assert (done["fence_status"], done["risk_level"]) == ("none", "medium")


def test_back_to_the_same_value_was_somebodys_decision_too(officer: Person) -> None:
    parcel_id, _ = drawn(officer)
    for fence in ("full", "damaged", "full"):
        change(officer, parcel_id, fence_status=fence)
    assert undo(officer, parcel_id, 2).json()["code"] == "parcel.undo.changed_since"


def test_what_cannot_be_taken_back_says_why(app: FastAPI, owner: Session, on: Clock, officer: Person) -> None:
    parcel_id, address = drawn(officer)
    change(officer, parcel_id, fence_status="full")
    headers = {"If-Match": etag(officer, parcel_id)}
    assert undo(officer, parcel_id, 1).json()["code"] == "parcel.undo.first"
    assert undo(officer, parcel_id, 9).status_code == 404
    assert undo(officer, parcel_id, 0).status_code == 404
    assert officer.post(f"{address}/versions/2/undo", json={"reason": "x"}).status_code == 428
    assert undo(officer, parcel_id, 2, reason=" ").json()["code"] == "parcel.no_reason"
    assert undo(officer, parcel_id, 2).status_code == 200
    late = officer.post(f"{address}/versions/2/undo", json={"reason": "x"}, headers=headers)
    assert (late.status_code, late.json()["current"]["fence_status"]) == (412, "none")
    assert undo(officer, parcel_id, 2, anyway=True).json()["code"] == "parcel.undo.nothing"
    on(str((clock.now() + timedelta(days=1)).date()), "出库")
    alter(owner, owner.get_one(Parcel, parcel_id), retired_on="2026-05-01")
    owner.commit()
    assert undo(officer, parcel_id, 4).json()["code"] == "parcel.undo.part_of_more"
    assert undo(officer, parcel_id, 3).json()["code"] == "parcel.retired"


def test_nobody_takes_a_parcel_out_of_their_own_scope(app: FastAPI, owner: Session, on: Clock, sign_in: SignIn) -> None:
    on("2026-01-10", "入库")
    one, two = an_area(owner), an_area(owner)
    parcel = a_parcel(owner, area_id=one.id, custodian_unit_id=None, is_published=True)
    on("2026-02-10", "调整片区")
    alter(owner, parcel, area_id=two.id)
    owner.commit()
    person = sign_in(Role.LAND_OFFICER, area_id=two.id)
    answer = undo(person, parcel.id, 2)
    assert answer.status_code in (403, 404)  # the version before is not theirs to see, let alone to restore
    assert person.get(f"/api/v1/parcels/{parcel.id}").json()["area"]["id"] == two.id


def test_only_who_may_edit_may_undo(officer: Person, sign_in: SignIn) -> None:
    parcel_id, _ = drawn(officer)
    change(officer, parcel_id, fence_status="full")
    assert undo(sign_in(Role.INSPECTOR), parcel_id, 2).status_code == 403


STEPS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "fence_status": st.sampled_from(["full", "none", "damaged"]),
            "risk_level": st.sampled_from(["high", "low"]),
            "remark": st.sampled_from([None, "甲", "乙"]),
            "use_status": st.sampled_from([["idle"], ["planted", "parking"]]),
            "planned_class_code": st.sampled_from(["0701", "1001"]),
            "side": st.sampled_from([0.001, 0.0012, 0.0015]),
        },
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, which=st.integers(0, 4), anyway=st.booleans())
def test_undo_and_undo_of_the_undo_restore_every_field_and_point(
    owner: Session, on: Clock, steps: list[dict[str, Any]], which: int, anyway: bool
) -> None:
    on("2026-01-01", "入库")
    parcel = a_parcel(owner, planned_class_system="LU2023", planned_class_code="0801", shape=land())
    give_points(owner, parcel, "J1")
    for n, step in enumerate(steps, 1):
        on(f"2026-02-{n:02}", "改")
        values = dict(step)
        if side := values.pop("side", None):
            values["geom"] = from_shape(land(0, 0, side), srid=4490)
            give_points(owner, parcel, f"P{n}", f"Q{n}")
            values["area_computed_m2"] = round(11_400 * (side / 0.001) ** 2)
        if values:
            alter(owner, parcel, **values)
    owner.expire_all()
    present = state(owner, parcel.id)
    versions = parcel.row_version
    try:
        on("2026-03-01", "撤销")
        operations.undo(
            owner, parcel.id, 2 + which % max(1, len(steps)), seen=versions, why=Why("误改", None), anyway=anyway
        )
    except Refusal:
        owner.rollback()
        return
    undone = state(owner, parcel.id)
    assert undone != present
    on("2026-03-02", "再撤销")
    seen = owner.get_one(Parcel, parcel.id).row_version
    operations.undo(owner, parcel.id, versions + 1, seen=seen, why=Why("还是要", None))
    assert state(owner, parcel.id) == present
    owner.rollback()


def state(session: Session, parcel_id: int) -> dict[str, Any]:
    """Everything a version holds, boundary points too."""
    from sqlalchemy import func, select

    from gis_service.parcels.models import ParcelVersion

    number = session.scalar(select(func.max(ParcelVersion.c.version_no)).where(ParcelVersion.c.id == parcel_id))
    return operations._history(session, parcel_id, number)[-1] if number > 1 else {"version": number}


@pytest.fixture(autouse=True)
def _signed_in(app: FastAPI) -> None:
    """The application stands before the owner's transactions begin."""
