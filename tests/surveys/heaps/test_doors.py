"""Two elevation models sent, compared in the sandbox by the worker, and their heaps with volume, place and parcel."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from fastapi import FastAPI
from shapely.geometry import shape
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs
from gis_service.parcels.models import Parcel
from gis_service.surveys.heaps import comparing, jobs
from gis_service.surveys.heaps.comparing import Model
from tests.conftest import Person
from tests.factories import an_area
from tests.surveys.heaps.conftest import FAR, ROOT, SignIn, ask, done
from tests.surveys.heaps.making import LARGE, SMALL, a_pair, heights, middle_of, write, write_xyz


def heaps_of(person: Person, comparison: dict[str, Any]) -> list[dict[str, Any]]:
    return person.get(f"{ROOT}/{comparison['id']}/heaps").json()["features"]


def rows(app: FastAPI, table: str) -> int:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return session.scalar(text(f"select count(*) from {table}"))


def test_two_models_come_to_totals_and_heaps(
    officer: Person, parcel: Parcel, compared: dict[str, Any], tmp_path: Path
) -> None:
    with rasterio.open(tmp_path / "前期.tif") as first, rasterio.open(tmp_path / "后期.tif") as second:
        dh = second.read(1).astype(float) - first.read(1)
    result = compared["result"]
    assert (compared["state"], compared["failure"], compared["heaps"]) == ("done", None, {"offered": 2})
    up = result["shift"]["up_m"]
    assert result["net_m3"] == pytest.approx((dh + up).sum(), rel=0.01)
    assert result["fill_m3"] - result["cut_m3"] == pytest.approx(result["net_m3"], abs=0.01)
    assert 0.03 < result["noise"]["sigma_m"] < 0.06, "two flights of 3 cm each"
    first, second = heaps_of(officer, compared)
    for heap, cone in ((first, LARGE), (second, SMALL)):
        said = heap["properties"]
        assert said["low_m3"] < cone.volume_m3 < said["high_m3"]
        assert said["best_m3"] == pytest.approx(cone.volume_m3, rel=0.1)
        assert (said["state"], said["parcel_no"], said["parcel_share"]) == ("offered", parcel.parcel_no, 1.0)
        plane = crs.transform(shape(heap["geometry"]), STORAGE_SRID, METRIC_SRID)
        east, north = middle_of()
        assert abs(plane.centroid.x - east - cone.east_m) < 2
        assert abs(plane.centroid.y - north - cone.north_m) < 2
        assert plane.area == pytest.approx(said["area_m2"], rel=0.15)


def test_the_job_done_again_changes_nothing(app: FastAPI, officer: Person, compared: dict[str, Any]) -> None:
    jobs.compare(app.state.sessions, app.state.store, compared["id"])
    assert officer.get(f"{ROOT}/{compared['id']}").json() == compared
    assert rows(app, "heap") == 2


def test_text_and_cloud_optimised_files_are_read_as_well(app: FastAPI, officer: Person, tmp_path: Path) -> None:
    at = middle_of()
    before = write_xyz(tmp_path / "before.xyz", heights(at, 1), at)
    after = write(tmp_path / "after.tif", heights(at, 2, (LARGE,)), at, driver="COG")
    assert done(app, officer, before, after)["failure"]["code"] == "elevation.no_crs"
    told = done(app, officer, before, after, options={"before_crs": METRIC_SRID})
    assert told["heaps"] == {"offered": 1}, told


def test_the_same_files_are_compared_again_with_other_options(
    app: FastAPI, officer: Person, compared: dict[str, Any]
) -> None:
    again = officer.post(f"{ROOT}/{compared['id']}/again", json={"coregister": False, "least_m3": 200})
    assert again.status_code == 202, again.text
    jobs.compare(app.state.sessions, app.state.store, again.json()["id"])
    told = officer.get(f"{ROOT}/{again.json()['id']}").json()
    assert (told["result"]["shift"], told["heaps"]) == (None, {"offered": 1}), (
        "without a shift; the small heap is below the least"
    )
    assert [each["id"] for each in officer.get(ROOT).json()["items"]] == [told["id"], compared["id"]]


def test_only_the_ground_around_one_parcel_is_compared(
    app: FastAPI, officer: Person, parcel: Parcel, tmp_path: Path
) -> None:
    pair = a_pair(tmp_path)
    assert ask(officer, *pair, options={"parcel_no": "无此地块"}).status_code == 404
    told = done(app, officer, *pair, options={"parcel_no": parcel.parcel_no})
    assert told["heaps"] == {"offered": 2}


def test_what_comes_in_goes_out_again(officer: Person, compared: dict[str, Any], tmp_path: Path) -> None:
    out = officer.get(f"{ROOT}/{compared['id']}/after/content")
    assert out.content == (tmp_path / "后期.tif").read_bytes()
    assert "attachment" in out.headers["content-disposition"]


# --- stopped and withdrawn --------------------------------------------------------------------------------------------


def test_a_comparison_withdrawn_while_it_waits_is_never_worked_out(
    app: FastAPI, officer: Person, tmp_path: Path
) -> None:
    sent = ask(officer, *a_pair(tmp_path)).json()
    assert officer.post(f"{ROOT}/{sent['id']}/withdraw", json={"reason": ""}).status_code == 400
    gone = officer.post(f"{ROOT}/{sent['id']}/withdraw", json={"reason": "选错文件"})
    assert (gone.status_code, gone.json()["state"], gone.json()["withdrawn_reason"]) == (200, "withdrawn", "选错文件")
    jobs.compare(app.state.sessions, app.state.store, sent["id"])
    assert (officer.get(f"{ROOT}/{sent['id']}").json()["result"], rows(app, "heap")) == (None, 0)
    assert officer.get(ROOT).json()["items"] == []
    assert len(officer.get(f"{ROOT}?withdrawn=true").json()["items"]) == 1
    twice = officer.post(f"{ROOT}/{sent['id']}/withdraw", json={"reason": "再撤"})
    assert (twice.status_code, twice.json()["code"]) == (409, "elevation.ended")


def test_the_work_stops_when_it_is_called_off(tmp_path: Path) -> None:
    before, after = a_pair(tmp_path)
    heard: list[str] = []

    def told(stage: str) -> bool:
        heard.append(stage)
        return False

    answer = comparing.compared(Model(before, "a.tif"), Model(after, "b.tif"), {}, told)
    assert ("refused" in answer, len(heard)) == (True, 1)


def test_stages_are_told_while_it_works(tmp_path: Path) -> None:
    before, after = a_pair(tmp_path)
    heard: set[str] = set()
    answer = comparing.compared(
        Model(before, "a.tif"), Model(after, "a.tif"), {}, lambda stage: heard.add(stage) is None
    )
    assert ("heaps" in answer, heard <= {"", "reading", "comparing", "finding"}) == (True, True)
    assert answer["files"] in {"landlock", "open"}
    assert answer["peak_memory_mb"] < 1000


def test_heaps_of_a_withdrawn_comparison_are_off_the_map_and_undecidable(
    app: FastAPI, officer: Person, compared: dict[str, Any]
) -> None:
    heap = heaps_of(officer, compared)[0]
    assert rows(app, "layer.heap") == 2
    officer.post(f"{ROOT}/{compared['id']}/withdraw", json={"reason": "后期有云影"})
    assert (rows(app, "layer.heap"), rows(app, "heap")) == (0, 2)
    refused = officer.post(f"/api/v1/heaps/{heap['id']}/leave", json={"reason": "工地"})
    assert (refused.status_code, refused.json()["code"]) == (409, "elevation.ended")


# --- who may ----------------------------------------------------------------------------------------------------------


def test_who_may_compare_and_who_may_look(
    app: FastAPI, sign_in: SignIn, parcel: Parcel, compared: dict[str, Any], tmp_path: Path
) -> None:
    one = f"{ROOT}/{compared['id']}"
    for role, reads in ((Role.INSPECTOR, 200), (Role.LAND_OFFICER, 200), (Role.LEADER, 200), (Role.AUDITOR, 403)):
        person = sign_in(role)
        assert (person.get(one).status_code, ask(person, *a_pair(tmp_path)).status_code) == (reads, 403)
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        other = an_area(session, geom=FAR).id
    there, elsewhere = (sign_in(Role.WASTE_OFFICER, area_id=area) for area in (parcel.area_id, other))
    assert (there.get(one).status_code, len(heaps_of(there, compared))) == (200, 2)
    assert elsewhere.get(one).status_code == 404


def test_an_officer_of_an_area_sees_the_own_comparison_but_heaps_of_the_own_land_alone(
    app: FastAPI, sign_in: SignIn, parcel: Parcel, tmp_path: Path
) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        other = an_area(session, geom=FAR).id
    person = sign_in(Role.WASTE_OFFICER, area_id=other)
    told = done(app, person, *a_pair(tmp_path))
    assert (told["state"], told["heaps"], heaps_of(person, told)) == ("done", {}, [])


# --- the real pair ----------------------------------------------------------------------------------------------------


def test_the_volumes_of_a_real_pair_are_those_of_plain_numpy(app: FastAPI, officer: Person, shared_data: Path) -> None:
    before, after = (shared_data / "raster" / f"longyearbyen_DEM_{when}_crop300.tif" for when in ("before", "after"))
    if not before.is_file():
        pytest.skip("the pair is not here")
    with rasterio.open(before) as first, rasterio.open(after) as second:
        a, b = (file.read(1, masked=True).astype(float).filled(np.nan) for file in (first, second))
        cell_m2 = abs(first.transform.a * first.transform.e)
    a, b = (np.where((z > -500) & (z < 9000), z, np.nan) for z in (a, b))
    volume = (b - a)[np.isfinite(a) & np.isfinite(b)] * cell_m2
    told = done(app, officer, before, after, options={"coregister": False})
    result = told["result"]
    assert told["state"] == "done", told["failure"]
    assert result["net_m3"] == pytest.approx(volume.sum(), rel=0.01)
    assert result["fill_m3"] == pytest.approx(volume[volume > 0].sum(), rel=0.01)
    assert result["cut_m3"] == pytest.approx(-volume[volume < 0].sum(), rel=0.01)
    assert any("配准" in note["zh"] for note in result["notes"])
