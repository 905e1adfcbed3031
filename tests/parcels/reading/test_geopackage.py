"""GeoPackages: all layers of areas, and nothing that would run when it is read."""

import contextlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyogrio import raw

from gis_service.parcels.reading import geopackage
from gis_service.parcels.reading.result import Unreadable

Reading = Callable[..., Any]

SQUARES = [shapely.box(452000 + i * 100, 2478000, 452080 + i * 100, 2478080) for i in range(3)]


def add_layer(
    path: Path, name: str, shapes: list[Any] = SQUARES, *, kind: str = "Polygon", crs: str | None = "EPSG:4547"
) -> None:
    raw.write(
        path,
        layer=name,
        geometry=shapely.to_wkb(np.array(shapes, dtype=object)),
        field_data=[
            np.array([f"BW-{i}" for i in range(len(shapes))], dtype=object),
            np.array([1, None, 3][: len(shapes)], dtype=object),
        ],
        fields=["地块编号", "年度"],
        field_mask=[None, None],
        geometry_type=kind,
        crs=crs,
        driver="GPKG",
        append=path.exists(),
    )


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.fixture
def parse(parse_file: Reading) -> Reading:
    """Read a GeoPackage in this process."""
    return lambda content, **asked: parse_file(geopackage.read, content, **asked)


@pytest.fixture
def gpkg(tmp_path: Path) -> Path:
    path = tmp_path / "made.gpkg"
    add_layer(path, "北围地块")
    return path


def test_chinese_layers_and_fields_come_out_right(gpkg: Path, parse: Reading) -> None:
    got = parse(gpkg)
    assert [(layer.name, layer.rows, layer.crs) for layer in got.summary.layers] == [("北围地块", 3, 4547)]
    assert got.rows[0].attributes["地块编号"] == "BW-0"
    assert got.area_m2 == 3 * 6400
    assert got.codes == []


def test_every_layer_of_areas_is_read_each_in_its_own_system(gpkg: Path, parse: Reading) -> None:
    prefixed = [shapely.transform(s, lambda c: c + np.array([38_000_000, 0])) for s in SQUARES]
    add_layer(gpkg, "后环", prefixed, kind="MultiPolygon", crs="EPSG:4526")
    got = parse(gpkg)
    assert [(layer.name, layer.crs) for layer in got.summary.layers] == [("北围地块", 4547), ("后环", 4526)]
    assert got.rows[0].shape.equals_exact(got.rows[3].shape, 1e-9)
    assert [row.layer for row in parse(gpkg, layer="后环").rows] == ["后环"] * 3
    with pytest.raises(Unreadable, match="北围地块"):
        parse(gpkg, layer="金鼎")


def test_a_layer_without_a_system_is_judged_by_its_values(tmp_path: Path, parse: Reading) -> None:
    path = tmp_path / "none.gpkg"
    with pytest.warns(UserWarning, match="crs"):
        add_layer(path, "x", crs=None)
    assert parse(path).summary.crs.source == "detected"


def test_only_points_are_refused_listing_the_layers(tmp_path: Path, parse: Reading) -> None:
    path = tmp_path / "points.gpkg"
    add_layer(path, "界址点", [s.centroid for s in SQUARES], kind="Point")
    with pytest.raises(Unreadable, match="界址点") as refusal:
        parse(path)
    assert refusal.value.code == "read.no_polygons"


def test_views_and_virtual_tables_stay_unread(gpkg: Path, parse: Reading) -> None:
    change(
        gpkg,
        'CREATE VIEW 视图 AS SELECT * FROM "北围地块"',
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('视图', 'features', '视图', 4547)",
        "INSERT INTO gpkg_geometry_columns VALUES ('视图', 'geom', 'POLYGON', 4547, 0, 0)",
    )
    got = parse(gpkg)
    assert [(layer.name, layer.read) for layer in got.summary.layers] == [("北围地块", True), ("视图", False)]
    assert got.codes == ["layer.not_a_table"]


def test_another_sqlite_database_is_no_geopackage(tmp_path: Path, parse: Reading) -> None:
    path = tmp_path / "other.gpkg"
    change(path, "CREATE TABLE t (a)")
    with pytest.raises(Unreadable, match="gpkg_contents"):
        parse(path)


@pytest.mark.parametrize("at", [100, 5000, 30_000])
def test_a_damaged_page_is_told_and_no_rows_are_lost_silently(gpkg: Path, read_file: Reading, at: int) -> None:
    content = bytearray(gpkg.read_bytes())
    content[at : at + 2000] = b"\xff" * 2000
    with contextlib.suppress(Unreadable):
        assert read_file(bytes(content), "made.gpkg").summary.row_count == 3


def test_an_empty_layer_is_read_as_no_rows(gpkg: Path, parse: Reading) -> None:
    change(gpkg, 'DELETE FROM "北围地块"')
    assert parse(gpkg, crs="EPSG:4547").rows == []
