"""Two phones change one sign: what they changed apart is merged in silence, what both changed waits for a land officer, who decides in
the browser; the value that lost stays readable."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from geoalchemy2.shape import from_shape, to_shape
from playwright.sync_api import Page, expect
from sqlalchemy import select

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.srid import STORAGE_SRID
from gis_service.main import WEB
from gis_service.parcels.facilities.models import Sign
from tests.conftest import PASSWORD, CloneServices
from tests.factories import a_parcel, an_area
from tests.patrols.inbox.phone import Phone
from tests.ways.people import PHONE, Enter, enter, troubles
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args", "enter"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


class Inspector:
    """Somebody with a phone of the tests, who sends over HTTP."""

    def __init__(self, page: Page):
        me = page.request.get("/api/v1/me").json()
        self.phone = Phone(by=me["id"])
        base = re.match(r"http://[^/]+", page.request.get("/healthz").url)
        assert base
        self.client = httpx2.Client(base_url=base[0], headers={"Sec-Fetch-Site": "same-origin"}, timeout=60)
        signed = self.client.post("/api/v1/sessions", json={"username": me["username"], "password": PASSWORD})
        assert signed.status_code == 201, signed.text

    def send(self, *records: dict[str, Any]) -> list[dict[str, Any]]:
        return self.phone.send(self.client, *records)


@pytest.fixture
def inspector(enter: Enter) -> Iterator[Callable[[], Inspector]]:
    made: list[Inspector] = []

    def another() -> Inspector:
        made.append(Inspector(enter(Role.INSPECTOR)))
        return made[-1]

    yield another
    for each in made:
        each.client.close()


@pytest.fixture
def sample_services(services: CloneServices) -> CloneServices:
    """Instead of the sample district: one parcel with one sign, which is all that is looked at."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        parcel = a_parcel(session, area_id=an_area(session).id)
        place = from_shape(to_shape(parcel.geom).representative_point(), srid=STORAGE_SRID)
        session.add(Sign(parcel_id=parcel.id, sign_type="warning", condition="good", wording="严禁倾倒", geom=place))
    return services


def a_sign(services: CloneServices) -> Sign:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return session.scalars(select(Sign)).one()


def now(services: CloneServices, sign: Sign) -> Sign:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return session.get_one(Sign, sign.id)


@pytest.fixture
def conflict(enter: Enter, inspector: Callable[[], Inspector], sample_services: CloneServices) -> tuple[Sign, Page]:
    """A sign whose condition two inspectors saw differently, from the same start."""
    sign = a_sign(sample_services)
    first, second = inspector(), inspector()
    seen = sign.row_version
    one = first.send(first.phone.start(), first.phone.edit("signs", sign.id, seen, condition=("good", "damaged")))
    two = second.send(
        second.phone.start(),
        second.phone.edit(
            "signs", sign.id, seen, condition=("good", "missing"), wording=(sign.wording, "严禁倾倒,违者必究")
        ),
    )
    assert [each["verdict"] for each in (*one, *two)] == ["stored"] * 4
    officer = enter(Role.LAND_OFFICER)
    return sign, officer


def test_two_phones_change_one_sign_and_an_officer_decides(
    conflict: tuple[Sign, Page], sample_services: CloneServices
) -> None:
    sign, page = conflict
    between = now(sample_services, sign)
    assert (between.condition, between.wording) == ("damaged", "严禁倾倒,违者必究"), "apart: merged; both: first stays"

    page.goto("/desk/patrols?patrol=inbox")
    inbox = page.get_by_role("region", name="待核与冲突")
    inbox.get_by_role("button", name="警示牌 · 状况").click()  # the first tap
    detail = page.get_by_role("complementary", name="详情")
    expect(detail.get_by_text("现在的值")).to_be_visible()
    expect(detail.locator("article .value")).to_have_text(["破损", "缺失"])
    assert troubles(page) == []
    detail.get_by_role("button", name="采用“缺失”").click()  # the second
    expect(detail.get_by_text("已采用")).to_be_visible()
    assert now(sample_services, sign).condition == "missing"

    expect(inbox.get_by_text("没有待处理的冲突")).to_be_visible()
    inbox.get_by_role("button", name="看已处理的").click()
    inbox.get_by_role("button", name="警示牌 · 状况").click()
    expect(detail.locator("article.lost .value")).to_have_text("破损")


def test_it_is_settled_on_a_phone_too(conflict: tuple[Sign, Page], sample_services: CloneServices) -> None:
    sign, page = conflict
    page.set_viewport_size(PHONE)
    page.goto("/desk/patrols?patrol=inbox")
    page.get_by_role("button", name="警示牌 · 状况").click()
    take = page.get_by_role("button", name="采用“破损”")
    box = take.bounding_box()
    assert box is not None
    assert box["height"] >= 48
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    take.click()
    expect(page.get_by_text("已采用")).to_be_visible()
    assert now(sample_services, sign).condition == "damaged"


def test_a_record_that_waits_says_for_what_and_shows_its_text(enter: Enter, inspector: Callable[[], Inspector]) -> None:
    one = inspector()
    one.phone.write("patrol.start", {})
    (held,) = one.send(one.phone.observation(description="东侧新堆渣土"))  # its walk never came
    assert held["verdict"] == "held"
    page = enter(Role.LAND_OFFICER)
    page.goto("/desk/patrols?patrol=inbox")
    inbox = page.get_by_role("region", name="待核与冲突")
    inbox.get_by_role("button", name="等待 发现").click()
    detail = page.get_by_role("complementary", name="详情")
    expect(detail.get_by_text("已收到,等待它所属的巡查、检查或发现到达。")).to_be_visible()
    expect(detail.locator("pre")).to_contain_text("东侧新堆渣土")
    expect(detail.get_by_role("button", name="放行入库")).to_have_count(0)
    detail.get_by_role("button", name="再判一次").click()
    expect(detail.locator("header .chip")).to_have_text("等待")
    assert troubles(page) == []


def test_a_phone_that_is_silent_with_unsent_records_is_in_red(
    enter: Enter, inspector: Callable[[], Inspector], sample_services: CloneServices
) -> None:
    one = inspector()
    answer = one.client.post(
        "/api/v1/field/inbox",
        json=one.phone.batch([], name="老王的手机", holds={"records": 7, "files": 3, "bytes": 900_000}),
    )
    assert answer.status_code == 200, answer.text
    with sample_services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.connection().exec_driver_sql(
            "update field_device set last_seen_at = now() - interval '25 hours' where name = '老王的手机'"
        )
    page = enter(Role.LAND_OFFICER)
    page.goto("/desk/patrols?patrol=inbox")
    row = page.get_by_role("listitem").filter(has_text="老王的手机")
    expect(row).to_contain_text("还有 7 条、3 个文件")
    expect(row).to_contain_text("超过 24 小时没有消息")
    expect(row).to_have_class(re.compile("late"))
