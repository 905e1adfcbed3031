"""A district with some land, an inspector and what the tests ask of it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from tests.asking import Asking
from tests.conftest import CloneServices, Person
from tests.factories import a_parcel, a_unit, an_area, land
from tests.patrols.inbox.phone import Phone


@dataclass
class Land(Asking):
    """Two areas; three parcels in the first, one in the second, and a unit in whose care the third is."""

    services: CloneServices
    area: int
    other_area: int
    parcels: list[int]
    elsewhere: int
    unit: int


@pytest.fixture
def ground(services: CloneServices) -> Land:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area, other, unit = an_area(session), an_area(session), a_unit(session)
        parcels = [a_parcel(session, shape=land(n), area_id=area.id).id for n in range(2)]
        parcels.append(a_parcel(session, shape=land(2), area_id=area.id, custodian_unit_id=unit.id).id)
        elsewhere = a_parcel(session, shape=land(9, 9), area_id=other.id).id
        return Land(services, area.id, other.id, parcels, elsewhere, unit.id)


@pytest.fixture
def inspector(ground: Land, sign_in: Callable[..., Person]) -> Person:
    return sign_in(Role.INSPECTOR, area_id=ground.area)


@pytest.fixture
def officer(ground: Land, sign_in: Callable[..., Person]) -> Person:
    return sign_in(Role.LAND_OFFICER)


@pytest.fixture
def phone(inspector: Person) -> Phone:
    return Phone(inspector.user_id)
