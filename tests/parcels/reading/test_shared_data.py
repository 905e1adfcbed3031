"""Real files that others made: each lands as its README states, or is refused with the sentence that names the fault."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely

from gis_service.geo import measure
from gis_service.parcels.reading.result import Unreadable

Reading = Callable[..., Any]
Refusing = Callable[..., Unreadable]

pytestmark = pytest.mark.shared_data


def ellipsoid_m2(rows: list[Any]) -> float:
    return sum(measure.ellipsoid_area_m2(shapely.make_valid(row.shape)) for row in rows if row.geometry)


@pytest.mark.parametrize(
    ("name", "corners", "declared_m2", "plane_m2", "ellipsoid", "perimeter_m"),
    [
        ("44120000120", 8, 26_708, 26_707.766, 26_698.34, 754.136),
        ("44120000326", 4, 100, 100.023, 100.00, 40.007),
        ("44120000669_44120001725_44120002171", 4, 433, 432.531, 432.37, 118.415),
        ("44120001111", 16, 60_254, 60_254.320, 60_232.42, 1069.264),
        ("44120002411", 17, 26_377, 26_377.391, 26_367.88, 654.203),
        ("44120000072", 5, 12_247, 12_247.102, 12_242.97, 1405.532),
        ("44120000957", 4, 7_749, 7_749.125, 7_746.30, 373.121),
        ("plot_001", 4, None, 744.195, 743.93, 134.270),
    ],
)
def test_txt_parcels_have_the_areas_of_their_readme(
    shared: Path,
    read_file: Reading,
    name: str,
    corners: int,
    declared_m2: float | None,
    plane_m2: float,
    ellipsoid: float,
    perimeter_m: float,
) -> None:
    got = read_file(shared / "land_txt" / f"{name}.txt", f"{name}.txt")
    (row,) = got.rows
    assert got.summary.crs.epsg == 4526
    assert got.summary.encoding.name == "UTF-8"
    assert len(row.boundary_points) == corners
    assert row.declared_area_m2 == declared_m2
    # the README's own sums are off by a centimetre or two; in exact arithmetic the first file has 100.0373 m² etc.
    assert row.source_area_m2 == pytest.approx(plane_m2, abs=0.02)
    assert measure.ellipsoid_area_m2(row.shape) == pytest.approx(ellipsoid, abs=0.02)
    projected = shapely.Polygon([(float(p.easting_text), float(p.northing_text)) for p in row.boundary_points])
    assert measure.perimeter_m(projected, 4526) == pytest.approx(perimeter_m, abs=0.001)
    assert got.codes == []


@pytest.mark.parametrize(
    ("file", "rows", "epsg", "encoding", "ellipsoid"),
    [
        ("chinese_poly/chinese_poly.shp", 1, 4326, "GB18030", 448_651_316_996.4),
        ("polygonm/polygonm.shp", 1, 4326, "UTF-8", 74.225),
        ("two_states/two_states.shp", 2, 4326, "UTF-8", 426_549_560_710.5),
        ("coutwildrnp/coutwildrnp.shp", 67, 4326, "ISO-8859-1", 16_365_240_560.2),
        ("coutwildrnp/coutwildrnp.zip", 67, 4326, "UTF-8", 16_365_240_560.2),
        ("coutwildrnp_zip/coutwildrnp.zip", 67, 4326, "UTF-8", 16_365_240_560.2),
    ],
)
def test_shapefiles_have_the_counts_systems_and_areas_of_their_readme(
    shared: Path, read_file: Reading, file: str, rows: int, epsg: int, encoding: str, ellipsoid: float
) -> None:
    got = read_file(shared / "shapefile" / file, Path(file).name)
    assert (got.summary.row_count, got.summary.crs.epsg) == (rows, epsg)
    assert got.summary.encoding.name == encoding
    assert ellipsoid_m2(got.rows) == pytest.approx(ellipsoid, rel=1e-5)


def test_gbk_text_without_a_cpg_comes_out_as_words(shared: Path, read_file: Reading) -> None:
    got = read_file(shared / "shapefile/chinese_poly/chinese_poly.shp", "chinese_poly.shp")
    assert got.rows[0].attributes["NAME"] == "黑龙江省"
    assert "黑龙江省" in " ".join(got.summary.encoding.evidence_zh)


def test_a_self_crossing_ring_is_told_with_its_place_and_not_mended(shared: Path, read_file: Reading) -> None:
    got = read_file(shared / "shapefile/two_states/two_states.shp", "two_states.shp")
    assert got.codes == ["geometry.invalid"]
    assert sum(not row.shape.is_valid for row in got.rows) == 1
    assert sorted(len(row.shape.geoms) for row in got.rows)[0] == 1


def test_measures_are_dropped_and_told(shared: Path, read_file: Reading) -> None:
    got = read_file(shared / "shapefile/polygonm/polygonm.shp", "polygonm.shp")
    assert got.codes == ["layer.m_dropped"]
    assert len(got.rows[0].attributes) == 25


@pytest.mark.parametrize("name", ["dup_column", "polygonz", "holeTouchEdge"])
def test_shapefiles_without_a_system_ask_for_it(shared: Path, refused: Refusing, name: str) -> None:
    refusal = refused(shared / f"shapefile/{name}/{name}.shp", f"{name}.shp")
    assert refusal.code == "crs.unknown"
    assert "--crs EPSG:" in refusal.zh


def test_with_a_system_given_they_land(shared: Path, read_file: Reading) -> None:
    folder = shared / "shapefile"
    hole = read_file(folder / "holeTouchEdge/holeTouchEdge.shp", "holeTouchEdge.shp", crs="EPSG:26918")
    assert hole.summary.crs.source == "given"
    assert [len(part.interiors) for part in hole.rows[0].shape.geoms] == [1]
    assert hole.rows[0].shape.is_valid
    z = read_file(folder / "polygonz/polygonz.shp", "polygonz.shp", crs="EPSG:32633")
    assert "layer.z_dropped" in z.codes
    assert not z.rows[0].shape.has_z
    duplicate = read_file(folder / "dup_column/dup_column.shp", "dup_column.shp", crs="EPSG:32633")
    assert list(duplicate.rows[0].attributes) == ["Feature", "Label", "TestColumn", "TestColumn_2"]
    assert [row.attributes["TestColumn_2"] for row in duplicate.rows] == [20, 21]
    assert "field.renamed" in duplicate.codes


@pytest.mark.parametrize(
    ("file", "encoding", "word"),
    [("gbk_only/gbk.dbf", "GB18030", "NAME"), ("utf8_chinese_fields/arcmap_gen.dbf", "UTF-8", "短整型")],
)
def test_a_table_alone_is_refused_naming_what_is_missing_and_its_encoding(
    shared: Path, refused: Refusing, file: str, encoding: str, word: str
) -> None:
    refusal = refused(shared / "shapefile" / file, Path(file).name)
    assert refusal.code == "shapefile.only_dbf"
    assert ".shp" in refusal.zh
    assert encoding in refusal.zh
    assert word in refusal.zh


def test_a_geopackage_with_lines_and_areas_gives_the_areas_and_reports_the_lines(
    shared: Path, read_file: Reading
) -> None:
    got = read_file(shared / "gpkg/Oregon.gpkg", "Oregon.gpkg")
    assert [(layer.name, layer.rows, layer.read) for layer in got.summary.layers] == [
        ("land", 1, True),
        ("roads", 121, False),
    ]
    assert got.summary.crs.epsg == 2269
    assert got.codes == ["layer.skipped"]


def test_a_field_project_gives_its_areas_and_reports_points_and_tables(shared: Path, read_file: Reading) -> None:
    got = read_file(shared / "gpkg/bees.gpkg", "bees.gpkg")
    layers = {layer.name: (layer.rows, layer.read) for layer in got.summary.layers}
    assert layers == {
        "apiary": (35, False),
        "area": (14, True),
        "Reviews": (7, False),
        "Pollen_Consumption": (0, False),
    }
    assert got.summary.crs.epsg == 3857
    assert {row.source_area_crs for row in got.rows} == {32632}  # never web Mercator


def test_a_layer_name_with_a_dot_and_no_declared_type_is_read(shared: Path, read_file: Reading) -> None:
    got = read_file(shared / "gpkg/mosselzaad.gpkg", "mosselzaad.gpkg")
    assert (got.summary.row_count, got.summary.crs.epsg) == (80, 28992)
    assert all(row.geometry for row in got.rows)


def test_curves_become_lines_and_that_is_told(shared: Path, read_file: Reading) -> None:
    got = read_file(shared / "gpkg/curvepolygon.gpkg", "curvepolygon.gpkg")
    assert got.codes == ["layer.curves"]
    assert ellipsoid_m2(got.rows) == pytest.approx(104_071_879_937.7, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "rows", "ellipsoid", "codes"),
    [
        ("ex1_invalid_rings", 1, None, ["geometry.invalid"]),
        ("ex5_three_precincts", 3, 184_817_302.2, []),
        ("o_polygon_with_hole_and_island", 1, 1_029_280_509.1, []),
        ("openring", 1, None, ["geometry.ring_open"]),
        ("six_counties_three_null", 6, None, ["geometry.missing"] * 3 + ["geometry.invalid"]),
    ],
)
def test_messy_geojson_lands_row_by_row(
    shared: Path, read_file: Reading, name: str, rows: int, ellipsoid: float | None, codes: list[str]
) -> None:
    got = read_file(shared / f"messy_geojson/{name}.json", f"{name}.json")
    assert (got.summary.row_count, got.summary.crs.epsg) == (rows, 4326)
    assert sorted(got.codes) == sorted(codes)
    if ellipsoid is not None:
        assert ellipsoid_m2(got.rows) == pytest.approx(ellipsoid, rel=1e-5)


def test_us_survey_feet_are_honoured_over_four_thousand_real_parcels(shared: Path, read_file: Reading) -> None:
    name = "philadelphia_public_vacant_land_A.gpkg"
    got = read_file(shared / "vacant_land" / name, name)
    assert (got.summary.row_count, got.summary.crs.epsg) == (3969, 2272)
    assert got.area_m2 == pytest.approx(958_250.6, abs=0.06)
    assert ellipsoid_m2(got.rows) == pytest.approx(958_253.8, abs=2)
    assert sum(len(row.shape.geoms) for row in got.rows) == 3970
    assert got.rows[0].attributes["opa_id"]
    assert got.codes == []


def test_a_sample_of_it_in_degrees_has_the_area_of_its_readme(shared: Path, read_file: Reading) -> None:
    name = "philadelphia_public_vacant_land_sample400.geojson"
    got = read_file(shared / "vacant_land" / name, name)
    assert got.summary.row_count == 400
    assert ellipsoid_m2(got.rows) == pytest.approx(69_735.4, abs=0.1)


def test_five_hundred_parks_have_eight_faults(shared: Path, read_file: Reading) -> None:
    name = "philadelphia_parks_recreation_properties.geojson"
    got = read_file(shared / "vacant_land" / name, name)
    assert got.summary.row_count == 507
    assert got.codes == ["geometry.invalid"] * 8
    assert sum(len(row.shape.geoms) > 1 for row in got.rows) == 60
    assert got.summary.crs.epsg == 4326


def test_points_are_refused_one_by_one(shared: Path, read_file: Reading) -> None:
    name = "leeds_brownfield_sites.geojson"
    got = read_file(shared / "vacant_land" / name, name)
    assert got.codes == ["geometry.not_area"] * 347
    assert got.rows[0].issues[0].row == 1
    assert "点" in got.rows[0].issues[0].message_zh
