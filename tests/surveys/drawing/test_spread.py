"""Labels moved apart: none over another, none further than the others force it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.surveys.drawing.spread import spread

blocks = st.lists(st.tuples(st.floats(0, 200), st.floats(0.5, 12)), min_size=1, max_size=30)


@given(blocks, st.floats(0, 20))
def test_no_two_blocks_meet_and_all_stay_within_where_they_fit(found, low) -> None:
    wanted, sizes = sorted(at for at, _ in found), [size for _, size in found]
    high = low + 1.2 * sum(sizes)
    at = spread(wanted, sizes, low, high)
    for (here, size), after in pairwise(zip(at, sizes, strict=True)):
        assert here + size <= after[0] + 1e-6
    assert at[0] >= low - 1e-6
    assert at[-1] + sizes[-1] <= high + 1e-6


@given(blocks)
def test_blocks_that_have_room_stay_where_they_are_wanted(found) -> None:
    sizes = [size for _, size in found]
    wanted = [15.0 * n for n in range(len(sizes))]
    assert spread(wanted, sizes, 0, 15.0 * len(sizes)) == pytest.approx(wanted)


def test_two_that_want_the_same_place_share_the_way() -> None:
    assert spread([10, 10], [4, 4], 0, 100) == pytest.approx([8, 12])


def test_more_than_fits_begins_at_the_top() -> None:
    assert spread([5, 6], [10, 10], 0, 12) == pytest.approx([0, 10])
