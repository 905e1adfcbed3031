"""Runs by the job and by hand, their doors, whose rows are seen, the layers, suggestions, and nights long past."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.core.db import Scope
from gis_service.patrols.planning import jobs as planning
from gis_service.risk import jobs, operations
from gis_service.risk.models import RiskRun
from gis_service.risk.rules import RunKind
from gis_service.worker import tasks
from tests.conftest import Person
from tests.parcels.test_policies import OF_RISK
from tests.risk.conftest import DISTRICT, Town, a_case, a_clue, ago, spot

SignIn = Callable[..., Person]
ROOT = "/api/v1/risk"


@pytest.fixture
def dumped(app: FastAPI, town: Town) -> Town:
    """Six dumpings on and about the open parcel, one of them long ago; then a night."""
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        a_case(session, ago(20), parcel=town.open, place=spot(0.5))
        for n in range(4):
            a_clue(session, ago(3 + n), spot(0.3 + n * 0.1))
        a_clue(session, ago(800), spot(0.2))
    jobs.nightly(app.state.sessions, DISTRICT)
    return town


def test_a_night_ranks_the_land_and_finds_where_dumping_gathers(app: FastAPI, sign_in: SignIn, dumped: Town) -> None:
    leader = sign_in(Role.LEADER)
    told = leader.get(f"{ROOT}/ranking").json()
    assert (told["run"]["counts"]["parcels"], told["run"]["counts"]["events"]) == (3, 6)
    assert [row["parcel_id"] for row in told["items"]] == [dumped.open, dumped.cared, dumped.fenced]
    first = told["items"][0]
    assert (first["rank"], first["level"]) == (1, "high")
    assert float(first["score"]) == pytest.approx(sum(part["points"] for part in first["parts"]))
    assert any(part["code"] == "past" and "过往倾倒" in part["zh"] for part in first["parts"])
    run = leader.get(f"{ROOT}/runs", params={"kind": "hotspot"}).json()["items"][0]
    assert run["counts"]["events"] == 5  # not the one of long ago
    assert run["parameters"]["bandwidth_by"] == "default"
    cells = leader.get(f"{ROOT}/runs/{run['id']}/cells").json()["features"]
    assert sum(cell["properties"]["events"] for cell in cells) == 5
    assert cells[0]["properties"]["grade"] == "hot99"


def test_each_reader_sees_the_land_in_their_charge(app: FastAPI, sign_in: SignIn, dumped: Town) -> None:
    def seen(*roles: Role, **scope: Any) -> list[int]:
        return [row["parcel_id"] for row in sign_in(*roles, **scope).get(f"{ROOT}/ranking").json()["items"]]

    assert seen(Role.INSPECTOR, area_id=dumped.area) == [dumped.open]
    assert seen(Role.UNIT_USER, unit_id=dumped.unit) == [dumped.cared]
    run = max(operations_run(app, RunKind.HOTSPOT))
    unit = sign_in(Role.UNIT_USER, unit_id=dumped.unit)
    assert unit.get(f"{ROOT}/runs/{run}/cells").json()["features"] == []  # cells gather what lies on others' land
    guest = sign_in(Role.GUEST)
    assert guest.get(f"{ROOT}/ranking").status_code == 403


def operations_run(app: FastAPI, kind: RunKind) -> list[int]:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return list(session.scalars(text("select id from risk_run where kind = :kind"), {"kind": kind}))


@pytest.mark.parametrize("table", OF_RISK)
def test_without_a_scope_nothing_of_a_run_is_seen(app: FastAPI, dumped: Town, table: str) -> None:
    published = Scope(see_published=True)
    for scope, some in (
        (Scope(), False),
        (Scope(area_ids=frozenset({99_999})), table == "risk_run"),
        (published, False),
        (EVERYTHING, True),
    ):
        with app.state.sessions.begin() as session:
            db.enter(session, scope)
            assert (session.scalar(text(f"select count(*) from {table}")) > 0) is some


def test_the_layers_tell_the_newest_usual_run_and_any_day_the_one_of_then(
    app: FastAPI, sign_in: SignIn, dumped: Town
) -> None:
    def levels(relation: str, more: str = "") -> dict[int, str]:
        rows = app.state.reader.rows(Scope(see_all=True), f"select id, level from layer.{relation} {more}")
        return dict(rows)

    first = levels("risk")
    assert first[dumped.open] == "high"
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        between = session.scalar(text("select clock_timestamp()"))
        session.execute(text("update clue set state = 'dismissed', reason = '误报', decided_at = now()"))
        session.execute(text("update parcel set fence_status = 'full' where id = :id"), {"id": dumped.open})
    sign_in(Role.LEADER).post(f"{ROOT}/runs", json={"kind": "ranking"})  # by hand: no layer shows it
    work_off(app)
    assert levels("risk") == first
    jobs.nightly(app.state.sessions, DISTRICT)
    assert levels("risk")[dumped.open] != "high"
    assert levels("risk_history", f"where valid @> timestamptz '{between}'") == first
    grades = app.state.reader.rows(
        Scope(see_all=True), f"select grade from layer.hotspot_history where valid @> timestamptz '{between}'"
    )
    assert ("hot99",) in [tuple(row) for row in grades]


def work_off(app: FastAPI) -> None:
    """The waiting runs, as the worker takes them: by the name they were enqueued under."""
    with app.state.sessions.begin() as session:
        waiting = session.execute(
            text(
                "select task_name, args from jobs.procrastinate_jobs where status = 'todo' and task_name like 'risk.%' order by id"
            )
        ).all()
    for name, arguments in waiting:
        tasks(app.state.services)[name](**arguments)


def test_a_period_asked_for_is_worked_out_over_its_days_alone(app: FastAPI, sign_in: SignIn, dumped: Town) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    day = (clock.today() - timedelta(days=4)).isoformat()
    asked = officer.post(f"{ROOT}/runs", json={"kind": "hotspot", "since": day, "until": day})
    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    work_off(app)
    run = officer.get(f"{ROOT}/runs/{asked.json()['id']}").json()
    assert (run["state"], run["standing"], run["counts"]["events"]) == ("done", False, 1)
    jobs.process(app.state.sessions, run["id"])  # a job that comes twice
    assert officer.get(f"{ROOT}/runs/{run['id']}").json() == run


def test_what_was_known_then_is_ranked_as_then(app: FastAPI, sign_in: SignIn, dumped: Town) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        run = operations.begin(session, SERVICE, DISTRICT, RunKind.HOTSPOT, as_of=ago(10))
        operations.work_out(session, run)
        assert run.counts["events"] == 1  # the case; the clues came later


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "ranking", "as_of": "2999-01-01"}, "risk.future"),
        ({"kind": "hotspot", "since": "2026-06-02", "until": "2026-05-01"}, "risk.period"),
        ({"kind": "hotspot", "since": "1990-01-01"}, "risk.period"),
    ],
)
def test_a_day_to_come_and_a_period_that_runs_back_are_refused_in_words(
    sign_in: SignIn, body: dict[str, Any], code: str
) -> None:
    refused = sign_in(Role.LAND_OFFICER).post(f"{ROOT}/runs", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


def test_who_may_not_plan_asks_for_no_run(sign_in: SignIn, town: Town) -> None:
    assert sign_in(Role.CASE_OFFICER).post(f"{ROOT}/runs", json={"kind": "ranking"}).status_code == 403


def test_a_suggestion_goes_once_the_planning_has_a_task_and_plans_nothing_itself(
    app: FastAPI, sign_in: SignIn, dumped: Town
) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    told = officer.get(f"{ROOT}/suggestions").json()["items"]
    assert dumped.open in [row["parcel_id"] for row in told]
    assert officer.get("/api/v1/patrols/tasks").json()["items"] == []
    today = clock.today().isoformat()
    plan = {"name": "每日", "walker": "district", "times": 1, "per_days": 1, "starts_on": today}
    assert officer.post("/api/v1/patrols/plans", json=plan).status_code == 201
    planning.process(app.state.sessions)
    assert dumped.open in [
        row["parcel_id"] for row in officer.get(f"{ROOT}/suggestions").json()["items"]
    ]  # rounds that do not reach it
    body = {"title": "高风险地块", "parcel_ids": [dumped.open], "due_from": today, "due_on": today}
    assert officer.post("/api/v1/patrols/tasks", json=body).status_code == 201
    assert dumped.open not in [row["parcel_id"] for row in officer.get(f"{ROOT}/suggestions").json()["items"]]
    row = next(row for row in officer.get(f"{ROOT}/ranking").json()["items"] if row["parcel_id"] == dumped.open)
    assert (row["due_on"], row["extra_due_on"]) == (today, today)


def test_a_run_that_fails_is_told_as_failed(app: FastAPI, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        run_id = operations.ask(session, SERVICE, DISTRICT, RunKind.RANKING, as_of=clock.now()).id
    monkeypatch.setattr(operations, "work_out", broken)
    with pytest.raises(ZeroDivisionError):
        jobs.process(app.state.sessions, run_id)
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        assert session.get_one(RiskRun, run_id).state == "failed"


def test_of_nights_long_past_the_last_of_each_month_stays(app: FastAPI, town: Town) -> None:
    moments = ["2025-03-03", "2025-03-30", "2025-04-02"]
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        for day in moments:
            run = operations.begin(
                session, SERVICE, DISTRICT, RunKind.RANKING, as_of=clock.as_instant(day), standing=True
            )
            operations.work_out(session, run)
        by_hand = operations.begin(session, SERVICE, DISTRICT, RunKind.RANKING, as_of=clock.as_instant("2025-03-01"))
        operations.work_out(session, by_hand)
        assert operations.thin(session, clock.now()) == 1
        left = session.scalars(
            text("select (as_of at time zone 'Asia/Shanghai')::date::text from risk_run order by as_of")
        ).all()
    assert left == ["2025-03-01", "2025-03-30", "2025-04-02"]


def test_an_empty_register_is_ranked_too(app: FastAPI, sign_in: SignIn) -> None:
    jobs.nightly(app.state.sessions, DISTRICT)
    told = sign_in(Role.LEADER).get(f"{ROOT}/ranking").json()
    assert (told["items"], told["run"]["counts"]["parcels"]) == ([], 0)


def test_the_model_is_told_with_its_sources(sign_in: SignIn, town: Town) -> None:
    told = sign_in(Role.INSPECTOR).get(f"{ROOT}/model").json()
    assert all(factor["source"] and factor["source_en"] for factor in told["factors"])
    assert told["backtest"]["won"] + told["backtest"]["lost"] + told["backtest"]["tied"] == told["backtest"]["months"]
