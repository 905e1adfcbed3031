"""Arcs as straight steps: within a centimetre of the circle, no step too many; lines that close, end to end."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis_service.geo import arcs, loops

CENTIMETRE = 0.01


def farthest(points: np.ndarray, center: tuple[float, float], radius: float) -> float:
    """How far the straight steps stray from a circle: at their ends and in their middles."""
    middles = (points[1:] + points[:-1]) / 2
    away = np.hypot(*(np.vstack([points, middles]) - center).T)
    return float(np.abs(away - radius).max())


@given(
    start=st.tuples(st.floats(-1000, 1000), st.floats(-1000, 1000)),
    chord=st.floats(0.5, 500),
    direction=st.floats(0, 6.28),
    bulge=st.floats(-3, 3).filter(lambda value: abs(value) > 0.01),
)
def test_a_bulge_stays_within_a_centimetre_of_its_circle(
    start: tuple[float, float], chord: float, direction: float, bulge: float
) -> None:
    end = (start[0] + chord * math.cos(direction), start[1] + chord * math.sin(direction))
    points = np.vstack([start, arcs.bulge(start, end, bulge, CENTIMETRE)])
    assert tuple(points[-1]) == end
    # the top of the arc lies to the right of start → end for a positive bulge, by bulge × half the chord
    normal = np.array([math.sin(direction), -math.cos(direction)])
    top = (np.array(start) + end) / 2 + normal * bulge * chord / 2
    radius = chord * (1 + bulge**2) / (4 * abs(bulge))
    center = top - normal * math.copysign(radius, bulge)
    assert farthest(points, tuple(center), radius) <= CENTIMETRE * 1.001
    assert np.hypot(*(points - top).T).min() <= np.hypot(*np.diff(points, axis=0).T).max()


@given(st.floats(0.1, 5000), st.floats(0.01, 6.28))
def test_no_step_is_too_many(radius: float, angle: float) -> None:
    count = arcs.steps(radius, angle, CENTIMETRE)
    assert radius * (1 - math.cos(angle / count / 2)) <= CENTIMETRE * 1.001
    if count > 1:
        assert radius * (1 - math.cos(angle / (count - 1) / 2)) > CENTIMETRE * 0.999


def test_a_straight_edge_is_its_end() -> None:
    assert arcs.bulge((0, 0), (3, 4), 0.0, CENTIMETRE).tolist() == [[3, 4]]
    assert arcs.bulge((1, 1), (1, 1), 0.5, CENTIMETRE).tolist() == [[1, 1]]


corners = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=3, max_size=12, unique=True)


@given(corners, st.randoms(use_true_random=False))
def test_the_edges_of_a_ring_in_any_order_and_direction_make_it_again(
    ring: list[tuple[int, int]], random: "np.random.Generator"
) -> None:
    edges = [np.array([ring[i], ring[(i + 1) % len(ring)]], dtype=float) for i in range(len(ring))]
    random.shuffle(edges)
    edges = [edge[::-1] if random.random() < 0.5 else edge for edge in edges]
    found = loops.joined(edges, 1e-6)
    assert found.loose == ()
    ((points, lines),) = found.rings
    assert sorted(lines) == list(range(len(ring)))
    assert sorted(map(tuple, points[:-1].tolist())) == sorted(map(tuple, np.array(ring, dtype=float).tolist()))
    assert points[0].tolist() == points[-1].tolist()


def test_what_branches_or_stays_open_is_left_over() -> None:
    square = [
        np.array(edge, dtype=float) for edge in ([(0, 0), (4, 0)], [(4, 0), (4, 4)], [(4, 4), (0, 4)], [(0, 4), (0, 0)])
    ]
    assert len(loops.joined(square, 1e-6).rings) == 1
    assert loops.joined(square[:3], 1e-6).rings == []
    branching = loops.joined([*square, np.array([(4, 4), (9, 9)], dtype=float)], 1e-6)
    assert (branching.rings, len(branching.loose)) == ([], 5)
    apart = [edge + 0.01 * i for i, edge in enumerate(square)]
    assert loops.joined(apart, 1e-6).rings == []
    assert len(loops.joined(apart, 0.1).rings) == 1
