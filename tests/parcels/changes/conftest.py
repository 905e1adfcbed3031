"""A register whose clock can be set: what happened on which day is what the tests are about."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine, delete, insert, update
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.parcels.models import BoundaryPoint, Parcel
from tests.conftest import CloneServices, Person

SignIn = Callable[..., Person]


@pytest.fixture
def owner(services: CloneServices) -> Iterator[Session]:
    """A session of the owner, who alone may set the clock back; what it did is committed by `commit`."""
    engine = create_engine(services.url(db.OWNER_ROLE))
    with Session(engine, expire_on_commit=False) as session:
        yield session
    engine.dispose()


@pytest.fixture
def on(owner: Session) -> Callable[..., None]:
    """`on("2026-03-01", reason, …)`: what follows happens at noon of that day in Beijing, for that reason."""

    def set_(day: str, reason: str = "", document_id: int | None = None, who: str = "林工") -> None:
        db.enter(owner, EVERYTHING)
        db.because(owner, reason, document_id)
        db.setting(owner, app_version_at=f"{day}T12:00:00+08:00", app_actor_name=who)

    return set_


def alter(session: Session, parcel: Parcel, **values: Any) -> None:
    session.execute(update(Parcel).where(Parcel.id == parcel.id).values(**values))


def give_points(session: Session, parcel: Parcel, *names: str) -> None:
    """Boundary points with these names, all at the middle: enough to see which belong to which day."""
    session.execute(delete(BoundaryPoint).where(BoundaryPoint.parcel_id == parcel.id))
    for seq, name in enumerate(names, 1):
        facts = {"part_no": 1, "ring_no": 1, "seq": seq, "point_no": name, "northing_text": f"{seq}.000"}
        place = "SRID=4490;POINT(113.5205 22.3905)"
        row = {"parcel_id": parcel.id, **facts, "easting_text": "1.000", "source_crs": 4547, "geom": place}
        session.execute(insert(BoundaryPoint).values(row))


@pytest.fixture
def officer(sign_in: SignIn) -> Person:
    return sign_in(Role.LAND_OFFICER)


def etag(person: Person, parcel_id: int) -> str:
    return person.get(f"/api/v1/parcels/{parcel_id}").headers["etag"]


__all__ = ["FastAPI", "alter", "etag", "give_points"]
