"""Survey programmes: which land a rule means, targets frozen on a day, completion by count and by area."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.parcels.models import Parcel
from gis_service.parcels.rules import SurveyStatus
from gis_service.surveys.programmes.rules import DONE, Rule, Target, completion
from tests.conftest import Person
from tests.factories import a_parcel, a_unit, an_area, land

SignIn = Callable[..., Person]
ROOT = "/api/v1/survey-programmes"

targets = st.builds(
    Target,
    st.decimals("0.01", "99999.99", places=2),
    st.sampled_from(sorted(SurveyStatus)),
    st.sampled_from([None, True, False]),
)


@given(st.lists(targets, max_size=40))
def test_completion_counts_every_target_once(told: list[Target]) -> None:
    found = completion(told)
    assert found.targets == len(told)
    assert found.done == sum(each.survey_status in DONE for each in told)
    assert found.area_m2 == sum(each.area_m2 for each in told)
    assert 0 <= found.done_area_m2 <= found.area_m2
    assert (found.share is None) == (not told)
    assert all(share is None or 0 <= share <= 1 for share in (found.share, found.area_share))


@given(
    st.booleans(),
    st.one_of(st.none(), st.integers(2000, 2040)),
    st.sampled_from([True, False, None]),
    st.one_of(st.none(), st.integers(2000, 2040)),
)
def test_a_rule_is_kept_as_data_and_means_the_same(
    undeveloped: bool, to: int | None, is_undeveloped: bool | None, year: int | None
) -> None:
    rule = Rule((3, 1), undeveloped, to)
    because = rule.because(is_undeveloped=is_undeveloped, planned_supply_year=year)
    assert Rule.of(rule.kept()) == rule
    assert ("undeveloped" in because) == (undeveloped and bool(is_undeveloped))
    assert ("supply_year" in because) == (to is not None and year is not None and year <= to)


@pytest.fixture
def district(app: FastAPI) -> dict[str, int]:
    """Two areas; in the first four parcels: undeveloped, to be supplied in 2026, both, neither."""
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area, other, unit = an_area(session), an_area(session), a_unit(session)
        facts = [
            {"is_undeveloped": True},
            {"planned_supply_year": 2026},
            {"is_undeveloped": True, "planned_supply_year": 2025, "survey_status": "approved", "waste_found": True},
            {"planned_supply_year": 2027},
        ]
        parcels = [
            a_parcel(
                session,
                shape=land(n),
                area_id=area.id,
                managing_unit_id=unit.id,
                area_computed_m2=1000 * (n + 1),
                **fact,
            )
            for n, fact in enumerate(facts)
        ]
        a_parcel(session, shape=land(9), area_id=other.id, is_undeveloped=True)
        return {"area": area.id, "unit": unit.id, **{f"p{n}": parcel.id for n, parcel in enumerate(parcels)}}


def a_programme(person: Person, district: dict[str, int], **rule: object) -> dict:
    body = {"title": "2026 年摸排", "rule": {"area_ids": [district["area"]], "supply_year_to": 2026, **rule}}
    answer = person.post(ROOT, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def act(person: Person, programme: dict, verb: str, body: dict | None = None) -> dict:
    tag = f'"survey_programme{programme["id"]}.{programme["row_version"]}"'
    answer = person.post(f"{ROOT}/{programme['id']}/{verb}", json=body or {}, headers={"If-Match": tag})
    assert answer.status_code < 300, answer.text
    return answer.json()


def test_targets_are_frozen_and_completion_follows_the_register(
    app: FastAPI, sign_in: SignIn, district: dict[str, int]
) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    draft = a_programme(officer, district)
    assert (draft["completion"], "拟出让年度不晚于 2026 年" in draft["rule_zh"]) == (None, True)
    frozen = act(officer, draft, "freeze")
    assert frozen["completion"] == {
        "targets": 3, "done": 1, "not_required": 0, "positive": 1, "area_m2": 6000, "done_area_m2": 3000, "share": 0.3333,
        "area_share": 0.5,
    }  # fmt: skip
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        a_parcel(
            session, shape=land(15), area_id=district["area"], is_undeveloped=True
        )  # comes too late to be a target
        session.get_one(Parcel, district["p0"]).survey_status = "not_required"
    told = officer.get(f"{ROOT}/{draft['id']}").json()
    assert (told["completion"]["targets"], told["completion"]["done"], told["completion"]["not_required"]) == (3, 2, 1)
    assert [(row["parcel_id"], row["survey_status"]) for row in told["targets"]] == [
        (district["p0"], "not_required"), (district["p1"], "pending"), (district["p2"], "approved"),
    ]  # fmt: skip
    assert [[each["code"] for each in row["because"]] for row in told["targets"]] == [["undeveloped"], ["supply_year"], ["undeveloped", "supply_year"]]  # fmt: skip
    assert told["targets"][1]["unit"] is not None, "what is missing has somebody whose it is"


def test_completion_is_asked_of_any_day(sign_in: SignIn, district: dict[str, int]) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    frozen = act(officer, a_programme(officer, district), "freeze")
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    told = officer.get(f"{ROOT}/{frozen['id']}", params={"on": yesterday}).json()
    assert told["completion"]["done"] == 0, "the register of these tests begins today"
    assert (
        officer.get(f"{ROOT}/{frozen['id']}", params={"on": clock.today().isoformat()}).json()["completion"]["done"]
        == 1
    )


def test_a_frozen_programme_stands(sign_in: SignIn, district: dict[str, int]) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    frozen = act(officer, a_programme(officer, district), "freeze")
    tag = {"If-Match": f'"survey_programme{frozen["id"]}.{frozen["row_version"]}"'}
    answer = officer.patch(f"{ROOT}/{frozen['id']}", json={"rule": {"undeveloped": True}}, headers=tag)
    assert (answer.status_code, answer.json()["code"]) == (409, "survey.programme_frozen")
    again = officer.post(f"{ROOT}/{frozen['id']}/freeze", json={}, headers=tag)
    assert again.json()["code"] == "survey.programme_frozen"


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"undeveloped": False}, "survey.empty_rule"),
        ({"undeveloped": False, "supply_year_to": 1999}, "survey.nothing_to_survey"),
    ],
)
def test_a_rule_must_mean_some_land(sign_in: SignIn, district: dict[str, int], rule: dict, code: str) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    answer = officer.post(ROOT, json={"title": "空", "rule": rule})
    if answer.status_code == 201:
        made = answer.json()
        answer = officer.post(
            f"{ROOT}/{made['id']}/freeze", json={}, headers={"If-Match": f'"survey_programme{made["id"]}.1"'}
        )
    assert answer.json()["code"] == code


def test_wanting_surveys_are_opened_once(sign_in: SignIn, district: dict[str, int]) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    frozen = act(officer, a_programme(officer, district), "freeze")
    assert len(act(officer, frozen, "surveys")["opened"]) == 2
    assert act(officer, frozen, "surveys")["opened"] == []
    told = officer.get(f"{ROOT}/{frozen['id']}").json()
    assert [row["survey"] is not None for row in told["targets"]] == [True, True, False]
    mine = officer.get("/api/v1/surveys").json()["items"]
    assert officer.get(f"/api/v1/surveys/{mine[0]['id']}").json()["details"]["programme"] == "2026 年摸排"


def test_a_person_of_an_area_counts_only_its_land(sign_in: SignIn, district: dict[str, int]) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    frozen = act(officer, a_programme(officer, district, area_ids=[]), "freeze")
    assert frozen["completion"]["targets"] == 4
    of_area = sign_in(Role.WASTE_OFFICER, area_id=district["area"])
    assert of_area.get(f"{ROOT}/{frozen['id']}").json()["completion"]["targets"] == 3


def test_a_preview_counts_without_keeping_anything(sign_in: SignIn, district: dict[str, int]) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    told = officer.post(f"{ROOT}/preview", json={"area_ids": [district["area"]], "supply_year_to": 2026}).json()
    assert (told["targets"], told["done"], Decimal(told["area_m2"])) == (3, 1, 6000)
    assert officer.get(ROOT).json()["items"] == []


def test_where_targets_stand_is_told_of_any_day(sign_in: SignIn, district: dict[str, int]) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    frozen = act(officer, a_programme(officer, district), "freeze")
    assert stands(officer, frozen) == ["wanting", "wanting", "done"]
    act(officer, frozen, "surveys")
    assert stands(officer, frozen) == ["running", "running", "done"]
    assert stands(officer, frozen, clock.today() - timedelta(days=1)) == ["wanting"] * 3, "nothing was open yesterday"


def stands(person: Person, programme: dict, on: date | None = None) -> list[str]:
    params = {} if on is None else {"on": on.isoformat()}
    return [row["stand"] for row in person.get(f"{ROOT}/{programme['id']}", params=params).json()["targets"]]


def test_the_land_of_the_targets_is_there_for_the_map(sign_in: SignIn, district: dict[str, int]) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    frozen = act(officer, a_programme(officer, district), "freeze")
    items = officer.get(f"{ROOT}/{frozen['id']}/outlines").json()["items"]
    assert [one["parcel_id"] for one in items] == [district["p0"], district["p1"], district["p2"]]
    assert json.loads(items[0]["outline"])["type"] == "MultiPolygon"
    previewed = officer.post(f"{ROOT}/preview", json={"area_ids": [district["area"]], "supply_year_to": 2026}).json()
    assert [one["outline"] for one in previewed["items"]] == [one["outline"] for one in items]


def test_what_is_missing_is_a_workbook_with_whose_it_is(sign_in: SignIn, district: dict[str, int]) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    frozen = act(officer, a_programme(officer, district), "freeze")
    act(officer, frozen, "surveys")
    answer = officer.get(f"{ROOT}/{frozen['id']}/missing.xlsx")
    sheet = load_workbook(BytesIO(answer.content)).active
    told = officer.get(f"{ROOT}/{frozen['id']}").json()["targets"]
    assert sheet["A2"].value.startswith("按宗 1/3(33.3%),按面积 3,000.00/6,000.00 ㎡(50.0%);未完成 2 宗")
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    assert [(row[1], row[3], row[6], row[7]) for row in rows] == [
        (one["parcel_no"], one["unit"], "摸排中", one["survey"]["no"]) for one in told[:2]
    ]
