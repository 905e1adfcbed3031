"""Two flights over the district: what was heaped up is found, one heap is sent to be looked at and comes back as a clue, one is left."""

from pathlib import Path

import pytest
import rasterio
from geoalchemy2.shape import to_shape
from playwright.sync_api import Page, expect

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.main import WEB
from gis_service.parcels.models import Parcel
from tests.conftest import CloneServices
from tests.surveys.heaps.making import LARGE, a_pair, heights, middle_of, write_xyz
from tests.ways.people import PHONE, Enter, enter, troubles
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args", "enter"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


def flights_over(services: CloneServices, folder: Path) -> tuple[str, tuple[Path, Path]]:
    """A parcel of the sample, and two models with its middle in their middle."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        asked = session.query(Parcel).filter(Parcel.retired_on.is_(None), Parcel.area_computed_m2 > 20_000)
        parcel = asked.order_by(Parcel.parcel_no).first()
        return parcel.parcel_no, a_pair(folder, middle_of(to_shape(parcel.geom)))


def send(
    page: Page, before: Path, after: Path, *, days: tuple[str, str] = ("2026-03-01", "2026-09-01"), press: bool = True
) -> None:
    page.get_by_role("button", name="新建高程比对").click()
    page.get_by_label("名称").fill("北围 9 月航测")
    page.get_by_label("前期高程文件").set_input_files(before)
    page.get_by_label("后期高程文件").set_input_files(after)
    page.get_by_label("前期测量日期").fill(days[0])
    page.get_by_label("后期测量日期").fill(days[1])
    if press:
        page.get_by_role("button", name="开始比对").click()


def test_two_flights_show_heaps_and_one_becomes_a_clue(
    enter: Enter, sample_services: CloneServices, tmp_path: Path
) -> None:
    parcel_no, pair = flights_over(sample_services, tmp_path)
    page = enter(Role.WASTE_OFFICER, Role.CASE_OFFICER)
    page.goto("/desk/surveys")
    page.get_by_role("tab", name="高程比对").click()
    expect(page.get_by_text("无人机航测比对(示例)")).to_be_visible()
    send(page, *pair)
    expect(page.get_by_role("heading", name="新增堆体 2 处")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("row", name="净变化")).to_contain_text("90% 区间")
    expect(page.get_by_role("row", name="配准平移")).to_be_visible()
    first, second = (page.locator("li.heap").nth(n) for n in range(2))
    expect(first).to_contain_text("待核")
    expect(first).to_contain_text(parcel_no)
    assert troubles(page) == []

    first.get_by_role("button").first.click()
    assert "heap=" in page.url
    page.get_by_role("button", name="派去核查").click()
    page.get_by_label("疑似种类").select_option("excavated_soil")
    page.get_by_role("button", name="派出，登记为线索").click()
    expect(first).to_contain_text("已转办")
    second.get_by_role("button").first.click()
    page.get_by_role("button", name="不处理").click()
    expect(page.get_by_role("button", name="确定不处理")).to_be_disabled()
    page.get_by_label("不处理的理由").fill("在建工地堆土，有手续")
    page.get_by_role("button", name="确定不处理").click()
    expect(second.locator(".state")).to_have_text("不处理")
    expect(second).to_contain_text("在建工地堆土，有手续")
    assert troubles(page) == []

    first.get_by_role("button").first.click()
    page.get_by_role("button", name="打开线索").click()
    expect(page.get_by_role("heading", name="来自高程比对")).to_be_visible()
    expect(page.get_by_text("工程渣土").first).to_be_visible()
    page.get_by_role("link", name="北围 9 月航测 · 堆体 1").click()
    expect(page.locator("li.heap.chosen")).to_contain_text("已转办")


def test_a_heap_is_chosen_on_the_map(enter: Enter, sample_services: CloneServices, tmp_path: Path) -> None:
    _, pair = flights_over(sample_services, tmp_path)
    page = enter(Role.WASTE_OFFICER)
    page.goto("/desk/elevation_comparisons")
    send(page, *pair)
    expect(page.get_by_role("heading", name="新增堆体 2 处")).to_be_visible(timeout=60_000)
    # the larger heap, seen first from the list so that its place on the map is known to be in sight
    page.locator("li.heap").first.get_by_role("button").first.click()
    page.wait_for_timeout(500)
    page.locator("li.heap").first.get_by_role("button").first.click()
    expect(page.locator("li.heap.chosen")).to_have_count(0)
    box = page.get_by_role("application").bounding_box()
    detail = page.get_by_role("complementary", name="详情").bounding_box()
    assert box
    assert detail
    for dx, dy in ((0, 0), (-20, 0), (20, 0), (0, 20), (0, -20), (-40, 20), (40, -20), (40, 20), (-40, -20)):
        page.mouse.click(box["x"] + (detail["x"] - box["x"]) / 2 + dx, box["y"] + box["height"] / 2 + dy)
        page.wait_for_timeout(350)
        if page.locator("li.heap.chosen").count():
            break
    expect(page.locator("li.heap.chosen")).to_have_count(1)


def test_what_cannot_be_compared_says_why_and_is_mended(
    enter: Enter, sample_services: CloneServices, tmp_path: Path
) -> None:
    _, (before, _) = flights_over(sample_services, tmp_path)
    with rasterio.open(before) as file:
        middle = (file.bounds.left + file.bounds.right) / 2, (file.bounds.bottom + file.bounds.top) / 2
    after = write_xyz(tmp_path / "后期.xyz", heights(middle, 2, (LARGE,)), middle)
    page = enter(Role.WASTE_OFFICER, size=PHONE)
    page.goto("/desk/elevation_comparisons")
    send(page, before, after, days=("2026-09-01", "2026-03-01"), press=False)
    expect(page.get_by_text("前期日期应早于后期")).to_be_visible()
    expect(page.get_by_role("button", name="开始比对")).to_be_disabled()
    page.get_by_label("后期测量日期").fill("2026-11-01")
    page.get_by_role("button", name="开始比对").click()
    expect(page.locator(".note.bad")).to_contain_text("没有写明坐标系", timeout=60_000)
    assert troubles(page) == []
    page.get_by_role("button", name="改参数重新比对").click()
    page.get_by_label("后期坐标系").fill("4547")
    page.get_by_role("button", name="重新比对", exact=True).click()
    expect(page.get_by_role("heading", name="新增堆体 1 处")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="撤回比对").click()
    page.get_by_label("理由").fill("后期有云影")
    page.get_by_role("button", name="撤回", exact=True).click()
    expect(page.get_by_text("已撤回：后期有云影")).to_be_visible()
