"""Real files of other people: each lands with the counts, system and encoding its source states, or says why not."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.parcels.imports import operations
from gis_service.parcels.imports.errors import FileUnreadable
from gis_service.parcels.models import ImportBatch, Parcel
from tests.parcels.imports.made import DISTRICT, staged, told

pytestmark = pytest.mark.shared_data

# rows, rows that land, EPSG code, encoding
LANDS: dict[str, tuple[int, int, int | None, str]] = {
    "coord_tables/坐标_投影.csv": (1, 1, 4527, "UTF-8"),
    "coord_tables/坐标_投影 - 交换顺序.csv": (1, 1, 4527, "UTF-8"),
    "coord_tables/坐标-经纬度.csv": (1, 1, 4490, "UTF-8"),
    "dumping/san_jose_illegal_dumping.csv": (2000, 0, None, "UTF-8"),
    "dumping/seattle_illegal_dumping_sample.csv": (76, 0, None, "UTF-8"),
    "land_txt/44120000072.txt": (1, 1, 4526, "UTF-8"),
    "land_txt/44120000120.txt": (1, 1, 4526, "UTF-8"),
    "land_txt/44120000326.txt": (1, 1, 4526, "UTF-8"),
    "land_txt/44120000669_44120001725_44120002171.txt": (1, 1, 4526, "UTF-8"),
    "land_txt/44120000957.txt": (1, 1, 4526, "UTF-8"),
    "land_txt/44120001111.txt": (1, 1, 4526, "UTF-8"),
    "land_txt/44120002411.txt": (1, 1, 4526, "UTF-8"),
    "land_txt/plot_001.txt": (1, 1, 4526, "UTF-8"),
    "shapefile/chinese_poly/chinese_poly.shp": (1, 1, 4326, "GB18030"),
    "shapefile/coutwildrnp/coutwildrnp.shp": (67, 67, 4326, "ISO-8859-1"),
    "shapefile/coutwildrnp_zip/coutwildrnp.zip": (67, 67, 4326, "UTF-8"),
    "shapefile/polygonm/polygonm.shp": (1, 1, 4326, "UTF-8"),
    "shapefile/two_states/two_states.shp": (2, 1, 4326, "UTF-8"),
    "gpkg/Oregon.gpkg": (1, 1, 2269, "UTF-8"),
    "gpkg/bees.gpkg": (14, 14, 3857, "UTF-8"),
    "gpkg/curvepolygon.gpkg": (1, 1, 4326, "UTF-8"),
    "gpkg/mosselzaad.gpkg": (80, 80, 28992, "UTF-8"),
    "messy_geojson/ex1_invalid_rings.json": (1, 0, 4326, "UTF-8"),
    "messy_geojson/ex5_three_precincts.json": (3, 3, 4326, "UTF-8"),
    "messy_geojson/o_polygon_with_hole_and_island.json": (1, 1, 4326, "UTF-8"),
    "messy_geojson/openring.json": (1, 0, 4326, "UTF-8"),
    "messy_geojson/six_counties_three_null.json": (6, 2, 4326, "UTF-8"),
    "vacant_land/cartofriches_standard_A.csv": (1297, 0, None, "UTF-8"),
    "vacant_land/leeds_brownfield_sites.geojson": (347, 0, 4326, "UTF-8"),
    "vacant_land/philadelphia_parks_recreation_properties.geojson": (507, 499, 4326, "UTF-8"),
    "vacant_land/philadelphia_public_vacant_land_A.gpkg": (3969, 3969, 2272, "UTF-8"),
    "vacant_land/philadelphia_public_vacant_land_sample400.geojson": (400, 400, 4326, "UTF-8"),
}

# code, and what the sentence must name
REFUSED: dict[str, tuple[str, str]] = {
    "shapefile/gbk_only/gbk.dbf": ("shapefile.only_dbf", "GB18030"),
    "shapefile/utf8_chinese_fields/arcmap_gen.dbf": ("shapefile.only_dbf", "短整型"),
    "shapefile/polygonz/polygonz.shp": ("crs.unknown", "--crs"),
    "shapefile/holeTouchEdge/holeTouchEdge.shp": ("crs.unknown", "--crs"),
    "shapefile/dup_column/dup_column.shp": ("crs.unknown", "--crs"),
    "vacant_land/cnig_friches_valid_example.csv": ("crs.unknown", "--crs"),
    "wkt_csv/camden_conservation_area.csv": ("crs.unknown", "--crs"),
}


def land_good_rows(session: Session, batch: ImportBatch) -> int:
    if not batch.counts["acceptable"]:
        return 0
    operations.accept(session, SERVICE, EVERYTHING, batch.id, district=DISTRICT, good_rows=True)
    landed = session.scalar(select(func.count()).select_from(Parcel).where(Parcel.import_batch_id == batch.id))
    assert landed == batch.counts["landed"]
    return landed or 0


@pytest.mark.parametrize("name", LANDS)
def test_a_real_file_lands_with_the_counts_and_conclusions_its_source_states(
    name: str, session: Session, shared_data: Path
) -> None:
    batch = staged(session, shared_data / name)
    landed = land_good_rows(session, batch)
    concluded = (batch.counts["rows"], landed, batch.crs["epsg"], batch.encoding["name"])
    assert concluded == LANDS[name]


@pytest.mark.parametrize("name", REFUSED)
def test_a_real_file_that_cannot_land_is_refused_with_the_fault_named(
    name: str, session: Session, shared_data: Path
) -> None:
    code, named = REFUSED[name]
    with pytest.raises(FileUnreadable) as refused:
        staged(session, shared_data / name)
    assert refused.value.code == code
    assert named in refused.value.sentence("zh")


def test_every_vector_file_and_table_of_these_folders_is_spoken_of_here(shared_data: Path) -> None:
    files = {
        str(path.relative_to(shared_data))
        for folder in (
            "land_txt",
            "shapefile",
            "gpkg",
            "messy_geojson",
            "vacant_land",
            "coord_tables",
            "dumping",
            "wkt_csv",
        )
        for path in (shared_data / folder).rglob("*")
        if path.suffix in (".txt", ".shp", ".zip", ".gpkg", ".json", ".geojson", ".csv")
        or path.name in ("gbk.dbf", "arcmap_gen.dbf")
    }
    again = {"shapefile/coutwildrnp/coutwildrnp.zip"}  # the same as in coutwildrnp_zip
    assert files - again == {*LANDS, *REFUSED}


def test_chinese_names_of_a_gbk_shapefile_are_read(session: Session, shared_data: Path) -> None:
    staged(session, shared_data / "shapefile/chinese_poly/chinese_poly.shp")
    assert session.scalar(text("select fields ->> 'parcel_name' from staged_row")) == "黑龙江省"


def exact_area_m2(path: Path) -> Decimal:
    """The shoelace formula on the texts of the file, without floating-point numbers."""
    points = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("J")]
    corners = [(Decimal(east.strip()), Decimal(north.strip())) for _, _, north, east in points]
    double = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise([*corners, corners[0]]))
    return (abs(double) / 2).quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize("name", [name for name in LANDS if name.startswith("land_txt/")])
def test_land_office_areas_are_those_of_the_boundary_points(name: str, session: Session, shared_data: Path) -> None:
    land_good_rows(session, staged(session, shared_data / name))
    parcel = session.scalars(select(Parcel)).one()
    assert parcel.area_computed_m2 == exact_area_m2(shared_data / name)
    stretched = float(parcel.area_computed_m2) / float(parcel.area_ellipsoid_m2) - 1
    assert 3e-4 < stretched < 4e-4  # the plane of zone 38 at 112.8°E


def test_the_28_overlaps_of_the_vacant_land_register_are_found(session: Session, shared_data: Path) -> None:
    """All are slivers of at most 0.035 m²: told, and not held against anybody."""
    batch = staged(session, shared_data / "vacant_land/philadelphia_public_vacant_land_A.gpkg", number_field="opa_id")
    assert len(told(session, batch, "parcel.overlap_slight")) == 28
    assert told(session, batch, "parcel.overlap_in_file") == []
    planar = session.scalar(text("select sum(area_computed_m2) from staged_row"))
    assert float(planar) == pytest.approx(958_250.6, abs=0.5)
    ellipsoid = session.scalar(text("select sum(st_area(geom::geography)) from staged_row"))
    assert ellipsoid == pytest.approx(958_253.8, abs=0.5)


def test_recorded_acres_are_compared_with_the_geometry(session: Session, shared_data: Path) -> None:
    batch = staged(session, shared_data / "vacant_land/philadelphia_parks_recreation_properties.geojson")
    acres = session.scalar(text("select sum(area_registered_m2) / 4046.8564224 from staged_row"))
    assert float(acres) == pytest.approx(10_138.179, abs=0.01)
    assert len(told(session, batch, "area.differs")) > 0
    assert len(told(session, batch, "geometry.invalid")) == 8


def test_areas_as_wkt_land_once_the_system_is_given(session: Session, shared_data: Path) -> None:
    batch = staged(
        session, shared_data / "wkt_csv/camden_conservation_area.csv", crs="EPSG:4326", number_field="Reference"
    )
    again = told(session, batch, "parcel.duplicate_in_file")  # some areas are in the file two and four times
    assert (batch.counts["rows"], batch.counts["refused"], len(again)) == (46, 10, 10)
    assert land_good_rows(session, batch) == 36


def test_a_table_of_points_is_told_to_have_no_outlines(session: Session, shared_data: Path) -> None:
    batch = staged(session, shared_data / "dumping/seattle_illegal_dumping_sample.csv")
    assert [row for row, _ in told(session, batch, "geometry.missing")] == list(range(2, 78)), (
        "rows as a sheet counts them"
    )
    assert batch.crs["epsg"] is None


def test_a_shapefile_without_prj_lands_once_the_system_is_given(session: Session, shared_data: Path) -> None:
    batch = staged(session, shared_data / "shapefile/holeTouchEdge/holeTouchEdge.shp", crs="EPSG:32018")
    assert batch.crs["epsg"] == 32018
    assert batch.counts["rows"] == 1
