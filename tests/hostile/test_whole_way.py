"""Hostile files on the whole way: uploaded, read by the worker, asked for; and by the command. Nothing of them stays."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.parcels.imports.files import Wish, import_file
from gis_service.parcels.imports.operations import Options
from tests.conftest import CloneServices, Person
from tests.hostile import corpus
from tests.hostile.conftest import Listener
from tests.hostile.corpus.case import Bait, Case, Refused
from tests.hostile.corpus.good import collection, degrees, feature
from tests.hostile.ends import has_chinese
from tests.live import work_off

SignIn = Callable[..., Person]

IDS = """H1-nothing-zip H2-cut-320-shp H3-no-dbf-shp H6-points--1-shp H8-2-rows-shp H10-xian80-shp H11-zone-4527-shp H21-open-array-geojson
H21-deep-arrays-features-geojson H22-crs-unknown-4-geojson H24-vrt-geojson-plain H25-vrt-net-geojson H25-vrt-as-shp H27-external-file-kml
H27-laughs-kml H28-link-net-kml H29-two-names H30-unsafe-0-zip H31-overlap-zip H32-encrypted H34-view-only-gpkg H35-other-sqlite-gpkg
H37-nul-csv H38-xxe-external-xlsx H38-dtd-workbook.xml-xlsx H39-local-dxf H40-local-txt H25-LINKED-tab H35-geo-array-parquet
H13-ovital-name""".split()  # noqa: SIM905 - names of cases
CASES = {case.id: case for case in corpus.CASES}
REFUSED = [CASES[name] for name in IDS]


@pytest.fixture
def officer(sign_in: SignIn) -> Person:
    return sign_in(Role.LAND_OFFICER)


def upload(person: Person, name: str, content: bytes, **form: str) -> Any:
    return person.post("/api/v1/imports", files={"file": (name, content)}, data=form)


def count(services: CloneServices, *tables: str) -> list[int]:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return [session.scalar(text(f"select count(*) from {table}")) or 0 for table in tables]


def stored(services: CloneServices) -> set[str]:
    return {path.name for path in services.store.root.rglob("*") if path.is_file()}


def test_uploads_are_refused_by_the_worker_and_leave_nothing(
    app: FastAPI, officer: Person, services: CloneServices, bait: Bait, listener: Listener, secret: str, cells: Path
) -> None:
    sent: dict[str, tuple[Case, str]] = {}
    originals = set()
    for case in REFUSED:
        content = case.bytes_for(bait)
        answer = upload(officer, case.name, content)
        assert answer.status_code == 202, (case.id, answer.text)
        sent[case.id] = case, answer.headers["location"]
        originals.add(hashlib.sha256(content).hexdigest())
    good = upload(officer, "good.geojson", collection(feature()).encode())
    work_off(services)
    for case, address in sent.values():
        batch = officer.get(address)
        _refused(case, batch.json())
        assert secret not in batch.text
        assert officer.post(f"{address}/accept", json={}).status_code == 409
    assert count(services, "parcel", "staged_row") == [0, 1]
    assert officer.get(good.headers["location"]).json()["state"] == "staged"  # the worker is alive, and went on
    assert officer.get("/healthz").status_code == 200
    assert stored(services) == originals | {hashlib.sha256(collection(feature()).encode()).hexdigest()}
    assert listener.visits == 0


def _refused(case: Case, batch: dict[str, Any]) -> None:
    assert isinstance(case.expects, Refused)
    assert batch["state"] == "failed", case.id
    problem = batch["error"]
    assert problem["code"] in case.expects.codes, case.id
    (said,) = problem["errors"]
    assert said["file"] == case.name
    assert {"layer", "row", "field", "line"} <= said.keys()
    assert has_chinese(problem["title_zh"])
    for word in case.expects.words:
        assert word in problem["title_zh"]
    for name in ("row", "line", "layer", "field"):
        wanted = getattr(case.expects, name)
        assert wanted is None or said[name] == wanted


@pytest.mark.parametrize("name", IDS[1:24:4])
def test_the_command_refuses_them_alike(
    name: str, services: CloneServices, bait: Bait, secret: str, cells: Path, tmp_path: Path
) -> None:
    case = CASES[name]
    path = tmp_path / Path(case.name).name
    path.write_bytes(case.bytes_for(bait))
    outcome = import_file(services, path, Options(), Wish(accept=True))
    assert isinstance(case.expects, Refused)
    (issue,) = outcome.issues
    assert issue["code"] in case.expects.codes
    assert (issue["file"], issue["level"]) == (path.name, "error")
    assert secret not in json.dumps(outcome.as_json(), default=str)
    assert count(services, "parcel", "staged_row") == [0, 0]
    assert len(stored(services)) == 1


# --- rows: what only the register can tell -----------------------------------------------------------------------

X, Y = 113.5345, 22.4025
LAND: dict[str, tuple[Any, str, str]] = {
    "H20-paris": ([[[2, 48], [3, 48], [3, 49], [2, 48]]], "place.outside_district", "不在本区范围内"),
    "H20-null-island": ([[[0, 0], [1, 0], [1, 1], [0, 0]]], "place.outside_district", "不在本区范围内"),
    "H20-antimeridian": ([[[179.9, 30], [-179.9, 30], [-179.9, 31], [179.9, 31], [179.9, 30]]], "place.outside_district", "°E"),
    "H20-pole": ([[[0, 88], [90, 88], [90, 89], [0, 88]]], "place.outside_district", "°N"),
    "H14-minus-zero": ([[[-0.0, Y], [-0.0, Y + 0.001], [0.001, Y], [-0.0, Y]]], "place.outside_district", "不在本区范围内"),
    "H12-other-hemisphere": ([[[-x, -y] for x, y in degrees()]], "place.outside_district", "不在本区范围内"),
    "H19-overlap": ([degrees(0, 0.0006)], "parcel.overlap_in_file", "平方米"),
    "H15-repeated-outline": ([degrees(1)], "parcel.same_outline", "完全相同"),
}  # fmt: skip
WORDS: dict[str, tuple[dict[str, Any], str, str]] = {
    "H41-name-300": ({"地块名称": "长" * 30_000}, "value.too_long", "地块名称"),
    "H41-area-1e300": ({"用地面积": "1e300"}, "value.area_unit", "用地面积"),
    "H41-area-1e400": ({"用地面积": "1e400"}, "value.area_unit", "用地面积"),
    "H41-area-word": ({"用地面积": "约十亩"}, "value.not_number", "用地面积"),
    "H41-area-negative": ({"用地面积": "-5"}, "value.not_number", "用地面积"),
    "H41-date-30-february": ({"收储时间": "2026-02-30"}, "value.not_date", "收储时间"),
    "H41-date-zeros": ({"收储时间": "0000-00-00"}, "value.not_date", "收储时间"),
    "H41-date-word": ({"收储时间": "去年"}, "value.not_date", "收储时间"),
    "H42-unknown-word": ({"围蔽情况": "不知道"}, "value.unknown_word", "围蔽情况"),
}


def test_rows_that_only_the_register_can_judge_are_named_with_row_and_field(
    officer: Person, services: CloneServices, cells: Path
) -> None:
    features = [feature([degrees(n)]) for n in range(2)]
    said: list[tuple[str, int, str, str, str | None]] = []
    for name, (coordinates, code, word) in LAND.items():
        features.append(feature(coordinates))
        said.append((name, len(features), code, word, None))
    for name, (properties, code, field) in WORDS.items():
        features.append({**feature([degrees(len(features) + 3)]), "properties": properties})
        said.append((name, len(features), code, field, field))
    for number, one in enumerate(features, start=1):
        one["properties"] = (
            {"地块编号": f"BW-{number:04}", **one["properties"]} if number > 2 else {"地块编号": f"BW-{number:04}"}
        )
        one["properties"]["地块编号"] = f"BW-{number:04}"
    address = upload(officer, "rows.geojson", collection(*features).encode()).headers["location"]
    work_off(services)
    batch = officer.get(address).json()
    assert batch["state"] == "staged", batch["error"]
    issues = officer.get(f"{address}/issues", params={"limit": 1000}).json()["items"]
    missed = []
    for name, row, code, word, field in said:
        here = [one for one in issues if one["row"] == row and one["code"] == code and field in (None, one["field"])]
        if not here or not any(word in one["message"] or word == one["field"] for one in here):
            missed.append((name, [(one["code"], one["field"], one["message"]) for one in issues if one["row"] == row]))
    assert missed == [], json.dumps(missed, ensure_ascii=False)
    assert count(services, "parcel") == [0]


# --- H43, H44: texts that mean something to somebody else --------------------------------------------------------

TEXTS = [
    "=cmd|' /C calc'!A0", "@SUM(1+1)", "+1+1", "-2+3", "\t=1", "<img src=x onerror=\"window.__pwned=1\">", "<script>window.__pwned=1</script>",
    "</script><script>window.__pwned=1</script>", "{{7*7}}", "${7*7}", "{% raw %}", "%n%s%x", "\u202etxt.exe", "a\u200b\u200cb", "\ufeffx",
    "'); DROP TABLE parcel;--", "\"; DELETE FROM parcel;--", "\\'; SELECT pg_sleep(9);--", "javascript:alert(1)", "&lt;b&gt;", "[link](http://127.0.0.1)",
]  # fmt: skip


def test_texts_are_stored_as_texts_and_come_out_inert(
    app: FastAPI, officer: Person, services: CloneServices, cells: Path
) -> None:
    features = [
        {
            **feature([degrees(n)]),
            "properties": {"地块编号": f"BW-{n:04}", "地块名称": f"名{text}", "备注": text, f"字段{text}": text},
        }
        for n, text in enumerate(TEXTS)
    ]
    address = upload(officer, "texts.geojson", collection(*features).encode()).headers["location"]
    work_off(services)
    assert officer.get(address).json()["state"] == "staged"
    accepted = officer.post(f"{address}/accept", json={})
    assert accepted.status_code == 200, accepted.text
    parcels = officer.get("/api/v1/parcels", params={"limit": 100}).json()["items"]
    assert len(parcels) == len(TEXTS)
    assert count(services, "parcel") == [len(TEXTS)]
    names = {one["parcel_name"] for one in parcels}
    assert {f"名{text}".strip() for text in TEXTS if text.isprintable() and text.isascii()} <= {
        name.strip() for name in names
    }
    page = officer.get("/api/v1/map.html")
    if page.status_code == 200:
        assert "<script>window.__pwned" not in page.text
        assert "<img src=x onerror" not in page.text
    for answer in (
        officer.get("/api/v1/parcels"),
        officer.get("/ogc/collections/parcel-disposal/items", params={"f": "json"}),
    ):
        assert answer.headers["content-type"].partition(";")[0] != "text/html"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_same_file_twice_is_kept_once(officer: Person, services: CloneServices, cells: Path) -> None:
    content = collection(feature()).encode()
    first, second = (upload(officer, name, content) for name in ("a.geojson", "b.geojson"))
    work_off(services)
    assert officer.post(f"{first.headers['location']}/accept", json={}).status_code == 200
    assert len(stored(services)) == 1
    told = officer.get(second.headers["location"]).json()
    assert told["state"] == "staged"
    assert officer.post(f"{second.headers['location']}/accept", json={}).status_code == 409
    assert count(services, "parcel") == [1]
