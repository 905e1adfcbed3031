"""The work list over HTTP: who sees what, what a decision asks for, what the other side is not told."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from shapely.affinity import translate
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.parcels.topology import jobs
from tests.conftest import CloneServices, Person
from tests.factories import a_unit, an_area
from tests.live import work_off
from tests.parcels.topology.made import around, redrawn, registered, square, stored

SignIn = Callable[..., Person]
ROOT = "/api/v1/topology"
REASON = {"reason": "按原测绘成果,不改"}


@pytest.fixture
def town(app: FastAPI) -> dict[str, int]:
    """Two parcels in two areas that overlap, a strip of its own in the first area, and land that is published."""
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        west = an_area(
            session, name="西片", code="W", geom=stored(around((-50, -500), (99.5, -500), (99.5, 500), (-50, 500)))
        )
        east = an_area(
            session, name="东片", code="E", geom=stored(around((99.5, -500), (900, -500), (900, 500), (99.5, 500)))
        )
        unit = a_unit(session)
        registered(session, "A", square(), area_id=west.id)
        registered(session, "B", translate(square(1), -0.9, 0), area_id=east.id)
        registered(session, "S", around((0, 300), (90, 300), (90, 302), (0, 302)), area_id=west.id, custodian_unit_id=unit.id, is_published=True)  # fmt: skip
        ids = {"west": west.id, "east": east.id, "unit": unit.id}
    jobs.process(app.state.sessions)
    return ids


@pytest.fixture
def officer(town: dict[str, int], sign_in: SignIn) -> Person:
    return sign_in(Role.LAND_OFFICER)


def listed(person: Person, **query: Any) -> list[dict[str, Any]]:
    answer = person.get(f"{ROOT}/faults", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def rules_of(items: list[dict[str, Any]]) -> set[str]:
    return {item["rule"] for item in items}


def test_a_fault_comes_with_its_sentence_and_where_it_lies(officer: Person) -> None:
    (found,) = [item for item in listed(officer) if item["rule"] == "overlap"]
    assert found["message"] == "与“B”重叠 90.00 平方米(平均宽 0.89 米)。"
    assert (found["parcel_no"], found["other_parcel_no"], found["area_name"]) == ("A", "B", "西片")
    assert (found["level"], found["state"], found["title"]) == ("error", "open", "地块重叠")
    west, south, east, north = found["bbox"]
    assert west <= found["spot"][0] <= east
    assert south <= found["spot"][1] <= north
    english = officer.get(f"{ROOT}/faults", headers={"Accept-Language": "en"}).json()["items"]
    assert "Overlaps 'B' by 90.00 m²" in str(english)


def test_faults_are_filtered_by_everything_people_ask_for(officer: Person, town: dict[str, int]) -> None:
    everything = listed(officer)
    assert rules_of(everything) == {"overlap", "sliver"}
    assert rules_of(listed(officer, rule="sliver,gap")) == {"sliver"}
    assert rules_of(listed(officer, level="error")) == {"overlap"}
    assert rules_of(listed(officer, area="东片")) == {"overlap"}
    assert len(listed(officer, area="W")) == 2
    assert listed(officer, state="accepted,resolved") == []
    (sliver,) = listed(officer, rule="sliver")
    assert rules_of(listed(officer, bbox=",".join(map(str, sliver["bbox"])))) == {"sliver"}
    assert rules_of(listed(officer, parcel=sliver["parcel_id"])) == {"sliver"}


@pytest.mark.parametrize(
    "query", ["rule=overlaps", "state=gone", "level=fatal", "bbox=1,2", "colour=red", "parcel=x", "after=x"]
)
def test_what_is_not_understood_is_refused(officer: Person, query: str) -> None:
    assert officer.get(f"{ROOT}/faults?{query}").status_code == 400


def test_pages_follow_each_other(officer: Person) -> None:
    first = officer.get(f"{ROOT}/faults", params={"limit": 1}).json()
    second = officer.get(f"{ROOT}/faults", params={"limit": 1, "after": first["next"]}).json()
    assert (first["total"], second["next"]) == (2, None)
    assert first["items"][0]["id"] < second["items"][0]["id"]


def test_one_fault_shows_both_parcels_and_what_may_be_done(officer: Person) -> None:
    (found,) = listed(officer, rule="overlap")
    answer = officer.get(f"{ROOT}/faults/{found['id']}")
    told = answer.json()
    assert answer.headers["etag"] == told["etag"]
    assert [parcel["parcel_no"] for parcel in told["parcels"]] == ["A", "B"]
    assert all(parcel["geometry"]["type"] == "MultiPolygon" for parcel in told["parcels"])
    assert told["geometry"]["type"] in ("Polygon", "MultiPolygon")
    assert [way["code"] for way in told["ways"]] == ["adjust", "accept"]


def test_a_fault_is_seen_by_both_sides_but_the_other_is_not_named(town: dict[str, int], sign_in: SignIn) -> None:
    for area, mine, others in (("west", "A", "B"), ("east", "B", "A")):
        person = sign_in(Role.LAND_OFFICER, area_id=town[area])
        (found,) = listed(person, rule="overlap")
        assert (found["parcel_no"], found["other_parcel_no"], found["other_hidden"]) == (mine, None, True)
        assert "权限范围外的地块" in found["message"]
        told = person.get(f"{ROOT}/faults/{found['id']}").json()
        assert [parcel["parcel_no"] for parcel in told["parcels"]] == [mine]
        assert f'"{others}"' not in person.get(f"{ROOT}/faults/{found['id']}").text.replace(f'"{mine}"', "")


def test_faults_without_a_parcel_in_scope_are_not_there(town: dict[str, int], sign_in: SignIn) -> None:
    east = sign_in(Role.LAND_OFFICER, area_id=town["east"])
    assert listed(east, rule="sliver") == []
    (sliver,) = listed(sign_in(Role.LEADER), rule="sliver")
    assert east.get(f"{ROOT}/faults/{sliver['id']}").status_code == 404
    answer = east.post(f"{ROOT}/faults/{sliver['id']}/accept", json=REASON, headers={"If-Match": sliver["etag"]})
    assert answer.status_code == 404


def test_what_is_merely_published_shows_no_faults_on_the_map(
    app: FastAPI, town: dict[str, int], sign_in: SignIn
) -> None:
    def on_the_map(person: Person) -> list[dict[str, Any]]:
        items = person.get("/ogc/collections/topology-fault/items").json()["features"]
        return [item["properties"] for item in items]

    assert on_the_map(sign_in(Role.GUEST)) == []
    assert [item["rule"] for item in on_the_map(sign_in(Role.UNIT_USER, unit_id=town["unit"]))] == ["sliver"]
    (seen,) = [item for item in on_the_map(sign_in(Role.INSPECTOR, area_id=town["east"])) if item["rule"] == "overlap"]
    assert (seen["parcel_no"], seen["other_parcel_no"]) == (None, "B")


def test_accepting_says_why_and_is_written_down(app: FastAPI, officer: Person) -> None:
    (found,) = listed(officer, rule="overlap")
    address, tag = f"{ROOT}/faults/{found['id']}", {"If-Match": found["etag"]}
    assert officer.post(f"{address}/accept", json=REASON).status_code == 428
    assert officer.post(f"{address}/accept", json={"reason": " "}, headers=tag).json()["code"] == "topology.no_reason"
    answer = officer.post(f"{address}/accept", json=REASON, headers=tag)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["state"], told["accept_reason"]) == ("accepted", REASON["reason"])
    assert told["accepted_by_name"]
    late = officer.post(f"{address}/accept", json=REASON, headers=tag)
    assert (late.status_code, late.json()["code"]) == (412, "stale")
    again = officer.post(f"{address}/accept", json=REASON, headers={"If-Match": told["etag"]})
    assert (again.status_code, again.json()["code"]) == (409, "topology.state")
    assert "已接受" in again.json()["title"]
    reopened = officer.post(f"{address}/reopen", headers={"If-Match": told["etag"]})
    assert reopened.json()["state"] == "open"
    with app.state.sessions.begin() as session:
        acts = session.scalars(text("select detail ->> 'act' from audit_entry where action = 'topology.decide' and outcome = 'done' order by id"))  # fmt: skip
        assert list(acts) == ["accept", "reopen"]


def test_the_summary_counts_by_rule_worst_first(officer: Person) -> None:
    (found,) = listed(officer, rule="sliver")
    officer.post(f"{ROOT}/faults/{found['id']}/accept", json=REASON, headers={"If-Match": found["etag"]})
    told = officer.get(f"{ROOT}/summary").json()
    counts = {item["rule"]: (item["open"], item["accepted"]) for item in told["items"]}
    assert (counts["overlap"], counts["sliver"], counts["gap"]) == ((1, 0), (0, 1), (0, 0))
    levels = [item["level"] for item in told["items"]]
    assert levels == sorted(levels, key=["error", "warning", "info"].index)
    assert told["last_run"]["parcels"] == 3
    assert told["waiting"] is False
    east = {
        item["rule"]: item["accepted"] for item in officer.get(f"{ROOT}/summary", params={"area": "E"}).json()["items"]
    }
    assert east["sliver"] == 0


def test_an_edit_queues_one_check_in_its_own_transaction(
    app: FastAPI, officer: Person, services: CloneServices
) -> None:
    def queued() -> int:
        with app.state.sessions.begin() as session:
            return (
                session.scalar(
                    text(
                        "select count(*) from jobs.procrastinate_jobs where task_name = 'topology.check' and status = 'todo'"
                    )
                )
                or 0
            )

    work_off(services)
    assert queued() == 0
    with app.state.sessions() as session:
        db.enter(session, EVERYTHING)
        redrawn(session, registered(session, "C", square(20)), square(21))
        session.rollback()
    assert queued() == 0
    for number in ("D", "E"):
        with app.state.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            registered(session, number, square(30))
    assert queued() == 1
    assert officer.get(f"{ROOT}/summary").json()["waiting"] is True
    work_off(services)
    assert rules_of(listed(officer)) == {"overlap", "sliver", "duplicate", "no_area"}


def test_writers_do_not_wait_for_each_others_wake(app: FastAPI, town: dict[str, int]) -> None:
    """An import that has not committed yet has queued the check; an edit meanwhile leaves its mark and goes on."""
    with app.state.sessions() as slow, app.state.sessions.begin() as quick:
        for session, number, place in ((slow, "C", 20), (quick, "D", 40)):
            db.enter(session, EVERYTHING)
            registered(session, number, square(place))
        slow.rollback()
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        assert session.scalar(text("select count(*) from topology_dirty where box is not null")) == 3


def test_two_checks_at_once_are_one(app: FastAPI, town: dict[str, int]) -> None:
    from gis_service.parcels.topology import operations
    from gis_service.parcels.topology.errors import CheckRunning

    with app.state.sessions() as one, app.state.sessions() as other:
        for session in (one, other):
            db.enter(session, EVERYTHING)
        operations.check(one, full=True)
        with pytest.raises(CheckRunning):
            operations.check(other, full=True)
        jobs.process(app.state.sessions, full=True)  # leaves it to the other
        one.rollback()


def test_no_statement_deletes_a_fault(app: FastAPI, town: dict[str, int]) -> None:
    with app.state.sessions() as session:
        db.enter(session, EVERYTHING)
        with pytest.raises(Exception, match="only grows"):
            session.execute(text("delete from topology_fault"))
        session.rollback()
