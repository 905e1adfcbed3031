"""Comparisons asked for through the doors and worked off by hand."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from geoalchemy2.shape import from_shape

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.models import Parcel
from gis_service.surveys.heaps import jobs
from tests.conftest import Person
from tests.factories import a_parcel, an_area, land
from tests.surveys.heaps.making import a_pair
from tests.surveys.making import SQUARE

ROOT = "/api/v1/elevation-comparisons"
FAR = from_shape(land(30, 30), srid=STORAGE_SRID)
"""Ground on which no model lies."""
SignIn = Callable[..., Person]


@pytest.fixture
def parcel(app: FastAPI) -> Parcel:
    """The square the models lie over, in an area of its own."""
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area = an_area(session, geom=from_shape(land(-1, -1, 0.004), srid=STORAGE_SRID))
        return a_parcel(session, shape=SQUARE, area_id=area.id)


@pytest.fixture
def officer(sign_in: SignIn) -> Person:
    return sign_in(Role.WASTE_OFFICER)


def ask(person: Person, before: Path, after: Path, **more: Any) -> Any:
    """Two files sent; `options` as a mapping."""
    options = json.dumps(more.pop("options", {}))
    form = {"title": "北围 九月航测", "before_on": "2026-03-01", "after_on": "2026-09-01", "options": options, **more}
    with before.open("rb") as first, after.open("rb") as second:
        return person.post(ROOT, files={"before": (before.name, first), "after": (after.name, second)}, data=form)


def done(app: FastAPI, person: Person, before: Path, after: Path, **more: Any) -> dict[str, Any]:
    """Asked for, worked off, and looked at."""
    sent = ask(person, before, after, **more)
    assert sent.status_code == 202, sent.text
    jobs.compare(app.state.sessions, app.state.store, sent.json()["id"])
    return person.get(f"{ROOT}/{sent.json()['id']}").json()


@pytest.fixture
def compared(app: FastAPI, officer: Person, parcel: Parcel, tmp_path: Path) -> dict[str, Any]:
    """A comparison that is done, with two heaps."""
    return done(app, officer, *a_pair(tmp_path))
