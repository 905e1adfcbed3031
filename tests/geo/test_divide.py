"""Divided land adds up, joined land closes, and no vertex that was there before has moved by a bit."""

from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box

from gis_service.geo import divide
from gis_service.geo.divide import CannotDivide

EAST, NORTH = 452_000.0, 2_478_000.0  # where the district lies on the plane: figures as large as real ones


def land(*polygons: Polygon) -> MultiPolygon:
    return shapely.transform(MultiPolygon(polygons), lambda xy: xy + np.array([EAST, NORTH]))


def line(*points: tuple[float, float]) -> LineString:
    return shapely.transform(LineString(points), lambda xy: xy + np.array([EAST, NORTH]))


def vertices(shape: MultiPolygon) -> set[tuple[float, float]]:
    return set(map(tuple, shapely.get_coordinates(shape).tolist()))


def add_up(parts: tuple[MultiPolygon, ...], whole: MultiPolygon) -> None:
    """Nothing lost, nothing twice, no vertex moved, and what lies between two parts is shared to the bit."""
    assert sum(part.area for part in parts) == pytest.approx(whole.area, abs=1e-4)
    assert all(part.is_valid for part in parts)
    for one, other in combinations(parts, 2):
        assert one.intersection(other).area < 1e-6
    assert shapely.union_all(parts).symmetric_difference(whole).area < 1e-4
    assert vertices(whole) <= set().union(*map(vertices, parts))


@st.composite
def outlines(draw: st.DrawFn) -> MultiPolygon:
    """A star-shaped piece of land with uneven coordinates, sometimes with a hole, sometimes of two parts."""
    count = draw(st.integers(3, 12))
    radii = draw(st.lists(st.floats(40, 120), min_size=count, max_size=count))
    turns = np.sort(draw(st.lists(st.floats(0, 0.8), min_size=count, max_size=count)) + np.arange(count)) / count
    ring = [(r * np.cos(2 * np.pi * t), r * np.sin(2 * np.pi * t)) for r, t in zip(radii, turns, strict=True)]
    shell = Polygon(ring)
    assume(shell.is_valid and shell.area > 500)
    if draw(st.booleans()):
        hole = Point(draw(st.floats(-12, 12)), draw(st.floats(-12, 12))).buffer(draw(st.floats(3, 9)), quad_segs=2)
        shell = Polygon(ring, [hole.exterior]) if shell.buffer(-1).contains(hole) else shell
    parts = [shell]
    if draw(st.booleans()):
        parts.append(shapely.transform(box(200, -40, 260, 40), lambda xy: xy + draw(st.floats(0, 3))))
    return land(*parts)


bearings = st.floats(0, np.pi)
shifts = st.floats(-30, 30)


def across(turn: float, shift: float, length: float = 400) -> LineString:
    along = np.array([np.cos(turn), np.sin(turn)]) * length
    middle = np.array([-np.sin(turn), np.cos(turn)]) * shift
    return line(tuple(middle - along), tuple(middle + along))


@settings(deadline=None, max_examples=150)
@given(outlines(), st.lists(st.tuples(bearings, shifts), min_size=1, max_size=4))
def test_parts_add_up_to_the_whole_whatever_the_lines(whole: MultiPolygon, ways: list[tuple[float, float]]) -> None:
    lines = [across(*way) for way in ways]
    try:
        parts = divide.divide(whole, lines).parts
    except CannotDivide as refusal:
        assume(refusal.code not in ("not_cut", "tiny", "unstable"))
        raise
    add_up(parts, whole)
    assert len(parts) >= 2


@settings(deadline=None, max_examples=100)
@given(outlines(), bearings, shifts)
def test_what_was_divided_joins_again_to_what_it_was(whole: MultiPolygon, turn: float, shift: float) -> None:
    assume(len(whole.geoms) == 1)
    try:
        parts = divide.divide(whole, [across(turn, shift)]).parts
    except CannotDivide:
        return
    again = divide.join(parts)
    assert again.shape.symmetric_difference(whole).area < 1e-4
    assert again.gap_m2 < 1e-4
    assert again.overlap_m2 < 1e-4
    assert vertices(whole) <= vertices(again.shape)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(-0.02, 0.02), min_size=8, max_size=8), st.floats(-20, 20), st.floats(-20, 20))
def test_a_line_moved_between_neighbours_keeps_their_outer_boundary_and_total(
    errors: list[float], south: float, north: float
) -> None:
    """The two were measured apart: their common points differ by up to 2 cm."""
    e = np.array(errors).reshape(4, 2)
    one = land(Polygon([(-60, 0), (-60, 50), (0 + e[0, 0], 50), (0 + e[1, 0], 0)]))
    other = land(Polygon([(0 + e[2, 0], 0), (0 + e[3, 0], 50), (60, 50), (60, 0)]))
    joined, division = divide.move_line(one, other, [line((south, -10), (north, 60))])
    first, second = division.parts
    assert first.area + second.area == pytest.approx(joined.shape.area, abs=1e-4)
    assert joined.shape.area == pytest.approx(one.area + other.area, abs=2.0)
    assert first.area == pytest.approx((60 + (south * 5 + north * 5) / 10) * 50, abs=40)
    outer = {(EAST + x, NORTH + y) for x in (-60, 60) for y in (0, 50)}
    assert outer <= vertices(first) | vertices(second)


def test_new_vertices_are_shared_to_the_bit() -> None:
    one, other = divide.divide(land(box(0, 0, 90.123, 70.457)), [line((30.1, -5), (47.3, 80))]).parts
    assert len(vertices(one) & vertices(other)) == 2


def test_several_lines_cut_several_parts_in_the_order_of_reading() -> None:
    parts = divide.divide(land(box(0, 0, 90, 60)), [line((30, -1), (30, 61)), line((60, -1), (60, 61))]).parts
    assert [round(part.centroid.x - EAST) for part in parts] == [15, 45, 75]


def test_a_line_that_closes_on_itself_cuts_out_an_island() -> None:
    whole = land(box(0, 0, 90, 60))
    parts = divide.divide(whole, [line((20, 20), (40, 20), (40, 40), (20, 40), (20, 20))]).parts
    assert sorted(round(part.area) for part in parts) == [400, 5000]
    add_up(parts, whole)


def test_a_line_drawn_to_the_boundary_reaches_it_though_it_stops_millimetres_short() -> None:
    whole = land(box(0, 0, 90, 60))
    parts = divide.divide(whole, [line((30, 0.004), (30, 59.97))]).parts
    assert [part.area for part in parts] == pytest.approx([1800, 3600], abs=1e-6)
    add_up(parts, whole)


def test_a_line_near_a_boundary_point_runs_through_it() -> None:
    whole = land(Polygon([(0, 0), (0, 60), (45, 61), (90, 60), (90, 0)]))
    one, other = divide.divide(whole, [line((45.02, 60.98), (45, -1))]).parts
    assert (EAST + 45, NORTH + 61) in vertices(one) & vertices(other)
    assert len(vertices(one) | vertices(other)) == len(vertices(whole)) + 1


def test_a_part_no_line_touches_stays_with_the_piece_it_is_not_cut_off_from() -> None:
    whole = land(box(0, 0, 60, 60), box(70, 0, 90, 60))
    one, other = divide.divide(whole, [line((30, -1), (30, 61))]).parts
    assert (len(one.geoms), len(other.geoms)) == (1, 2)
    add_up((one, other), whole)


def test_a_line_between_two_parts_divides_them() -> None:
    whole = land(box(0, 0, 60, 60), box(70, 0, 90, 60))
    one, other = divide.divide(whole, [line((65, -1), (65, 61))]).parts
    assert [round(one.area), round(other.area)] == [3600, 1200]


def test_the_end_of_a_line_that_parts_nothing_is_told() -> None:
    division = divide.divide(land(box(0, 0, 90, 60)), [line((30, -1), (30, 61)), line((60, -1), (60, 30))])
    assert len(division.parts) == 2
    (idle,) = division.idle
    assert idle.length == pytest.approx(30, abs=0.2)


@pytest.mark.parametrize(
    ("cut", "code"),
    [
        (line((30, 10), (30, 40)), "not_cut"),
        (line((200, 0), (200, 60)), "not_cut"),
        (line((0.2, -1), (0.0, 9)), "tiny"),
        (line((30, 10), (30, 10)), "short"),
    ],
)
def test_a_line_that_does_not_divide_is_refused(cut: LineString, code: str) -> None:
    with pytest.raises(CannotDivide) as refused:
        divide.divide(land(box(0, 0, 90, 60)), [cut])
    assert refused.value.code == code


def test_given_parts_are_fitted_to_the_boundary_they_were_measured_from() -> None:
    whole = land(box(0, 0, 90, 60))
    wanted = [land(box(0.01, -0.01, 30.003, 60.02)), land(box(30, 0, 90.02, 60))]
    division = divide.part(whole, wanted)
    assert [round(part.area) for part in division.parts] == [1800, 3600]
    add_up(division.parts, whole)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ([box(0, 0, 30, 60), box(31, 0, 90, 60)], "gap"),
        ([box(0, 0, 31, 60), box(30, 0, 90, 60)], "overlap"),
        ([box(0, 0, 30, 60), box(30, 0, 91, 60)], "outside"),
        ([box(0, 0, 90, 60)], "one_part"),
    ],
)
def test_given_parts_that_do_not_cover_the_land_once_are_refused_with_the_place(
    wanted: list[Polygon], code: str
) -> None:
    with pytest.raises(CannotDivide) as refused:
        divide.part(land(box(0, 0, 90, 60)), [land(each) for each in wanted])
    assert refused.value.code == code
    if code != "one_part":
        assert refused.value.place is not None


def test_a_sliver_between_neighbours_is_closed_and_told() -> None:
    joined = divide.join([land(box(0, 0, 30, 60)), land(box(30.004, 0, 90, 60))])
    assert joined.shape.area == pytest.approx(5400, abs=1e-6)
    assert joined.gap_m2 == pytest.approx(0.24, abs=0.01)
    assert len(joined.shape.geoms) == 1
    assert not list(joined.shape.geoms[0].interiors)


def test_an_overlap_of_millimetres_is_closed_and_told() -> None:
    joined = divide.join([land(box(0, 0, 30, 60)), land(box(29.996, 0, 90, 60))])
    assert joined.shape.area == pytest.approx(5400, abs=1e-6)
    assert joined.overlap_m2 == pytest.approx(0.24, abs=0.01)


def test_a_vertex_of_one_neighbour_on_the_edge_of_the_other_leaves_no_gap() -> None:
    bent = Polygon([(30, 0), (30.006, 25), (30, 60), (90, 60), (90, 0)])
    joined = divide.join([land(box(0, 0, 30, 60)), land(bent)])
    assert not list(joined.shape.geoms[0].interiors)
    assert joined.shape.area == pytest.approx(5400, abs=0.2)


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (box(31, 0, 90, 60), "apart"),
        (box(30, 60, 90, 90), "apart"),
        (box(29, 0, 90, 60), "overlap"),
    ],
)
def test_parcels_that_do_not_share_an_edge_are_not_joined(other: Polygon, code: str) -> None:
    with pytest.raises(CannotDivide) as refused:
        divide.join([land(box(0, 0, 30, 60)), land(other)])
    assert refused.value.code == code
    assert refused.value.place is not None


def test_land_that_is_enclosed_by_joining_is_counted() -> None:
    ring = [box(0, 0, 90, 20), box(0, 20, 20, 60), box(70, 20, 90, 60), box(0, 60, 90, 80)]
    joined = divide.join([land(each) for each in ring])
    assert joined.holes == 1
    assert len(joined.shape.geoms[0].interiors) == 1


def test_holes_and_parts_survive_joining() -> None:
    one = Polygon(box(0, 0, 30, 60).exterior, [box(10, 10, 20, 20).exterior])
    joined = divide.join([land(one, box(-20, 0, -10, 10)), land(box(30, 0, 90, 60))])
    assert (len(joined.shape.geoms), joined.holes) == (2, 0)
    assert joined.shape.area == pytest.approx(5400)


def test_the_ledger_gives_back_what_it_took_to_the_bit_and_turns_new_vertices_once() -> None:
    calls = []

    def back(points: np.ndarray) -> np.ndarray:
        calls.extend(map(tuple, points.tolist()))
        return points / 3

    ledger = divide.Ledger(lambda points: points * 3.1, back)
    outline = MultiPolygon([box(0.1, 0.1, 0.7, 0.7)])
    taken = ledger.take(outline)
    assert vertices(ledger.give(taken)) == vertices(outline)
    fresh = MultiPolygon([box(0, 0, 1, 1)])
    assert ledger.give(fresh) == ledger.give(fresh)
    assert len(calls) == len(set(calls)) == 4
