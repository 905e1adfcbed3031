"""The bounds of a process in the application as it is put together (each by itself: tests/core/test_bounds.py)."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI

from gis_service.access.rules import Role
from gis_service.core.bounds import BODY_MB, MEGABYTE
from gis_service.main import create_app
from tests.conftest import CloneServices, Person


def test_the_application_has_the_bounds(app: FastAPI, sign_in: Callable[..., Person]) -> None:
    person = sign_in(Role.LAND_OFFICER)
    headers = {"Content-Type": "application/json"}
    answer = person.post("/api/v1/parcels", content=bytes((BODY_MB + 1) * MEGABYTE), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")
    assert "8 MB" in answer.json()["title_zh"]


def test_connections_all_taken_is_told_as_unavailable(
    services: CloneServices, sign_in: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(services.settings, services)
    person = sign_in(Role.LAND_OFFICER, on=app)
    monkeypatch.setattr(services.engine.pool, "_timeout", 0.05)
    held = [services.engine.connect() for _ in range(services.settings.threads)]
    answer = person.get("/api/v1/parcels")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"]
    for each in held:
        each.close()
    assert person.get("/api/v1/parcels").status_code == 200
