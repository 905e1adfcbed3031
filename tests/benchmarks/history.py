"""A past day against today, side by side in one run: 10,000 parcels with a million versions.

    .venv/bin/python -m tests.benchmarks.history [--pairs 60] [--only tile]

One web process on a scratch cluster with the settings of service, asked over one connection by somebody with a grant for
each area, row policies on. Each question is put twice in turn, once for today and once for a day drawn from five years;
what is printed is p50 and p95 of both in milliseconds and the ratio of the p95. Lines without a today are told as they are.
"""

import argparse
import http.client
import itertools
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

import psycopg

from gis_service.access.rules import Role
from gis_service.core.cluster import Cluster
from gis_service.core.db import OWNER_ROLE
from gis_service.services import Services
from gis_service.settings import Settings
from tests.benchmarks.maps import land, servers
from tests.benchmarks.maps.cases import LAYER, places
from tests.benchmarks.maps.land import HERE

FIRST_DAY, DAYS = date(2021, 12, 1), 1780
CENTRE = (113.375, 22.275)
GRID = (
    ("generate_series(0, 319) i, generate_series(0, 312) j", "generate_series(0, 99) i, generate_series(0, 99) j"),
    ("i / 64", "i / 20"),
)
"""100 x 100 cells of the benchmark of maps, in five areas."""


QUICKLY = (
    "alter system set fsync = off",
    "alter system set full_page_writes = off",
    "select pg_reload_conf()",
    "set maintenance_work_mem = '1GB'",
    "set work_mem = '256MB'",
)
"""While the rows are made; nothing is written once the questions begin."""


@dataclass(frozen=True)
class Case:
    """The same question in a few places; `between` asks about a day and a month later and has no today."""

    name: str
    paths: list[str]
    between: bool = False
    most: int = 1000
    """Pairs at the most, for questions of seconds."""


def main() -> None:
    options = _options()
    with ExitStack() as stack:
        folder = stack.enter_context(land.scratch())
        cluster = stack.enter_context(Cluster(folder / "pg").running())
        token = _prepare(cluster, Services(Settings(environment="test", var_dir=folder)))
        port = stack.enter_context(servers.our_service(folder))
        ask = _asker(port, token)
        print(f"{'':20}{'today p50':>11}{'p95':>8}{'past p50':>11}{'p95':>8}{'ratio p95':>11}")
        for case in _cases():
            if options.only in case.name:
                print(_line(case, ask, options.pairs), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=60, help="pairs of questions for each line")
    parser.add_argument("--only", default="", help="part of the name of a line")
    return parser.parse_args()


def _prepare(cluster: Cluster, services: Services) -> str:
    """Schema, parcels, versions; the token of somebody with a grant for each of five areas."""
    services.migrate()
    began = time.monotonic()
    made = (HERE / "parcels.sql").read_text("utf-8")
    for there, here in GRID:
        made = made.replace(there, here)
    with psycopg.connect(land.plain(cluster, OWNER_ROLE), options="-c app.see_all=on") as connection:
        connection.execute(made.encode())
    with cluster.admin() as connection:
        for setting in QUICKLY:
            connection.execute(setting)
        indexes = _without_indexes(connection)
        connection.execute(_history(connection))
        for statement in indexes:
            connection.execute(statement)
        connection.execute("vacuum analyze")
        connection.execute("alter system reset all")
        connection.execute("select pg_reload_conf()")
        count, size = connection.execute(
            "select count(*), pg_size_pretty(pg_total_relation_size('parcel_version')) from parcel_version"
        ).fetchone() or (0, "")
    print(f"{count:,} versions, {size} with indexes, made in {time.monotonic() - began:.0f} s", flush=True)
    try:
        return land.token_of_somebody(services, Role.LAND_OFFICER)
    finally:
        services.close()


def _history(connection: psycopg.Connection) -> bytes:
    """The statement with the columns of the register: the outline and a status change, the rest stays."""
    columns = [
        name
        for (name,) in connection.execute(
            """select attname::text from pg_attribute where attrelid = 'parcel'::regclass and attnum > 0
                  and not attisdropped order by attnum"""
        )
    ]
    told = {
        "geom": "case when n % 10 = 0 then st_translate(p.geom, n * 1e-7, n * 1e-7) else p.geom end",
        "fence_status": "case when n = 100 then p.fence_status else (array['full', 'damaged', 'partial'])[1 + n % 3] end",
        "row_version": "n",
        "updated_at": "began",
        "created_at": "pg_temp.began(p.id, 1)",
    }
    values = ", ".join(told.get(name, f"p.{name}") for name in columns)
    return (HERE / "history.sql").read_text("utf-8").format(columns=", ".join(columns), values=values).encode()


def _without_indexes(connection: psycopg.Connection) -> list[bytes]:
    """Drop what makes a million rows slow to write; returns the statements that bring it back."""
    constraints = connection.execute(
        """select conname::text, pg_get_constraintdef(oid), contype::text from pg_constraint
            where conrelid = 'parcel_version'::regclass and contype in ('p', 'x')"""
    ).fetchall()
    for name, _, _ in constraints:
        connection.execute(f"alter table parcel_version drop constraint {name}".encode())
    indexes = connection.execute(
        "select indexname::text, indexdef from pg_indexes where tablename = 'parcel_version'"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"drop index {name}".encode())
    # no question reads the index that keeps ranges apart, and it takes longest: it stays away
    kept = [(name, definition) for name, definition, kind in constraints if kind == "p"]
    back = [f"alter table parcel_version add constraint {name} {definition}" for name, definition in kept]
    return [statement.encode() for statement in [*back, *(definition for _, definition in indexes)]]


def _cases() -> Iterator[Case]:
    yield Case("list, 100", ["/api/v1/parcels?limit=100", "/api/v1/parcels?limit=100&sort=-area_computed_m2"])
    yield Case("list, 5000", ["/api/v1/parcels?limit=5000"])
    yield Case(
        "list in an area", ["/api/v1/parcels?limit=100&area=北围", "/api/v1/parcels?limit=100&fence_status=damaged"]
    )
    for z in (12, 13, 14):
        shown = places(z, CENTRE)
        yield Case(
            f"tile z{z}", [f"/ogc/collections/{LAYER}/tiles/WebMercatorQuad/{t.z}/{t.y}/{t.x}?f=mvt" for t in shown]
        )
    items = f"/ogc/collections/{LAYER}/items?limit=100"
    boxes = [
        f"{113.31 + i * 0.015:.3f},{22.21 + i * 0.015:.3f},{113.325 + i * 0.015:.3f},{22.225 + i * 0.015:.3f}"
        for i in range(6)
    ]
    yield Case("items, first 100", [items])
    yield Case("items in a box", [f"{items}&bbox={box}" for box in boxes])
    for kind in ("geojson", "gpkg", "xlsx"):
        yield Case(f"export {kind}, 2000", [f"/api/v1/parcels/export?format={kind}&area=北围"], most=20)
    yield Case("changes, a month", ["/api/v1/parcels/changes?limit=200"], between=True)
    yield Case("changes on the map", ["/api/v1/parcels/changes/geojson?limit=1000"], between=True)
    yield Case("feed", ["/api/v1/parcels/changes/feed?limit=100"], between=True)
    yield Case("days", ["/api/v1/parcels/changes/days?"], between=True)
    yield Case("one parcel", [f"/api/v1/parcels/{number}" for number in range(1, 10_000, 997)])


Ask = Callable[[str], float]


def _asker(port: int, token: str) -> Ask:
    """Asks over one connection that stays open; gives milliseconds until the last byte, anything but 2xx ends the run."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}

    def ask(path: str) -> float:
        began = time.perf_counter()
        connection.request("GET", quote(path, safe="/?&=,:-"), headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        taken = (time.perf_counter() - began) * 1000
        if answer.status >= 300:
            raise SystemExit(f"{answer.status} {path}\n{body[:500]!r}")
        return taken

    return ask


def _line(case: Case, ask: Ask, pairs: int) -> str:
    chance = random.Random(case.name)
    in_turn = itertools.cycle(case.paths)
    today, past = [], []
    warm, pairs = min(10, case.most // 5), min(pairs, case.most)
    for turn in range(pairs + warm):
        path = next(in_turn)
        day = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
        join = "" if path.endswith("?") else "&" if "?" in path else "?"
        then = f"{path}{join}as_of={day}"
        if case.between:
            past.append(ask(f"{path}{join}from={day}&to={day + timedelta(days=30)}"))
        elif turn % 2:
            today.append(ask(path))
            past.append(ask(then))
        else:
            past.append(ask(then))
            today.append(ask(path))
    now, before = _quantiles(today[warm:]), _quantiles(past[warm:])
    if not now:
        return f"{case.name:20}{'':19}{before[0]:11.1f}{before[1]:8.1f}"
    return f"{case.name:20}{now[0]:11.1f}{now[1]:8.1f}{before[0]:11.1f}{before[1]:8.1f}{before[1] / now[1]:11.2f}"


def _quantiles(taken: list[float]) -> tuple[float, ...]:
    """p50 and p95."""
    cuts = statistics.quantiles(taken, n=20) if taken else []
    return (statistics.median(taken), cuts[18]) if taken else ()


if __name__ == "__main__":
    main()
