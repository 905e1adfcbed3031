"""The sample district as somebody sees it through the map's doors."""

import os
import time
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.cluster import Cluster
from gis_service.core.reader import Reader
from gis_service.main import create_app
from gis_service.maps.catalogue import Catalogue
from gis_service.settings import Settings
from tests.conformance.conftest import officer, sample_app
from tests.conftest import CloneServices
from tests.factories import a_parcel, an_area
from tests.maps.district import District, settled, with_token

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


@pytest.fixture(scope="module")
def settled_services(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloneServices]:
    """One database for the tests of a module that only look."""
    name = cluster.clone(f"tiles_{os.getpid()}_{time.monotonic_ns()}")
    settings = Settings(environment="test", var_dir=tmp_path_factory.mktemp("var"), threads=4)
    services = CloneServices(settings, cluster, name)
    yield services
    services.close()
    cluster.drop(name)


@pytest.fixture(scope="module")
def district(settled_services: CloneServices) -> District:
    return settled(settled_services)


@pytest.fixture(scope="module")
def settled_app(settled_services: CloneServices) -> FastAPI:
    return create_app(settled_services.settings, settled_services)


@pytest.fixture(scope="module")
def client(settled_app: FastAPI, district: District) -> TestClient:
    """A land officer's GIS client."""
    return with_token(settled_app, Role.LAND_OFFICER)
