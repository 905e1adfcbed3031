"""Pictures sent through the doors and worked off by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from gis_service.access.rules import Role
from gis_service.maps.orthophotos import jobs
from tests.conftest import Person
from tests.maps.orthophotos.making import WINDOW, write

ROOT = "/api/v1/orthophotos"
SignIn = Callable[..., Person]


@pytest.fixture
def officer(sign_in: SignIn) -> Person:
    return sign_in(Role.LAND_OFFICER)


def send(person: Person, path: Path, world: bytes | None = None, **more: Any) -> Any:
    form = {"title": "北围 航测(试)", "taken_on": "2026-10-01", "cleared": "true", "source": "试飞队", **more}
    with path.open("rb") as file:
        files = {"file": (path.name, file), **({"world": ("a.tfw", world)} if world else {})}
        return person.post(ROOT, files=files, data=form)


def work_off(app: FastAPI, id_: int) -> None:
    jobs.prepare(app.state.sessions, app.state.store, id_, window=WINDOW)


def done(app: FastAPI, person: Person, path: Path, world: bytes | None = None, **more: Any) -> dict[str, Any]:
    """Sent, worked off, and looked at."""
    sent = send(person, path, world, **more)
    assert sent.status_code == 202, sent.text
    work_off(app, sent.json()["id"])
    return person.get(f"{ROOT}/{sent.json()['id']}").json()


@pytest.fixture
def ready(app: FastAPI, officer: Person, tmp_path: Path) -> dict[str, Any]:
    """A picture that is ready."""
    return done(app, officer, write(tmp_path / "北围.tif"))
