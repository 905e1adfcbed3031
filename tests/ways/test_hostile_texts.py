"""Texts that would be code somewhere are texts everywhere: on the desk, in the map file, in pages of features, in sheets."""

import csv
import io
import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from shapely.geometry import mapping

from gis_service.main import WEB
from tests.factories import land
from tests.ways.test_desk_story import (
    browser_context_args,  # noqa: F401  (fixtures)
    browser_type_launch_args,  # noqa: F401
    desk,  # noqa: F401
    faults,  # noqa: F401
    sign_in,
)

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]

SCRIPTS = (
    '<img src=x onerror="window.__pwned=1">',
    "</script><script>window.__pwned=1</script>",
    '"><svg onload=window.__pwned=1>',
    "{{constructor.constructor('window.__pwned=1')()}}",
    "`${window.__pwned=1}`",
)
FORMULA = '=HYPERLINK("http://127.0.0.1/","点我")'


def hostile_file(folder: Path) -> Path:
    """Parcels whose numbers, names, remarks and fields all try something."""
    features = [
        {
            "type": "Feature",
            "geometry": mapping(land(n, 25)),
            "properties": {"地块编号": f"X-{n}", "地块名称": text, "备注": FORMULA, "坐落": text, f"字段{text}": text},
        }
        for n, text in enumerate(SCRIPTS)
    ]
    path = folder / f"{SCRIPTS[0].replace('/', '')}.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def unharmed(page: Page) -> None:
    assert page.evaluate("window.__pwned") is None


def test_texts_that_would_be_code_do_nothing_anywhere(
    page: Page,
    desk: str,  # noqa: F811
    faults: list[str],  # noqa: F811
    tmp_path: Path,
) -> None:
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    sign_in(page, desk)
    faults.clear()
    detail = page.get_by_role("complementary", name="详情")

    page.get_by_role("navigation").get_by_text("导入").click()
    page.locator("input[type=file]").set_input_files(hostile_file(tmp_path))
    page.get_by_role("button", name="读取并检查").click()
    page.get_by_role("button", name="全部入库").click()
    expect(page.get_by_role("button", name="撤销这一批")).to_be_visible()
    unharmed(page)
    for number, text in enumerate(SCRIPTS):
        parcel = page.request.get(f"{desk}/api/v1/parcels/by-no/X-{number}").json()
        page.goto(f"{desk}/desk/parcels/{parcel['id']}")
        expect(detail.get_by_text(text).first).to_be_visible()
        expect(page.get_by_role("gridcell", name=f"X-{number}")).to_be_visible()
        unharmed(page)
    assert faults == []

    saved = tmp_path / "map.html"
    saved.write_text(page.request.get(f"{desk}/api/v1/map.html").text(), encoding="utf-8")
    features = page.request.get(f"{desk}/ogc/collections/parcel-supply/items", params={"limit": 1}).url.split("?")[0]
    for address in (f"{features}?f=html&limit=1000", saved.as_uri()):
        page.goto(address)
        page.wait_for_load_state("load")
        assert "X-0" in page.content()
        unharmed(page)


def test_formulas_leave_as_texts(page: Page, desk: str, tmp_path: Path) -> None:  # noqa: F811
    sign_in(page, desk)
    page.get_by_role("navigation").get_by_text("导入").click()
    page.locator("input[type=file]").set_input_files(hostile_file(tmp_path))
    page.get_by_role("button", name="读取并检查").click()
    page.get_by_role("button", name="全部入库").click()
    expect(page.get_by_role("button", name="撤销这一批")).to_be_visible()
    answer = page.request.get(f"{desk}/api/v1/parcels/export", params={"format": "csv", "q": "X-"})
    lines = list(csv.reader(io.StringIO(answer.body().decode("utf-8-sig"))))
    cells = [cell for line in lines[1:] for cell in line]
    assert f"'{FORMULA}" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))]
