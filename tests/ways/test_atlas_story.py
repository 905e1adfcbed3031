"""The evening before the meeting: an atlas of what the list shows, and one stopped half way, in a real browser."""

from pathlib import Path

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from gis_service.access.rules import Role
from gis_service.main import WEB
from tests.ways.people import Enter, enter  # noqa: F401  (fixture)
from tests.ways.test_desk_story import browser_type_launch_args  # noqa: F401  (fixture)

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


def test_what_the_list_shows_becomes_an_atlas(enter: Enter) -> None:  # noqa: F811
    page = enter(Role.LEADER)
    page.goto("/desk/parcels?q=BW-000")
    expect(page.locator(".sums b")).to_contain_text("筛出")
    shown = int(page.locator(".sums b").inner_text().split()[1])
    page.get_by_role("button", name="图册", exact=True).click()
    panel = page.get_by_role("dialog", name="图册")
    expect(panel.get_by_label("哪些地块")).to_have_value("shown")
    expect(panel.get_by_label("每宗的图")).to_contain_text("宗地图")
    panel.get_by_label("封面题名").fill("第三次联席会议用图")
    faults = Axe().run(page).response["violations"]
    assert not faults, [fault["id"] for fault in faults]
    with page.expect_download(timeout=120_000) as handed:
        panel.get_by_role("button", name="生成图册").click()
    assert handed.value.suggested_filename == "第三次联席会议用图.pdf"
    document = pypdfium2.PdfDocument(Path(handed.value.path()))
    sheets = [each for each in document.get_toc() if each.level == 1]
    assert len(sheets) == shown
    document.close()
    expect(panel.get_by_role("button", name="下载")).to_be_visible()

    page.goto("/desk/meetings")
    page.get_by_role("button", name="图册", exact=True).click()
    panel = page.get_by_role("dialog", name="图册")
    expect(panel.get_by_label("哪些地块")).to_have_value("all")
    panel.get_by_role("button", name="生成图册").click()
    panel.get_by_role("button", name="取消").first.click(timeout=60_000)
    expect(panel.get_by_text("已取消")).to_be_visible()
