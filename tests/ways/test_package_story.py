"""A layer taken along to a machine without a network: ordered in its details, handed over by the browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from gis_service.access.rules import Role
from gis_service.main import WEB
from tests.conftest import CloneServices
from tests.maps.district import settled
from tests.maps.test_packages import ids_at, tiles_of_pmtiles
from tests.ways.people import Enter, enter, troubles  # noqa: F401  (fixture)
from tests.ways.test_desk_story import browser_type_launch_args  # noqa: F401  (fixture)

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


@pytest.fixture
def sample_services(services: CloneServices) -> CloneServices:
    """A small district will do."""
    settled(services)
    return services


def test_the_details_of_a_layer_order_a_package(enter: Enter) -> None:  # noqa: F811
    page = enter(Role.LAND_OFFICER)
    page.goto("/desk/layers/parcel-use")
    heading = page.get_by_role("heading", name="离线数据包")
    heading.scroll_into_view_if_needed()
    expect(page.get_by_label("格式")).to_have_value("pmtiles")
    page.get_by_label("最大级别").select_option("13")
    assert troubles(page) == []
    with page.expect_download(timeout=60_000) as handed:
        page.get_by_role("button", name="生成离线数据包").click()
    assert handed.value.suggested_filename.endswith(".pmtiles")
    held = tiles_of_pmtiles(Path(handed.value.path()).read_bytes())
    items = page.request.get("/ogc/collections/parcel-use/items?limit=5000").json()["features"]
    assert ids_at(held, 13, "parcel-use") == {feature["id"] for feature in items}
    expect(page.get_by_role("button", name="下载")).to_be_visible()
    expect(page.get_by_text("块瓦片").first).to_be_visible()
    page.get_by_role("combobox", name="片区").select_option(index=1)
    page.get_by_label("格式").select_option("gpkg")
    with page.expect_download(timeout=60_000) as handed:
        page.get_by_role("button", name="生成离线数据包").click()
    assert handed.value.suggested_filename.endswith(".gpkg")


def test_who_may_not_export_is_not_offered_one(enter: Enter) -> None:  # noqa: F811
    page = enter(Role.INSPECTOR)
    page.goto("/desk/layers/parcel-use")
    expect(page.get_by_role("heading", name="图例")).to_be_visible()
    expect(page.get_by_role("heading", name="离线数据包")).to_have_count(0)
