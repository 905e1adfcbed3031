"""The browser killed at random moments loses nothing, doubles nothing, leaves no photo alone."""

import pytest
from playwright.sync_api import Playwright

from tests.field import kills
from tests.field.world import CLEAN, World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_twenty_kills_lose_nothing_and_double_nothing(here: World, playwright: Playwright) -> None:
    figures = kills.run(playwright, here, 20)
    assert {name: figures[name] for name in CLEAN} == dict.fromkeys(CLEAN, 0), figures
    assert figures["confirmed"] >= 20
    assert figures["begun"] > figures["confirmed"], "no kill fell into a save"
    assert figures["kills"] == dict.fromkeys(kills.KINDS, 5)
