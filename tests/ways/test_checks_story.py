"""A land officer settles faults of the register in a real browser, with the keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from gis_service.main import WEB
from tests.ways.test_desk_story import browser_context_args, browser_type_launch_args, desk, faults, sign_in

__all__ = ["browser_context_args", "browser_type_launch_args", "desk", "faults"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


def test_a_fault_is_looked_at_accepted_and_opened_again(page: Page, desk: str, faults: list[str]) -> None:
    sign_in(page, desk)
    faults.clear()  # the desk asked who is there, and nobody was
    page.get_by_role("navigation").get_by_text("检查").click()
    checks = page.get_by_role("region", name="检查")
    head = checks.get_by_role("button", name="地块重叠")
    expect(head).to_contain_text("1")
    head.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    detail = page.get_by_role("complementary", name="详情")
    expect(detail.get_by_text("重叠 235.09 平方米")).to_be_visible()
    expect(detail.get_by_role("heading", name="TJ-0026")).to_be_visible()
    expect(page).to_have_url(re.compile(r"map=[\d.]+,[\d.]+,1[6-9]"))  # the map went there

    detail.get_by_role("button", name="接受并说明").click()
    detail.get_by_role("button", name="按原测绘成果，不改").click()
    detail.get_by_role("button", name="接受", exact=True).click()
    expect(detail.get_by_role("button", name="重新打开")).to_be_visible()
    expect(head).to_have_count(0)
    checks.get_by_label("处理情况").select_option(label="已接受")
    expect(checks.get_by_role("button", name="地块重叠")).to_be_visible()
    detail.get_by_role("button", name="重新打开").click()
    expect(checks.get_by_text("没有这样的问题")).to_be_visible()

    checks.get_by_role("button", name="看全部待处理的").click()
    expect(head).to_be_visible()
    detail.get_by_role("button", name="去修改").first.click()
    expect(page.get_by_role("tab", name="台账")).to_be_visible()
    assert faults == []
