"""QGIS as a client: programs for its own Python (`/usr/bin/python3`), run without a screen; skipped where it is not installed."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

PYTHON = Path("/usr/bin/python3")
PROGRAMS = Path(__file__).parent / "qgis_programs"


@cache
def _version() -> str:
    """What QGIS calls itself; empty where there is none."""
    if not PYTHON.exists():
        return ""
    ask = [str(PYTHON), "-c", "from qgis.core import Qgis; print(Qgis.QGIS_VERSION)"]
    done = subprocess.run(ask, capture_output=True, text=True, check=False, timeout=120, env=_clean())
    return done.stdout.strip() if done.returncode == 0 else ""


def _clean(**more: str) -> dict[str, str]:
    """An environment without ours: QGIS has a Python of its own."""
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "TMPDIR")}
    return {**kept, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8", "PYTHONNOUSERSITE": "1", **more}


def need() -> None:
    """Skip the test where there is no QGIS."""
    if not _version():
        pytest.skip("QGIS is not installed here: apt-get install --no-install-recommends qgis python3-qgis")


def run(program: str, job: Any, home: Path) -> Any:
    """Run a program of `qgis_programs` with a job (JSON in, JSON out); its settings and logins lie under `home`."""
    need()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    env = _clean(HOME=str(home), XDG_RUNTIME_DIR=str(home), QGIS_CUSTOM_CONFIG_PATH=str(home))
    done = subprocess.run(
        [str(PYTHON), str(PROGRAMS / program)],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=env,
    )
    assert done.returncode == 0, f"{done.returncode}: {done.stderr[-4000:]}"
    return json.loads(done.stdout.splitlines()[-1])
