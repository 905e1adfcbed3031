"""The doors of surveys: a file taken in all or none, points by hand, drawings, estimates worked out by the worker, limits."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.srid import METRIC_SRID
from gis_service.surveys import queries
from gis_service.surveys.estimates import jobs, library
from gis_service.surveys.estimates.models import VolumeEstimate
from gis_service.surveys.points import operations
from gis_service.surveys.points.operations import Source
from gis_service.surveys.reading import template
from gis_service.surveys.reading.reader import read
from tests.conftest import CloneServices, Person
from tests.factories import an_area
from tests.surveys.making import a_log, a_sample, a_survey

SignIn = Callable[..., Person]
ROOT = "/api/v1/surveys"


@pytest.fixture
def survey(app: FastAPI) -> int:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return a_survey(session, SERVICE).id


def sent(person: Person, survey: int, content: bytes, **form: Any) -> Any:
    files = {"file": ("钻孔.xlsx", content, "application/octet-stream")}
    return person.post(f"{ROOT}/{survey}/points/import", files=files, data=form)


def drilled(app: FastAPI, survey: int, count: int = 12, **more: Any) -> list[int]:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        logs = [a_log(n, waste_m="0" if n % 3 == 0 else "2.5", **more) for n in range(count)]
        return [p.id for p in operations.keep(session, SERVICE, queries.one(session, survey), logs, Source())]


def count_of(app: FastAPI, table: str) -> int:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return session.scalar(text(f"select count(*) from {table}"))


def test_a_workbook_comes_in_and_goes_out_the_same(app: FastAPI, sign_in: SignIn, survey: int) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    logs = [a_log(n, samples=(a_sample(f"S{n}", ("铅", "0.4", "mg/L")),)) for n in range(4)]
    trial = sent(officer, survey, template.write(logs), dry_run="true")
    assert (trial.status_code, trial.json()["counts"]["accepted"], count_of(app, "survey_point")) == (200, 4, 0)
    kept = sent(officer, survey, template.write(logs))
    assert kept.status_code == 201, kept.text
    assert kept.json()["kept"] == ["ZK00", "ZK01", "ZK02", "ZK03"]
    out = officer.get(f"{ROOT}/{survey}/points.xlsx")
    there, back = (read(content, "钻孔.xlsx").logs for content in (template.write(logs), out.content))
    assert list(back) == list(there), "what is taken out reads as what came in"
    points = officer.get(f"{ROOT}/{survey}/points").json()["items"]
    assert [(p["waste_top_m"], p["waste_thickness_m"], p["open_ended"]) for p in points] == [(0.5, 2.0, False)] * 4
    assert officer.get(f"{ROOT}/{survey}/points.ags").content.startswith(b'"GROUP","PROJ"')


def test_one_wrong_row_keeps_the_whole_file_out(app: FastAPI, sign_in: SignIn, survey: int) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    good, bad = a_log(0), a_log(1)
    bad = replace(bad, layers=[*bad.layers[:-1], replace(bad.layers[-1], to_m=Decimal(99))])
    answer = sent(officer, survey, template.write([good, bad]))
    assert (answer.status_code, answer.json()["code"]) == (422, "survey.points_refused")
    told = answer.json()["errors"]
    assert all(each["row"] and each["message"] and each["message_en"] for each in told)
    assert count_of(app, "survey_point") == 0


def test_a_hole_elsewhere_is_refused_and_one_at_the_edge_is_told(sign_in: SignIn, survey: int) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    inside = a_log(0)
    near = a_log(1, point_no="TK1", easting=inside.easting + 95)
    far = a_log(2, point_no="TK2", easting=inside.easting + 900)
    issues = sent(officer, survey, template.write([inside, near, far]), dry_run="true").json()["issues"]
    outside = {each["message"].split()[1]: each["level"] for each in issues if each["code"] == "outside_parcel"}
    assert outside == {"TK1": "warning", "TK2": "error"}


def test_a_number_is_replaced_only_with_a_reason_and_the_earlier_record_stays(sign_in: SignIn, survey: int) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    assert sent(officer, survey, template.write([a_log(0)])).status_code == 201
    again = sent(officer, survey, template.write([a_log(0, waste_m="3")]))
    assert (again.status_code, again.json()["code"]) == (409, "survey.point_taken")
    assert sent(officer, survey, template.write([a_log(0, waste_m="3")]), replace_reason="编录更正").status_code == 201
    points = officer.get(f"{ROOT}/{survey}/points", params={"withdrawn": True}).json()["items"]
    assert [(p["waste_thickness_m"], p["removed_reason"]) for p in points] == [(2.0, "编录更正"), (3.0, None)]


def test_a_point_by_hand_says_what_is_wrong_with_it(sign_in: SignIn, survey: int) -> None:
    officer, log = sign_in(Role.WASTE_OFFICER), a_log(0)
    body = {
        "point_no": "TK01", "kind": "pit", "easting": str(log.easting), "northing": str(log.northing), "crs": METRIC_SRID,
        "total_depth_m": "3", "bottom_reached": True,
        "layers": [{"from_m": "0", "to_m": "1.2", "soil_name": "冲填土"}, {"from_m": "1.0", "to_m": "3", "soil_name": "杂填土"}],
    }  # fmt: skip
    answer = officer.post(f"{ROOT}/{survey}/points", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "overlap")
    body["layers"][1]["from_m"] = "1.2"
    made = officer.post(f"{ROOT}/{survey}/points", json=body).json()
    assert [(each["is_waste"], each["waste_class"]) for each in made["layers"]] == [(False, None), (True, "mixed")]
    assert made["waste_thickness_m"] == 1.8


def test_drawings_are_vector_and_a_section_names_its_holes(app: FastAPI, sign_in: SignIn, survey: int) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    point = drilled(app, survey)[1]
    drawn = officer.get(f"{ROOT}/{survey}/points/{point}/log.svg")
    assert (drawn.headers["content-type"], "ZK01" in drawn.text) == ("image/svg+xml", True)
    assert officer.get(f"{ROOT}/{survey}/points/{point}/log.pdf").content.startswith(b"%PDF")
    log = a_log(0)
    line = f"{log.easting - 10},{log.northing};{log.easting + 90},{log.northing}"
    cut = officer.get(f"{ROOT}/{survey}/section.svg", params={"line": line, "corridor_m": 5})
    assert all(name in cut.text for name in ("ZK00", "ZK01", "ZK02", "ZK03"))
    assert officer.get(f"{ROOT}/{survey}/section.svg", params={"line": "a,b"}).status_code == 400
    nowhere = officer.get(f"{ROOT}/{survey}/section.svg", params={"line": "0,0;1,1"})
    assert nowhere.json()["code"] == "surveys.drawing.no_hole"


def test_an_estimate_is_worked_out_by_the_worker_and_again_to_the_digit(
    app: FastAPI, services: CloneServices, sign_in: SignIn, survey: int
) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    none = officer.post(f"{ROOT}/{survey}/estimates", json={})
    assert (none.status_code, none.json()["code"]) == (422, "survey.no_holes")
    drilled(app, survey)
    asked = officer.post(f"{ROOT}/{survey}/estimates", json={"simulations": 60, "seed": 7})
    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    jobs.work_out(services.sessions, asked.json()["id"])
    jobs.work_out(services.sessions, asked.json()["id"])  # a job may come twice
    told = officer.get(
        f"{ROOT}/{survey}/estimates/{asked.json()['id']}", params={"waste_class": "demolition_waste"}
    ).json()
    assert told["state"] == "done"
    assert 0 < told["low_m3"] <= told["best_m3"] <= told["high_m3"]
    assert told["quantities"]["tonnes"]["best"] == pytest.approx(told["best_m3"] * 1.6, rel=1e-3)
    assert len(told["result"]["advice"]) == library.ADVISED
    again, _ = library.worked_out(told["inputs"])
    assert json.loads(json.dumps(again)) == told["result"]
    body = officer.post(f"{ROOT}/{survey}/bodies", json={"estimate_id": told["id"], "waste_class": "demolition_waste"})
    assert body.status_code == 201, body.text
    assert (body.json()["volume_best_m3"], body.json()["parcels"][0]["share"]) == (told["best_m3"], 1.0)


def test_an_estimate_that_cannot_be_made_says_why(
    app: FastAPI, services: CloneServices, sign_in: SignIn, survey: int
) -> None:
    drilled(app, survey, count=2)
    officer = sign_in(Role.WASTE_OFFICER)
    asked = officer.post(f"{ROOT}/{survey}/estimates", json={"simulations": 60}).json()
    jobs.work_out(services.sessions, asked["id"])
    told = officer.get(f"{ROOT}/{survey}/estimates/{asked['id']}").json()
    assert (told["state"], bool(told["failure"]["zh"]), bool(told["failure"]["en"])) == ("failed", True, True)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        assert session.get_one(VolumeEstimate, asked["id"]).result is None


def test_an_estimate_that_broke_off_does_not_wait_for_ever(
    app: FastAPI, services: CloneServices, sign_in: SignIn, survey: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drilled(app, survey)
    officer = sign_in(Role.WASTE_OFFICER)
    asked = officer.post(f"{ROOT}/{survey}/estimates", json={"simulations": 60}).json()

    def break_off(_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(library, "worked_out", break_off)
    with pytest.raises(ZeroDivisionError):
        jobs.work_out(services.sessions, asked["id"])
    told = officer.get(f"{ROOT}/{survey}/estimates/{asked['id']}").json()
    assert (told["state"], told["failure"]["code"]) == ("failed", "volume.broke")


def test_laboratory_values_stand_beside_the_limits_of_their_day(app: FastAPI, sign_in: SignIn, survey: int) -> None:
    drilled(
        app,
        survey,
        count=1,
        samples=(a_sample("S1", ("铅", "6", "mg/L"), ("砷", "4.9", "mg/L"), ("未列项目", "1", "mg/L")),),
    )
    told = sign_in(Role.WASTE_OFFICER).get(f"{ROOT}/{survey}/laboratory").json()
    assert [(each["analyte"], each["exceeds"], each["standard"]) for each in told["compared"]] == [
        ("砷", False, "GB 5085.3-2007"), ("铅", True, "GB 5085.3-2007"),
    ]  # fmt: skip
    assert (told["values"], told["screening"]["hazard"], told["screening"]["exceeding"]) == (3, "exceeded", 1)
    assert told["screening"]["confirmed"] is False, "numbers not compared with the printed standard say so"


def test_a_body_keeps_its_past(app: FastAPI, sign_in: SignIn, survey: int) -> None:
    officer = sign_in(Role.WASTE_OFFICER)
    outline = {
        "type": "Polygon",
        "coordinates": [[[113.5202, 22.3902], [113.5208, 22.3902], [113.5208, 22.3908], [113.5202, 22.3902]]],
    }
    made = officer.post(f"{ROOT}/{survey}/bodies", json={"geometry": outline, "waste_class": "mixed"}).json()
    tag = {"If-Match": f'"waste_body{made["id"]}.{made["row_version"]}"'}
    change = {"waste_class": "domestic_waste", "reason": "化验后更正类别"}
    assert officer.patch(f"/api/v1/waste-bodies/{made['id']}", json=change, headers=tag).status_code == 200
    assert officer.patch(f"/api/v1/waste-bodies/{made['id']}", json=change, headers=tag).status_code == 412
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        past = session.execute(text("select waste_class, reason from waste_body_version order by version_no")).all()
    assert [tuple(row) for row in past][-1] == ("domestic_waste", "化验后更正类别")
    assert past[0][0] == "mixed"
    elsewhere = {"type": "Polygon", "coordinates": [[[113.6, 22.5], [113.601, 22.5], [113.601, 22.501], [113.6, 22.5]]]}
    assert officer.post(f"{ROOT}/{survey}/bodies", json={"geometry": elsewhere}).json()["code"] == "survey.body_outside"


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.CASE_OFFICER, Role.LEADER])
def test_only_waste_officers_record(sign_in: SignIn, survey: int, role: Role) -> None:
    assert sent(sign_in(role), survey, b"x").status_code == 403


def test_a_person_of_another_area_sees_nothing_of_a_survey(app: FastAPI, sign_in: SignIn, survey: int) -> None:
    point = drilled(app, survey, count=1)[0]
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        other = an_area(session).id
    person = sign_in(Role.WASTE_OFFICER, area_id=other)
    for path in (
        f"{survey}/points",
        f"{survey}/points/{point}",
        f"{survey}/bodies",
        f"{survey}/estimates",
        f"{survey}/points.xlsx",
    ):
        assert person.get(f"{ROOT}/{path}").status_code == 404, path


def test_a_sample_is_added_within_its_hole_and_its_values_stand_beside_limits(
    app: FastAPI, sign_in: SignIn, survey: int
) -> None:
    drilled(app, survey, count=1)
    officer = sign_in(Role.WASTE_OFFICER)
    (point,) = officer.get(f"{ROOT}/{survey}/points").json()["items"]
    door = f"{ROOT}/{survey}/points/{point['id']}/samples"
    said = {"sample_no": "S1", "from_m": "1", "to_m": "99", "medium": "leachate_test", "taken_on": "2026-03-02"}
    refused = officer.post(door, json=said)
    assert (refused.json()["code"], refused.json()["errors"][0]["code"]) == ("survey.log_refused", "sample_depth")
    made = officer.post(door, json={**said, "to_m": "1.5"}).json()
    value = {"analyte": "铅", "value": "6", "unit": "mg/L"}
    officer.post(f"{ROOT}/{survey}/samples/{made['id']}/results", json={"results": [value]})
    told = officer.get(f"{ROOT}/{survey}/laboratory").json()
    (sample,) = told["items"]
    assert (sample["sample_no"], sample["point_no"], sample["medium_zh"]) == ("S1", point["point_no"], "固废浸出液")
    (limit,) = sample["results"][0]["limits"]
    assert (limit["exceeds"], limit["standard"], limit["holds_from"], limit["confirmed"]) == (
        True,
        "GB 5085.3-2007",
        "2007-10-01",
        False,
    )
    assert (told["analytes"]["leachate_test"]["铅"], told["analytes"]["soil"]["铅"]) == ("mg/L", "mg/kg")


def test_the_words_of_logs_are_told_in_both_languages(sign_in: SignIn) -> None:
    told = sign_in(Role.LEADER).get("/api/v1/survey-words").json()
    assert told["point_kinds"][0] == {"code": "borehole", "zh": "钻孔", "en": "borehole"}
    assert {"zh": "素填土", "en": "plain fill (soil)", "is_waste": False, "waste_class": None} in told["soils"]
    lists = [name for name in told if name != "soils"]
    assert all(one["code"] and one["zh"] and one["en"] for name in lists for one in told[name])
