"""How long the map in one file takes to open in Chromium, and how large it is, by the number of parcels.

    .venv/bin/python -m tests.benchmarks.folium [--sizes 3000,10000,50000] [--rounds 3]

Parcels with 13 corners and shared, bent edges, all attributes filled. Opened from the disk by a browser without a network, 1440 by
900. Opening is from the navigation until the parcels are drawn and the page has nothing left to do (a frame, and an idle moment after
it); moving is one step of the wheel until the same. CPU is what the page's main thread spent from the navigation to that moment, which
is what can be compared while other load is on the machine.
"""

import argparse
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from playwright.sync_api import Page, sync_playwright

from gis_service.core.srid import STORAGE_SRID
from gis_service.maps.catalogue import Catalogue, Layer
from gis_service.maps.folium_map import area_map
from gis_service.parcels.vocabulary import vocabulary

IDLE = "() => new Promise(done => requestAnimationFrame(() => requestIdleCallback(() => done(performance.now()))))"
STEP = 0.0015


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="3000,10000,50000", help="numbers of parcels")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    layers = [layer for layer in Catalogue.load().values() if layer.source == "layer.parcel"]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        print(
            f"{'parcels':>9}{'made, s':>9}{'MB':>7}{'opens, ms':>11}{'(rounds)':>16}{'CPU, ms':>9}{'moves, ms':>11}{'drawn':>9}"
        )
        for size in map(int, options.sizes.split(",")):
            rows = made_parcels(layers[0], size)
            file, began = Path(folder) / f"{size}.html", time.perf_counter()
            text = area_map(rows, layers, title="示例", as_of=datetime(2026, 11, 23, tzinfo=UTC))
            took = time.perf_counter() - began
            file.write_text(text, "utf-8")
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            opened, spent = zip(*(_opened(page, file) for _ in range(options.rounds)), strict=True)
            moved, drawn = _moved(page), page.evaluate("GIS_DATA.features.length")
            page.close()
            spread = f"{min(opened):.0f}–{max(opened):.0f}"
            print(
                f"{size:9,}{took:9.1f}{file.stat().st_size / 1e6:7.1f}{statistics.median(opened):11.0f}{spread:>16}{statistics.median(spent):9.0f}{moved:11.0f}{drawn:9,}",
                flush=True,
            )
        browser.close()


def made_parcels(layer: Layer, count: int) -> gpd.GeoDataFrame:
    """A square of parcels whose neighbours share bent edges, with every attribute."""
    side = int(np.ceil(np.sqrt(count)))
    chance = np.random.default_rng(7)
    corners = np.stack(np.meshgrid(np.arange(side + 1), np.arange(side + 1), indexing="ij"), axis=-1) * STEP
    corners = corners + np.array([113.3, 22.2]) + chance.uniform(-0.0002, 0.0002, corners.shape)
    rows = _edges(corners[:-1], corners[1:], chance), _edges(corners[:, :-1], corners[:, 1:], chance)
    outlines = [_outline(*rows, n // side, n % side) for n in range(count)]
    columns = {name: [_value(layer, name, n) for n in range(count)] for name in layer.by_name}
    return gpd.GeoDataFrame(columns, geometry=outlines, crs=STORAGE_SRID)


def _edges(start: Any, end: Any, chance: np.random.Generator) -> Any:
    """Each edge as its beginning and two bends."""
    bends = [start + (end - start) * part + chance.uniform(-5e-5, 5e-5, start.shape) for part in (1 / 3, 2 / 3)]
    return np.stack([start, *bends], axis=-2), np.stack([end, *bends[::-1]], axis=-2)


def _outline(across: Any, along: Any, i: int, j: int) -> shapely.Polygon:
    ring = [across[0][i, j], along[0][i + 1, j], across[1][i, j + 1], along[1][i, j]]
    return shapely.Polygon(np.concatenate(ring))


def _value(layer: Layer, name: str, n: int) -> Any:
    attribute = layer.by_name[name]
    if attribute.vocabulary:
        values = [value for value in vocabulary()[attribute.vocabulary] if value != "title"]
        return values[n * 7 // 3 % len(values)]
    kinds: dict[str, Any] = {"text": f"{attribute.zh}{n:06}", "integer": n, "number": n * 1.37, "boolean": n % 2 == 0}
    return kinds.get(attribute.type)


def _opened(page: Page, file: Path) -> tuple[float, float]:
    """Milliseconds since the navigation began, as the page itself counts them, and those that its thread had a processor."""
    page.goto("about:blank")
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(file.as_uri(), wait_until="commit")
    page.wait_for_selector(".gis-legend .gis-row", state="attached", timeout=120_000)
    opened = float(page.evaluate(IDLE))
    metrics = {each["name"]: each["value"] for each in client.send("Performance.getMetrics")["metrics"]}
    client.detach()
    return opened, metrics["TaskDuration"] * 1000


def _moved(page: Page) -> float:
    began = float(page.evaluate("performance.now()"))
    page.mouse.move(700, 450)
    page.mouse.wheel(0, -240)
    page.wait_for_timeout(400)  # the wheel is gathered, then zoomed with a movement of 250 ms
    return float(page.evaluate(IDLE)) - began


if __name__ == "__main__":
    main()
