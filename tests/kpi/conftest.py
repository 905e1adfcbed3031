"""The hand-made district, written once and only read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.cluster import Cluster
from gis_service.settings import Settings
from tests.conftest import CloneServices
from tests.kpi import world


@pytest.fixture(scope="session")
def small(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CloneServices, dict[str, int]]]:
    """Services over the small district, and the ids of what is in it."""
    name = cluster.clone("kpi_small")
    owner = create_engine(cluster.url(db.OWNER_ROLE, name))
    with Session(owner) as session, session.begin():
        ids = world.tell(session)
    owner.dispose()
    settings = Settings(environment="test", var_dir=Path(tmp_path_factory.mktemp("kpi")), threads=4)
    services = CloneServices(settings, cluster, name)
    yield services, ids
    services.close()


@pytest.fixture
def reading(small: tuple[CloneServices, dict[str, int]]) -> Iterator[Session]:
    """A session over it that sees all land."""
    with small[0].sessions() as session:
        db.enter(session, EVERYTHING)
        yield session
