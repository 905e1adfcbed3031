"""A host whose clock is wrong says so."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from gis_service import main
from gis_service.access.rules import Role
from gis_service.core import clock
from tests.conftest import Person


@pytest.mark.parametrize(("off", "told"), [(-259_200, True), (-3, False), (3, False), (259_200, True)])
def test_readiness_tells_a_clock_that_is_not_the_databases(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, off: int, told: bool
) -> None:
    right = clock.now

    class Wrong:
        @staticmethod
        def now() -> object:
            return right() + timedelta(seconds=off)

    monkeypatch.setattr(main, "clock", Wrong)
    answer = TestClient(app).get("/readyz")
    assert answer.status_code == 200
    assert ("clock" in answer.json()["faults"]) is told


@pytest.mark.parametrize("off", [timedelta(days=-3), timedelta(days=3)])
def test_sessions_are_dated_and_aged_by_the_databases_clock(
    off: timedelta, app: FastAPI, sign_in: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that they hold at every web process alike, however wrong its host's clock is."""
    before = sign_in(Role.INSPECTOR)
    right = clock.now
    monkeypatch.setattr(clock, "now", lambda: right() + off)
    after = sign_in(Role.INSPECTOR)
    app.state.doorkeeper.forget()
    assert [person.get("/api/v1/me").status_code for person in (before, after)] == [200, 200]
