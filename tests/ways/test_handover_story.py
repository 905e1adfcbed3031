"""Two parcels handed over, by the people it takes: land officer, leader, receiving unit on a phone, witness. Clicks are counted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import text

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.handover.rules import PHOTO_SIDES
from gis_service.main import WEB, create_app
from tests.conftest import PASSWORD, CloneServices
from tests.factories import a_parcel, a_unit, an_area, land
from tests.handover.conftest import GOOD, photo_of
from tests.live import serving, working
from tests.ways.test_desk_story import browser_context_args, browser_type_launch_args  # noqa: F401  (fixtures)

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PEOPLE = {
    "lin": ("林工", Role.LAND_OFFICER, None),
    "zhou": ("周主任", Role.LEADER, None),
    "liang": ("梁伟", Role.UNIT_USER, "receiving"),
    "guo": ("郭镇", Role.UNIT_USER, "witness"),
}


@pytest.fixture
def units(services: CloneServices) -> dict[str, int]:
    """Two parcels of 北围, one with its survey not finished; three units and the people of this story."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area = an_area(session, name="北围")
        names = {"giving": "示例储备中心", "receiving": "示例管护公司", "witness": "示例镇"}
        ids = {side: a_unit(session, name=name).id for side, name in names.items()}
        known = {**GOOD, "area_id": area.id, "right_holder_unit_id": ids["giving"]}
        a_parcel(session, shape=land(0, 0), parcel_no="BW-0001", parcel_name="北围一号地", **known)
        a_parcel(
            session,
            shape=land(2, 0),
            parcel_no="BW-0002",
            parcel_name="北围二号地",
            **{**known, "survey_status": "lab"},
        )
        for username, (name, role, side) in PEOPLE.items():
            user = access.create_user(
                session, SERVICE, username=username, display_name=name, password=PASSWORD, own_choice=True
            )
            access.grant_role(session, SERVICE, user.id, role, unit_id=ids[side] if side else None)
    return ids


@pytest.fixture
def address(services: CloneServices, units: dict[str, int]) -> Iterator[str]:
    with serving(create_app(services.settings, services)) as port, working(services):
        yield f"http://127.0.0.1:{port}"


@dataclass
class Person:
    """Somebody at a browser of their own; every click is counted."""

    page: Page
    clicks: int = 0
    faults: list[str] = field(default_factory=list)

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def press(self, name: str, *, within: Any = None, exact: bool = True) -> None:
        self.click((within or self.page).get_by_role("button", name=name, exact=exact))

    def done(self, count: int) -> None:
        expect(self.page.get_by_role("status", name="办理结果")).to_contain_text(f"办成 {count} 宗")
        self.settled()

    def settled(self) -> None:
        """What was sent is answered, and the batch is shown as it is now."""
        expect(self.page.get_by_role("complementary", name="详情").locator(".sheet")).to_have_count(0)

    def sign(self, side: str, count: int) -> None:
        """Draw a signature and sign all that is ticked."""
        self.press("签字")
        self.press(f"代表{side}签字")
        box = self.page.get_by_label("手写签名").bounding_box()
        assert box is not None
        mouse = self.page.mouse
        mouse.move(box["x"] + 30, box["y"] + 40)
        mouse.down()
        for step in range(1, 8):
            mouse.move(box["x"] + 30 + 25 * step, box["y"] + 40 + (step % 3) * 18)
        mouse.up()
        self.press(f"签字：{count} 宗")
        self.done(count)

    def paper(self, kind: str, count: int) -> None:
        """One paper for all that is ticked."""
        self.press("文书")
        form = self.page.get_by_role("form", name="文书")
        self.press(kind, within=form)
        self.press(f"制作{kind}", within=form)
        self.done(count)

    def step(self, name: str, count: int) -> None:
        """One step for all that is ticked."""
        self.press(f"{name} {count}")
        self.press(f"{name}：{count} 宗")


Enter = Callable[[str, dict[str, int]], Person]


@pytest.fixture
def enter(browser: Browser, address: str) -> Iterator[Enter]:
    """`enter("liang", PHONE)`: somebody signs in and opens 移交."""
    contexts = []

    def signed_in(username: str, size: dict[str, int]) -> Person:
        phone: dict[str, Any] = {"is_mobile": True, "has_touch": True} if size is PHONE else {}
        context = browser.new_context(
            viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce", **phone
        )  # type: ignore[arg-type]
        contexts.append(context)
        person = Person(context.new_page())
        person.page.set_default_timeout(10_000)
        person.page.on("pageerror", lambda error: person.faults.append(str(error)))
        person.page.goto(f"{address}/desk/handover_batches")
        person.page.get_by_label("账号").fill(username)
        person.page.get_by_label("密码").fill(PASSWORD)
        person.page.get_by_role("button", name="登录").click()
        expect(person.page.get_by_role("region", name="移交批次")).to_be_visible()
        return person

    yield signed_in
    for context in contexts:
        context.close()


def open_batch(person: Person) -> None:
    """The newest batch, as it is now."""
    person.page.reload()
    if person.page.get_by_role("complementary", name="详情").count() == 0:
        person.click(person.page.get_by_role("button", name="YJP"))
    expect(person.page.get_by_role("checkbox", name="BW-0001")).to_be_visible()


def tick_all(person: Person) -> None:
    for parcel_no in ("BW-0001", "BW-0002"):
        box = person.page.get_by_role("checkbox", name=parcel_no)
        if not box.is_checked():
            person.click(box)


def no_fault_of_access(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []


def test_two_parcels_from_a_new_batch_to_signed_papers(
    enter: Enter, services: CloneServices, units: dict[str, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lin = enter("lin", DESK)
    lin.press("新建批次")
    form = lin.page.get_by_role("form", name="新建批次")
    form.get_by_label("批次名称").fill("北围第一批")
    for label, name in (("移交方", "示例储备中心"), ("接收方", "示例管护公司"), ("见证方", "示例镇")):
        form.get_by_label(label).select_option(label=name)
    lin.press("新建批次", within=form)
    lin.press("列入地块")
    lin.page.get_by_role("region", name="列入地块").get_by_label("片区").select_option("北围")
    lin.press("列入该片区未纳入移交的全部地块")
    lin.done(2)

    # the papers, then the first step: one parcel is held up by its survey
    tick_all(lin)
    lin.paper("权属核实表", 2)
    lin.press("文书")
    sheet = lin.page.get_by_role("form", name="文书")
    lin.press("摸排结论", within=sheet)
    scan = tmp_path / "摸排结论.pdf"
    scan.write_bytes(b"%PDF-1.4\n%%EOF\n")
    sheet.locator("input[type=file]").set_input_files(scan)
    lin.done(2)
    no_fault_of_access(lin.page)
    lin.step("核实资料", 2)
    results = lin.page.get_by_role("status", name="办理结果")
    expect(results).to_contain_text("办成 1 宗，1 宗没有办")
    expect(results).to_contain_text("地块 BW-0002 的摸排尚未完成。")
    lin.settled()

    # the leader waives it by name, with a reason
    zhou = enter("zhou", DESK)
    open_batch(zhou)
    zhou.click(zhou.page.get_by_role("checkbox", name="BW-0002"))
    zhou.page.get_by_label("其他办理").select_option("waive")
    zhou.page.get_by_label("豁免事项").select_option("survey")
    zhou.page.get_by_label("理由").fill("检测报告已出,待审")
    zhou.press("豁免障碍：1 宗")
    zhou.done(1)

    open_batch(lin)
    tick_all(lin)
    lin.step("核实资料", 1)
    lin.done(1)
    lin.paper("征求意见函", 2)
    lin.step("征求意见", 2)
    lin.done(2)

    # the receiving unit, on a phone: agrees, photographs, checks
    liang = enter("liang", PHONE)
    open_batch(liang)
    tick_all(liang)
    liang.step("同意接收", 2)
    liang.done(2)
    for parcel_no in ("BW-0001", "BW-0002"):
        check_on_the_spot(liang, parcel_no, tmp_path)
    no_fault_of_access(liang.page)

    open_batch(lin)
    tick_all(lin)
    lin.paper("现场踏勘记录", 2)
    lin.step("踏勘通过", 2)
    lin.done(2)
    lin.paper("移交确认书", 2)
    lin.sign("移交方", 2)

    liang.page.goto(liang.page.url.split("/desk/")[0] + "/desk/handover_batches")
    open_batch(liang)
    tick_all(liang)
    liang.sign("接收方", 2)
    guo = enter("guo", DESK)
    open_batch(guo)
    tick_all(guo)
    guo.sign("见证方", 2)

    open_batch(lin)
    tick_all(lin)
    lin.step("签订移交", 2)
    lin.done(2)
    lin.press("结束批次")
    expect(lin.page.get_by_role("complementary", name="详情").get_by_text("已结束").first).to_be_visible()

    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        rows = session.execute(text("select handover_status, custodian_unit_id from parcel")).all()
        assert [tuple(row) for row in rows] == [("handed_over", units["receiving"])] * 2
    people = {"land officer": lin, "leader": zhou, "receiving unit": liang, "witness": guo}
    assert [fault for person in people.values() for fault in person.faults] == []
    with capsys.disabled():
        told = ", ".join(f"{name} {person.clicks}" for name, person in people.items())
        print(f"\nclicks for two parcels: {told}")


def check_on_the_spot(person: Person, parcel_no: str, folder: Path) -> None:
    """Four photos by the camera and every answer of the checklist, then back to the batch."""
    person.click(person.page.get_by_role("button", name=parcel_no))
    person.click(person.page.get_by_role("tab", name="现场核验"))
    for side in PHOTO_SIDES:
        photo = folder / f"{parcel_no}{side}.jpg"
        photo.write_bytes(photo_of(side))
        person.page.get_by_label(f"拍{side}照片").set_input_files(photo)
        person.clicks += 1
        expect(person.page.get_by_text(f"✓ {side}")).to_be_visible()
    answers = {
        "界线已现场确认": "是", "围蔽": "已全围蔽", "警示牌": "完好", "目测有垃圾或渣土": "否", "被占用": "否", "道路可通达": "是",
        "通水": "否", "通电": "否",
    }  # fmt: skip
    for question, answer in answers.items():
        group = person.page.get_by_role("group", name=question)
        box = group.get_by_role("button", name=answer).bounding_box()
        assert box is not None
        assert box["height"] >= 48
        person.click(group.get_by_role("button", name=answer))
    person.page.get_by_label("参加人员").fill("林工、梁伟")
    person.page.get_by_label("参加人员").blur()
    person.press("保存核验")
    expect(person.page.get_by_text("本次踏勘已核验，可再次填写更正。")).to_be_visible()
    person.click(person.page.get_by_role("tab", name="障碍"))
    person.click(person.page.get_by_role("button", name="YJP"))
    expect(person.page.get_by_role("checkbox", name=parcel_no)).to_be_visible()
