import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from branca.element import JavascriptLink
from fastapi.testclient import TestClient
from playwright.sync_api import Playwright

from gis_service.core.srid import STORAGE_SRID
from gis_service.maps import folium_map
from gis_service.maps import handout as handing
from gis_service.maps.catalogue import Catalogue, Layer
from gis_service.maps.errors import EmptyMap, NoLocalCopy
from gis_service.maps.folium_map import EACH, FULL_DETAIL, SQUARES, LocalFigure, area_map
from tests.benchmarks.folium import made_parcels

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOSTILE = '<img src=x onerror="window.hurt=1"></script><script>window.hurt=2</script>{{ 7 * 7 }}{% endraw %}{{ 7 * 7 }}'

MIDDLE_OF_ONE = """() => {
    const map = window[Object.keys(window).find(name => name.startsWith('map_'))];
    const middle = map.latLngToContainerPoint(L.geoJSON(GIS_DATA.features[3]).getBounds().getCenter());
    const corner = map.getContainer().getBoundingClientRect();
    return [corner.left + middle.x, corner.top + middle.y];
}"""
"""Where on the screen the fourth thing drawn is."""

pytestmark = pytest.mark.skipif(not folium_map.VENDOR.is_dir(), reason="the web pages are not built")


@pytest.fixture
def axes(catalogue: Catalogue) -> list[Layer]:
    return [layer for layer in catalogue.values() if layer.source == "layer.parcel"]


def parcels(layer: Layer, count: int = 4, **facts: Any) -> gpd.GeoDataFrame:
    """Squares in a row with every attribute, and what `facts` say."""
    known = {"parcel_no": [f"BW-{n}" for n in range(count)], "fence_status": ["full", "none"] * (count // 2)}
    columns = {name: known.get(name, [facts.get(name)] * count) for name in layer.by_name}
    squares = [shapely.box(113.5 + n * 0.001, 22.4, 113.501 + n * 0.001, 22.401) for n in range(count)]
    return gpd.GeoDataFrame(columns, geometry=squares, crs=STORAGE_SRID)


def outside(page: str) -> list[str]:
    """Addresses that a browser would fetch: of scripts, styles and pictures."""
    tags = re.findall(r"<(?:script|link|img|iframe)[^>]*>", re.sub(r"(?s)(<script[^>]*>).*?</script>", r"\1", page))
    styles = "".join(re.findall(r"(?s)<style>(.*?)</style>", page))
    return [tag for tag in tags if "//" in tag] + re.findall(r"url\((?!data:|#)[^)]+\)|@import[^;]+", styles)


def test_the_page_fetches_nothing(axes: list[Layer]) -> None:
    page = area_map(parcels(axes[0]), axes, title="北围", as_of=NOON)
    assert outside(page) == []


def test_the_page_says_what_it_shows(axes: list[Layer]) -> None:
    page = area_map(parcels(axes[0]), axes, title="北围片区国有空闲地分布图", as_of=NOON, sample=True)
    for words in ("北围片区国有空闲地分布图", "2026-11-23 12:00", "CGCS2000", '"sample":true', "共 4 宗"):
        assert words in page


def test_a_script_without_a_local_copy_is_an_error_not_a_blank_page() -> None:
    figure = LocalFigure()
    figure.header.add_child(JavascriptLink("https://cdn.example/heat.js"))
    with pytest.raises(NoLocalCopy, match=r"heat\.js"):
        figure.render()


def test_before_the_pages_are_built_the_map_says_so(
    axes: list[Layer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folium_map, "VENDOR", tmp_path)
    with pytest.raises(NoLocalCopy, match="make setup"):
        area_map(parcels(axes[0]), axes, title="北围", as_of=NOON)


def test_a_map_of_nothing_is_refused(axes: list[Layer]) -> None:
    with pytest.raises(EmptyMap):
        area_map(parcels(axes[0]).iloc[:0], axes, title="北围", as_of=NOON)


def drawing(page: str) -> dict[str, Any]:
    """What the page draws."""
    begin = page.index("GIS_DATA = ") + len("GIS_DATA = ")
    drawn: dict[str, Any] = json.JSONDecoder().raw_decode(page, begin)[0]
    return drawn


def test_a_district_is_drawn_as_it_is(axes: list[Layer]) -> None:
    rows = made_parcels(axes[0], FULL_DETAIL)
    page = area_map(rows, axes, title="北围", as_of=NOON)
    drawn = drawing(page)
    assert (drawn["kind"], len(drawn["features"])) == ("parcels", FULL_DETAIL)
    assert "已简化" not in page
    assert "方格" not in page
    for feature, outline in zip(drawn["features"], rows.geometry, strict=True):
        assert len(feature["geometry"]["coordinates"][0]) == len(outline.exterior.coords)
    empty_page = len(area_map(rows.iloc[:1], axes, title="北围", as_of=NOON))
    assert (len(page.encode()) - empty_page) / FULL_DETAIL < 1000, "bytes of a parcel"


def test_many_parcels_are_simplified_together_and_the_page_says_so(axes: list[Layer]) -> None:
    rows = made_parcels(axes[0], FULL_DETAIL + 1)
    dense = shapely.segmentize(rows.geometry.to_numpy(), 1e-4)
    rows.geometry = shapely.transform(dense, lambda lonlat: lonlat.round(9))  # shared edges are of the same corners
    page = area_map(rows, axes, title="北围", as_of=NOON)
    drawn = drawing(page)
    assert (drawn["kind"], drawn["canvas"], len(drawn["features"])) == ("parcels", True, FULL_DETAIL + 1)
    assert "边界已简化约" in page
    shown = [shapely.geometry.shape(feature["geometry"]) for feature in drawn["features"]]
    corners = sum(shapely.get_num_coordinates(shown))
    assert corners < 0.5 * shapely.get_num_coordinates(rows.geometry.to_numpy()).sum()
    whole = shapely.union_all(shown, grid_size=1e-6)
    assert shapely.get_num_interior_rings(whole) == 0, "no gaps between neighbours"
    assert whole.symmetric_difference(shapely.union_all(rows.geometry.to_numpy())).area / whole.area < 0.002


def test_land_that_overlaps_is_simplified_too(axes: list[Layer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folium_map, "FULL_DETAIL", 3)
    rows = parcels(axes[0], 4)
    rows.geometry = [
        shapely.box(113.5, 22.4, 113.6, 22.5),
        shapely.box(113.55, 22.45, 113.65, 22.55),
        *rows.geometry[2:],
    ]
    shown = [
        shapely.geometry.shape(f["geometry"])
        for f in drawing(area_map(rows, axes, title="北围", as_of=NOON))["features"]
    ]
    assert [one.is_valid and one.area > 0 for one in shown] == [True] * 4
    assert shown[0].symmetric_difference(rows.geometry.iloc[0]).area < 1e-4


def test_more_than_can_be_drawn_become_squares_that_count_them(axes: list[Layer]) -> None:
    rows = made_parcels(axes[0], EACH + 1)
    page = area_map(rows, axes, title="北围", as_of=NOON)
    drawn = drawing(page)
    assert drawn["kind"] == "squares"
    assert len(drawn["features"]) <= (SQUARES + 1) ** 2
    assert f"共 {EACH + 1} 宗" in page
    assert "方格汇总" in page
    assert len(page.encode()) < 6_000_000
    squares = [feature["properties"] for feature in drawn["features"]]
    assert sum(square["n"] for square in squares) == EACH + 1
    for at, axis in enumerate(axes):
        told: Counter[str] = Counter()
        for square in squares:
            counts = dict(map(tuple, square["of"][at]))
            assert sum(counts.values()) == square["n"]
            assert square["of"][at][0][1] == max(counts.values()), "the most frequent first: it gives the colour"
            told.update(counts)
        assert told == Counter(rows[axis.style.property])


def test_too_many_for_a_file_are_refused_before_they_are_read(
    officer: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "MOST", 3)
    monkeypatch.setattr(handing, "area_map", None)
    answer = officer.get("/api/v1/map.html", params={"area": "北围"})
    assert (answer.status_code, answer.json()["code"]) == (422, "map.too_many")
    assert "最多 3 宗" in answer.text


def test_a_hostile_name_stays_a_name(axes: list[Layer]) -> None:
    page = area_map(parcels(axes[0], parcel_name=HOSTILE), axes, title=HOSTILE, as_of=NOON)
    assert "<img src=x" not in page
    assert "{{ 7 * 7 }}" in page


@pytest.mark.browser
def test_from_a_disk_with_the_network_unplugged(
    playwright: Playwright, axes: list[Layer], catalogue: Catalogue, tmp_path: Path
) -> None:
    rows = parcels(axes[0], parcel_name=HOSTILE)
    area = gpd.GeoDataFrame({"id": [1]}, geometry=[shapely.box(113.499, 22.399, 113.506, 22.402)], crs=STORAGE_SRID)
    file = tmp_path / "map.html"
    page_text = area_map(rows, axes, title="北围", as_of=NOON, background=[(catalogue["area"], area)], sample=True)
    file.write_text(page_text, "utf-8")
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else None,
        args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"],
    )
    page = browser.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_selector(".leaflet-interactive")
    axis_names = page.locator(".leaflet-control-layers-base label").all_inner_texts()
    page.locator(".leaflet-control-layers-base label", has_text="围蔽情况").click()
    legend = page.locator(".gis-legend").inner_text()
    patterns = page.locator("pattern").count()
    page.locator(".leaflet-interactive").first.click()
    card = page.locator(".gis-card").inner_text()
    hurt = page.evaluate("window.hurt")
    title = page.locator(".gis-title").inner_text()
    browser.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert said == []
    assert [name.strip() for name in axis_names] == [
        "供应情况",
        "现状使用",
        "围蔽情况",
        "摸排情况",
        "处置情况",
        "移交情况",
    ]
    assert "已全围蔽" in legend
    assert "2 宗" in legend
    assert patterns > 0
    assert HOSTILE in card
    assert hurt is None
    assert "示例数据" in title


@pytest.mark.browser
@pytest.mark.parametrize(("limit", "told"), [("ELEMENTS", "BW-"), ("EACH", "宗")])
def test_on_a_canvas_a_click_tells_and_the_axes_change(
    playwright: Playwright, axes: list[Layer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, told: str
) -> None:
    for name in ("FULL_DETAIL", "ELEMENTS", *(["EACH"] if limit == "EACH" else [])):
        monkeypatch.setattr(folium_map, name, 3)
    file = tmp_path / "map.html"
    file.write_text(area_map(parcels(axes[0], 8, parcel_name=HOSTILE), axes, title=HOSTILE, as_of=NOON), "utf-8")
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else None, args=["--no-sandbox"]
    )
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request", lambda request: said.append(request.url) if not request.url.startswith(("file:", "data:")) else None
    )
    page.goto(file.as_uri())
    page.locator("canvas.leaflet-zoom-animated").wait_for()
    page.locator(".leaflet-control-layers-base label", has_text="围蔽情况").click()
    x, y = page.evaluate(MIDDLE_OF_ONE)
    page.mouse.click(x, y)
    card = page.locator(".gis-card").inner_text()
    legend = page.locator(".gis-legend").inner_text()
    hurt = page.evaluate("window.hurt")
    browser.close()
    assert said == []
    assert hurt is None
    assert told in card
    assert "图例:围蔽情况" in legend
    assert "4 宗" in legend


def test_the_map_of_an_area_over_http(officer: TestClient) -> None:
    answer = officer.get("/api/v1/map.html", params={"area": "北围"})
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].startswith("sandbox allow-scripts; default-src 'none'")
    assert "北围国有空闲地分布图" in answer.text
    assert '"sample":true' in answer.text
    assert officer.get("/api/v1/map.html", params={"area": "不存在"}).status_code == 404
    assert officer.get("/api/v1/map.html", params={"area": "北围", "as_of": "1990-01-01"}).status_code == 404
    assert officer.get("/api/v1/map.html", params={"as_of": "gestern"}).status_code == 400


def test_faults_may_be_switched_on_over_the_parcels_of_today(officer: TestClient) -> None:
    today = officer.get("/api/v1/map.html", params={"area": "后环"}).text
    assert "gisOverlay(GIS_OVER[1])" in today
    assert "提醒 · 窄缝 · 待处理 · HH-0021 · HH-0020" in today
    assert "TJ-0026" not in today  # of another area
    past = officer.get("/api/v1/map.html", params={"area": "后环", "as_of": "2026-01-31"}).text
    assert "gisOverlay(GIS_OVER" not in past
