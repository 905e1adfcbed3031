"""Two web processes, a worker, PgBouncer, PostgreSQL and its replica: the picture of many machines, on one.

`python -m tests.proving.many [--small]`. What it shows: people who share sessions of the pooler see each their own land; writes
at one process are read at the other; the replica's death is nobody's concern; and the replica takes over.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress

import httpx2

from gis_service.access.rules import Role
from gis_service.core import host
from gis_service.settings import ROOT
from tests.pooling import LOGIN, PROGRAM, Pooler, let_in, pooling
from tests.proving.lines import Line, ended
from tests.proving.premises import Premises, Somebody, percentile, premises, since
from tests.proving.replica import PORT, Replica

SESSIONS = 3
"""Of PostgreSQL for each role, for all web processes together: far fewer than they have threads."""
TOO_LONG_S = 30
JOB_WITHIN_S = 180  # the worker is niced: on a machine with other work it waits
MANY = "many"


def lines(small: bool = False) -> Iterator[Line]:
    """The figures, as they come (about two minutes, small one)."""
    if PROGRAM is None:
        yield Line(
            MANY, "two web processes, worker, pooler and replica", "-", "run", None, "pgbouncer is not installed"
        )
        return
    with premises() as place, ExitStack() as stack:
        first, second = (
            place.somebody(f"officer{n}", Role.LAND_OFFICER, area) for n, area in enumerate(place.areas()[:2])
        )
        with place.services.private().admin() as connection:
            let_in(connection)
        pooler = stack.enter_context(pooling(place.services.private(), size=SESSIONS))
        pooled = {"GIS_DATABASE_URL": pooler.url, "GIS_DATABASE_POOLED": "true"}
        ports = [stack.enter_context(place.web(**pooled)) for _ in range(2)]
        replica = stack.enter_context(_replica(place))
        yield _scopes(first, second, ports, 200 if small else 2000)
        yield _seen_at_once(first, ports, 20 if small else 100)
        yield _job(place, first, ports)
        yield _lag(first, ports, replica, 20 if small else 100)
        yield from _replica_dies(first, ports, replica, 20 if small else 100)
        yield from _takes_over(place, first, ports, replica, pooler)


@contextmanager
def _replica(place: Premises) -> Iterator[Replica]:
    replica = Replica.of(place.services.private(), place.folder / "replica")
    try:
        replica.start()
        yield replica
    finally:
        replica.stop()


def _scopes(first: Somebody, second: Somebody, ports: list[int], requests: int) -> Line:
    """Requests of two people in turn, by register (gis_app) and by map (gis_reader), at both web processes."""
    clients = {(who.name, port): who.at(port) for who in (first, second) for port in ports}

    def ask(n: int) -> str | None:
        who = (first, second)[n % 2]
        client = clients[who.name, ports[n // 2 % 2]]
        if n // 4 % 2:
            features = client.get("/ogc/collections/parcel-supply/items", params={"limit": 1000}).json()["features"]
            found, own = {each["properties"]["parcel_no"] for each in features}, who.numbers
        else:
            items = client.get("/api/v1/parcels", params={"limit": 100}).json()["items"]
            found, own = {each["id"] for each in items}, who.own  # type: ignore[assignment]
        return None if found and found <= own else f"{who.name}: {len(found - own)} of others, {len(found)} in all"

    began = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        faults = [fault for fault in threads.map(ask, range(requests)) if fault]
    rate = requests / since(began)
    figure = f"{len(faults)} wrong answers of {requests}, {SESSIONS} sessions a role, {rate:.0f} requests/s"
    return Line(
        "R39",
        "two people in turn through PgBouncer in transaction mode",
        figure,
        "0",
        not faults,
        "; ".join(faults[:2]),
    )


def _write(client: httpx2.Client, parcel_id: int, mark: str) -> bool:
    """Change a parcel; whether that was acknowledged."""
    with suppress(httpx2.HTTPError):
        read = client.get(f"/api/v1/parcels/{parcel_id}")
        if read.status_code == 200:
            change = {"location_text": mark, "reason": "proof"}
            head = {"If-Match": read.headers["etag"]}
            return client.patch(f"/api/v1/parcels/{parcel_id}", json=change, headers=head).status_code == 200
    return False


def _seen_at_once(who: Somebody, ports: list[int], writes: int) -> Line:
    here, there = (who.at(port) for port in ports)
    parcel_id, good = _open_parcel(here), 0
    for n in range(writes):
        mark = f"seen {n}"
        done = _write(here, parcel_id, mark)
        good += done and there.get(f"/api/v1/parcels/{parcel_id}").json()["location_text"] == mark
    return Line(MANY, "written at one web process, read at the other", f"{good} of {writes}", "all", good == writes)


def _open_parcel(client: httpx2.Client) -> int:
    """A parcel of theirs that can be changed."""
    for item in client.get("/api/v1/parcels", params={"limit": 100}).json()["items"]:
        if _write(client, item["id"], "tried"):
            return int(item["id"])
    raise AssertionError("no parcel can be changed")


def _job(place: Premises, who: Somebody, ports: list[int]) -> Line:
    """A file sent in at a web process is read by the worker, which goes to PostgreSQL itself."""
    server = place.services.private().server
    direct = f"postgresql://{LOGIN}@/gis?host={server.socket_dir}&port={server.port}"
    client = who.at(ports[1])
    content = (ROOT / "docs" / "first-steps" / "four-parcels.geojson").read_bytes()
    with place.started("gis_service.worker", name="worker", GIS_DATABASE_URL=direct):
        sent = client.post("/api/v1/imports", files={"file": ("four.geojson", content, "application/geo+json")})
        began, state = time.monotonic(), ""
        while sent.status_code == 202 and since(began) < JOB_WITHIN_S:
            state = client.get(f"/api/v1/imports/{sent.json()['id']}").json()["state"]
            if state not in ("queued", "reading", "checking"):
                break
            time.sleep(0.2)
        seconds = since(began)
    said = host.read(place.folder / "worker.log").splitlines()[-1:]
    figure = f"{sent.status_code}, then {state!r} after {seconds:.1f} s"
    good = state == "staged"
    return Line(MANY, "a job from a web process to the worker", figure, "staged", good, "" if good else " ".join(said))


def _lag(who: Somebody, ports: list[int], replica: Replica, writes: int) -> Line:
    client = who.at(ports[0])
    parcel_id, behind = _open_parcel(client), []
    for n in range(writes):
        _write(client, parcel_id, f"lag {n}")
        behind.append(1000 * replica.seconds_behind())
    figure = f"median {percentile(behind, 0.5):.0f} ms, most {max(behind):.0f} ms after {writes} acknowledged writes"
    return Line(MANY, "how far the replica is behind", figure, "≤ 1 s", max(behind) <= 1000)


def _replica_dies(who: Somebody, ports: list[int], replica: Replica, writes: int) -> Iterator[Line]:
    clients = [who.at(port) for port in ports]
    parcel_id = _open_parcel(clients[0])
    replica.kill()
    good = sum(_write(clients[n % 2], parcel_id, f"alone {n}") for n in range(writes))
    yield Line(MANY, "writes while the replica is dead", f"{good} of {writes} acknowledged", "all", good == writes)
    began = time.monotonic()
    replica.start()
    replica.seconds_behind()
    seconds = since(began)
    yield Line(MANY, "the replica comes back and has all", f"{seconds:.1f} s", "≤ 60 s", seconds <= 60)


def _takes_over(place: Premises, who: Somebody, ports: list[int], replica: Replica, pooler: Pooler) -> Iterator[Line]:
    """The primary is killed under writes; the replica is promoted and the pooler led to it, the web processes untouched."""
    client, marks, stop = who.at(ports[0]), list[str](), threading.Event()
    parcel_id = _open_parcel(client)

    def writer() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            if _write(client, parcel_id, f"over {n}"):
                marks.append(f"over {n}")

    writing = threading.Thread(target=writer)
    writing.start()
    time.sleep(2)
    pid = place.services.private().server.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    began, before = time.monotonic(), len(marks)
    replica.promote()
    pooler.lead_to(replica.folder, PORT)
    while len(marks) < before + 3 and since(began) < TOO_LONG_S:
        time.sleep(0.05)
    seconds = since(began)
    stop.set()
    writing.join()
    with replica.admin() as connection:
        kept = {
            row[0] for row in connection.execute("select location_text from parcel_version where id = %s", [parcel_id])
        }
    lost = [mark for mark in marks if mark not in kept]
    yield Line(
        MANY,
        "from the primary's death to writes on the promoted replica",
        f"{seconds:.1f} s",
        "≤ 30 s",
        seconds < TOO_LONG_S,
    )
    why = "replication is asynchronous: what the replica lacks at that moment is lost; synchronous_standby_names forbids it"
    yield Line(
        MANY,
        "acknowledged writes that the promoted replica lacks",
        f"{len(lost)} of {len(marks)}",
        "0",
        not lost,
        why if lost else "",
    )


if __name__ == "__main__":
    ended(lines("--small" in sys.argv))
