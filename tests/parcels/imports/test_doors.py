"""Imports over HTTP: upload, look, decide, each with the shapes that pages and scripts rely on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, box

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.imports import jobs
from tests.conftest import Person
from tests.examples import TXT_A
from tests.factories import an_area, land
from tests.parcels.imports.made import DISTRICT, feature, geojson, txt

SignIn = Callable[..., Person]


def upload(person: Person, path: Path, **form: str) -> Any:
    with path.open("rb") as source:
        return person.post("/api/v1/imports", files={"file": (path.name, source)}, data=form)


def read(app: FastAPI, batch_id: int) -> None:
    """What the worker does."""
    state = app.state
    jobs.process(state.sessions, state.store, batch_id, box=DISTRICT.box, district_code="440402")


def imported(app: FastAPI, person: Person, path: Path, **form: str) -> str:
    """The address of a batch that was uploaded and read."""
    answer = upload(person, path, **form)
    assert answer.status_code == 202, answer.text
    read(app, answer.json()["id"])
    return str(answer.headers["location"])


@pytest.fixture
def officer(sign_in: SignIn) -> Person:
    return sign_in(Role.LAND_OFFICER)


def test_a_file_goes_the_whole_way(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    address = imported(app, officer, txt(tmp_path, TXT_A))
    batch = officer.get(address).json()
    assert batch["state"] == "staged"
    assert batch["crs"]["epsg"] == 4526
    assert batch["crs"]["axis_swapped"] is False
    assert batch["crs"]["evidence"]
    assert batch["encoding"]["name"] == "GB18030"
    assert batch["counts"]["acceptable"] == 1
    accepted = officer.post(f"{address}/accept", json={"reason": "年度更新"})
    assert accepted.status_code == 200
    assert accepted.json()["state"] == "accepted"
    parcel = officer.get("/api/v1/parcels", params={"parcel_no": "BW-0001"}).json()["items"][0]
    assert parcel["area_computed_m2"] == 90_000
    undone = officer.post(f"{address}/undo", json={"reason": "弄错了"})
    assert undone.json()["state"] == "undone"
    assert officer.get("/api/v1/parcels").json()["total"] == 0


def test_the_answer_to_an_upload_says_where_to_look_and_queues_the_job(
    app: FastAPI, officer: Person, tmp_path: Path
) -> None:
    answer = upload(officer, txt(tmp_path, TXT_A), crs="", number_field="")
    assert answer.status_code == 202
    body = answer.json()
    assert (body["state"], body["file_name"], body["counts"]) == ("queued", "made.txt", None)
    assert body["options"]["crs"] is None
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        queued = session.connection().exec_driver_sql("select task_name, args from jobs.procrastinate_jobs").one()
    assert tuple(queued) == (jobs.TASK, {"batch_id": body["id"]})


def test_rows_come_with_their_issues_page_by_page(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    features = [feature(land(n), f"A{n}") for n in range(3)] + [feature(None, "B", 备注="无图")]
    address = imported(app, officer, geojson(tmp_path, *features))
    first = officer.get(f"{address}/rows", params={"limit": 3}).json()
    assert [row["row"] for row in first["items"]] == [1, 2, 3]
    last = officer.get(f"{address}/rows", params={"limit": 3, "after": first["next"]}).json()
    (row,) = last["items"]
    assert last["next"] is None
    assert (row["parcel_no"], row["verdict"]) == ("B", "error")
    assert row["attributes"] == {"parcel_no": "B", "备注": "无图"}
    (issue,) = row["issues"]
    assert (issue["code"], issue["row"], issue["file"]) == ("geometry.missing", 4, "made.geojson")
    only = officer.get(f"{address}/rows", params={"verdict": "error"}).json()["items"]
    assert [row["row"] for row in only] == [4]


def test_issues_are_listed_by_level_in_the_readers_language(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    address = imported(app, officer, geojson(tmp_path, feature(None, "A"), feature(box(112, 23, 112.01, 23.01), "B")))
    zh = officer.get(f"{address}/issues", params={"level": "error"}).json()["items"]
    en = officer.get(f"{address}/issues", params={"level": "error"}, headers={"Accept-Language": "en"}).json()["items"]
    assert [issue["code"] for issue in zh] == ["geometry.missing"]
    assert zh[0]["message"].startswith("没有图形")
    assert en[0]["message"].startswith("The row has no geometry")
    of_code = officer.get(f"{address}/issues", params={"code": "place.outside_district"}).json()["items"]
    assert [issue["row"] for issue in of_code] == [2]


def test_what_is_said_of_the_file_as_a_whole_is_shown_with_the_batch(
    app: FastAPI, officer: Person, tmp_path: Path
) -> None:
    address = imported(app, officer, geojson(tmp_path, feature(land(), None, opa="1")))
    codes = [issue["code"] for issue in officer.get(address).json()["issues"]]
    assert codes == ["column.unknown", "parcel.no_number_column"]


def test_outlines_are_drawn_with_their_verdicts(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    bowtie = {
        "type": "Polygon",
        "coordinates": [[[113.5, 22.4], [113.51, 22.41], [113.51, 22.4], [113.5, 22.41], [113.5, 22.4]]],
    }
    crossed = {"type": "Feature", "properties": {"parcel_no": "B"}, "geometry": bowtie}
    address = imported(app, officer, geojson(tmp_path, feature(land(), "A'\"<"), crossed, feature(None, "C")))
    answer = officer.get(f"{address}/geojson")
    assert answer.headers["content-type"].startswith("application/geo+json")
    found = {feature["id"]: feature["properties"] for feature in json.loads(answer.text)["features"]}
    assert {row: (about["parcel_no"], about["verdict"]) for row, about in found.items()} == {
        1: ("A'\"<", "ok"),
        2: ("B", "error"),
    }


def test_the_refusal_of_a_file_with_bad_rows_lists_them(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    address = imported(app, officer, geojson(tmp_path, feature(land(), "A"), feature(None, "B")))
    answer = officer.post(f"{address}/accept", json={})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["refused"], problem["acceptable"]) == ("import.rows_refused", 1, 1)
    assert problem["errors"][0]["row"] == 2
    assert officer.post(f"{address}/accept", json={"good_rows": True}).json()["counts"]["landed"] == 1


def test_a_failed_batch_shows_its_problem_in_the_readers_language(
    app: FastAPI, officer: Person, tmp_path: Path
) -> None:
    path = tmp_path / "x.geojson"
    path.write_text("[]")
    address = imported(app, officer, path)
    error = officer.get(address, headers={"Accept-Language": "en"}).json()["error"]
    assert error["code"] == "json.not_geojson"
    assert error["title"].startswith("This is JSON")


def test_a_batch_may_be_refused_with_a_reason(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    address = imported(app, officer, geojson(tmp_path, feature(land(), "A")))
    assert officer.post(f"{address}/refuse", json={"reason": "重复"}).json()["state"] == "refused"
    again = officer.post(f"{address}/refuse", json={})
    assert again.status_code == 409


def test_undo_needs_a_reason(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    address = imported(app, officer, geojson(tmp_path, feature(land(), "A")))
    officer.post(f"{address}/accept", json={})
    assert officer.post(f"{address}/undo", json={}).status_code == 400
    assert officer.post(f"{address}/undo", json={"reason": " "}).json()["code"] == "parcel.no_reason"


def test_batches_are_listed_newest_first_page_by_page(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    for number in range(3):
        upload(officer, geojson(tmp_path, feature(land(), "A"), name=f"{number}.geojson"))
    first = officer.get("/api/v1/imports", params={"limit": 2}).json()
    assert [batch["file_name"] for batch in first["items"]] == ["2.geojson", "1.geojson"]
    rest = officer.get("/api/v1/imports", params={"limit": 2, "after": first["next"]}).json()
    assert [batch["file_name"] for batch in rest["items"]] == ["0.geojson"]
    assert rest["next"] is None


def test_a_repeated_upload_under_one_key_is_one_batch(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    path = geojson(tmp_path, feature(land(), "A"))
    answers = []
    for _ in range(2):
        with path.open("rb") as source:
            headers = {"Idempotency-Key": "k1"}
            answers.append(officer.post("/api/v1/imports", files={"file": (path.name, source)}, headers=headers))
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert len(officer.get("/api/v1/imports").json()["items"]) == 1


def test_an_upload_that_is_too_large_is_refused_before_it_is_taken(
    app: FastAPI, officer: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(app.state.settings, "max_upload_mb", 1)
    path = tmp_path / "big.geojson"
    path.write_bytes(b" " * 2_000_000)
    answer = upload(officer, path)
    assert (answer.status_code, answer.json()["code"]) == (413, "import.too_large")


def test_an_upload_of_unknown_length_is_refused(app: FastAPI, officer: Person) -> None:
    answer = officer.post("/api/v1/imports", content=iter([b"x"]))
    assert (answer.status_code, answer.json()["code"]) == (411, "import.length_required")


def test_a_stranger_uploads_nothing(app: FastAPI) -> None:
    stranger = Person(app, headers={"Sec-Fetch-Site": "same-origin"}, raise_server_exceptions=False)
    answer = stranger.post("/api/v1/imports", files={"file": ("x.geojson", b"{}")})
    assert answer.status_code == 401


def test_somebody_without_the_right_uploads_nothing(app: FastAPI, sign_in: SignIn) -> None:
    answer = sign_in(Role.INSPECTOR).post("/api/v1/imports", files={"file": ("x.geojson", b"{}")})
    assert (answer.status_code, answer.json()["code"]) == (403, "access.forbidden")


def test_an_officer_of_one_area_lands_parcels_there_and_sees_only_own_imports(
    app: FastAPI, officer: Person, sign_in: SignIn, tmp_path: Path
) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        around = from_shape(MultiPolygon([box(113.51, 22.38, 113.53, 22.40)]), srid=STORAGE_SRID)
        mine = an_area(session, geom=around).id
    local = sign_in(Role.LAND_OFFICER, area_id=mine)
    elsewhere = box(113.60, 22.38, 113.601, 22.381)
    address = imported(app, local, geojson(tmp_path, feature(land(), "A"), feature(elsewhere, "B")))
    rows = local.get(f"{address}/rows").json()["items"]
    assert [row["verdict"] for row in rows] == ["ok", "error"]
    landed = local.post(f"{address}/accept", json={"good_rows": True})
    assert landed.json()["counts"]["landed"] == 1
    assert local.get("/api/v1/parcels").json()["total"] == 1
    others = imported(app, officer, geojson(tmp_path, feature(land(3), "C")))
    assert local.get(others).status_code == 404
    assert [batch["id"] for batch in local.get("/api/v1/imports").json()["items"]] == [int(address.rsplit("/", 1)[1])]


def test_whoever_accepts_needs_the_scope_too(app: FastAPI, officer: Person, sign_in: SignIn, tmp_path: Path) -> None:
    """An officer who lost the area between upload and acceptance lands nothing there."""
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        around = from_shape(MultiPolygon([box(113.51, 22.38, 113.53, 22.40)]), srid=STORAGE_SRID)
        mine = an_area(session, geom=around).id
    local = sign_in(Role.LAND_OFFICER, area_id=mine)
    address = imported(app, local, geojson(tmp_path, feature(land(), "A")))
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.connection().exec_driver_sql(
            "update area set geom = st_multi(st_makeenvelope(113.6, 22.3, 113.61, 22.31, 4490))"
        )
    answer = local.post(f"{address}/accept", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "import.nothing_to_land")
