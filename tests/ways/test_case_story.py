"""A dumping case in a real browser, from a report by the public to the closed file, each step by whoever's it is."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from gis_service.access import operations as access
from gis_service.access.actor import SERVICE
from gis_service.access.rules import Role
from gis_service.cases.clues.rules import TRACKING
from gis_service.cases.law import operations as law
from gis_service.cases.rules import DUMPING_CASE
from gis_service.main import WEB, create_app
from gis_service.procedures import calendar
from tests.conftest import PASSWORD, CloneServices
from tests.live import serving
from tests.ways.test_desk_story import browser_context_args, browser_type_launch_args

__all__ = ["browser_context_args", "browser_type_launch_args"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]

PEOPLE = {
    "wen": Role.CASE_OFFICER, "xu": Role.CASE_OFFICER, "zhou": Role.LEADER, "deng": Role.WASTE_OFFICER, "chen": Role.LAND_OFFICER,
}  # fmt: skip
"""Who investigates, who reviews, the head, who clears, who accepts the clearing."""

UPLOAD = """async ([id, kind]) => {
  const me = await (await fetch('/api/v1/me')).json();
  const form = new FormData();
  form.append('kind', kind);
  form.append('file', new Blob(['%PDF-1.4 sample'], { type: 'application/pdf' }), kind + '.pdf');
  return (await fetch(`/api/v1/cases/${id}/papers/upload`, { method: 'POST', body: form, headers: { 'X-CSRF-Token': me.csrf } })).status;
}"""


@pytest.fixture
def town(services: CloneServices) -> Iterator[str]:
    """The address of a service with five people and no land."""
    app: FastAPI = create_app(services.settings, services)
    with services.sessions.begin() as session:
        calendar.fill(session)
        law.fill(session)
        for name, role in PEOPLE.items():
            user = access.create_user(
                session, SERVICE, username=name, display_name=name, password=PASSWORD, own_choice=True
            )
            access.grant_role(session, SERVICE, user.id, role)
    with serving(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def desk_of(browser: Browser, browser_context_args: dict[str, Any], town: str) -> Iterator[Callable[[str], Page]]:
    """The desk of one of them, signed in once."""
    desks: dict[str, Page] = {}

    def at(name: str) -> Page:
        if name not in desks:
            page = browser.new_context(**browser_context_args).new_page()
            page.goto(town)
            page.get_by_label("账号").fill(name)
            page.get_by_label("密码").fill(PASSWORD)
            page.get_by_role("button", name="登录").click()
            expect(page.get_by_role("navigation").get_by_text("案件")).to_be_visible()
            desks[name] = page
        return desks[name]

    yield at
    for page in desks.values():
        page.context.close()


def a_photo() -> dict[str, Any]:
    out = BytesIO()
    Image.new("RGB", (80, 60), "#7d7568").save(out, "JPEG")
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def report(page: Page, town: str) -> str:
    """Somebody on the street reports, on a small phone."""
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"{town}/clue")
    page.get_by_label("垃圾种类").select_option(label="建筑垃圾")
    page.get_by_label("地点").fill("北围兴中路东侧空地")
    page.get_by_label("情况描述").fill("夜间有两辆泥头车倾倒")
    page.locator("input[type=file]").set_input_files([a_photo()])
    page.get_by_label("电话").fill("13900005678")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="提交举报").click()
    expect(page.get_by_role("heading", name="已收到,谢谢您")).to_be_visible()
    found = TRACKING.search(page.inner_text("main"))
    assert found
    return found.group()


def take(page: Page, town: str, case_id: int, action: str, **told: Any) -> None:
    """Take one step on the page of the case: its papers uploaded, its form filled in by the labels, its button pressed."""
    step = next(each for each in DUMPING_CASE.steps if each.action == action)
    for kind in step.papers:
        assert page.evaluate(UPLOAD, [case_id, kind]) == 201
    page.goto(f"{town}/desk/cases/{case_id}")
    detail = page.get_by_role("complementary", name="详情")
    detail.get_by_role("button", name=step.zh, exact=True).click()
    form = detail.get_by_role("form", name=step.zh)
    labels = {fact.name: fact.zh for fact in step.facts}
    for name, value in told.items():
        if value is True:
            form.get_by_role("group", name=labels[name]).get_by_label("是", exact=True).check()
        elif next(fact for fact in step.facts if fact.name == name).choices:
            form.get_by_label(labels[name]).select_option(value=value)
        else:
            form.get_by_label(labels[name]).fill(value)
            form.get_by_label(labels[name]).blur()
    form.get_by_role("button", name=step.zh, exact=True).click()
    expect(form).to_have_count(0)
    if step.to:
        expect(detail.locator("header .chip")).to_have_text(DUMPING_CASE.by_code[step.to].zh)


def test_from_a_report_by_the_public_to_the_closed_file(page: Page, town: str, desk_of: Callable[[str], Page]) -> None:
    number = report(page, town)

    officer = desk_of("wen")
    officer.get_by_role("navigation").get_by_text("案件").click()
    officer.get_by_role("tab", name="线索").click()
    officer.get_by_role("region", name="线索").get_by_role("button", name=re.compile(number)).click()
    detail = officer.get_by_role("complementary", name="详情")
    expect(detail.get_by_text("夜间有两辆泥头车倾倒")).to_be_visible()
    expect(detail.locator("img")).to_be_visible()
    expect(detail.get_by_text("13900005678")).to_have_count(0)
    detail.get_by_role("button", name="查看原文").click()
    detail.get_by_label("查看理由（会留痕）").fill("向举报人核实地点")
    detail.get_by_role("button", name="查看", exact=True).click()
    expect(detail.get_by_text("13900005678")).to_be_visible()
    detail.get_by_role("button", name="转为案件").click()
    detail.get_by_role("button", name="立为新案").click()
    expect(officer).to_have_url(re.compile(r"/desk/cases/\d+"))
    case_id = int(re.findall(r"/cases/(\d+)", officer.url)[0])

    people = {"officers": "甲、乙", "certificates": "粤C001、粤C002"}
    take(officer, town, case_id, "accept")
    take(officer, town, case_id, "verify", **people, showed_cards=True, recorded_whole=True)
    head = desk_of("zhou")
    take(head, town, case_id, "file", cause="涉嫌倾倒建筑垃圾")
    take(officer, town, case_id, "investigate", **people)

    officer.get_by_role("tab", name="关联").click()
    officer.get_by_role("button", name="添加关联").click()
    officer.get_by_label("车牌号").fill("粤C·D1234F")
    officer.get_by_role("button", name="关联", exact=True).click()
    expect(officer.locator("svg.graph").locator("text", has_text="粤CD1234F")).to_be_visible()
    officer.get_by_role("tab", name="依据").click()
    officer.get_by_label(re.compile("第一千一百六十九条")).first.check()
    officer.get_by_role("button", name=re.compile("选为本案依据")).click()
    expect(officer.get_by_role("button", name="移除依据")).to_be_visible()

    take(officer, town, case_id, "submit_review")
    take(desk_of("xu"), town, case_id, "pass_review")
    take(officer, town, case_id, "notify", grounds="倾倒建筑垃圾", proposed_fine_yuan="100000")
    head.goto(f"{town}/desk/cases/{case_id}")
    head.get_by_role("button", name="作出处罚决定").click()
    expect(head.get_by_text("当事人申请听证的期限未满")).to_be_visible()
    take(officer, town, case_id, "waive_hearing")
    take(head, town, case_id, "decide", fine_yuan="100000", correction="立即清理", is_collective=True)
    take(officer, town, case_id, "serve", service_mode="direct")
    take(officer, town, case_id, "pay", paid_yuan="100000", voucher_no="示例 1")
    take(officer, town, case_id, "order_clear", clear_by="2027-01-31")
    take(desk_of("deng"), town, case_id, "start_clearing", cleared_by="offender")
    take(
        desk_of("chen"),
        town,
        case_id,
        "accept_clearing",
        weighbridge_t="45.6",
        same_viewpoint=True,
        accepted_by="综合执法、唐家湾镇",
    )
    take(head, town, case_id, "close")

    page.goto(f"{town}/clue/{number}")
    expect(page.get_by_text("已办结。")).to_be_visible()
