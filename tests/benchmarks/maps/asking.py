"""How the questions are put, and what they cost."""

import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gis_service.core.cluster import Cluster
from tests.benchmarks.maps.servers import Server


def wrk(
    server: Server, paths: Sequence[str], seconds: int, connections: int, headers: dict[str, str] | None = None
) -> float:
    """Requests answered in a second; anything but 2xx and 304 ends the benchmark."""
    said = {**({"Authorization": f"Bearer {server.token}"} if server.token else {}), **(headers or {})}
    listed = ",".join(map(json.dumps, paths))
    script = f"local p={{{listed}}}\nlocal i=0\nfunction request()\n i=i%#p+1\n return wrk.format('GET',p[i])\nend\n"
    script += "".join(f"wrk.headers[{json.dumps(name)}]={json.dumps(value)}\n" for name, value in said.items())
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        told = run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", file.name,
             f"http://127.0.0.1:{server.port}"]
        )  # fmt: skip
    if "Non-2xx" in told:
        sys.exit(f"not all answers of {server.name} were good:\n{told}\n{paths[0]}")
    return float(re.findall(r"Requests/sec:\s+([\d.]+)", told)[0])


@dataclass(frozen=True)
class Cost:
    """Of one answer: how long it was waited for between others, and what server and database spent of processors."""

    taken_ms: float
    cpu_ms: float


def costs(
    server: Server,
    cluster: Cluster,
    paths: Sequence[str],
    seconds: int,
    connections: int,
    headers: dict[str, str] | None = None,
) -> Cost:
    """Of a server and the database behind it, once the database is quiet before and after."""
    quiet(cluster)
    database = cluster.server.pid or 0
    before = cpu_ms(server.process, database)
    rate = wrk(server, paths, seconds, connections, headers)
    quiet(cluster)
    answered = max(rate * seconds, 1)
    return Cost(1000 / rate if rate else math.inf, (cpu_ms(server.process, database) - before) / answered)


def cpu_ms(*roots: int) -> float:
    """Time that processes, their children and those that ended before them had a processor."""
    of: dict[int, list[int]] = {}
    spent: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                words = (entry / "stat").read_text().rpartition(")")[2].split()
                of.setdefault(int(words[1]), []).append(int(entry.name))
                spent[int(entry.name)] = sum(map(int, words[11:15]))
    ticks, wanted = 0, list(roots)
    while wanted:
        process = wanted.pop()
        ticks += spent.get(process, 0)
        wanted += of.get(process, [])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def quiet(cluster: Cluster) -> None:
    """Wait until the database has done what the last questions asked, also those that nobody waits for any more."""
    active = "select count(*) from pg_stat_activity where state = 'active' and pid <> pg_backend_pid()"
    with cluster.admin() as connection:
        while (connection.execute(f"{active} and backend_type = 'client backend'".encode()).fetchone() or (0,))[0]:
            time.sleep(0.05)


def rate(ask: Callable[[], object], seconds: float) -> float:
    """How often a second it can be asked, after a few times that do not count."""
    for _ in range(5):
        ask()
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        ask()
        count += 1
    return count / (time.perf_counter() - start)


def run(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stderr}")
    return done.stdout
