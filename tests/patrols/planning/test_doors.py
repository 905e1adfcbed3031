"""The doors of plans and tasks: who may, what is refused, what two people at once meet; the daily sheet; the layer."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI
from openpyxl import load_workbook
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.core.db import Scope
from gis_service.patrols.planning import jobs
from tests.conftest import Person
from tests.patrols.planning.conftest import Estate, make_estate

SignIn = Callable[..., Person]
ROOT = "/api/v1/patrols"


@pytest.fixture
def made(app: FastAPI) -> Estate:
    """Twelve parcels in three cells, four of them in a unit's care."""
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        estate = make_estate(session)
        for n in range(12):
            estate.parcel(n, n % 3, custodian_unit_id=estate.unit.id if n % 3 == 0 else None)
    return estate


def a_plan(**more: Any) -> dict[str, Any]:
    today = clock.today().isoformat()
    return {
        "name": "高风险每日巡查",
        "walker": "custodian",
        "risk_level": "high",
        "times": 1,
        "per_days": 7,
        "starts_on": today,
        **more,
    }


def planned(app: FastAPI, officer: Person) -> list[dict[str, Any]]:
    assert officer.post(f"{ROOT}/plans", json=a_plan()).status_code == 201
    jobs.process(app.state.sessions)
    return officer.get(f"{ROOT}/tasks").json()["items"]


def test_a_plan_is_previewed_made_and_its_tasks_appear(app: FastAPI, sign_in: SignIn, made: Estate) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    told = officer.post(f"{ROOT}/plans/preview", json=a_plan()).json()
    assert (told["rounds"], told["parcels"], told["tasks"]) == (4, 12, 12)
    assert officer.get(f"{ROOT}/plans").json()["items"] == []  # a preview writes nothing
    tasks = planned(app, officer)
    assert {task["unit_id"] for task in tasks} == {None, made.unit.id}
    whole = officer.get(f"{ROOT}/tasks/{tasks[0]['id']}")
    assert whole.headers["etag"] == f'"pt{tasks[0]["id"]}.1"'
    assert [parcel["seq"] for parcel in whole.json()["land"]] == [1, 2, 3, 4]


def test_the_usual_plans_come_with_one_press_and_only_once(sign_in: SignIn, made: Estate) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    assert len(officer.get(f"{ROOT}/plans").json()["usual_missing"]) == 7
    first = officer.post(f"{ROOT}/plans/usual", json={"starts_on": clock.today().isoformat()})
    assert len(first.json()["items"]) == 7
    assert officer.post(f"{ROOT}/plans/usual", json={"starts_on": clock.today().isoformat()}).json()["items"] == []


def test_an_extra_round_lies_before_and_after_its_day(app: FastAPI, sign_in: SignIn, made: Estate) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    day = clock.today() + timedelta(days=2)
    body = {"reason": "typhoon", "day": day.isoformat(), "area_ids": [made.area.id]}
    told = officer.post(f"{ROOT}/plans/extra/preview", json=body).json()
    assert [each["tasks"] for each in told["items"]] == [3, 3]
    plans = officer.post(f"{ROOT}/plans/extra", json=body).json()["items"]
    assert [plan["ends_on"] for plan in plans] == [
        (day - timedelta(days=1)).isoformat(),
        (day + timedelta(days=1)).isoformat(),
    ]
    jobs.process(app.state.sessions)
    tasks = officer.get(
        f"{ROOT}/tasks", params={"since": day.isoformat(), "until": (day + timedelta(days=9)).isoformat()}
    ).json()["items"]
    assert sum(task["kind"] == "extra" for task in tasks) == 3
    nowhere = officer.post(f"{ROOT}/plans/extra", json={**body, "risk_level": "low"})
    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "patrol.no_land")


def test_tasks_go_to_somebody_else_all_or_none_and_who_gets_them_hears_of_it(
    app: FastAPI, sign_in: SignIn, made: Estate
) -> None:
    officer, walker = sign_in(Role.LAND_OFFICER), sign_in(Role.INSPECTOR, area_id=made.area.id)
    free = [task for task in planned(app, officer) if task["unit_id"] is None]
    moves = [
        {"id": t["id"], "assignee_id": walker.user_id, "due_from": t["due_from"], "due_on": t["due_on"]} for t in free
    ]
    tags = ", ".join(f'"pt{t["id"]}.{t["row_version"]}"' for t in free)
    assert officer.post(f"{ROOT}/tasks/move", json={"moves": moves}).status_code == 428
    moved = officer.post(f"{ROOT}/tasks/move", json={"moves": moves}, headers={"If-Match": tags})
    assert {task["assignee_id"] for task in moved.json()["items"]} == {walker.user_id}
    assert walker.get("/api/v1/me/notifications").json()["items"][0]["title_zh"] == f"分派给您 {len(free)} 个巡查任务"
    # somebody who still sees the board as it was
    stale = officer.post(f"{ROOT}/tasks/move", json={"moves": moves[::-1]}, headers={"If-Match": tags})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    back = ", ".join(f'"pt{t["id"]}.{t["row_version"]}"' for t in moved.json()["items"])
    undone = [{**move, "assignee_id": t["assignee_id"]} for move, t in zip(moves, free, strict=True)]
    told = officer.post(f"{ROOT}/tasks/move", json={"moves": undone}, headers={"If-Match": back}).json()["items"]
    assert [task["assignee_id"] for task in told] == [task["assignee_id"] for task in free]


def test_a_unit_sees_its_own_tasks_and_nobody_elses(app: FastAPI, sign_in: SignIn, made: Estate) -> None:
    tasks = planned(app, sign_in(Role.LAND_OFFICER))
    guard, stranger = sign_in(Role.UNIT_USER, unit_id=made.unit.id), sign_in(Role.INSPECTOR, area_id=_another_area(app))
    seen = guard.get(f"{ROOT}/tasks").json()
    assert {task["unit_id"] for task in seen["items"]} == {made.unit.id}
    assert [person["walks_for"] for person in seen["people"]] == [[made.unit.id]]  # no list of everybody
    other = next(task for task in tasks if task["unit_id"] is None)
    assert guard.get(f"{ROOT}/tasks/{other['id']}").status_code == 404
    assert stranger.get(f"{ROOT}/tasks").json()["items"] == []
    for path in ("plans", "generate", "tasks/move"):
        assert guard.post(f"{ROOT}/{path}", json={}).status_code == 403


def _another_area(app: FastAPI) -> int:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return make_estate(session).area.id


def test_a_task_by_hand_and_its_cancelling(app: FastAPI, sign_in: SignIn, made: Estate) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    today = clock.today()
    body = {
        "title": "复查缺口",
        "parcel_ids": [p.id for p in made.parcels[:3]],
        "assignee_id": made.inspectors[0],
        "due_from": today.isoformat(),
        "due_on": today.isoformat(),
    }
    task = officer.post(f"{ROOT}/tasks", json=body).json()
    assert (task["parcels"], task["plan_id"], task["state"]) == (3, None, "open")
    again = officer.post(f"{ROOT}/tasks", json=body).json()  # two by hand over the same land do not clash
    assert again["id"] != task["id"]
    past = {
        **body,
        "due_on": (today - timedelta(days=1)).isoformat(),
        "due_from": (today - timedelta(days=1)).isoformat(),
    }
    assert officer.post(f"{ROOT}/tasks", json=past).json()["code"] == "patrol.days"
    tag = {"If-Match": f'"pt{task["id"]}.1"'}
    gone = officer.post(f"{ROOT}/tasks/{task['id']}/cancel", json={"reason": "已由他人巡过"}, headers=tag)
    assert (gone.json()["state"], gone.json()["closed_reason"]) == ("cancelled", "已由他人巡过")
    tag = {"If-Match": f'"pt{task["id"]}.2"'}
    assert (
        officer.post(f"{ROOT}/tasks/{task['id']}/cancel", json={"reason": "再次"}, headers=tag).json()["code"]
        == "patrol.task_settled"
    )


def test_a_plan_is_changed_by_who_saw_it_last_and_stopped_once(app: FastAPI, sign_in: SignIn, made: Estate) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    plan = officer.post(f"{ROOT}/plans", json=a_plan()).json()
    url, seen = f"{ROOT}/plans/{plan['id']}", {"If-Match": f'"pp{plan["id"]}.1"'}
    assert officer.put(url, json=a_plan(per_days=3), headers=seen).json()["per_days"] == 3
    assert officer.put(url, json=a_plan(per_days=2), headers=seen).status_code == 412
    seen = {"If-Match": f'"pp{plan["id"]}.2"'}
    assert officer.post(f"{url}/stop", headers=seen).json()["stopped_at"]
    seen = {"If-Match": f'"pp{plan["id"]}.3"'}
    assert officer.put(url, json=a_plan(), headers=seen).json()["code"] == "patrol.plan_stopped"
    assert officer.get(f"{ROOT}/plans").json()["items"] == []
    assert len(officer.get(f"{ROOT}/plans", params={"stopped": True}).json()["items"]) == 1
    wrong = a_plan(starts_on="2026-12-02", ends_on="2026-12-01")
    assert (
        officer.post(f"{ROOT}/plans", json=wrong).status_code == 422
        or officer.post(f"{ROOT}/plans", json=wrong).status_code == 400
    )


def test_the_suggested_risk_says_why_it_differs(app: FastAPI, sign_in: SignIn, made: Estate) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(
            text("update parcel set fence_status = 'full', camera_count = 1 where id = :id"), {"id": made.parcels[0].id}
        )
        session.execute(
            text("update parcel set waste_found = true, risk_level = 'low' where id = :id"), {"id": made.parcels[1].id}
        )
    told = {row["parcel_id"]: row for row in sign_in(Role.LAND_OFFICER).get(f"{ROOT}/risk").json()["items"]}
    fenced, waste = told[made.parcels[0].id], told[made.parcels[1].id]
    assert (fenced["suggested"], [reason["code"] for reason in fenced["reasons"]]) == ("low", ["full_fence", "camera"])
    assert (waste["register"], waste["suggested"], waste["reasons"][0]["code"]) == ("low", "high", "waste")


WALK = text(
    """with p as (insert into patrol (client_uuid, district_code, inspector_id, inspector_name, area_id, started_at)
                  values (gen_random_uuid(), '440402', :who, 'x', :area, :at) returning id)
       insert into visit (client_uuid, patrol_id, parcel_id, came_at, all_fine, form_code, form_version, answers)
       select gen_random_uuid(), p.id, :parcel, :at, true, 'daily', 1, '{}' from p"""
)


def walked(app: FastAPI, estate: Estate, parcel: int, days_ago: int) -> None:
    at = clock.now() - timedelta(days=days_ago)
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(WALK, {"who": estate.inspectors[0], "area": estate.area.id, "at": at, "parcel": parcel})


def stands(app: FastAPI, scope: Scope) -> dict[int, tuple[str, int | None]]:
    rows = app.state.reader.rows(scope, "select id, patrol_stand, days_since from layer.patrol_overdue order by id")
    return {id_: (stand, days) for id_, stand, days in rows}


def test_the_layer_tells_how_long_ago_and_nothing_else(app: FastAPI, sign_in: SignIn, made: Estate) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    never, late, soon, fine = (parcel.id for parcel in made.parcels[:4])
    assert stands(app, Scope(see_all=True))[never] == ("unplanned", None)
    officer.post(f"{ROOT}/plans", json=a_plan(per_days=8))
    for parcel, days in ((late, 9), (soon, 6), (fine, 2)):
        walked(app, made, parcel, days)
    told = stands(app, Scope(see_all=True))
    assert [told[p] for p in (never, late, soon, fine)] == [("never", None), ("overdue", 9), ("soon", 6), ("ok", 2)]
    # a unit sees its land, and that the district came, though not the walk itself
    assert stands(app, Scope(unit_ids=frozenset({made.unit.id}))) == {
        p.id: told[p.id] for p in made.parcels if p.custodian_unit_id
    }
    assert stands(app, Scope(area_ids=frozenset({made.area.id}))) == told
    # nothing set, nothing seen; when land is walked is no matter of those who see what is published
    assert stands(app, Scope()) == {}
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(text("update parcel set is_published = true"))
    assert stands(app, Scope(see_published=True)) == {}
    columns = app.state.reader.row(
        Scope(),
        "select array_agg(column_name::text) from information_schema.columns where table_name = 'patrol_overdue'",
    )[0]
    assert not {"inspector_id", "inspector_name", "patrol_id"} & set(columns)


def test_the_daily_sheet_counts_and_is_a_workbook(app: FastAPI, sign_in: SignIn, made: Estate) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    today = clock.today().isoformat()
    body = {"title": "=1+1", "parcel_ids": [made.parcels[1].id], "due_from": today, "due_on": today}
    done, _ = officer.post(f"{ROOT}/tasks", json=body).json(), officer.post(f"{ROOT}/tasks", json=body)
    walked(app, made, made.parcels[1].id, 0)
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(text("update patrol_task set state = 'done' where id = :id"), {"id": done["id"]})
    told = officer.get(f"{ROOT}/daily").json()
    assert told["tasks"] == {"due": 2, "done": 1, "missed": 0, "under_way": 0}
    assert (told["walks"]["walks"], told["walks"]["parcels"], told["walks"]["faulty"]) == (1, 1, 0)
    assert officer.get(f"{ROOT}/daily", params={"area_id": made.area.id}).json()["tasks"]["due"] == 2
    answer = officer.get(f"{ROOT}/daily.xlsx", params={"on": today})
    page = load_workbook(BytesIO(answer.content)).active
    cells = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert page["A1"].value == f"巡查日报 {today}"
    assert (page["A5"].value, page["B5"].value) == ("应完成任务", 2)
    assert officer.get(f"{ROOT}/daily.pptx").json()["code"] == "patrol.unknown_form"
    # a unit counts only what is its own
    assert sign_in(Role.UNIT_USER, unit_id=made.unit.id).get(f"{ROOT}/daily").json()["tasks"]["due"] == 0


def test_photos_that_belong_to_no_walk_in_sight_are_not_given_out(app: FastAPI, sign_in: SignIn, made: Estate) -> None:
    assert sign_in(Role.LAND_OFFICER).get(f"{ROOT}/daily/photos/{'a' * 64}").status_code == 404
