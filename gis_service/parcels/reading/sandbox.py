"""The cell a file is read in: another process, without environment, network or appetite.

The parent side (`run`) starts the child and kills its whole process group on time-out. The child side (`lock_down`) gives
up rights before anything is parsed. Only the standard library is used, so that both are quick and early.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import gis_service
from gis_service.parcels.reading import landlock
from gis_service.parcels.reading.result import Limits

#: The only GDAL drivers that may be registered in the child. Most formats are read without GDAL.
ALLOWED_DRIVERS = frozenset({"ESRI Shapefile", "GPKG"})
MAPINFO = "MapInfo File"
#: Kinds that may turn out to be MapInfo's: for these alone its driver is let in too.
MAYBE_MAPINFO = frozenset({"zip", "tab", "mif"})
RASTER = "raster"
"""Kind of elevation models: no vector format is let in, but grids are made in memory."""
#: Drivers of GDAL 3.12 to be kept out. A driver that is missing here is found by `child` after the import, which then
#: starts itself again without it: the list saves time, it is not the guard.
KNOWN_DRIVERS = (
    "ADBC AIVector AVCBin AVCE00 AmigoCloud CSV CSW Carto DGN DXF EDIGEO EEDA ESRIJSON Elasticsearch FlatGeobuf GDALG GML "
    "GPSBabel GPX GTFS GeoJSON GeoJSONSeq GeoRSS HTTP Idrisi JML JSONFG KML LIBKML LVBAG MBTiles MEM MVT MapML "
    "MiraMonVector NGW OAPIF ODS OGCAPI OGR_GMT OGR_PDS OGR_VRT OSM OpenFileGDB PCIDSK PDF PDS4 PGDUMP PLSCENES PMTiles "
    "S57 SQLite SXF Selafin TopoJSON VDV VFK VICAR WAsP WFS XLSX"
)
KNOWN_WITH_BLANKS = (MAPINFO,)

#: The file in the cell to which the child writes its one last word, and how much of it is believed.
VERDICT, VERDICT_BYTES = "verdict", 64 * 1024 * 1024

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38


@dataclass(frozen=True)
class Outcome:
    """How the child ended: its verdict (None when it gave none), its exit code, and whether it was stopped."""

    verdict: dict[str, Any] | None
    returncode: int
    timed_out: bool
    seconds: float
    stderr: str


def allowed_drivers(kind: str) -> frozenset[str]:
    """The drivers a kind of file is read with."""
    if kind == RASTER:
        return frozenset({"MEM"})
    return ALLOWED_DRIVERS | {MAPINFO} if kind in MAYBE_MAPINFO else ALLOWED_DRIVERS


# --- parent side -------------------------------------------------------------------------------------------------


def environment(folder: Path, kind: str = "") -> dict[str, str]:
    """All the child knows of the world. Nothing of ours is inherited: no settings, no proxies, no passwords."""
    unwanted = [*KNOWN_DRIVERS.split(), *KNOWN_WITH_BLANKS]
    root = Path(gis_service.__file__).parents[1]
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(root),
        "PYTHONUTF8": "1",
        "LC_ALL": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "OGR_SKIP": ",".join(name for name in unwanted if name not in allowed_drivers(kind)),
        "GDAL_VRT_ENABLE_PYTHON": "NO",
        "GDAL_HTTP_PROXY": "127.0.0.1:9",
        "GDAL_HTTP_MAX_RETRY": "0",
        "GDAL_HTTP_TIMEOUT": "1",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "none",
        "GDAL_CACHEMAX": "32",
        "GDAL_NUM_THREADS": "1",
        "SHAPE_RESTORE_SHX": "YES",
        "PROJ_NETWORK": "OFF",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",  # the others reserve more address space than there is
    }


#: The program that reads files of parcels.
READER = "gis_service.parcels.reading.child"


LOOKED_AFTER_S = 0.5


def run(
    request: Mapping[str, Any], folder: Path, rows: IO[bytes], limits: Limits, *, program: str = READER,
    goes_on: Callable[[], bool] | None = None,
) -> Outcome:  # fmt: skip
    """Run a program of ours on one file in a child whose output goes to `rows`; returns when it has ended or was killed.

    `goes_on` is asked at once and then twice a second; the child is stopped when it says no.
    """
    started = time.monotonic()
    with (folder / "stderr").open("w+b") as stderr:
        child = _start(program, request, folder, rows, stderr)
        timed_out = _wait(child, limits.wall_seconds, goes_on)
        stderr.seek(0)
        complaint = stderr.read(4000).decode(errors="replace")
    seconds = time.monotonic() - started
    return Outcome(_verdict(folder), child.returncode, timed_out, seconds, complaint)


def _start(
    program: str, request: Mapping[str, Any], folder: Path, rows: IO[bytes], stderr: IO[bytes]
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-s", "-P", "-m", program, json.dumps(request)],
        cwd=folder,
        env=environment(folder, request.get("kind", "")),
        stdin=subprocess.DEVNULL,
        stdout=rows,
        stderr=stderr,
        start_new_session=True,
    )


def _wait(child: "subprocess.Popen[bytes]", seconds: float, goes_on: Callable[[], bool] | None) -> bool:
    """Wait, then kill the whole group; true when it had to be killed for its time."""
    timed_out = False
    try:
        if goes_on is not None:
            seconds = _watched(child, seconds, goes_on)
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        timed_out = True
    finally:
        _kill_group(child.pid)
        child.wait()
    return timed_out


def _watched(child: "subprocess.Popen[bytes]", seconds: float, goes_on: Callable[[], bool]) -> float:
    """Wait while it may go on; the seconds that are left of its time, none when it was called off."""
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        if not goes_on():
            _kill_group(child.pid)
            return LOOKED_AFTER_S
        with suppress(subprocess.TimeoutExpired):
            child.wait(min(LOOKED_AFTER_S, left))
            return left
    return 0.0


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _verdict(folder: Path) -> dict[str, Any] | None:
    try:
        with (folder / VERDICT).open("rb") as said:
            plain = json.loads(said.read(VERDICT_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return plain if isinstance(plain, dict) else None


# --- child side --------------------------------------------------------------------------------------------------


Plain = dict[str, Any]
Work = Callable[[Plain, Limits], Plain]


def live(arguments: list[str], load: Callable[[], Work]) -> int:
    """The life of a child: limits, then what it needs is loaded, then the walls, then the work, whose verdict it leaves behind.

    `load` imports what the work stands on, since libraries may lie beyond the walls. The work gets the request without its limits.
    """
    asked = json.loads(arguments[0])
    limits = Limits(**asked.pop("limits"))
    network = lock_down(limits)
    work = load()
    with Path("/proc/self/status").open() as status:
        files = confine_files(Path.cwd())
        forbid()
        verdict = work(asked, limits)
        verdict |= {"peak_memory_mb": peak_memory_mb(status), "network": network, "files": files}
    Path(VERDICT).write_text(json.dumps(verdict))
    return 0


def lock_down(limits: Limits) -> str:
    """Give up what reading a file does not need; returns how the network is closed.

    The parent's death kills this process too. Where the kernel or a container allows no namespace of one's own, Landlock
    shuts TCP (`confine_files`), or else only Python's sockets are shut (`forbid`) and GDAL has no driver that uses any.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    alone = libc.unshare(CLONE_NEWNET) == 0 or libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0
    _limit(limits)  # last: with no processes allowed, no namespace is given
    if alone:
        return "namespace"
    return "landlock" if landlock.version() >= landlock.VERSION_WITH_TCP else "python"


def _limit(limits: Limits) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.output_bytes),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (allowed, allowed))


_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "ctypes.dlopen", "urllib.")


def confine_files(folder: Path) -> str:
    """Leave of the file system only the cell and what Python and its libraries live on; returns how."""
    own = Path(gis_service.__file__).parent
    libraries = {
        Path(p) for p in (sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/null")
    }
    return "landlock" if landlock.confine({own, *libraries}, folder) else "open"


def forbid() -> None:
    """From here on Python opens no socket and starts no program."""

    def refuse(event: str, _: object) -> None:
        if event.startswith(_FORBIDDEN):
            raise PermissionError(f"{event} is not allowed while reading a file")

    sys.addaudithook(refuse)


def peak_memory_mb(status: IO[str]) -> float:
    """Most memory this process ever held, from /proc/self/status, opened before the walls went up.

    Not `ru_maxrss`: that begins with the memory of the parent at the time of the fork.
    """
    status.seek(0)
    high_water = next((line for line in status if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return round(int(high_water.split()[1]) / 1024, 1)
