"""A host whose clock is wrong says so."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from gis_service import main
from gis_service.core import clock


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
