"""Memory of the idle service with its database, process by process.

    .venv/bin/python -m tests.benchmarks.memory

Starts `gis-service serve` with the sample district in a scratch folder on loopback, signs in, looks at the map once, waits,
and prints the proportional set size (PSS: shared pages divided among those who share them) of every process.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

from tests.test_serve import ROOT, free_port, get, processes_with, until

SETTLE_S = 20


def main() -> None:
    folder, port = Path(tempfile.mkdtemp(prefix="gis-memory-", dir="/tmp")), free_port()
    folder.chmod(0o755)
    environment = {**os.environ, "GIS_VAR_DIR": str(folder), "GIS_PORT": str(port)}
    service = subprocess.Popen(
        [sys.executable, "-m", "gis_service.cli", "serve"], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        until(lambda: get(port, "/readyz") == 200, "the service is ready")
        look(port, folder)
        time.sleep(SETTLE_S)
        report(service.pid, folder)
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def look(port: int, folder: Path) -> None:
    """One visit: sign in, list, layers, a few tiles."""
    password = json.loads((folder / "accounts.json").read_text())["land"]["password"]
    visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    here = f"http://127.0.0.1:{port}"
    body = json.dumps({"username": "land", "password": password}).encode()
    headers = {"Content-Type": "application/json", "Origin": here}
    visitor.open(urllib.request.Request(f"{here}/api/v1/sessions", body, headers))  # noqa: S310
    tiles = [
        f"/ogc/collections/parcel-fence/tiles/WebMercatorQuad/14/{y}/{x}?f=mvt"
        for y in (7141, 7142)
        for x in (13358, 13359)
    ]
    for path in ("/api/v1/parcels?limit=5000", "/api/v1/layers", *tiles):
        visitor.open(here + path).read()


def report(pid: int, folder: Path) -> None:
    rows = [("supervisor and web", [pid]), ("worker", workers(pid)), ("PostgreSQL", postgres(folder))]
    total = 0.0
    for name, pids in rows:
        size = sum(pss_mb(each) for each in pids)
        total += size
        print(f"{name:<20}{len(pids):>4} processes{size:>9.1f} MB")
    print(f"{'together':<20}{total:>27.1f} MB")


def workers(parent: int) -> list[int]:
    return [pid for pid in processes_with("gis_service.worker") if parent_of(pid) == parent]


def postgres(folder: Path) -> list[int]:
    postmaster = int((folder / "pg" / "data" / "postmaster.pid").read_text().splitlines()[0])
    everybody = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [postmaster, *(pid for pid in everybody if parent_of(pid) == postmaster)]


def parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def pss_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    main()
