"""The same questions with the same answers' size as the register grows, each paired with a register of 10,000 parcels that
is asked in the same seconds: what is printed is how much longer the larger one takes."""

import argparse
import statistics
from contextlib import ExitStack

from gis_service.core.cluster import Cluster
from gis_service.maps.catalogue import Catalogue
from tests.benchmarks.maps.asking import costs, wrk
from tests.benchmarks.maps.cases import LAYER, WARM_EDGE, Case, box_case, tile_case
from tests.benchmarks.maps.land import BLOCK, grow, prepare, scratch
from tests.benchmarks.maps.servers import Server, ours

SMALL = 10_000
Register = tuple[Server, Cluster]


def growth(options: argparse.Namespace) -> None:
    with ExitStack() as stack:
        small, large = _register(stack, SMALL), _register(stack, BLOCK)
        print(
            f"{'':14}"
            + "".join(f"{case.name[-13:] + ', ms':>18}{'of 10,000':>20}{'of CPU':>8}" for case in _questions())
        )
        for parcels in options.sizes:
            if parcels > BLOCK:
                grow(large[1], parcels)
            line = "".join(_pair(case, small, large, options) for case in _questions())
            print(f"{parcels:<14,}{line}", flush=True)


def _register(stack: ExitStack, parcels: int) -> Register:
    folder = stack.enter_context(scratch())
    cluster = stack.enter_context(Cluster(folder / "pg").running())
    token = prepare(cluster, folder, parcels)
    return stack.enter_context(ours(folder, token)), cluster


def _questions() -> list[Case]:
    """Of land that is there from the start."""
    layer = Catalogue.load()[LAYER]
    ids = {"ours": [f"/ogc/collections/{LAYER}/items/{number}" for number in range(1, 10_000, 997)]}
    lon, lat = WARM_EDGE
    box = box_case(layer, (lon - 0.015, lat - 0.1), 0.001, 8)
    return [box, Case("item by id", ids), tile_case(layer, 14, WARM_EDGE)]


def _pair(case: Case, small: Register, large: Register, options: argparse.Namespace) -> str:
    """One client, in turn: the median of what the larger one takes, of the ratio in each round, and of the ratio of what
    both spend of processors, which tells more on a busy machine."""
    paths, taken, ratios, spent = case.paths["ours"], [], [], []
    for server, _ in (small, large):
        wrk(server, paths, 1, 1)
    for turn in range(options.rounds):
        pair = {}
        for server, cluster in (small, large) if turn % 2 == 0 else (large, small):
            pair[server.port] = costs(server, cluster, paths, options.seconds, 1)
        one, other = pair[small[0].port], pair[large[0].port]
        taken.append(other.taken_ms)
        ratios.append(other.taken_ms / one.taken_ms)
        spent.append(other.cpu_ms / one.cpu_ms)
    told = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
    return f"{statistics.median(taken):18.2f}{told:>20}{statistics.median(spent):8.2f}"
