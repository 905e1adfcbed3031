"""The import as a command and from Python: outcomes that scripts can rely on."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import text
from typer.testing import CliRunner

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.parcels.imports import cli
from gis_service.parcels.imports.files import Wish, import_file
from gis_service.parcels.imports.operations import Options
from tests.commands import installed
from tests.conftest import CloneServices
from tests.examples import TXT_A, TXT_B
from tests.factories import land
from tests.parcels.imports.made import feature, geojson, txt


@pytest.fixture
def command(services: CloneServices) -> typer.Typer:
    return installed(cli.install, services)


def run(command: typer.Typer, *words: object) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(command, ["import", *map(str, words), "--json"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout)


def count(services: CloneServices, *tables: str) -> list[int]:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return [session.scalar(text(f"select count(*) from {table}")) or 0 for table in tables]


ALL = ("import_batch", "staged_row", "import_issue", "parcel", "stored_file", "audit_entry")


def test_json_has_the_shape_scripts_rely_on(command: typer.Typer, tmp_path: Path) -> None:
    code, printed = run(command, txt(tmp_path, TXT_B), "--accept")
    assert code == 0
    assert printed["counts"] == {"rows": 2, "accepted": 2, "refused": 0, "landed": 2}
    assert printed["crs"]["epsg"] == 4547
    assert printed["encoding"]["name"] == "GB18030"
    areas = [(row["row"], row["parcel_no"], row["area_computed_m2"]) for row in printed["rows"]]
    assert areas == [(1, "HH-0001", 12_000.0), (2, "HH-0002", 10_000.0)]
    assert {"level", "code", "file", "row", "field", "message"} <= set(printed["issues"][0])


def test_without_accept_the_batch_waits(command: typer.Typer, services: CloneServices, tmp_path: Path) -> None:
    code, printed = run(command, txt(tmp_path, TXT_A))
    assert (code, printed["state"], printed["counts"]["landed"]) == (0, "staged", 0)
    assert count(services, "import_batch", "parcel") == [1, 0]


@pytest.mark.parametrize("more", [[], ["--accept"], ["--accept", "--good-rows"]])
def test_a_dry_run_leaves_nothing_behind(
    more: list[str], command: typer.Typer, services: CloneServices, tmp_path: Path
) -> None:
    path = geojson(tmp_path, feature(land(), "A"), feature(None, "B"))
    code, printed = run(command, path, "--dry-run", *more)
    assert code == 2
    assert printed["counts"]["accepted"] == 1
    assert count(services, *ALL) == [0] * len(ALL)
    assert not services.store.root.exists()


def test_accept_is_all_or_nothing(command: typer.Typer, services: CloneServices, tmp_path: Path) -> None:
    path = geojson(tmp_path, feature(land(), "A"), feature(None, "B"))
    code, printed = run(command, path, "--accept")
    assert (code, printed["state"]) == (2, "staged")
    assert printed["counts"] == {"rows": 2, "accepted": 1, "refused": 1, "landed": 0}
    assert count(services, "parcel") == [0]


def test_good_rows_take_what_is_good_and_still_say_that_something_was_refused(
    command: typer.Typer, services: CloneServices, tmp_path: Path
) -> None:
    path = geojson(tmp_path, feature(land(), "A"), feature(None, "B"))
    code, printed = run(command, path, "--accept", "--good-rows")
    assert (code, printed["state"], printed["counts"]["landed"]) == (2, "accepted", 1)
    assert count(services, "parcel") == [1]


def test_good_rows_alone_accept_nothing(command: typer.Typer, services: CloneServices, tmp_path: Path) -> None:
    _, printed = run(command, geojson(tmp_path, feature(land(), "A")), "--good-rows")
    assert printed["state"] == "staged"


def test_an_unreadable_file_is_an_outcome_with_its_sentence(
    command: typer.Typer, services: CloneServices, tmp_path: Path
) -> None:
    path = tmp_path / "x.geojson"
    path.write_text("{")
    code, printed = run(command, path)
    assert code == 2
    assert printed["counts"] == {"rows": 0, "accepted": 0, "refused": 0, "landed": 0}
    (issue,) = printed["issues"]
    assert (issue["level"], issue["file"]) == ("error", "x.geojson")
    assert "JSON" in issue["message"]
    assert count(services, "import_batch", "staged_row") == [1, 0]


def test_people_read_tables_in_both_languages(command: typer.Typer, tmp_path: Path) -> None:
    path = geojson(
        tmp_path, feature(land(), "A", 备注="[red]x"), feature(None, "B"), feature(None, None, 围蔽情况="[b]半截")
    )
    done = CliRunner().invoke(command, ["import", str(path), "--accept"])
    assert done.exit_code == 2
    for words in ("坐标系", "没有图形", "The row has no geometry", "[b]半截", "good_rows"):
        assert words in done.stdout.replace("\n", "")


def test_a_shapefile_is_kept_whole(services: CloneServices, shared_data: Path) -> None:
    outcome = import_file(
        services, shared_data / "shapefile/chinese_poly/chinese_poly.shp", Options(), Wish(accept=True)
    )
    assert outcome.good
    assert outcome.counts["landed"] == 1
    (kept,) = [path for path in services.store.root.rglob("*") if path.is_file()]
    assert kept.read_bytes()[:2] == b"PK"


def test_the_import_works_from_python_without_a_command(services: CloneServices, tmp_path: Path) -> None:
    outcome = import_file(services, txt(tmp_path, TXT_A), wish=Wish(accept=True, reason="脚本导入"))
    assert (outcome.good, outcome.state, outcome.counts["landed"]) == (True, "accepted", 1)
    assert outcome.rows[0]["area_computed_m2"] == 90_000.0
