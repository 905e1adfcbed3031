"""What differs between two days, who made it so, and that nobody learns more of it than they may."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from geoalchemy2.shape import from_shape
from sqlalchemy.orm import Session

from gis_service.access.rules import Role
from tests.conftest import Person
from tests.factories import a_document, a_parcel, an_area, land
from tests.parcels.changes.conftest import SignIn, alter

Clock = Callable[..., None]
CHANGES = "/api/v1/parcels/changes"
SPRING = {"from": "2026-02-01", "to": "2026-04-01"}


@pytest.fixture
def spring(app: FastAPI, owner: Session, on: Clock) -> dict[str, Any]:
    """Six parcels in two areas; in March one moves its outline, one its fence, one is struck off, one comes, one changes to
    and fro, one goes from the first area to the second."""
    on("2026-01-10", "入库")
    one, two = an_area(owner, name="甲区"), an_area(owner, name="乙区")
    names = ("A", "B", "C", "E", "F")
    made = {
        name: a_parcel(owner, parcel_no=name, shape=land(n), area_id=one.id, area_registered_m2=11_000 + n)
        for n, name in enumerate(names)
    }
    on("2026-03-05", "巡查发现破损", who="黄工")
    alter(owner, made["B"], fence_status="damaged", planned_supply_year=2027)
    alter(owner, made["E"], fence_status="damaged")
    paper = a_document(owner, doc_no="珠高〔2026〕3号")
    on("2026-03-10", "复测", paper.id)
    alter(owner, made["A"], geom=from_shape(land(0, 0, 0.0012), srid=4490), area_computed_m2=16_415)
    alter(owner, made["C"], retired_on="2026-03-10")
    alter(owner, made["E"], fence_status="unknown")
    alter(owner, made["F"], area_id=two.id)
    made["D"] = a_parcel(owner, parcel_no="D", shape=land(9), area_id=two.id)
    owner.commit()
    return {**{name: parcel.id for name, parcel in made.items()}, "areas": (one.id, two.id), "paper": paper.id}


def test_each_kind_of_difference_with_its_values_and_who_made_it(spring: dict[str, Any], officer: Person) -> None:
    answer = officer.get(CHANGES, params=SPRING).json()
    rows = {row["parcel_no"]: row for row in answer["items"]}
    assert {number: row["kind"] for number, row in rows.items()} == {
        "A": "outline", "B": "changed", "C": "retired", "D": "new", "F": "changed",
    }  # fmt: skip
    assert {"field": "fence_status", "before": "unknown", "after": "damaged"} in rows["B"]["fields"]
    assert {field["field"] for field in rows["B"]["fields"]} == {"fence_status", "planned_supply_year"}
    (made,) = rows["B"]["versions"]
    assert (made["actor"], made["reason"], made["at"][:10]) == ("黄工", "巡查发现破损", "2026-03-05")
    assert set(made["changed"]) == {"fence_status", "planned_supply_year"}
    assert rows["A"]["versions"][0]["changed"] == ["geometry", "area_computed_m2"]
    assert rows["A"]["versions"][0]["document"]["doc_no"] == "珠高〔2026〕3号"
    assert (rows["A"]["area_computed_m2"], rows["A"]["outline"]) == ({"before": 11_400, "after": 16_415}, True)
    assert rows["D"]["area_computed_m2"] == {"before": None, "after": 11_400}
    (moved,) = [field for field in rows["F"]["fields"] if field["field"] == "area"]
    assert (moved["before"]["name"], moved["after"]["name"]) == ("甲区", "乙区")


def test_totals_by_kind_area_and_field_are_of_the_whole_not_of_the_page(
    spring: dict[str, Any], officer: Person
) -> None:
    totals = officer.get(CHANGES, params={**SPRING, "limit": 1}).json()["totals"]
    assert totals["count"] == 5
    assert totals["kinds"] == {"new": 1, "retired": 1, "entered": 0, "left": 0, "outline": 1, "changed": 2}
    areas = {row["area"]: row for row in totals["areas"]}
    assert (areas["甲区"]["count"], areas["乙区"]["count"]) == (3, 2)
    assert areas["甲区"]["area_before_m2"] == 3 * 11_400
    assert areas["甲区"]["area_after_m2"] == 16_415 + 11_400
    assert {"field": "fence_status", "count": 1} in totals["fields"]


def test_pages_walk_every_row_once_and_kinds_narrow(spring: dict[str, Any], officer: Person) -> None:
    walked: list[str] = []
    after = None
    while True:
        page = officer.get(CHANGES, params={**SPRING, "limit": 2, **({"after": after} if after else {})}).json()
        walked += [row["parcel_no"] for row in page["items"]]
        after = page["next"]
        if not after:
            break
    assert walked == ["A", "B", "C", "D", "F"]
    kinds = officer.get(CHANGES, params={**SPRING, "kind": "new,retired"}).json()["items"]
    assert [row["parcel_no"] for row in kinds] == ["C", "D"]


def test_a_filter_holds_on_either_day(spring: dict[str, Any], officer: Person) -> None:
    ask = lambda **query: [row["parcel_no"] for row in officer.get(CHANGES, params={**SPRING, **query}).json()["items"]]  # noqa: E731
    assert ask(fence_status="damaged") == ["B"]
    assert ask(area="乙区") == ["D", "F"]
    assert ask(area="甲区") == ["A", "B", "C", "F"]


def test_nonsense_is_refused(officer: Person) -> None:
    for query in ({}, {"from": "2026-05-01", "to": "2026-04-01"}, {**SPRING, "kind": "other"}, {"from": "gestern"},
                  {**SPRING, "colour": "red"}, {**SPRING, "as_of": "2026-01-01"}):  # fmt: skip
        assert officer.get(CHANGES, params=query).status_code == 400, query


def test_the_map_of_the_difference_has_ground_gained_lost_and_kept(spring: dict[str, Any], officer: Person) -> None:
    found = officer.get(f"{CHANGES}/geojson", params=SPRING).json()
    parts = sorted((f["properties"]["parcel_no"], f["properties"]["part"]) for f in found["features"])
    assert parts == [("A", "gained"), ("B", "kept"), ("C", "lost"), ("D", "gained"), ("F", "kept")]
    assert {feature["geometry"]["type"] for feature in found["features"]} == {"MultiPolygon"}
    first = officer.get(f"{CHANGES}/geojson", params={**SPRING, "limit": 2}).json()
    rest = officer.get(f"{CHANGES}/geojson", params={**SPRING, "limit": 5, "after": first["next"]}).json()
    assert len(first["features"]) + len(rest["features"]) == 5


def test_days_with_changes_are_counted(spring: dict[str, Any], officer: Person) -> None:
    assert officer.get(f"{CHANGES}/days").json()["items"] == [
        {"day": "2026-01-10", "count": 5},
        {"day": "2026-03-05", "count": 2},
        {"day": "2026-03-10", "count": 5},
    ]


def test_the_feed_tells_every_change_newest_first(spring: dict[str, Any], officer: Person) -> None:
    rows, after = [], None
    while True:
        page = officer.get(f"{CHANGES}/feed", params={"limit": 4, **({"after": after} if after else {})}).json()
        rows += page["items"]
        after = page["next"]
        if not after:
            break
    assert len(rows) == len({(row["parcel_id"], row["version_no"]) for row in rows}) == 12
    assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)
    day = officer.get(f"{CHANGES}/feed", params={"from": "2026-03-04", "to": "2026-03-05"}).json()["items"]
    assert {row["parcel_no"]: [field["field"] for field in row["fields"]] for row in day}["E"] == ["fence_status"]
    papers = officer.get(f"{CHANGES}/feed", params={"document": spring["paper"]}).json()["items"]
    assert {row["parcel_no"] for row in papers} == {"A", "C", "D", "E", "F"}
    assert {row["parcel_no"] for row in papers if row["retired_on"]} == {"C"}


def test_whoever_sees_one_area_learns_of_its_changes_only(
    spring: dict[str, Any], sign_in: SignIn, officer: Person
) -> None:
    one, two = spring["areas"]
    kinds = {}
    for area in (one, two):
        person = sign_in(Role.INSPECTOR, area_id=area)
        rows = person.get(CHANGES, params=SPRING).json()["items"]
        kinds[area] = {row["parcel_no"]: row["kind"] for row in rows}
        shapes = person.get(f"{CHANGES}/geojson", params=SPRING).json()["features"]
        assert {f["properties"]["parcel_no"] for f in shapes} == set(kinds[area])
    assert kinds == {
        one: {"A": "outline", "B": "changed", "C": "retired", "F": "left"},
        two: {"D": "new", "F": "entered"},
    }
    counted = sign_in(Role.INSPECTOR, area_id=two).get(f"{CHANGES}/days").json()["items"]
    assert counted == [{"day": "2026-03-10", "count": 2}]


def test_versions_say_which_fields_changed_from_what_to_what(spring: dict[str, Any], officer: Person) -> None:
    newest, _ = officer.get(f"/api/v1/parcels/{spring['A']}/versions").json()["items"]
    assert newest["outline"] is True
    assert newest["document"] == {"id": spring["paper"], "doc_no": "珠高〔2026〕3号", "title": "示例批复"}
    assert [(f["field"], f["before"], f["after"]) for f in newest["fields"]] == [("area_computed_m2", 11_400, 16_415)]
