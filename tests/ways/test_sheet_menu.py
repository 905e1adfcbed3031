"""出图 on the pages of a parcel, a handover batch, a walk and a case: the file comes on the paper that was chosen, with what it is of."""

from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from gis_service.access.rules import Role
from gis_service.main import WEB
from tests.ways.people import Enter, enter, troubles
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args", "enter"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]

MM_PER_POINT = 25.4 / 72
A3, A4 = (420, 297), (297, 210)


def first(page: Page, path: str, **params: str) -> dict[str, object]:
    found: dict[str, object] = page.request.get(f"/api/v1/{path}", params=params).json()["items"][0]
    return found


def printed(page: Page, button: str) -> tuple[tuple[int, int], str]:
    """The size of the first page in mm and its words."""
    with page.expect_download() as file:
        page.get_by_role("button", name=button, exact=True).click()
    document = pypdfium2.PdfDocument(Path(file.value.path()))
    wide, high = document[0].get_size()
    words = document[0].get_textpage().get_text_range()
    document.close()
    return (round(wide * MM_PER_POINT), round(high * MM_PER_POINT)), words


def opened(page: Page) -> None:
    page.get_by_role("button", name="出图", exact=True).click()
    expect(page.get_by_label("纸张")).to_be_visible()


def test_a_batch_and_a_case_are_printed_from_their_pages(enter: Enter) -> None:
    page = enter(Role.LAND_OFFICER, Role.CASE_OFFICER)
    batch = first(page, "handover-batches")
    page.goto(f"/desk/handover_batches/{batch['id']}")
    opened(page)
    assert troubles(page) == []
    size, words = printed(page, "移交附图 PDF")
    assert size == A3
    assert str(batch["batch_no"]) in words
    page.get_by_label("纸张").select_option("A4 竖幅")
    size, words = printed(page, "移交附图 PDF")
    assert size == A4[::-1]
    assert "移交方" in words

    case = first(page, "cases", closed="false")
    page.goto(f"/desk/cases/{case['id']}")
    opened(page)
    page.get_by_label("纸张").select_option("A3 竖幅")
    size, words = printed(page, "案件位置图 PDF")
    assert size == A3[::-1]
    assert str(case["proceeding_no"]) in words


def test_a_walk_is_printed_with_its_track_only_for_a_reason(enter: Enter) -> None:
    page = enter(Role.LAND_OFFICER)
    walk = first(page, "patrols", limit="1")
    page.goto(f"/desk/patrols/{walk['id']}?patrol=walks")
    opened(page)
    size, bare = printed(page, "巡查轨迹图 PDF")
    assert size == A3
    assert str(walk["inspector_name"]) not in bare
    page.get_by_label("不填则图上没有轨迹和姓名").fill("会议用图")
    _, told = printed(page, "巡查轨迹图 PDF")
    assert str(walk["inspector_name"]) in told
    assert troubles(page) == []
