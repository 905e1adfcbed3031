"""A desk over the sample district."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.maps.catalogue import Catalogue
from gis_service.sheets.gather import Desk
from tests.conformance.conftest import officer, sample_app
from tests.conftest import CloneServices

__all__ = ["officer", "sample_app"]

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.fixture
def desk(sample_services: CloneServices) -> Iterator[Callable[..., Desk]]:
    """Makes desks over the sample district, for a scope, a day and what else a desk may be told."""
    with sample_services.sessions() as session:

        def made(
            scope: db.Scope = EVERYTHING, as_of: datetime | None = None, now: datetime = NOON, **more: Any
        ) -> Desk:
            db.enter(session, scope)
            return Desk(
                sample_services.reader,
                session,
                scope,
                Catalogue.load(),
                now,
                as_of,
                store=sample_services.store,
                **more,
            )

        yield made
