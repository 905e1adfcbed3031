"""Sheets over HTTP and from the command line."""

import contextlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import typer
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from gis_service.sheets import cli
from gis_service.sheets.kinds import KINDS
from tests.conftest import CloneServices

pytestmark = pytest.mark.slow

BEGINNINGS = {"pdf": b"%PDF", "png": b"\x89PNG", "svg": b"<svg", "pptx": b"PK", "docx": b"PK"}


def test_sheets_come_as_files(officer: TestClient) -> None:
    listed = officer.get("/api/v1/sheets").json()
    assert [each["kind"] for each in listed] == list(KINDS)
    for form, beginning in BEGINNINGS.items():
        answer = officer.get(f"/api/v1/sheets/parcel.{form}", params={"subject": "BW-0006", "dpi": 60})
        assert answer.status_code == 200, answer.text
        assert answer.content.startswith(beginning)
        assert answer.headers["cache-control"] == "private, no-store"
        assert quote("宗地图") in answer.headers["content-disposition"]
    day = {"subject": "BW-0006", "as_of": "2026-03-01"}
    one, other = (officer.get("/api/v1/sheets/parcel.pdf", params=day).content for _ in range(2))
    assert one == other, "a printed sheet can be printed again"


def test_what_is_asked_wrongly_is_refused_in_a_sentence(officer: TestClient) -> None:
    def status(path: str, **params: Any) -> int:
        answer = officer.get(f"/api/v1/sheets/{path}", params=params)
        assert answer.status_code < 500, answer.text
        return answer.status_code

    assert status("parcel.pdf", subject="BW-9999") == 404
    assert status("parcel.gif", subject="BW-0006") == 404
    assert status("nothing.pdf", subject="BW-0006") == 404
    assert status("parcel.pdf") == 400
    assert status("parcel.png", subject="BW-0006", dpi=5000) == 400
    assert status("parcel.png", subject="BW-0006", page=9) == 404
    assert status("area-use.png", subject="北围", dpi=600) == 422
    assert status("parcel.pdf", subject="BW-0006", as_of="gestern") == 400


def test_the_command_writes_a_file_by_its_ending(sample_services: CloneServices, tmp_path: Path) -> None:
    commands = typer.Typer()
    cli.install(commands, lambda: contextlib.nullcontext(sample_services))

    def run(*words: object) -> Any:
        return CliRunner().invoke(commands, [str(word) for word in words])

    for ending, beginning in BEGINNINGS.items():
        out = tmp_path / f"f.{ending}"
        done = run("parcel", "BW-0006", "--out", out, "--dpi", 60)
        assert done.exit_code == 0, done.output
        assert out.read_bytes().startswith(beginning)
    out = tmp_path / "area.pdf"
    assert run("area", "北围", "--kind", "area-survey", "--out", out).exit_code == 0
    assert run("area", "北围", "--kind", "parcel", "--out", out).exit_code != 0
    assert run("parcel", "BW-0006", "--out", tmp_path / "f.gif").exit_code != 0
