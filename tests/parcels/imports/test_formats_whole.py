"""The further formats the whole way: from the form or the command line to the register, numbers and marks included."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ezdxf
import numpy as np
import pytest
import typer
from fastapi import FastAPI
from sqlalchemy import text
from typer.testing import CliRunner

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.geo import shift
from gis_service.parcels.imports import cli, jobs
from gis_service.parcels.imports.files import Wish, import_file
from gis_service.parcels.imports.operations import Options
from tests.commands import installed
from tests.conftest import CloneServices, Person
from tests.parcels.imports.made import DISTRICT

SignIn = Callable[..., Person]

CORNERS = [(1000, 1000), (1000, 1100), (1100, 1100), (1100, 1000)]
POINTS = [[1000, 1000, 452_100, 2_478_450], [1100, 1000, 452_200, 2_478_450], [1000, 1100, 452_100, 2_478_550]]


def drawing(folder: Path) -> Path:
    """A drawing in coordinates of its own, with a number in its outline."""
    made = ezdxf.new("R2010")
    made.modelspace().add_lwpolyline(CORNERS, close=True, dxfattribs={"layer": "用地红线"})
    made.modelspace().add_text("TJ-06-12", height=3).set_placement((1040, 1050))
    path = folder / "红线.dxf"
    out = io.StringIO()
    made.write(out)
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def ovital(folder: Path) -> Path:
    """A red line drawn on 奥维: a closed line in GCJ-02."""
    lon, lat = shift.wgs84_to_gcj02(
        np.array([113.537, 113.538, 113.538, 113.537]), np.array([22.402, 22.402, 22.401, 22.401])
    )
    pairs = [f"{x:.9f},{y:.9f}" for x, y in zip(lon, lat, strict=True)]
    line = f"<LineString><coordinates>{' '.join([*pairs, pairs[0]])}</coordinates></LineString>"
    path = folder / "红线.ovkml"
    path.write_text(
        f"<kml><Document><Placemark><name>北围一号</name>{line}</Placemark></Document></kml>", encoding="utf-8"
    )
    return path


@pytest.fixture
def command(services: CloneServices) -> typer.Typer:
    return installed(cli.install, services)


def parcels(services: CloneServices) -> list[dict[str, Any]]:
    columns = "parcel_no, parcel_name, geom_source, geom_accuracy_m, area_computed_m2, area_computed_crs"
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return [dict(row) for row in session.execute(text(f"select {columns} from parcel order by id")).mappings()]


def test_a_drawing_in_local_coordinates_lands_by_a_csv_of_points(
    command: typer.Typer, services: CloneServices, tmp_path: Path
) -> None:
    path = drawing(tmp_path)
    refused = CliRunner().invoke(command, ["import", str(path), "--json"])
    assert refused.exit_code == 2
    assert "--control-points" in json.loads(refused.stdout)["issues"][0]["message"]
    csv = tmp_path / "同名点.csv"
    csv.write_text(
        "点号,x,y,东,北\n" + "\n".join(f"K,{','.join(map(str, point))}" for point in POINTS), encoding="utf-8-sig"
    )
    done = CliRunner().invoke(command, ["import", str(path), "--control-points", str(csv), "--accept", "--json"])
    assert done.exit_code == 0, done.stdout
    printed = json.loads(done.stdout)
    assert "残差" in " ".join(printed["crs"]["evidence_zh"])
    (row,) = parcels(services)
    assert (row["parcel_no"], row["geom_source"], float(row["geom_accuracy_m"])) == ("TJ-06-12", "imported", 0.5)
    assert (float(row["area_computed_m2"]), row["area_computed_crs"]) == (10_000.0, 4547)


def test_the_red_line_of_ovital_lands_once_somebody_says_what_it_is(services: CloneServices, tmp_path: Path) -> None:
    path = ovital(tmp_path)
    assert import_file(services, path).issues[0]["code"] == "kml.ovital"
    outcome = import_file(services, path, Options(shift="gcj02"), Wish(accept=True))
    assert outcome.good, outcome.issues
    (row,) = parcels(services)
    assert (row["parcel_name"], row["geom_source"], float(row["geom_accuracy_m"])) == (
        "北围一号",
        "gcj02_converted",
        5.0,
    )


def test_a_bare_mapinfo_table_is_kept_whole(services: CloneServices, shared_data: Path) -> None:
    outcome = import_file(services, shared_data / "mapinfo/Up.tab", Options(number_field="ID"))
    assert (outcome.counts["rows"], outcome.counts["refused"]) == (81, 2)
    (kept,) = [path for path in services.store.root.rglob("*") if path.is_file()]
    assert kept.read_bytes()[:2] == b"PK"


def test_the_form_takes_points_and_shift(app: FastAPI, sign_in: SignIn, tmp_path: Path) -> None:
    officer = sign_in(Role.LAND_OFFICER)

    def upload(path: Path, **form: str) -> Any:
        with path.open("rb") as source:
            return officer.post("/api/v1/imports", files={"file": (path.name, source)}, data=form)

    def read(answer: Any) -> Any:
        assert answer.status_code == 202, answer.text
        jobs.process(app.state.sessions, app.state.store, answer.json()["id"], box=DISTRICT.box, district_code="440402")
        return officer.get(answer.headers["location"]).json()

    fitted = read(upload(drawing(tmp_path), control_points=json.dumps(POINTS)))
    assert (fitted["state"], fitted["crs"]["geom_source"], fitted["crs"]["accuracy_m"]) == ("staged", "imported", 0.5)
    assert fitted["options"]["control_points"] == POINTS
    shifted = read(upload(ovital(tmp_path), shift="gcj02", control_points=""))
    assert (shifted["state"], shifted["crs"]["geom_source"]) == ("staged", "gcj02_converted")
    affine = read(upload(drawing(tmp_path), control_points=json.dumps(POINTS), affine="true"))
    assert "仿射" in " ".join(affine["crs"]["evidence"])
    broken = upload(drawing(tmp_path), control_points="[[1,2,3]]")
    assert (broken.status_code, broken.json()["code"]) == (400, "import.control_points")
    wrong = upload(drawing(tmp_path), shift="mars")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "shift")
