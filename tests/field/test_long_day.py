"""A day without network arrives whole: every receipt is a row, every photo has its hash, every fix of the track is there."""

import pytest
from playwright.sync_api import Playwright

from tests.field import long_day
from tests.field.world import CLEAN, World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_day_without_network_arrives_whole(here: World, playwright: Playwright) -> None:
    figures = long_day.run(playwright, here, records=20, photos=24, seconds=3000, photo_bytes=150_000)
    assert {name: figures[name] for name in (*CLEAN, "files_with_another_hash")} == {
        **dict.fromkeys(CLEAN, 0),
        "files_with_another_hash": 0,
    }, figures
    assert figures["track_fixes"] == 3000
    assert figures["server_files"] == 24
    assert figures["queue"]["records"] == figures["server_records"]
    assert max(figures["heap_mb_sending"]) < 2 * max(figures["heap_mb_recording"]) + 10, figures
