"""The order in which places are best walked: a shortest open way through all of them, along straight lines. Pure.

The way may begin and end anywhere, since nobody knows where somebody comes from. Roads are not known here; the way along them is
longer by about `sharing.ROAD_FACTOR`, which does not change the order much. Same places, same order: the solver has one thread,
one seed, and counts its own steps, not the clock.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import hypot

from ortools.sat.python import cp_model

MOST = 60
"""Places that are ordered by the solver; more are ordered by hand-made steps alone."""

EFFORT = 0.1
"""Deterministic seconds of the solver for one order."""

PATIENCE_S = 10.0
"""A guard only: on a machine so slow that this runs out, the order may differ from day to day."""

Place = tuple[float, float]


def length_m(places: Sequence[Place], order: Sequence[int]) -> float:
    """Metres along straight lines through the places (plane metres) in this order."""
    return sum(hypot(places[a][0] - places[b][0], places[a][1] - places[b][1]) for a, b in pairwise(order))


def nearest_neighbour(places: Sequence[Place]) -> list[int]:
    """From one place always to the nearest that is left; of all beginnings the one with the shortest way."""
    return min((_walk(places, start) for start in range(len(places))), key=lambda o: length_m(places, o), default=[])


def _walk(places: Sequence[Place], start: int) -> list[int]:
    order, left = [start], set(range(len(places))) - {start}
    while left:
        x, y = places[order[-1]]
        order.append(min(left, key=lambda n: (hypot(places[n][0] - x, places[n][1] - y), n)))
        left.remove(order[-1])
    return order


def untangled(places: Sequence[Place], order: Sequence[int]) -> list[int]:
    """The same way with stretches turned round as long as that makes it shorter (2-opt)."""
    best, length = list(order), length_m(places, order)
    improved = True
    while improved:
        improved = False
        for i in range(len(best) - 1):
            for j in range(i + 1, len(best)):
                turned = [*best[:i], *reversed(best[i : j + 1]), *best[j + 1 :]]
                if (shorter := length_m(places, turned)) < length - 1e-6:
                    best, length, improved = turned, shorter, True
    return best


def best_order(places: Sequence[Place], *, effort: float = EFFORT) -> list[int]:
    """The order in which to walk; never longer than by nearest neighbour. The western end comes first."""
    if len(places) < 2:
        return list(range(len(places)))
    hint = nearest_neighbour(places)
    if len(places) <= MOST:
        hint = untangled(places, hint)
        if len(places) > 2:
            found = _solved(places, hint, effort)
            hint = found if found and length_m(places, found) < length_m(places, hint) else hint
    return hint if places[hint[0]] <= places[hint[-1]] else hint[::-1]


def _solved(places: Sequence[Place], hint: Sequence[int], effort: float) -> list[int] | None:
    """A circuit through all places and one place of no distance, which is where the way begins and ends."""
    model = cp_model.CpModel()
    count = len(places)
    nowhere, ways, costs = count, [], []
    used = set(zip([nowhere, *hint], [*hint, nowhere], strict=True))
    for a in range(count + 1):
        for b in range(count + 1):
            if a == b:
                continue
            taken = model.new_bool_var("")
            ways.append((a, b, taken))
            model.add_hint(taken, (a, b) in used)
            if nowhere not in (a, b):
                # decimetres: the solver counts in whole numbers
                costs.append(round(10 * hypot(places[a][0] - places[b][0], places[a][1] - places[b][1])) * taken)
    model.add_circuit(ways)
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = effort
    solver.parameters.max_time_in_seconds = PATIENCE_S
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    after = {a: b for a, b, taken in ways if solver.value(taken)}
    order = [after[nowhere]]
    while (following := after[order[-1]]) != nowhere:
        order.append(following)
    return order
