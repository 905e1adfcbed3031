"""A file of holes read in a process of its own, with bounds on its memory and time, and the same answers as `reader.read`."""

import logging
import shutil
import signal
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

from pydantic import TypeAdapter

from gis_service.parcels.reading import sandbox
from gis_service.parcels.reading.result import MEGABYTE, Limits, Unreadable, unreadable
from gis_service.surveys.reading import files, reader
from gis_service.surveys.reading.places import Box
from gis_service.surveys.reading.result import Notes, Read

log = logging.getLogger(__name__)

PROGRAM = "gis_service.surveys.reading.child"
LIMITS = replace(
    files.LIMITS, memory_bytes=1024 * MEGABYTE, cpu_seconds=45, wall_seconds=60, output_bytes=512 * MEGABYTE
)
PLAIN: TypeAdapter[Read] = TypeAdapter(Read)
"""What was read, as plain data and back."""


def read(path: Path, file_name: str, *, crs: int | None, box: Box | None, limits: Limits = LIMITS) -> Read:
    """As `reader.read`; what breaks the child, or its bounds, is among the issues, and nothing of the file is kept then."""
    if path.stat().st_size > limits.input_bytes:
        return reader.read(path, file_name, crs=crs, box=box)  # refused by its size, unopened
    with tempfile.TemporaryDirectory(prefix="holes-") as cell, tempfile.TemporaryFile() as out:
        folder = Path(cell)
        shutil.copyfile(path, folder / "input")
        request = {"name": file_name[:200], "crs": crs, "box": box, "limits": asdict(limits)}
        outcome = sandbox.run(request, folder, out, limits, program=PROGRAM)
    verdict = outcome.verdict if outcome.returncode == 0 else None
    if verdict is not None and "read" in verdict:
        return PLAIN.validate_python(verdict["read"])
    fault = Unreadable(**verdict["refused"]) if verdict else _failure(outcome, limits)
    notes = Notes(Path(file_name.replace("\\", "/")).name[:100])
    notes.error(fault.code, fault.zh, fault.en)
    return Read([], notes.issues, crs, "")


def _failure(outcome: sandbox.Outcome, limits: Limits) -> Unreadable:
    """The sentence for a child that ended without one."""
    if outcome.timed_out or outcome.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return unreadable("read.time", seconds=round(min(limits.wall_seconds, limits.cpu_seconds)))
    log.warning("reading holes ended with code %s: %s", outcome.returncode, outcome.stderr[-1000:])
    if any(sign in outcome.stderr for sign in ("bad_alloc", "MemoryError", "failed to map segment")):
        return unreadable("read.memory", limit_mb=limits.memory_bytes // MEGABYTE)
    return unreadable("read.crashed")
