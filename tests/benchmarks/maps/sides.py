"""Ours and the peers side by side: one client that puts each question to all in turn, or many at once (`load.py`)."""

import argparse
import http.client
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg

from gis_service.core.cluster import Cluster
from gis_service.core.db import READER_ROLE
from tests.benchmarks.maps import load
from tests.benchmarks.maps.asking import quiet
from tests.benchmarks.maps.cases import Case, cases
from tests.benchmarks.maps.land import LIMITS, plain, prepare, scratch
from tests.benchmarks.maps.servers import PEERS, NotInstalled, Server, ours
from tests.test_serve import get

HEAD = f"{'':26}{'':10}{'quickest, ms':>14}{'median, ms':>12}{'ours is quicker by':>20}{'by the median':>15}"
Ask = Callable[[int], None]
"""Put a question in the place of that number, and take the whole answer."""


def side_by_side(options: argparse.Namespace) -> None:
    with ExitStack() as stack:
        folder = stack.enter_context(scratch())
        cluster = stack.enter_context(Cluster(folder / "pg").running())
        token = prepare(cluster, folder, options.parcels)
        servers = [stack.enter_context(ours(folder, token))]
        for name in options.peers.split(",") if options.peers else ():
            try:
                servers.append(stack.enter_context(PEERS[name](cluster, folder)))
            except NotInstalled as missing:
                print(f"{name} is not installed: {missing}", flush=True)
        print(load.HEAD if options.load else HEAD)
        for case in cases(options.parcels):
            if re.search(options.only, case.name):
                asked = [server for server in servers if server.name in case.paths]
                looked = {server.name: get(server.port, case.paths[server.name][0]) for server in asked[1:]}
                able = [server for server in asked if looked.get(server.name, 200) == 200]
                for line in (load.lines if options.load else _in_turn)(case, able, cluster, options):
                    print(line, flush=True)
                for server in asked:
                    if server not in able:
                        status = looked[server.name]
                        print(
                            f"{'':26}{server.name:10}  {f'HTTP {status}' if status else 'no answer in 5 s'}", flush=True
                        )
                quiet(cluster)


def _in_turn(case: Case, able: list[Server], cluster: Cluster, options: argparse.Namespace) -> Iterator[str]:
    """One question to each, over and over: what is compared happened within the same moment. The quickest tenth tells what an
    answer takes when nothing else has the processor."""
    with ExitStack() as stack:
        asks: dict[str, Ask] = {server.name: stack.enter_context(_Asking(server, case)) for server in able}
        if case.bare:
            asks["bare SQL"] = stack.enter_context(_Bare(cluster, case))
        taken: dict[str, list[float]] = {name: [] for name in asks}
        end, turn = time.monotonic() + options.rounds * options.seconds * len(asks), 0
        while turn < options.times + 3 and (turn < 6 or time.monotonic() < end):
            for name in list(asks)[:: 1 if turn % 2 == 0 else -1]:
                began = time.perf_counter()
                asks[name](turn)
                taken[name] += [(time.perf_counter() - began) * 1000] if turn >= 3 else []
            turn += 1
    mine = _quick(taken["ours"])
    for name, each in taken.items():
        compared = f"{_quick(each) / mine:20.2f}{statistics.median(each) / statistics.median(taken['ours']):15.2f}"
        head = f"{case.name if name == 'ours' else '':26}{name:10}{_quick(each):14.2f}{statistics.median(each):12.2f}"
        yield head + ("" if name == "ours" else compared)


def _quick(taken: list[float]) -> float:
    """What a tenth stays below."""
    return sorted(taken)[len(taken) // 10]


class _Asking(ExitStack):
    """A connection that stays open."""

    def __init__(self, server: Server, case: Case):
        super().__init__()
        self._http = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.callback(self._http.close)
        self._paths = case.paths[server.name]
        self._headers = {"Authorization": f"Bearer {server.token}"} if server.token else {}

    def __call__(self, turn: int) -> None:
        path = self._paths[turn % len(self._paths)]
        try:
            self._http.request("GET", path, headers=self._headers)
            answer = self._http.getresponse()
        except ConnectionError:  # closed by the server while the others answered
            self._http.close()
            self._http.request("GET", path, headers=self._headers)
            answer = self._http.getresponse()
        answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{answer.status} {path}")


class _Bare(ExitStack):
    """The statement of ours in a connection of its own, prepared, all rows seen."""

    def __init__(self, cluster: Cluster, case: Case):
        super().__init__()
        options = "-c app.see_all=on " + " ".join(f"-c {limit.replace(' ', '')}" for limit in LIMITS)
        self._connection = self.enter_context(
            psycopg.connect(plain(cluster, READER_ROLE), autocommit=True, options=options)
        )
        self._statements = [statement.encode() for statement in case.bare]

    def __call__(self, turn: int) -> None:
        statement = self._statements[turn % len(self._statements)]
        self._connection.execute(statement, binary=True, prepare=True).fetchone()
