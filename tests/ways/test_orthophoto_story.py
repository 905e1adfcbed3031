"""A land officer lays a picture of the ground under the map, sets two years side by side, sends a new one, and takes it back."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from geoalchemy2.shape import from_shape
from playwright.sync_api import Browser, BrowserContext, Page, expect

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.srid import STORAGE_SRID
from gis_service.main import WEB, create_app
from tests.conftest import PASSWORD, CloneServices
from tests.factories import SOUTH, WEST, a_parcel, an_area, land
from tests.live import serving, working
from tests.maps.orthophotos.making import a_picture, write
from tests.ways.people import DESK, PHONE, troubles
from tests.ways.test_desk_story import browser_type_launch_args
from tests.ways.test_map_story import drawn, shot, tool

__all__ = ["browser_type_launch_args"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]
VIEW = f"map={WEST + 0.001},{SOUTH + 0.003},17"
Enter = Callable[..., Page]


@pytest.fixture
def enter(services: CloneServices, browser: Browser, tmp_path: Path) -> Iterator[Enter]:
    """`enter(Role.LEADER)`: the desk of somebody of an office with nine parcels, and pictures of two years over them."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area = an_area(session, name="北围", geom=from_shape(land(0, 0, 0.006), srid=STORAGE_SRID))
        for n in range(9):
            a_parcel(session, shape=land(n % 3, n // 3), area_id=area.id, parcel_no=f"BW-{n}")
        for year in (2025, 2026):
            a_picture(session, services.store, tmp_path, title=f"{year} 年航测", taken_on=f"{year}-10-20")
    contexts: list[BrowserContext] = []
    with serving(create_app(services.settings, services)) as port, working(services):

        def make(role: Role, size: dict[str, int] = DESK) -> Page:
            name = f"o{len(contexts)}"
            with services.sessions.begin() as session:
                db.enter(session, EVERYTHING)
                user = access.create_user(
                    session, SERVICE, username=name, display_name=name, password=PASSWORD, own_choice=True
                )
                access.grant_role(session, SERVICE, user.id, role)
            context = browser.new_context(
                base_url=f"http://127.0.0.1:{port}", viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai",
                reduced_motion="reduce",
            )  # fmt: skip
            contexts.append(context)
            signed = context.request.post(
                "/api/v1/sessions", data={"username": name, "password": PASSWORD}, headers={"Sec-Fetch-Site": "same-origin"}
            )  # fmt: skip
            assert signed.status == 201, signed.text()
            return context.new_page()

        yield make
        for context in contexts:
            context.close()


def painted(page: Page, selector: str) -> None:
    """Waits until more than a hundred sampled pixels of the canvases of a class are painted."""
    page.wait_for_function(
        """selector => [...document.querySelectorAll(selector)].reduce((sum, canvas) => {
             if (!canvas.width) return sum;
             const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
             let found = 0;
             for (let at = 3; at < data.length; at += 4 * 97) found += data[at] > 0 ? 1 : 0;
             return sum + found; }, 0) > 100""",
        arg=selector,
    )


def test_pictures_of_two_years_under_the_map_and_side_by_side(enter: Enter, tmp_path: Path) -> None:
    page = enter(Role.LAND_OFFICER)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/desk/parcels?{VIEW}")
    expect(page.get_by_role("grid").get_by_role("row").nth(5)).to_be_visible()
    tool(page, "图层")
    panel = page.get_by_role("region", name="图层", exact=True)
    imagery = panel.get_by_role("group", name="正射影像")
    newest, oldest = imagery.get_by_role("radio", name="2026-10-20"), imagery.get_by_role("radio", name="2025-10-20")
    assert not any("/tiles/" in url and "orthophotos" in url for url in asked)

    # one under the map, by keyboard, with opacity, kept in the address
    newest.focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile(r"image=\d+(&|$)"))
    drawn(page)
    painted(page, ".picture canvas")
    imagery.get_by_role("slider", name="影像不透明度").press("Home")
    expect(page).to_have_url(re.compile(r"image=\d+\.10"))
    imagery.get_by_role("slider", name="影像不透明度").press("End")
    expect(page.get_by_text("影像 2026-10-20 试飞队")).to_be_visible()
    imagery.get_by_role("button", name=re.compile("到2026-10-20.*的范围")).click()
    drawn(page)
    assert troubles(page) == []
    shot(page, "orthophoto")

    # beside the register of the same day, then two years side by side
    tool(page, "卷帘")
    handle = page.get_by_role("slider", name=re.compile("卷帘"))
    expect(handle).to_have_accessible_name("卷帘：左边 无影像，右边 影像 2026-10-20")
    imagery.get_by_role("combobox", name="卷帘左边的影像").select_option(label="2025-10-20 2025 年航测")
    expect(handle).to_have_accessible_name("卷帘：左边 影像 2025-10-20，右边 影像 2026-10-20")
    drawn(page)
    painted(page, ".before.picture canvas")
    painted(page, ".after.picture canvas")
    handle.press("PageUp")
    expect(page).to_have_url(re.compile(r"swipe=60"))
    expect(page).to_have_url(re.compile(r"image_left=\d+"))
    shot(page, "orthophoto-swipe")

    # the address is the whole of it; and two days of the register go with it
    page.reload()
    expect(handle).to_have_accessible_name("卷帘：左边 影像 2025-10-20，右边 影像 2026-10-20")
    page.get_by_role("button", name="比较", exact=True).click()
    expect(handle).to_have_accessible_name(
        re.compile(r"左边 \d{4}-\d\d-\d\d · 影像 2025-10-20，右边 \d{4}-\d\d-\d\d · 影像 2026-10-20")
    )
    page.get_by_role("button", name="结束比较").click()
    tool(page, "卷帘")
    expect(handle).to_be_hidden()
    expect(page).not_to_have_url(re.compile("image_left"))

    # a new one is sent, seen while it is prepared, and withdrawn with a reason
    tool(page, "图层")
    imagery.get_by_role("button", name="上传影像…").click()
    imagery.get_by_label("影像文件").set_input_files(str(write(tmp_path / "北围.tif")))
    imagery.get_by_label("名称").fill("北围 试飞")
    imagery.get_by_label("拍摄日期").fill("2026-11-01")
    send = imagery.get_by_role("button", name="上传", exact=True)
    expect(send).to_be_disabled()
    imagery.get_by_role("checkbox", name="已确认影像不涉密").check()
    send.click()
    mine = imagery.get_by_role("radio", name="2026-11-01 北围 试飞")
    expect(mine).to_be_visible(timeout=60_000)
    mine.check()
    expect(imagery.get_by_text("分辨率 30 cm")).to_be_visible()
    expect(imagery.get_by_text("仅限内部使用").first).to_be_visible()
    imagery.get_by_role("button", name="撤回…").click()
    imagery.get_by_label("撤回理由").fill("坐标有误")
    imagery.get_by_role("button", name="撤回影像").click()
    expect(mine).to_be_hidden()
    expect(oldest).to_be_visible()


def test_on_a_phone_and_for_somebody_who_may_not_see_pictures(enter: Enter) -> None:
    page = enter(Role.LEADER, size=PHONE)
    page.goto(f"/desk/parcels?{VIEW}")
    page.get_by_role("group", name="列表或地图").get_by_role("button", name="地图").click()
    tool(page, "图层")
    imagery = page.get_by_role("group", name="正射影像")
    imagery.get_by_role("radio", name="2026-10-20").check()
    expect(imagery.get_by_role("button", name="上传影像…")).to_be_hidden()
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert troubles(page) == []
    shot(page, "orthophoto-phone")

    guest = enter(Role.GUEST)
    guest.goto(f"/desk/parcels?{VIEW}&image=1")
    tool(guest, "图层")
    expect(guest.get_by_role("group", name="底图来源")).to_be_visible()
    expect(guest.get_by_role("group", name="正射影像")).to_be_hidden()
