"""`gis-service parcels export`, and the same from Python."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import text
from typer.testing import CliRunner

from gis_service.core.errors import Refusal
from gis_service.exports import cli
from gis_service.exports.asked import Said
from gis_service.exports.local import export_file
from tests.commands import installed
from tests.conftest import CloneServices


@pytest.fixture
def command(register: CloneServices) -> typer.Typer:
    return installed(cli.install, register)


def run(command: typer.Typer, *words: object) -> Any:
    return CliRunner().invoke(command, ["export", *map(str, words)])


def test_json_tells_what_was_written(command: typer.Typer, tmp_path: Path, register: CloneServices) -> None:
    out = tmp_path / "北围.geojson"
    done = run(command, "--format", "geojson", "--out", out, "--area", "北围", "--as-of", "2026-01-31", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    features = json.loads(out.read_text("utf-8"))["features"]
    assert told["rows"] == len(features) > 10
    assert {feature["properties"]["片区"] for feature in features} == {"北围"}
    with register.sessions() as session:
        kept = session.scalar(
            text("select detail ->> 'sha256' from audit_entry where action = 'parcel.export' order by id desc limit 1")
        )
    assert kept == told["sha256"]


def test_people_are_told_too(command: typer.Typer, tmp_path: Path) -> None:
    done = run(command, "--format", "shp", "--out", tmp_path / "a.zip", "--crs", "EPSG:4547", "--encoding", "GBK")
    assert done.exit_code == 0, done.output
    assert "块 parcels" in done.stdout
    assert "254 字节" in done.stdout


def test_filters_are_those_of_the_list(command: typer.Typer, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    words = ("--format", "csv", "--out", out, "--filter", "fence_status=none,damaged", "--filter", "risk_level=high")
    assert run(command, *words).exit_code == 0
    lines = out.read_text("utf-8-sig").splitlines()[1:]
    assert lines
    assert all("未围蔽" in line or "围蔽破损" in line for line in lines)


def test_a_refusal_leaves_no_file(register: CloneServices, tmp_path: Path) -> None:
    out = tmp_path / "a.gpkg"
    out.write_text("was there before")
    with pytest.raises(Refusal, match="No parcel"):
        export_file(register, Said("gpkg"), {"area": "没有的片区"}, out)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["was there before"]


def test_a_notebook_exports_with_one_call(
    register: CloneServices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gis_service import notebook

    @contextmanager
    def here(_settings: object) -> Iterator[CloneServices]:
        yield register

    monkeypatch.setattr(notebook, "running", here)
    out = tmp_path / "a.parquet"
    written = notebook.export(out, area="后环", fence_status="full")
    assert out.exists()
    assert written.rows > 0
