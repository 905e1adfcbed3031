"""An officer works on the map: layers, what lies here, measuring, selecting, coordinates, base maps, two days, a printed view."""

import os
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from geoalchemy2.shape import from_shape
from playwright.sync_api import Browser, BrowserContext, Page, expect

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.srid import STORAGE_SRID
from gis_service.geo.crs import transform_xy
from gis_service.geo.measure import CGCS2000_ELLIPSOID
from gis_service.main import WEB, create_app
from gis_service.maps.basemaps import sources
from gis_service.patrols.basemaps.shelf import Shelf
from gis_service.patrols.basemaps.taking import take
from gis_service.settings import BaseSource
from tests.conftest import PASSWORD, CloneServices
from tests.factories import SOUTH, WEST, a_parcel, an_area, land
from tests.live import serving
from tests.maps.test_tiles import at as tile_at
from tests.patrols.basemaps.test_doors import Upstream, upstream
from tests.patrols.basemaps.tiles import mbtiles, picture, square
from tests.ways.people import DESK, PHONE, troubles
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args", "upstream"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]
HOSTILE = "<img src=x onerror=document.title='x'>"
MIDDLE = (WEST + 0.0015, SOUTH + 0.0015)
VIEW = f"map={MIDDLE[0]},{MIDDLE[1]},17"
Open = Callable[[dict[str, int]], Page]


@pytest.fixture
def desk(services: CloneServices, browser: Browser, upstream: Upstream, tmp_path: Path) -> Iterator[Open]:
    """`desk(PHONE)`: the desk of a land officer whose area has nine parcels side by side; his office has tiles of its own, and declares
    a base map from elsewhere."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area = an_area(session, name="北围", geom=from_shape(land(0, 0, 0.006), srid=STORAGE_SRID))
        for n in range(9):
            a_parcel(
                session, shape=land(n % 3, n // 3), area_id=area.id, parcel_no=f"BW-{n}", parcel_name=HOSTILE if n == 4 else None,
                fence_status="full" if n % 2 else "damaged",
            )  # fmt: skip
        user = access.create_user(
            session, SERVICE, username="mapper", display_name="图", password=PASSWORD, own_choice=True
        )
        access.grant_role(session, SERVICE, user.id, Role.LAND_OFFICER)
    middle = tile_at(17, *MIDDLE)
    own_tiles = mbtiles(tmp_path / "own.mbtiles", square(17, middle.x - 3, middle.y - 3, 7), picture((190, 200, 225)))
    take(Shelf(services.settings.var_dir / "basemaps"), own_tiles, code="own", name="自有影像", area=None)
    sources._node.cache_clear()
    upstream.content = picture((205, 215, 190))
    own = BaseSource(
        code="air", name="航拍", url=upstream.url + "/{z}/{x}/{y}.png", datum="gcj02", note="航拍 2026", max_zoom=18
    )
    services.settings = services.settings.model_copy(update={"base_sources": (own,)})
    contexts: list[BrowserContext] = []
    with serving(create_app(services.settings, services)) as port:

        def make(size: dict[str, int]) -> Page:
            context = browser.new_context(
                base_url=f"http://127.0.0.1:{port}", viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai",
                reduced_motion="reduce",
            )  # fmt: skip
            contexts.append(context)
            signed = context.request.post(
                "/api/v1/sessions", data={"username": "mapper", "password": PASSWORD}, headers={"Sec-Fetch-Site": "same-origin"}
            )  # fmt: skip
            assert signed.status == 201, signed.text()
            return context.new_page()

        yield make
        for context in contexts:
            context.close()


def tool(page: Page, name: str) -> None:
    page.get_by_role("group", name="地图工具").get_by_role("button", name=name, exact=True).click()


def at(page: Page, right: float, down: float) -> None:
    """Clicks so many pixels from the middle of the map."""
    box = page.locator(".map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2 + right, box["y"] + box["height"] / 2 + down)


def drawn(page: Page) -> None:
    page.wait_for_load_state("networkidle")


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_an_officer_works_on_the_map(desk: Open, upstream: Upstream) -> None:
    page = desk(DESK)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/desk/parcels?{VIEW}&axis=fence_status")
    expect(page.get_by_role("grid").get_by_role("row").nth(9)).to_be_visible()

    # layers: by keyboard, with opacity, kept in the address
    tool(page, "图层")
    panel = page.get_by_role("region", name="图层", exact=True)
    grid = panel.get_by_role("checkbox", name="单元网格")
    grid.focus()
    page.keyboard.press("Space")
    expect(grid).to_be_checked()
    panel.get_by_role("button", name="单元网格的图例和设置").press("Enter")
    panel.get_by_role("slider", name="不透明度", exact=True).press("Home")
    expect(page).to_have_url(re.compile(r"layers=area,(ground,)?grid-cell\.10|grid-cell\.10"))
    panel.get_by_role("radio", name="地块 · 供应情况").check()
    expect(page).to_have_url(re.compile("axis=supply_status"))
    drawn(page)
    assert troubles(page) == []
    shot(page, "layers")
    page.reload()
    tool(page, "图层")
    expect(grid).to_be_checked()
    panel.get_by_role("checkbox", name="单元网格").uncheck()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()

    # what lies here, as text whatever it holds
    tool(page, "查询")
    here = page.get_by_role("region", name="查询")
    at(page, 0, 0)
    expect(here.get_by_role("heading", name="地块 · 供应情况")).to_be_visible()
    expect(here.get_by_role("heading", name="片区")).to_be_visible()
    here.locator("summary").filter(has_text="BW-4").click()
    expect(here.get_by_text(HOSTILE)).to_be_visible()
    expect(here.get_by_text("围蔽破损")).to_be_visible()
    drawn(page)
    assert troubles(page) == []
    shot(page, "identify")
    here.get_by_role("button", name="打开 BW-4").click()
    expect(page).to_have_url(re.compile(r"/desk/parcels/\d+\?.*map="))
    assert page.title() != "x"
    page.get_by_role("button", name="关闭详情").click()

    # a distance on the ellipsoid; Backspace, Esc
    page.goto(f"/desk/parcels?{VIEW}")
    tool(page, "量测")
    measure = page.get_by_role("region", name="量测")
    at(page, -100, 0)
    at(page, 100, 0)
    at(page, 100, 80)
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    resolution = 156543.03392804097 / 2**17
    degrees = 200 * resolution / 6378137 * 180 / 3.141592653589793
    expected = CGCS2000_ELLIPSOID.inv(MIDDLE[0], MIDDLE[1], MIDDLE[0] + degrees, MIDDLE[1])[2]
    told = float(measure.locator("[data-told=length]").inner_text().removesuffix(" m"))
    assert told == pytest.approx(expected, abs=1.5), "a pixel is 1.1 m here"
    measure.get_by_role("radio", name="面积").check()
    for corner in ((60, -60), (180, -60), (180, 60)):  # beside the panel
        at(page, *corner)
    page.keyboard.press("Escape")
    expect(measure.locator("[data-told=area]")).to_contain_text("公顷")
    drawn(page)
    assert troubles(page) == []
    shot(page, "measure")
    page.keyboard.press("Escape")
    expect(measure).to_be_hidden()

    # a box selects parcels of the list
    tool(page, "选取")
    select = page.get_by_role("region", name="选取地块")
    at(page, 60, -20)
    at(page, 80, 20)
    expect(select.locator("[data-told=picked]")).to_have_text("已选 1 宗")
    select.get_by_role("button", name="选图上可见范围").click()
    expect(select.locator("[data-told=picked]")).to_have_text("已选 9 宗")
    assert troubles(page) == []
    shot(page, "select")
    select.get_by_role("button", name="清除").click()

    # to a coordinate as surveyors write it, and to a parcel
    tool(page, "定位")
    goto = page.get_by_role("region", name="定位")
    east, north = transform_xy([MIDDLE[0]], [MIDDLE[1]], 4490, 4526)
    goto.get_by_role("textbox").fill(f"X {north[0]:.3f}  Y {east[0]:.3f}")
    goto.get_by_role("button", name="前往").click()
    expect(goto.get_by_text(f"{MIDDLE[0]:.6f}°E")).to_be_visible()
    expect(goto.get_by_text("EPSG:4547")).to_be_visible()
    drawn(page)
    assert troubles(page) == []
    shot(page, "goto")
    goto.get_by_role("textbox").fill("BW-7")
    goto.get_by_role("button", name="前往").click()
    expect(page).to_have_url(re.compile(r"/desk/parcels/\d+"))
    page.get_by_role("button", name="关闭详情").click()

    # until here nobody outside was asked; a base map comes through our server, and says whose it is
    page.goto(f"/desk/parcels?{VIEW}")
    tool(page, "图层")
    with page.expect_response(lambda answer: "/map/bases/packages/" in answer.url) as piece:
        panel.get_by_role("radio", name="自有影像").check()
    assert piece.value.status == 206, "only what is shown is read"
    expect(page.get_by_text(re.compile("^自有影像 20"))).to_be_visible()
    drawn(page)
    shot(page, "package")
    assert upstream.asked == []
    panel.get_by_role("radio", name="航拍").check()
    expect(page.get_by_text("航拍 2026")).to_be_visible()
    page.wait_for_function(
        "() => performance.getEntriesByType('resource').some(one => one.name.includes('/map/bases/sources/air/'))"
    )
    drawn(page)
    shot(page, "base")
    assert upstream.asked
    assert {url.split("/")[2].split(":")[0] for url in asked if url.startswith("http")} == {"127.0.0.1"}
    assert not any(url.startswith(upstream.url) for url in asked), "the browser itself asks nobody else"
    panel.get_by_role("radio", name="无", exact=True).check()
    page.keyboard.press("Escape")

    # two days under a handle: the parcels are of today
    tool(page, "卷帘")
    handle = page.get_by_role("slider", name=re.compile("^卷帘"))
    expect(handle).to_have_attribute("aria-valuenow", "50")
    handle.press("PageUp")
    handle.press("ArrowLeft")
    expect(handle).to_have_attribute("aria-valuenow", "58")
    expect(page).to_have_url(re.compile("swipe=58"))
    assert (
        page.locator(".ol-layer.before").first.evaluate("one => getComputedStyle(one).clipPath")
        == "inset(0px 42% 0px 0px)"
    )
    drawn(page)
    assert troubles(page) == []
    shot(page, "swipe")
    tool(page, "卷帘")
    expect(handle).to_be_hidden()
    page.get_by_role("button", name="结束比较").click()

    # what is seen, on paper
    tool(page, "打印")
    paper = page.get_by_role("dialog", name="打印所见")
    expect(paper.get_by_role("img")).to_be_visible(timeout=30_000)
    paper.get_by_label("图名").fill("北围地块现状")
    assert troubles(page) == []
    shot(page, "print")
    pdf = pypdfium2.PdfDocument(BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    words = pdf[0].get_textpage().get_text_range()
    assert len(pdf) == 1
    assert pdf[0].get_width() > pdf[0].get_height()
    for word in ("北围地块现状", "内部使用", "约 1:", "数据截至", "未用外部底图", "供应情况"):
        assert word in words, words
    assert "地块编号" not in words, "the list stays off the page"
    paper.get_by_role("button", name="返回地图").click()
    expect(paper).to_be_hidden()
    page.get_by_role("button", name="English").click()
    page.get_by_role("group", name="Map tools").get_by_role("button", name="Layers").click()
    expect(page.get_by_role("region", name="Layers", exact=True).get_by_text("Base map", exact=True)).to_be_visible()
    shot(page, "english")


def test_the_tools_are_at_hand_on_a_small_window(desk: Open) -> None:
    page = desk(PHONE)
    page.goto(f"/desk/parcels?{VIEW}")
    page.get_by_role("group", name="列表或地图").get_by_role("button", name="地图").click()
    tool(page, "图层")
    panel = page.get_by_role("region", name="图层", exact=True)
    panel.get_by_role("checkbox", name="单元网格").check()
    expect(page).to_have_url(re.compile("grid-cell"))
    drawn(page)
    assert troubles(page) == []
    shot(page, "phone-layers")
    panel.get_by_role("button", name="关闭图层").click()
    tool(page, "查询")
    page.get_by_role("region", name="查询").get_by_role("button", name="查询图心").click()
    expect(page.get_by_role("region", name="查询").locator("summary").filter(has_text="BW-4")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert troubles(page) == []
    shot(page, "phone-identify")
    tool(page, "量测")
    shot(page, "phone-measure")
