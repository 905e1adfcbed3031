"""The units: known to systemd, hardened, alike, and naming commands that are there."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.deploy import units
from tests.deploy.conftest import Deployed
from tests.test_serve import get, processes_with

analyze = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
each_unit = pytest.mark.parametrize("unit", units.UNITS, ids=lambda unit: unit.name)


def laid_out(unit: Path, folder: Path) -> Path:
    """The unit as installed here: a name of an instance, this project's folder, a user who exists."""
    text = units.moved(unit.read_text("utf-8"), folder)
    placed = folder / unit.name.replace("@.", "@8001.")
    placed.write_text(re.sub(r"^(User|Group)=gis$", r"\1=root", text, flags=re.M))
    return placed


@analyze
@each_unit
def test_systemd_finds_no_fault_in_it(unit: Path, tmp_path: Path) -> None:
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(laid_out(unit, tmp_path))],
        capture_output=True,
        text=True,
        check=False,
    )
    about_ours = [line for line in told.stderr.splitlines() if unit.name.split(".")[0].rstrip("@") in line]
    assert told.returncode == 0, told.stderr
    assert not about_ours


@analyze
@each_unit
def test_systemd_calls_its_exposure_small(unit: Path, tmp_path: Path) -> None:
    """Below 2.5 of 10 (a unit without any of it has 9.6); what is left is the network and namespaces for the reader of files."""
    folder = tmp_path / "etc" / "systemd" / "system"
    folder.mkdir(parents=True)
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=25", str(laid_out(unit, folder))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout[-2000:] + told.stderr


@each_unit
def test_what_it_starts_is_there(unit: Path, tmp_path: Path) -> None:
    for name, said in units.directives(unit):
        if name in ("ExecStart", "ExecStartPre"):
            program = said.split()[0]
            assert program.startswith(f"{units.INSTALLED}/.venv/bin/")
            assert os.access(units.moved(program, tmp_path), os.X_OK)


def test_all_units_are_hardened_alike() -> None:
    assert len(units.UNITS) == 3
    first = units.hardening(units.UNITS[0])
    assert "ProtectSystem=strict" in first
    assert "NoNewPrivileges=yes" in first
    assert {units.hardening(unit) for unit in units.UNITS} == {first}


def test_the_service_runs_as_its_unit_says_without_rights(deployed: Deployed) -> None:
    """By the unit's own command, in a file system that is read-only but for its data."""
    assert get(deployed.port, "/readyz") == 200
    assert get(deployed.port, "/api/v1/me") == 401
    database, worker = deployed.state / "pg" / "data", processes_with("gis_service.worker")
    assert (database / "PG_VERSION").exists()
    assert stat.S_IMODE(database.stat().st_mode) == 0o700
    assert worker
    if os.geteuid() == 0:
        owners = {Path(f"/proc/{pid}").stat().st_uid for pid in processes_with(str(deployed.state))}
        assert 0 not in owners
