"""The servers that are asked: ours and its peers, each a process of its own on a free port of this machine.

Peers read the table `parcel` itself, as a role that no policy holds back, with the same limits on the server's side. What
is not installed is left out, with a line that says how to have it.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from gis_service.core.cluster import Cluster
from tests.test_serve import free_port, get

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[3]
MAPSERV = Path("/usr/lib/cgi-bin/mapserv")
CONNECTIONS = 8
PATIENCE_S = 300  # on a busy machine
# what all send with an item: the columns of the layer, as far as the table has them itself
COLUMNS = (
    "parcel_no,parcel_name,district_code,location_text,area_registered_m2,area_computed_m2,area_id,right_holder_unit_id,"
    "managing_unit_id,custodian_unit_id,planned_class_system,planned_class_code,planned_supply_year,supply_status,"
    "use_status,fence_status,survey_status,disposal_status,handover_status,waste_found,risk_level,is_undeveloped,"
    "updated_at,current_class_code,plot_ratio,ownership,remark"
)


@dataclass(frozen=True)
class Server:
    name: str
    port: int
    process: int
    """Id of the process that it and its children are."""
    token: str | None = None


@contextmanager
def ours(folder: Path, token: str, kept_mb: int = 0) -> Iterator[Server]:
    """One web process of ours on the cluster in the folder."""
    environment = {
        **os.environ,
        "GIS_VAR_DIR": str(folder),
        "GIS_ENVIRONMENT": "test",
        "GIS_TILES_KEPT_MB": str(kept_mb),
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", "gis_service.main:app", "--no-access-log"]
    port = free_port()
    with _process([*command, *_at(port)], environment, port) as process:
        yield Server("ours", port, process, token)


@contextmanager
def our_service(folder: Path) -> Iterator[int]:
    """The port of the same, for benchmarks that ask in ways of their own."""
    with ours(folder, "") as server:
        yield server.port


@contextmanager
def tipg(cluster: Cluster, _folder: Path) -> Iterator[Server]:
    python = _environment("tipg")
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://peer@{quote(_socket(cluster), safe='')}/gis",
        "TIPG_DB_SCHEMAS": '["public"]',
        "TIPG_MAX_FEATURES_PER_TILE": "1000000",
        "DB_MIN_CONN_SIZE": "1",
        "DB_MAX_CONN_SIZE": str(CONNECTIONS),
    }
    port = free_port()
    with _process(
        [python, "-m", "uvicorn", "tipg.main:app", "--no-access-log", *_at(port)], environment, port
    ) as process:
        yield Server("TiPg", port, process)


@contextmanager
def pygeoapi(cluster: Cluster, folder: Path) -> Iterator[Server]:
    """One process with as many threads as the others have connections."""
    python, port = _environment("pygeoapi"), free_port()
    config, api = folder / "pygeoapi.yml", folder / "pygeoapi-openapi.yml"
    properties = ", ".join(COLUMNS.split(","))
    config.write_text(_filled("pygeoapi.yml", port=port, socket=_socket(cluster), properties=properties), "utf-8")
    environment = {**os.environ, "PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(api)}
    generate = [python.with_name("pygeoapi"), "openapi", "generate", config, "--output-file", api]
    subprocess.run(generate, check=True, env=environment, capture_output=True)
    serve = [python.with_name("gunicorn"), "-w", "1", "--threads", CONNECTIONS, "-b", f"127.0.0.1:{port}"]
    with _process(
        [*serve, "--log-level", "warning", "pygeoapi.flask_app:APP"], environment, port, "/conformance"
    ) as process:
        yield Server("pygeoapi", port, process)


@contextmanager
def mapserver(cluster: Cluster, folder: Path) -> Iterator[Server]:
    """Debian's mapserv by FastCGI behind lighttpd, four processes: each answers one question at a time."""
    _require(MAPSERV.exists() and _lighttpd(), "apt-get install --no-install-recommends cgi-mapserver lighttpd")
    port, files = free_port(), folder / "mapserver"
    files.mkdir()
    for name in ("parcel.map", "mapserver.conf", "lighttpd.conf"):
        text = _filled(name, port=port, socket=_socket(cluster), folder=files, items=COLUMNS, mapserv=MAPSERV)
        (files / name).write_text(text, "utf-8")
    command = [_lighttpd(), "-D", "-f", files / "lighttpd.conf"]
    with _process(command, dict(os.environ), port, "/mapserv/parcel/ogcapi/collections?f=json") as process:
        yield Server("MapServer", port, process)


@contextmanager
def martin(cluster: Cluster, folder: Path) -> Iterator[Server]:
    program = shutil.which("martin")
    _require(program is not None, "cargo install martin --no-default-features --features postgres")
    port, config = free_port(), folder / "martin.yaml"
    config.write_text(_filled("martin.yaml", port=port, socket=quote(_socket(cluster), safe="")), "utf-8")
    with _process([program, "--config", config], dict(os.environ), port, "/health") as process:
        yield Server("Martin", port, process)


PEERS: dict[str, Callable[[Cluster, Path], AbstractContextManager[Server]]] = {
    "tipg": tipg,
    "pygeoapi": pygeoapi,
    "mapserver": mapserver,
    "martin": martin,
}


class NotInstalled(Exception):
    """How to have a peer that is not here."""


def _require(here: bool, how: str) -> None:
    if not here:
        raise NotInstalled(how)


def _environment(name: str) -> Path:
    """The Python of a peer's own environment; `--fetch` makes it from its lock file."""
    python = ROOT / f".venv-{name}" / "bin" / "python"
    _require(python.exists(), f"python -m tests.benchmarks.maps --fetch {name}")
    return python


def fetch(name: str) -> None:
    """Make the environment of a peer from its lock file."""
    folder = ROOT / f".venv-{name}"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    install = ["install", "--quiet", "--no-deps", "--require-hashes", "-r", HERE / f"{name}.lock"]
    subprocess.run([folder / "bin" / "python", "-m", "pip", *install], check=True)


def _filled(name: str, **words: object) -> str:
    """A file of settings with its places filled in."""
    text = (HERE / "peers" / name).read_text("utf-8")
    for word, value in words.items():
        text = text.replace(f"@{word}@", str(value))
    return text


def _lighttpd() -> str | None:
    return shutil.which("lighttpd", path=f"{os.environ['PATH']}:/usr/sbin")


def _socket(cluster: Cluster) -> str:
    return str(cluster.server.socket_dir)


def _at(port: int) -> list[object]:
    return ["--host", "127.0.0.1", "--port", port, "--log-level", "warning"]


@contextmanager
def _process(command: list[object], environment: dict[str, str], port: int, path: str = "/healthz") -> Iterator[int]:
    with tempfile.TemporaryFile("w+") as log:  # all log as they do in service
        running = subprocess.Popen(
            list(map(str, command)), env=environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )
        try:
            end = time.monotonic() + PATIENCE_S
            while get(port, path) == 0 and running.poll() is None and time.monotonic() < end:
                time.sleep(0.2)
            if running.poll() is not None or time.monotonic() >= end:
                log.seek(0)
                sys.exit(f"{' '.join(map(str, command[:4]))} did not start:\n{log.read()[-2000:]}")
            yield running.pid
        finally:
            os.killpg(running.pid, signal.SIGTERM)  # with its children, of which not all end by themselves
            running.wait(timeout=30)
