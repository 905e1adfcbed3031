"""An administrator's first morning under level three, in a real browser: binding an authenticator, signing in with it, losing it."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from gis_service.access import operations as access
from gis_service.access.actor import SERVICE
from gis_service.access.rules import Role
from gis_service.core import clock
from gis_service.main import WEB, create_app
from tests.conftest import PASSWORD, CloneServices
from tests.live import serving
from tests.ways.people import troubles
from tests.ways.test_desk_story import browser_context_args, browser_type_launch_args  # noqa: F401  (fixtures)

expect.set_options(timeout=30_000)  # a machine under load is slow, not wrong

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


@pytest.fixture
def desk(services: CloneServices) -> Iterator[str]:
    """A service under level three with a provider to choose, and two security administrators."""
    with services.sessions.begin() as session:
        for username, name, role in (
            ("an", "安全员", Role.SECURITY_ADMIN),
            ("bao", "包安全", Role.SECURITY_ADMIN),
            ("lin", "林工", Role.LAND_OFFICER),
        ):
            user = access.create_user(
                session, SERVICE, username=username, display_name=name, password=PASSWORD, own_choice=True
            )
            access.grant_role(session, SERVICE, user.id, role)
    chosen = {"security_profile": "dengbao", "oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "gis"}
    with serving(create_app(services.settings.model_copy(update=chosen), services)) as port:
        yield f"http://127.0.0.1:{port}"


def code_of(secret: str, *, ahead: int) -> str:
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30 * ahead))


def sign_in(page: Page, desk: str, username: str) -> None:
    page.goto(f"{desk}/login?next=/desk/admin")
    look(page, "login")
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def look(page: Page, name: str) -> None:
    """Nobody is shut out; and a picture at both sizes for whoever wants to look: set GIS_PICTURES to a folder."""
    assert troubles(page) == []
    if folder := os.environ.get("GIS_PICTURES"):
        for width, height in ((390, 844), (1440, 900)):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=Path(folder) / f"sign-in-{name}-{width}.png")


def bind(page: Page) -> tuple[str, str]:
    """Bind an authenticator on the page that is open; returns its secret and a recovery code."""
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="开始绑定").click()
    expect(page.get_by_role("img", name="身份验证器的二维码")).to_be_visible()
    look(page, "bind")
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("6 位数字").fill(code_of(secret, ahead=0))
    page.get_by_role("button", name="确认绑定").click()
    expect(page.locator(".codes li")).to_have_count(10)
    look(page, "recovery-codes")
    recovery = page.locator(".codes li").first.inner_text()
    page.get_by_role("button", name="我已保存").click()
    return secret, recovery


def test_an_administrator_binds_signs_in_and_is_helped_when_the_phone_is_lost(page: Page, desk: str) -> None:
    sign_in(page, desk, "an")
    expect(page.get_by_text("您的角色须绑定身份验证器")).to_be_visible()
    look(page, "must-bind")
    expect(page.get_by_role("tab", name="账户")).to_have_count(0)
    secret, recovery = bind(page)
    expect(page.get_by_role("tab", name="账户")).to_be_visible()

    page.get_by_role("button", name="安全员").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(f"{desk}/login")
    sign_in(page, desk, "an")
    expect(page.get_by_role("heading", name="第二步")).to_be_visible()
    look(page, "second-step")
    page.get_by_label("验证码").fill(code_of(secret, ahead=5))
    page.get_by_role("button", name="验证并登录").click()
    expect(page.get_by_role("alert")).to_contain_text("验证码不正确")
    look(page, "wrong-code")
    page.get_by_label("验证码").fill(recovery)
    page.get_by_role("button", name="验证并登录").click()
    expect(page.get_by_role("tab", name="账户")).to_be_visible()

    page.get_by_role("tab", name="两步登录").click()
    expect(page.get_by_text("还剩 9 个恢复码")).to_be_visible()
    expect(page.get_by_role("button", name="解除绑定")).to_have_count(0)
    look(page, "bound")
    page.context.clear_cookies()

    sign_in(page, desk, "bao")
    bind(page)
    row = page.locator("tbody").filter(has_text="安全员").first
    row.get_by_role("button", name="重置登录").click()
    page.get_by_label("事由").fill("手机遗失,已当面核对身份")
    page.get_by_role("button", name="重置身份验证器").click()
    expect(page.get_by_text("已办理。")).to_be_visible()
    look(page, "reset")
    page.context.clear_cookies()
    sign_in(page, desk, "an")
    expect(page.get_by_text("您的角色须绑定身份验证器")).to_be_visible()
