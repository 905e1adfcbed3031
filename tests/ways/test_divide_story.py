"""A land officer finds a parcel, divides it along two of its corners, joins the parts again and takes the joining back; then both
parts are changed together, and that is taken back too."""

import math
import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from gis_service.main import WEB
from tests.ways.test_desk_story import (  # noqa: F401  (fixtures of a browser on the sample district)
    browser_context_args as usual_context_args,
)
from tests.ways.test_desk_story import (  # noqa: F401
    browser_type_launch_args,
    desk,
    faults,
    sign_in,
)
from tests.ways.test_find_and_change import add_remark, pick, take_back

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


@pytest.fixture(scope="session")
def browser_context_args(usual_context_args: dict[str, Any]) -> dict[str, Any]:  # noqa: F811
    """As usual, but the map jumps instead of gliding: pixels are computed from where it stands."""
    return {**usual_context_args, "reduced_motion": "reduce"}


EARTH_M, TILE_M = 6_378_137.0, 156_543.03392804097


def ask(page: Page, desk: str, path: str) -> Any:  # noqa: F811
    return page.request.get(f"{desk}/api/v1{path}").json()


def on_screen(page: Page, place: list[float]) -> tuple[float, float]:
    """Where a place in degrees lies on the page, by the view in the address."""

    def plane(lon: float, lat: float) -> tuple[float, float]:
        return EARTH_M * math.radians(lon), EARTH_M * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))

    lon, lat, zoom = map(float, re.search(r"map=([^&]+)", page.url)[1].split(","))
    box, metres = page.locator(".map").bounding_box(), TILE_M / 2**zoom
    (x, y), (east, north) = plane(*place), plane(lon, lat)
    return box["x"] + box["width"] / 2 + (x - east) / metres, box["y"] + box["height"] / 2 - (y - north) / metres


def settled(page: Page) -> None:
    """The map stands still: its view in the address has stopped changing."""
    seen, still = "", 0
    while still < 4:
        still = still + 1 if seen == page.url else 0
        seen = page.url
        page.wait_for_timeout(300)
    page.wait_for_load_state("networkidle")


def near(page: Page) -> bool:
    """The map has gone near the parcel, as it does for drawing."""
    view = re.search(r"map=[^,]+,[^,]+,([\d.]+)", page.url)
    return view is not None and float(view[1]) > 17


def begin(page: Page, act: str) -> None:
    page.get_by_role("button", name="办理").click()
    page.get_by_role("dialog").get_by_role("button", name=act, exact=True).click()
    for _ in range(100):
        if near(page):
            break
        page.wait_for_timeout(200)
    settled(page)


def test_a_parcel_is_found_divided_joined_given_back_and_its_parts_changed_together(
    page: Page,
    desk: str,  # noqa: F811
    faults: list[str],  # noqa: F811
) -> None:
    sign_in(page, desk)
    faults.clear()
    parcel = ask(page, desk, "/parcels/by-no/BW-0001")
    corners = parcel["geometry"]["coordinates"][0][0][:-1]
    detail = page.get_by_role("complementary", name="详情")

    page.get_by_role("combobox", name="搜索地块").fill("beiwetj0301")  # pinyin, with a letter left out
    page.get_by_role("option", name="BW-0001").first.click()
    expect(detail.get_by_role("heading", name="BW-0001")).to_be_visible()
    begin(page, "分割")
    # the pointer stays some pixels away from two opposite corners: the line snaps to them
    ends = [on_screen(page, corners[n]) for n in (0, len(corners) // 2)]
    (x1, y1), (x2, y2) = ends
    page.mouse.move(x1 + 5, y1 + 4)
    page.mouse.click(x1 + 5, y1 + 4)
    page.mouse.move((x1 + x2) / 2, (y1 + y2) / 2, steps=4)
    expect(detail.get_by_text("已画")).to_be_visible()
    page.mouse.move(x2 - 4, y2 - 5, steps=4)
    page.mouse.dblclick(x2 - 4, y2 - 5)
    expect(detail.get_by_text("面积平")).to_be_visible()
    expect(detail.get_by_role("button", name="分割")).to_be_disabled()
    detail.get_by_label("第 2 块的编号").fill("BW-0001-9")
    detail.get_by_label("第 2 块的编号").press("Tab")
    detail.get_by_label("原因").fill("分期供应(示例)")
    detail.get_by_role("button", name="新增文件").click()
    detail.get_by_label("文号").fill("珠高地(示例)〔2026〕901号")
    detail.get_by_label("标题").fill("地块分割批复(示例)")
    detail.get_by_role("button", name="登记并选用").click()
    detail.get_by_role("button", name="分割").click()

    expect(detail.get_by_role("heading", name="BW-0001-1")).to_be_visible()
    expect(detail.get_by_role("link", name=re.compile("^BW-0001，"))).to_be_visible()
    expect(detail.get_by_role("listitem").get_by_text("珠高地(示例)〔2026〕901号").first).to_be_visible()
    parts = [ask(page, desk, f"/parcels/by-no/{number}") for number in ("BW-0001-1", "BW-0001-9")]
    texts = [{(p["northing_text"], p["easting_text"]) for p in part["boundary_points"]} for part in parts]
    assert texts[0] | texts[1] == {(p["northing_text"], p["easting_text"]) for p in parcel["boundary_points"]}
    assert len(texts[0] & texts[1]) == 2
    assert ask(page, desk, "/parcels/by-no/BW-0001")["retired_on"]

    begin(page, "合并")
    west, south, east, north = ask(page, desk, f"/parcels/{parts[1]['id']}/lineage")["nodes"][-1]["bbox"]
    for _ in range(5):  # the map may still be on its way to the parcel
        page.mouse.click(*on_screen(page, [(west + east) / 2, (south + north) / 2]))
        page.wait_for_timeout(1500)
        if detail.get_by_role("button", name="去掉 BW-0001-9").is_visible():
            break
    expect(detail.get_by_text("面积平")).to_be_visible()
    detail.get_by_label("原因").fill("仍作一宗供应(示例)")
    detail.get_by_role("button", name="合并").click()
    expect(detail.get_by_role("heading", name="BW-0001-1-1")).to_be_visible()

    detail.get_by_role("button", name="撤销").first.click()
    detail.get_by_label("为什么撤销").fill("批文有误(示例)")
    detail.get_by_role("button", name="撤销").first.click()
    expect(detail.get_by_role("heading", name=re.compile("^BW-0001-[19]$"))).to_be_visible()
    expect(detail.get_by_role("listitem").get_by_text("撤销：批文有误(示例)").first).to_be_visible()
    listed = {row["parcel_no"] for row in ask(page, desk, "/parcels?q=BW-0001")["items"]}
    assert listed == {"BW-0001-1", "BW-0001-9"}

    detail.get_by_role("button", name="关闭详情").click()
    pick(page, "BW-0001-1", "BW-0001-9", 2)
    add_remark(detail, "分割后核查(示例)", 2)
    detail.get_by_role("button", name="修改这 2 块").click()
    take_back(detail)
    remarks = [ask(page, desk, f"/parcels/by-no/{number}")["remark"] for number in listed]
    assert not any("分割后核查" in (remark or "") for remark in remarks)
    assert faults == []


def test_an_outline_is_edited_by_its_table_and_kept_as_typed(page: Page, desk: str, faults: list[str]) -> None:  # noqa: F811
    sign_in(page, desk)
    faults.clear()
    parcel = ask(page, desk, "/parcels/by-no/BW-0014")
    detail = page.get_by_role("complementary", name="详情")
    page.get_by_role("gridcell", name="BW-0014").click()
    begin(page, "改图形")
    typed = f"{float(parcel['boundary_points'][0]['northing_text']) + 0.5:.4f}"
    detail.get_by_label("J1 的 X").fill(typed)
    detail.get_by_label("J1 的 X").press("Tab")
    expect(detail.get_by_text("差 +")).to_be_visible()
    page.keyboard.press("Escape")  # changed, so it stays open
    detail.get_by_label("原因").fill("复测(示例)")
    detail.get_by_role("button", name="保存图形").click()
    expect(detail.get_by_role("tab", name="沿革")).to_be_visible()
    now = ask(page, desk, "/parcels/by-no/BW-0014")
    assert now["boundary_points"][0]["northing_text"] == typed
    assert now["area_computed_m2"] > parcel["area_computed_m2"]
    assert faults == []


def test_a_parcel_is_added_from_points_of_a_spreadsheet(page: Page, desk: str, faults: list[str]) -> None:  # noqa: F811
    sign_in(page, desk)
    faults.clear()
    detail = page.get_by_role("complementary", name="详情")
    page.get_by_role("button", name="新增地块").click()
    page.get_by_label("地块编号（必填）").fill("BW-8001")
    detail.get_by_role("button", name="粘贴坐标").click()
    detail.get_by_label("从表格复制").fill("J1\t2480600.10\t38451100.000\nJ2\t2480700\t38451100\nJ3\t2480700\t38451200\nJ4\t2480600\t38451200\n")  # fmt: skip
    detail.get_by_role("button", name="用这些点").click()
    expect(detail.get_by_text("9,995.00").first).to_be_visible()
    detail.get_by_label("原因").fill("新收储(示例)")
    detail.get_by_role("button", name="新增", exact=True).click()
    expect(detail.get_by_role("heading", name="BW-8001")).to_be_visible()
    points = ask(page, desk, "/parcels/by-no/BW-8001")["boundary_points"]
    assert [(p["northing_text"], p["source_crs"]) for p in points] == [("2480600.10", 4526), ("2480700", 4526), ("2480700", 4526), ("2480600", 4526)]  # fmt: skip
    assert faults == []


def test_lineage_and_drawing_can_be_used_by_everybody(page: Page, desk: str) -> None:  # noqa: F811
    """WCAG A and AA as far as a program can tell; and a parcel of the picture opens from the keyboard."""

    def faults_of_page() -> list[tuple[str, list[str]]]:
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
        return [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found]

    sign_in(page, desk)
    page.goto(f"{desk}/desk/parcels/{ask(page, desk, '/parcels/by-no/BW-0034')['id']}?tab=lineage")
    detail = page.get_by_role("complementary", name="详情")
    gone = detail.get_by_role("link", name=re.compile("^BW-0904，"))
    expect(gone).to_be_visible()
    assert faults_of_page() == []
    gone.focus()
    page.keyboard.press("Enter")
    expect(detail.get_by_role("heading", name="BW-0904")).to_be_visible()
    expect(detail.get_by_role("button", name="办理")).to_have_count(0)
    detail.get_by_role("listitem").get_by_role("button", name="BW-0034").first.click()
    for act in ("改图形", "分割", "合并", "出库"):
        page.get_by_role("button", name="办理").click()
        page.get_by_role("dialog").get_by_role("button", name=act, exact=True).click()
        expect(detail.get_by_role("heading", name=act)).to_be_visible()
        assert faults_of_page() == []
        detail.get_by_role("button", name="放弃").last.click()
