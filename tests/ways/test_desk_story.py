"""A land officer's morning in a real browser: from signing in to seeing an imported parcel on the map, and back."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from gis_service.access import operations as access
from gis_service.access.actor import SERVICE
from gis_service.access.rules import Role
from gis_service.main import WEB, create_app
from tests.conftest import PASSWORD, CloneServices
from tests.live import serving, working
from tests.ways.test_file_to_map import PLOT

expect.set_options(timeout=30_000)  # a machine under load is slow, not wrong

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, drawing in software, asking nobody outside."""
    program = os.environ.get("E2E_CHROMIUM") or shutil.which("chromium")
    flags = [
        "--no-sandbox",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
        "--disable-background-networking",
        "--use-fake-device-for-media-stream",  # a microphone that beeps
    ]
    return {**browser_type_launch_args, "executable_path": program, "args": flags}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    size = {"width": 1440, "height": 900}
    # nothing moves: a colour on its way to another has a contrast of neither
    still = {"reduced_motion": "reduce"}
    return {**browser_context_args, **still, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": size}


@pytest.fixture
def desk(sample_services: CloneServices) -> Iterator[str]:
    """The address of a service with the sample district and a land officer named `lin`."""
    app = create_app(sample_services.settings, sample_services)
    with sample_services.sessions.begin() as session:
        user = access.create_user(
            session, SERVICE, username="lin", display_name="林工", password=PASSWORD, own_choice=True
        )
        access.grant_role(session, SERVICE, user.id, Role.LAND_OFFICER)
    with serving(app) as port, working(sample_services):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def faults(page: Page) -> list[str]:
    """What the browser complains of, and every request that would leave the machine."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on(
        "request",
        lambda request: (
            None if "127.0.0.1" in request.url or request.url[:5] in ("data:", "blob:") else found.append(request.url)
        ),
    )
    return found


def sign_in(page: Page, desk: str) -> None:
    page.goto(desk)
    page.get_by_label("账号").fill("lin")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_text("BW-0001").first).to_be_visible()


def test_from_signing_in_to_a_parcel_on_the_map(page: Page, desk: str, faults: list[str], tmp_path: Path) -> None:
    page.goto(desk)
    expect(page).to_have_url(f"{desk}/login?next=%2Fdesk%2F")
    sign_in(page, desk)
    faults.clear()  # the desk asked who is there, and nobody was
    expect(page.get_by_text("示例数据").first).to_be_visible()

    file = tmp_path / "北围勘测定界.txt"
    file.write_bytes(PLOT.encode("gb18030"))
    page.get_by_role("navigation").get_by_text("导入").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="读取并检查").click()
    detail = page.get_by_role("complementary", name="详情")
    expect(detail.get_by_role("heading", name="GB18030")).to_be_visible()
    expect(detail.get_by_role("heading", name="EPSG:4526")).to_be_visible()
    page.get_by_role("button", name="全部入库").click()
    expect(page.get_by_role("button", name="撤销这一批")).to_be_visible()

    page.get_by_role("navigation").get_by_text("地块").click()
    expect(page.get_by_role("gridcell", name="BW-0001")).to_be_visible()
    page.get_by_role("combobox", name="搜索地块").fill("BW-9001")
    page.keyboard.press("Enter")  # leaves the suggestions
    page.get_by_role("gridcell", name="BW-9001").click()
    expect(detail.get_by_text("135.00").first).to_be_visible()
    detail.get_by_role("tab", name="界址点").click()
    expect(detail.get_by_text("38452100.000").first).to_be_visible()
    assert faults == []


@pytest.mark.parametrize("place", ["parcels", "imports", "checks", "layers"])
def test_pages_can_be_used_by_everybody(page: Page, desk: str, place: str) -> None:
    """WCAG A and AA as far as a program can tell."""
    sign_in(page, desk)
    page.goto(f"{desk}/desk/{place}")
    page.wait_for_load_state("networkidle")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []


def test_a_map_handed_over_as_a_file_opens_without_a_network(
    page: Page, desk: str, tmp_path: Path, faults: list[str]
) -> None:
    sign_in(page, desk)
    saved = tmp_path / "map.html"
    saved.write_text(page.request.get(f"{desk}/api/v1/map.html", params={"area": "北围"}).text(), encoding="utf-8")
    page.context.set_offline(True)
    faults.clear()
    page.goto(saved.as_uri())
    expect(page.get_by_text("示例数据").first).to_be_visible()
    page.wait_for_function("document.querySelectorAll('canvas, svg path').length > 0")
    assert [fault for fault in faults if not fault.startswith("file:")] == []
