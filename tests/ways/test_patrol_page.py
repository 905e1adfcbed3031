"""The page of walks: a doubtful one is found, its track opened for a reason and replayed with honest gaps, on the desk and on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from gis_service.access.rules import Role
from gis_service.main import WEB
from tests.ways.people import PHONE, Enter, enter, troubles
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args", "enter"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


def walks(page: Page, **wanted: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = page.request.get("/api/v1/patrols", params={"limit": "200", **wanted}).json()[
        "items"
    ]
    return found


def test_a_doubtful_walk_is_found_opened_for_a_reason_and_replayed(enter: Enter) -> None:
    officer = enter(Role.LAND_OFFICER)
    officer.goto("/desk/patrols?patrol=walks")
    expect(officer.locator("button.line").first).to_be_visible()
    officer.get_by_label("疑点").select_option("replay")
    expect(officer.locator("button.line")).to_have_count(1)
    officer.locator("button.line").click()
    detail = officer.locator(".detail")
    expect(detail.get_by_text(re.compile("与第 .* 号巡查的轨迹相同"))).to_be_visible()
    expect(detail.get_by_role("heading", name="到位情况")).to_be_visible()
    assert troubles(officer) == []

    # nobody sees the track of another by the way
    expect(detail.get_by_role("group", name="轨迹回放")).to_have_count(0)
    detail.get_by_label("查看他人轨迹的原因").fill("核对雷同轨迹")
    detail.get_by_role("button", name="打开轨迹").click()
    expect(detail.get_by_role("group", name="轨迹回放")).to_be_visible()
    detail.get_by_role("button", name="打开那一次").click()
    expect(detail.get_by_role("group", name="轨迹回放")).to_have_count(0)


def test_where_the_track_has_a_hole_the_replay_says_why(enter: Enter) -> None:
    officer = enter(Role.LAND_OFFICER)
    for one in walks(officer):
        found = officer.request.get(f"/api/v1/patrols/{one['id']}").json()
        gap = next((gap for gap in found["gaps"] if gap["reason"] == "hidden"), None)
        if gap:
            break
    officer.goto(f"/desk/patrols/{found['id']}?patrol=walks")
    detail = officer.locator(".detail")
    detail.get_by_label("查看他人轨迹的原因").fill("查看轨迹中断")
    detail.get_by_role("button", name="打开轨迹").click()
    slider = detail.get_by_role("slider", name="回放时刻")
    start = officer.evaluate("at => Date.parse(at)", found["started_at"])
    inside = officer.evaluate("([a, b]) => (Date.parse(a) + Date.parse(b)) / 2", [gap["from"], gap["to"]])
    slider.fill(str(int((inside - start) / 1000)))
    expect(detail.get_by_role("status").filter(has_text="锁屏或切换到其他应用")).to_be_visible()
    slider.fill("5")
    expect(detail.get_by_role("status").filter(has_text="定位误差")).to_be_visible()

    detail.get_by_role("button", name="回放").click()
    before = slider.input_value()
    expect(slider).not_to_have_value(before)
    detail.get_by_role("button", name="暂停").click()
    photo = detail.get_by_role("list", name="照片，按时间").get_by_role("button").first
    photo.click()
    expect(photo).to_have_attribute("aria-current", "true")
    assert troubles(officer) == []


def test_the_page_works_on_a_phone_and_a_parcel_knows_its_patrols(enter: Enter) -> None:
    leader = enter(Role.LEADER, size=PHONE)
    leader.goto("/desk/patrols?patrol=walks")
    leader.locator("button.line").first.click()
    detail = leader.locator(".detail")
    expect(detail.get_by_role("heading", name="检查与发现")).to_be_visible()
    assert leader.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert troubles(leader) == []
    [cover, *_] = leader.request.get(f"/api/v1/patrols/{walks(leader)[0]['id']}").json()["coverage"]
    leader.goto(f"/desk/parcels/{cover['parcel_id']}?tab=patrols")
    expect(leader.get_by_text(re.compile("到位 .* 次")).first).to_be_visible()
    assert troubles(leader) == []
