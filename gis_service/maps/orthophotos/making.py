"""The parent's side: a copy of the original put into a cell, a child that draws it anew, its answer as plain data."""

import logging
import re
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gis_service.maps.orthophotos import stopped
from gis_service.maps.orthophotos.child import COG, STAGE
from gis_service.parcels.reading import sandbox
from gis_service.parcels.reading.result import MEGABYTE, Limits
from gis_service.surveys.heaps.comparing import SHORT_OF_MEMORY

log = logging.getLogger(__name__)

PROGRAM = "gis_service.maps.orthophotos.child"
LIMITS = Limits(memory_bytes=3072 * MEGABYTE, cpu_seconds=1800, wall_seconds=3600, output_bytes=8192 * MEGABYTE)
_STRANGE = re.compile(r"[^\w.() -]")


@contextmanager
def made(
    original: Path, name: str, asked: Mapping[str, Any], goes_on: Callable[[str, int], bool], limits: Limits = LIMITS
) -> Iterator[tuple[dict[str, Any], Path]]:
    """The child's answer, or `refused` with why, and the file it made, which lies there while this is open.

    `goes_on` hears of stage and percent, and says whether the picture is still wanted.
    """
    with tempfile.TemporaryDirectory(prefix="orthophoto-") as cell, tempfile.TemporaryFile() as out:
        folder = Path(cell)
        request = {**asked, "path": str(_put(folder, original, name)), "kind": sandbox.RASTER, "limits": asdict(limits)}
        outcome = sandbox.run(
            request, folder, out, limits, program=PROGRAM, goes_on=lambda: goes_on(*_stage(folder / STAGE))
        )
        answer = _answer(outcome, limits)
        if "refused" in answer:
            (folder / COG).unlink(missing_ok=True)  # half a picture, or one that nobody wants any more
        yield answer, folder / COG


def _put(folder: Path, original: Path, name: str) -> Path:
    """Copied under the name its sender knows it by, without what file systems mind."""
    place = folder / "original" / (_STRANGE.sub("_", name)[-60:].lstrip(". ") or "影像.tif")
    place.parent.mkdir()
    shutil.copyfile(original, place)
    return place


def _stage(path: Path) -> tuple[str, int]:
    stage, _, percent = (path.read_text()[:40] if path.is_file() else "").partition(" ")
    return stage, int(percent) if percent.isdigit() else 0


def _answer(outcome: sandbox.Outcome, limits: Limits) -> dict[str, Any]:
    if outcome.verdict is not None and outcome.returncode == 0:
        return outcome.verdict
    if outcome.timed_out or outcome.returncode == -signal.SIGXCPU:
        return {"refused": stopped.out_of_time(round(min(limits.wall_seconds, limits.cpu_seconds)))}
    log.warning("an orthophoto ended with code %s: %s", outcome.returncode, outcome.stderr[-1000:])
    if any(sign in outcome.stderr for sign in SHORT_OF_MEMORY):
        return {"refused": stopped.out_of_memory(limits.memory_bytes // MEGABYTE)}
    return {"refused": stopped.broken()}
