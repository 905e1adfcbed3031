"""Waste between holes: joined, tapered half-way, open where nobody knows."""

import pytest

from gis_service.surveys.drawing.zones import Body, Stand, bodies_of, matched, outer_doubts, zones
from tests.surveys.drawing.holes import OPEN, ZK01, layer
from tests.surveys.drawing.holes import hole as a_hole


def test_layers_of_waste_that_touch_are_one_run_and_soil_between_parts_them() -> None:
    assert [(body.top, body.bottom) for body in bodies_of(ZK01, 3.62)] == [
        pytest.approx((3.02, 0.72)),
        pytest.approx((0.47, -0.78)),
    ]
    touching = a_hole("ZK2", 0, 0, [layer(0, 1, "建筑垃圾"), layer(1, 2, "杂填土"), layer(2, 3, "淤泥")])
    assert bodies_of(touching, 0) == (Body(0, -2),)


def test_two_holes_with_waste_are_joined_by_top_and_bottom() -> None:
    (zone,) = zones([Stand(0, 3, (Body(2, 0),)), Stand(10, 3, (Body(1, -1),))])
    assert zone.ring == ((0, 2), (10, 1), (10, -1), (0, 0))
    assert zone.edges == (((0, 2), (10, 1)), ((0, 0), (10, -1)))
    assert zone.doubts == ()


def test_towards_a_hole_without_waste_the_body_ends_half_way() -> None:
    (zone,) = zones([Stand(0, 3, (Body(2, 0),)), Stand(10, 4, ())])
    assert zone.ring == ((0, 2), (5, 1.5), (0, 0))  # at its depth below the rising ground


def test_an_open_hole_leaves_the_bottom_open() -> None:
    (zone,) = zones([Stand(0, 3, (Body(2, 0, is_open=True),)), Stand(10, 3, (Body(2, -2),))])
    assert zone.edges == (((0, 2), (10, 2)),)
    assert zone.doubts == ((5, -1),)
    assert [body.is_open for body in bodies_of(OPEN, 0)] == [False, True]


def test_a_hole_that_proves_nothing_bounds_nothing() -> None:
    (zone,) = zones([Stand(0, 3, (Body(2, 0),)), Stand(10, 3, (), is_proof=False)])
    assert zone.ring == ()
    assert zone.doubts == ((5, 1),)


def test_outside_the_last_hole_with_waste_stands_a_doubt() -> None:
    stands = [Stand(0, 3, (Body(2, 0),)), Stand(10, 3, ())]
    assert outer_doubts(stands, 5) == [(-5, 1)]


def test_runs_are_matched_in_order_and_by_depth() -> None:
    assert matched([-1, -5, -9], [-5.2]) == [(1, 0)]
    assert matched([-1, -5], [-1.1, -3, -5.1]) == [(0, 0), (1, 2)]
    assert matched([], [-3]) == []
