"""The map of a walk in a real browser: what a finger does, gaps that stay gaps, and base maps without a network."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import text
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.geo import shift
from gis_service.main import create_app
from gis_service.patrols.basemaps import rules
from gis_service.patrols.basemaps.making import make
from gis_service.patrols.basemaps.shelf import Package, Shelf
from gis_service.patrols.basemaps.taking import take
from gis_service.web.build import HERE
from tests.conftest import PASSWORD, CloneServices
from tests.live import serving
from tests.patrols.basemaps.tiles import mbtiles, picture
from tests.ways import field_map
from tests.ways.field_map import until
from tests.ways.people import troubles
from tests.ways.test_desk_story import browser_context_args, browser_type_launch_args

__all__ = ["browser_context_args", "browser_type_launch_args"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (HERE / "node_modules").is_dir(), reason="the front end is not set up (make setup)"),
]

RED, BLUE = (200, 30, 30), (30, 60, 200)
HERE_IS = {"latitude": 22.3985, "longitude": 113.5335, "accuracy": 20}
Rgb = tuple[int, int, int]


class Slow:
    """Packages come in pieces with a pause between them, as on a weak signal."""

    def __init__(self, app: ASGIApp):
        self.app, self.pause_s, self.asked = app, 0.0, list[str | None]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/api/v1/field/basemaps/"):
            return await self.app(scope, receive, send)
        self.asked.append(next((value.decode() for name, value in scope["headers"] if name == b"range"), None))

        async def slowly(message: Message) -> None:
            await anyio.sleep(self.pause_s)
            await send(message)

        return await self.app(scope, receive, slowly)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return field_map.build(tmp_path_factory.mktemp("harness"))


@pytest.fixture
def slow(services: CloneServices) -> Slow:
    return Slow(create_app(services.settings, services))


@pytest.fixture
def phone(services: CloneServices, slow: Slow, browser: Browser, built: Path) -> Iterator[BrowserContext]:
    """The browser of an inspector's phone, signed in."""
    with services.sessions.begin() as session:
        user = access.create_user(
            session, SERVICE, username="he", display_name="何", password=PASSWORD, own_choice=True
        )
        access.grant_role(session, SERVICE, user.id, Role.INSPECTOR)
    with serving(slow) as port:  # type: ignore[arg-type]
        context = browser.new_context(
            base_url=f"http://127.0.0.1:{port}",
            viewport={"width": 390, "height": 844},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            has_touch=True,
            geolocation=HERE_IS,
            permissions=["geolocation"],
        )
        field_map.give(context, built)
        answer = context.request.post(
            "/api/v1/sessions",
            data={"username": "he", "password": PASSWORD},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        assert answer.status == 201, answer.text()
        yield context
        context.close()


@pytest.fixture
def page(phone: BrowserContext) -> Iterator[Page]:
    """A page of that phone; whatever it throws fails the test."""
    faults: list[str] = []
    opened = phone.new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    assert faults == []


Offer = Callable[..., Package]


@pytest.fixture
def offer(services: CloneServices, tmp_path: Path) -> Offer:
    """`offer(spots, content)`: the server offers pictures as a package."""

    def make_one(tiles: dict[tuple[int, int, int], bytes], *, name: str = "北围航拍", gcj02: bool = False) -> Package:
        source = mbtiles(tmp_path / "a.mbtiles", [])
        for spot, content in tiles.items():
            source = _added(source, spot, content)
        shelf = Shelf(services.settings.var_dir / "basemaps")
        return take(shelf, source, code="bw", name=name, area="北围", gcj02=gcj02)[0]

    return make_one


def _added(source: Path, spot: tuple[int, int, int], content: bytes) -> Path:
    import sqlite3
    from contextlib import closing

    z, x, y = spot
    with closing(sqlite3.connect(source)) as base:
        base.execute("insert into tiles values (?, ?, ?, ?)", (z, x, 2**z - 1 - y, content))
        base.commit()
    return source


def around(z: int, side: int = 6) -> list[tuple[int, int, int]]:
    ((x, y),) = rules.tiles_over((113.534, 22.399, 113.534, 22.399), z)
    return [(z, x + i, y + j) for i in range(-side, side) for j in range(-side, side)]


def colour_at(page: Page, x: float, y: float) -> Rgb:
    pixel = Image.open(BytesIO(page.screenshot())).convert("RGB").getpixel((round(x), round(y)))
    assert isinstance(pixel, tuple)
    return pixel[0], pixel[1], pixel[2]


def like(one: Rgb, other: Rgb, by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def spot_of(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Where a place is drawn, in pixels of the page."""
    x, y = page.evaluate("place => window.theMap().pixelOf(place)", [lon, lat])
    return x, y


def settled(page: Page) -> None:
    """All that is to be drawn is drawn."""
    page.evaluate("() => window.theMap().settled()")


def bases(page: Page) -> None:
    page.goto("/harness/")
    field_map.show(page, page="bases")
    page.get_by_role("heading", name="离线底图").wait_for()


def taken_along(page: Page) -> None:
    """The one package is downloaded and chosen."""
    bases(page)
    page.get_by_role("button", name="下载").click()
    expect(page.get_by_text("已在本机")).to_be_visible()
    page.get_by_role("radio").nth(1).check()


def without_network(page: Page, /, **props: Any) -> None:
    """The signal is lost; then the map is opened."""
    page.context.set_offline(True)
    field_map.show(page, page="map", pack=field_map.pack(1, 1), **props)
    until(page, "() => window.heard.rendered.length > 0")
    settled(page)


def test_a_finger_chooses_a_parcel_or_a_spot(page: Page) -> None:
    field_map.opened(page, stops=[{"id": 1, "seq": 1}, {"id": 6, "seq": 2}])
    x, y = spot_of(page, 113.5322, 22.3987)  # in parcel 6
    page.touchscreen.tap(x, y)
    until(page, "() => window.heard.parcel.length === 1")
    assert page.evaluate("window.heard.parcel") == [6]
    x, y = spot_of(page, 113.5314, 22.3979)  # between parcels
    page.mouse.move(x, y)
    page.mouse.down()
    until(page, "() => window.heard.spot.length === 1")
    page.mouse.up()
    assert page.evaluate("window.heard.spot[0]") == pytest.approx([113.5314, 22.3979], abs=3e-5)


def test_a_finger_moves_the_map_and_ends_following(page: Page) -> None:
    position = {"lon": 113.5335, "lat": 22.3985, "accuracy_m": 20, "at": 0}
    field_map.opened(page, position=position)
    follow = page.get_by_role("button", name="跟随我的位置")
    follow.click()
    expect(follow).to_have_attribute("aria-pressed", "true")
    settled(page)
    assert spot_of(page, 113.5335, 22.3985) == pytest.approx((195, 422), abs=1)
    page.mouse.move(100, 500)
    page.mouse.down()
    page.mouse.move(180, 500, steps=4)
    page.mouse.up()
    expect(follow).to_have_attribute("aria-pressed", "false")
    assert spot_of(page, 113.5335, 22.3985)[0] > 250


def test_a_place_is_by_satellite_until_a_hand_moves_it(page: Page) -> None:
    position = {"lon": 113.5335, "lat": 22.3985, "accuracy_m": 20, "at": 0}
    field_map.opened(page, mode="point", position=position)
    page.get_by_role("button", name="放在我的位置").click()
    assert page.evaluate("window.heard.drawn.at(-1)") == {
        "geometry": {"type": "Point", "coordinates": [113.5335, 22.3985]},
        "moved_by_hand": False,
    }
    settled(page)
    x, y = spot_of(page, 113.5335, 22.3985)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 10, steps=4)
    page.mouse.up()
    until(page, "() => window.heard.drawn.at(-1).moved_by_hand")
    lon, lat = page.evaluate("window.heard.drawn.at(-1).geometry.coordinates")
    assert spot_of(page, lon, lat) == pytest.approx((x + 40, y + 10), abs=2)


def test_a_polygon_is_drawn_corner_by_corner_and_crossing_edges_are_said(page: Page) -> None:
    field_map.opened(page, mode="polygon")
    for n, (x, y) in enumerate([(100, 300), (250, 300), (100, 450), (250, 450)], 1):
        page.mouse.click(x, y)
        until(page, "n => window.heard.drawn.length === n", n)
    assert page.evaluate("window.heard.drawn.map(one => one && one.geometry.type)") == [None, None, "Polygon", None]
    expect(page.get_by_role("status")).to_contain_text("边线交叉")
    page.get_by_role("button", name="退回一点").click()
    assert page.evaluate("window.heard.drawn.at(-1).geometry.type") == "Polygon"


def test_a_gap_in_the_track_stays_a_gap(page: Page) -> None:
    pieces = [[[113.530, 22.3978], [113.5314, 22.3978]], [[113.5334, 22.3978], [113.5345, 22.3978]]]
    field_map.opened(page, track=pieces)
    settled(page)
    purple = (107, 47, 160)
    assert like(colour_at(page, *spot_of(page, 113.5307, 22.3978)), purple)
    assert not like(colour_at(page, *spot_of(page, 113.5324, 22.3978)), purple, 60)
    assert like(colour_at(page, *spot_of(page, 113.5340, 22.3978)), purple)


def test_the_recorder_takes_what_the_browser_says(page: Page) -> None:
    field_map.opened(page)
    page.evaluate("() => window.recorder.start('5d6f0e9c-0000-4000-8000-000000000001')")
    for n in range(1, 5):
        page.context.set_geolocation({**HERE_IS, "latitude": 22.3985 + n * 0.0001})
        until(page, "n => window.recorder.walk().fixes >= n", n)
    page.evaluate("() => window.recorder.stop()")
    (record,) = page.evaluate("window.saved")
    assert len(record["fixes"]) >= 4
    assert record["fixes"][-1][:2] == [113.5335, pytest.approx(22.3989)]
    assert record["gaps"] == []


def test_a_base_of_pictures_is_drawn_without_a_network(page: Page, offer: Offer) -> None:
    offer({spot: picture(RED) for z in (15, 16) for spot in around(z, 3)})
    taken_along(page)
    without_network(page)
    assert like(colour_at(page, 60, 700), RED)
    expect(page.get_by_text("内部使用")).to_contain_text("北围航拍")


def test_a_base_made_of_the_register_is_drawn_without_a_network(page: Page, services: CloneServices) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        box = "st_multi(st_makeenvelope(113.525, 22.39, 113.54, 22.405, 4490))"
        session.execute(
            text(f"insert into area (district_code, code, name, geom) values ('440402', 'BW', '北围', {box})")
        )
        session.execute(text(f"insert into ground (kind, name, geom) values ('sea', '前山水道', {box})"))
        make(session, Shelf(services.settings.var_dir / "basemaps"), "北围")
    taken_along(page)
    without_network(page)
    assert like(colour_at(page, 60, 700), (207, 224, 234))  # the colour of the sea in layers/ground


def test_a_shifted_base_is_drawn_back_under_the_land(page: Page, offer: Offer) -> None:
    spots = around(16, 4)
    z, x, y = spots[len(spots) // 2 + 4]  # the middle one is red
    offer({spot: picture(RED if spot == (z, x, y) else BLUE) for spot in spots}, gcj02=True)
    west, south, east, north = rules.box_of(z, [(x, y)])
    middle = (west + east) / 2, (south + north) / 2
    lon, lat = map(float, shift.unshifted("gcj02", *middle))  # type: ignore[arg-type]
    edge = map(float, shift.unshifted("gcj02", west, (south + north) / 2))  # type: ignore[arg-type]
    edge_lon, edge_lat = edge
    taken_along(page)
    without_network(page)
    page.evaluate("place => window.theMap().lookAt(place, 15)", [lon, lat])
    settled(page)
    assert like(colour_at(page, *spot_of(page, lon, lat)), RED)
    assert like(colour_at(page, *spot_of(page, *middle)), BLUE)
    # a metre is a third of a pixel at zoom 18 here: the edge of the red tile must lie within two metres of where it belongs
    page.evaluate("place => window.theMap().lookAt(place, 18)", [edge_lon, edge_lat])
    settled(page)
    across, down = spot_of(page, edge_lon, edge_lat)
    assert like(colour_at(page, across + 5, down), RED)
    assert like(colour_at(page, across - 5, down), BLUE)


def noise(seed: int) -> bytes:
    """A picture that no format makes small."""
    made = BytesIO()
    Image.frombytes("RGB", (256, 256), np.random.default_rng(seed).bytes(256 * 256 * 3)).save(made, "PNG")
    return made.getvalue()


def test_a_killed_download_is_no_package_and_goes_on_where_it_stopped(
    page: Page, phone: BrowserContext, offer: Offer, slow: Slow
) -> None:
    package = offer({spot: noise(n) for n, spot in enumerate(around(16, 3))})
    slow.pause_s = 0.02
    bases(page)
    page.get_by_role("button", name="下载").click()
    until(page, "() => document.querySelector('progress')?.value > document.querySelector('progress')?.max / 4")
    page.close()  # the page is gone in the middle of it

    slow.pause_s = 0.0
    again = phone.new_page()
    bases(again)
    expect(again.get_by_text("已在本机")).to_have_count(0)
    expect(again.get_by_role("radio")).to_have_count(1)
    again.get_by_role("button", name="继续下载").click()
    expect(again.get_by_text("已在本机")).to_be_visible()
    first, second = slow.asked
    assert first is None
    assert second is not None
    assert 0 < int(second.removeprefix("bytes=").removesuffix("-")) < package.size_bytes
    again.get_by_role("button", name="从本机删除").click()
    again.get_by_role("button", name="从本机删除").click()
    expect(again.get_by_role("button", name="下载")).to_be_visible()
    assert again.evaluate(LEFT) == []


LEFT = """async () => {
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('basemaps', { create: true });
  const names = [];
  for await (const name of folder.keys()) names.push(name);
  return names;
}"""


def quota(page: Page, size: int) -> None:
    """How much this site may really store. (What `estimate` says is the same on every phone, so that it betrays nothing.)"""
    session = page.context.new_cdp_session(page)
    origin = page.evaluate("location.origin")
    session.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": size})


def test_a_phone_that_says_it_is_full_does_not_begin(page: Page, offer: Offer) -> None:
    offer({spot: noise(n) for n, spot in enumerate(around(16, 1))})
    page.add_init_script("navigator.storage.estimate = async () => ({ quota: 200e6, usage: 10e6 })")
    bases(page)
    expect(page.get_by_text("本机空间不够")).to_be_visible()
    expect(page.get_by_role("button", name="下载")).to_be_disabled()


def test_a_phone_that_runs_full_gives_the_room_back(page: Page, offer: Offer) -> None:
    package = offer({spot: noise(n) for n, spot in enumerate(around(16, 3))})
    bases(page)
    quota(page, package.size_bytes // 2)
    page.get_by_role("button", name="下载").click()
    expect(page.get_by_role("alert")).to_contain_text("本机空间不足")
    assert page.evaluate(LEFT) == []
    quota(page, 1_000_000_000)
    page.get_by_role("button", name="下载").click()
    expect(page.get_by_text("已在本机")).to_be_visible()


@pytest.mark.parametrize("theme", ["day", "dark", "sun"])
def test_the_map_is_in_nobodys_way(page: Page, theme: str) -> None:
    position = {"lon": 113.5335, "lat": 22.3985, "accuracy_m": 20, "at": 0}
    field_map.opened(page, theme=theme, stops=[{"id": 1, "seq": 1}], position=position)
    assert troubles(page) == []
    field_map.show(page, mode="polygon")
    assert troubles(page) == []
    boxes = page.evaluate(
        "[...document.querySelectorAll('button')].map(one => { const { width, height } = one.getBoundingClientRect(); return Math.min(width, height); })"
    )
    assert min(boxes) >= 48


def test_the_list_of_bases_is_in_nobodys_way(page: Page, offer: Offer) -> None:
    offer({spot: picture(RED) for spot in around(16, 2)})
    bases(page)
    page.get_by_role("button", name="下载").wait_for()
    assert troubles(page) == []


def test_500_parcels_are_drawn_at_once_and_move_smoothly(page: Page) -> None:
    land = field_map.pack(25, 20)
    page.goto("/harness/")
    until(page, "() => window.theMap() !== null")
    took = page.evaluate(FIRST, land)
    lead, moved, plain = (page.evaluate(script, land) for script in (BARE, FRAMES, BARE))
    bare = max(lead, plain)
    print(
        f"500 parcels: first picture {took:.0f} ms, frame while moving {moved:.1f} ms, three times plain {bare:.1f} ms"
    )
    assert took < 15 * bare
    assert moved < bare


BARE = """async (pack) => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [innerWidth, innerHeight];
  canvas.style.cssText = 'position:fixed;inset:0;pointer-events:none';
  document.body.append(canvas);
  const pen = canvas.getContext('2d');
  pen.fillStyle = 'rgba(31,95,168,0.3)';
  pen.lineWidth = 3;
  const rings = pack.parcels.features.map(({ geometry }) => geometry.coordinates[0].map((place) => window.theMap().pixelOf(place)));
  const times = [];
  let last = performance.now();
  for (let n = 0; n < 20; n += 1) {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    for (let again = 0; again < 3; again += 1) for (const ring of rings) {
      pen.beginPath();
      for (const [x, y] of ring) pen.lineTo(x + n, y + again);
      pen.fill();
      pen.stroke();
    }
    await new Promise((done) => requestAnimationFrame(done));
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  canvas.remove();
  return times.sort((a, b) => a - b)[10];
}"""
"""What the browser itself takes to draw the same outlines three times over, in plain colour: a measure of the machine and of how busy it
is. Names, hatches and marks of 500 parcels should cost no more than that (a third of it was seen)."""

FIRST = """async (pack) => {
  const started = performance.now();
  window.props.pack = pack;
  await new Promise((done) => requestAnimationFrame(done));
  await window.theMap().settled();
  return performance.now() - started;
}"""

FRAMES = """async () => {
  const times = [];
  let last = performance.now();
  for (let n = 0; n < 40; n += 1) {
    window.theMap().pan(8, 0);
    await new Promise((done) => requestAnimationFrame(done));
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  return times.sort((a, b) => a - b)[20];
}"""
