"""Months closed, corrected and read: on land of the test's own, in a month that is over by decree (`later`)."""

import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi import FastAPI
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from gis_service.access.actor import EVERYTHING
from gis_service.access.models import Area
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.parcels.models import Parcel
from gis_service.reports import cli, jobs, notes, operations, rules
from gis_service.reports.cli import house_of
from gis_service.reports.models import MonthlyNote, MonthlyPack, MonthlyReport
from tests.commands import installed
from tests.conftest import CloneServices, Person
from tests.factories import an_area
from tests.reports.conftest import RISKY

pytestmark = pytest.mark.usefixtures("parcels")


def asked(person: Person, month: date, reason: str = "") -> dict[str, Any]:
    answer = person.post("/api/v1/monthly-packs", json={"month": rules.said(month), "reason": reason})
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    return told


def made(person: Person, services: CloneServices, month: date, reason: str = "") -> dict[str, Any]:
    """A pack, made by the worker."""
    told = asked(person, month, reason)
    jobs.process(house_of(services), told["id"])
    done: dict[str, Any] = person.get(f"/api/v1/monthly-packs/{told['id']}").json()
    assert done["state"] == "done", done
    return done


def hashes(done: dict[str, Any]) -> dict[str, str]:
    return {each["kind"]: each["sha256"] for each in done["files"]}


def editions(person: Person, month: date) -> list[dict[str, Any]]:
    listed = person.get("/api/v1/monthly-reports").json()["items"]
    return next(each for each in listed if each["month"] == rules.said(month))["editions"]


@pytest.mark.usefixtures("later")
def test_a_month_made_again_is_the_same_whatever_became_of_the_register(
    app: FastAPI, services: CloneServices, officer: Person, parcels: list[Parcel], month: date
) -> None:
    first = made(officer, services, month)
    assert [each["edition"] for each in editions(officer, month)] == [1]
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.get_one(Parcel, parcels[0].id).parcel_name = "改过的名字"
        session.get_one(Parcel, parcels[1].id).survey_status = "pending"
    again = made(officer, services, month)
    assert hashes(again) == hashes(first)
    assert again["report_id"] == first["report_id"]

    corrected = made(officer, services, month, "漏改名称")
    assert hashes(corrected)["table"] != hashes(first)["table"]
    both = editions(officer, month)
    assert [(each["edition"], each["state"], each["reason"]) for each in both] == [
        (2, "closed", "漏改名称"),
        (1, "corrected", ""),
    ]
    past = officer.get(f"/api/v1/monthly-reports/{rules.said(month)}/table", params={"edition": 1}).json()
    assert past["rows"][0]["parcel_name"] == RISKY, "the first edition stands as it was"
    assert "改过的名字" in json.dumps(
        officer.get(f"/api/v1/monthly-reports/{rules.said(month)}/table", params={"edition": 2}).json(),
        ensure_ascii=False,
    )

    with app.state.sessions() as session:
        db.enter(session, EVERYTHING)
        with pytest.raises(Exception, match="permission denied"):
            session.execute(text("update monthly_report set reason = 'x'"))


@pytest.mark.usefixtures("later")
def test_the_snapshot_and_the_files_are_kept_by_their_hash_and_taking_them_is_audited(
    app: FastAPI, services: CloneServices, officer: Person, month: date, tmp_path: Path
) -> None:
    done = made(officer, services, month)
    for each in done["files"]:
        answer = officer.get(each["file"])
        assert hashlib.sha256(answer.content).hexdigest() == each["sha256"]
    (tmp_path / "t.xlsx").write_bytes(officer.get(f"/api/v1/monthly-packs/{done['id']}/files/table").content)
    table = openpyxl.load_workbook(tmp_path / "t.xlsx")["调度表"]
    names = [(cell.value, cell.data_type) for cell in table["D"]]
    assert (RISKY, "s") in names
    with app.state.sessions() as session:
        db.enter(session, EVERYTHING)
        report = session.scalars(select(MonthlyReport)).one()
        kept = services.store.path(report.snapshot_sha256).read_bytes()
        assert hashlib.sha256(kept).hexdigest() == report.snapshot_sha256
        assert [row["parcel_no"] for row in json.loads(kept)["rows"]] == [f"BW-{n:04}" for n in range(1, 5)]
        acts = session.scalars(text("select detail ->> 'act' from audit_entry where action like 'report.%'")).all()
    assert set(acts) >= {"make_pack", "close_month", "take_out"}


def test_the_current_month_is_a_draft_that_is_kept_nowhere(
    services: CloneServices, officer: Person, month: date, app: FastAPI
) -> None:
    done = made(officer, services, month)
    assert (done["is_draft"], done["report_id"]) == (True, None)
    assert all("草稿" in each["name"] for each in done["files"] if not each["kind"].startswith("preview"))
    assert editions(officer, month) == []
    ahead = officer.post("/api/v1/monthly-packs", json={"month": f"{month.year + 1}-12"})
    assert (ahead.status_code, ahead.json()["code"]) == (422, "report.month_ahead")
    nothing = officer.post("/api/v1/monthly-packs", json={"month": rules.said(month), "reason": "更正"})
    assert nothing.json()["code"] == "report.nothing_to_correct"
    for bad in ("2026-13", "gestern", "2026-1"):
        assert officer.get(f"/api/v1/monthly-reports/{bad}/table").status_code == 400


def test_a_cancelled_pack_leaves_nothing(app: FastAPI, services: CloneServices, officer: Person, month: date) -> None:
    waiting = asked(officer, month)
    twice = officer.post("/api/v1/monthly-packs", json={"month": rules.said(month)})
    assert twice.json()["code"] == "report.making", "one at a time"
    assert officer.post(f"/api/v1/monthly-packs/{waiting['id']}/cancel").json()["state"] == "cancelled"
    jobs.process(house_of(services), waiting["id"])
    told = officer.get(f"/api/v1/monthly-packs/{waiting['id']}").json()
    assert (told["state"], told["files"]) == ("cancelled", [])
    assert officer.post(f"/api/v1/monthly-packs/{waiting['id']}/cancel").json()["code"] == "report.not_under_way"
    assert officer.get(f"/api/v1/monthly-packs/{waiting['id']}/files/zip").json()["code"] == "report.not_ready"


def test_a_pack_cancelled_while_it_is_made_stops_at_its_next_stage(
    app: FastAPI, services: CloneServices, officer: Person, month: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = asked(officer, month)
    stages: list[str] = []
    told = operations.at_stage

    def watched(session: Session, pack_id: int, stage: str, done: int) -> None:
        if stages:
            officer.post(f"/api/v1/monthly-packs/{pack_id}/cancel")
        stages.append(stage)
        told(session, pack_id, stage, done)

    monkeypatch.setattr(operations, "at_stage", watched)
    monkeypatch.setattr(jobs, "TOLD_EVERY_S", 0)
    jobs.process(house_of(services), waiting["id"])
    assert len(stages) == 2
    assert officer.get(f"/api/v1/monthly-packs/{waiting['id']}").json()["state"] == "cancelled"


# --- notes ------------------------------------------------------------------------------------------------------------


def note(person: Person, month: date, parcel: int, version: int | None, **said: Any) -> Any:
    headers = {} if version is None else {"If-Match": f'"{notes.tag(month, parcel)}.{version}"'}
    return person.put(f"/api/v1/monthly-notes/{rules.said(month)}/{parcel}", json=said, headers=headers)


def line(person: Person, month: date, parcel: int) -> dict[str, Any]:
    table = person.get(f"/api/v1/monthly-reports/{rules.said(month)}/table").json()
    return next(each for each in table["rows"] if each["id"] == parcel)


def test_a_note_holds_until_it_is_changed_and_stale_ones_are_refused(
    app: FastAPI, officer: Person, parcels: list[Parcel], month: date, later: datetime
) -> None:
    parcel, before = parcels[0].id, rules.before(month)
    assert note(officer, before, parcel, None, difficulty="x").status_code == 428
    first = note(officer, before, parcel, 0, difficulty="出入口被占", responsible="陈工")
    assert first.headers["ETag"] == f'"{notes.tag(before, parcel)}.1"'
    stale = note(officer, before, parcel, 0, difficulty="别的")
    assert (stale.status_code, stale.json()["current"]["difficulty"]) == (412, "出入口被占")

    carried = line(officer, month, parcel)
    assert (carried["difficulty"], carried["person"]) == ("出入口被占", "陈工")
    assert (carried["note"]["version"], carried["note"]["carried_from"]) == (0, rules.said(before))
    assert note(officer, month, parcel, 0, next_step="本周清场", due_on="2027-01-31").status_code == 200
    now = line(officer, month, parcel)
    assert (now["difficulty"], now["next_step"], now["due_on"]) == ("", "本周清场", "2027-01-31")
    with app.state.sessions() as session:
        db.enter(session, EVERYTHING)
        assert len(session.scalars(select(MonthlyNote)).all()) == 2
        with pytest.raises(Exception, match=r"permission denied|only grows"):
            session.execute(text("update monthly_note set difficulty = ''"))


def test_who_may_do_what(
    sign_in: Callable[..., Person], officer: Person, services: CloneServices, app: FastAPI, area: Area, parcels: list[Parcel],
    month: date, later: datetime,
) -> None:  # fmt: skip
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        other = an_area(session, code="HH", name="后环")
    whole = made(officer, services, month)
    mine, theirs = sign_in(Role.LAND_OFFICER, area_id=area.id), sign_in(Role.LAND_OFFICER, area_id=other.id)
    assert mine.get(f"/api/v1/monthly-packs/{whole['id']}").status_code == 404, "it holds land out of their sight"
    part = made(mine, services, month)
    assert [each["edition"] for each in editions(mine, month)] == [1], "editions are counted for each sight"
    rows = mine.get(f"/api/v1/monthly-reports/{rules.said(month)}/table", params={"edition": 1}).json()["rows"]
    assert [row["parcel_no"] for row in rows] == ["BW-0001", "BW-0002", "BW-0003"]
    assert theirs.get(f"/api/v1/monthly-packs/{part['id']}/files/zip").status_code == 404
    assert officer.get(f"/api/v1/monthly-packs/{part['id']}/files/zip").status_code == 200
    assert note(theirs, month, parcels[0].id, 0, difficulty="x").status_code == 404
    leader = sign_in(Role.LEADER)
    assert note(leader, month, parcels[0].id, 0, difficulty="x").status_code == 403
    for role in (Role.INSPECTOR, Role.GUEST, Role.AUDITOR):
        person = sign_in(role)
        assert person.get("/api/v1/monthly-reports").status_code == 403
        assert person.post("/api/v1/monthly-packs", json={"month": rules.said(month)}).status_code == 403


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_closes_a_month_and_says_so(
    services: CloneServices, app: FastAPI, month: date, later: datetime, tmp_path: Path
) -> None:
    command = ["report", "monthly", "--month", rules.said(month), "--out"]
    typer_app = installed(cli.install, services)

    def run(folder: str, *more: str) -> dict[str, Any]:
        result = CliRunner().invoke(typer_app, [*command[1:], str(tmp_path / folder), "--json", *more])
        assert result.exit_code == 0, result.output
        told: dict[str, Any] = json.loads(result.stdout)
        return told

    first, again = run("a"), run("b")
    assert (first["edition"], first["closed_now"], again["closed_now"]) == (1, True, False)
    assert [each["sha256"] for each in first["files"]] == [each["sha256"] for each in again["files"]]
    for each in first["files"]:
        assert hashlib.sha256(Path(each["file"]).read_bytes()).hexdigest() == each["sha256"]
    assert run("c", "--correct", "重报")["edition"] == 2
    words = CliRunner().invoke(typer_app, [*command[1:], str(tmp_path / "d")])
    assert "第 2 版" in words.stdout
    with app.state.sessions() as session:
        db.enter(session, EVERYTHING)
        assert session.scalars(select(MonthlyPack)).all() == [], "a command asks no worker"
