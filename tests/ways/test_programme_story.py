"""A waste officer's week: a programme is made and frozen, surveys are opened for what is missing, and in one of them a hole is
entered, a section cut, a body drawn and a value over its limit seen."""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from geoalchemy2.shape import to_shape
from playwright.sync_api import Page, expect
from shapely import Point

from gis_service.access.actor import EVERYTHING
from gis_service.access.models import Area
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs
from gis_service.main import WEB
from gis_service.parcels.models import Parcel
from tests.conftest import CloneServices
from tests.surveys.making import a_log, a_sample, a_survey, holes, officer
from tests.ways.people import Enter, enter, standing, troubles
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args", "enter"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]

RESOLUTION_M = 156543.03392804097
"""Metres of the web's projection to a pixel at zoom 0."""
PHONE, TABLET = {"width": 390, "height": 844}, {"width": 1024, "height": 768}


@dataclass(frozen=True)
class Land:
    """A parcel of the sample that nobody has searched, with the middle of it in metres."""

    parcel_no: str
    area: str
    middle: Point


@pytest.fixture
def land(sample_services: CloneServices) -> Land:
    with sample_services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        parcel = (
            session.query(Parcel)
            .filter_by(survey_status="pending", is_undeveloped=True, retired_on=None)
            .order_by(Parcel.area_computed_m2.desc())
            .first()
        )
        assert parcel is not None
        middle = crs.transform(to_shape(parcel.geom).representative_point(), STORAGE_SRID, METRIC_SRID)
        return Land(parcel.parcel_no, session.get_one(Area, parcel.area_id).name, middle)


def at(page: Page, place: Point, east_m: float = 0, north_m: float = 0) -> tuple[float, float]:
    """The pixel of a place on the map, by the view that the address tells."""
    degrees = crs.transform(Point(place.x + east_m, place.y + north_m), METRIC_SRID, STORAGE_SRID)
    lon, lat, zoom = (float(part) for part in parse_qs(urlsplit(page.url).query)["map"][0].split(","))
    box = page.locator(".map").bounding_box()
    assert box is not None
    metres = RESOLUTION_M / 2**zoom
    (x, y), (left, top) = _mercator(degrees.x, degrees.y), _mercator(lon, lat)
    return box["x"] + box["width"] / 2 + (x - left) / metres, box["y"] + box["height"] / 2 - (y - top) / metres


def _mercator(lon: float, lat: float) -> tuple[float, float]:
    radius = 6378137.0
    return math.radians(lon) * radius, math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) * radius


def press(page: Page, place: Point, *steps: tuple[float, float], ends: bool = False) -> None:
    """Clicks one place after the other, so many metres from the middle; the last one twice where it ends a line."""
    for n, step in enumerate(steps, 1):
        x, y = at(page, place, *step)
        page.mouse.move(x, y)
        (page.mouse.dblclick if ends and n == len(steps) else page.mouse.click)(x, y)
        page.wait_for_timeout(350)  # two clicks in less are one double click


def settled(page: Page) -> None:
    """The map has come to where it looks, and says so in the address."""
    page.wait_for_function("() => new URLSearchParams(location.search).has('map')")
    page.wait_for_timeout(600)


def test_a_programme_is_made_and_what_is_missing_gets_its_surveys(enter: Enter, land: Land) -> None:
    page = enter(Role.WASTE_OFFICER)
    page.goto("/desk/survey_programmes")
    expect(page.get_by_role("button", name="新建摸排计划")).to_be_visible()
    assert troubles(page) == []
    page.get_by_role("button", name="新建摸排计划").click()
    page.get_by_label("计划名称").fill("未建设用地摸排")
    page.get_by_label("未建设用地", exact=True).uncheck()
    expect(page.get_by_text("规则至少要有一个条件。")).to_be_visible()
    page.get_by_label("未建设用地", exact=True).check()
    page.get_by_label(land.area, exact=True).check()
    expect(page.get_by_text(re.compile(r"现在符合规则的有 [1-9]\d* 宗"))).to_be_visible()
    assert troubles(page) == []
    page.get_by_role("button", name="保存为草案").click()
    expect(page.get_by_role("button", name="保存规则")).to_be_visible()
    page.get_by_label("说明").fill("先摸排拟出让的")
    expect(page.get_by_role("button", name="冻结目标")).to_be_disabled()
    page.get_by_role("button", name="保存规则").click()
    page.get_by_role("button", name="冻结目标").click()
    expect(page.get_by_label("完成情况").get_by_role("row", name=land.area)).to_contain_text("%")
    row = page.get_by_label("目标地块").get_by_role("row", name=land.parcel_no)
    expect(row).to_contain_text("还没有摸排")
    row.get_by_role("button", name=land.parcel_no).click()
    settled(page)
    expect(row.get_by_role("button", name=land.parcel_no)).to_have_attribute("aria-pressed", "true")
    with page.expect_download() as told:
        page.get_by_role("link", name="导出未完成清单").click()
    assert told.value.suggested_filename.endswith(".xlsx")
    page.get_by_role("button", name=re.compile(r"^为未开始的 \d+ 宗建立摸排")).click()
    expect(page.get_by_text("各登记一个摸排")).to_contain_text(land.parcel_no)
    page.get_by_role("button", name=re.compile(r"^建立 \d+ 个摸排")).click()
    expect(page.get_by_text(re.compile(r"已建立 [1-9]\d* 个摸排"))).to_be_visible(timeout=20_000)
    expect(page.get_by_role("button", name=re.compile("为未开始的"))).to_have_count(0)
    assert troubles(page) == []
    row.get_by_role("button", name=re.compile("^MP")).click()
    expect(page.get_by_role("heading", name=land.parcel_no)).to_be_visible()
    expect(standing(page)).to_have_text("未摸排")


def test_land_on_the_map_and_its_row_are_one_choice(enter: Enter, land: Land) -> None:
    page = enter(Role.LEADER)
    made = page.request.post(
        "/api/v1/survey-programmes",
        data={"title": "全区", "rule": {"undeveloped": True}},
        headers={"X-CSRF-Token": page.request.get("/api/v1/me").json()["csrf"], "Sec-Fetch-Site": "same-origin"},
    ).json()
    page.goto(f"/desk/survey_programmes/{made['id']}")
    page.get_by_role("button", name="冻结目标").click()
    row = page.get_by_label("目标地块").get_by_role("row", name=land.parcel_no)
    row.get_by_role("button", name=land.parcel_no).click()
    settled(page)
    page.mouse.click(*at(page, land.middle, 3, 3))
    expect(row.get_by_role("button", name=land.parcel_no)).to_have_attribute("aria-pressed", "true")
    assert "target=" in page.url
    page.get_by_role("button", name="结束计划").click()
    expect(page.get_by_text("结束不能撤回")).to_be_visible()
    page.get_by_role("button", name="结束计划").last.click()
    expect(standing(page)).to_have_text("已结束")
    page.get_by_role("button", name="时点：现在").click()
    page.get_by_role("button", name="去年末").click()
    expect(page.get_by_text("要办理，请把时点调回现在")).to_be_visible()


def test_a_hole_is_entered_a_section_cut_a_body_drawn_and_a_value_over_its_limit_seen(
    enter: Enter, sample_services: CloneServices, land: Land
) -> None:
    with sample_services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        parcel = session.query(Parcel).filter_by(parcel_no=land.parcel_no).one()
        survey = a_survey(session, officer(session), parcel).id
    page = enter(Role.WASTE_OFFICER)
    page.goto(f"/desk/surveys/{survey}?tab=map")
    expect(page.get_by_text("图上还没有成果")).to_be_visible()
    page.get_by_role("button", name="去“钻孔”").click()
    _enters_a_hole(page, land)
    _cuts_a_section(page, land)
    _draws_a_body(page, land)
    _sees_a_value_over_its_limit(page)


def _enters_a_hole(page: Page, land: Land) -> None:
    page.get_by_role("button", name="录入一个点").click()
    page.get_by_role("button", name="保存 ZK01").click()
    expect(page.get_by_text("标红的格没有填，或不是数字。")).to_be_visible()
    page.get_by_label("孔深（m）").fill("4")
    page.get_by_label("东坐标 E").fill(f"{land.middle.x:.3f}")
    page.get_by_label("北坐标 N").fill(f"{land.middle.y:.3f}")
    page.get_by_label("第 1 层，至").fill("1")
    page.get_by_label("第 1 层，土名").fill("素填土")
    page.get_by_role("button", name="加一层").click()
    expect(page.get_by_label("第 2 层，自")).to_have_value("1")
    page.get_by_label("第 2 层，自").fill("1.5")
    page.get_by_label("第 2 层，至").fill("4")
    page.get_by_label("第 2 层，土名").fill("建筑垃圾")
    page.get_by_role("button", name="保存 ZK01").click()
    expect(page.get_by_text("1 m 至 1.5 m 之间没有记录")).to_be_visible()
    expect(page.get_by_label("第 2 层，自")).to_have_attribute("aria-invalid", "true")
    assert troubles(page) == []
    page.get_by_label("第 2 层，自").fill("1")
    page.get_by_role("button", name="保存 ZK01").click()
    expect(page.get_by_alt_text("ZK01 柱状图")).to_be_visible()


def _cuts_a_section(page: Page, land: Land) -> None:
    page.get_by_role("tab", name="成果图").click()
    page.get_by_role("button", name="画剖面").click()
    page.get_by_role("button", name="在图上画剖面线").click()
    settled(page)
    press(page, land.middle, (-20, -4), (20, 4), ends=True)
    drawn = page.get_by_alt_text("沿 A–A′ 的剖面图")
    expect(drawn).to_be_visible()
    assert page.wait_for_function("img => img.complete && img.naturalWidth > 0", arg=drawn.element_handle())
    length = page.get_by_label("剖面图").get_by_text(re.compile(r"A–A′ \d")).inner_text()
    assert abs(float(length.split()[1]) - math.hypot(40, 8)) < 1, "what was clicked is what is cut, to the metre"
    with page.expect_download() as told:
        page.get_by_role("link", name="PDF（A3）").click()
    assert told.value.suggested_filename.endswith(".pdf")
    page.get_by_role("button", name="收起剖面图").click()


def _draws_a_body(page: Page, land: Land) -> None:
    page.get_by_role("button", name="圈定填埋体").click()
    settled(page)
    press(page, land.middle, (-8, -8), (8, -8), (8, 8), (-8, 8), (-8, -8))
    expect(page.get_by_text("拖动顶点或边")).to_be_visible()
    page.get_by_role("button", name="加一种组分").click()
    page.get_by_role("combobox", name="组分").select_option(index=1)
    page.get_by_label("占比 %").fill("90")
    expect(page.get_by_role("button", name="保存填埋体")).to_be_disabled()
    page.get_by_label("占比 %").fill("100")
    page.get_by_role("button", name="保存填埋体").click()
    body = page.get_by_label("填埋体", exact=True)
    expect(body).to_contain_text(land.parcel_no)
    expect(body).to_contain_text("100.0%")
    assert troubles(page) == []
    body.get_by_role("button", name="修改填埋体").click()
    page.get_by_label("固废类别").select_option(label="拆除垃圾")
    page.get_by_label("修改理由").fill("钻孔所见")
    page.get_by_role("button", name="保存修改").click()
    expect(body).to_contain_text("拆除垃圾")


def _sees_a_value_over_its_limit(page: Page) -> None:
    page.get_by_role("tab", name="检测").click()
    page.get_by_role("button", name="登记样品").click()
    page.get_by_label("样品编号").fill("S1")
    page.get_by_label("自（m）").fill("2")
    page.get_by_label("至（m）").fill("9")
    page.get_by_label("登记样品").get_by_role("button", name="登记样品").click()
    expect(page.get_by_text("不在孔深")).to_be_visible()
    page.get_by_label("至（m）").fill("2.5")
    page.get_by_label("登记样品").get_by_role("button", name="登记样品").click()
    page.get_by_role("button", name="录入 S1 的结果").click()
    page.get_by_label("第 1 项，项目").fill("铅")
    page.get_by_label("第 1 项，结果").fill("6.5")
    page.get_by_label("第 1 项，结果").blur()
    expect(page.get_by_label("第 1 项，单位")).to_have_value("mg/L")
    page.get_by_role("button", name="保存检测结果").click()
    row = page.get_by_role("row", name="铅")
    expect(row).to_contain_text("超标 1.3 倍")
    expect(row).to_contain_text("GB 5085.3-2007")
    expect(row).to_contain_text("限值未核对")
    expect(page.get_by_text("有样品超标")).to_be_visible()
    page.get_by_text("所用标准（1）").click()
    expect(page.get_by_text("自 2007-10-01 起")).to_be_visible()
    assert troubles(page) == []


@pytest.mark.parametrize("size", [PHONE, TABLET], ids=["phone", "tablet"])
def test_results_are_read_on_small_screens(
    enter: Enter, sample_services: CloneServices, land: Land, size: dict[str, int]
) -> None:
    with sample_services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        who = officer(session)
        parcel = session.query(Parcel).filter_by(parcel_no=land.parcel_no).one()
        survey = a_survey(session, who, parcel)
        place = {"easting": Decimal(f"{land.middle.x:.3f}"), "northing": Decimal(f"{land.middle.y:.3f}")}
        holes(session, who, survey, [a_log(1, samples=(a_sample("S1", ("铅", "6", "mg/L")),), **place)])
        id_ = survey.id
    page = enter(Role.WASTE_OFFICER, size=size)
    page.goto(f"/desk/surveys/{id_}?tab=map")
    page.get_by_label("看哪个点").select_option(label="ZK01")
    expect(page.get_by_alt_text("ZK01 柱状图")).to_be_visible()
    expect(page.locator(".map")).to_be_visible()
    for tab in ("points", "lab", "volume"):
        page.goto(f"/desk/surveys/{id_}?tab={tab}")
        expect(page.get_by_text("正在读取…")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{tab} is wider than the screen"
        wide = page.locator(".detail .body").evaluate("body => body.scrollWidth - body.clientWidth")
        assert wide <= 0, f"{tab} has to be pushed sideways by {wide} px"
