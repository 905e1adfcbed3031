"""Chainage and offset against what follows from their definition."""

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import LineString, Point

from gis_service.surveys.drawing.along import azimuth_deg, compass, line_of

EAST, NORTH = 452_000.0, 2_478_000.0
metres = st.floats(-2_000, 2_000).map(lambda value: round(value, 3))
points = st.tuples(metres.map(lambda x: EAST + x), metres.map(lambda y: NORTH + y))


@st.composite
def lines(draw: st.DrawFn) -> list[tuple[float, float]]:
    coords = draw(st.lists(points, min_size=2, max_size=7))
    assume(any(math.dist(a, b) > 0.01 for a, b in pairwise(coords)))
    return coords


@given(lines(), points)
def test_the_offset_is_the_distance_and_the_chainage_lies_on_the_line(coords, point) -> None:
    line = line_of(coords)
    place = line.place(point)
    assert 0 <= place.chainage_m <= line.length_m
    assert abs(place.offset_m) == pytest.approx(LineString(coords).distance(Point(point)), abs=1e-5)
    assert math.dist(line.at(place.chainage_m), point) == pytest.approx(abs(place.offset_m), abs=1e-4)


@given(lines(), st.floats(0, 1))
def test_a_point_on_the_line_has_no_offset(coords, share) -> None:
    line = line_of(coords)
    assert line.place(line.at(share * line.length_m)).offset_m == pytest.approx(0, abs=1e-5)


@given(lines(), points)
def test_the_line_backwards_has_the_same_distance(coords, point) -> None:
    there, back = line_of(coords).place(point), line_of(coords[::-1]).place(point)
    assert abs(there.offset_m) == pytest.approx(abs(back.offset_m), abs=1e-5)


@given(st.floats(0.01, 500), st.floats(0.01, 500))
def test_left_is_positive_and_right_negative(along_m, aside_m) -> None:
    line = line_of([(0, 0), (600, 0)])
    assert line.place((along_m, aside_m)).offset_m == pytest.approx(aside_m)
    assert line.place((along_m, -aside_m)).offset_m == pytest.approx(-aside_m)
    assert line.place((along_m, aside_m)).chainage_m == pytest.approx(along_m)


def test_at_a_tie_the_smaller_chainage_is_taken() -> None:
    corner = line_of([(0, 0), (100, 0), (100, 100)])
    assert corner.place((80, 20)).chainage_m == pytest.approx(80)  # 20 m from both legs
    assert corner.place((120, -20)).chainage_m == pytest.approx(100)  # outside the corner: the corner itself
    assert corner.place((120, -20)).offset_m == pytest.approx(-math.hypot(20, 20))
    there_and_back = line_of([(0, 0), (100, 0), (0, 0)])
    assert there_and_back.place((30, 5)).chainage_m == pytest.approx(30)


def test_beyond_an_end_a_point_belongs_to_the_end() -> None:
    line = line_of([(0, 0), (100, 0)])
    assert line.place((-30, 40)).chainage_m == 0
    assert line.place((-30, 40)).offset_m == pytest.approx(50)
    assert line.place((130, -40)) == line.place((130, -40))
    assert line.place((130, -40)).chainage_m == pytest.approx(100)


def test_repeated_vertices_count_once_and_one_point_is_no_line() -> None:
    assert line_of([(0, 0), (0, 0), (3, 4), (3, 4)]).vertices == ((0, 0), (3, 4))
    for coords in ([], [(1, 1)], [(1, 1), (1, 1)], [(0, 0), (math.nan, 1)], [(0, 0), (math.inf, 1)]):
        with pytest.raises(ValueError, match=r"a line needs|not a number"):
            line_of(coords)


def test_a_bend_is_told_and_a_straight_vertex_is_not() -> None:
    assert line_of([(0, 0), (50, 0), (100, 0), (100, 30)]).bends == pytest.approx((100,))


def test_directions_have_their_names() -> None:
    assert [compass(azimuth_deg((0, 0), end), "zh") for end in ((0, 1), (1, 1), (1, 0), (0, -1), (-1, 1))] == [
        "北",
        "东北",
        "东",
        "南",
        "西北",
    ]
    closed = line_of([(0, 0), (10, 0), (10, 10), (0, 0)])
    assert closed.azimuth_deg == 90
