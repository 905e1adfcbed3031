"""Planning by risk: what is suggested and why, a round given out with one press; the ranking and the map; hotspots of another period."""

import pytest
from playwright.sync_api import expect

from gis_service.access.rules import Role
from tests.ways.people import Enter, enter, troubles
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args", "enter"]

pytestmark = pytest.mark.browser
LONG_MS = 60_000


def test_a_round_is_suggested_given_out_by_hand_and_the_ranking_says_why(enter: Enter) -> None:
    page = enter(Role.LAND_OFFICER)
    page.goto("/desk/patrols?patrol=plans")
    suggested = page.locator("details.suggestions")
    expect(suggested.locator("summary")).to_contain_text("按风险建议", timeout=LONG_MS)
    first = suggested.locator("tbody tr").first
    number = first.locator("button.mono").inner_text()
    first.get_by_role("button", name=f"把 {number} 加入巡查任务").click()
    expect(suggested.get_by_role("status")).to_contain_text(number, timeout=LONG_MS)
    expect(suggested.get_by_role("button", name=number, exact=True)).to_have_count(0)

    page.get_by_role("tab", name="风险与热点").click()
    line = page.locator(".ranking li button").first
    line.click(timeout=LONG_MS)
    why = page.locator("article.detail")
    expect(why.locator("tbody tr").first).to_be_visible(timeout=LONG_MS)
    points = [float(text.replace("−", "-")) for text in why.locator("tbody td.number").all_inner_texts()]
    total = float(line.locator(".score").inner_text())
    assert abs(sum(points) - total) <= 0.05 * (len(points) + 1)  # each is rounded to a tenth
    expect(why.get_by_role("heading", name="历次计算")).to_be_visible(timeout=LONG_MS)

    page.get_by_text("怎么算的，准不准").click()
    expect(page.get_by_text("不能断定更好")).to_be_visible(timeout=LONG_MS)

    page.get_by_role("button", name="倾倒热点").click()
    expect(page.locator(".hotspots tbody tr").first).to_contain_text("热点", timeout=LONG_MS)
    page.locator(".period input[type=date]").first.fill("2026-09-01")
    page.get_by_role("button", name="计算此时段").click()
    expect(page.locator(".hotspots select")).to_contain_text("2026-09-01", timeout=LONG_MS)
    expect(page.locator(".hotspots .sum")).to_be_visible(timeout=LONG_MS)
    assert troubles(page) == []
