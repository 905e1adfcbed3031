"""Every real file there is, tried at once: the table of outcomes line by line against what is known of each file, and every
outline against another reading. Nothing may lie more than a metre off without being told.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import typer
from shapely.geometry.base import BaseGeometry
from typer.testing import CliRunner

from gis_service.parcels.imports import cli, jobs
from gis_service.parcels.imports.operations import Options
from gis_service.parcels.imports.trial import trying as trial
from gis_service.parcels.reading.result import ReadResult, Row
from gis_service.parcels.reading.sniff import BY_NAME
from tests.parcels.imports import independent
from tests.parcels.imports.made import DISTRICT
from tests.parcels.imports.outcomes import EVERYWHERE, KNOWN, Known, Refused

pytestmark = pytest.mark.shared_data

READABLE = [name for name, known in KNOWN.items() if isinstance(known, Known)]
GIVEN = [name for name, known in KNOWN.items() if isinstance(known, Refused) and known.given]

APART_M = 1.0


@dataclass(frozen=True)
class Seen:
    """A file as the command told of it, with the rows it was read to."""

    line: dict[str, Any]
    rows: list[Row]

    @property
    def codes(self) -> dict[str, int]:
        return {found["code"]: found["rows"] for found in self.line["found"]}

    @property
    def outlines(self) -> list[BaseGeometry | None]:
        return [row.shape for row in self.rows]

    def errors(self, row: Row) -> list[str]:
        return [issue.code for issue in row.issues if issue.level == "error"]


class Recorder:
    """Keeps the rows of every file that is read while the command runs."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {}

    def read(self, path: Path, file_name: str, options: Options, *more: Any) -> ReadResult:
        result = READ(path, file_name, options, *more)
        self.rows[str(path)] = list(result.rows)
        return result


READ = jobs.read


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    made = Recorder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "read", made.read)
        yield made


@pytest.fixture(scope="module")
def printed(shared_data: Path, recorder: Recorder) -> dict[str, Any]:
    """What `gis-service parcels try FOLDER --json` prints for the whole folder: one run for all tests here."""
    app = typer.Typer()
    app.callback()(lambda: None)
    cli.install_trial(app, lambda: DISTRICT)
    done = CliRunner().invoke(app, ["try", str(shared_data), "--json"])
    assert done.exit_code == 2, done.exception  # some of it cannot be accepted
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def table(printed: dict[str, Any], recorder: Recorder, shared_data: Path) -> dict[str, Seen]:
    return {
        line["file"]: Seen(line, recorder.rows.get(str(shared_data / line["file"]), [])) for line in printed["files"]
    }


@pytest.fixture(scope="module")
def given(shared_data: Path, recorder: Recorder) -> dict[str, Seen]:
    """The files that ask for a coordinate system, read once more with one."""
    found = {}
    for name in GIVEN:
        known = KNOWN[name]
        assert isinstance(known, Refused)
        outcome = trial.tried(shared_data / name, DISTRICT, Options(crs=known.given), name=name)
        found[name] = Seen(outcome.as_json(), recorder.rows.get(str(shared_data / name), []))
    return found


# --- the table ---------------------------------------------------------------------------------------------------


def test_every_file_of_a_kind_the_register_takes_is_known_and_the_other_way(
    table: dict[str, Seen], shared_data: Path
) -> None:
    files = {str(path.relative_to(shared_data)) for path in shared_data.rglob("*") if path.suffix.lower() in BY_NAME}
    parts = {str(Path(name).with_suffix(".dbf")) for name in files if name.endswith(".shp")} | {"mapinfo/Up.dat"}
    assert files - parts == set(KNOWN)
    assert set(table) == set(KNOWN)


def test_what_was_passed_over_and_left_out_is_told(printed: dict[str, Any], shared_data: Path) -> None:
    kinds = {".ags", ".gpx", ".jpg", ".heic", ".tif", ".md"}
    assert printed["passed_over"] == sum(path.suffix.lower() in kinds for path in shared_data.rglob("*"))
    assert {"parcel.overlap", "parcel.duplicate_no", "place.outside_scope"} <= set(printed["left_out"])


def require_known(seen: Seen, known: Known) -> None:
    line = seen.line
    assert line["refusal"] is None
    assert (line["rows"], line["acceptable"]) == (known.rows, known.acceptable)
    assert (line["crs"]["epsg"], line["encoding"]["name"]) == (known.epsg, known.encoding)
    assert line["with_outline"] == (known.rows if known.outlines is None else known.outlines)
    if known.epsg:
        assert known.said in "".join(line["crs"]["evidence_zh"])
        assert line["crs"]["evidence_zh"]
    outside = line["with_outline"] if known.outside is None else known.outside
    expected = known.codes | ({"place.outside_district": outside} if outside else {})
    assert {code: count for code, count in seen.codes.items() if code not in EVERYWHERE} == expected
    assert line["fixes"] == known.fixes
    if known.layers:
        assert tuple((one["name"], one["rows"], one["read"]) for one in line["layers"]) == known.layers


@pytest.mark.parametrize("name", READABLE)
def test_a_line_says_what_is_known_of_the_file(name: str, table: dict[str, Seen]) -> None:
    known = KNOWN[name]
    assert isinstance(known, Known)
    require_known(table[name], known)


@pytest.mark.parametrize("name", [name for name, known in KNOWN.items() if isinstance(known, Refused)])
def test_a_refused_file_is_a_line_with_its_sentence(name: str, table: dict[str, Seen]) -> None:
    known, line = KNOWN[name], table[name].line
    assert isinstance(known, Refused)
    assert line["refusal"]["code"] == known.code
    assert known.says in line["refusal"]["zh"]
    assert (line["rows"], line["acceptable"], line["good"]) == (0, 0, False)


@pytest.mark.parametrize("name", GIVEN)
def test_a_file_that_asks_for_a_system_is_read_once_it_is_given(name: str, given: dict[str, Seen]) -> None:
    known = KNOWN[name]
    assert isinstance(known, Refused)
    if isinstance(known.then, Known):
        require_known(given[name], known.then)
    else:
        assert given[name].line["refusal"]["code"] == known.then


@pytest.mark.parametrize("name", READABLE)
def test_areas_parts_and_holes_are_those_of_the_readme(name: str, table: dict[str, Seen]) -> None:
    known, seen = KNOWN[name], table[name]
    assert isinstance(known, Known)
    shapes = [shape for shape in seen.outlines if shape is not None]
    if known.plane_m2 is not None:
        assert seen.line["area_m2"] == pytest.approx(known.plane_m2, abs=0.06 if known.rows > 1 else 2e-3)
    if known.ellipsoid_m2 is not None:
        assert independent.ellipsoid_m2(shapes) == pytest.approx(known.ellipsoid_m2, rel=1e-9, abs=0.06)
    polygons = [part for shape in shapes for part in shapely.get_parts(shape)]
    if known.parts is not None:
        assert len(polygons) == known.parts
    if known.holes is not None:
        assert sum(len(part.interiors) for part in polygons) == known.holes


@pytest.mark.parametrize("name", [name for name in READABLE if name.startswith("land_txt/")])
def test_land_office_areas_in_exact_arithmetic(name: str, table: dict[str, Seen], shared_data: Path) -> None:
    """Ours are exact to the tenth of a millimetre squared; the README's, summed in floating-point numbers of 38 million, are
    off by up to 0.014 m² (44120000326: 100.023 for 100.0373)."""
    lines = (shared_data / name).read_text("utf-8").splitlines()
    corners = [line.split(",") for line in lines if line.startswith("J")]
    exact = independent.exact_area_m2([(Decimal(east.strip()), Decimal(north.strip())) for *_, north, east in corners])
    (row,) = table[name].rows
    assert row.source_area_m2 == pytest.approx(float(exact), abs=1e-4)
    declared = lines[[line.startswith("J") for line in lines].index(True) - 1].split(",")[1].strip()
    assert row.declared_area_m2 == (float(Decimal(declared) * 10_000) if declared else None)


@pytest.mark.parametrize(
    ("name", "east", "north"), [("坐标_投影.csv", "Y", "X"), ("坐标_投影 - 交换顺序.csv", "X", "Y")]
)
def test_the_area_of_a_corner_table_in_exact_arithmetic(
    name: str, east: str, north: str, table: dict[str, Seen], shared_data: Path
) -> None:
    """Exactly 130 241.3059 m², as ours; the README's 130 241.33 was summed in floating-point numbers."""
    with (shared_data / "coord_tables" / name).open(encoding="utf-8-sig", newline="") as file:
        corners = [(Decimal(row[east]), Decimal(row[north])) for row in csv.DictReader(file)]
    exact = independent.exact_area_m2(corners)
    assert exact == Decimal("130241.3059425")
    assert table[f"coord_tables/{name}"].line["area_m2"] == pytest.approx(float(exact), abs=1e-3)


# --- where it lies -----------------------------------------------------------------------------------------------


def misplaced(seen: Seen, true: list[BaseGeometry | None]) -> list[tuple[int, str]]:
    """Rows that lie elsewhere than the other reading has them, or that have an outline in one of the two only."""
    assert len(seen.rows) == len(true)
    found = []
    for row, shape in zip(seen.rows, true, strict=True):
        ours, is_area = row.shape, shape is not None and shapely.get_dimensions(shape) == 2
        if ours is None:
            if is_area and not seen.errors(row):
                found.append((row.row, "lost"))
        elif shape is None or (away := independent.apart_m(ours, shape)) > APART_M:
            found.append((row.row, "made up" if shape is None else f"{away:.3f} m off"))
    return found


@pytest.mark.parametrize("name", READABLE)
def test_nothing_lies_a_metre_off_another_reading(name: str, table: dict[str, Seen], shared_data: Path) -> None:
    seen = table[name]
    if seen.line["crs"]["epsg"] is None:
        assert seen.line["with_outline"] == 0
        return
    assert misplaced(seen, independent.outlines(shared_data, name)) == []


@pytest.mark.parametrize("name", GIVEN)
def test_nothing_lies_a_metre_off_once_the_system_is_given(
    name: str, given: dict[str, Seen], shared_data: Path
) -> None:
    known = KNOWN[name]
    assert isinstance(known, Refused)
    if not isinstance(known.then, Known) or known.then.outlines == 0:
        assert given[name].line["with_outline"] == 0
        return
    true = independent.outlines(shared_data, name, known.given)
    seen = given[name]
    if name == "dxf/usa.dxf":  # 59 rings, one of them the hole of another: compared as a heap of points
        ours, theirs = (shapely.MultiPoint(shapely.get_coordinates(shapes)) for shapes in (seen.outlines, true))
        assert len(seen.rows) == len(true) - 1
        assert shapely.hausdorff_distance(ours, theirs) * 111_195 < APART_M
        return
    assert misplaced(seen, true) == []


@pytest.mark.parametrize("name", [name for name, known in KNOWN.items() if isinstance(known, Known) and known.about])
def test_a_parcel_lies_where_its_readme_says(name: str, table: dict[str, Seen]) -> None:
    """In the right zone, by a place that was written down before."""
    known = KNOWN[name]
    assert isinstance(known, Known)
    assert known.about
    (shape,) = table[name].outlines
    lon, lat = shapely.get_coordinates(shape)[:-1].mean(axis=0)
    assert abs(independent.WGS84.inv(lon, lat, *known.about)[2]) < APART_M


@pytest.mark.parametrize("name", ["boundaries/440400_zhuhai.geojson", "boundaries/440000_guangdong.geojson"])
def test_boundaries_that_lie_600_m_off_are_told_and_come_right_once_that_is_said(
    name: str, table: dict[str, Seen], recorder: Recorder, shared_data: Path
) -> None:
    """GCJ-02 under the name of WGS 84: read as it says, with a warning; converted where a person says what it is."""
    (warning,) = [found for found in table[name].line["found"] if found["code"] == "geojson.internet_map"]
    assert (warning["level"], "600 米" in warning["zh"]) == ("warning", True)
    outcome = trial.tried(shared_data / name, DISTRICT, Options(shift="gcj02"), name=name)
    assert [found.code for found in outcome.found if found.code == "geojson.internet_map"] == []
    for row, published in zip(
        recorder.rows[str(shared_data / name)], independent.outlines(shared_data, name), strict=True
    ):
        assert row.shape is not None
        assert published is not None
        again = shapely.transform(row.shape, independent.gcj02, interleaved=False)
        assert independent.apart_m(again, published) < APART_M
    if "zhuhai" in name:  # "≈ 520 m too far east, 335 m too far south" in the README
        true, shifted = np.array([113.55, 22.36]), np.array(independent.gcj02(np.array(113.55), np.array(22.36)))
        east, north = (shifted - true) * 111_195 * np.array([np.cos(np.radians(true[1])), 1])
        assert (east, north) == (pytest.approx(520, abs=20), pytest.approx(-335, abs=20))
