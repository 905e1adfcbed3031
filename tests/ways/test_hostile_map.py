"""Texts that would be code, in every field that a map shows: pages of features, the card on the map, the map in one file, and
documents for other programs. No script runs, and no request leaves the machine."""

import io
import json
import zipfile
from pathlib import Path
from urllib.parse import urlencode

import pytest
from defusedxml import ElementTree
from playwright.sync_api import ConsoleMessage, Page, expect

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.main import WEB
from gis_service.maps.catalogue import Catalogue
from gis_service.maps.desktop.project import LOGIN, Place, qgz
from gis_service.maps.styles.drawing import Drawn
from gis_service.maps.styles.maplibre import maplibre
from gis_service.maps.styles.qml import qml
from gis_service.maps.styles.sld import sld
from tests.conftest import CloneServices
from tests.factories import SOUTH, WEST, a_parcel, a_unit, an_area, land
from tests.patrols.basemaps.test_doors import upstream
from tests.ways.people import DESK
from tests.ways.test_desk_story import browser_type_launch_args
from tests.ways.test_hostile_texts import SCRIPTS, unharmed
from tests.ways.test_map_story import Open, at, desk, drawn, tool

__all__ = ["browser_type_launch_args", "desk", "upstream"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]
ROW = 40
LAYER = "/ogc/collections/parcel-supply"


@pytest.fixture
def hostile(services: CloneServices) -> list[int]:
    """Parcels that try something with each text, in an area and of a unit that do so too."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        parcels = []
        for n, text in enumerate(SCRIPTS):
            area = an_area(session, code=f"XSS{n}", name=text, name_en=text)
            unit = a_unit(session, code=f"XSS{n}", name=f"{text}{n}")
            parcels.append(
                a_parcel(
                    session, shape=land(n, ROW), area_id=area.id, managing_unit_id=unit.id, parcel_no=f"X-{n}{text}"[:60],
                    parcel_name=text, location_text=text, remark=text,
                )
            )  # fmt: skip
        return [parcel.id for parcel in parcels]


class Watched:
    """What the browser says, and whom it asks."""

    def __init__(self, page: Page):
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("dialog", lambda dialog: self.said.append(dialog.message))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("console", self._console)
        page.on("request", lambda request: self.asked.append(request.url))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "favicon" not in message.location["url"]:  # a browser asks for that by itself
            self.said.append(message.text)

    def outside(self) -> list[str]:
        return [url for url in self.asked if not url.startswith(("http://127.0.0.1:", "file:", "data:", "blob:"))]


def test_pages_of_features_show_texts(desk: Open, hostile: list[int]) -> None:
    page = desk(DESK)
    watched = Watched(page)
    pages = (
        "/ogc/collections", LAYER, f"{LAYER}/queryables", f"{LAYER}/schema", f"{LAYER}/items", f"{LAYER}/tiles",
        f"{LAYER}/tiles/WebMercatorQuad", "/ogc/collections/area/items", *(f"{LAYER}/items/{number}" for number in hostile),
    )  # fmt: skip
    for address in pages:
        answer = page.goto(f"{address}?f=html")
        assert answer is not None
        assert answer.status == 200, address
        assert "text/html" in answer.headers["content-type"]
        unharmed(page)
    for number, text in zip(hostile, SCRIPTS, strict=True):
        page.goto(f"{LAYER}/items/{number}?f=html")
        assert text in page.locator("body").inner_text()
    assert watched.said == []
    for text in SCRIPTS:  # what a reader puts in the address comes back as a text too
        for name in ("parcel_name", "filter", "unknown"):
            page.goto(f"{LAYER}/items?f=html&{urlencode({name: text})}")
            unharmed(page)
    assert watched.outside() == []


def test_a_card_on_the_map_and_a_place_that_was_written(desk: Open, hostile: list[int]) -> None:
    page = desk(DESK)
    watched = Watched(page)
    page.goto(f"/desk/parcels?map={WEST + 0.0005},{SOUTH + ROW * 0.001 + 0.0005},18")
    drawn(page)
    tool(page, "查询")
    here = page.get_by_role("region", name="查询")
    at(page, 0, 0)
    here.locator("summary").filter(has_text="X-0").click()
    expect(here.get_by_text(SCRIPTS[0]).first).to_be_visible()
    unharmed(page)
    tool(page, "定位")
    goto = page.get_by_role("region", name="定位")
    for text in SCRIPTS:
        answer = page.request.get("/api/v1/map/places", params={"text": text})
        assert answer.headers["content-type"].startswith("application/json")
        assert answer.json()["items"] == []
        goto.get_by_role("textbox").fill(text)
        goto.get_by_role("button", name="前往").click()
        unharmed(page)
    assert watched.said == []
    assert watched.outside() == []


def test_the_map_in_one_file(desk: Open, hostile: list[int], tmp_path: Path) -> None:
    page = desk(DESK)
    saved = tmp_path / "map.html"
    saved.write_text(page.request.get("/api/v1/map.html").text(), encoding="utf-8")
    watched = Watched(page)
    page.goto(saved.as_uri())
    for axis in page.locator(".leaflet-control-layers-base label").all():
        axis.click()
    outlines = page.locator("path.leaflet-interactive")
    assert outlines.count() >= len(SCRIPTS)
    for number in range(outlines.count()):
        outlines.nth(number).dispatch_event("mouseover")
        outlines.nth(number).dispatch_event("click")
        unharmed(page)
    expect(page.locator(".gis-card").first).to_be_visible()
    assert watched.said == []
    assert [url for url in watched.asked if not url.startswith(("file:", "data:"))] == []


def test_documents_for_programs_stay_whole(desk: Open) -> None:
    """A layer whose titles are hostile, and an address that is."""
    page = desk(DESK)
    layer = Catalogue.load()["parcel-supply"].model_copy(update={"title": SCRIPTS[1], "title_en": SCRIPTS[2]})
    drawn_layer = Drawn.served(layer, "both")
    for text in (qml(drawn_layer), sld(drawn_layer, "qgis"), sld(drawn_layer, "geoserver")):
        names = {one.tag.rpartition("}")[2].lower() for one in ElementTree.fromstring(text).iter()}
        assert names.isdisjoint({"script", "img", "svg"})
    place = Place("http://127.0.0.1/ogc", SCRIPTS[1], (113.0, 22.0, 114.0, 23.0), LOGIN, "zh")
    with zipfile.ZipFile(io.BytesIO(qgz(Catalogue.load(), place))) as package:
        project = next(name for name in package.namelist() if name.endswith(".qgs"))
        titles = [one.text for one in ElementTree.fromstring(package.read(project)).iter("title")]
    assert SCRIPTS[1] in titles
    style = maplibre(drawn_layer, tiles=SCRIPTS[0], tilejson=None)
    assert json.loads(json.dumps(style, ensure_ascii=False)) == style
    tilejson = page.request.get(f"{LAYER}/tiles/WebMercatorQuad", params={"f": "tilejson"})
    assert tilejson.headers["content-type"].startswith("application/json")
    assert tilejson.headers["x-content-type-options"] == "nosniff"
    refused = page.request.get("/api/v1/layers/parcel-supply/style.json", params={"tilejson": SCRIPTS[0]})
    assert refused.status == 400
