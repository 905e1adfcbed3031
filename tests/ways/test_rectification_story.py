"""A problem on idle land: the land officer sends the notice, the unit answers from a phone, a second person strikes it off."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from gis_service.access.rules import Role
from gis_service.main import WEB
from tests.ways.people import PHONE, Enter, enter, first, standing, troubles
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args", "enter"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    made = tmp_path / "after.jpg"
    Image.new("RGB", (640, 480), "#2E9E5B").save(made)
    return made


def test_from_the_notice_to_the_strike_off(enter: Enter, photo: Path) -> None:
    officer = enter(Role.LAND_OFFICER)
    found = first(officer, "rectifications", state="issued", q="围蔽")
    officer.goto(f"/desk/rectifications/{found}")
    expect(standing(officer)).to_have_text("已发整改通知")
    assert troubles(officer) == []

    unit = enter(Role.UNIT_USER, unit="GH01", size=PHONE)
    unit.goto("/desk/rectifications")
    expect(unit.locator("button.line").first).to_be_visible()
    listed = unit.locator("button.line").all_inner_texts()
    assert all("示例管护有限公司" in line for line in listed)
    unit.locator("button.line", has_text="围蔽").filter(has_text="已发整改通知").click()
    answer = unit.get_by_role("form", name="回复整改结果")
    send = answer.get_by_role("button", name="先拍整改后照片")
    expect(send).to_be_disabled()
    answer.locator("input[type=file]").set_input_files(photo)
    answer.get_by_label("整改情况").fill("已修复围网 3 米,并加固立柱")
    send = answer.get_by_role("button", name="提交回复")
    box = send.bounding_box()
    assert box is not None
    assert box["height"] >= 48  # within reach of a thumb
    assert unit.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert troubles(unit) == []
    send.click()
    expect(standing(unit)).to_have_text("已回复待复查")
    expect(unit.get_by_role("form", name="回复整改结果")).to_have_count(0)

    officer.goto(f"/desk/rectifications/{found}")
    check = officer.get_by_role("form", name="复查")
    check.get_by_label("现场看到什么").fill("围网已修复,立柱稳固")
    assert troubles(officer) == []
    check.get_by_role("button", name="制作复查记录并销号").click()
    expect(standing(officer)).to_have_text("销号")
    officer.get_by_role("tab", name="文书").click()
    for paper in ("整改通知书", "整改回复", "复查记录"):
        expect(officer.locator("ul.papers").get_by_text(paper, exact=True)).to_be_visible()


def test_a_notice_is_made_and_sent_with_one_press_and_lists_go_out(enter: Enter) -> None:
    officer = enter(Role.LAND_OFFICER)
    found = first(officer, "rectifications", state="found", q="其他")
    officer.goto(f"/desk/rectifications/{found}")
    notice = officer.get_by_role("form", name="发出整改通知")
    notice.get_by_label("整改期限").fill("2099-01-05")
    notice.get_by_label("整改要求").fill("三日内补装井盖")
    notice.get_by_role("button", name="制作通知书并发出").click()
    expect(standing(officer)).to_have_text("已发整改通知")
    expect(officer.locator(".problem").get_by_text("2099-01-05")).to_be_visible()
    officer.get_by_text("清单", exact=True).click()
    officer.get_by_label("哪种清单").select_option("duty_list")
    with officer.expect_download() as saved:
        officer.get_by_role("link", name="Excel").click()
    assert saved.value.suggested_filename.startswith("责任清单")


def test_a_leader_supervises_what_is_late(enter: Enter) -> None:
    leader = enter(Role.LEADER)
    found = first(leader, "rectifications", state="rectifying", q="停车")
    leader.goto(f"/desk/rectifications/{found}")
    expect(leader.locator(".detail").get_by_text("超期").first).to_be_visible()
    leader.get_by_role("button", name="督办", exact=True).click()
    step = leader.get_by_role("form", name="督办")
    step.get_by_role("button", name="去制作或上传").click()
    leader.get_by_role("button", name="督办单").click()
    leader.get_by_label("正文").fill("请于期限内整改到位。")
    leader.get_by_role("button", name="制作督办单").click()
    expect(leader.locator("ul.papers").get_by_text("督办单", exact=True)).to_be_visible()
    leader.get_by_role("tab", name="办理").click()
    step.get_by_label("整改期限").fill("2099-01-05")
    step.get_by_role("button", name="督办", exact=True).click()
    expect(standing(leader)).to_have_text("督办")
