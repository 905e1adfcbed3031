"""A land officer takes land out in a real browser: what the list shows at once, the whole register as a job."""

import json
from pathlib import Path

import geopandas
import pytest
from playwright.sync_api import Page, expect

from gis_service.main import WEB
from tests.ways.test_desk_story import (  # noqa: F401  (fixtures)
    browser_context_args,
    browser_type_launch_args,
    desk,
    faults,
    sign_in,
)

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


def test_what_the_list_shows_leaves_as_a_file(
    page: Page,
    desk: str,  # noqa: F811
    faults: list[str],  # noqa: F811
    tmp_path: Path,
) -> None:
    sign_in(page, desk)
    faults.clear()
    page.get_by_role("combobox", name="搜索地块").fill("HH-")
    shown = int(page.locator(".sums b").inner_text().split()[1])
    page.get_by_role("button", name="导出", exact=True).click()
    panel = page.get_by_role("dialog", name="导出")
    panel.get_by_label("格式").select_option("geojson")
    expect(panel.get_by_label(f"列表筛出的 {shown} 块")).to_be_checked()
    with page.expect_download() as handed:
        panel.get_by_role("button", name="导出文件").click()
    features = json.loads(Path(handed.value.path()).read_text("utf-8"))["features"]
    assert handed.value.suggested_filename.endswith("_示例数据.geojson")
    assert len(features) == shown
    assert all(feature["properties"]["地块编号"].startswith("HH-") for feature in features)

    panel.get_by_label("格式").select_option("gpkg")
    panel.get_by_label("坐标系").select_option("4547")
    panel.get_by_label("全部").check()
    with page.expect_download() as handed:
        panel.get_by_role("button", name="导出文件").click()
    out = tmp_path / "all.gpkg"
    handed.value.save_as(out)
    frame = geopandas.read_file(out, layer="parcels")
    assert (frame.crs.to_epsg(), len(frame)) == (4547, int(page.locator(".sums b").inner_text().split()[3]))
    assert faults == []
