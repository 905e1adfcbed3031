"""What numbers look like, and what happens when a declaration contradicts them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from gis_service.geo import crs, detect

# four corners in 北围, in degrees (east, north)
PLACE = np.array([[113.5371, 22.4025], [113.5412, 22.4027], [113.5409, 22.3996], [113.5368, 22.3991]])


def in_system(epsg: int, degrees: np.ndarray = PLACE) -> np.ndarray:
    return np.column_stack(crs.transform_xy(*degrees.T, crs.CGCS2000, epsg))


@pytest.mark.parametrize("epsg", [4490, 4526, 4525, 4497, 4498, 3857])
@pytest.mark.parametrize("swapped", [False, True])
def test_degrees_prefixed_zones_and_web_mercator_are_seen_in_either_order(epsg: int, *, swapped: bool) -> None:
    xy = in_system(epsg)
    found = detect.detect(xy[:, ::-1] if swapped else xy)
    assert found.epsg == epsg
    assert found.axis_swapped is swapped
    assert [code for code, _ in found.warnings] == (["crs.axes_swapped"] if swapped else [])
    assert found.evidence_zh
    assert found.evidence_en


@given(st.floats(73.6, 134.9), st.floats(18.2, 53.4), st.sampled_from([3, 6]))
def test_a_prefix_alone_tells_zone_and_width_of_the_belt_anywhere_in_china(lon: float, lat: float, width: int) -> None:
    zone = crs.zone_at(lon) if width == 3 else int(lon // 6) + 1
    here = crs.belt(zone, prefixed=True)
    assert here is not None
    xy = in_system(here.epsg, np.array([[lon, lat]]))
    seen = detect.majority(xy)
    assert seen in (detect.Pattern("prefixed", zone), detect.Pattern("ambiguous"))
    assert detect.reconcile(crs.as_crs(here.epsg), xy).epsg == here.epsg


def test_eastings_without_prefix_take_the_declared_zone() -> None:
    assert detect.detect(in_system(4547), zone=38).epsg == 4547
    assert detect.detect(in_system(4508), zone=19).epsg == 4508


def test_eastings_without_zone_are_taken_for_the_district_only_inside_it() -> None:
    found = detect.detect(in_system(4547))
    assert found.epsg == 4547
    assert [code for code, _ in found.warnings] == ["crs.zone_assumed"]
    with pytest.raises(crs.UnknownCrs, match="--crs EPSG:4547"):
        detect.detect(in_system(4547) + np.array([0, 100_000]))


def test_a_declared_zone_that_contradicts_the_prefix_is_refused() -> None:
    with pytest.raises(crs.ZoneConflict) as refusal:
        detect.detect(in_system(4526), zone=39)
    assert refusal.value.zh.startswith("带号不符")


@pytest.mark.parametrize("xy", [[[665, 294], [817, 372]], [[1269760, 476143], [1269777, 475749]], [[1e300, 5]]])
def test_numbers_that_could_be_anything_are_asked_for(xy: list[list[float]]) -> None:
    with pytest.raises(crs.UnknownCrs, match="--crs EPSG:"):
        detect.detect(np.array(xy, dtype=float))


def test_no_numbers_at_all_are_asked_for() -> None:
    with pytest.raises(crs.UnknownCrs):
        detect.detect(np.array([[np.nan, 1.0]]))


def test_web_mercator_and_a_western_zone_are_not_told_apart_by_guessing() -> None:
    with pytest.raises(crs.UnknownCrs):
        detect.detect(np.array([[13_500_000.0, 4_400_000.0]]))
    assert detect.reconcile(CRS.from_epsg(4491), np.array([[13_500_000.0, 4_400_000.0]])).epsg == 4491
    assert detect.reconcile(CRS.from_epsg(3857), np.array([[13_500_000.0, 4_400_000.0]])).epsg == 3857


def test_packed_degrees_are_asked_for_and_ordinary_ones_are_not() -> None:
    packed = np.array([[113.3300, 22.2136], [113.3312, 22.2136], [113.3312, 22.2101], [113.3300, 22.2059]])
    with pytest.raises(crs.UnknownCrs, match="packed"):
        detect.detect(packed)
    assert detect.detect(np.array([[113.55, 22.36], [113.56, 22.36], [113.56, 22.35]])).epsg == 4490


def test_a_few_stray_points_do_not_change_the_conclusion() -> None:
    xy = np.vstack([np.repeat(in_system(4526), 5, axis=0), [[np.nan, 0.0], [3.0, 4.0]]])
    assert detect.detect(xy).epsg == 4526


@pytest.mark.parametrize("declared", [4526, 4547, 4490, 4326, 3857, 32649])
def test_a_declaration_that_fits_is_kept_without_warning(declared: int) -> None:
    found = detect.reconcile(CRS.from_epsg(declared), in_system(declared))
    assert (found.epsg, found.axis_swapped, found.warnings) == (declared, False, ())
    assert found.source == "file"


@pytest.mark.parametrize(
    ("declared", "real"), [(4547, 4526), (4526, 4547), (4326, 4526), (4326, 3857), (4490, 4547), (4547, 4490)]
)
def test_a_declaration_is_corrected_where_the_values_leave_no_doubt(declared: int, real: int) -> None:
    found = detect.reconcile(CRS.from_epsg(declared), in_system(real))
    assert found.epsg == real
    assert "crs.declaration_wrong" in [code for code, _ in found.warnings]


@pytest.mark.parametrize(("given_crs", "real"), [(4547, 4526), (4526, 4547), (4525, 4526)])
def test_a_system_given_by_a_person_is_not_replaced_but_refused_when_the_zone_differs(
    given_crs: int, real: int
) -> None:
    with pytest.raises(crs.ZoneConflict, match=f"EPSG:{real}") as refusal:
        detect.reconcile(CRS.from_epsg(given_crs), in_system(real), source="given")
    assert refusal.value.zh.startswith("带号不符")


@pytest.mark.parametrize("declared", [4326, 4490, 4547, 4526])
def test_swapped_axes_under_a_declaration_are_exchanged_and_told(declared: int) -> None:
    found = detect.reconcile(CRS.from_epsg(declared), in_system(declared)[:, ::-1])
    assert (found.epsg, found.axis_swapped) == (declared, True)
    assert [code for code, _ in found.warnings] == ["crs.axes_swapped"]


def test_another_zone_than_declared_is_refused() -> None:
    with pytest.raises(crs.ZoneConflict):
        detect.reconcile(CRS.from_epsg(4525), in_system(4526))


def test_metres_under_degrees_that_fit_nothing_are_refused() -> None:
    with pytest.raises(crs.CrsConflict):
        detect.reconcile(CRS.from_epsg(4326), np.array([[2_690_000.0, 243_000.0]] * 5) * 1.3)


def test_a_neighbouring_belt_without_prefix_is_told_by_the_place_it_leads_to() -> None:
    found = detect.reconcile(CRS.from_epsg(4547), in_system(4546))
    assert [code for code, _ in found.warnings] == ["crs.outside_area_of_use"]


def test_xian_80_is_refused_by_name_even_where_the_values_look_right() -> None:
    with pytest.raises(crs.LegacyDatum, match="Xian 1980"):
        detect.reconcile(CRS.from_epsg(2362), in_system(4526))


def test_rows_that_cannot_be_in_the_system_are_named() -> None:
    bounds = np.array(
        [[38453000, 2473000, 38454000, 2474000], [39453000, 2473000, 39454000, 2474000], [np.nan, 0, 1, 1]], dtype=float
    )
    assert detect.misplaced(bounds, CRS.from_epsg(4526)).tolist() == [False, True, True]
    degrees = np.array([[113, 22, 114, 23], [113, 22, 453649, 2473733]], dtype=float)
    assert detect.misplaced(degrees, CRS.from_epsg(4490)).tolist() == [False, True]
