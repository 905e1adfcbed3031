"""Trying files without a database: which files, what is said of them, that nothing stops it, and that an import says the same."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import typer
from shapely.geometry import Polygon
from sqlalchemy import text
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from gis_service.parcels.imports import cli, jobs
from gis_service.parcels.imports.checks.catalogue import CATALOGUE
from gis_service.parcels.imports.trial import checks as trial_checks
from gis_service.parcels.imports.trial import trying as trial
from tests.examples import TXT_A
from tests.factories import land
from tests.parcels.imports.made import DISTRICT, feature, geojson, part, staged, txt

BOWTIE = Polygon([(113.54, 22.40), (113.541, 22.401), (113.541, 22.40), (113.54, 22.401)])


@pytest.fixture
def command() -> typer.Typer:
    app = typer.Typer()
    app.callback()(lambda: None)
    cli.install_trial(app, lambda: DISTRICT)
    return app


def run(command: typer.Typer, *words: object) -> tuple[int, str]:
    done = CliRunner(env={"COLUMNS": "200"}).invoke(command, ["try", *map(str, words)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout


def printed(command: typer.Typer, *words: object) -> tuple[int, dict[str, Any]]:
    code, out = run(command, *words, "--json")
    return code, json.loads(out)


def test_a_folder_is_tried_file_by_file(command: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    txt(tmp_path / "a", TXT_A)
    geojson(tmp_path, feature(land(), "A"), feature(None, "B"))
    (tmp_path / "broken.geojson").write_text("{")
    (tmp_path / "notes.md").write_text("x")
    code, found = printed(command, tmp_path)
    assert code == 2
    lines = {line["file"]: line for line in found["files"]}
    assert set(lines) == {"a/made.txt", "made.geojson", "broken.geojson"}
    assert (lines["a/made.txt"]["rows"], lines["a/made.txt"]["acceptable"], lines["a/made.txt"]["good"]) == (1, 1, True)
    assert (lines["made.geojson"]["rows"], lines["made.geojson"]["acceptable"]) == (2, 1)
    assert lines["broken.geojson"]["refusal"]["code"] == "json.syntax"
    assert found["passed_over"] == 1


def test_files_that_can_all_be_accepted_end_well(command: typer.Typer, tmp_path: Path) -> None:
    path = geojson(tmp_path, feature(land(), "A"))
    code, found = printed(command, path)
    assert (code, found["files"][0]["file"], found["files"][0]["good"]) == (0, "made.geojson", True)


def test_parts_belong_to_their_main_file_and_junk_is_left(tmp_path: Path) -> None:
    names = ("a.shp", "a.dbf", "a.SHX", "a.prj", "b.dbf", "c.TAB", "c.dat", "c.map", "d.dat", "e.mif", "e.mid", "f.zip",
             "._f.zip", "~$g.xlsx", "__MACOSX/f.csv", "h.pdf")  # fmt: skip
    (tmp_path / "__MACOSX").mkdir()
    for name in names:
        (tmp_path / name).write_text("x")
    wanted, others = trial.files_below([tmp_path])
    assert [path.name for path in wanted] == ["a.shp", "b.dbf", "c.TAB", "d.dat", "e.mif", "f.zip"]
    assert others == 1


def test_a_file_named_itself_is_tried_whatever_it_is_and_once(command: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.4")
    code, found = printed(command, tmp_path / "x.pdf", tmp_path / "x.pdf")
    assert code == 2
    (line,) = found["files"]
    assert line["refusal"]["code"] == "read.kind_unknown"


def test_nothing_stops_the_table(
    command: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of ours, a file that goes away, and classified land are each a line."""
    secret = geojson(tmp_path, feature(land(), "A", 密级="秘密"), name="secret.geojson")
    good = geojson(tmp_path, feature(land(), "A"), name="good.geojson")
    for name in ("odd.geojson", "gone.geojson"):
        geojson(tmp_path, feature(land(), "A"), name=name)
    really = jobs.read

    def read(path: Path, *more: Any) -> Any:
        if path.name == "odd.geojson":
            raise ZeroDivisionError
        if path.name == "gone.geojson":
            raise FileNotFoundError(2, os.strerror(2))
        return really(path, *more)

    monkeypatch.setattr(jobs, "read", read)
    _, found = printed(command, tmp_path)
    codes = {line["file"]: line["refusal"] and line["refusal"]["code"] for line in found["files"]}
    assert codes == {
        good.name: None, secret.name: "secrecy.classified", "odd.geojson": "trial.broke", "gone.geojson": "trial.not_opened"
    }  # fmt: skip
    assert "odd.geojson" in caplog.text


def test_people_read_a_table_and_what_was_left_out(command: typer.Typer, tmp_path: Path) -> None:
    geojson(tmp_path, feature(land(), "A"), feature(BOWTIE, "[b]B"))
    (tmp_path / "broken.geojson").write_text("{")
    shown = run(command, tmp_path)[1].replace("\n", "")
    for words in ("made.geojson", "geometry.invalid", "JSON", "不与已登记地块重叠", "parcel.overlap"):
        assert words in shown
    assert "…" not in shown.partition("只读文件")[0]  # no sentence is cut
    table = run(command, tmp_path, "--markdown")[1]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    assert len(rows) == 4
    assert "| made.geojson | GeoJSON | 2 | 1 | EPSG:4326 | UTF-8 | make_valid × 1 |" in table
    assert "`json.syntax`" in table


def test_a_check_is_either_asked_or_told_to_be_left_out() -> None:
    assert set(CATALOGUE) >= trial_checks.ASKED
    assert set(trial_checks.left_out()) | trial_checks.ASKED == set(CATALOGUE)


def test_a_large_file_is_read_though_its_outlines_are_not_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = geojson(tmp_path, feature(land(), "A"), feature(land(), "B"), feature(land(9), "C"))
    monkeypatch.setattr(trial_checks, "MOST_COMPARED", 1)
    outcome = trial.tried(path, DISTRICT)
    assert (outcome.rows, outcome.acceptable, outcome.compared) == (3, 3, False)


# --- the same as an import ---------------------------------------------------------------------------------------

NEAR = Polygon([(113.54, 22.40), (113.541, 22.40), (113.541, 22.401), (113.54, 22.401)])
OVER = Polygon([(113.5405, 22.40), (113.5415, 22.40), (113.5415, 22.401), (113.5405, 22.401)])
SLIVER = Polygon([(113.55, 22.40), (113.550001, 22.40), (113.550001, 22.40001), (113.55, 22.40001)])
POINT = Polygon([(113.55, 22.40), (113.5500001, 22.40), (113.5500001, 22.4000001), (113.55, 22.4000001)])
HUGE = Polygon([(113.46, 22.30), (113.52, 22.30), (113.52, 22.36), (113.46, 22.36)])
FAR = Polygon([(100.0, 30.0), (100.001, 30.0), (100.001, 30.001), (100.0, 30.001)])
TWICE = Polygon([part(land(20)).exterior.coords[0], *part(land(20)).exterior.coords])


def test_an_import_into_an_empty_register_says_the_same(session: Session, tmp_path: Path) -> None:
    """Every check that is asked here, in files that break them all; then a few that others made."""
    path = geojson(
        tmp_path,
        feature(NEAR, "A", 用地面积="1 公顷"), feature(OVER, "B"), feature(NEAR, "C"), feature(SLIVER, "D"), feature(POINT, "E"),
        feature(HUGE, "F"), feature(FAR, "G"), feature(BOWTIE, "H"), feature(None, "I"), feature(TWICE, "J"),
        feature(land(30), "K"), feature(land(31), "K"), feature(land(32)),
    )  # fmt: skip
    require_same(session, path)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "name",
    [
        "gpkg/mosselzaad.gpkg",
        "gpkg/bees.gpkg",
        "mapinfo/Up.tab",
        "boundaries/440400_zhuhai.geojson",
        "messy_geojson/six_counties_three_null.json",
        "vacant_land/philadelphia_parks_recreation_properties.geojson",
        "coord_tables/坐标_投影 - 交换顺序.csv",
        "kml/demo.kmz",
    ],
)
def test_an_import_of_a_real_file_says_the_same(name: str, session: Session, shared_data: Path) -> None:
    require_same(session, shared_data / name)


def require_same(session: Session, path: Path) -> None:
    batch = staged(session, path)
    outcome = trial.tried(path, DISTRICT)
    assert (outcome.rows, outcome.acceptable) == (batch.counts["rows"], batch.counts["acceptable"])
    told = session.execute(text("select code from import_issue where batch_id = :b"), {"b": batch.id}).scalars()
    imported = Counter(code for code in told if code not in trial_checks.left_out())
    assert Counter({found.code: found.rows for found in outcome.found}) == imported
