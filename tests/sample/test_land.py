"""The drawn land: valid, repeatable, without gaps or overlaps along shared edges, and shaped like land."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from gis_service.sample import land, shapes
from gis_service.sample.land import Land, Plot
from gis_service.sample.register import SEED
from gis_service.sample.sites import BEIWEI, HOUHUAN, SITES

PLAUSIBLE = box(440_000, 2_460_000, 475_000, 2_490_000)  # easting and northing in EPSG:4547: where the zone lies


@pytest.fixture(scope="module")
def lands() -> list[Land]:
    return [land.draw(site, SEED) for site in SITES]


@pytest.fixture(scope="module")
def idle(lands: list[Land]) -> list[Plot]:
    return [plot for drawn in lands for plot in drawn.idle]


def test_there_is_enough_land_in_every_area(lands: list[Land]) -> None:
    assert sum(len(drawn.idle) for drawn in lands) >= 140
    assert {drawn.site.name for drawn in lands} >= {"北围", "后环", "金鼎", "唐家", "淇澳", "会同那洲"}
    assert all(len(drawn.idle) >= 12 for drawn in lands)


def test_every_plot_is_valid_and_on_the_millimetre(lands: list[Land]) -> None:
    for drawn in lands:
        for plot in drawn.plots:
            xy = shapely.get_coordinates(plot.shape)
            assert plot.shape.is_valid
            assert np.array_equal(np.round(xy, 3), xy)


def test_neighbours_share_their_edges_vertex_by_vertex(lands: list[Land]) -> None:
    for drawn in lands:
        assert shapely.coverage_is_valid([part for plot in drawn.plots for part in plot.shape.geoms])


def test_no_two_plots_overlap(lands: list[Land]) -> None:
    for drawn in lands:
        plots = [plot.shape for plot in drawn.plots]
        assert shapely.area(plots).sum() - shapely.union_all(plots).area < 0.01


def test_plots_of_the_register_have_usual_sizes(idle: list[Plot]) -> None:
    sizes = shapely.area([plot.shape for plot in idle])
    assert sizes.min() >= 2_000
    assert sizes.max() <= 120_000
    assert sizes.max() > 40_000


def test_areas_contain_their_plots_and_lie_where_the_zone_lies(lands: list[Land]) -> None:
    for drawn in lands:
        assert drawn.outline.is_valid
        assert drawn.outline.within(PLAUSIBLE)
        assert all(drawn.outline.contains(plot.shape) for plot in drawn.plots)


def test_areas_do_not_overlap(lands: list[Land]) -> None:
    outlines = [drawn.outline for drawn in lands]
    assert shapely.area(outlines).sum() == pytest.approx(shapely.union_all(outlines).area, abs=1e-3)


def test_plots_keep_off_roads_and_water(lands: list[Land]) -> None:
    for drawn in lands:
        taken = [each.shape for each in drawn.features if each.kind in ("road", "river", "sea")]
        inside = shapely.union_all([plot.shape for plot in drawn.plots]).intersection(shapely.union_all(taken))
        assert inside.area < 0.002 * drawn.outline.area  # a bank is smoothed by less than a metre


def test_what_surrounds_the_plots_is_drawn_too(lands: list[Land]) -> None:
    features = [each for drawn in lands for each in drawn.features]
    assert {each.kind for each in features} == {"road", "river", "sea", "hill", "village", "pond", "wetland", "campus"}
    assert all(each.name and each.shape.is_valid and not each.shape.is_empty for each in features)


def test_the_land_has_every_shape_a_surveyor_meets(idle: list[Plot]) -> None:
    shells = [shapes.largest(plot.shape) for plot in idle]
    assert sum(bool(shell.interiors) for shell in shells) >= 4
    assert sum(len(plot.shape.geoms) > 1 for plot in idle) >= 4
    assert sum(_is_triangle(shell) for shell in shells) >= 3
    assert sum(shell.area < 0.86 * shell.convex_hull.area for shell in shells) >= 5  # L-shapes
    assert sum(len(shell.exterior.coords) > 20 for shell in shells) >= 10  # arcs, shores


def _is_triangle(shell: Polygon) -> bool:
    return bool(shell.area / shell.minimum_rotated_rectangle.area < 0.62)


def test_every_plot_of_the_register_knows_its_four_sides(idle: list[Plot]) -> None:
    assert all(set(plot.sides) == {"east", "south", "west", "north"} for plot in idle)
    assert sum("路" in "".join(plot.sides.values()) for plot in idle) > 0.7 * len(idle)


def test_the_same_seed_draws_the_same_bytes() -> None:
    def bytes_of(seed: int) -> bytes:
        return b"".join(shapely.to_wkb([plot.shape for plot in land.draw(BEIWEI, seed).plots]))

    assert bytes_of(7) == bytes_of(7)
    assert bytes_of(7) != bytes_of(8)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_any_seed_draws_proper_land(seed: int) -> None:
    drawn = land.draw(HOUHUAN, seed)
    assert shapely.coverage_is_valid([part for plot in drawn.plots for part in plot.shape.geoms])
    assert all(2_000 <= plot.shape.area <= 120_000 for plot in drawn.idle)


@given(
    path=st.lists(st.tuples(st.integers(-500, 500), st.integers(-500, 500)), min_size=2, max_size=7, unique=True),
    radius=st.floats(5, 500),
)
def test_a_rounded_road_keeps_its_ends_and_stays_within_its_bends(path: list[tuple[int, int]], radius: float) -> None:
    points = np.array(path, dtype=float)
    line = shapes.rounded(points, radius)
    assert np.allclose(shapely.get_coordinates(line)[[0, -1]], points[[0, -1]])
    assert line.length <= shapely.LineString(points).length + 1e-6
    assert shapely.MultiPoint(points).convex_hull.buffer(1e-6).contains(line)


@pytest.mark.parametrize("arc", [False, True])
def test_cutting_a_corner_takes_a_little_away_at_that_corner(arc: bool) -> None:
    block = box(0, 0, 200, 100)
    cut = shapes.cut_corner(shapely.orient_polygons(block), np.array([200.0, 100.0]), 15, arc=arc)
    assert cut.is_valid
    assert block.contains(cut)
    assert 0 < block.difference(cut).area <= 15 * 15 / 2
    assert block.difference(cut).within(box(184, 84, 201, 101))


def test_a_new_area_needs_only_a_small_description() -> None:
    site = land.Site(
        code="XX", name="新片区", name_en="New", plan="XX-01", origin=(455_000, 2_470_000), share=1.0,
        outline="0,0 700,0 700,500 0,500",
        roads=(
            land.Road("东路", 20, "650,-50 650,550"), land.Road("西路", 20, "50,-50 60,550"),
            land.Road("南路", 20, "-50,50 750,50"), land.Road("北路", 20, "-50,450 750,440"),
        ),
    )  # fmt: skip
    drawn = land.draw(site, 1)
    assert len(drawn.idle) >= 3
    assert isinstance(drawn.outline, MultiPolygon)
    assert drawn.outline.area > 200_000
