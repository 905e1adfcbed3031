"""A walk with a phone that has no network, from the sign-in to the receipts, compared with what the database then says."""

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import text

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.main import WEB, create_app
from tests.asking import Asking
from tests.conftest import PASSWORD, CloneServices
from tests.live import serving, working
from tests.ways.people import troubles
from tests.ways.test_desk_story import browser_context_args, browser_type_launch_args  # noqa: F401  (fixtures)

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]

PATIENCE_MS = 20_000


@dataclass
class World(Asking):
    """The district, an inspector with one task of two parcels of which the second has a sound fence, and their phone."""

    services: CloneServices
    user: int
    task: int
    parcels: list[tuple[int, float, float]]
    fence: int
    open_phone: Callable[..., Page]


@pytest.fixture
def world(sample_services: CloneServices, browser: Browser) -> Iterator[World]:
    with sample_services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        user = access.create_user(
            session, SERVICE, username="xuncha", display_name="陈巡", password=PASSWORD, own_choice=True
        )
        access.grant_role(session, SERVICE, user.id, Role.INSPECTOR)
        fence, second, area = session.execute(
            text(
                """select f.id, p.id, p.area_id from fence_segment f join parcel p on p.id = f.parcel_id
                    where f.condition = 'good' and p.retired_on is null order by f.id limit 1"""
            )
        ).one()
        first = session.scalar(
            text(
                "select id from parcel where area_id = :area and id <> :id and retired_on is null order by id limit 1"
            ),
            {"area": area, "id": second},
        )
        today = clock.now().astimezone(clock.BEIJING).date()
        task = session.scalar(
            text(
                """insert into patrol_task (district_code, title, area_id, assignee_id, due_from, due_on)
                   select district_code, '片区日常巡查', :area, :user, :day, :day from parcel where id = :first returning id"""
            ),
            {"area": area, "user": user.id, "day": today, "first": first},
        )
        for seq, parcel in enumerate((first, second), 1):
            session.execute(
                text("insert into patrol_task_parcel (task_id, parcel_id, seq) values (:task, :parcel, :seq)"),
                {"task": task, "parcel": parcel, "seq": seq},
            )
        places = [
            tuple(
                session.execute(
                    text(
                        "select id, st_x(g), st_y(g) from (select id, st_pointonsurface(geom) g from parcel where id = :id) p"
                    ),
                    {"id": parcel},
                ).one()
            )
            for parcel in (first, second)
        ]
        user_id = user.id
    contexts: list[BrowserContext] = []
    with serving(create_app(sample_services.settings, sample_services)) as port, working(sample_services):

        def open_phone(size: tuple[int, int], scheme: str) -> Page:
            context = browser.new_context(
                base_url=f"http://127.0.0.1:{port}", viewport={"width": size[0], "height": size[1]}, is_mobile=True,
                has_touch=True, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce",
                color_scheme="dark" if scheme == "dark" else "light", permissions=["geolocation"],
                geolocation={"longitude": places[0][1], "latitude": places[0][2], "accuracy": 6},
            )  # fmt: skip
            contexts.append(context)
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.set_default_navigation_timeout(3 * PATIENCE_MS)
            return page

        yield World(sample_services, user_id, task, places, fence, open_phone)
        for context in contexts:
            context.close()


def a_photo(shade: int) -> bytes:
    """A picture as a phone makes one, with an EXIF date."""
    exif = Image.Exif()
    exif[0x010F], exif[0x9003] = "Sample", "2026:11:28 09:41:07"
    told = io.BytesIO()
    Image.linear_gradient("L").resize((1600, 1200)).point(lambda value: (value + shade) % 256).convert("RGB").save(
        told, "JPEG", quality=85, exif=exif
    )
    return told.getvalue()


def take(page: Page, content: bytes) -> None:
    """As the camera hands it over."""
    before = page.locator(".strip img").count()
    page.locator("input[capture]").set_input_files({"name": "p.jpg", "mimeType": "image/jpeg", "buffer": content})
    expect(page.locator(".strip img")).to_have_count(before + 1)


def walk_to(page: Page, lon: float, lat: float, steps: int = 3) -> None:
    for step in range(steps):
        page.context.set_geolocation(
            {"longitude": lon + (steps - 1 - step) * 2e-5, "latitude": lat, "accuracy": 5 + step}
        )
        page.wait_for_timeout(250)


def sign_in(page: Page) -> None:
    page.goto("/field/")
    page.get_by_label("账号").fill("xuncha")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("button", name="打开任务：片区日常巡查")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")


def looked_at(page: Page, pictures: Path, name: str) -> None:
    """Nothing in the way of somebody who does not see or has big thumbs, and a picture to look at."""
    page.screenshot(path=pictures / f"{name}.png")
    assert troubles(page) == [], name
    wide = page.evaluate(
        "Math.max(...[...document.querySelectorAll('main')].map((one) => one.scrollWidth - one.clientWidth))"
    )
    assert wide <= 0, f"{name} is too wide"
    low = page.evaluate(
        "[...document.querySelectorAll('button.main')].filter((one) => one.getBoundingClientRect().height < 56).length"
    )
    assert low == 0, f"{name}: a main button that gloves miss"


@pytest.mark.parametrize(("size", "scheme"), [((390, 844), "light"), ((360, 640), "dark")], ids=["light", "dark"])
def test_a_day_without_network_is_all_there_in_the_end(
    world: World, tmp_path: Path, size: tuple[int, int], scheme: str
) -> None:
    (first, lon, lat), (second, east, north) = world.parcels
    fine, heap, gap = a_photo(10), a_photo(90), a_photo(170)
    page = world.open_phone(size, scheme)
    sign_in(page)
    looked_at(page, tmp_path, "tasks")

    page.context.set_offline(True)
    page.get_by_role("button", name="打开任务").click()
    looked_at(page, tmp_path, "task")
    page.get_by_role("button", name="多云").click()
    page.get_by_role("button", name="开始巡查").click()
    expect(page.get_by_text("正在记录行踪")).to_be_visible()
    walk_to(page, lon, lat)
    page.get_by_role("button", name="下一块").click()
    looked_at(page, tmp_path, "parcel")

    expect(page.get_by_role("button", name="全部正常")).to_be_disabled()
    take(page, fine)
    page.get_by_role("button", name="全部正常").click()
    expect(page.get_by_text("已查")).to_have_count(1)

    walk_to(page, east, north)
    page.get_by_role("button", name="下一块").click()
    page.get_by_role("button", name="新增堆土、渣土").click()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("至少拍一张照片")).to_be_visible()
    looked_at(page, tmp_path, "finding-refused")
    page.get_by_role("radio", name="渣土、余泥").click()
    page.get_by_role("button", name="加一处").click()
    page.get_by_label("占地面积").fill("40")
    page.get_by_label("平均高度").fill("1.5")
    page.get_by_label("补充说明").fill("路边新倒，车辙向东")
    take(page, heap)
    page.reload()  # the phone killed the app: the same words, the same photo
    expect(page.get_by_label("补充说明")).to_have_value("路边新倒，车辙向东")
    expect(page.locator(".strip img")).to_have_count(1)
    looked_at(page, tmp_path, "finding")
    walk_to(page, east, north)
    page.get_by_role("button", name="保存", exact=True).click()

    page.locator("ul.lines button", has_text="围蔽").first.click()
    page.get_by_role("radio", name="破损、有缺口").click()
    page.get_by_label("缺口长度").fill("3.5")
    take(page, gap)
    page.get_by_role("radio", name="完好").first.click()
    looked_at(page, tmp_path, "fence")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("button", name="完成本块（2 处问题）").click()
    expect(page.get_by_text("已查")).to_have_count(2)
    page.get_by_role("button", name="结束巡查").click()
    expect(page.get_by_text("2 / 2 块")).to_be_visible()
    looked_at(page, tmp_path, "end")
    page.get_by_role("button", name="结束巡查").click()
    expect(page.get_by_role("heading", name="记录")).to_be_visible()

    page.reload()
    expect(page.get_by_text("条待上传，已保存在本机")).to_be_visible()
    expect(page.get_by_text("无网络")).to_be_visible()
    looked_at(page, tmp_path, "records-offline")
    assert world.rows("select 1 from inbox_record where by_id = :me", me=world.user) == []

    page.context.set_offline(False)
    page.get_by_role("button", name="立即上传").or_(page.get_by_text("全部已上传")).first.click()
    expect(page.get_by_role("status").get_by_text("全部已上传").first).to_be_visible(timeout=60_000)
    looked_at(page, tmp_path, "records")
    _compare(world, page, {"visit": fine, "NEW_SOIL": heap, "FENCE": gap}, first, second)

    page.locator("ul.lines button").nth(1).click()
    expect(page.get_by_text("回执")).to_be_visible()
    looked_at(page, tmp_path, "record")
    for tab in ("任务", "地图", "我的"):
        page.goto(f"/field/#/{ {'任务': 'tasks', '地图': 'map', '我的': 'me'}[tab] }")
        expect(page.get_by_role("heading", name=tab, exact=True)).to_be_visible()
        page.wait_for_timeout(500)
        looked_at(page, tmp_path, f"tab-{tab}")


def _compare(world: World, page: Page, photos: dict[str, bytes], first: int, second: int) -> None:
    """What the phone holds as receipts, and what the database holds as rows, are the same day."""
    kept = page.evaluate("field.list()")
    assert [one["receipt"]["reason"] for one in kept if one["state"] != "stored"] == []
    assert {(one["uuid"], one["sha256"]) for one in kept} == {
        (str(uuid), sha256)
        for uuid, sha256 in world.rows("select uuid, sha256 from inbox_record where by_id = :me", me=world.user)
    }
    patrol, state, weather, task = world.one(
        "select id, state, weather, task_id from patrol where inspector_id = :me", me=world.user
    )
    assert (state, weather, task) == ("recorded", "多云", world.task)
    assert world.rows(
        "select parcel_id, all_fine, distance_m < 1 from visit where patrol_id = :id order by came_at", id=patrol
    ) == [(first, True, True), (second, False, True)]
    assert world.rows(
        "select item_code, parcel_id, quantity, quantity_unit, severity, description from observation where patrol_id = :id order by seen_at",
        id=patrol,
    ) == [("NEW_SOIL", second, 30, "m3", "high", "路边新倒，车辙向东"), ("FENCE", second, 3.5, "m", "medium", None)]
    assert world.one("select condition from fence_segment where id = :id", id=world.fence) == "damaged"
    originals = world.rows("select sha256 from field_photo where patrol_id = :id and kind = 'original'", id=patrol)
    assert {sha256 for (sha256,) in originals} == {hashlib.sha256(content).hexdigest() for content in photos.values()}
    stamped = world.rows(
        "select p.of_sha256, f.sha256 from field_photo p join stored_file f using (sha256) where patrol_id = :id and kind = 'stamped'",
        id=patrol,
    )
    assert {of for of, _ in stamped} == {sha256 for (sha256,) in originals}
    assert world.one("select sum(jsonb_array_length(fixes)) from track_part where patrol_id = :id", id=patrol) >= 3
    assert world.one("select state from patrol_task where id = :id", id=world.task) == "done"


def a_heic() -> bytes:
    """What an iPhone's camera makes; Chromium cannot show it."""
    told = io.BytesIO()
    pillow_heif.from_pillow(Image.linear_gradient("L").resize((640, 480)).convert("RGB")).save(told, quality=60)
    return told.getvalue()


def test_a_heic_from_the_album_and_a_voice_note_go_along_untouched(world: World) -> None:
    (first, lon, lat), _ = world.parcels
    page = world.open_phone((390, 844), "light")
    page.context.grant_permissions(["geolocation", "microphone"])
    sign_in(page)
    page.get_by_role("button", name="打开任务").click()
    page.get_by_role("button", name="开始巡查").click()
    walk_to(page, lon, lat)
    page.get_by_role("button", name="下一块").click()
    heic = a_heic()
    album = {"name": "IMG_0042.HEIC", "mimeType": "image/heic", "buffer": heic}
    page.locator("input[type=file]:not([capture])").set_input_files(album)
    expect(page.get_by_text("原图已存，此手机不能预览")).to_be_visible()
    page.get_by_role("button", name="录音").click()
    page.wait_for_timeout(1_200)
    page.get_by_role("button", name="说完了").click()
    expect(page.get_by_text("录音 1 已保存")).to_be_visible()
    assert troubles(page) == []
    page.get_by_role("button", name="全部正常").click()
    expect(page.get_by_text("已查")).to_have_count(1)
    expect(page.get_by_role("status").get_by_text("全部已上传").first).to_be_visible(timeout=60_000)
    kept = world.rows(
        """select p.kind, p.media_type, p.from_album, f.size_bytes, p.sha256 from field_photo p join stored_file f using (sha256)
             join visit v on v.client_uuid = p.record_uuid where v.parcel_id = :first order by p.kind""",
        first=first,
    )
    mine = [row for row in kept if row[1] != "image/jpeg"]
    (original, voice) = mine
    assert original == ("original", "image/heic", True, len(heic), hashlib.sha256(heic).hexdigest())
    assert (voice[0], voice[1], voice[3] > 1000) == ("voice", "audio/webm", True)


def test_two_people_share_a_phone_and_each_has_their_own(world: World) -> None:
    with world.services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        other = access.create_user(
            session, SERVICE, username="lixun", display_name="李巡", password=PASSWORD, own_choice=True
        )
        access.grant_role(session, SERVICE, other.id, Role.INSPECTOR)
        other_id = other.id
    page = world.open_phone((390, 844), "light")
    sign_in(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="打开任务").click()
    page.get_by_role("button", name="开始巡查").click()
    expect(page.get_by_text("条待上传，已保存在本机")).to_be_visible()
    page.goto("/field/#/me")
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("dialog")).to_contain_text("没有上传")
    page.get_by_role("button", name="仍然退出").click()

    page.context.set_offline(False)
    page.get_by_label("账号").fill("lixun")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_text("没有派给你的任务")).to_be_visible()
    expect(page.get_by_text("没有待上传的记录")).to_be_visible()
    sent = world.rows(
        "select distinct by_id, sent_by_id from inbox_record where :me in (by_id, sent_by_id)", me=world.user
    )
    assert set(sent) <= {(world.user, world.user)}, "never in another person's name"
    assert world.rows("select 1 from inbox_record where :other in (by_id, sent_by_id)", other=other_id) == []


def test_a_session_that_ended_is_asked_for_over_the_walk_and_nothing_is_lost(world: World) -> None:
    page = world.open_phone((390, 844), "light")
    sign_in(page)
    with world.services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        access.end_sessions(session, world.user, at=clock.now() + timedelta(0))
    page.wait_for_timeout(1000)
    page.context.clear_cookies()
    page.get_by_role("button", name="打开任务").click()
    page.get_by_role("button", name="开始巡查").click()
    page.get_by_role("button", name="重新登录").click()
    page.get_by_label("账号").fill("xuncha")
    page.get_by_label("密码").fill("wrong-password")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_text("正在记录行踪")).to_be_visible()
    expect(page.get_by_text("全部已上传").first).to_be_visible()
    assert world.one("select state from patrol where inspector_id = :me", me=world.user) == "running"
