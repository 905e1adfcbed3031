"""Somebody makes a token for editing on the page, and edits with it."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, expect

from gis_service.access.rules import Role
from gis_service.main import create_app
from tests.conformance.test_transactions import post
from tests.conftest import CloneServices, Person
from tests.live import serving
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args"]

pytestmark = pytest.mark.slow


@pytest.fixture
def page(services: CloneServices, sign_in: object, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page of tokens, for somebody with the role of the test."""
    app = create_app(services.settings, services)
    person: Person = sign_in(request.param, on=app)  # type: ignore[operator]
    (name, secret), *_ = person.cookies.items()
    with serving(app) as port:
        context = browser.new_context(base_url=f"http://127.0.0.1:{port}", locale="zh-CN")
        context.add_cookies([{"name": name, "value": secret, "url": f"http://127.0.0.1:{port}"}])
        opened = context.new_page()
        opened.goto("/desk/admin/tokens")
        yield opened
        context.close()


@pytest.mark.parametrize("page", [Role.LAND_OFFICER], indirect=True)
def test_a_token_for_editing_is_made_with_a_reason_and_marked(page: Page, services: CloneServices) -> None:
    page.get_by_label("用途，例如 QGIS 桌面").fill("外业电脑")
    page.get_by_label("可编辑").check()
    expect(page.get_by_label("有效期").locator("option")).to_have_text(["1 天", "7 天", "30 天"])
    expect(page.get_by_role("button", name="新建令牌")).to_be_disabled()
    page.get_by_label("事由").fill("2026年11月界址核对")
    page.get_by_role("button", name="新建令牌").click()
    secret = page.locator(".secret").inner_text()
    row = page.get_by_role("row").filter(has_text="外业电脑")
    expect(row).to_contain_text("可编辑")
    expect(row).to_contain_text("2026年11月界址核对")
    app = create_app(services.settings, services)
    editor = TestClient(app, headers={"Authorization": f"Bearer {secret}"})
    assert post(editor, "parcel-supply").status_code == 201


@pytest.mark.parametrize("page", [Role.LEADER], indirect=True)
def test_who_may_not_edit_is_not_offered_it(page: Page) -> None:
    expect(page.get_by_role("button", name="新建令牌")).to_be_visible()
    expect(page.get_by_label("可编辑")).to_have_count(0)
