"""Somebody is told of something, reads it, goes there, and chooses how to be told."""

import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.models import User
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.main import WEB
from gis_service.notifications import operations
from gis_service.notifications.rules import Level
from tests.conftest import PASSWORD, CloneServices
from tests.notifications.conftest import Receiver, receiver
from tests.ways.test_desk_story import browser_context_args, browser_type_launch_args, desk, faults, sign_in

__all__ = ["browser_context_args", "browser_type_launch_args", "desk", "faults", "receiver"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


def tell(services: CloneServices, title: str, **facts: object) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        lin = session.scalars(select(User.id).where(User.username == "lin")).one()
        said = {"kind": "case.step", "level": Level.INFO, "title_zh": title, "title_en": "Told", **facts}
        operations.tell(session, user_ids=[lin], **said)  # type: ignore[arg-type]


def troubles(page: Page) -> list[tuple[str, str]]:
    """What would be in the way of somebody who does not see or does not point."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found]


def picture(page: Page, name: str) -> None:
    """For whoever wants to look: set GIS_PICTURES to a folder."""
    if folder := os.environ.get("GIS_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_the_bell_tells_leads_there_and_is_quiet(
    page: Page, desk: str, faults: list[str], sample_services: CloneServices
) -> None:
    tell(
        sample_services,
        "北围 DS-0007 倾倒案:责令清理期限还有 3 天",
        level=Level.WARN,
        body_zh="期限 2026-12-01,由管护单位清理。请在到期前复查。",
    )
    tell(sample_services, "整改通知 2026-031 已逾期 2 天", level=Level.LATE, link="/desk/layers")
    tell(sample_services, "移交批次 YJ-2026-04 已由街道签收", body_zh="共 12 宗,计 18.4 亩。")
    sign_in(page, desk)
    faults.clear()  # the desk asked who is there, and nobody was
    bell = page.get_by_role("button", name="通知：3 条未读")
    expect(bell).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    bell.click()
    listed = page.get_by_role("dialog")
    expect(listed.get_by_role("listitem")).to_have_count(3)
    expect(listed.get_by_role("button", name="未读 逾期 整改通知 2026-031")).to_be_visible()
    assert troubles(page) == []
    picture(page, "bell")
    page.set_viewport_size({"width": 390, "height": 844})
    page.keyboard.press("Escape")
    page.get_by_role("button", name="通知：3 条未读").click()
    picture(page, "bell-phone")
    page.set_viewport_size({"width": 1440, "height": 900})

    listed.get_by_role("button", name="整改通知").click()
    expect(page).to_have_url(re.compile(r"/desk/layers"))
    expect(page.get_by_role("button", name="通知：2 条未读")).to_be_visible()
    page.get_by_role("button", name="通知：2 条未读").click()
    page.get_by_role("button", name="全部标为已读").click()
    expect(page.get_by_role("button", name="通知：没有未读")).to_be_visible()
    page.get_by_role("button", name="通知设置").click()

    expect(page.get_by_text("没有配置邮件服务器")).to_be_visible()
    page.get_by_label("邮箱地址").fill("lin@example.org")
    page.get_by_label("用邮件通知我").check()
    page.get_by_label("怎样发").select_option("daily")
    page.get_by_label("免打扰时段不发").check()
    page.get_by_label("如“移交批次 YJ-2026-04 已由街道签收”").check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("通知设置已保存")).to_be_visible()
    assert troubles(page) == []
    picture(page, "choices")
    page.reload()
    expect(page.get_by_label("邮箱地址")).to_have_value("lin@example.org")
    expect(page.get_by_label("怎样发")).to_have_value("daily")
    page.get_by_label("邮箱地址").fill("不是邮箱")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("提交的内容有误")).to_be_visible()
    assert [fault for fault in faults if "400" not in fault] == []


def test_an_administrator_tells_another_system(
    page: Page, desk: str, faults: list[str], sample_services: CloneServices, receiver: Receiver
) -> None:
    with sample_services.sessions.begin() as session:
        user = access.create_user(
            session, SERVICE, username="root1", display_name="管理员", password=PASSWORD, own_choice=True
        )
        access.grant_role(session, SERVICE, user.id, Role.SYSTEM_ADMIN)
    page.goto(f"{desk}/login?next=/desk/admin/webhooks")
    page.get_by_label("账号").fill("root1")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_label("推送地址").fill(receiver.url)
    page.get_by_role("button", name="新建推送").click()
    expect(page.get_by_text("签名密钥只显示这一次")).to_be_visible()
    page.get_by_role("button", name="测试").click()
    expect(page.get_by_text("已送达")).to_be_visible(timeout=15_000)
    assert receiver.bodies[0]["test"] is True
    assert troubles(page) == []
    picture(page, "webhooks")
    page.get_by_role("button", name="停用").click()
    expect(page.get_by_text("已停用")).to_be_visible()
    assert faults == []
