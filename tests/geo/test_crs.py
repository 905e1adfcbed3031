"""Codes by formula, names, and transformations that refuse to guess."""

import numpy as np
import pytest
from pyproj import CRS
from shapely import Point

from gis_service.geo import crs

TEST_POINT = Point(113.55, 22.36)


@pytest.mark.parametrize(
    ("epsg", "easting", "northing"),
    [
        (4547, 453649.888, 2473733.499),
        (4526, 38453649.888, 2473733.499),
        (4546, 762710.751, 2475889.260),
        (4525, 37762710.751, 2475889.260),
        (4497, 19762710.751, 2475889.260),
        (4508, 762710.751, 2475889.260),
        (4498, 20144498.064, 2477739.349),
        (4509, 144498.064, 2477739.349),
        (3857, 12640328.180, 2554802.772),
        (32649, 762605.667, 2474898.904),
    ],
)
def test_the_test_point_of_the_handbook_comes_out_to_the_millimetre(epsg: int, easting: float, northing: float) -> None:
    moved = crs.transform(TEST_POINT, crs.CGCS2000, epsg)
    assert (moved.x, moved.y) == pytest.approx((easting, northing), abs=0.0006)
    back = crs.transform(moved, epsg, crs.CGCS2000)
    assert (back.x, back.y) == pytest.approx((113.55, 22.36), abs=1e-11)


@pytest.mark.parametrize("zone", [*range(13, 24), *range(25, 46)])
@pytest.mark.parametrize("prefixed", [True, False])
def test_every_code_by_formula_is_the_zone_the_registry_says(zone: int, *, prefixed: bool) -> None:
    here = crs.belt(zone, prefixed=prefixed)
    assert here is not None
    system = CRS.from_epsg(here.epsg)
    values = {p.name: p.value for p in system.coordinate_operation.params}
    assert values["Longitude of natural origin"] == here.central_meridian
    assert values["False easting"] == 500_000 + (zone * 1_000_000 if prefixed else 0)
    assert crs.datum_epsg(system) == crs.CGCS2000


def test_zone_numbers_between_the_two_systems_name_no_belt() -> None:
    assert crs.belt(24, prefixed=True) is None
    assert crs.belt(12, prefixed=True) is None
    assert crs.belt(46, prefixed=False) is None


@pytest.mark.parametrize("epsg", [4610, 2362, 2383, 4214, 2414, 2435, 4555])
def test_xian_80_and_beijing_54_are_refused_with_the_way_out(epsg: int) -> None:
    with pytest.raises(crs.LegacyDatum) as refusal:
        crs.transform(TEST_POINT, epsg, crs.CGCS2000)
    assert "控制点" in refusal.value.zh
    assert "control points" in refusal.value.en


def test_a_system_with_an_unknown_datum_has_no_transformation() -> None:
    unknown = CRS.from_wkt('GEOGCS["u",DATUM["u",SPHEROID["u",57.3,0]],PRIMEM["u",0],UNIT["degree",0.01745]]')
    with pytest.raises(crs.NoTransformation):
        crs.steps(unknown, crs.as_crs(crs.CGCS2000))


@pytest.mark.parametrize("epsg", [4326, 4490])
def test_wgs_84_and_cgcs2000_are_the_same_degrees(epsg: int) -> None:
    assert crs.transform(TEST_POINT, epsg, crs.CGCS2000) == TEST_POINT


@pytest.mark.parametrize("epsg", [2272, 2269, 28992])
def test_foreign_systems_reach_degrees_through_wgs_84(epsg: int) -> None:
    area = CRS.from_epsg(epsg).area_of_use
    assert area is not None
    there = Point((area.west + area.east) / 2, (area.south + area.north) / 2)
    projected = crs.transform(there, crs.CGCS2000, epsg)
    back = crs.transform(projected, epsg, crs.CGCS2000)
    assert back.distance(there) < 1e-6


def test_what_cannot_be_transformed_becomes_infinite_and_does_not_raise() -> None:
    east, _ = crs.transform_xy(np.array([1e300]), np.array([1e300]), 4547, crs.CGCS2000)
    assert not np.isfinite(east).any()


@pytest.mark.parametrize(
    ("text", "epsg"),
    [
        ("EPSG:4547", 4547),
        ("epsg:4526", 4526),
        ("EPSG:32649", 32649),
        ("32649", 32649),
        ("urn:ogc:def:crs:EPSG::32649", 32649),
        (" 4490 ", 4490),
        ("CGCS2000", 4490),
        ("urn:ogc:def:crs:EPSG::4490", 4490),
        ("urn:ogc:def:crs:EPSG:6.9:2272", 2272),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326),
    ],
)
def test_names_people_and_files_use_are_understood(text: str, epsg: int) -> None:
    assert crs.epsg_of(crs.parse(text)) == epsg


@pytest.mark.parametrize("text", ["", "珠海坐标系", "EPSG:999999", "+proj=longlat", "+init=/etc/passwd", "/etc/passwd"])
def test_other_names_are_refused_with_examples(text: str) -> None:
    with pytest.raises(crs.CrsNotUnderstood, match="EPSG:4547"):
        crs.parse(text)
