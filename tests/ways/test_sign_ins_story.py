"""Somebody looks where they are signed in, on a narrow screen and on the desk, and puts a forgotten browser out."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gis_service.access.rules import Role
from gis_service.main import WEB
from tests.conftest import PASSWORD
from tests.ways.people import DESK, Enter, enter, troubles
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args", "enter"]

expect.set_options(timeout=30_000)  # a machine under load is slow, not wrong

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]
NARROW = {"width": 375, "height": 812}
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0"


def look(page: Page, name: str) -> None:
    """Nobody is shut out, nothing runs over the edge; pictures for whoever wants to look: set GIS_PICTURES to a folder."""
    assert troubles(page) == []
    for size in (NARROW, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        over = page.locator(".signins").evaluate("e => e.scrollWidth - e.clientWidth")
        assert over <= 0, size
        if folder := os.environ.get("GIS_PICTURES"):
            page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png")


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["375", "1440"])
def test_a_forgotten_browser_is_put_out(size: dict[str, int], enter: Enter) -> None:
    page = enter(Role.LAND_OFFICER, size=size)
    username = page.request.get("/api/v1/me").json()["username"]
    base = page.context.browser
    assert base
    page.goto("/desk/admin/sign-ins")
    expect(page.get_by_text("没有在其他地方登录。")).to_be_visible()
    others = [base.new_context(base_url=page.url.split("/desk")[0], user_agent=WINDOWS) for _ in range(2)]
    for other in others:
        words = {"username": username, "password": PASSWORD}
        assert (
            other.request.post("/api/v1/sessions", data=words, headers={"Sec-Fetch-Site": "same-origin"}).status == 201
        )
    page.reload()
    lines = page.locator(".signins li")
    expect(lines).to_have_count(3)
    expect(lines.filter(has_text="本次登录")).to_have_count(1)
    ends = page.get_by_role("button", name="结束 Edge · Windows")
    expect(ends).to_have_count(2)
    expect(ends.first).to_be_disabled()
    look(page, "sign-ins")

    page.get_by_label("密码").fill("wrong")
    ends.first.click()
    expect(page.get_by_text("账号或密码不正确")).to_be_visible()
    expect(lines).to_have_count(3)
    page.get_by_label("密码").fill(PASSWORD)
    ends.first.click()
    expect(lines).to_have_count(2)
    expect(page.get_by_role("status")).to_contain_text("已结束")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="结束其他全部").click()
    expect(page.get_by_text("没有在其他地方登录。")).to_be_visible()
    assert page.request.get("/api/v1/me").status == 200
    for other in others:
        assert other.request.get("/api/v1/me").status == 401
        other.close()
