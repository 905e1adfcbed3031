"""The programs of analysts: pandas, GDAL, QGIS."""

import geopandas
import pandas
import psycopg
import pyogrio
import pytest
from sqlalchemy import create_engine

from tests.access.analysts.conftest import Analyst, plain
from tests.conftest import CloneServices


def test_pandas_and_geopandas_read_it(inspector: Analyst, town: CloneServices, seen: set[int]) -> None:
    engine = create_engine(town.url(inspector.role))
    table = pandas.read_sql("select id, parcel_no, area_computed_m2 from parcel order by id", engine)
    assert set(table["id"]) == seen
    shapes = geopandas.read_postgis("select id, parcel_no, geom from parcel", engine, geom_col="geom")
    engine.dispose()
    assert set(shapes["id"]) == seen
    assert shapes.crs.to_epsg() == 4490
    assert shapes.geometry.is_valid.all()


def test_gdal_reads_it(inspector: Analyst, town: CloneServices, seen: set[int]) -> None:
    if "PostgreSQL" not in pyogrio.list_drivers():
        pytest.skip("this GDAL was built without its PostgreSQL driver")
    words = psycopg.conninfo.conninfo_to_dict(plain(town.url(inspector.role)))
    source = "PG:" + " ".join(f"{key}='{value}'" for key, value in words.items())
    found = pyogrio.read_dataframe(source, layer="analyst.parcel", fid_as_index=True)
    assert set(found.index) == seen


def test_gis_programs_find_type_and_system_of_each_layer(inspector: Analyst) -> None:
    """QGIS asks `geometry_columns`."""
    with inspector.connect() as connection:
        rows = connection.execute(
            "select f_table_name, srid, type from geometry_columns where f_table_schema = 'analyst' and f_table_name <> 'topology_fault_area'"
        ).fetchall()
        (path,) = connection.execute("show search_path").fetchone() or ("",)
    known = {name: (srid, kind) for name, srid, kind in rows}
    assert known["parcel"] == (4490, "MULTIPOLYGON")
    assert {srid for srid, _ in known.values()} == {4490}
    assert path == "analyst, public"
