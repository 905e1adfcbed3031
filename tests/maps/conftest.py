"""The sample district as somebody sees it through the map's doors."""

import pytest

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.reader import Reader
from gis_service.maps.catalogue import Catalogue
from tests.conformance.conftest import officer, sample_app
from tests.conftest import CloneServices
from tests.factories import a_parcel, an_area

__all__ = ["officer", "sample_app"]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.load()


@pytest.fixture
def reader(services: CloneServices) -> Reader:
    return services.reader


@pytest.fixture
def two_areas(services: CloneServices) -> tuple[int, int]:
    """Ten parcels in one area and five in another; returns the ids of the areas."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        first, second = an_area(session), an_area(session)
        for _ in range(10):
            a_parcel(session, area_id=first.id)
        for _ in range(5):
            a_parcel(session, area_id=second.id, fence_status="full")
        return first.id, second.id
