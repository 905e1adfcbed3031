"""Two people and a layer: one gives it another colour and sees it at once, the other's map follows, and it goes back as it was."""

from collections.abc import Callable, Iterator
from io import BytesIO

import numpy as np
import pytest
from geoalchemy2.shape import from_shape
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.srid import STORAGE_SRID
from gis_service.main import WEB, create_app
from tests.conftest import PASSWORD, CloneServices
from tests.factories import SOUTH, WEST, a_parcel, an_area, land
from tests.live import serving
from tests.ways.people import DESK, PHONE, troubles
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]
VIEW = f"map={WEST + 0.0015},{SOUTH + 0.0015},17"
WORKSHOP = f"/desk/layer_workshop/parcel-fence?{VIEW}"
SETTLED_MS = 20_000
Open = Callable[..., Page]


@pytest.fixture
def desk(services: CloneServices, browser: Browser) -> Iterator[Open]:
    """`desk("officer")`, `desk("walker")`: the desk of a land officer or an inspector, in a district of nine fenced parcels."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area = an_area(session, name="北围", geom=from_shape(land(0, 0, 0.006), srid=STORAGE_SRID))
        for n in range(9):
            a_parcel(session, shape=land(n % 3, n // 3), area_id=area.id, parcel_no=f"BW-{n}", fence_status="full")
        for name, role in (("officer", Role.LAND_OFFICER), ("walker", Role.INSPECTOR)):
            user = access.create_user(
                session, SERVICE, username=name, display_name=name, password=PASSWORD, own_choice=True
            )
            access.grant_role(session, SERVICE, user.id, role)
    with serving(create_app(services.settings, services)) as port:
        contexts = []

        def open_(name: str, size: dict[str, int] | None = None) -> Page:
            contexts.append(
                browser.new_context(
                    base_url=f"http://127.0.0.1:{port}", viewport=size or DESK, locale="zh-CN",
                    timezone_id="Asia/Shanghai", reduced_motion="reduce",
                )
            )  # fmt: skip
            signed = contexts[-1].request.post(
                "/api/v1/sessions", data={"username": name, "password": PASSWORD}, headers={"Sec-Fetch-Site": "same-origin"}
            )  # fmt: skip
            assert signed.status == 201, signed.text()
            return contexts[-1].new_page()

        yield open_
        for context in contexts:
            context.close()


def redness(of: Locator) -> float:
    """The share of what is seen there that is red."""
    pixels = np.asarray(Image.open(BytesIO(of.screenshot())).convert("RGB")).astype(int)
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return float(np.mean((red > green + 60) & (red > blue + 60)))


def until(page: Page, of: Locator, wanted: Callable[[float], bool]) -> None:
    """Waits for the map to be as red as it should be."""
    for _ in range(SETTLED_MS // 500):
        if wanted(redness(of)):
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{redness(of):.3f} of the map is red")


def is_red(share: float) -> bool:
    return share > 0.1


def is_not_red(share: float) -> bool:
    return share < 0.01


def test_a_colour_is_changed_seen_saved_followed_and_taken_back(desk: Open) -> None:
    officer, walker = desk("officer"), desk("walker")
    officer.goto(WORKSHOP)
    drawn = officer.get_by_role("application", name="按草稿绘制的地图")
    expect(officer.get_by_text("已全围蔽").first).to_be_visible()
    officer.wait_for_timeout(1500)
    assert is_not_red(redness(drawn))

    hatch, warning = officer.get_by_label("无需围蔽的填充图案"), officer.get_by_label("提醒")
    expect(warning).to_have_count(0)  # as shipped all are told apart
    hatch.select_option(label="实心")
    expect(warning).to_contain_text("灰度打印时分不清:“已全围蔽”与“无需围蔽”")
    hatch.select_option(label="反斜线")
    expect(warning).to_have_count(0)

    save = officer.get_by_role("button", name="保存为新版本")
    expect(save).to_be_disabled()
    code = officer.get_by_label("已全围蔽的颜色的编码")
    code.fill("#FF0000")
    code.press("Tab")
    until(officer, drawn, is_red)
    expect(officer.get_by_label("将要改动")).to_contain_text("“已全围蔽”的颜色:#2E9E5B → #FF0000")
    officer.get_by_role("button", name="灰度打印").click()
    until(officer, drawn, is_not_red)
    officer.get_by_role("button", name="原色").click()
    assert not troubles(officer)

    expect(save).to_be_disabled()  # nobody has said why
    officer.get_by_label("修改原因").fill("投影上绿色看不清")
    save.click()
    expect(officer.get_by_text("已保存为第 1 版")).to_be_visible()

    walker.goto(f"/desk/parcels?axis=fence_status&{VIEW}")
    theirs = walker.locator(".map").first
    until(walker, theirs, is_red)
    expect(walker.get_by_role("tab", name="工坊")).to_have_count(0)

    officer.get_by_role("tab", name="各版本").click()
    expect(officer.get_by_role("list", name="各版本")).to_contain_text("投影上绿色看不清")
    officer.get_by_role("button", name="恢复到出厂").click()
    officer.get_by_label("恢复原因").fill("会开完了")
    officer.get_by_role("button", name="恢复为新版本").click()
    expect(officer.get_by_text("已保存为第 2 版")).to_be_visible()
    until(officer, drawn, is_not_red)
    walker.reload()
    walker.wait_for_timeout(1500)
    until(walker, theirs, is_not_red)


def test_two_who_edit_at_once_are_told_and_nothing_is_lost(desk: Open) -> None:
    one, other = desk("officer"), desk("officer")
    for page in (one, other):
        page.goto(WORKSHOP)
        page.get_by_role("tab", name="名称与说明").click()
    for page, name in ((one, "围得如何"), (other, "围没围")):
        page.get_by_label("图层名称", exact=True).fill(name)
        page.get_by_label("修改原因").fill(f"改叫{name}")
        page.get_by_role("button", name="保存为新版本").click()
        expect(page.get_by_text("已保存为第 1 版") if page is one else page.get_by_text("您的改动还在")).to_be_visible()
    other.get_by_role("button", name="在对方之上保留我的改动").click()
    expect(other.get_by_label("将要改动")).to_contain_text("名称:围得如何 → 围没围")
    other.get_by_role("button", name="保存为新版本").click()
    expect(other.get_by_text("已保存为第 2 版")).to_be_visible()


def test_what_is_wrong_is_said_at_its_field_and_hostile_words_are_words(desk: Open) -> None:
    page = desk("officer")
    page.goto(WORKSHOP)
    page.get_by_label("已全围蔽的颜色的编码").fill("green")
    page.get_by_label("已全围蔽的颜色的编码").press("Tab")
    expect(page.get_by_label("须改正")).to_contain_text("已全围蔽 · 颜色")
    page.get_by_role("button", name="撤销一步").click()
    page.get_by_role("tab", name="名称与说明").click()
    page.get_by_label("图层名称", exact=True).fill("<img src=x onerror=document.title='x'>")
    page.get_by_label("修改原因").fill("<b>试</b>")
    page.get_by_role("button", name="保存为新版本").click()
    expect(page.get_by_text("已保存为第 1 版")).to_be_visible()
    page.get_by_role("tab", name="各版本").click()
    expect(page.get_by_text("<b>试</b>")).to_be_visible()
    assert page.title() != "x"


def test_on_a_phone_it_can_be_read(desk: Open) -> None:
    page = desk("officer", PHONE)
    page.goto(WORKSHOP)
    expect(page.get_by_label("已全围蔽的颜色的编码")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("application", name="按草稿绘制的地图").scroll_into_view_if_needed()
    assert page.evaluate("document.querySelector('.workshop').scrollWidth") <= PHONE["width"]
