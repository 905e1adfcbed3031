"""Many at once: answers in a second under wrk, and what of the processors each of them took."""

import argparse
import math
import statistics
from collections.abc import Iterator

from gis_service.core.cluster import Cluster
from tests.benchmarks.maps.asking import Cost, costs, wrk
from tests.benchmarks.maps.cases import Case
from tests.benchmarks.maps.servers import Server

HEAD = f"{'':26}{'':10}{'answers/s':>11}{'ours is faster by':>20}{'CPU, ms':>10}{'ours spends less by':>21}"


def lines(case: Case, able: list[Server], cluster: Cluster, options: argparse.Namespace) -> Iterator[str]:
    """A line for each server; each round asks all, so that a ratio is of one moment."""
    found: dict[str, list[Cost]] = {server.name: [] for server in able}
    connections = min(options.connections, case.most)
    for server in able:
        wrk(server, case.paths[server.name], 1, connections)  # warm: pools, plans and caches of all
    for turn in range(options.rounds):
        for server in able if turn % 2 == 0 else able[::-1]:
            cost = costs(server, cluster, case.paths[server.name], options.seconds, connections)
            found[server.name].append(cost)
    for server in able:
        yield f"{case.name if server.name == 'ours' else '':26}{server.name:10}" + _told(
            found[server.name], found["ours"]
        )


def _told(theirs: list[Cost], mine: list[Cost]) -> str:
    rate = 1000 / statistics.median(cost.taken_ms for cost in theirs)
    spent = statistics.median(cost.cpu_ms for cost in theirs)
    if theirs is mine:
        return f"{rate:11.1f}{'':20}{spent:10.2f}"
    faster = _range([other.taken_ms / own.taken_ms for own, other in zip(mine, theirs, strict=True)])
    less = _range([other.cpu_ms / own.cpu_ms for own, other in zip(mine, theirs, strict=True)])
    return f"{rate:11.1f}{faster:>20}{spent:10.2f}{less:>21}"


def _range(ratios: list[float]) -> str:
    known = sorted(ratio for ratio in ratios if math.isfinite(ratio))
    return f"{statistics.median(known):.1f} ({known[0]:.1f}–{known[-1]:.1f})" if known else "?"
