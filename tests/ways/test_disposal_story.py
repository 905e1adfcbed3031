"""A project in 清运: loads from a gate without network, a doubt decided, a workbook mended, the balance, the plan as a workbook."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, text

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.models import Unit
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.clock import BEIJING
from gis_service.main import WEB
from gis_service.parcels.models import Parcel
from tests.conftest import PASSWORD, CloneServices
from tests.disposal.desk import TO_REMOVAL, Desk, hours_ago
from tests.ways.people import PHONE, Enter, enter, standing, troubles  # noqa: F401  (fixtures)
from tests.ways.test_desk_story import browser_context_args, browser_type_launch_args  # noqa: F401  (fixtures)

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]

PATIENCE_MS = 20_000


@dataclass
class Land:
    id: int
    no: str
    site: str
    clerk: str


@pytest.fixture
def land(sample_services: CloneServices) -> Land:
    """A project that removes, whose contractor's clerk stands at the gate."""
    with sample_services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        desk = Desk(session)
        parcel = session.scalars(
            select(Parcel)
            .where(Parcel.waste_found, Parcel.disposal_status == "not_listed", Parcel.retired_on.is_(None))
            .limit(1)
        ).first()
        unit = session.scalar(select(Unit.id).limit(1))
        project = desk.project(*TO_REMOVAL[:4], parcels=[parcel or desk.parcel()])
        desk.do(project, "prepare", contractor_unit=unit)
        desk.do(project, *TO_REMOVAL[5:])
        clerk = access.create_user(
            session, SERVICE, username="mengang", display_name="门岗甲", password=PASSWORD, own_choice=True
        )
        access.grant_role(session, SERVICE, clerk.id, Role.UNIT_USER, unit_id=unit)
        return Land(project.id, project.proceeding_no, desk.site.name, "mengang")


@pytest.fixture
def phone(browser: Browser, land: Land) -> Callable[[str], Page]:
    def make(base_url: str) -> Page:
        context = browser.new_context(
            base_url=base_url, viewport=PHONE, is_mobile=True, has_touch=True, locale="zh-CN", timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )  # fmt: skip
        page = context.new_page()
        page.goto("/field/")
        page.get_by_label("账号").fill(land.clerk)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        page.get_by_role("button", name="门岗登记").click(timeout=PATIENCE_MS)
        expect(page.get_by_role("heading", name="门岗登记")).to_be_visible(timeout=PATIENCE_MS)
        return page

    return make


def base(page: Page) -> str:
    page.goto("/desk/")
    found = urlsplit(page.url)
    return f"{found.scheme}://{found.netloc}"


def loads(services: CloneServices, land: Land) -> list[tuple[str, float]]:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        asked = text("select plate, loaded_m3 from manifest where proceeding_id = :id order by loaded_at")
        return [(plate, float(m3)) for plate, m3 in session.execute(asked, {"id": land.id})]


def test_loads_at_a_gate_without_network_arrive_once(
    enter: Enter,  # noqa: F811
    phone: Callable[[str], Page],
    land: Land,
    sample_services: CloneServices,
) -> None:
    gate = phone(base(enter(Role.WASTE_OFFICER)))
    expect(gate.get_by_role("radio", name="粤C10001")).to_be_visible(timeout=PATIENCE_MS)
    assert troubles(gate) == []
    gate.context.set_offline(True)
    for plate, m3 in (("10002", "18"), ("10001", "20")):
        gate.get_by_role("radio", name=f"粤C{plate}").click()
        gate.get_by_label("松方 m³").fill(m3)
        gate.get_by_role("button", name=f"保存 粤C{plate}").click()
        expect(gate.get_by_text(f"已保存在本机:粤C{plate}".replace(":", "\uff1a"))).to_be_visible()
    expect(gate.get_by_role("radio").first).to_have_accessible_name("粤C10001")  # the one that left last
    gate.reload()
    expect(gate.get_by_role("button", name="今日 2 车")).to_be_visible(timeout=PATIENCE_MS)
    gate.get_by_role("button", name="今日 2 车").click()
    expect(gate.get_by_text("2 车待上传\uff0c已保存在本机")).to_be_visible()
    assert loads(sample_services, land) == []
    gate.context.set_offline(False)
    expect(gate.locator(".lines .sign", has_text="已上传")).to_have_count(2, timeout=PATIENCE_MS)
    assert loads(sample_services, land) == [("粤C10002", 18), ("粤C10001", 20)]
    assert troubles(gate) == []
    gate.reload()
    expect(gate.locator(".lines .sign", has_text="已上传")).to_have_count(2, timeout=PATIENCE_MS)
    assert len(loads(sample_services, land)) == 2
    gate.context.close()


HEADS = (
    "联单号", "项目编号", "固废类别", "车牌号", "装车方量(松方m³)", "装车时间", "消纳场所", "卸车时间", "磅单号", "毛重(t)", "皮重(t)", "净重(t)",
)  # fmt: skip


def a_table(path: Path, land: Land, plate: str) -> Path:
    """Four loads; the last has the plate, and the weights of the third do not agree."""
    book = Workbook()
    book.active.title = "联单"
    book.active.append(HEADS)
    for n in range(1, 5):
        at = (hours_ago(60) + timedelta(hours=3 * n)).astimezone(BEIJING).replace(tzinfo=None, microsecond=0)
        net = 18 if n == 3 else 15.5
        book.active.append(
            [f"W{n}", land.no, "混合垃圾", plate if n == 4 else f"粤C1000{1 + n % 2}", 20, at, land.site, at + timedelta(hours=1), f"P{n}", 28.5, 13, net]
        )  # fmt: skip
    book.save(path)
    return path


def test_a_workbook_mended_a_doubt_decided_and_the_balance(
    enter: Enter,  # noqa: F811
    land: Land,
    tmp_path: Path,
) -> None:
    page = enter(Role.WASTE_OFFICER)
    page.goto(f"/desk/disposals/{land.id}?tab=manifests")
    expect(standing(page)).to_have_text("清运")
    page.get_by_role("button", name="成批导入").click()
    chooser = page.get_by_label("联单表")
    chooser.set_input_files(a_table(tmp_path / "联单.xlsx", land, "没有车牌"))
    expect(page.get_by_text("4 行\uff1a新 3\uff0c已登记 0\uff0c有误 1")).to_be_visible()
    expect(page.locator(".faults li")).to_contain_text(["车牌号"])
    assert page.get_by_role("button", name="导入 4 行").count() == 0
    page.get_by_label("联单表").set_input_files(a_table(tmp_path / "联单.xlsx", land, "粤C10002"))
    page.get_by_role("button", name="导入 4 行").click()
    expect(page.get_by_text("已导入\uff1a新 4 份\uff0c原有 0 份\uff0c存疑 1 份")).to_be_visible()
    page.get_by_role("button", name="看联单").click()

    page.get_by_label("只看待裁定").check()
    expect(page.get_by_text("共 1 份")).to_be_visible()
    page.get_by_role("button", name="W3", exact=True).click()
    page.get_by_role("button", name="裁定", exact=True).click()
    page.get_by_label("情况属实").check()
    page.get_by_label("裁定理由").fill("磅单复印件核对无误\uff0c净重写错一位")
    page.get_by_role("button", name="记名裁定").click()
    expect(page.get_by_text("磅单复印件核对无误")).to_be_visible()
    assert troubles(page) == []

    page.get_by_role("tab", name="方量对账").click()
    expect(page.get_by_text("低于估算区间")).to_be_visible()
    expect(page.locator(".big")).to_contain_text("4 车")
    expect(page.get_by_role("img", name="估算 80–100–130 m³")).to_be_visible()
    assert troubles(page) == []

    page.get_by_role("tab", name="处置计划").click()
    expect(page.get_by_role("button", name=land.no)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 XLSX").click()
    saved = load_workbook(BytesIO(Path(download.value.path()).read_bytes()))
    assert any(land.no in {str(cell.value) for cell in row} for row in saved.active.iter_rows())
    assert troubles(page) == []


def test_registers_and_a_waiver_by_name(enter: Enter, land: Land, sample_services: CloneServices) -> None:  # noqa: F811
    officer = enter(Role.WASTE_OFFICER)
    officer.goto("/desk/disposal_partners?part=carriers")
    officer.get_by_role("button", name="登记运输企业").click()
    officer.get_by_label("企业名称").fill("示例新运输")
    officer.get_by_label("核准文号").fill("运示1号")
    officer.get_by_label("核准起").fill("2026-01-01")
    officer.get_by_label("核准止").fill((hours_ago(0) + timedelta(days=5)).strftime("%Y-%m-%d"))
    officer.get_by_label("车辆").fill("粤C55501\n粤C55502 25")
    officer.get_by_role("button", name="登记", exact=True).click()
    expect(officer.locator(".line", has_text="示例新运输")).to_contain_text("即将到期")
    officer.goto(f"/desk/disposals/{land.id}?tab=partners")
    officer.get_by_role("button", name="加入运输企业").click()
    officer.locator(".partners form select").select_option(label="示例新运输 运示1号")
    officer.get_by_role("button", name="加入项目").click()
    expect(officer.get_by_text("粤C55502\uff0825.0 t\uff09")).to_be_visible()
    assert troubles(officer) == []

    with sample_services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        asked = text("select parcel_id from proceeding_parcel where proceeding_id = :id limit 1")
        parcel = session.scalar(asked, {"id": land.id})
    leader = enter(Role.LEADER)
    leader.goto(f"/desk/parcels/{parcel}?tab=proceedings")
    leader.get_by_role("button", name="批准带病移交").click()
    leader.get_by_label("理由").fill("重点项目先行供地")
    leader.get_by_role("button", name="记名批准").click()
    expect(leader.get_by_text("重点项目先行供地")).to_be_visible()
    leader.get_by_role("button", name="撤销批准").click()
    leader.get_by_label("撤销理由").fill("项目取消")
    leader.get_by_role("button", name="撤销批准").click()
    expect(leader.get_by_text("项目取消")).to_be_visible()
    assert troubles(leader) == []
