"""A dispatcher's morning in a real browser: the board, a card dragged and taken back, several given with the keyboard, a plan
previewed and made, an extra round, a task by hand, the day on a sheet."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from gis_service.access.rules import Role
from gis_service.core import clock
from tests.ways.people import Enter, enter, troubles
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args", "enter"]

pytestmark = pytest.mark.browser

DAY = str(clock.today() - timedelta(days=1))
"""The last day but one of the sample, with tasks of every kind."""


def board(page: Page, **query: str) -> None:
    asked = "&".join(f"{name}={value}" for name, value in {"day": DAY, **query}.items())
    page.goto(f"/desk/patrols?{asked}")
    expect(page.locator(".card").first).to_be_visible()


def test_the_board_shows_who_has_what_and_a_task_its_parcels_in_their_order(enter: Enter) -> None:
    page = enter(Role.LAND_OFFICER)
    board(page)
    assert page.locator(".rail button[aria-current=page]").inner_text() == "巡查"
    assert troubles(page) == []
    page.locator(".card").first.get_by_role("button").press("Enter")
    expect(page.locator(".detail ol li").first).to_contain_text(re.compile("[A-Z]{2}-\\d{4}"))
    assert troubles(page) == []


def column(page: Page, name: str) -> Locator:
    """What somebody has."""
    return page.locator(f".column[aria-label^='{name} ']")


def test_a_card_is_given_by_dragging_and_two_by_the_keyboard(enter: Enter) -> None:
    page = enter(Role.LAND_OFFICER)
    board(page)
    one, other = "黄国强(示例)", "巡查员"
    mine, theirs = column(page, one).locator(".card"), column(page, other).locator(".card")
    before, there = mine.count(), theirs.count()
    movable = column(page, one).locator(".card[draggable=true]")
    moved = page.locator(".note.good[role=status]")

    movable.first.drag_to(column(page, other).locator("h3"))
    expect(moved).to_contain_text(f"1 个任务已改到“{other}”")
    expect(mine).to_have_count(before - 1)
    expect(theirs).to_have_count(there + 1)
    page.get_by_role("button", name="撤销").click()
    expect(moved).to_have_count(0)
    expect(mine).to_have_count(before)
    expect(theirs).to_have_count(there)

    for n in range(2):
        movable.nth(n).get_by_role("checkbox").press("Space")
    bar = page.get_by_role("form", name="办理选中的任务")
    expect(bar).to_contain_text("已选 2 个")
    assert troubles(page) == []
    bar.get_by_label("改派给").select_option(label=other)
    bar.get_by_role("button", name="改派").press("Enter")
    expect(moved).to_contain_text("2 个任务已改到")
    page.reload()  # it is so for everybody
    expect(mine).to_have_count(before - 2)
    expect(theirs).to_have_count(there + 2)


def test_a_plan_is_seen_before_it_is_made_and_an_extra_round_takes_one_press(enter: Enter) -> None:
    page = enter(Role.LAND_OFFICER)
    page.goto("/desk/patrols?patrol=plans")
    page.get_by_role("button", name="新建计划").click()
    form = page.get_by_role("form", name="新建计划")
    outlook = form.get_by_role("region", name="今后 28 天将产生")
    expect(outlook).to_contain_text("4 轮")
    form.get_by_label("每个周期几次").fill("2")
    expect(outlook).to_contain_text("8 轮")
    assert troubles(page) == []
    form.get_by_label("片区").select_option(label="淇澳")
    form.get_by_label("计划名称").fill("淇澳汛期巡查")
    form.get_by_role("button", name="建立计划").click()
    expect(page.get_by_role("form", name="淇澳汛期巡查")).to_be_visible()
    expect(page.locator("table.list")).to_contain_text("淇澳汛期巡查")

    page.get_by_role("button", name="台风加密").click()
    expect(page.locator(".total")).to_contain_text("个任务")
    page.get_by_role("button", name="下达加密巡查").click()
    # the worker makes its tasks, and the board looks again until they are there
    expect(page.locator(".card", has_text="台风前加密").first).to_be_visible(timeout=60_000)


def test_a_task_by_hand_and_the_sheet_of_the_day(enter: Enter) -> None:
    page = enter(Role.LAND_OFFICER)
    board(page)
    page.get_by_role("button", name="手工派任务").click()
    form = page.get_by_role("form", name="手工派任务")
    form.get_by_label("按编号或名称添加地块").fill("BW-00")
    form.get_by_role("button", name=re.compile(r"^\+ BW-00")).first.click()
    form.get_by_label("任务名称").fill("复查围蔽缺口")
    form.get_by_role("button", name="派发任务").click()
    expect(page.get_by_role("heading", name="复查围蔽缺口")).to_be_visible()

    page.get_by_role("tab", name="日报").click()
    sheet = page.get_by_role("region", name="巡查日报")
    expect(sheet).to_contain_text("任务完成")
    with page.expect_download() as saved:
        sheet.get_by_role("link", name="Excel").click()
    assert saved.value.suggested_filename.endswith(".xlsx")
    assert troubles(page) == []


def test_somebody_who_walks_finds_their_own_tasks_first_on_a_phone(enter: Enter) -> None:
    page = enter(Role.UNIT_USER, unit="GH01", size={"width": 390, "height": 844})
    board(page)
    expect(page.get_by_role("button", name="生成任务")).to_have_count(0)
    assert page.locator(".card[draggable=true]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert troubles(page) == []
