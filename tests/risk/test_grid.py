"""The cells of hotspots: each event in exactly one, the areas covered, no more cells than may be."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.risk.grid import cells

REGION = shapely.box(1_000, 1_000, 3_000, 2_000)
spots = st.lists(st.tuples(st.floats(-500, 4_000), st.floats(-500, 4_000)), max_size=30)


@given(spots)
def test_each_event_lies_in_one_cell_inside_the_areas_or_not(told: list[tuple[float, float]]) -> None:
    places = np.array(told, dtype=float).reshape(-1, 2)
    grid = cells(REGION, places, 200.0, 10_000)
    assert grid.counts(places).sum() == len(told)
    assert len(np.unique(grid.corners, axis=0)) == len(grid.corners)


def test_cells_lie_over_the_areas_and_where_something_was_dumped() -> None:
    grid = cells(REGION, np.array([[-450.0, 150.0]]), 200.0, 10_000)
    squares = shapely.union_all(grid.squares())
    assert shapely.area(squares) == 2_000 * 1_000 + 200**2
    assert shapely.covers(squares, REGION)


def test_too_many_cells_are_made_larger() -> None:
    assert cells(REGION, np.empty((0, 2)), 200.0, 20).cell_m == 400.0


def test_without_areas_and_events_there_are_no_cells() -> None:
    assert len(cells(shapely.MultiPolygon(), np.empty((0, 2)), 200.0, 20).corners) == 0
