"""The printing process ends with the tests; a month that is over although nothing in the database is old."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.access.models import Area
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.parcels.models import Parcel
from gis_service.reports import cli as commands
from gis_service.reports import making, operations, routes, rules, tables
from gis_service.sheets.printing.press import PRESS
from tests.conftest import Person
from tests.factories import a_parcel, a_unit, an_area, land

RISKY = '=HYPERLINK("http://x","点我")'


@pytest.fixture(scope="session", autouse=True)
def _press() -> Iterator[None]:
    yield
    PRESS.close()


@pytest.fixture
def month() -> date:
    """The month it really is, in which everything a test makes is made."""
    return clock.today().replace(day=1)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch, month: date) -> datetime:
    """A day of the month after: for the reports, this month is over."""
    moment = rules.ends(month) + timedelta(days=3)
    moved = SimpleNamespace(now=lambda: moment, today=moment.date, BEIJING=clock.BEIJING)
    for module in (making, operations, routes, tables, commands):
        monkeypatch.setattr(module, "clock", moved)
    return moment


@pytest.fixture
def area(app: FastAPI) -> Area:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return an_area(session, code="BW", name="北围")


@pytest.fixture
def parcels(app: FastAPI, area: Area) -> list[Parcel]:
    """Three parcels of an area and one of none; one has a name that a spreadsheet would run."""
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        unit = a_unit(session, name="@管护单位")
        return [
            a_parcel(session, parcel_no=f"BW-{n:04}", shape=land(column=n), area_id=area.id if n < 4 else None, custodian_unit_id=unit.id, **facts)
            for n, facts in enumerate(({"parcel_name": RISKY}, {"survey_status": "approved"}, {}, {}), 1)
        ]  # fmt: skip


@pytest.fixture
def officer(sign_in: Callable[..., Person]) -> Person:
    return sign_in(Role.LAND_OFFICER)


def seeing_all(app: FastAPI) -> Session:
    session: Session = app.state.sessions()
    db.enter(session, EVERYTHING)
    return session
