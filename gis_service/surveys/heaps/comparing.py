"""The parent's side of a comparison: two files put into a cell, a child that works on them, its answer as plain data."""

import logging
import re
import shutil
import signal
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gis_service.parcels.reading import sandbox
from gis_service.parcels.reading.result import MEGABYTE, Limits
from gis_service.surveys.heaps import stopped
from gis_service.surveys.heaps.child import STAGE

log = logging.getLogger(__name__)

PROGRAM = "gis_service.surveys.heaps.child"
LIMITS = Limits(memory_bytes=4096 * MEGABYTE, cpu_seconds=180, wall_seconds=600, output_bytes=64 * MEGABYTE)
"""Address space, of which nine million cells use about 1.6 GB (decision 0033)."""
_STRANGE = re.compile(r"[^\w.() -]")
SHORT_OF_MEMORY = ("bad_alloc", "MemoryError", "failed to map segment", "Memory allocation", "Cannot allocate memory")
SIDES = {"before": "前期", "after": "后期"}


@dataclass(frozen=True)
class Model:
    """A file in the store, what its sender called it, and what is said of it."""

    path: Path
    name: str
    crs: int | None = None
    vertical: str | None = None


def compared(
    before: Model, after: Model, options: Mapping[str, Any], told: Callable[[str], bool], limits: Limits = LIMITS
) -> dict[str, Any]:
    """The child's answer, or `refused` with why. `told` hears of each stage, and says whether to go on."""
    with tempfile.TemporaryDirectory(prefix="elevation-") as cell, tempfile.TemporaryFile() as out:
        folder = Path(cell)
        same = before.name == after.name
        request = {
            **options, "kind": sandbox.RASTER, "limits": asdict(limits),
            **{side: _put(folder, side, model, same) for side, model in (("before", before), ("after", after))},
        }  # fmt: skip
        outcome = sandbox.run(
            request, folder, out, limits, program=PROGRAM, goes_on=lambda: told(_stage(folder / STAGE))
        )
        return _answer(outcome, limits)


def _put(folder: Path, side: str, model: Model, same: bool) -> dict[str, Any]:
    """Copied into a folder of its own, under the name its sender knows it by, without what file systems mind."""
    bare = _STRANGE.sub("_", model.name)[-60:].lstrip(". ") or "高程"
    place = folder / side / (f"{SIDES[side]} {bare}" if same else bare)
    place.parent.mkdir()
    shutil.copyfile(model.path, place)
    return {"path": str(place), "crs": model.crs, "vertical": model.vertical}


def _stage(path: Path) -> str:
    return path.read_text()[:20] if path.is_file() else ""


def _answer(outcome: sandbox.Outcome, limits: Limits) -> dict[str, Any]:
    if outcome.verdict is not None and outcome.returncode == 0:
        return outcome.verdict
    if outcome.timed_out or outcome.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return {"refused": stopped.out_of_time(round(min(limits.wall_seconds, limits.cpu_seconds)))}
    log.warning("a comparison ended with code %s: %s", outcome.returncode, outcome.stderr[-1000:])
    if any(sign in outcome.stderr for sign in SHORT_OF_MEMORY):
        return {"refused": stopped.out_of_memory(limits.memory_bytes // MEGABYTE)}
    return {"refused": stopped.broken()}
