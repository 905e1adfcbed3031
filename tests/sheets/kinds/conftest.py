"""Walks, cases and handovers of the sample district are as old as its loading: desks that stand today."""

from collections.abc import Callable
from functools import partial

import pytest

from gis_service.core import clock
from gis_service.sheets.gather import Desk


@pytest.fixture
def today(desk: Callable[..., Desk]) -> Callable[..., Desk]:
    """Makes desks over the sample district as it is now."""
    return partial(desk, now=clock.now())
