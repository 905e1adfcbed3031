"""Mends of outlines: each does what its name says, moves nothing further than it may, and says what it changed."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, MultiPolygon, Polygon, box
from shapely.affinity import translate

from gis_service.geo import repair

BOWTIE = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
number = st.floats(-1000, 1000, allow_nan=False)
offset = st.floats(-0.05, 0.05, allow_nan=False)


@st.composite
def outlines(draw: st.DrawFn) -> Polygon:
    """Star-shaped outlines of some tens of metres, which never cross themselves."""
    count = draw(st.integers(3, 12))
    radii = draw(st.lists(st.floats(5, 50), min_size=count, max_size=count))
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return Polygon([(r * np.cos(a), r * np.sin(a)) for r, a in zip(radii, angles, strict=True)])


# --- axes


@given(st.lists(st.tuples(number, number), min_size=1, max_size=8))
def test_axes_swapped_twice_are_as_they_were(points: list[tuple[float, float]]) -> None:
    shape = shapely.MultiPoint(points)
    swapped = repair.swap_axes(shape)
    assert [tuple(p) for p in shapely.get_coordinates(swapped)] == [(y, x) for x, y in points]
    assert repair.swap_axes(swapped).equals_exact(shape)


# --- rings


@given(outlines())
def test_a_ring_that_lost_its_last_point_is_closed_to_the_same_area(outline: Polygon) -> None:
    line = LineString(outline.exterior.coords[:-1])
    mended = repair.close_ring(line)
    assert mended is not None
    assert mended.normalize().equals_exact(MultiPolygon([outline]).normalize(), 1e-9)
    assert repair.gap(line) == pytest.approx(np.hypot(*np.subtract(line.coords[0], line.coords[-1])))


def test_an_outline_drawn_in_pieces_is_joined_before_it_is_closed() -> None:
    pieces = MultiLineString([[(0, 0), (4, 0)], [(4, 4), (4, 0)], [(4, 4), (0, 4)]])
    mended = repair.close_ring(pieces)
    assert mended is not None
    assert (mended.area, repair.gap(pieces)) == (16, 4)


def test_a_line_inside_another_becomes_a_hole() -> None:
    mended = repair.close_ring(
        MultiLineString([box(0, 0, 10, 10).exterior.coords[:-1], box(2, 2, 4, 4).exterior.coords[:-1]])
    )
    assert mended is not None
    assert (mended.area, len(mended.geoms)) == (96, 1)


@pytest.mark.parametrize("shape", [LineString([(0, 0), (1, 1)]), shapely.Point(1, 1), box(0, 0, 1, 1)])
def test_what_encloses_nothing_or_is_an_area_already_is_not_closed(shape: shapely.Geometry) -> None:
    assert repair.close_ring(shape) is None


# --- duplicate points


@given(outlines(), st.integers(0, 20), st.integers(1, 3))
def test_points_that_stand_on_their_predecessor_go_and_the_area_stays(outline: Polygon, at: int, times: int) -> None:
    points = list(outline.exterior.coords)
    at %= len(points) - 1
    mended = repair.drop_duplicate_points(Polygon(points[:at] + [points[at]] * times + points[at:]))
    assert mended is not None
    assert mended.area == pytest.approx(outline.area)
    assert repair.difference(outline, mended).points_after == len(points) - 1


def test_an_outline_without_duplicates_has_none_to_drop() -> None:
    assert repair.drop_duplicate_points(box(0, 0, 1, 1)) is None
    assert repair.drop_duplicate_points(LineString([(0, 0), (0, 0), (1, 1)])) is None


# --- validity


def test_a_bow_tie_becomes_two_parts_and_the_area_it_gains_is_told() -> None:
    mended = repair.make_valid(BOWTIE)
    assert mended is not None
    assert mended.is_valid
    found = repair.difference(BOWTIE, mended)
    assert (found.area_before, found.area_after, found.parts_before, found.parts_after) == (0, 50, 1, 2)


def test_a_valid_outline_is_left_alone_and_a_line_drawn_twice_gives_no_area() -> None:
    assert repair.make_valid(box(0, 0, 1, 1)) is None
    assert repair.make_valid(Polygon([(0, 0), (1, 1), (2, 2), (0, 0)])) is None


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=4, max_size=9, unique=True))
def test_whatever_is_mended_is_a_proper_area_within_the_old_outline(points: list[tuple[int, int]]) -> None:
    outline = Polygon(points)
    assume(not outline.is_valid)
    mended = repair.make_valid(outline)
    if mended is not None:
        assert mended.is_valid
        assert mended.convex_hull.within(shapely.MultiPoint(points).convex_hull.buffer(1e-9))


# --- snapping


@given(offset, offset)
def test_a_square_beside_its_neighbour_shares_the_edge_after_snapping(dx: float, dy: float) -> None:
    neighbour = box(100, 0, 200, 100)
    # within half a millimetre of each coordinate the points are the same; at the tolerance itself rounding decides
    assume(max(abs(dx), abs(dy)) > 0.0005 and np.hypot(dx, dy) <= 0.0499)
    off = translate(box(0, 0, 100, 100), dx, dy)
    mended = repair.snap(off, [neighbour], 0.05)
    assert mended is not None
    assert mended.intersection(neighbour).area == 0
    assert mended.intersection(neighbour).length == pytest.approx(100)
    assert repair.difference(off, mended).moved <= 0.05 + 1e-9


@given(outlines(), outlines(), offset, offset, st.floats(0.001, 0.5))
def test_no_point_moves_further_than_the_tolerance_and_the_area_stays_within_it(
    outline: Polygon, other: Polygon, dx: float, dy: float, tolerance: float
) -> None:
    neighbours = [translate(outline, dx + 100, dy), translate(other, 20 + dx, dy)]
    mended = repair.snap(outline, neighbours, tolerance)
    if mended is None:
        return
    assert mended.is_valid
    found = repair.difference(outline, mended)
    assert found.moved <= tolerance + 1e-9
    assert abs(found.area_after - found.area_before) <= tolerance * (outline.length + mended.length)


def test_a_corner_near_an_edge_goes_onto_it_and_the_neighbours_corners_are_taken_over() -> None:
    neighbour = Polygon([(10, -5), (20, -5), (20, 15), (10, 15), (10, 5)])
    mended = repair.snap(box(0, 0, 9.97, 10), [neighbour], 0.05)
    assert mended is not None
    corners = {tuple(point) for point in shapely.get_coordinates(mended).tolist()}
    assert {(10, 0), (10, 5), (10, 10)} <= corners


def test_a_neighbour_out_of_reach_or_already_shared_changes_nothing() -> None:
    assert repair.snap(box(0, 0, 10, 10), [box(11, 0, 20, 10)]) is None
    assert repair.snap(box(0, 0, 10, 10), [box(10, 0, 20, 10)]) is None
    assert repair.snap(BOWTIE, [box(10, 0, 20, 10)]) is None


def test_nothing_is_snapped_where_no_area_would_be_left() -> None:
    assert repair.snap(box(9.99, 0, 10.01, 10), [box(10, 0, 20, 10)], 0.05) is None
