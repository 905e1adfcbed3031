"""`gis-service surveys`: a file in, a volume out, with exit codes that mean something."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.core import db
from gis_service.parcels.models import Parcel
from gis_service.surveys import cli, queries
from gis_service.surveys.reading import template
from tests.conftest import CloneServices
from tests.surveys.making import a_log, a_survey


@pytest.fixture
def run(services: CloneServices):
    """The commands of the group, on the services of the test."""
    import contextlib

    import typer

    commands = typer.Typer()
    cli.install(commands, lambda: contextlib.nullcontext(services))
    return lambda *words: CliRunner().invoke(commands, [str(word) for word in words])


@pytest.fixture
def parcel_no(services: CloneServices) -> str:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        survey = a_survey(session, SERVICE)
        return session.get_one(Parcel, queries.one(session, survey.id).parcel_id).parcel_no


def test_points_come_in_and_the_volume_comes_out(run, parcel_no: str, tmp_path: Path) -> None:
    file = tmp_path / "钻孔.xlsx"
    file.write_bytes(template.write([a_log(n, waste_m="0" if n % 3 == 0 else "2.5") for n in range(9)]))
    looked = run("import", file, "--parcel", parcel_no, "--dry-run", "--json")
    assert (looked.exit_code, json.loads(looked.output)["counts"]["accepted"]) == (0, 9)
    kept = run("import", file, "--parcel", parcel_no, "--json")
    assert (kept.exit_code, len(json.loads(kept.output)["kept"])) == (0, 9)
    told = run("volume", parcel_no, "--json", "--simulations", 60)
    result = json.loads(told.output)
    assert result["low_m3"] <= result["best_m3"] <= result["high_m3"]
    assert result["quantities"]["tonnes"]["best"] > 0
    again = run("volume", parcel_no, "--json", "--simulations", 60)
    assert again.output == told.output, "the same seed gives the same digits"
    assert "90 %" in run("volume", parcel_no, "--simulations", 60).output


def test_what_cannot_be_kept_or_found_exits_with_two(run, parcel_no: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.xlsx"
    file.write_bytes(b"not a workbook")
    refused = run("import", file, "--parcel", parcel_no, "--json")
    assert (refused.exit_code, json.loads(refused.output)["issues"][0]["level"]) == (2, "error")
    assert run("volume", "没有这个地块").exit_code == 2
