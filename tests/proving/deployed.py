"""From a bundle to a served page on a machine without a network: `python -m tests.proving.deployed [--small]`.

The machine without a network is a network namespace of its own, in which not even a name can be looked up.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from gis_service import bootstrap, bundle
from tests.proving.lines import Line, ended
from tests.proving.premises import since
from tests.test_serve import free_port

DEPLOYED = "bundle"
SETUP_WITHIN_S = 600
SERVED_WITHIN_S = 180
ASK = """
import json, socket, sys, time, urllib.request
try:
    socket.create_connection(("192.0.2.1", 80), timeout=2); outside = True
except OSError as error:
    outside = False
began, seen = time.monotonic(), {}
while time.monotonic() - began < float(sys.argv[2]) and not seen:
    try:
        for path in ("/readyz", "/login", "/desk/"):
            with urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}{path}", timeout=5) as answer:
                seen[path] = [answer.status, len(answer.read())]
    except OSError:
        seen = {}; time.sleep(0.5)
print(json.dumps({"outside": outside, "seen": seen}))
"""


def lines(small: bool = False) -> Iterator[Line]:
    """Make the bundle, unpack it, install it without a network, ask for pages. `small` changes nothing here: half a bundle proves
    nothing. About four minutes."""
    if os.geteuid() != 0 or not _may_cut():
        yield Line(DEPLOYED, "set-up without a network", "-", "a served page", None, "no network namespaces here")
        return
    folder = Path(tempfile.mkdtemp(prefix="gis-bundle-", dir="/tmp"))
    folder.chmod(0o755)  # the database's user must be able to enter
    try:
        yield _made(folder)
        with tarfile.open(folder / "bundle.tar.gz") as archive:
            archive.extractall(folder, filter="data")
        yield from _installed(folder / bundle.NAME)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _may_cut() -> bool:
    return subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True).returncode == 0


def _made(folder: Path) -> Line:
    began = time.monotonic()
    bootstrap.LOG.parent.mkdir(exist_ok=True)
    bootstrap.web_pages()
    bundle.collect(folder / "aside", system=False)
    bundle.pack(folder / "bundle.tar.gz", folder / "aside")
    wheels = json.loads((folder / "aside" / "bundle.json").read_text())["wheels"]
    shutil.rmtree(folder / "aside")
    size_mb = (folder / "bundle.tar.gz").stat().st_size / 1e6
    figure = f"{size_mb:.0f} MB, {wheels} wheels, {since(began):.0f} s"
    return Line(DEPLOYED, "one archive, every wheel by its hash", figure, "made", wheels > 100)


def _installed(project: Path) -> Iterator[Line]:
    began, port = time.monotonic(), free_port()
    python = getattr(sys, "_base_executable", sys.executable)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "GIS_", "VIRTUAL"))
    }
    environment |= {"HOME": str(project.parent / "nobody"), "GIS_PORT": str(port), "GIS_SAMPLE": "false"}
    steps = (
        f"ip link set lo up && {python} gis_service/bootstrap.py setup --offline && exec .venv/bin/gis-service serve"
    )
    with (project / "log").open("wb") as log:
        command = ["unshare", "--net", "sh", "-c", steps]
        process = subprocess.Popen(command, cwd=project, env=environment, stdout=log, stderr=log)
        try:
            while not _serving(project) and process.poll() is None and since(began) < SETUP_WITHIN_S:
                time.sleep(0.5)
            seconds = since(began)
            log_so_far = (project / "log").read_text(errors="replace")
            said = log_so_far.strip().splitlines()[-1:]
            good = process.poll() is None and "web pages are up to date" in log_so_far  # nothing was built there
            yield Line(DEPLOYED, "setup --offline", f"{seconds:.0f} s", "done", good, "" if good else " ".join(said))
            asked = _asked(process.pid, port) if good else {"outside": None, "seen": {}}
            figure = f"{asked['seen']}, the outside reached: {asked['outside']}"
            whole = asked["outside"] is False and {each[0] for each in asked["seen"].values()} == {200}
            yield Line(DEPLOYED, "pages served where there is no network", figure, "200 and not", whole)
        finally:
            process.terminate()
            process.wait(timeout=60)


def _serving(project: Path) -> bool:
    """Set-up has ended and the service has begun: it has made the folder of its database."""
    return (project / "var" / "pg").exists() or (project / "var" / "pg.moved").exists()


def _asked(pid: int, port: int) -> dict[str, dict[str, list[int]]]:
    """Questions from within that namespace."""
    command = ["nsenter", "--target", str(pid), "--net", sys.executable, "-c", ASK, str(port), str(SERVED_WITHIN_S)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SERVED_WITHIN_S + 60)
    return dict(json.loads(told.stdout))


if __name__ == "__main__":
    ended(lines("--small" in sys.argv))
