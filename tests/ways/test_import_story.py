"""A clerk's file with faults, in a real browser: columns said, an outline mended, the good rows taken, the corrected file compared."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from shapely import Polygon, box

from gis_service.main import WEB
from tests.parcels.imports.made import Feature, feature
from tests.ways import test_desk_story as story
from tests.ways.test_desk_story import sign_in

expect.set_options(timeout=30_000)

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]

browser_type_launch_args = story.browser_type_launch_args
browser_context_args = story.browser_context_args
desk, faults = story.desk, story.faults

WEST, SOUTH, SIDE = 113.5601, 22.4301, 0.001


def plot(n: int, shape: Polygon | None = None, **said: Any) -> Feature:
    square = box(WEST + n * SIDE, SOUTH, WEST + (n + 1) * SIDE, SOUTH + SIDE)
    return feature(
        shape or square, None, **{"地块代号": f"BW-96{n:02}", "地块名称": f"示例{n}号", "备注": "现场核对", **said}
    )


def bow_tie(n: int) -> Polygon:
    west, east, north = WEST + n * SIDE, WEST + (n + 1) * SIDE, SOUTH + SIDE
    return Polygon([(west, SOUTH), (east, north), (east, SOUTH), (west, north)])


def file(folder: Path, *rows: Feature) -> Path:
    folder.mkdir()
    path = folder / "北围勘测成果.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}, ensure_ascii=False), encoding="utf-8")
    return path


def bring_in(page: Page, path: Path) -> Locator:
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_label("发件单位").first.fill("北围国土所")
    page.get_by_role("button", name="读取并检查").click()
    return page.get_by_role("complementary", name="详情")


def test_a_file_with_faults_is_mapped_mended_taken_and_corrected(
    page: Page, desk: str, faults: list[str], tmp_path: Path
) -> None:
    sign_in(page, desk)
    faults.clear()
    page.get_by_role("navigation").get_by_text("导入").click()
    nothing = plot(4)
    nothing["geometry"] = None
    detail = bring_in(page, file(tmp_path / "1", plot(0), plot(2, bow_tie(2)), nothing))

    detail.get_by_role("tab", name="列的对应").click()
    detail.get_by_label("“地块代号”填入").select_option(label="地块编号")
    detail.get_by_role("button", name="按此重新对应并检查").click()
    detail.get_by_role("gridcell", name="BW-9602").click()
    expect(detail.get_by_role("img", name="第 2 行的图形和周边")).to_be_visible()
    expect(detail.get_by_text("+5,700").first).to_be_visible()
    detail.get_by_role("button", name="在图上预览").click()
    expect(detail.get_by_text("修正后").first).to_be_visible()
    detail.get_by_role("button", name="修正这一行").click()
    expect(detail.get_by_role("button", name="撤回修正，恢复原图形")).to_be_visible()

    detail.get_by_role("button", name="只入库合格的 2 行").click()
    expect(detail.get_by_role("button", name="撤销这一批")).to_be_visible()

    again = bring_in(page, file(tmp_path / "2", plot(0, 备注="已补图"), plot(4), plot(6)))
    again.get_by_role("tab", name="与上次比较").click()
    expect(again.get_by_text("新出现").first).to_be_visible()
    expect(again.get_by_text("已补图")).to_be_visible()
    expect(again.get_by_text("已改好").first).to_be_visible()
    again.get_by_role("tab", name="依据与检查").click()
    expect(again.get_by_text("北围国土所").first).to_be_visible()
    with page.expect_download() as started:
        again.get_by_role("link", name="下载 Excel").click()
    assert started.value.suggested_filename.endswith(".xlsx")
    assert faults == []
