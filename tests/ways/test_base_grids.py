"""Base maps that are cut in degrees, in a browser: what they show lies on the map where it lies on the ground."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.geo import shift
from gis_service.geo.crs import WEB_MERCATOR, WGS84, transform_xy
from gis_service.geo.tilegrids import CGCS2000_QUAD, CRS84_QUAD, PIXELS, Grid
from gis_service.main import WEB, create_app
from gis_service.maps.basemaps import sources
from gis_service.patrols.basemaps import tianditu
from gis_service.settings import BaseSource
from tests.conftest import PASSWORD, CloneServices
from tests.live import Quiet, answering, serving
from tests.ways.people import DESK
from tests.ways.test_desk_story import browser_type_launch_args
from tests.ways.test_map_story import shot

__all__ = ["browser_type_launch_args"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]
MARK = (113.53412, 22.39876)
VIEW = (113.53350, 22.39850)
ZOOM = 16.5
"""Between two levels: whatever is drawn is drawn anew."""
Px = tuple[float, float]
SHIFTED: Px = tuple(float(axis[0]) for axis in shift.wgs84_to_gcj02(np.array([MARK[0]]), np.array([MARK[1]])))  # type: ignore[assignment]
GROUND, MAGENTA = (205, 215, 190), (255, 0, 255)
FINER = 4
HALF_PX = 5
LOOKS = 50
"""At the page until the mark is there."""


@dataclass
class Mapmaker:
    """A server of tiles in degrees that show one mark; it knows no tile outside its matrices, and no other set."""

    grid: Grid
    letter: str
    mark: Px = MARK
    url: str = ""
    asked: list[str] = field(default_factory=list)

    def tile(self, path: str) -> bytes | None:
        asked = parse_qs(urlsplit(path).query)
        z, y, x = (int(asked[name][0]) for name in ("TILEMATRIX", "TILEROW", "TILECOL"))
        if asked["TILEMATRIXSET"] != [self.letter] or not self.grid.has(z, x, y):
            return None
        west, _, _, north = self.grid.bounds(z, x, y)
        pixel = self.grid.side(z) / PIXELS
        middle = [(self.mark[0] - west) / pixel * FINER, (north - self.mark[1]) / pixel * FINER]
        picture = Image.new("RGB", (PIXELS * FINER, PIXELS * FINER), GROUND)
        half = HALF_PX * FINER
        ImageDraw.Draw(picture).rectangle(
            (middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half), MAGENTA
        )
        out = BytesIO()
        picture.reduce(FINER).save(out, "PNG")
        return out.getvalue()


@pytest.fixture
def mapmaker(request: pytest.FixtureRequest) -> Iterator[Mapmaker]:
    made = Mapmaker(*request.param)

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            content = made.tile(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(content or b"")

    with answering(Handler) as made.url:
        yield made


def offered(mapmaker: Mapmaker, base: str) -> dict[str, object]:
    """The settings of an office whose base map `base` comes from this server."""
    if base.startswith("tianditu"):
        return {"tianditu_key": "key", "tianditu_url": mapmaker.url, "tianditu_grid": mapmaker.grid.id}
    query = f"TILEMATRIXSET={mapmaker.letter}&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}"
    datum = base.removeprefix("source-")
    one = BaseSource(code=datum, name="省图", url=f"{mapmaker.url}/wmts?{query}", datum=datum, grid=mapmaker.grid.id)  # type: ignore[arg-type]
    return {"base_sources": (one,)}


@contextmanager
def desk(services: CloneServices, browser: Browser, base: str) -> Iterator[Page]:
    """The desk of an office, looking at the place of the mark over this base."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        user = access.create_user(
            session, SERVICE, username="mapper", display_name="图", password=PASSWORD, own_choice=True
        )
        access.grant_role(session, SERVICE, user.id, Role.LEADER)
        access.grant_role(session, SERVICE, user.id, Role.INSPECTOR)
    with serving(create_app(services.settings, services)) as port:
        context = browser.new_context(
            base_url=f"http://127.0.0.1:{port}", viewport=DESK, locale="zh-CN", reduced_motion="reduce"
        )
        signed = context.request.post(
            "/api/v1/sessions", data={"username": "mapper", "password": PASSWORD}, headers={"Sec-Fetch-Site": "same-origin"}
        )  # fmt: skip
        assert signed.status == 201, signed.text()
        page = context.new_page()
        page.goto(f"/desk/parcels?map={VIEW[0]},{VIEW[1]},{ZOOM}&base={base}")
        yield page
        context.close()


def magenta_at(page: Page) -> Px | None:
    """Where the middle of the mark is, in pixels from the middle of the map; nothing where there is none."""
    seen = np.asarray(Image.open(BytesIO(page.locator(".map").screenshot())).convert("RGB"), dtype=float)
    weight = np.clip(np.minimum(seen[..., 0], seen[..., 2]) - seen[..., 1] - 60, 0, None)
    if weight.sum() < 195 * HALF_PX**2:
        return None
    rows, columns = np.indices(weight.shape) + 0.5
    height, width = weight.shape
    return (
        float((weight * columns).sum() / weight.sum() - width / 2),
        float((weight * rows).sum() / weight.sum() - height / 2),
    )


def mercator_px() -> Px:
    """Where the mark belongs, in pixels from the middle of the map."""
    east, north = transform_xy([MARK[0], VIEW[0]], [MARK[1], VIEW[1]], WGS84, WEB_MERCATOR)
    resolution = 156543.03392804097 / 2**ZOOM
    return (east[0] - east[1]) / resolution, (north[1] - north[0]) / resolution


@pytest.mark.parametrize(
    ("mapmaker", "base"),
    [
        ((CGCS2000_QUAD, "c"), "tianditu-img"),
        ((CGCS2000_QUAD, "c"), "source-cgcs2000"),
        ((CRS84_QUAD, "EPSG:4326"), "source-wgs84"),
        ((CGCS2000_QUAD, "c", SHIFTED), "source-gcj02"),
    ],
    ids=["tianditu c", "CGCS2000", "WGS 84", "GCJ-02"],
    indirect=["mapmaker"],
)
def test_a_mark_on_tiles_in_degrees_lies_where_it_lies(
    services: CloneServices, browser: Browser, mapmaker: Mapmaker, base: str
) -> None:
    tianditu.node.cache_clear()
    sources._node.cache_clear()
    services.settings = services.settings.model_copy(update=offered(mapmaker, base))
    with desk(services, browser, base) as page:
        expect(page.locator(".noted")).to_be_visible()
        page.wait_for_load_state("networkidle")
        found = next(filter(None, (magenta_at(page) for _ in range(LOOKS))), None)
        shot(page, f"degrees-{base}")
        assert found == pytest.approx(mercator_px(), abs=1.0)
    assert mapmaker.asked
    assert all(mapmaker.tile(path) for path in mapmaker.asked), "only tiles that there are were asked for"
