"""Tiles and items against TiPg, side by side in one run, and against the bare SQL.

    .venv/bin/python -m tests.benchmarks.maps [--rounds 5] [--seconds 4] [--connections 8] [--only tile]
    .venv/bin/python -m tests.benchmarks.maps --kept [--parcels 10000] [--seconds 4]

100,000 made parcels in a scratch cluster. Ours: signed in with a personal token, permission asked, row policies on,
scope by five areas, one web process. TiPg (its own environment, `.venv-tipg`): the same table, the same attributes,
no sign-in, a role that no policy holds back, and the same limits on the server's side. wrk asks both in turn, on
loopback; what is printed is the median of each and of the ratio of each pair. Nothing is kept (`GIS_TILES_KEPT_MB=0`):
every answer is drawn anew. The last column is the same statement under pgbench, without any web server.

`--kept` asks our own service alone, without wrk and without TiPg: tiles drawn anew, tiles kept, tiles that the browser has
(304), each against the bare ST_AsMVT statement in one connection; one client, in turn, so that the machine's load is the same
for all.
"""

import argparse
import itertools
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx2 as httpx
import psycopg
from sqlalchemy import select

from gis_service.access import operations as access
from gis_service.access import queries
from gis_service.access.actor import SERVICE
from gis_service.access.models import Area
from gis_service.access.rules import Role
from gis_service.core import clock
from gis_service.core.cluster import Cluster
from gis_service.core.db import OWNER_ROLE, READER_ROLE
from gis_service.maps import tiles
from gis_service.maps.asked import Asked
from gis_service.maps.catalogue import Catalogue, Layer
from gis_service.maps.crs import LONLAT, window
from gis_service.maps.ogc import items
from gis_service.services import Services
from gis_service.settings import Settings
from tests.test_serve import free_port, get, until

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
TIPG = ROOT / ".venv-tipg"
LAYER = "parcel-fence"
CENTRE = (113.54, 22.43)
LIMITS = ("max_parallel_workers_per_gather = 0", "jit = off")
# what both send with an item: the columns of the layer, as far as the table has them itself
COLUMNS = (
    "parcel_no,parcel_name,district_code,location_text,area_registered_m2,area_computed_m2,area_id,right_holder_unit_id,"
    "managing_unit_id,custodian_unit_id,planned_class_system,planned_class_code,planned_supply_year,supply_status,"
    "use_status,fence_status,survey_status,disposal_status,handover_status,waste_found,risk_level,is_undeveloped,"
    "updated_at,current_class_code,plot_ratio,ownership,remark"
)


@dataclass(frozen=True)
class Case:
    """One line of the table: the same question to both, in a few places in turn."""

    name: str
    ours: list[str]
    theirs: list[str]
    bare: list[str]


@dataclass(frozen=True)
class Server:
    port: int
    token: str | None = None


def main() -> None:
    options = _options()
    if options.kept:
        _kept(options)
        return
    with ExitStack() as stack:
        folder = stack.enter_context(_scratch())
        cluster = stack.enter_context(Cluster(folder / "pg").running())
        token = _prepare(cluster, folder, options.parcels)
        ours = Server(stack.enter_context(_our_service(folder)), token)
        theirs = Server(stack.enter_context(_tipg(cluster)))
        print(f"{'':18}{'ours/s':>9}{'TiPg/s':>9}{'ratio':>7}  {'(of pairs)':13}{'bare SQL/s':>11}{'ours of it':>11}")
        for case in _cases():
            if options.only in case.name:
                print(_line(case, ours, theirs, cluster, options), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="pairs of runs for each line")
    parser.add_argument("--seconds", type=int, default=4, help="length of each run")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--only", default="", help="part of the name of a line")
    parser.add_argument("--parcels", type=int, default=100_000)
    parser.add_argument("--kept", action="store_true", help="our own tiles alone: drawn anew, kept, not changed")
    return parser.parse_args()


# ---- what stands before the first request


@contextmanager
def _scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="gis-maps-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(cluster: Cluster, folder: Path, parcels: int) -> str:
    """Schema, parcels, a role for TiPg, and the token of somebody with a grant for each of five areas."""
    services = Services(Settings(environment="test", var_dir=folder))
    services.migrate()
    print(f"making {parcels:,} parcels …", flush=True)
    with psycopg.connect(_plain(cluster, OWNER_ROLE), options="-c app.see_all=on") as connection:
        connection.execute((HERE / "parcels.sql").read_bytes().replace(b"limit 100000", b"limit %d" % parcels))
    with cluster.admin() as connection:
        connection.execute("vacuum analyze")
        connection.execute("create role tipg login superuser")
        for limit in LIMITS:
            connection.execute(f"alter role tipg set {limit}".encode())
    try:
        return _token(services)
    finally:
        services.close()


def _token(services: Services, role: Role = Role.INSPECTOR) -> str:
    """The token of somebody with that role in each area, and in no other way."""
    with services.sessions.begin() as session:
        made = access.create_user(
            session, SERVICE, username="bench", display_name="bench", password="Correct-horse-9", own_choice=True
        )
        for area_id in session.scalars(select(Area.id)):
            access.grant_role(session, SERVICE, made.id, role, area_id=area_id)
        session.flush()
        person = queries.actor_named(session, "bench", at=clock.now())
        assert person
        return access.make_token(session, person, "benchmark", at=clock.now(), days=1)[0]


def _plain(cluster: Cluster, role: str) -> str:
    """A libpq address."""
    return cluster.url(role).replace("postgresql+psycopg", "postgresql")


@contextmanager
def _our_service(folder: Path, kept_mb: int = 0) -> Iterator[int]:
    environment = {
        **os.environ,
        "GIS_VAR_DIR": str(folder),
        "GIS_ENVIRONMENT": "test",
        "GIS_TILES_KEPT_MB": str(kept_mb),
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", "gis_service.main:app", "--no-access-log"]
    with _process(command, environment) as port:
        yield port


@contextmanager
def _tipg(cluster: Cluster) -> Iterator[int]:
    python = TIPG / "bin" / "python"
    if not python.exists():
        print("fetching TiPg …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", TIPG], check=True)
        install = ["install", "--quiet", "--no-deps", "--require-hashes", "-r", HERE / "tipg.lock"]
        subprocess.run([python, "-m", "pip", *install], check=True)
    socket = quote(str(cluster.server.socket_dir), safe="")
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://tipg@{socket}/gis",
        "TIPG_DB_SCHEMAS": '["public"]',
        "TIPG_MAX_FEATURES_PER_TILE": "1000000",
        "DB_MIN_CONN_SIZE": "1",
        "DB_MAX_CONN_SIZE": "8",
    }
    with _process([python, "-m", "uvicorn", "tipg.main:app", "--no-access-log"], environment) as port:
        yield port


@contextmanager
def _process(command: list[object], environment: dict[str, str]) -> Iterator[int]:
    port = free_port()
    command = [*command, "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    with tempfile.TemporaryFile("w+") as log:  # both log as they do in service
        running = subprocess.Popen(list(map(str, command)), env=environment, cwd=ROOT, stdout=log, stderr=log)
        try:
            until(lambda: get(port, "/healthz") != 0 or running.poll() is not None, "the server answers")
            if running.poll() is not None:
                log.seek(0)
                sys.exit(f"{command[2]} {command[3]} did not start:\n{log.read()[-2000:]}")
            yield port
        finally:
            running.terminate()
            running.wait(timeout=30)


# ---- the questions


def _cases() -> Iterator[Case]:
    layer = Catalogue.load()[LAYER]
    for z in (12, 13, 14, 15):
        places = list(_places(z))
        properties = ",".join(layer.tile_attributes(z))
        yield Case(
            f"tile z{z}",
            [f"/ogc/collections/{LAYER}/tiles/WebMercatorQuad/{t.z}/{t.y}/{t.x}" for t in places],
            [
                f"/collections/public.parcel/tiles/WebMercatorQuad/{t.z}/{t.x}/{t.y}?properties={properties}"
                for t in places
            ],
            [_tile_sql(layer, tile) for tile in places],
        )
    boxes = [
        f"{113.40 + i * 0.03:.2f},{22.30 + i * 0.02:.2f},{113.43 + i * 0.03:.2f},{22.33 + i * 0.02:.2f}"
        for i in range(8)
    ]
    ours, theirs = (
        f"/ogc/collections/{LAYER}/items?limit=100",
        f"/collections/public.parcel/items?limit=100&properties={COLUMNS}",
    )
    yield Case(
        "100 items in a box",
        [f"{ours}&bbox={box}" for box in boxes],
        [f"{theirs}&bbox={box}" for box in boxes],
        [_page_sql(layer, Asked(window=window(box, LONLAT)), count=True) for box in boxes],
    )
    # the first page is counted once a minute, when more match than are counted
    yield Case("first 100 items", [ours], [theirs], [_page_sql(layer, Asked(), count=False)])


def _places(z: int) -> Iterator[tiles.Tile]:
    """A few tiles in the middle of the land, all full."""
    n = 2**z
    x = int((CENTRE[0] + 180) / 360 * n)
    y = int((1 - math.asinh(math.tan(math.radians(CENTRE[1]))) / math.pi) / 2 * n)
    for dx, dy in itertools.product((-1, 0, 1), (0, 1)) if z > 12 else [(0, 0)]:
        yield tiles.Tile(z, x + dx, y + dy)


def _tile_sql(layer: Layer, tile: tiles.Tile) -> str:
    asked = Asked()
    statement, _ = tiles._statement(((layer, asked.shape),), tile.z, tile.grid, None)
    return _filled(statement, tiles._place(tile))


def _page_sql(layer: Layer, asked: Asked, *, count: bool) -> str:
    statement = items._page_statement(layer, asked.shape, LONLAT, count)
    return _filled(statement, {**asked.values(), "size": 100, "after": 0})


def _filled(statement: bytes, values: Mapping[str, object]) -> str:
    """The statement with its values written in, on one line, as pgbench wants it."""
    text = " ".join(statement.decode().split())
    for name, value in values.items():
        text = text.replace(f"%({name})s", f"'{value}'" if isinstance(value, str) else repr(value))
    return text + ";\n"


# ---- asking


def _line(case: Case, ours: Server, theirs: Server, cluster: Cluster, options: argparse.Namespace) -> str:
    for server, paths in ((ours, case.ours), (theirs, case.theirs)):
        _wrk(server, paths, 1, options.connections)  # warm: pools, plans, caches of both
    pairs = []
    for turn in range(options.rounds):
        first, second = ((ours, case.ours), (theirs, case.theirs))[:: 1 if turn % 2 == 0 else -1]
        rates = [_wrk(server, paths, options.seconds, options.connections) for server, paths in (first, second)]
        pairs.append(rates if turn % 2 == 0 else rates[::-1])
    ratios = sorted(mine / other for mine, other in pairs)
    mine, other = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    bare = _pgbench(cluster, case.bare, options)
    spread = f"({ratios[0]:.2f}–{ratios[-1]:.2f})"
    return f"{case.name:18}{mine:9.1f}{other:9.1f}{statistics.median(ratios):7.2f}  {spread:13}{bare:11.1f}{mine / bare:11.0%}"


def _wrk(server: Server, paths: list[str], seconds: int, connections: int) -> float:
    """Requests answered in a second; anything but 2xx ends the benchmark."""
    listed = ",".join(map(json.dumps, paths))
    script = f"local p={{{listed}}}\nlocal i=0\nfunction request()\n i=i%#p+1\n return wrk.format('GET',p[i])\nend\n"
    if server.token:
        script += f"wrk.headers['Authorization']='Bearer {server.token}'\n"
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        said = _said(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", file.name,
             f"http://127.0.0.1:{server.port}"]
        )  # fmt: skip
    if "Non-2xx" in said:
        sys.exit(f"not all answers were good:\n{said}\n{paths[0]}")
    return float(re.findall(r"Requests/sec:\s+([\d.]+)", said)[0])


def _pgbench(cluster: Cluster, statements: list[str], options: argparse.Namespace) -> float:
    """Transactions in a second of the statements in turn, prepared, as the reader, all rows seen."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, statement in enumerate(statements):
            file = Path(folder) / f"{number}.sql"
            file.write_text(statement)
            files += ["-f", str(file)]
        settings = "-c app.see_all=on -c max_parallel_workers_per_gather=0 -c jit=off"
        environment = {**os.environ, "PGOPTIONS": settings}
        said = _said(
            ["pgbench", "-n", "-M", "prepared", "-c", str(options.connections), "-j", "1", "-T", str(options.seconds),
             *files, "-h", str(cluster.server.socket_dir), "-U", READER_ROLE, "gis"],
            environment,
        )  # fmt: skip
    return float(re.findall(r"tps = ([\d.]+)", said)[0])


# ---- our own tiles: drawn, kept, not changed


def _kept(options: argparse.Namespace) -> None:
    layer = Catalogue.load()[LAYER]
    with ExitStack() as stack:
        folder = stack.enter_context(_scratch())
        cluster = stack.enter_context(Cluster(folder / "pg").running())
        token = _prepare(cluster, folder, options.parcels)
        drawing = stack.enter_context(_our_service(folder))
        keeping = stack.enter_context(_our_service(folder, kept_mb=64))
        middle = _middle(cluster)
        print(f"{'one client':12}{'bare SQL/s':>12}{'drawn/s':>10}{'of bare':>9}{'kept/s':>9}{'304/s':>9}{'bytes':>9}")
        for z in (12, 14):
            tile = _tile_over(*middle, z)
            path = f"/ogc/collections/{LAYER}/tiles/WebMercatorQuad/{tile.z}/{tile.y}/{tile.x}"
            rounds = [_round(cluster, layer, tile, path, token, drawing, keeping, options.seconds) for _ in range(3)]
            bare, drawn, kept, unchanged, size = (statistics.median(each) for each in zip(*rounds, strict=True))
            print(
                f"z{z:<11}{bare:12.1f}{drawn:10.1f}{drawn / bare:9.0%}{kept:9.1f}{unchanged:9.1f}{size:9.0f}",
                flush=True,
            )


def _round(
    cluster: Cluster, layer: Layer, tile: tiles.Tile, path: str, token: str, drawing: int, keeping: int, seconds: int
) -> tuple[float, float, float, float, float]:
    """One after the other: the bare statement, a tile drawn anew, kept, and not sent again; each in answers a second."""
    with psycopg.connect(_plain(cluster, READER_ROLE), autocommit=True, options="-c app.see_all=on") as connection:
        for limit in LIMITS:
            connection.execute(f"set {limit}".encode())
        statement = _tile_sql(layer, tile).encode()
        bare = _rate(lambda: connection.execute(statement, binary=True, prepare=True).fetchone(), seconds)
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(headers=headers, timeout=30) as client:

        def asked(port: int, status: int, **more: str) -> httpx.Response:
            answer = client.get(f"http://127.0.0.1:{port}{path}", headers=more)
            assert answer.status_code == status, answer.status_code
            return answer

        first = asked(keeping, 200)
        etag = first.headers["etag"]
        return (
            bare,
            _rate(lambda: asked(drawing, 200), seconds),
            _rate(lambda: asked(keeping, 200), seconds),
            _rate(lambda: asked(keeping, 304, **{"If-None-Match": etag}), seconds),
            float(len(first.content)),
        )


def _rate(ask: Callable[[], object], seconds: int) -> float:
    """How often a second it can be asked, after a few times that do not count."""
    for _ in range(5):
        ask()
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        ask()
        count += 1
    return count / (time.perf_counter() - start)


def _middle(cluster: Cluster) -> tuple[float, float]:
    """Where the parcels lie closest."""
    with psycopg.connect(_plain(cluster, OWNER_ROLE), options="-c app.see_all=on") as connection:
        row = connection.execute(
            "select percentile_disc(0.5) within group (order by st_xmin(geom)), percentile_disc(0.5) within group"
            " (order by st_ymin(geom)) from parcel"
        ).fetchone()
    assert row
    return float(row[0]), float(row[1])


def _tile_over(lon: float, lat: float, z: int) -> tiles.Tile:
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
    return tiles.Tile(z, int((lon + 180) / 360 * 2**z), int(y))


def _said(command: list[str], environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
