"""A leader's minute: the overview opens by itself, a number opens its rows, a past month is chosen, a plan is set."""

import pytest
from playwright.sync_api import Page, expect

from gis_service.access.rules import Role
from gis_service.main import WEB
from tests.ways.people import Enter, enter, troubles
from tests.ways.test_desk_story import browser_type_launch_args

__all__ = ["browser_type_launch_args", "enter"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]

TABLET = {"width": 1024, "height": 768}


def told(page: Page, code: str, **query: str) -> dict[str, float]:
    """A figure as the API tells it."""
    line: dict[str, float] = page.request.get("/api/v1/kpis/figures", params={"codes": code, **query}).json()["items"][
        0
    ]
    return line


def test_a_leader_reads_the_overview_opens_a_number_and_looks_at_a_past_month(enter: Enter) -> None:
    page = enter(Role.LEADER, size=TABLET)
    page.goto("/desk/")
    tiles = page.get_by_label("主要指标")
    fence = told(page, "fence.full")
    expect(tiles.get_by_role("button", name="围蔽率")).to_contain_text(f"{fence['value']:.1f}%")
    expect(tiles.get_by_role("button", name="围蔽率")).to_contain_text(
        f"{fence['numerator']} / {fence['denominator']} 宗"
    )
    expect(tiles.get_by_role("button", name="围蔽率")).to_contain_text("计划 80.0%")
    assert "/desk/overview" in page.url
    expect(page.get_by_role("img", name="近十二个月")).to_be_visible()
    assert troubles(page) == []

    page.get_by_role("tab", name="防 · 防范").click()
    page.get_by_role("button", name="围蔽率：看明细").click()
    assert "/desk/overview/fence.full" in page.url
    expect(page.get_by_text(f"{fence['denominator']} 行")).to_be_visible()
    legend = page.locator(".legend")
    expect(legend).to_contain_text(f"{fence['numerator']} 宗")
    page.get_by_label("是否计入").select_option("未计入")
    expect(page.get_by_text(f"{int(fence['denominator'] - fence['numerator'])} 行")).to_be_visible()
    page.get_by_label("片区", exact=True).select_option("北围")
    north = next(
        line
        for line in page.request.get("/api/v1/kpis/figures", params={"codes": "fence.full", "by": "area"}).json()[
            "items"
        ]
        if line["area"] == "北围"
    )
    expect(legend).to_contain_text(f"{north['numerator']} 宗")
    assert "of_area=" in page.url
    assert troubles(page) == []
    page.reload()
    expect(legend).to_contain_text(f"{north['numerator']} 宗")

    page.get_by_role("button", name="← 总览").click()
    page.get_by_label("截止").select_option(index=1)
    expect(page.get_by_label("主要指标").get_by_role("button", name="摸排完成率(宗)")).to_be_visible()
    day = page.get_by_label("截止").input_value()
    assert f"as_of={day}" in page.url
    past = told(page, "survey.done", as_of=day)
    expect(tiles.get_by_role("button", name="摸排完成率(宗)")).to_contain_text(f"{past['value']:.1f}%")

    page.goto("/desk/indicators?tab=打")
    expect(page.get_by_role("row", name="结案率 case.closed")).to_contain_text("启用以来立案的案件")
    assert troubles(page) == []
    page.get_by_role("row", name="在办案件数").get_by_role("button", name="计划值").click()
    page.get_by_label("计划值（件），留空为不定").fill("5")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("row", name="在办案件数")).to_contain_text("5 件")
    page.get_by_label("怎样看").select_option("按片区")
    expect(page.get_by_role("row", name="北围")).to_be_visible()

    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("tab", name="Overview")).to_be_visible()
    assert troubles(page) == []


def test_a_custodian_sees_no_case_on_the_overview(enter: Enter) -> None:
    page = enter(Role.UNIT_USER, unit="GH01")
    page.goto("/desk/overview")
    expect(page.get_by_role("tab", name="管 · 管护")).to_be_visible()
    expect(page.get_by_role("tab", name="打 · 执法")).to_have_count(0)
    expect(page.get_by_label("主要指标").get_by_role("button", name="结案率")).to_have_count(0)
