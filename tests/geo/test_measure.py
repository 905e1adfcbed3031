"""Areas and lengths against the figures of the handbook."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box

from gis_service.geo import crs, measure

RECTANGLE = box(452100, 2478450, 452500, 2478700)  # 400 × 250 m at 北围, EPSG:4547


def test_the_rectangle_of_the_handbook_has_its_plane_and_its_ellipsoid_area() -> None:
    assert measure.plane_area_m2(RECTANGLE, 4547) == pytest.approx(100_000.00, abs=0.001)
    degrees = crs.transform(RECTANGLE, 4547, crs.CGCS2000)
    assert measure.ellipsoid_area_m2(degrees) == pytest.approx(99_994.38, abs=0.005)


def test_web_mercator_shows_why_it_is_never_used_for_areas() -> None:
    mercator = crs.transform(RECTANGLE, 4547, 3857)
    assert mercator.area == pytest.approx(117_547.55, abs=0.01)


def test_an_area_in_degrees_is_refused() -> None:
    with pytest.raises(measure.NotMetric):
        measure.plane_area_m2(box(113, 22, 114, 23), crs.CGCS2000)


def test_us_survey_feet_are_not_international_feet() -> None:
    foot = 1200 / 3937
    assert measure.metres_per_unit(crs.as_crs(2272)) == pytest.approx(foot, rel=1e-12)
    assert measure.metres_per_unit(crs.as_crs(2269)) == pytest.approx(0.3048, rel=1e-12)
    assert measure.plane_area_m2(box(0, 0, 1000, 1000), 2272) == pytest.approx(1_000_000 * foot**2)


def test_areas_are_net_of_holes_whichever_way_the_rings_run() -> None:
    hole = list(box(452150, 2478500, 452250, 2478600).exterior.coords)
    for ring in (hole, hole[::-1]):
        shape = Polygon(RECTANGLE.exterior.coords, [ring])
        assert measure.plane_area_m2(shape, 4547) == pytest.approx(90_000)
        degrees = crs.transform(MultiPolygon([shape]), 4547, crs.CGCS2000)
        assert measure.ellipsoid_area_m2(degrees) == pytest.approx(89_994.94, abs=0.02)


def test_nothing_has_no_area() -> None:
    assert measure.ellipsoid_area_m2(Polygon()) == 0
    assert math.isnan(measure.plane_areas_m2(np.array([None], dtype=object), 4547)[0])


@given(st.floats(0, 1e9))
def test_fifteen_mu_are_a_hectare(area_m2: float) -> None:
    assert measure.mu(area_m2) == pytest.approx(area_m2 / 10_000 * 15)


def test_perimeter_and_edges_are_in_metres() -> None:
    assert measure.perimeter_m(RECTANGLE, 4547) == 1300
    ring = np.array(RECTANGLE.exterior.coords)
    assert sorted(measure.edge_lengths_m(ring, 4547)) == [250, 250, 400, 400]
    assert measure.perimeter_m(LineString([(0, 0), (3937, 0)]), 2272) == pytest.approx(1200)


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (113.55, 22.36, 4547),
        (111.5, 22.36, 4547),
        (110.9, 22.36, 4546),
        (117.51, 34.31, 4548),
        (121.4, 53.3, 4549),
        (75.2, 38.0, 4534),
        (-75.16, 39.95, 32618),
        (4.0, 51.6, 32631),
        (151.2, -33.9, 32756),
        (180.0, 10.0, 32660),
    ],
)
def test_the_metric_system_is_ours_then_the_zone_in_china_then_utm(lon: float, lat: float, epsg: int) -> None:
    assert measure.metric_crs_for(Point(lon, lat)) == epsg
