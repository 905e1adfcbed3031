"""`gis-service serve` as people run it: a process with a database of its own, and what happens when parts of it are killed."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.scratch import new_folder

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
PATIENCE_S = 240


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, urllib.error.URLError):
        return 0


def until(question: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not question():
        assert time.monotonic() < end, f"not within {PATIENCE_S} s: {what}"
        time.sleep(0.1)


def processes_with(word: str) -> list[int]:
    """Ids of processes whose command line or environment names `word`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                said = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                if word.encode() in said:
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


class Serving:
    """A service of the test's own; `settings` are environment variables."""

    def __init__(self, folder: Path, **settings: str):
        self.folder, self.port, self.settings = folder, free_port(), settings
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {**os.environ, "GIS_VAR_DIR": str(self.folder), "GIS_PORT": str(self.port), "GIS_SAMPLE": "false",
                       **self.settings}  # fmt: skip
        self.log = (self.folder / "log").open("ab")
        command = [sys.executable, "-m", "gis_service.cli", "serve"]
        self.process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=self.log, stderr=self.log)
        until(lambda: get(self.port, "/readyz") == 200, (self.folder / "log").read_text())

    def postmaster(self) -> int:
        return int((self.folder / "pg" / "data" / "postmaster.pid").read_text().splitlines()[0])

    def end(self, order: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(order)
        code = self.process.wait(timeout=PATIENCE_S)
        self.log.close()
        return code


@pytest.fixture
def serving() -> Iterator[Serving]:
    folder = new_folder("gis-serve-")
    service = Serving(folder, GIS_WORKERS="2")
    try:
        service.start()
        yield service
    finally:
        if service.process and service.process.poll() is None:
            service.end()
        until(lambda: not processes_with(str(folder)), "every process of the service ends")
        shutil.rmtree(folder, ignore_errors=True)


def test_it_survives_the_death_of_its_database_and_dies_without_orphans(serving: Serving) -> None:
    accounts = json.loads((serving.folder / "accounts.json").read_text())
    assert {facts["role"] for facts in accounts.values()} == {"system_admin", "security_admin", "auditor"}
    assert (serving.folder / "accounts.json").stat().st_mode & 0o777 == 0o600

    os.kill(serving.postmaster(), signal.SIGKILL)
    until(lambda: get(serving.port, "/readyz") == 200, "the database comes back")

    serving.end(signal.SIGKILL)
    until(lambda: not processes_with(str(serving.folder)), "database and worker end with the service")
    until(lambda: get(serving.port, "/healthz") == 0, "no web process goes on without the first")

    serving.start()
    assert get(serving.port, "/api/v1/me") == 401
    assert get(serving.port, "/metrics") == 200
    assert serving.end() == 0


def test_a_taken_port_ends_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "gis_service.cli", "serve", "--port", str(port)]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert ended.returncode == 1
    assert f"端口 {port} 已被占用" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_wrong_setting_stops_the_start_and_is_named() -> None:
    command = [sys.executable, "-m", "gis_service.cli", "doctor"]
    environment = {**os.environ, "GIS_PORT": "eighty"}
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert ended.returncode == 1
    assert "GIS_PORT = 'eighty'" in ended.stderr
    assert "Traceback" not in ended.stderr
