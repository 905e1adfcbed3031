"""Finding a parcel by its initials, then changing three at once and taking it back, in a real browser."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from gis_service.main import WEB
from tests.ways.test_desk_story import (
    browser_context_args,  # noqa: F401  (fixtures)
    browser_type_launch_args,  # noqa: F401
    desk,  # noqa: F401
    faults,  # noqa: F401
    sign_in,
)

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


def pick(page: Page, first: str, last: str, count: int) -> None:
    """Tick the parcels of the list from one to another, and begin to change them."""
    page.get_by_role("checkbox", name=f"选择 {first}").click()
    page.get_by_role("checkbox", name=f"选择 {last}").click(modifiers=["Shift"])
    expect(page.get_by_text(f"已选 {count} 块")).to_be_visible()
    page.get_by_role("button", name="批量修改", exact=True).click()


def add_remark(detail: Locator, words: str, count: int) -> None:
    """What is to be changed, why, and the preview of before and after."""
    detail.get_by_label("要改哪一项").select_option("remark_append")
    detail.get_by_label("备注后加一句").first.fill(words)
    detail.get_by_label("修改原因").fill(words)
    expect(detail.get_by_text(f"{count} 块会改变")).to_be_visible()


def take_back(detail: Locator) -> None:
    """Undo the change that was just made."""
    expect(detail.get_by_text("已修改")).to_be_visible()
    detail.get_by_label("撤销原因").fill("弄错了")
    detail.get_by_role("button", name="撤销这次修改").click()
    expect(detail.get_by_text("已撤销").first).to_be_visible()


def test_found_by_initials_then_three_changed_together_and_taken_back(
    page: Page,
    desk: str,  # noqa: F811
    faults: list[str],  # noqa: F811
) -> None:
    page.emulate_media(reduced_motion="reduce")  # a colour on its way to another is nobody's contrast
    sign_in(page, desk)
    faults.clear()
    detail = page.get_by_role("complementary", name="详情")

    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="搜索地块")
    expect(box).to_be_focused()
    page.keyboard.type("gcxg")
    option = page.get_by_role("option", name="格创")
    expect(option).to_contain_text("按拼音首字母")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(detail.get_by_text("格创·芯谷二期地块(示例)").first).to_be_visible()
    expect(box).to_have_value("")

    box.fill("后环")
    page.get_by_role("option", name="片区").first.click()
    expect(page.get_by_role("button", name=re.compile("去掉筛选.片区 后环"))).to_be_visible()
    page.get_by_role("button", name="去掉筛选").click()
    detail.get_by_role("button", name="关闭详情").click()

    pick(page, "BW-0002", "BW-0004", 3)
    expect(page.get_by_role("checkbox", name="选择 BW-0003")).to_be_checked()
    add_remark(detail, "季度核查", 3)
    wrong = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in wrong] == []
    detail.get_by_role("button", name="修改这 3 块").click()

    take_back(detail)
    detail.get_by_role("button", name="BW-0003").click()
    detail.get_by_role("tab", name="版本").click()
    expect(detail.get_by_text(re.compile("撤销批量修改")).first).to_be_visible()
    assert faults == []
