"""A claim for damage: the page says who claims, the limit stands in the way, money by head, talks, an agreement."""

import pytest
from playwright.sync_api import expect

from gis_service.access.rules import Role
from gis_service.main import WEB
from tests.ways.people import Enter, enter, first, standing, troubles
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args", "enter"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


def test_from_the_talks_to_an_agreement(enter: Enter) -> None:
    officer, leader = enter(Role.CASE_OFFICER), enter(Role.LEADER)
    claim = first(officer, "claims", state="negotiating")
    officer.goto(f"/desk/claims/{claim}?tab=claim")
    expect(officer.get_by_text("区不是赔偿权利人")).to_be_visible()
    expect(officer.get_by_text("1 次，最多 3 次")).to_be_visible()
    expect(officer.get_by_role("row", name="合计")).to_contain_text("639,500.00")
    assert troubles(officer) == []

    leader.goto(f"/desk/claims/{claim}")
    leader.get_by_role("button", name="达成赔偿协议").click()
    expect(leader.get_by_text("没有按项目登记议定金额")).to_be_visible()

    officer.get_by_role("tab", name="金额").click()
    officer.get_by_label("项目").select_option("cleanup_restoration")
    officer.get_by_label("阶段").select_option("agreed")
    officer.get_by_label("金额（元）").fill("480000")
    officer.get_by_role("button", name="记一笔").click()
    expect(officer.get_by_role("row", name="合计")).to_contain_text("480,000.00")
    assert troubles(officer) == []
    officer.get_by_role("tab", name="文书").click()
    officer.get_by_label("新文书").select_option("compensation_agreement")
    officer.get_by_label("正文").fill("双方自愿达成赔偿协议。")
    officer.get_by_role("button", name="制作赔偿协议").click()
    expect(officer.locator("ul.papers").get_by_text("赔偿协议", exact=True)).to_be_visible()

    leader.reload()
    leader.get_by_role("button", name="达成赔偿协议").click()
    agree = leader.get_by_role("form", name="达成赔偿协议")
    agree.get_by_label("履行期限").fill("2099-06-30")
    agree.get_by_role("button", name="达成赔偿协议").click()
    expect(standing(leader)).to_have_text("达成协议")
    leader.get_by_role("tab", name="索赔").click()
    expect(leader.get_by_text("还有 480,000.00 元未付")).to_be_visible()


def test_a_claim_begins_with_a_lead(enter: Enter) -> None:
    officer = enter(Role.CASE_OFFICER)
    officer.goto("/desk/claims")
    officer.get_by_role("button", name="登记损害赔偿").click()
    officer.get_by_label("标题").fill("示例渣土压占水塘")
    officer.get_by_label("赔偿义务人").fill("示例工程有限公司")
    officer.get_by_label("损害发生日期").fill("2026-06-01")
    officer.get_by_label("损害情况").fill("渣土压占水塘约 200 平方米")
    officer.get_by_role("button", name="登记", exact=True).click()
    expect(standing(officer)).to_have_text("线索筛查")
    officer.get_by_role("tab", name="索赔").click()
    expect(officer.get_by_text("启动时确定")).to_be_visible()
