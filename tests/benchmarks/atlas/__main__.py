"""The same parcels as one document: by us, by QGIS's atlas, by plain geopandas and matplotlib.

    .venv/bin/python -m tests.benchmarks.atlas [--count 40] [--long 200 400]

Processor time, wall time, greatest memory of the tree of processes (PSS; the database server's is apart and not counted, nor is
its processor time), bytes, pages, and whether the parcel numbers come out of the file as they were typed. `--long` repeats ours
with more parcels: is memory flat? QGIS is Debian's (`apt-get install python3-qgis`); where it is not, it is left out and said.
Wished for: 200 pages in 20 s on two quiet cores, 400 MB; not slower than QGIS; ten times faster than matplotlib.
"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from geoalchemy2.shape import from_shape
from shapely import MultiPolygon

from gis_service.access.actor import EVERYTHING
from gis_service.core import db, migrate
from gis_service.core.cluster import Cluster
from gis_service.core.db import APP_ROLE, READER_ROLE
from gis_service.settings import Settings
from tests.benchmarks.atlas.land import parcels
from tests.conftest import CloneServices
from tests.factories import a_parcel, an_area

HERE = "tests.benchmarks.atlas"
SYSTEM_PYTHON = "/usr/bin/python3"


@dataclass
class Figures:
    cpu_s: float
    wall_s: float
    peak_mb: float
    size: int
    pages: int
    found: int

    def told(self, what: str, count: int) -> str:
        real = "all" if self.found == count else f"{self.found} of {count}"
        return (
            f"{what:22} {count:4} parcels  CPU {self.cpu_s:7.1f} s  wall {self.wall_s:7.1f} s  peak {self.peak_mb:6.0f} MB"
            f"  {self.size / 1e6:6.2f} MB  {self.pages:4} pages  numbers as typed: {real}"
        )


def main() -> None:
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--count", type=int, default=40)
    reading.add_argument("--long", type=int, nargs="*", default=[200, 400])
    asked = reading.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="gis-bench-", dir="/tmp"))
    folder.chmod(0o755)
    cluster = Cluster.for_tests(folder)
    try:
        cluster.start(owner=True)
        cluster.create_template(migrate.upgrade)
        cluster.clone("bench")
        services = CloneServices(Settings(environment="test", var_dir=folder / "var"), cluster, "bench")
        _fill(services, max([asked.count, *asked.long]))
        addresses = json.dumps({role: services.url(role) for role in (APP_ROLE, READER_ROLE)})
        services.close()
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        compare(folder, addresses, asked.count)
        for count in asked.long:
            out = folder / "long.pdf"
            print(measured([sys.executable, "-m", f"{HERE}.ours", addresses, str(count), str(out)], out, count).told("ours", count), flush=True)  # fmt: skip
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _fill(services: CloneServices, count: int) -> None:
    land = parcels(count).to_crs(4490)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area = an_area(session, name="量测", geom=from_shape(MultiPolygon([land.union_all().envelope]), srid=4490))
        for number, shape in zip(land["parcel_no"], land.geometry, strict=True):
            a_parcel(session, parcel_no=number, parcel_name=f"量测地块{number}", area_id=area.id, shape=MultiPolygon([shape]))  # fmt: skip


def compare(folder: Path, addresses: str, count: int) -> None:
    data = folder / "land.gpkg"
    parcels(count).to_file(data, layer="parcels", driver="GPKG")
    made: dict[str, Figures] = {}
    for what, command in {
        "ours": [sys.executable, "-m", f"{HERE}.ours", addresses, str(count)],
        "QGIS atlas": [SYSTEM_PYTHON, str(Path(__file__).with_name("by_qgis.py")), str(data)],
        "geopandas+matplotlib": [sys.executable, "-m", f"{HERE}.plain", str(data)],
    }.items():
        if what.startswith("QGIS") and subprocess.run([SYSTEM_PYTHON, "-c", "import qgis.core"], check=False, capture_output=True).returncode:  # fmt: skip
            print("QGIS atlas             left out: python3-qgis is not installed")
            continue
        out = folder / "one.pdf"
        made[what] = measured([*command, str(out)], out, count)
        print(made[what].told(what, count), flush=True)
        shutil.copy(out, Path(tempfile.gettempdir()) / f"bench-{what.split()[0].split('+')[0]}.pdf")
        out.unlink()
    for what, figures in made.items():
        if what != "ours":
            print(f"{what}: {figures.cpu_s / made['ours'].cpu_s:.1f} times our processor time, {figures.wall_s / made['ours'].wall_s:.1f} times our wall time")  # fmt: skip


def measured(command: list[str], out: Path, count: int) -> Figures:
    """Run a command and look at what it used and what it made."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    peak = [0.0]
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, peak, ended))
    watcher.start()
    code = process.wait()
    wall = time.perf_counter() - begun
    ended.set()
    watcher.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if code:
        sys.exit(f"{command[:3]} ended with {code}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    pages, found = _read(out, count)
    return Figures(cpu, wall, peak[0], out.stat().st_size, pages, found)


def _watch(pid: int, peak: list[float], ended: threading.Event) -> None:
    while not ended.wait(0.2):
        peak[0] = max(peak[0], sum(map(_pss_mb, _tree(pid))))


def _tree(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return [pid]
    return [pid, *(each for child in children for each in _tree(child))]


def _pss_mb(pid: int) -> float:
    try:
        said = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", said, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def _read(out: Path, count: int) -> tuple[int, int]:
    """How many pages there are, and how many parcel numbers can be found in their texts."""
    document = pypdfium2.PdfDocument(out)
    said = "".join(page.get_textpage().get_text_bounded() for page in document)
    pages = len(document)
    document.close()
    return pages, sum(f"GX-{n:04}" in said for n in range(1, count + 1))


if __name__ == "__main__":
    main()
