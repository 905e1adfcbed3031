"""The container file: no builder is needed to see that its steps are those of `make run`, and that what it copies is enough."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from gis_service.core import migrate
from tests.deploy import units

FILE = units.EXAMPLES / "Containerfile"


def steps() -> list[tuple[str, str]]:
    """Its instructions, each on one line."""
    joined = re.sub(r"\\\n\s*", "", FILE.read_text("utf-8"))
    return [(word, rest) for word, rest in re.findall(r"^([A-Z]+) (.+)$", joined, re.M)]


def said(word: str) -> list[str]:
    return [rest for instruction, rest in steps() if instruction == word]


def test_it_starts_what_the_unit_starts() -> None:
    started = json.loads(said("CMD")[0])
    unit = units.value(units.EXAMPLES / "systemd" / "gis-service.service", "ExecStart").split()
    assert [f"{said('WORKDIR')[0]}/{started[0]}", *started[1:]] == unit


def test_it_is_set_up_by_the_same_command_and_runs_without_rights() -> None:
    (run,) = [line for line in said("RUN") if "bootstrap" in line]
    assert run.startswith("python3 gis_service/bootstrap.py setup ")
    instructions = [word for word, _ in steps()]
    assert said("USER") == ["gis"]
    assert instructions.index("USER") > max(n for n, word in enumerate(instructions) if word in ("RUN", "COPY"))


def test_its_data_lie_in_the_volume() -> None:
    variables = dict(pair.split("=", 1) for pair in said("ENV")[0].split())
    assert variables["GIS_VAR_DIR"] == said("VOLUME")[0] == units.STATE


def test_what_it_copies_is_all_that_the_service_needs(tmp_path: Path) -> None:
    """The copied folders alone make the application, its catalogue of layers and its migrations."""
    left_out = shutil.ignore_patterns("node_modules", "__pycache__")
    for line in said("COPY"):
        *sources, target = line.split()
        for source in sources:
            if (units.ROOT / source).is_dir():
                shutil.copytree(units.ROOT / source, tmp_path / target, ignore=left_out)
            else:
                shutil.copy(units.ROOT / source, tmp_path / target)
    told = subprocess.run(
        [sys.executable, "gis_service/bootstrap.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert told.returncode == 2
    asked = (
        "import gis_service, gis_service.cli, gis_service.worker; from gis_service import main;"
        "from gis_service.core import migrate; from gis_service.maps.catalogue import Catalogue;"
        "print(gis_service.__path__[0], len(Catalogue.load(main.LAYERS)), migrate.target()[0])"
    )
    here = {"PYTHONPATH": str(tmp_path)}
    made = subprocess.run(
        [sys.executable, "-c", asked], cwd=tmp_path, env=here, capture_output=True, text=True, check=True
    )
    folder, layers, head = made.stdout.split()
    assert folder == str(tmp_path / "gis_service")
    assert int(layers) > 10
    assert head == migrate.target()[0]
