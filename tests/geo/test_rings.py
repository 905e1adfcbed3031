"""Rings become polygons by containment, faults have a place, points are numbered from the north-west."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from gis_service.geo import rings


def square(x: float, y: float, size: float, *, turn: int = 0) -> np.ndarray:
    ring = np.array([[x, y], [x, y + size], [x + size, y + size], [x + size, y]], dtype=float)
    return rings.closed(np.roll(ring, turn, axis=0))


def test_an_open_ring_is_closed_once() -> None:
    ring = np.array([[0, 0], [1, 0], [1, 1]], dtype=float)
    assert rings.closed(ring).tolist() == [[0, 0], [1, 0], [1, 1], [0, 0]]
    assert rings.closed(rings.closed(ring)).tolist() == rings.closed(ring).tolist()


points = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=0, max_size=12)


@given(points)
def test_no_point_stands_on_its_predecessor_and_the_order_stays(pairs: list[tuple[int, int]]) -> None:
    ring = np.array(pairs, dtype=float).reshape(-1, 2)
    clean = rings.without_repeats(ring)
    assert [tuple(map(int, p)) for p in clean] == [pair for pair, _ in itertools.groupby(pairs)]
    assert rings.is_closed(clean) is (rings.is_closed(ring) and len(clean) > 1)


def test_a_ring_inside_the_first_is_a_hole() -> None:
    assert rings.nest([square(0, 0, 10), square(2, 2, 3)]) == [(0, (1,))]


def test_a_ring_outside_the_first_is_a_part_not_a_hole() -> None:
    assert rings.nest([square(0, 0, 10), square(20, 0, 3)]) == [(0, ()), (1, ())]


def test_an_island_in_a_hole_is_a_part_and_the_order_of_rings_does_not_matter() -> None:
    nested = [square(4, 4, 1), square(2, 2, 6), square(0, 0, 10)]
    assert rings.nest(nested) == [(0, ()), (2, (1,))]
    shape = rings.polygons(nested)
    assert shape.is_valid
    assert shape.area == 100 - 36 + 1


def test_a_hole_belongs_to_the_innermost_ring_around_it() -> None:
    four = [square(0, 0, 10), square(1, 1, 8), square(2, 2, 6), square(3, 3, 2)]
    assert sorted(rings.nest(four)) == [(0, (1,)), (2, (3,))]


def test_a_hole_that_touches_its_shell_is_still_a_hole() -> None:
    assert rings.nest([square(0, 0, 10), rings.closed(np.array([[0.0, 5], [3, 7], [3, 3]]))]) == [(0, (1,))]


def test_neighbours_that_share_an_edge_are_two_parts() -> None:
    assert rings.nest([square(0, 0, 10), square(10, 0, 10)]) == [(0, ()), (1, ())]


def test_the_same_ring_twice_is_told_as_a_fault_and_not_counted_twice() -> None:
    shape = rings.polygons([square(0, 0, 10), square(0, 0, 10, turn=1)])
    assert shape.area == 0
    assert rings.fault(shape) is not None


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6, unique=True), st.randoms(use_true_random=False))
def test_nested_squares_have_the_area_of_alternating_rings(insets: list[int], random: object) -> None:
    insets.sort()
    order = list(range(len(insets)))
    random.shuffle(order)  # type: ignore[attr-defined]
    drawn = [square(insets[i], insets[i], 100 - 2 * insets[i]) for i in order]
    expected = sum((100 - 2 * inset) ** 2 * (-1) ** depth for depth, inset in enumerate(insets))
    shape = rings.polygons(drawn)
    assert shape.is_valid
    assert shape.area == pytest.approx(expected)


def test_a_valid_area_has_no_fault() -> None:
    assert rings.fault(box(0, 0, 1, 1)) is None


def test_a_self_crossing_names_its_place_in_both_languages() -> None:
    fault = rings.fault(Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]))
    assert fault == rings.Fault("边界自相交", "Self-intersection", 1.0, 1.0)


@pytest.mark.parametrize(
    ("shape", "zh"),
    [
        (Polygon(square(0, 0, 1), [square(5, 5, 1)]), "洞在外环之外"),
        (MultiPolygon([box(0, 0, 9, 9), box(1, 1, 2, 2)]), "外环套在另一外环之内"),
        (Polygon(square(0, 0, 9), [square(1, 1, 5), square(2, 2, 1)]), "洞中有洞"),
    ],
)
def test_every_kind_of_fault_has_chinese_words(shape: Polygon, zh: str) -> None:
    fault = rings.fault(shape)
    assert fault is not None
    assert fault.zh == zh


def test_points_run_clockwise_from_the_north_west_and_on_through_holes() -> None:
    shape = Polygon(square(0, 0, 10, turn=2)[::-1], [square(2, 2, 3)])
    numbered = rings.numbered(shape)
    assert [p.point_no for p in numbered] == [f"J{i}" for i in range(1, 9)]
    assert [(p.x, p.y) for p in numbered[:4]] == [(0, 10), (10, 10), (10, 0), (0, 0)]
    assert [(p.x, p.y) for p in numbered[4:]] == [(2, 5), (2, 2), (5, 2), (5, 5)]
    assert [(p.part_no, p.ring_no, p.seq) for p in numbered[4:]] == [(1, 2, 1), (1, 2, 2), (1, 2, 3), (1, 2, 4)]


def test_numbers_run_on_through_the_parts() -> None:
    numbered = rings.numbered(MultiPolygon([box(0, 0, 1, 1), box(5, 5, 6, 6)]))
    assert [(p.point_no, p.part_no) for p in numbered[3:5]] == [("J4", 1), ("J5", 2)]
