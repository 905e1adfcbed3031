"""A batch of 60 parcels in the browser, from draft to signed papers: two are held up, one is refused; clicks and time are counted.

    .venv/bin/pytest tests/benchmarks/handover_clicks.py -s

What is looked at on the spot (photos, checklist) is put in directly, since it is one visit for each parcel; the story of two
parcels (`tests/ways/test_handover_story.py`) counts those clicks.
"""

import time
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE, Actor, Grant
from gis_service.core import db
from gis_service.handover.conduct import CONDUCT
from gis_service.procedures import operations as engine
from gis_service.procedures.models import Proceeding
from gis_service.procedures.operations import Told
from tests.conftest import PASSWORD, CloneServices
from tests.factories import a_parcel, a_unit, an_area, land
from tests.handover.conftest import CHECKED, GOOD, photograph
from tests.ways.test_handover_story import (  # noqa: F401  (fixtures)
    DESK,
    PEOPLE,
    Enter,
    Person,
    address,
    browser_context_args,
    browser_type_launch_args,
    enter,
)

SIZE, SURVEY, WASTE, REFUSED = 60, 3, 17, 41
LONG = 90_000
"""Milliseconds that papers for 60 parcels may take."""


@pytest.fixture
def units(services: CloneServices) -> dict[str, int]:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area = an_area(session, name="北围")
        names = {"giving": "示例储备中心", "receiving": "示例管护公司", "witness": "示例镇"}
        ids = {side: a_unit(session, name=name).id for side, name in names.items()}
        for n in range(1, SIZE + 1):
            facts = {**GOOD, "area_id": area.id, "right_holder_unit_id": ids["giving"]}
            facts |= {"survey_status": "lab"} if n == SURVEY else {}
            facts |= {"waste_found": True, "disposal_status": "removing"} if n == WASTE else {}
            a_parcel(session, shape=land(n % 10, n // 10), parcel_no=f"BW-{n:04}", parcel_name=f"北围{n}号地", **facts)
        for username, (name, role, side) in PEOPLE.items():
            user = access.create_user(
                session, SERVICE, username=username, display_name=name, password=PASSWORD, own_choice=True
            )
            access.grant_role(session, SERVICE, user.id, role, unit_id=ids[side] if side else None)
    return ids


def told(person: Person, words: str) -> None:
    expect(person.page.get_by_role("status", name="办理结果")).to_contain_text(words, timeout=LONG)
    person.settled()


def newest(person: Person) -> None:
    person.page.reload()
    if person.page.get_by_role("complementary", name="详情").count() == 0:
        person.click(person.page.get_by_role("button", name="YJP"))
    expect(person.page.get_by_role("checkbox", name="BW-0001")).to_be_visible()


def all_of_them(person: Person) -> None:
    box = person.page.get_by_role("checkbox", name="全选")
    if not box.is_checked():
        person.click(box)


def paper(person: Person, kind: str, words: str) -> None:
    person.press("文书")
    form = person.page.get_by_role("form", name="文书")
    person.press(kind, within=form)
    person.press(f"制作{kind}", within=form)
    told(person, words)


def scan(person: Person, kind: str, folder: Path, words: str) -> None:
    person.press("文书")
    sheet = person.page.get_by_role("form", name="文书")
    sheet.locator("select").first.select_option(label=f"{kind} (上传)")
    person.clicks += 1
    file = folder / f"{kind}.pdf"
    file.write_bytes(b"%PDF-1.4\n%%EOF\n")
    sheet.locator("input[type=file]").set_input_files(file)
    person.clicks += 1
    told(person, words)


def looked_at(services: CloneServices, units: dict[str, int]) -> None:
    """The visits: four photos and the checklist of every parcel at the inspection, by the receiving unit."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        user = session.scalar(text("select id from app_user where username = 'liang'"))
        role = PEOPLE["liang"][1]
        liang = Actor(user, "梁伟", "liang", (Grant(role, None, units["receiving"]),))
        here = session.query(Proceeding).filter_by(noun="handover", state="inspection").order_by(Proceeding.id).all()
        photograph(session, [each.id for each in here])
        for each in here:
            engine.advance(session, CONDUCT, liang, each.id, "inspect", seen=each.row_version, told=Told(CHECKED))
            db.enter(session, EVERYTHING)


def test_sixty_parcels_from_draft_to_signed_papers(
    enter: Enter,  # noqa: F811
    services: CloneServices,
    units: dict[str, int],
    tmp_path: Path,
) -> None:
    begun = time.perf_counter()
    lin = enter("lin", DESK)
    lin.press("新建批次")
    form = lin.page.get_by_role("form", name="新建批次")
    form.get_by_label("批次名称").fill("北围第三批")
    for label, name in (("移交方", "示例储备中心"), ("接收方", "示例管护公司"), ("见证方", "示例镇")):
        form.get_by_label(label).select_option(label=name)
    lin.press("新建批次", within=form)
    lin.press("列入地块")
    lin.page.get_by_role("region", name="列入地块").get_by_label("片区").select_option("北围")
    lin.press("列入该片区未纳入移交的全部地块")
    told(lin, "办成 60 宗")
    all_of_them(lin)
    paper(lin, "权属核实表", "办成 60 宗")
    scan(lin, "摸排结论", tmp_path, "办成 60 宗")
    lin.step("核实资料", 60)
    told(lin, "办成 59 宗，1 宗没有办")
    paper(lin, "征求意见函", "办成 60 宗")
    lin.step("征求意见", 59)
    told(lin, "办成 59 宗")

    liang = enter("liang", DESK)
    newest(liang)
    liang.click(liang.page.get_by_role("checkbox", name=f"BW-{REFUSED:04}"))
    scan(liang, "反馈意见", tmp_path, "办成 1 宗")
    liang.page.get_by_label("其他办理").select_option("refuse")
    liang.page.get_by_label("理由").fill("管线未迁改,不予接收")
    liang.press("不予接收：1 宗")
    told(liang, "办成 1 宗")
    all_of_them(liang)
    liang.step("同意接收", 58)
    told(liang, "办成 58 宗")
    looked_at(services, units)

    newest(lin)
    all_of_them(lin)
    paper(lin, "现场踏勘记录", "办成 59 宗")
    lin.step("踏勘通过", 58)
    told(lin, "办成 58 宗")
    paper(lin, "移交确认书", "办成 59 宗")
    for person, side in ((lin, "移交方"), (liang, "接收方"), (enter("guo", DESK), "见证方")):
        newest(person)
        all_of_them(person)
        sign(person, side)
    newest(lin)
    all_of_them(lin)
    lin.step("签订移交", 58)
    told(lin, "办成 57 宗，1 宗没有办")
    print(
        f"\n60 parcels: land officer {lin.clicks} clicks, receiving unit {liang.clicks}; {time.perf_counter() - begun:.0f} s"
    )


def sign(person: Person, side: str) -> None:
    person.press("签字")
    person.press(f"代表{side}签字")
    box = person.page.get_by_label("手写签名").bounding_box()
    assert box is not None
    person.page.mouse.move(box["x"] + 30, box["y"] + 40)
    person.page.mouse.down()
    person.page.mouse.move(box["x"] + 180, box["y"] + 60)
    person.page.mouse.up()
    person.click(person.page.get_by_role("button", name="签字："))
    told(person, "办成")
