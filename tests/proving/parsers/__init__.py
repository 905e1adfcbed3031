"""R45: the parsers of what strangers send, fuzzed with an eye on what of them is run (atheris, libFuzzer underneath).

    python -m tests.proving.parsers [--small] [TARGET…]

One process for each target (`targets.py`); what a target raises that is no refusal, a run that takes ten seconds, and more than
512 MB end it and are told, with the bytes that did it kept under `build/parsers`.
"""

import os
import re
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.proving.lines import Line
from tests.scanning.scanners import ROOT, made

PINS = Path(__file__).parents[1] / "atheris.txt"
SMALL_S, FULL_S = 15, 600
HANG_S, MOST_MB, LONGEST = 10, 512, 4096
GOAL = f"0 crashes, 0 hangs > {HANG_S} s, ≤ {MOST_MB} MB"
KEPT = ROOT / "build" / "parsers"


def lines(small: bool = False, wanted: Sequence[str] = ()) -> Iterator[Line]:
    """A line for each target."""
    from tests.proving.parsers.targets import TARGETS

    program = made(".venv-atheris", PINS) / "python"
    for name in wanted or TARGETS:
        yield _line(name, *_ran(program, name, SMALL_S if small else FULL_S))


def _ran(program: Path, name: str, seconds: int) -> tuple[int, str]:
    """How a target ended, and what was written meanwhile."""
    ours = os.pathsep.join([str(ROOT), sysconfig.get_path("purelib")])
    with tempfile.TemporaryDirectory(prefix="gis-fuzz-") as folder:
        options = [
            f"-max_total_time={seconds}", f"-timeout={HANG_S}", f"-rss_limit_mb={MOST_MB}", f"-max_len={LONGEST}", "-print_final_stats=1",
            f"-artifact_prefix={folder}/broken-", "-seed=20261130", "-verbosity=1",
        ]  # fmt: skip
        done = subprocess.run(
            [str(program), "-m", "tests.proving.parsers.program", name, folder, *options],
            cwd=folder, capture_output=True, check=False, timeout=seconds + 600, env={**os.environ, "PYTHONPATH": ours, "TMPDIR": folder},
        )  # fmt: skip
        for broken in Path(folder).glob("broken-*"):
            KEPT.mkdir(parents=True, exist_ok=True)
            shutil.copy(broken, KEPT / f"{name}-{broken.name}")
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def _line(name: str, code: int, told: str) -> Line:
    runs = re.search(r"stat::number_of_executed_units:\s*(\d+)", told)
    peak = re.search(r"stat::peak_rss_mb:\s*(\d+)", told)
    covered = re.findall(r"cov: (\d+)", told)
    crash = re.search(r"Uncaught Python exception: ===\s*\n(.+)", told)
    hang = "libFuzzer: timeout" in told or "ALARM: working on the last Unit" in told
    crashed = int(bool(crash) or "deadly signal" in told)
    figure = (
        f"{int(runs[1]) if runs else 0} runs, {covered[-1] if covered else 0} places reached, {crashed} crashes, {int(hang)} hangs, "
        f"{peak[1] if peak else '?'} MB"
    )
    good = (
        code == 0
        and bool(runs and int(runs[1]) > 100 and peak and int(peak[1]) <= MOST_MB)
        and not crashed
        and not hang
    )
    why = "" if good else (crash[1] if crash else told.strip()[-300:])
    return Line("R45", f"parser {name}", figure, GOAL, good, why)
