"""Meeting staff make a page of their own: the frame is dragged, the scale changed, a layer added; saved, and printed as it was shown."""

import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from playwright.sync_api import Browser, Page, expect

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.models import User
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.main import WEB, create_app
from gis_service.sheets.printing.press import PRESS
from tests.conftest import PASSWORD, CloneServices
from tests.factories import a_parcel, a_unit, an_area, land
from tests.live import serving
from tests.ways.people import DESK, troubles
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]
MM_PER_POINT = 25.4 / 72


@pytest.fixture
def office(services: CloneServices, browser: Browser) -> Iterator[Page]:
    """The page of a land officer of an office, with a few parcels in an area."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area, unit = an_area(session, name="北围"), a_unit(session, name="会务组")
        for n in range(3):
            a_parcel(session, shape=land(n), area_id=area.id)
        user = access.create_user(
            session, SERVICE, username="clerk", display_name="会务", password=PASSWORD, own_choice=True
        )
        access.grant_role(session, SERVICE, user.id, Role.LAND_OFFICER)
        session.get_one(User, user.id).unit_id = unit.id
    with serving(create_app(services.settings, services)) as port:
        context = browser.new_context(
            base_url=f"http://127.0.0.1:{port}", viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )  # fmt: skip
        signed = context.request.post(
            "/api/v1/sessions", data={"username": "clerk", "password": PASSWORD}, headers={"Sec-Fetch-Site": "same-origin"}
        )  # fmt: skip
        assert signed.status == 201, signed.text()
        yield context.new_page()
        context.close()
    PRESS.close()


def pulled(page: Page, target: str, by: tuple[float, float]) -> None:
    """Drags with the mouse, in pixels."""
    box = page.locator(target).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0] / 2, y + by[1] / 2)
    page.mouse.move(x + by[0], y + by[1])
    page.mouse.up()


def told(page: Page, name: str) -> list[float]:
    """Left, top, width and height of a box, as it says itself."""
    said = page.locator(f"[data-box={name}]").get_attribute("aria-label") or ""
    return [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?", said)]


def settled(page: Page) -> None:
    """The page is as the last step wants it."""
    page.wait_for_timeout(250)
    expect(page.get_by_role("region", name="页面预览")).to_have_attribute("aria-busy", "false")


def test_a_page_is_arranged_saved_and_printed_as_it_was_shown(office: Page, tmp_path: Path) -> None:
    page = office
    page.goto("/desk/layouts")
    page.get_by_role("button", name="新建版式").click()
    page.get_by_role("textbox", name="版式名称").first.fill("会议用位置图")
    page.get_by_label("图种").select_option("place")
    page.get_by_role("button", name="建立").click()
    expect(page.locator(".sheet img")).to_be_visible()
    settled(page)
    assert troubles(page) == []

    left, top, wide, high = told(page, "map")
    page.locator("[data-box=map]").focus()
    pulled(page, "[data-box=map] .edge.e", (-120, 0))
    settled(page)
    narrow = told(page, "map")
    assert narrow[:2] == [left, top]
    assert narrow[2] < wide - 20
    assert narrow[3] == high
    page.locator("[data-box=map]").press("Shift+ArrowRight")
    page.locator("[data-box=map]").press("ArrowDown")
    settled(page)
    assert told(page, "map") == [left + 10, top + 1, *narrow[2:]]
    page.get_by_role("button", name="撤销", exact=True).click()
    page.get_by_role("button", name="重做", exact=True).click()

    middle = float(page.get_by_label("中心 东（m）").input_value())
    pulled(page, "[data-box=map]", (60, 0))
    settled(page)
    assert float(page.get_by_label("中心 东（m）").input_value()) < middle - 20, "the land was drawn to the right"
    page.get_by_role("combobox", name="比例尺").select_option("2000")
    title = page.get_by_role("textbox", name="图名", exact=True)
    title.fill("{对象} 会议用图")
    title.press("Tab")
    page.get_by_text(re.compile("^添加图层")).click()
    page.get_by_label("围蔽情况").click()  # it moves up among those that are drawn
    settled(page)
    expect(page.get_by_role("button", name="PDF")).to_be_disabled()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("button", name="PDF")).to_be_enabled()
    assert troubles(page) == []

    frame = told(page, "map")
    with page.expect_download() as file:
        page.get_by_role("button", name="PDF").click()
    sheet = pypdfium2.PdfDocument(file.value.path())[0]
    assert "1:2 000" in sheet.get_textpage().get_text_range()
    assert "会议用图" in sheet.get_textpage().get_text_range()
    lines = [each.get_bounds() for each in sheet.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=8)]
    spans = {(round((x2 - x1) * MM_PER_POINT, 1), round((y2 - y1) * MM_PER_POINT, 1)) for x1, y1, x2, y2 in lines}
    near = [(w, h) for w, h in spans if abs(w - frame[2]) < 0.5 and abs(h - frame[3]) < 0.5]
    assert near, (frame, "the neatline in the PDF is the frame of the screen")

    page.goto("/desk/parcels")
    page.get_by_role("grid").get_by_role("row").nth(1).click()
    page.get_by_role("button", name="出图").click()
    expect(page.get_by_role("button", name="会议用位置图 PDF")).to_be_visible()
