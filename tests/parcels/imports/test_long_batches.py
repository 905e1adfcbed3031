"""Batches too long for a request are accepted by a job, in the name and scope of who asked."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import select, text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.parcels.imports import desk, jobs, operations
from gis_service.parcels.models import Parcel, ParcelVersion
from tests.conftest import Person
from tests.factories import a_parcel, an_area, land
from tests.parcels.imports.made import DISTRICT, feature, geojson
from tests.parcels.imports.test_checks import AROUND, BOWTIE
from tests.parcels.imports.test_doors import imported


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(desk, "MOST_CHECKED_AT_ONCE", 1)


def number(address: str) -> int:
    return int(address.rsplit("/", 1)[1])


def land_it(app: FastAPI, address: str) -> None:
    jobs.accept(app.state.sessions, number(address), DISTRICT)


def test_a_long_batch_is_handed_to_a_job_and_lands_in_the_name_of_who_asked(
    app: FastAPI, sign_in: Callable[..., Person], tmp_path: Path
) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        mine = an_area(session, geom=AROUND).id
    officer = sign_in(Role.LAND_OFFICER, area_id=mine)
    address = imported(app, officer, geojson(tmp_path, *(feature(land(n), f"A{n}") for n in range(3))))
    answer = officer.post(f"{address}/accept", json={"reason": "入库"})
    assert (answer.status_code, answer.json()["state"]) == (202, "accepting")
    assert officer.post(f"{address}/accept", json={}).json()["code"] == "import.wrong_state"
    land_it(app, address)
    land_it(app, address)  # a second run finds nothing to do
    batch = officer.get(address).json()
    assert (batch["state"], batch["counts"]["landed"]) == ("accepted", 3)
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        v = ParcelVersion.c
        assert {tuple(row) for row in session.execute(select(v.actor_id, v.reason))} == {(officer.user_id, "入库")}
        assert session.scalars(select(Parcel.area_id)).all() == [mine] * 3


def test_what_the_job_cannot_do_comes_back_to_be_decided_with_the_reason(
    app: FastAPI, sign_in: Callable[..., Person], tmp_path: Path
) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    address = imported(app, officer, geojson(tmp_path, *(feature(land(n), f"A{n}") for n in range(3))))
    officer.post(f"{address}/accept", json={})
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        a_parcel(session, shape=land(9), parcel_no="A1")
    land_it(app, address)
    batch = officer.get(address).json()
    assert (batch["state"], batch["error"]["code"]) == ("staged", "import.rows_refused")
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        assert session.scalar(text("select count(*) from parcel")) == 1


def test_refusals_that_are_known_at_once_are_told_at_once(
    app: FastAPI, sign_in: Callable[..., Person], tmp_path: Path
) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    rows = [*(feature(land(n), f"A{n}") for n in range(3)), feature(None, "B")]
    address = imported(app, officer, geojson(tmp_path, *rows))
    assert officer.post(f"{address}/accept", json={}).json()["code"] == "import.rows_refused"
    assert officer.get(address).json()["state"] == "staged"


def test_the_checks_of_a_long_batch_are_asked_again_by_a_job(
    app: FastAPI, sign_in: Callable[..., Person], tmp_path: Path
) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    address = imported(app, officer, geojson(tmp_path, feature(BOWTIE, "A"), feature(land(), "B")))
    assert officer.post(f"{address}/fixes", json={"fix": "make_valid"}).json()["state"] == "checking"
    jobs.check_again(app.state.sessions, number(address), DISTRICT)
    batch = officer.get(address).json()
    assert (batch["state"], batch["counts"]["refused"]) == ("staged", 0)
