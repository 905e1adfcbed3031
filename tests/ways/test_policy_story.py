"""Every page works under a policy without exceptions: the browser, which judges it, has nothing to report."""

import threading
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect

from gis_service.access.rules import Role
from gis_service.main import WEB, create_app
from gis_service.tls import keeping, plain
from tests.conftest import CloneServices
from tests.live import serving
from tests.ways.people import Enter, enter, first
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args", "enter"]

expect.set_options(timeout=30_000)  # a machine under load is slow, not wrong

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]

REPORTS = """window.__refused = [];
document.addEventListener('securitypolicyviolation', (e) =>
  window.__refused.push(`${e.effectiveDirective} ${e.blockedURI} ${e.sourceFile ?? ''}:${e.lineNumber} ${e.sample}`));"""
BUSINESS = (Role.LAND_OFFICER, Role.WASTE_OFFICER, Role.CASE_OFFICER, Role.LEADER)
PLACES = (
    "parcels", "work", "imports", "checks", "survey_programmes", "surveys", "disposals", "disposal_plan", "disposal_partners",
    "elevation_comparisons", "handover_batches", "handovers", "rectifications", "patrols", "cases", "clues", "claims", "meetings",
    "action_items", "overview", "indicators", "monthly_reports", "layouts", "layers", "layer_workshop", "admin/tokens",
    "admin/papers", "admin/workdays", "admin/notifications", "admin/password", "admin/second-factor", "admin/sign-ins",
)  # fmt: skip
ADMINISTRATION = {
    Role.SYSTEM_ADMIN: ("accounts", "backups", "webhooks"), Role.SECURITY_ADMIN: ("accounts",), Role.AUDITOR: ("audit", "backups"),
}  # fmt: skip
FEATURES = (
    "/ogc/?f=html", "/ogc/collections?f=html", "/ogc/collections/parcel-supply?f=html", "/ogc/collections/parcel-supply/items?f=html",
    "/ogc/collections/parcel-supply/queryables?f=html", "/ogc/api.html", "/ogc/conformance?f=html",
)  # fmt: skip


def refused(page: Page) -> list[str]:
    """What the browser did not do for the sake of the policy; it tells once what it holds back on each page."""
    page.wait_for_load_state("networkidle")
    found: list[str] = page.evaluate("window.__refused")
    return found


def seen(page: Page, addresses: tuple[str, ...]) -> dict[str, list[str]]:
    found = {}
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        found[address] = refused(page)
    return {address: told for address, told in found.items() if told}


@pytest.fixture
def bare(services: CloneServices, browser: Browser) -> Iterator[BrowserContext]:
    """A browser at a service with a certificate, seen by somebody who has not signed in."""
    keeping.make(services.settings, ["gis.example.lan"], [])
    chosen = services.settings.model_copy(update={"tls": "auto"})
    app: FastAPI = create_app(chosen, services)
    with serving(app) as port:
        context = browser.new_context(base_url=f"http://127.0.0.1:{port}", locale="zh-CN")
        context.add_init_script(REPORTS)
        yield context
        context.close()


def test_the_browser_reports_what_the_policy_holds_back(bare: BrowserContext) -> None:
    """The net has no hole: what the policy forbids is found by it."""
    page = bare.new_page()
    page.goto("/login")
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p><style>p { margin: 1px }</style>')"
    )
    assert {line.split()[0] for line in refused(page)} == {"style-src-attr", "style-src-elem"}


def test_pages_before_the_door(bare: BrowserContext, services: CloneServices) -> None:
    page = bare.new_page()
    assert seen(page, ("/login", "/clue", "/ca", "/ca?lang=en")) == {}
    page.goto("/login")
    assert (
        page.get_by_role("button", name="登录").evaluate("e => getComputedStyle(e).backgroundColor")
        == "rgb(31, 95, 168)"
    )
    listener = plain.server(services.settings)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    try:
        assert seen(page, (f"http://127.0.0.1:{listener.server_address[1]}/ca",)) == {}
        assert page.locator("main").evaluate("e => getComputedStyle(e).maxWidth") == "640px"
    finally:
        listener.shutdown()
        listener.server_close()


def test_every_place_of_the_desk(enter: Enter) -> None:
    page = enter(*BUSINESS)
    page.context.add_init_script(REPORTS)
    assert seen(page, tuple(f"/desk/{place}" for place in PLACES)) == {}
    chosen = [
        f"/desk/{noun}/{first(page, noun)}" for noun in ("cases", "disposals", "handovers", "rectifications", "surveys")
    ]
    parcel = page.request.get("/api/v1/parcels", params={"limit": 1}).json()["items"][0]["id"]
    assert seen(page, (*chosen, f"/desk/parcels/{parcel}", "/field/", *FEATURES)) == {}


@pytest.mark.parametrize("role", list(ADMINISTRATION))
def test_the_pages_of_administrators(role: Role, enter: Enter) -> None:
    page = enter(role)
    page.context.add_init_script(REPORTS)
    assert seen(page, tuple(f"/desk/admin/{section}" for section in ADMINISTRATION[role])) == {}


def test_tools_of_the_map(enter: Enter) -> None:
    """What appears only when it is asked for: cards, drawings, measures, dialogs."""
    page = enter(*BUSINESS)
    page.context.add_init_script(REPORTS)
    page.goto("/desk/parcels")
    page.wait_for_load_state("networkidle")
    tools = page.get_by_role("group", name="地图工具").get_by_role("button")
    for number in range(tools.count()):
        tools.nth(number).click()
        page.mouse.click(760, 420)
        page.mouse.dblclick(800, 460)
        page.keyboard.press("Escape")
    assert refused(page) == []


def test_the_map_in_one_file_works_in_its_sandbox_and_has_no_way_to_us(enter: Enter) -> None:
    page = enter(Role.LAND_OFFICER)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("/api/v1/map.html?area=北围")
    expect(page.locator("path.leaflet-interactive").first).to_be_visible()
    page.locator(".leaflet-control-layers-base label").last.click()
    assert errors == []
    assert page.evaluate("window.origin") == "null"
    assert page.evaluate("fetch('/api/v1/me').then(() => 'answered', () => 'refused')") == "refused"
    with pytest.raises(Exception, match="sandboxed"):
        page.evaluate("document.cookie")
