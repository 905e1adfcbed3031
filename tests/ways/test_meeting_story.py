"""The evening before a joint meeting, and the day of it: agenda from what is late, minutes, an action that somebody must do."""

import re

import pytest
from playwright.sync_api import Page, expect

from gis_service.access.rules import Role
from gis_service.main import WEB
from tests.ways.people import Enter, enter, first, standing, troubles
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args", "enter"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


def leave_out_all_but_two(page: Page, meeting: int) -> None:
    """A short meeting: the rest is settled beforehand."""
    address = f"/api/v1/meetings/{meeting}"
    for topic in page.request.get(address).json()["details"]["agenda"][:-2]:
        answer = page.request.post(
            f"{address}/agenda/{topic['id']}/remove",
            data={"reason": "会前已协调"},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        assert answer.ok, answer.text()


def test_from_the_agenda_to_an_action(enter: Enter) -> None:
    staff = enter(Role.LAND_OFFICER)
    meeting = first(staff, "meetings", state="draft")
    staff.goto(f"/desk/meetings/{meeting}?tab=agenda")
    topics = staff.locator("li[data-topic]")
    expect(topics.first).to_contain_text("上次议定")
    staff.get_by_role("button", name="按最新情况更新").click()
    expect(topics.filter(has_text="已超期").first).to_be_visible()
    staff.get_by_placeholder("增加一个议题").fill("研究冬季巡查安排")
    staff.get_by_role("button", name="加入").click()
    expect(topics.last).to_contain_text("研究冬季巡查安排")
    assert troubles(staff) == []
    staff.get_by_role("button", name=re.compile("上移 研究冬季巡查安排")).click()
    expect(topics.last).not_to_contain_text("研究冬季巡查安排")
    count = topics.count()
    topics.first.get_by_role("button", name="不议…").click()
    topics.first.get_by_placeholder("不上会的原因").fill("会前已协调")
    topics.first.get_by_role("button", name="取下").click()
    expect(topics).to_have_count(count - 1)
    leave_out_all_but_two(staff, meeting)
    staff.reload()
    expect(topics).to_have_count(2)

    staff.get_by_role("tab", name="文书").click()
    staff.get_by_role("button", name="会议议程").click()
    staff.get_by_role("button", name="制作会议议程").click()
    expect(staff.locator("ul.papers").get_by_text("会议议程", exact=True)).to_be_visible()
    staff.get_by_role("tab", name="办理").click()
    staff.get_by_role("button", name="发出议程").click()
    staff.get_by_role("form", name="发出议程").get_by_role("button", name="发出议程").click()
    expect(standing(staff)).to_have_text("议程已发")
    staff.get_by_role("tab", name="议程").click()
    expect(staff.get_by_text("不再变动")).to_be_visible()
    expect(staff.get_by_role("button", name="加入")).to_have_count(0)

    staff.get_by_role("tab", name="办理").click()
    staff.get_by_role("button", name="登记召开").click()
    held = staff.get_by_role("form", name="登记召开")
    held.get_by_label("主持人").fill("示例主任")
    held.get_by_role("button", name="登记召开").click()
    expect(standing(staff)).to_have_text("已召开")

    staff.get_by_role("tab", name="议程").click()
    for n in (1, 2):
        staff.get_by_label(f"第 {n} 项结论").fill("按计划办理")
        topics.nth(n - 1).get_by_role("button", name="保存结论").click()
        expect(topics.nth(n - 1).get_by_role("button", name="定一件事…")).to_be_visible()
    topics.first.get_by_role("button", name="定一件事…").click()
    agreed = staff.get_by_role("form", name="议定事项")
    agreed.get_by_label("要办的事").fill("印发冬季巡查排班表")
    agreed.get_by_label("责任单位").select_option(label="示例管护有限公司")
    agreed.get_by_label("完成期限").fill("2099-01-15")
    agreed.get_by_role("button", name="定下").click()
    expect(topics.first.get_by_text("印发冬季巡查排班表")).to_be_visible()
    assert troubles(staff) == []
    staff.get_by_role("tab", name="参会").click()
    staff.get_by_label("到会").first.check()
    staff.get_by_role("button", name="保存名单").click()
    staff.get_by_role("tab", name="文书").click()
    staff.get_by_role("button", name="会议纪要").click()
    staff.get_by_role("button", name="制作会议纪要").click()
    expect(staff.locator("ul.papers").get_by_text("会议纪要", exact=True)).to_be_visible()
    staff.get_by_role("tab", name="办理").click()
    staff.get_by_role("button", name="印发纪要").click()
    staff.get_by_role("form", name="印发纪要").get_by_role("button", name="印发纪要").click()
    expect(standing(staff)).to_have_text("已印发纪要")

    unit = enter(Role.UNIT_USER, unit="GH01")
    unit.goto("/desk/action_items")
    unit.locator("button.line", has_text="印发冬季巡查排班表").click()
    unit.get_by_role("button", name="报告完成").click()
    report = unit.get_by_role("form", name="报告完成")
    report.get_by_label("办理结果").fill("排班表已印发各班组")
    report.get_by_role("button", name="报告完成").click()
    expect(standing(unit)).to_have_text("已报告待确认")

    leader = enter(Role.LEADER)
    leader.goto(f"/desk/action_items/{first(leader, 'action_items', state='reported', q='排班')}")
    leader.get_by_role("button", name="确认,销号").click()
    leader.get_by_role("form", name="确认,销号").get_by_role("button", name="确认,销号").click()
    expect(standing(leader)).to_have_text("销号")
