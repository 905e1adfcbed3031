"""The evening before the meeting: a closed month is looked at, a note is written in its cell, the pack is made and taken along."""

import pytest
from playwright.sync_api import Page, expect

from gis_service.access.rules import Role
from gis_service.main import WEB
from tests.ways.people import Enter, enter, troubles
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args", "enter"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


def test_a_month_is_noted_made_and_taken_along(enter: Enter) -> None:
    evening(enter(Role.LAND_OFFICER))


def evening(page: Page) -> None:
    """The story, for whoever is signed in on the page."""
    page.goto("/desk/monthly_reports?month=2026-10&edition=0")
    cell = page.get_by_label("BW-0010 下一步措施")
    expect(cell).to_be_attached(timeout=60_000)
    cell.fill("11 月底前完成钻探")
    with page.expect_response(lambda answer: "/monthly-notes/2026-10/" in answer.url) as written:
        cell.press("Tab")
    assert written.value.status == 200, written.value.text()
    page.reload()
    expect(page.get_by_label("BW-0010 下一步措施")).to_have_value("11 月底前完成钻探", timeout=60_000)

    page.get_by_role("button", name="第 1 版").click()
    expect(page.get_by_role("button", name="重新生成")).to_be_visible()
    expect(page.get_by_label("BW-0010 下一步措施")).to_have_count(0, timeout=60_000)
    page.get_by_role("button", name="重新生成").click()
    expect(page.get_by_label("生成进度")).to_be_visible()
    everything = page.get_by_role("link", name="全部 ZIP")
    expect(everything).to_be_visible(timeout=300_000)
    with page.expect_download() as taken:
        everything.click()
    assert taken.value.suggested_filename == "调度材料_2026-10_示例数据.zip"
    expect(page.get_by_role("img", name="幻灯片第 1 页")).to_be_visible()
    assert troubles(page) == []
