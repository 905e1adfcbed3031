"""The waste is taken to end half-way to the next negative hole, within the parcel, or at the geophysical edge."""

import numpy as np
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon

from gis_service.geo.volumes import outline

EAST, NORTH = 452_000.0, 2_478_000.0


def box(west: float, south: float, east: float, north: float) -> Polygon:
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def drawn(
    rows: list[tuple[float, float, bool]], parcel: Polygon, *, edge: Polygon | None = None, reach_m: float | None = None
) -> MultiPolygon:
    xy = np.array([(EAST + x, NORTH + y) for x, y, _ in rows])
    met = np.array([found for *_, found in rows])
    return outline.joined(outline.outline_cells(xy, met, parcel, edge=edge, reach_m=reach_m))


PARCEL = box(0, 0, 100, 40)
ROW = [(20.0, 20.0, True), (60.0, 20.0, False), (90.0, 20.0, False)]


def test_it_ends_half_way_to_the_next_negative_hole_and_at_the_parcel() -> None:
    assert drawn(ROW, PARCEL).symmetric_difference(box(0, 0, 40, 40)).area == pytest.approx(0, abs=1e-6)


def test_every_point_of_its_inner_border_is_as_far_from_a_positive_as_from_a_negative_hole() -> None:
    rng = np.random.default_rng(3)
    rows = [(float(x), float(y), bool(x > 55)) for x, y in rng.uniform((0, 0), (100, 40), (25, 2))]
    shape = drawn(rows, PARCEL)
    border = shape.boundary.difference(PARCEL.boundary.buffer(0.01))
    places = shapely.get_coordinates(shapely.segmentize(border, 1.0))
    xy = np.array([(EAST + x, NORTH + y) for x, y, _ in rows])
    met = np.array([found for *_, found in rows])
    to = np.hypot(*(places[:, None] - xy[None]).transpose(2, 0, 1))
    assert len(places) > 20
    assert to[:, met].min(axis=1) == pytest.approx(to[:, ~met].min(axis=1), abs=1e-6)


def test_two_bodies_with_negative_holes_between_are_two_parts() -> None:
    rows = [(10.0, 20.0, True), (50.0, 20.0, False), (90.0, 20.0, True)]
    parts = sorted(drawn(rows, PARCEL).geoms, key=lambda part: part.bounds)
    assert [round(part.area, 6) for part in parts] == [30 * 40, 30 * 40]


def test_without_a_negative_hole_it_is_the_parcel_or_as_far_as_is_allowed() -> None:
    rows = [(20.0, 20.0, True), (30.0, 20.0, True), (25.0, 25.0, True)]
    assert drawn(rows, PARCEL).area == pytest.approx(PARCEL.area)
    near = drawn(rows, PARCEL, reach_m=15.0)
    places = shapely.points([(EAST + x, NORTH + y) for x, y, _ in rows])
    discs = shapely.union_all(shapely.buffer(places, 15.0, quad_segs=64))
    assert near.symmetric_difference(discs).area == pytest.approx(0, abs=1e-3)


def test_a_geophysical_edge_stands_in_for_half_way_but_never_takes_a_positive_hole_away() -> None:
    edge = box(10, 0, 30, 40)
    assert drawn(ROW, PARCEL, edge=edge).area == pytest.approx(20 * 40)
    beyond = [(20.0, 20.0, True), (60.0, 20.0, True), (90.0, 20.0, False)]
    assert drawn(beyond, PARCEL, edge=edge).area == pytest.approx(20 * 40 + (75 - 40) * 40)


def test_cells_come_back_to_the_holes_they_hold() -> None:
    xy = np.random.default_rng(5).uniform((EAST, NORTH), (EAST + 100, NORTH + 40), (40, 2))
    cells = outline.parcel_cells(xy, PARCEL)
    assert all(cell.intersects(shapely.Point(spot)) for cell, spot in zip(cells, xy, strict=True))
    assert sum(cell.area for cell in cells) == pytest.approx(PARCEL.area, rel=1e-12)
