"""The entrance: one file in, its rows and what was found about it out. The reading itself happens in a child process."""

import logging
import shutil
import signal
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path, PurePath
from typing import IO, Any

from gis_service.parcels.reading import sandbox, sniff
from gis_service.parcels.reading.result import (
    MEGABYTE,
    Cost,
    Limits,
    ReadResult,
    Unreadable,
    summary_from_json,
    unreadable,
)

log = logging.getLogger(__name__)

#: Parts of a Shapefile that are read; others beside it are left alone.
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
#: Kinds that come as several files: what is read of them beside the one that was named.
PARTS: dict[str, tuple[str, ...]] = {
    "shp": SHAPEFILE_PARTS,
    "tab": (".tab", ".map", ".dat", ".id"),
    "mif": (".mif", ".mid"),
}


def read(
    path: Path,
    *,
    file_name: str,
    crs: str | None = None,
    encoding: str | None = None,
    layer: str | None = None,
    shift: str | None = None,
    control_points: Sequence[Sequence[float]] = (),
    affine: bool = False,
    columns: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> ReadResult:
    """Read a file of parcels, whoever sent it.

    `file_name` is the name the person gave it: it is shown and its ending is believed, but no library ever opens it.
    `crs` ("EPSG:4547"), `encoding` ("GBK") and `layer` overrule what the file says; so do `columns` for tables
    (XLSX, CSV): field of the register or part of the coordinates → header of its column. `shift` ("gcj02", "bd09")
    and `control_points` (x, y, easting, northing in EPSG:4547) are ways out for coordinates that no system describes.
    Raises `Unreadable`.
    """
    file = PurePath(file_name.replace("\\", "/")).name[:MOST_OF_A_NAME]
    request = {
        "file": file,
        "crs": crs,
        "encoding": encoding,
        "layer": layer,
        "shift": shift,
        "control_points": [list(map(float, point)) for point in control_points],
        "affine": affine,
        "columns": dict(columns or {}),
    }
    try:
        return _read(path, file_name, request, limits or Limits())
    except Unreadable as fault:
        fault.file = file
        raise


#: Characters of a file's name that are shown.
MOST_OF_A_NAME = 200


def _read(path: Path, file_name: str, said: dict[str, Any], limits: Limits) -> ReadResult:
    kind = _kind(path, file_name, limits)
    with tempfile.TemporaryDirectory(prefix="reading-") as name:
        folder = Path(name)
        _copy(path, folder, kind)
        request = {**said, "kind": kind, "limits": asdict(limits)}
        rows = tempfile.TemporaryFile()  # noqa: SIM115 - handed on to the result, which closes it
        try:
            outcome = sandbox.run(request, folder, rows, limits)
            return _result(outcome, rows, limits)
        except BaseException:
            rows.close()
            raise


def _kind(path: Path, file_name: str, limits: Limits) -> str:
    size = path.stat().st_size
    if size > limits.input_bytes:
        raise unreadable("read.too_big", size_mb=size // MEGABYTE, limit_mb=limits.input_bytes // MEGABYTE)
    return sniff.kind_of(path, file_name)


def _copy(path: Path, folder: Path, kind: str) -> None:
    """Put the input, and the siblings of a bare .shp or .tab, into the cell under generated names, read-only."""
    sources = parts_of(path, kind) if kind in PARTS else {"": path}
    for suffix, source in sources.items():
        target = folder / f"input{suffix}"
        shutil.copyfile(source, target)
        target.chmod(0o400)


def parts_of(path: Path, kind: str) -> dict[str, Path]:
    """The files that stand beside a .shp under the same name, in any case; only for a path that is itself named .shp."""
    main = f".{kind}"
    if path.suffix.lower() != main:
        return {main: path}
    beside = {p.suffix.lower(): p for p in path.parent.glob("*") if p.stem == path.stem and p.is_file()}
    return {suffix: beside[suffix] for suffix in PARTS[kind] if suffix in beside} | {main: path}


def _result(outcome: sandbox.Outcome, rows: IO[bytes], limits: Limits) -> ReadResult:
    verdict = outcome.verdict
    if verdict is None or outcome.returncode != 0:
        fault = _failure(outcome, limits)
        fault.cost = Cost(round(outcome.seconds, 3), None, None, None)
        raise fault
    cost = Cost(round(outcome.seconds, 3), verdict["peak_memory_mb"], verdict["network"], verdict.get("files"))
    if "refused" in verdict:
        fault = Unreadable(**verdict["refused"])
        fault.cost = cost
        raise fault
    return ReadResult(summary_from_json(verdict["summary"]), rows, cost)


def _failure(outcome: sandbox.Outcome, limits: Limits) -> Unreadable:
    """The sentence for a child that ended without one."""
    out_of_time = outcome.timed_out or outcome.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
    if out_of_time:
        return unreadable("read.time", seconds=round(min(limits.wall_seconds, limits.cpu_seconds)))
    log.warning("reading ended with code %s: %s", outcome.returncode, outcome.stderr)
    if "bad_alloc" in outcome.stderr or "MemoryError" in outcome.stderr:
        return unreadable("read.memory", limit_mb=limits.memory_bytes // MEGABYTE)
    return unreadable("read.crashed")
