"""Labels never overlap each other or a sign, never leave the map, and stand in the same places every time."""

import itertools

import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.sheets.mapping.placing import Board, Label, Line, along, around, upright

ROOM = shapely.box(0, 0, 120, 90)
places = st.tuples(st.floats(2, 118), st.floats(2, 88))
names = st.text(st.sampled_from("0123456789BW-北围地块"), min_size=1, max_size=9)
wanted = st.lists(st.tuples(places, names, st.booleans()), max_size=40)


def set_all(found: list[tuple[tuple[float, float], str, bool]]) -> tuple[Board, list[shapely.Polygon]]:
    """Points with labels, and squares with labels in or beside them."""
    board = Board(ROOM)
    signs = [shapely.Point(place).buffer(0.8) for place, _, is_point in found if is_point]
    board.wall(*signs)
    for (x, y), name, is_point in found:
        label = Label((Line(name, 2.6),), turns=True)
        if is_point:
            board.put_best(label, around(x, y, label, from_mm=1.0))
        else:
            square = shapely.box(x - 6, y - 3, x + 6, y + 3).intersection(ROOM)
            if not board.inside(square, [label]) and not board.beside(square, label):
                board.leave_out(name)
    return board, signs


@settings(max_examples=60, deadline=None)
@given(wanted)
def test_no_label_touches_another_or_a_sign_or_leaves_the_map(found: list) -> None:
    board, signs = set_all(found)
    for one, other in itertools.combinations(board.boxes, 2):
        assert not one.intersects(other)
    for box in board.boxes:
        assert ROOM.contains(box)
        assert not any(sign.intersects(box) for sign in signs)


@settings(max_examples=25, deadline=None)
@given(wanted)
def test_the_same_labels_stand_in_the_same_places(found: list) -> None:
    assert set_all(found)[0].items == set_all(found)[0].items


def test_what_finds_no_place_is_said() -> None:
    board = Board(shapely.box(0, 0, 6, 6))
    square = shapely.box(1, 1, 5, 5)
    label = Label((Line("很长很长的地块名称", 3.0),))
    assert not board.inside(square, [label])
    assert not board.beside(square, label)
    board.leave_out("很长很长的地块名称")
    assert board.left_out == ["很长很长的地块名称"]


def test_a_narrow_parcel_has_its_label_lengthwise() -> None:
    board = Board(ROOM)
    label = Label((Line("BW-0013", 2.5),), turns=True)
    assert board.inside(shapely.box(50, 20, 56, 60), [label])
    west, north, east, south = board.boxes[0].bounds
    assert south - north > east - west


def test_the_label_of_an_edge_runs_along_it_outside_first() -> None:
    label = Label((Line("100.00", 2.4),))
    x, y, turn = next(along((10, 50), (60, 50), label, 1))
    assert (x, turn) == (35, 0)
    assert y < 50 - label.high / 2
    assert upright(next(along((60, 50), (60, 10), label, 1))[2]) in (-90, 90)


def test_a_dense_map_is_labelled_in_time() -> None:
    """A thousand points; what has no room is left out, nothing overlaps."""
    found = [((2 + n % 40 * 2.9, 2 + n // 40 * 3.4), f"K{n}", True) for n in range(1000)]
    board, _ = set_all(found)
    tree = shapely.STRtree(board.boxes)
    assert len(tree.query(board.boxes, predicate="intersects").T) == len(board.boxes), "each box meets itself only"
