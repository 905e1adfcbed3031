"""Looking back in a real browser: the slider shows the outline of a past day, two days are compared, one change is taken back."""

import json
import re
from datetime import date, timedelta

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

from gis_service.main import WEB
from tests.conftest import CloneServices
from tests.ways.test_desk_story import browser_context_args, browser_type_launch_args, desk, faults, sign_in

__all__ = ["CloneServices", "FastAPI", "browser_context_args", "browser_type_launch_args", "desk", "faults"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


def moved(page: Page, desk: str) -> tuple[dict, dict]:
    """A parcel of the sample district whose outline changed, and the version that did it."""
    for item in page.request.get(f"{desk}/api/v1/parcels", params={"area": "北围", "limit": 100}).json()["items"]:
        versions = page.request.get(f"{desk}/api/v1/parcels/{item['id']}/versions").json()["items"]
        for version in versions:
            if version["outline"] and version["version_no"] > 1:
                return item, version
    raise AssertionError("no outline changed in the sample district")


def test_any_day_back_what_changed_and_one_change_taken_back(page: Page, desk: str, faults: list[str]) -> None:
    sign_in(page, desk)
    faults.clear()
    parcel, version = moved(page, desk)
    page.goto(f"{desk}/desk/parcels/{parcel['id']}")
    detail = page.get_by_role("complementary", name="详情")
    area = f"{parcel['area_computed_m2']:,.2f}"
    expect(detail.get_by_text(area).first).to_be_visible()

    # a step of the slider by key, then to the day before the outline changed
    slider = page.get_by_role("slider", name="看哪一天的情况")
    expect(slider).to_have_attribute("aria-valuetext", "现在")
    with page.expect_response(lambda answer: "/tiles/" in answer.url and "as_of=" in answer.url):
        slider.press("ArrowLeft")
    expect(page.get_by_text("显示过去的情况")).to_be_visible()
    before = page.request.get(f"{desk}/api/v1/parcels/{parcel['id']}/versions/{version['version_no'] - 1}").json()
    day = date.fromisoformat(version["valid_from"][:10]) - timedelta(days=1)
    slider.fill(str((day - date(1970, 1, 1)).days))
    expect(slider).to_have_attribute("aria-valuetext", f"{day} 日终")
    expect(page).to_have_url(re.compile(f"as_of={day}"))
    expect(detail.get_by_text(f"{before['area_computed_m2']:,.2f}").first).to_be_visible()
    slider.press("End")
    expect(page).to_have_url(re.compile("^(?!.*as_of)"))

    # two days compared: the list tells the kind, the detail both outlines' areas
    page.get_by_role("button", name="比较", exact=True).click()
    page.get_by_label("比较的前一天").fill(str(day))
    page.get_by_label("比较的前一天").press("Enter")
    expect(page.get_by_role("button", name="结束比较")).to_be_visible()
    expect(detail.get_by_text("边界变动").first).to_be_visible()
    expect(detail.get_by_text("增加").first).to_be_visible()
    page.get_by_role("button", name="结束比较").click()

    # the last change is taken back, and the parcel is what it was
    detail.get_by_role("tab", name="版本").click()
    newest = page.request.get(f"{desk}/api/v1/parcels/{parcel['id']}/versions").json()["items"][0]
    detail.get_by_role("button", name=f"撤销此次修改 第 {newest['version_no']} 版").click()
    detail.get_by_label("撤销原因").fill("误改")
    detail.get_by_role("button", name="撤销此次修改", exact=True).click()
    expect(detail.get_by_text(f"撤销第 {newest['version_no']} 版:误改")).to_be_visible()
    now = page.request.get(f"{desk}/api/v1/parcels/{parcel['id']}").json()
    then = page.request.get(f"{desk}/api/v1/parcels/{parcel['id']}/versions/{newest['version_no'] - 1}").json()
    told = {field["field"] for field in newest["fields"]} | {"geometry", "boundary_points"}
    assert json.dumps({name: now[name] for name in sorted(told)}) == json.dumps({n: then[n] for n in sorted(told)})

    # and the register tells it first
    page.get_by_role("button", name="变更记录").click()
    expect(page.get_by_text("撤销第").first).to_be_visible()
    assert faults == []
