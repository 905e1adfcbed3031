"""The figures at 10,000 parcels and a million findings: what the overview asks for, what a click asks for, the workbook.

    .venv/bin/python -m tests.benchmarks.kpi [--times 15] [--only figures]

One web process on a scratch cluster with the settings of service, asked over one connection by a leader, row policies on; each question for
now and for a month end of the past. Prints the median, the slowest and the size of the answer.
"""

import argparse
import http.client
import statistics
import time
from contextlib import ExitStack

import psycopg

from gis_service.access.rules import Role
from gis_service.core.cluster import Cluster
from gis_service.core.db import OWNER_ROLE
from gis_service.services import Services
from gis_service.settings import Settings
from tests.benchmarks.history import GRID, QUICKLY
from tests.benchmarks.maps import land, servers
from tests.benchmarks.maps.land import HERE

PAST = "as_of=2026-03-31"
QUESTIONS = {
    "overview: figures": "/api/v1/kpis/figures",
    "overview: late": "/api/v1/kpis/late?most=12",
    "by area, all": "/api/v1/kpis/figures?by=area",
    "by unit, all": "/api/v1/kpis/figures?by=unit",
    "by area, survey": "/api/v1/kpis/figures?by=area&codes=survey.done",
    "rows, survey": "/api/v1/kpis/survey.done/rows?area=北围",
    "trend, survey": "/api/v1/kpis/trend?codes=survey.done",
    "trend, coverage": "/api/v1/kpis/trend?codes=patrol.coverage",
    "trend, rectified": "/api/v1/kpis/trend?codes=rectification.closed",
    "trend, findings": "/api/v1/kpis/trend?codes=finding.new",
    "workbook": "/api/v1/kpis/figures.xlsx",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=15, help="how often each is asked")
    parser.add_argument("--only", default="", help="part of the name of a line")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(land.scratch())
        cluster = stack.enter_context(Cluster(folder / "pg").running())
        token = _prepare(cluster, Services(Settings(environment="test", var_dir=folder)))
        port = stack.enter_context(servers.our_service(folder))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        print(f"{'':20}{'now ms':>10}{'slowest':>10}{'past ms':>10}{'slowest':>10}{'kB':>9}")
        for name, path in QUESTIONS.items():
            if options.only in name:
                now, past = (
                    _asked(connection, each, token, options.times)
                    for each in (path, f"{path}{'&' if '?' in path else '?'}{PAST}")
                )
                print(
                    f"{name:20}{now[0]:10.0f}{now[1]:10.0f}{past[0]:10.0f}{past[1]:10.0f}{now[2] / 1000:9.0f}",
                    flush=True,
                )


def _asked(connection: http.client.HTTPConnection, path: str, token: str, times: int) -> tuple[float, float, int]:
    """Median and slowest in milliseconds, and the bytes of the answer; the first is not counted."""
    took, size = [], 0
    for _ in range(times + 1):
        began = time.perf_counter()
        connection.request(
            "GET", path.replace("北围", "%E5%8C%97%E5%9B%B4"), headers={"Authorization": f"Bearer {token}"}
        )
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {body[:500]!r}")
        took.append((time.perf_counter() - began) * 1000)
        size = len(body)
    return statistics.median(took[1:]), max(took[1:]), size


def _prepare(cluster: Cluster, services: Services) -> str:
    """Schema, land, and two years on it; the token of a leader."""
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
        connection.execute("set app.see_all = 'on'")
        connection.execute(_filled(connection))
        connection.execute("vacuum analyze")
        connection.execute("alter system reset all")
        connection.execute("select pg_reload_conf()")
        counted = connection.execute(
            "select (select count(*) from parcel), (select count(*) from observation), (select count(*) from patrol_task_parcel)"
        ).fetchone() or (0, 0, 0)
    print(
        "{:,} parcels, {:,} findings, {:,} parcels on tasks, made in {:.0f} s".format(
            *counted, time.monotonic() - began
        ),
        flush=True,
    )
    try:
        return land.token_of_somebody(services, Role.LEADER)
    finally:
        services.close()


def _filled(connection: psycopg.Connection) -> bytes:
    """The statements with the columns of the register; an older version has another fence and survey."""
    names = connection.execute(
        "select attname::text from pg_attribute where attrelid = 'parcel'::regclass and attnum > 0 and not attisdropped order by attnum"
    ).fetchall()
    told = {
        "fence_status": "(array['none', 'partial', 'full'])[1 + (p.id + k) % 3]",
        "survey_status": "case when p.id % 4 < k then p.survey_status else 'pending' end",
    }
    columns = [name for (name,) in names]
    values = ", ".join(told.get(name, f"p.{name}") for name in columns)
    return (HERE / "kpi.sql").read_text("utf-8").format(columns=", ".join(columns), values=values).encode()


if __name__ == "__main__":
    main()
