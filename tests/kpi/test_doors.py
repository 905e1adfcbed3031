"""Page, workbook and command tell the same figures; rights; planned values."""

import json
from collections.abc import Callable
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
import typer
from fastapi import FastAPI
from openpyxl import load_workbook
from typer.testing import CliRunner

from gis_service.access.rules import PERMISSIONS, Role
from gis_service.kpi import cli
from gis_service.kpi.catalogue import CATALOGUE, GROUPS
from gis_service.kpi.workbook import DASH, columns
from gis_service.main import create_app
from tests.conftest import CloneServices, Person
from tests.kpi.world import EXPECTED

SignIn = Callable[..., Person]
Small = tuple[CloneServices, dict[str, int]]
ROOT = "/api/v1/kpis"
DAY = "2026-10-31"


@pytest.fixture(scope="module")
def app(small: Small) -> FastAPI:
    return create_app(small[0].settings, small[0])


@pytest.fixture
def leader(sign_in: SignIn) -> Person:
    return sign_in(Role.LEADER)


def items(person: Person, path: str = "/figures", **query: str) -> list[dict[str, Any]]:
    answer = person.get(ROOT + path, params={"as_of": DAY, **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_api_workbook_and_command_say_the_same(leader: Person, small: Small) -> None:
    told = {(line["code"], line["area"]): line for line in [*items(leader), *items(leader, by="area")]}
    book = load_workbook(BytesIO(leader.get(f"{ROOT}/figures.xlsx", params={"as_of": DAY}).content))
    assert book.sheetnames == [*GROUPS, "指标目录"]
    seen = set()
    for group in GROUPS:
        sheet = book[group]
        assert sheet.freeze_panes == "B4"
        assert sheet.page_setup.orientation == "landscape"
        assert "2026-10-31 23:59" in sheet["A2"].value
        names = {sheet.cell(y, 1).value: y for y in range(4, sheet.max_row + 1)}
        x = 2
        for each in (one for one in CATALOGUE.values() if one.group == group):
            for head, what, _ in columns(each):
                assert sheet.cell(3, x).value == head
                for name, y in names.items():
                    if name in ("上月末", "较上月", "本年计划", "与计划之差"):
                        if what == "value" and name == "上月末":
                            assert _same(sheet.cell(y, x).value, told[each.code, None]["before"])
                        continue
                    line = told.get((each.code, None if name == "全区" else name))
                    if line is None:  # nothing of this lies outside the areas
                        assert not sheet.cell(y, x).value, (each.code, name)
                        continue
                    assert _same(sheet.cell(y, x).value, line[what]), (each.code, name, what)
                    seen.add((each.code, name))
                x += 1
    assert {code for code, _ in seen} == set(CATALOGUE)
    assert {name for code, name in seen if code == "fence.full"} == {"全区", "北", "南", "未定片区"}

    commands = typer.Typer()

    @contextmanager
    def service() -> Any:
        yield small[0]

    cli.install(commands, service)
    run = CliRunner().invoke(commands, ["--as-of", DAY, "--json", "--by", "area"])
    assert run.exit_code == 0, run.output
    assert json.loads(run.output)["items"] == items(leader, by="area")
    words = CliRunner().invoke(commands, ["--as-of", DAY])
    assert "围蔽率 50.0% (2 / 4 宗)" in words.output
    assert CliRunner().invoke(commands, ["--by", "street"]).exit_code != 0


def _same(cell: Any, value: Any) -> bool:
    return cell == DASH if value is None else float(cell) == float(value)


def test_rows_are_those_of_the_figure_and_open_something(leader: Person) -> None:
    body = leader.get(f"{ROOT}/rectification.recurred/rows", params={"as_of": DAY, "unit": "管护甲"}).json()
    assert body["counted"] == 1
    assert [(row["no"], row["kind"], row["counted"], row["unit"]) for row in body["items"]] == [
        ("ZG1", "rectification", True, "管护甲")
    ]
    for code, (_, october) in EXPECTED.items():
        if CATALOGUE[code].counted_in in ("宗", "件", "个"):
            assert leader.get(f"{ROOT}/{code}/rows", params={"as_of": DAY}).json()["counted"] == october[0], code


def test_a_trend_ends_with_the_moment_and_has_a_year_before_it(leader: Person) -> None:
    points = items(leader, "/trend", codes="fence.full,survey.done")
    fence = [point["value"] for point in points if point["code"] == "fence.full"]
    assert len(fence) == 13
    assert fence[-3:] == [33.3, 33.3, 50]
    assert [point["as_of"][:10] for point in points if point["code"] == "fence.full"][:2] == [
        "2025-10-31",
        "2025-11-30",
    ]
    assert fence[0] is None, "there was no register then"


def test_what_is_late_comes_with_its_days(leader: Person) -> None:
    body = leader.get(f"{ROOT}/late", params={"as_of": DAY}).json()
    assert [each["no"] for each in body["items"]] == ["CZ1", "AJ3"]
    assert body["total"] == 2
    assert body["items"][0]["days"] == 16


def test_an_indicator_is_hidden_from_who_may_not_see_what_it_counts(sign_in: SignIn, small: Small) -> None:
    guard = sign_in(Role.UNIT_USER, unit_id=small[1]["管护乙"])
    seen = {each["code"] for each in guard.get(ROOT).json()["items"]}
    assert seen == {code for code, each in CATALOGUE.items() if Role.UNIT_USER in PERMISSIONS[each.needs]}
    assert "case.open" not in seen
    assert "land.count" in seen
    figures = {line["code"]: line for line in items(guard)}
    assert set(figures) == seen
    assert figures["land.count"]["value"] == 1, "its own parcel"
    assert [row["no"] for row in guard.get(f"{ROOT}/land.count/rows", params={"as_of": DAY}).json()["items"]] == ["P2"]
    refused = guard.get(f"{ROOT}/case.open/rows")
    assert (refused.status_code, refused.json()["code"]) == (404, "kpi.unknown")
    book = load_workbook(BytesIO(guard.get(f"{ROOT}/figures.xlsx", params={"as_of": DAY}).content))
    assert "罚款" not in str([cell.value for sheet in book for row in sheet.iter_rows() for cell in row])


def test_an_area_s_officer_sees_the_figures_of_that_area(sign_in: SignIn, small: Small) -> None:
    officer = sign_in(Role.LAND_OFFICER, area_id=small[1]["南"])
    assert {line["code"]: line["value"] for line in items(officer)}["land.count"] == 1
    # case officer of the other area: cases come with that grant, the land of it does too, but no claim of the south
    both = sign_in(Role.CASE_OFFICER, area_id=small[1]["北"])
    assert {line["code"]: line["value"] for line in items(both)}["case.filed"] == 3


def test_a_day_to_come_and_a_wrong_day_are_refused_in_a_sentence(leader: Person) -> None:
    answer = leader.get(f"{ROOT}/figures", params={"as_of": "2099-01-01"})
    assert (answer.status_code, answer.json()["code"]) == (422, "kpi.not_yet")
    assert "2099-01-01" in answer.json()["title_zh"]
    assert leader.get(f"{ROOT}/figures", params={"as_of": "gestern"}).status_code == 400
    assert leader.get(f"{ROOT}/figures", params={"codes": "no.such"}).status_code == 404


def test_a_plan_is_set_changed_by_who_saw_it_and_taken_back(leader: Person, sign_in: SignIn, small: Small) -> None:
    body = {"code": "fence.full", "year": 2025, "value": "70", "area_id": small[1]["北"]}
    made = leader.post(f"{ROOT}/targets", json=body)
    assert made.status_code == 201, made.text
    assert leader.post(f"{ROOT}/targets", json=body).json()["code"] == "kpi.target_there"
    assert leader.post(f"{ROOT}/targets", json={**body, "year": 2024, "value": "170"}).json()["code"] == "kpi.over_all"
    assert leader.post(f"{ROOT}/targets", json={**body, "unit_id": small[1]["管护甲"]}).status_code == 400
    path = f"{ROOT}/targets/{made.json()['id']}"
    tag = {"If-Match": made.headers["etag"]}
    assert leader.patch(path, json={"value": "75"}, headers=tag).json()["value"] == 75
    stale = leader.patch(path, json={"value": "80"}, headers=tag)
    assert stale.status_code == 412
    assert leader.patch(path, json={"value": "80"}).status_code == 428
    listed = leader.get(f"{ROOT}/targets", params={"year": 2025}).json()["items"]
    assert [(one["code"], one["area"], float(one["value"])) for one in listed] == [("fence.full", "北", 75)]
    back = leader.patch(
        path,
        json={"value": None, "note": "不再考核"},
        headers={"If-Match": f'"kpi_target{listed[0]["id"]}.{listed[0]["row_version"]}"'},
    )
    assert back.json()["value"] is None
    guard = sign_in(Role.UNIT_USER, unit_id=small[1]["管护乙"])
    assert guard.post(f"{ROOT}/targets", json=body).status_code == 403
    assert guard.get(f"{ROOT}/targets", params={"year": 2025}).status_code == 200
