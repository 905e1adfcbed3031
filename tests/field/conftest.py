"""One world for each file of tests, and phones that are closed in the end."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright

from gis_service.core.cluster import Cluster
from tests.field.world import Phone, World, world


@pytest.fixture(scope="module")
def here(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[World]:
    with world(cluster, request.module.__name__.rsplit(".", 1)[-1]) as made:
        yield made


@pytest.fixture
def phone(here: World, playwright: Playwright, request: pytest.FixtureRequest) -> Iterator[Phone]:
    made = Phone(playwright, here, request.node.name)
    yield made
    made.close()
    wire = here.wire
    wire.refuse = ()
    wire.dead, wire.portal, wire.swallow, wire.cut, wire.delay_s = False, False, 0.0, 0.0, 0.0
