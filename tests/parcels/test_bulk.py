"""Many parcels changed as one: seen before, made all or none, taken back as one; nothing outside a scope, nothing unseen."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.parcels import rules as register
from gis_service.parcels.bulk import operations, rules
from gis_service.parcels.bulk.schemas import Changes
from gis_service.parcels.models import Parcel
from gis_service.parcels.operations import Why
from tests.conftest import CloneServices, Person
from tests.factories import a_document, a_parcel, a_unit, an_area, land
from tests.live import work_off

SignIn = Callable[..., Person]
PATH = "/api/v1/parcels/bulk"


@pytest.fixture
def officer(sign_in: SignIn) -> Person:
    return sign_in(Role.LAND_OFFICER)


def with_parcels(app: FastAPI, count: int, **facts: Any) -> list[int]:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return [a_parcel(session, shape=land(n % 20, n // 20), **facts).id for n in range(count)]


def do(app: FastAPI, statement: str, **bound: Any) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(text(statement), bound)


def previewed(person: Person, ids: list[int], **changes: Any) -> dict[str, Any]:
    answer = person.post(f"{PATH}/preview", json={"ids": ids, "changes": changes})
    assert answer.status_code == 200, answer.text
    return answer.json()


def made(person: Person, ids: list[int], **changes: Any) -> dict[str, Any]:
    seen = previewed(person, ids, **changes)["seen"]
    answer = person.post(PATH, json={"seen": seen, "changes": changes, "reason": "季度核查"})
    assert answer.status_code == 201, answer.text
    return answer.json()


def one(person: Person, parcel_id: int) -> dict[str, Any]:
    return person.get(f"/api/v1/parcels/{parcel_id}").json()


def undone(person: Person, bulk_id: int, **more: Any) -> Any:
    return person.post(f"{PATH}/{bulk_id}/undo", json={"reason": "弄错了", **more})


# --- the preview


def test_a_preview_shows_before_and_after_of_each_parcel_and_writes_nothing(app: FastAPI, officer: Person) -> None:
    fenced, open_ = with_parcels(app, 1, fence_status="full"), with_parcels(app, 2, fence_status="none", remark="旧")
    shown = previewed(officer, [*fenced, *open_], fence_status="full")
    assert shown["counts"] == {"changed": 2, "unchanged": 1, "refused": 0}
    assert shown["changed"][0]["fields"] == [{"field": "fence_status", "before": "none", "after": "full"}]
    assert [row["id"] for row in shown["unchanged"]] == fenced
    assert shown["summary"] == [{"field": "fence_status", "before": "none", "after": "full", "count": 2}]
    assert shown["seen"] == [[parcel_id, 1] for parcel_id in open_]
    assert one(officer, open_[0])["fence_status"] == "none"
    remark = previewed(officer, open_, remark_append="已核")["changed"][0]["fields"]
    assert remark == [{"field": "remark", "before": "旧", "after": "旧;已核"}]


def test_units_are_shown_by_their_names(app: FastAPI, officer: Person) -> None:
    ids = with_parcels(app, 1)
    with app.state.sessions.begin() as session:
        unit = a_unit(session, name="唐家湾镇政府")
    fields = previewed(officer, ids, custodian_unit_id=unit.id)["changed"][0]["fields"]
    assert fields == [{"field": "custodian_unit_id", "before": None, "after": {"id": unit.id, "name": "唐家湾镇政府"}}]


def test_what_cannot_be_changed_is_refused_with_the_reason(app: FastAPI, officer: Person) -> None:
    (free,), (gone,) = with_parcels(app, 1), with_parcels(app, 1, retired_on="2026-01-01")
    shown = previewed(officer, [free, gone, 999999], handover_status="handed_over")
    assert shown["counts"] == {"changed": 0, "unchanged": 0, "refused": 3}
    assert {row["id"]: row["reason"] for row in shown["refused"]} == {
        free: "no_custodian", gone: "retired", 999999: "not_found",
    }  # fmt: skip
    assert "管护单位" in next(row["message"] for row in shown["refused"] if row["id"] == free)
    assert shown["seen"] == []


def test_the_filters_of_the_list_choose_as_well_as_ids(app: FastAPI, officer: Person) -> None:
    with_parcels(app, 3, fence_status="damaged")
    with_parcels(app, 2, fence_status="full")
    body = {"filters": {"fence_status": "damaged", "q": "T-"}, "changes": {"risk_level": "high"}}
    assert officer.post(f"{PATH}/preview", json=body).json()["counts"]["changed"] == 3
    both = officer.post(f"{PATH}/preview", json={**body, "ids": [1]})
    unknown = officer.post(f"{PATH}/preview", json={**body, "filters": {"colour": "red"}})
    assert [both.json()["code"], unknown.json()["code"]] == ["request.bad", "request.unknown_parameter"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "parcel.bulk.nothing"),
        ({"fence_status": None}, "parcel.bulk.fields"),
        ({"planned_class_code": "0701"}, "parcel.bulk.fields"),
        ({"planned_class_system": "LU2023", "planned_class_code": "9999"}, "not_found"),
        ({"custodian_unit_id": 999999}, "not_found"),
        ({"parcel_no": "X"}, "request.invalid"),
        ({"area_computed_m2": 1}, "request.invalid"),
        ({"fence_status": "fine"}, "request.invalid"),
        ({"use_status": []}, "request.invalid"),
    ],
)
def test_changes_that_make_no_sense_are_refused(
    app: FastAPI, officer: Person, changes: dict[str, Any], code: str
) -> None:
    ids = with_parcels(app, 1)
    assert officer.post(f"{PATH}/preview", json={"ids": ids, "changes": changes}).json()["code"] == code
    answer = officer.post(PATH, json={"seen": [[ids[0], 1]], "changes": changes, "reason": "x"})
    assert answer.json()["code"] == code


# --- making it


def test_all_rows_change_as_one_and_each_has_its_version_with_the_reason(
    app: FastAPI, officer: Person, sign_in: SignIn
) -> None:
    ids = with_parcels(app, 5, fence_status="none", remark="旧")
    with app.state.sessions.begin() as session:
        paper = a_document(session).id
    changes = {"fence_status": "full", "use_status": ["parking"], "remark_append": "已核", "is_published": True}
    seen = previewed(officer, ids, **changes)["seen"]
    answer = officer.post(PATH, json={"seen": seen, "changes": changes, "document_id": paper, "reason": "季度核查"})
    assert (answer.status_code, answer.json()["state"], answer.json()["count"]) == (201, "applied", 5)
    parcel = one(officer, ids[0])
    assert (parcel["fence_status"], parcel["use_status"], parcel["remark"], parcel["is_published"]) == (
        "full", ["parking"], "旧;已核", True,
    )  # fmt: skip
    assert [document["id"] for document in parcel["documents"]] == [paper]
    newest = officer.get(f"/api/v1/parcels/{ids[0]}/versions").json()["items"][0]
    assert (newest["reason"], newest["document"]["id"]) == ("季度核查", paper)
    assert newest["changed"] == ["fence_status", "is_published", "remark", "use_status"]
    (listed,) = officer.get(PATH).json()["items"]
    assert (listed["count"], listed["reason"], listed["state_word"]) == (5, "季度核查", "已修改")
    assert len(officer.get(f"{PATH}/{listed['id']}").json()["parcels"]) == 5
    trail = sign_in(Role.AUDITOR).get("/api/v1/audit", params={"action": "parcel.bulk"}).json()["items"]
    assert [entry["detail"]["count"] for entry in trail] == [5]


def test_a_reason_or_a_document_is_asked_for(app: FastAPI, officer: Person) -> None:
    ids = with_parcels(app, 1)
    answer = officer.post(PATH, json={"seen": [[ids[0], 1]], "changes": {"risk_level": "high"}, "reason": " "})
    assert answer.json()["code"] == "parcel.no_reason"
    answer = officer.post(PATH, json={"seen": [], "changes": {"risk_level": "high"}, "reason": "x"})
    assert answer.json()["code"] == "parcel.bulk.nothing"


def test_one_stale_row_holds_back_all_and_is_named(app: FastAPI, officer: Person) -> None:
    ids = with_parcels(app, 3, fence_status="none")
    seen = previewed(officer, ids, fence_status="full")["seen"]
    do(app, "update parcel set risk_level = 'high' where id = :id", id=ids[1])
    answer = officer.post(PATH, json={"seen": seen, "changes": {"fence_status": "full"}, "reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "parcel.bulk.stale")
    assert [row["id"] for row in answer.json()["parcels_listed"]] == [ids[1]]
    assert one(officer, ids[1])["parcel_no"] in answer.json()["title"]
    assert {one(officer, parcel_id)["fence_status"] for parcel_id in ids} == {"none"}
    assert officer.get(PATH).json()["items"] == []


def test_what_the_preview_refused_cannot_be_sent_all_the_same(app: FastAPI, officer: Person) -> None:
    ids = with_parcels(app, 2)
    body = {"seen": [[i, 1] for i in ids], "changes": {"handover_status": "handed_over"}, "reason": "x"}
    answer = officer.post(PATH, json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "parcel.bulk.refused")
    assert {row["reason"] for row in answer.json()["parcels_listed"]} == {"no_custodian"}


def test_a_repeated_post_with_one_key_changes_once(app: FastAPI, officer: Person) -> None:
    ids = with_parcels(app, 2, remark="甲")
    changes = {"remark_append": "乙"}
    body = {"seen": previewed(officer, ids, **changes)["seen"], "changes": changes, "reason": "x"}
    first, again = (officer.post(PATH, json=body, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == again.json()
    assert one(officer, ids[0])["remark"] == "甲;乙"


# --- taking it back


def test_taking_back_gives_every_parcel_its_own_value_again_as_a_new_version(app: FastAPI, officer: Person) -> None:
    ids = [*with_parcels(app, 2, fence_status="none"), *with_parcels(app, 1, fence_status="damaged", remark="旧")]
    bulk = made(officer, ids, fence_status="full", remark_append="新")
    answer = undone(officer, bulk["id"])
    assert (answer.status_code, answer.json()["state"], answer.json()["undone_count"]) == (200, "undone", 3)
    assert [one(officer, i)["fence_status"] for i in ids] == ["none", "none", "damaged"]
    assert [one(officer, i)["remark"] for i in ids] == [None, None, "旧"]
    newest = officer.get(f"/api/v1/parcels/{ids[0]}/versions").json()["items"]
    assert len(newest) == 3
    assert newest[0]["reason"] == f"撤销批量修改 {bulk['id']}: 弄错了"
    assert undone(officer, bulk["id"]).json()["code"] == "parcel.bulk.state"


def test_what_was_changed_since_holds_the_undoing_back_unless_only_the_rest_is_wanted(
    app: FastAPI, officer: Person
) -> None:
    ids = with_parcels(app, 3, fence_status="none")
    bulk = made(officer, ids, fence_status="full")
    do(app, "update parcel set fence_status = 'partial' where id = :id", id=ids[0])
    answer = undone(officer, bulk["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "parcel.bulk.changed_since")
    assert [row["id"] for row in answer.json()["parcels_listed"]] == [ids[0]]
    assert one(officer, ids[1])["fence_status"] == "full"
    rest = undone(officer, bulk["id"], rest=True)
    assert (rest.json()["state"], rest.json()["undone_count"]) == ("partly_undone", 2)
    assert [one(officer, i)["fence_status"] for i in ids] == ["partial", "none", "none"]
    shown = officer.get(f"{PATH}/{bulk['id']}").json()["parcels"]
    assert [row["is_undone"] for row in shown] == [False, True, True]


def test_where_everything_was_changed_since_there_is_no_rest(app: FastAPI, officer: Person) -> None:
    ids = with_parcels(app, 1, fence_status="none")
    bulk = made(officer, ids, fence_status="full")
    do(app, "update parcel set fence_status = 'partial' where id = :id", id=ids[0])
    assert undone(officer, bulk["id"], rest=True).status_code == 409


@pytest.fixture
def few(services: CloneServices) -> dict[str, list[int]]:
    """Parcels and units that stay for all examples of a property."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        units = [a_unit(session).id for _ in range(2)]
        kinds: list[dict[str, Any]] = [
            {}, {"remark": "旧", "custodian_unit_id": units[0], "handover_status": "handed_over"},
            {"use_status": ["planted", "parking"], "planned_supply_year": 2027, "is_published": True},
        ]  # fmt: skip
        ids = [a_parcel(session, shape=land(n), **facts).id for n, facts in enumerate(kinds)]
    return {"ids": ids, "units": units}


VALUES: dict[str, Any] = {
    **{name: st.sampled_from(list(kind)).map(str) for name, kind in register.AXES.items() if name != "use_status"},
    "use_status": st.lists(st.sampled_from(list(register.UseStatus)).map(str), min_size=1, max_size=3, unique=True),
    "risk_level": st.sampled_from(["high", "medium", "low"]),
    "planned_supply_year": st.none() | st.integers(1990, 2100),
    "planned_supply_mode": st.none() | st.sampled_from(list(register.SupplyMode)).map(str),
    "is_published": st.booleans(),
    "is_undeveloped": st.none() | st.booleans(),
    "custodian_unit_id": st.none() | st.sampled_from([0, 1]),
    "managing_unit_id": st.none() | st.sampled_from([0, 1]),
    "acquired_on": st.none() | st.dates().map(str),
    "remark_append": st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=9),
}


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_changing_and_taking_back_leaves_every_field_of_every_parcel_as_it_was(
    data: st.DataObject, services: CloneServices, few: dict[str, list[int]]
) -> None:
    names = data.draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, unique=True))
    drawn = {name: data.draw(VALUES[name]) for name in names}
    for name in operations.UNITS & set(drawn):
        drawn[name] = None if drawn[name] is None else few["units"][drawn[name]]
    changes = Changes.model_validate(drawn).model_dump(exclude_unset=True)
    begin = services.sessions.begin
    with begin() as session:
        db.enter(session, EVERYTHING)
        before = states(session, few["ids"])
        shown = operations.preview(session, EVERYTHING, few["ids"], changes)
    if not shown.seen:
        return
    with begin() as session:
        db.enter(session, EVERYTHING)
        bulk = operations.begin(
            session, SERVICE, EVERYTHING, district_code="440402", seen=shown.seen, changes=changes, why=Why("x", None)
        )
        now = states(session, few["ids"])
    for row in shown.changed:
        for one in row["fields"]:
            after = one["after"]["id"] if isinstance(one["after"], dict) else one["after"]
            assert now[row["id"]][one["field"]] == after
    with begin() as session:
        db.enter(session, EVERYTHING)
        operations.undo(session, SERVICE, EVERYTHING, bulk.id, reason="x")
        assert states(session, few["ids"]) == before


STAMPS = {"row_version", "updated_at"}


def states(session: Session, ids: list[int]) -> dict[int, dict[str, Any]]:
    columns = [column for column in Parcel.__table__.c if column.name not in STAMPS | {"geom"}]
    rows = session.execute(select(*columns).where(Parcel.id.in_(ids))).mappings()
    return {row["id"]: dict(row) for row in rows}


# --- the scope


def test_nobody_changes_or_takes_back_outside_their_scope(app: FastAPI, officer: Person, sign_in: SignIn) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        here, there = an_area(session).id, an_area(session).id
    own, others = with_parcels(app, 1, area_id=here), with_parcels(app, 1, area_id=there)
    local = sign_in(Role.LAND_OFFICER, area_id=here)
    shown = previewed(local, [*own, *others], fence_status="full")
    assert ([row["id"] for row in shown["changed"]], [row["reason"] for row in shown["refused"]]) == (
        own,
        ["not_found"],
    )
    body = {"seen": [[others[0], 1]], "changes": {"fence_status": "full"}, "reason": "x"}
    assert local.post(PATH, json=body).json()["code"] == "parcel.bulk.stale"
    bulk = made(officer, [*own, *others], fence_status="full")
    assert local.get(f"{PATH}/{bulk['id']}").status_code == 404
    assert undone(local, bulk["id"]).status_code == 404
    assert local.get(PATH).json()["items"] == []


def test_nobody_gives_a_parcel_away_out_of_their_own_scope(app: FastAPI, sign_in: SignIn) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        own, other = a_unit(session).id, a_unit(session).id
    ids = with_parcels(app, 1, custodian_unit_id=own)
    keeper = sign_in(Role.LAND_OFFICER, unit_id=own)
    assert previewed(keeper, ids, custodian_unit_id=other)["refused"][0]["reason"] == "leaves_scope"
    assert made(keeper, ids, fence_status="full")["count"] == 1


def test_only_land_officers_change_many(app: FastAPI, sign_in: SignIn) -> None:
    for role in (Role.INSPECTOR, Role.LEADER, Role.GUEST):
        person = sign_in(role)
        assert person.post(f"{PATH}/preview", json={"ids": [1], "changes": {}}).status_code == 403
        assert person.get(PATH).status_code == 403


# --- by a job


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "AT_ONCE", 3)


def test_a_large_change_is_queued_made_by_the_worker_and_taken_back_by_it(
    app: FastAPI, officer: Person, services: CloneServices, small_steps: None
) -> None:
    ids = with_parcels(app, 5, fence_status="none")
    seen = previewed(officer, ids, fence_status="full")["seen"]
    answer = officer.post(PATH, json={"seen": seen, "changes": {"fence_status": "full"}, "reason": "x"})
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    assert one(officer, ids[0])["fence_status"] == "none"
    work_off(services)
    bulk_id = answer.json()["id"]
    assert officer.get(f"{PATH}/{bulk_id}").json()["state"] == "applied"
    version = officer.get(f"/api/v1/parcels/{ids[0]}/versions").json()["items"][0]
    assert (version["actor"][0], version["reason"]) == ("p", "x"), "written on the account of who asked for it"
    assert undone(officer, bulk_id).status_code == 202
    work_off(services)
    assert officer.get(f"{PATH}/{bulk_id}").json()["state"] == "undone"
    assert {one(officer, i)["fence_status"] for i in ids} == {"none"}


def test_a_queued_change_that_grew_stale_fails_whole_and_says_which(
    app: FastAPI, officer: Person, services: CloneServices, small_steps: None
) -> None:
    ids = with_parcels(app, 5, fence_status="none")
    seen = previewed(officer, ids, fence_status="full")["seen"]
    answer = officer.post(PATH, json={"seen": seen, "changes": {"fence_status": "full"}, "reason": "x"})
    do(app, "update parcel set risk_level = 'high' where id = :id", id=ids[4])
    work_off(services)
    bulk = officer.get(f"{PATH}/{answer.json()['id']}").json()
    assert (bulk["state"], bulk["error"]["code"]) == ("failed", "parcel.bulk.stale")
    assert [row["id"] for row in bulk["error"]["parcels_listed"]] == [ids[4]]
    assert {one(officer, i)["fence_status"] for i in ids} == {"none"}


# --- words


def test_every_reason_and_state_has_words_and_every_field_is_a_column() -> None:
    assert set(rules.WORDS) == set(rules.State)
    assert set(rules.FIELDS) <= set(Parcel.__table__.c.keys())
    assert {name for name in rules.FIELDS if not Parcel.__table__.c[name].nullable} == set(rules.NOT_EMPTY)
