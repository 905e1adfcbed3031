"""Takes the pictures of the docs, from a service that runs with the sample district.

    .venv/bin/python docs/pictures/take.py http://127.0.0.1:8000 var/accounts.json

It imports `docs/first-steps/four-parcels.geojson` and takes it back again.
"""

import base64
import json
import os
import shutil
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
FILE = HERE.parent / "first-steps" / "four-parcels.geojson"
CHROMIUM = os.environ.get("E2E_CHROMIUM") or shutil.which("chromium")
# no GPU is asked for, so that the pictures are the same everywhere
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
SIZE = {"width": 1280, "height": 760}

PIXELS = """async (png) => {
    const image = new Image();
    image.src = 'data:image/png;base64,' + png;
    await image.decode();
    const paper = new OffscreenCanvas(image.width, image.height).getContext('2d');
    paper.drawImage(image, 0, 0);
    const { data } = paper.getImageData(0, 0, image.width, image.height);
    const blob = new Blob([data]);
    const text = await new Promise((done) => {
        const reader = new FileReader();
        reader.onload = () => done(reader.result);
        reader.readAsDataURL(blob);
    });
    return { width: image.width, height: image.height, pixels: text.split(',')[1] };
}"""


def with_a_palette(rgb: np.ndarray) -> bytes:
    """A PNG of (height, width, 3) bytes in 256 of its colours: a third of the size, and nobody sees it."""
    height, width, _ = rgb.shape
    colours, place, counts = np.unique(rgb.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    palette, nearest = chosen(colours.astype(int), counts)
    rows = nearest[place.ravel()].reshape(height, width)
    lines = np.hstack([np.zeros((height, 1), np.uint8), rows]).tobytes()
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    chunks = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def chosen(colours: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """256 colours, each time the one that is most missed (often there, far from those taken); and the nearest to each."""
    away, nearest, taken = np.full(len(colours), 1e9), np.zeros(len(colours), np.uint8), []
    for number in range(min(256, len(colours))):
        taken.append(colours[(counts * away).argmax()])
        distance = ((colours - taken[-1]) ** 2).sum(axis=1)
        nearest[distance < away] = number
        away = np.minimum(away, distance)
    return np.array(taken, np.uint8), nearest


class Camera:
    """A signed-in browser."""

    def __init__(self, page: Page, darkroom: Page, base: str, accounts: dict[str, dict[str, str]]) -> None:
        self.page, self.darkroom, self.base, self.accounts = page, darkroom, base, accounts

    def take(self, name: str) -> None:
        """A picture once everything is still."""
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(1500)
        plain = base64.b64encode(self.page.screenshot(animations="disabled")).decode()
        seen = self.darkroom.evaluate(PIXELS, plain)
        rgba = np.frombuffer(base64.b64decode(seen["pixels"]), np.uint8).reshape(seen["height"], seen["width"], 4)
        (HERE / f"{name}.png").write_bytes(with_a_palette(rgba[:, :, :3]))
        print(f"{name}.png  {(HERE / f'{name}.png').stat().st_size // 1000} kB")

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)
        self.page.wait_for_load_state("networkidle")

    def sign_in(self, username: str) -> None:
        self.go("/login")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", self.accounts[username]["password"])
        self.page.click("button[type=submit]")
        self.page.wait_for_load_state("networkidle")

    def ask(self, path: str) -> dict:
        return self.page.request.get(self.base + path).json()

    def number(self, parcel_no: str) -> int:
        return self.ask(f"/api/v1/parcels/by-no/{parcel_no}")["id"]


def sign_in(camera: Camera) -> None:
    camera.go("/login")
    camera.take("sign-in")


def desk(camera: Camera) -> None:
    """The whole desk, zoomed to one area so that the land shows."""
    camera.go("/desk/parcels?axis=handover_status&map=113.5340,22.4024,15.3")
    camera.take("desk")


def parcel(camera: Camera) -> None:
    camera.go("/desk/parcels?q=芯谷")
    camera.page.get_by_text("格创", exact=False).first.click()
    camera.take("parcel")


def versions(camera: Camera) -> None:
    camera.go(f"/desk/parcels/{camera.number('BW-0019')}?tab=versions")
    camera.take("versions")


def changed_outline(camera: Camera) -> None:
    """The first parcel of the list whose outline changed, before and after."""
    for item in camera.ask("/api/v1/parcels?area=北围&limit=200")["items"]:
        found = camera.ask(f"/api/v1/parcels/{item['id']}/versions")["items"]
        for version in found:
            if "geom" in version["changed"]:
                number = version["version_no"]
                camera.go(f"/desk/parcels/{item['id']}?tab=versions&diff={number - 1}-{number}")
                camera.take("diff")
                return


def importing(camera: Camera) -> None:
    page = camera.page
    camera.go("/desk/imports")
    page.set_input_files("input[type=file]", FILE)
    page.get_by_role("button", name="读取并检查").click()
    page.get_by_role("button", name="只入库合格的").wait_for(timeout=60_000)
    camera.take("import")
    page.get_by_role("button", name="只入库合格的").click()
    page.get_by_role("button", name="撤销这一批").wait_for(timeout=60_000)
    page.get_by_label("撤销原因(必填)").or_(page.get_by_label("撤销原因（必填）")).fill("练习完毕,退回")
    camera.take("undo")
    page.get_by_role("button", name="撤销这一批").click()
    page.get_by_role("button", name="撤销这一批").wait_for(state="detached", timeout=60_000)


def map_file(camera: Camera) -> None:
    """The folium page, opened from the disk with the network off."""
    made = camera.page.request.get(f"{camera.base}/api/v1/map.html?area=北围")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "map.html"
        place.write_bytes(made.body())
        camera.page.context.set_offline(True)
        camera.page.goto(place.as_uri())
        camera.take("map-file")
        camera.page.context.set_offline(False)


def work(camera: Camera) -> None:
    """What waits for somebody, the late first."""
    camera.go("/desk/work")
    camera.page.get_by_role("heading", name="已超期").wait_for(timeout=20_000)
    camera.take("work")


def batch(camera: Camera) -> None:
    """A batch of handovers with what is in the way of each parcel."""
    camera.go("/desk/handover_batches")
    camera.page.get_by_text("2026 年第二批").first.click()
    camera.take("batch")


def rectification(camera: Camera) -> None:
    camera.go("/desk/rectifications")
    camera.page.locator("button.line").first.click()
    camera.take("rectification")


def layouts(camera: Camera) -> None:
    """A layout of the office, with one of its parts chosen."""
    camera.go("/desk/layouts")
    camera.page.locator("[data-box=legend]").focus()
    camera.take("layouts")


def overview(camera: Camera) -> None:
    """Five numbers, one of the four tabs, and the parcels behind a figure on the map."""
    camera.go("/desk/overview?tab=防")
    camera.page.get_by_role("img", name="近十二个月").wait_for(timeout=30_000)
    camera.take("overview")


def risk(camera: Camera) -> None:
    """The ranking with the reasons of its first parcel."""
    camera.go("/desk/patrols?patrol=risk")
    camera.page.locator(".ranking li button").first.click()
    camera.page.locator(".parts").wait_for(timeout=60_000)
    camera.page.wait_for_timeout(8_000)  # the map comes near, tile by tile
    camera.take("risk")


def hotspots(camera: Camera) -> None:
    camera.go("/desk/patrols?patrol=risk&risk=hotspots")
    camera.page.locator(".hotspots tbody tr button").first.click(timeout=60_000)
    camera.take("hotspots")


def tool(camera: Camera, name: str) -> None:
    camera.page.get_by_role("group", name="地图工具").get_by_role("button", name=name, exact=True).click()


def whole_map(camera: Camera) -> None:
    """The main map with the panel of layers, and what lies at a place."""
    camera.go("/desk/parcels?axis=fence_status&map=113.5340,22.4024,15.3")
    tool(camera, "图层")
    camera.take("map")


def swipe(camera: Camera) -> None:
    """Two orthophotos of the sample side by side."""
    page = camera.page
    camera.go("/desk/parcels?axis=fence_status")
    tool(camera, "图层")
    imagery = page.get_by_role("group", name="正射影像")
    newest, oldest = imagery.get_by_role("radio").nth(1), imagery.get_by_role("combobox", name="卷帘左边的影像")
    newest.check()
    imagery.get_by_role("button", name="的范围").first.click()
    tool(camera, "卷帘")
    oldest.select_option(index=len(oldest.get_by_role("option").all()) - 1)
    tool(camera, "图层")
    page.wait_for_timeout(4_000)  # the ground comes tile by tile
    camera.take("swipe")


def workshop(camera: Camera) -> None:
    """A layer's definition beside the map that is drawn by it."""
    camera.go("/desk/layer_workshop/parcel-fence?map=113.5340,22.4024,15.3")
    camera.page.wait_for_timeout(4_000)
    camera.take("workshop")


def backups(camera: Camera) -> None:
    """The administrator's page after a backup and a drill; the service has a `GIS_BACKUP_DIR`."""
    camera.page.context.clear_cookies()
    camera.sign_in("sysadmin")
    camera.go("/desk/admin/backups")
    camera.page.get_by_role("button", name="立即备份并演练").click()
    camera.page.get_by_text("还没有成功的恢复演练").wait_for(state="detached", timeout=300_000)
    camera.take("backups")


PICTURES: dict[str, Callable[[Camera], None]] = {
    "desk": desk,
    "parcel": parcel,
    "versions": versions,
    "diff": changed_outline,
    "import": importing,
    "map-file": map_file,
    "work": work,
    "layouts": layouts,
    "batch": batch,
    "rectification": rectification,
    "overview": overview,
    "risk": risk,
    "hotspots": hotspots,
    "map": whole_map,
    "swipe": swipe,
    "workshop": workshop,
    "backups": backups,  # the last: somebody else signs in
}


def main(base: str, accounts: Path, only: list[str]) -> None:
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(viewport=SIZE, locale="zh-CN", timezone_id="Asia/Shanghai")
        camera = Camera(
            context.new_page(), browser.new_page(), base.rstrip("/"), json.loads(accounts.read_text("utf-8"))
        )
        sign_in(camera)
        camera.sign_in("land")
        for name, picture in PICTURES.items():
            if not only or name in only:
                picture(camera)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
